"""A made-up list, in the form in which such lists come; nobody in it is real."""

from __future__ import annotations

from cases.registry.listing import Listing, Reading, read_listing

HOW = Reading(
    headings={"id": "No", "name": "Full name", "name_chinese": "姓名", "born": "Year of birth", "region": "Prefecture"},
    values={("status", "释放"): "released", ("status", "in camp"): "held"},
    constants={"basis": "public"},
)
HEADER = "No,Full name,姓名,Year of birth,Prefecture,status,since,Shoe size"
LINES = (
    "17,Nurlan Serikuly,,1991,Ili,in camp,2018,43",
    "18,Гүлмира Ахметова,,1984-05-03,Altay,释放,03.2019,",
    '19,"Example, Person",,,Ili,,2017-04-01,',
)
MORE = "23,Нурлан Серикулы,,1991,Ili,,,"
"""Perhaps the first of them again, in another script."""


def text_of(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *(lines or LINES))).encode()


def listing(*lines: str) -> Listing:
    return read_listing(text_of(*lines), HOW)
