"""Under which licences the packages of the locks are, and whether they go together with ours.

A package says it itself, in the metadata it was installed with. Words of its own are translated; where it says nothing,
somebody has read its licence file, and what was read stands here.
"""

from __future__ import annotations

from email import message_from_string
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Final

from license_expression import ExpressionError, get_spdx_licensing

from supply.lock import DEVELOPMENT, RUNTIME, pins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from email.message import Message

    from supply.lock import Pin

OURS: Final = "AGPL-3.0-or-later"

READ: Final[Mapping[str, str]] = {
    "colorama": "BSD-3-Clause",  # needed on Windows only, and so not installed where this is written
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "pyasn1-modules": "BSD-2-Clause",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",  # and permissive ones of what PDFium is built with: see REMARKS
    "pyrage": "MIT",
    "segno": "BSD-3-Clause",
}
"""Read in the package's own licence file, because its metadata says nothing, or only “BSD”."""

WORDS: Final[Mapping[str, str]] = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "ZPL 2.1": "ZPL-2.1",
}
"""What packages call their licences, and what SPDX does. “BSD” alone is not among them: it may be either."""

COMPATIBLE: Final = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "ZPL-2.1"),
        # Copyleft that lets itself be used within a work under the GPL, version 3, with which the AGPL may be linked.
        *("MPL-2.0", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"),
        *("GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "AGPL-3.0-only", "AGPL-3.0-or-later"),
    }
)
"""What may be combined with a work under our licence. Whatever is not in it may not, until somebody has looked."""

DOUBTS: Final[Mapping[str, str]] = {
    "regex": "its oldest part comes from Python's `re` and is under the licence of Python 1.6 (CNRI-Python), whose "
    "choice of law does not go with the GPL, as the Free Software Foundation reads it. The same part is in every "
    "Python since, which is taken to go with it. `dateparser` needs it. Nobody who knows this law has been asked.",
}
"""Packages whose licence is not among the compatible ones, and why they are used all the same."""

REMARKS: Final[Mapping[str, str]] = {
    "docxtpl": "may be used under the GPL of any later version (section 3 of its licence).",
    "mutagen": "used under version 3 of the GPL or later.",
    "psycopg-binary": "its wheel carries libpq and OpenSSL, each under its own permissive licence.",
    "pypdfium2": "its wheel carries PDFium and what that is built with, under the permissive licences in its folder "
    "`BUILD_LICENSES`.",
}

SPDX = get_spdx_licensing()


class UnknownLicenceError(ValueError):
    """A package does not say under which licence it is, in words that are known here."""


def licence_of(package: str) -> str:
    """Return the licence of an installed package as an expression of SPDX. Raises UnknownLicenceError."""
    if package in READ:
        return READ[package]
    try:
        said = distribution(package).read_text("METADATA") or ""
    except PackageNotFoundError:
        raise UnknownLicenceError(f"{package} is not installed here: read its licence and name it in READ") from None
    return spoken(package, message_from_string(said))


def spoken(package: str, said: Message) -> str:
    """Return what a package's metadata says of its licence. Raises UnknownLicenceError."""
    classifiers = (one.rsplit(" :: ", 1)[-1] for one in said.get_all("Classifier", []) if one.startswith("License ::"))
    for words in (said.get("License-Expression"), said.get("License"), *classifiers):
        expression = WORDS.get(words or "", words or "")
        if _is_spdx(expression):
            return expression
    raise UnknownLicenceError(f"what {package} says of its licence is not known: read its licence and name it in READ")


def goes_with_ours(expression: str) -> bool:
    """Say whether something under this licence may be used within a work under ours."""
    return _allowed(SPDX.parse(expression))


def document() -> str:
    """Return ``requirements/licences.md``, made of the locks and of what is installed. Raises UnknownLicenceError."""
    runtime = pins(RUNTIME)
    running = {pin.name for pin in runtime}
    introduction = (
        f"Panah is under {OURS}. `python -m supply licences` writes this from the locks and from what is installed; "
        "what it is told by hand stands in `supply/licences.py`. Code of others that lies in this repository is listed "
        "in [web/static/vendor](../web/static/vendor/README.md)."
    )
    parts = [
        "# Licences",
        introduction,
        "## What runs",
        _table(runtime),
        "## What checks and tests it, besides",
        _table(pin for pin in pins(DEVELOPMENT) if pin.name not in running),
        "## Remarks",
        "\n".join(f"- **{name}**: {remark}" for name, remark in sorted(REMARKS.items())),
        "## Doubts",
        "\n".join(f"- **{name}**: {doubt}" for name, doubt in sorted(DOUBTS.items())),
    ]
    return "\n\n".join(parts) + "\n"


def _table(rows: Iterable[Pin]) -> str:
    head = ["| package | version | licence |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {pin.name} | {pin.version} | {licence_of(pin.name)} |" for pin in rows)])


def _is_spdx(words: str) -> bool:
    try:
        return bool(words) and SPDX.parse(words, validate=True) is not None
    except ExpressionError:
        return False


def _allowed(expression: object) -> bool:
    match expression:
        case SPDX.AND():
            return all(map(_allowed, expression.args))
        case SPDX.OR():
            return any(map(_allowed, expression.args))
        case _:
            return str(expression) in COMPATIBLE
