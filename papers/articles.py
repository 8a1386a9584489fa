"""Numbers of articles as lawyers of a country write them: 8(1)(5) is “пп. 5) п. 1 ст. 8” in a Russian filing. Pure.

The law's data has them all in one short way. What is not written in that way stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ONE: Final = r"\(\d+\)(?:[-,]\(\d+\))*"
_ARTICLE: Final = re.compile(rf"(?P<article>\d+(?:-\d+)?)(?P<first>{_ONE})?(?P<second>{_ONE})?")
_BETWEEN: Final = re.compile(r"[,;] ")
_ENDINGS: Final = {
    "бөлік": ("бөлігі", "бөліктері", "бөлігінің"),
    "тармақ": ("тармағы", "тармақтары", "тармағының"),
    "тармақша": ("тармақшасы", "тармақшалары", "тармақшасының"),
}
"""What stands below a Kazakh article: one of it, several, and of one of it."""


@dataclass(frozen=True)
class Parts:
    """What a law calls the first and the second thing below its articles.

    ``alone``: whether one number behind an article is the first of them. Where it may be either, it stays as it is.
    """

    first: str
    second: str
    alone: bool


@dataclass(frozen=True)
class Article:
    """An article and what of it is meant, e.g. 590(1)(4),(7): ``first`` is 1, ``second`` is 4, 7."""

    written: str
    """As our data has it."""
    number: str
    first: str = ""
    second: str = ""


def articles_in(text: str) -> tuple[Article, ...]:
    """Read numbers of articles; nothing where one of them is written in a way that is not known."""
    found = [_ARTICLE.fullmatch(one) for one in _BETWEEN.split(text)]
    if not all(found):
        return ()
    return tuple(
        Article(one[0], one["article"], _numbers(one["first"]), _numbers(one["second"]))
        for one in found
        if one is not None
    )


def _numbers(group: str | None) -> str:
    """``(1)-(3),(5)`` as 1–3, 5."""
    plain = (group or "").replace("(", "").replace(")", "")
    return plain.replace("-", "–").replace(",", ", ")


def written_articles(text: str, language: str, parts: Parts | None) -> str:
    """Write articles for a filing; ``parts``: what the law calls what is below them, None where nobody has said so."""
    articles = articles_in(text)
    if articles and language == "tr":
        return ", ".join("/".join(filter(None, (one.number, one.first, one.second))) for one in articles)
    if articles and parts is not None and language in _WRITTEN:
        return ", ".join(_one(one, language, parts) for one in articles)
    return _PLAIN.get(language, "{}").format(text)


def _one(one: Article, language: str, parts: Parts) -> str:
    if one.first and not one.second and not parts.alone:
        return _PLAIN[language].format(one.written)
    return _WRITTEN[language](one, parts)


def _in_russian(one: Article, parts: Parts) -> str:
    second = f"{parts.second} {_bracketed(one.second)} " if one.second else ""
    first = f"{parts.first} {one.first} " if one.first else ""
    return f"{second}{first}ст. {one.number}"


def _in_kazakh(one: Article, parts: Parts) -> str:
    if not one.first:
        return f"{one.number}-бабы"
    single, several, of_it = _ENDINGS[parts.first]
    if not one.second:
        return f"{one.number}-бабының {one.first}-{several if _is_several(one.first) else single}"
    single, several, _ = _ENDINGS[parts.second]
    below = f"{_bracketed(one.second)} {several if _is_several(one.second) else single}"
    return f"{one.number}-бабының {one.first}-{of_it} {below}"


def _bracketed(numbers: str) -> str:
    """Points are written with a bracket behind: 4), 7)."""
    return re.sub(r"\d+", r"\g<0>)", numbers)


def _is_several(numbers: str) -> bool:
    return not numbers.isdigit()


_WRITTEN: Final = {"ru": _in_russian, "kk": _in_kazakh}
_PLAIN: Final = {"ru": "ст. {}", "kk": "{}-бабы"}
"""How articles stand that are not taken apart."""
