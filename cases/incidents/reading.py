"""Reading a list of people as somebody sent it, in any script: which pieces are people, and which are not. Pure.

A list is a proposal: a human looks at every piece before there is a case. So a piece that may be a person counts as
one, and what is none is kept and shown.

Guaranteed, whatever comes in:

- No letter and no figure is lost, and none changes its place: the pieces, one behind the other, are the text but for
  blanks and for the marks between them.
- Reading what :func:`as_lines` makes of the pieces gives the same pieces.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST_TEXT: Final = 60_000
"""Characters. A longer list is refused, not cut."""
LOOKED_AT: Final = 6_000
"""Characters by which a text that nobody calls a list is taken for one."""
MOST_PEOPLE: Final = 300
LEAST_IN_LINES: Final = 2
LEAST_IN_A_LINE: Final = 3
MOST_WORDS: Final = 6
"""More words than a name has."""
_TEXT_OF_LETTERS: Final = 16
"""Characters of a name in letters that do not stand in words, as in Chinese; more are a sentence."""


@dataclass(frozen=True)
class Piece:
    """One piece of a list. ``name`` is empty where it is no person; ``written`` is all of it, as it came."""

    written: str
    name: str = ""
    remark: str = ""
    """Whatever stands beside the name: age, place, how somebody is related; as it was written."""
    born: str = ""
    """A day (``1985-04-03``) or a year (``1985``) of birth, where the remark has one."""
    age: int | None = None

    @property
    def is_person(self) -> bool:
        """Whether it reads as somebody's name."""
        return bool(self.name)


class ListError(ValueError):
    """A list that cannot be taken as it is; the message says what to do, and repeats nothing of it."""


def read_list(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a text in their order. Raises ListError for one that is too long."""
    if len(text) > LONGEST_TEXT:
        raise ListError("the list is too long; paste it in two parts")
    written = [piece for line in text.splitlines() for piece in _apart(line)]
    return tuple(_read(one) for one in written)


def people_listed(text: str) -> int:
    """Return how many people are listed in a text that nobody calls a list; 0 where it says more than names.

    Two are a list where three lines or more are written; in fewer it takes three. Of a long text its beginning tells:
    anybody may send one, and whoever waits for an answer holds up others.
    """
    text = text[:LOOKED_AT]
    pieces = read_list(text)
    people = sum(one.is_person for one in pieces)
    lines = sum(any(map(str.isalpha, line)) for line in text.splitlines())
    least = LEAST_IN_LINES if lines > LEAST_IN_LINES else LEAST_IN_A_LINE
    return people if people * 2 >= len(pieces) and people >= least else 0


def as_lines(pieces: Iterable[Piece]) -> str:
    """Put the pieces under each other, each as it was written: a text that reads as the same pieces."""
    return "\n".join(piece.written for piece in pieces)


# Where one piece ends and the next begins

_OPENS: Final = {"(": ")", "[": "]", "（": "）", "【": "】", "«": "»", "“": "”", '"': '"'}
_DEEPEST: Final = 4
"""Brackets within brackets that are told apart."""
_DOT: Final = r"[•●▪◦‣○■□✓✔]"
_BULLET: Final = rf"(?:{_DOT}|[·*+>–—-])"
"""What begins a line; within one, a dash or a star may be anything."""
_NUMBER: Final = r"(?:№\s*)?\d{1,3}\s*(?:[.)）．、:]|\s-\s)(?!\d)"
_BETWEEN: Final = re.compile(
    rf"""
      [;；؛|]                                   # always between two
    | \s/\s | (?<=\w)/(?=\w*[^\W\d]) | \\       # "Serik D / Erlan M"
    | (?:^|(?<=[\s,،，、]))(?={_NUMBER}\s*[^\W\d_])  # before "2. "
    | (?<=\s)(?={_DOT}\s*[^\W\d_])             # before a bullet
    """,
    re.VERBOSE,
)
_COMMA: Final = re.compile(r"[,،，、\t]")
_MARK: Final = re.compile(rf"^\s*(?:{_NUMBER}|\d{{1,3}}\s*\t|{_BULLET})\s*")
_EDGES: Final = " \t\u00a0\u3000\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff,،，、;；؛/\\|"
_SAYS_SO: Final = re.compile(r"[:：]\s")
_ENDS: Final = re.compile(r"(?<=[!?！？。۔؟])\s*(?=\S)")
_AND: Final = re.compile(r"(?:^|\s)(?=(?:and|и|және|мен|ۋە|و|和|及)\s+\S)")


def _apart(line: str) -> Iterator[str]:
    """Split a line until nothing can be split any more: whatever comes out would come out again."""
    waiting = deque([line])
    while waiting:
        one = waiting.popleft().strip(_EDGES)
        if not any(character.isalnum() for character in one):
            continue
        parts = [part for part in _split_once(one) if part.strip(_EDGES)]
        if len(parts) > 1 or (parts and parts[0].strip(_EDGES) != one):
            waiting.extendleft(reversed(parts))
        else:
            yield one


def _split_once(piece: str) -> list[str]:
    mark = _MARK.match(piece)
    start = mark.end() if mark else 0
    for pattern in (_BETWEEN, _ENDS):
        cuts = [found.span() for found in pattern.finditer(piece, start) if found.end() > start]
        parts = _cut(piece, cuts)
        if len(parts) > 1:
            return parts
    head = _SAYS_SO.search(piece, start)
    if head and not _inside(piece)[head.start()]:
        return [piece[: head.end()], piece[head.end() :]]
    if mark is None:
        return _people_between_commas(piece)
    return [piece]


def _cut(piece: str, cuts: Sequence[tuple[int, int]]) -> list[str]:
    """Cut a piece at some places, but never within brackets or quotation marks that end."""
    inside = _inside(piece) if cuts else []
    parts, begin = [], 0
    for start, end in cuts:
        if not inside[start] and (start > begin or end > start):
            parts.append(piece[begin:start])
            begin = end
    parts.append(piece[begin:])
    return [part for part in parts if part.strip(_EDGES)]


def _inside(piece: str) -> list[bool]:
    """Of each place, its end too, whether it lies in brackets that are closed behind it."""
    inside = [False] * (len(piece) + 1)
    open_: list[tuple[str, int]] = []
    for place, character in enumerate(piece):
        at = next((depth for depth in range(len(open_) - 1, -1, -1) if open_[depth][0] == character), None)
        if at is not None:
            begin = open_[at][1]
            inside[begin + 1 : place + 1] = [True] * (place - begin)
            del open_[at:]
        elif character in _OPENS and len(open_) < _DEEPEST:
            open_.append((_OPENS[character], place))
    return inside


def _people_between_commas(piece: str) -> list[str]:
    """Split what commas separate where the fields are people; what describes somebody stays with them."""
    fields = _cut(piece, [found.span() for found in _COMMA.finditer(piece)])
    begin_with_and = [part for field in fields for part in _cut(field, [m.span() for m in _AND.finditer(field)])]
    parts: list[list[str]] = []
    wide = is_person = False
    for field in begin_with_and:
        named = _looks_like_a_name(_name_and_rest(field)[0])
        joined = field.strip(_EDGES)
        alone = len(_words(joined)) == 1 and not _is_caseless(joined)
        describes = parts and not (_is_others(joined) or (named and not (wide and alone))) and is_person
        if describes and not _is_said(joined):
            parts[-1].append(joined)  # a person stays one whatever is said behind the name
            continue
        if not describes:
            wide = named and len(_words(_name_and_rest(field)[0])) > 1
        parts.append([joined])
        is_person = _is_person(joined)
    return [", ".join(part) for part in parts]


# What a piece says

_BORN_DAY: Final = re.compile(
    r"(?<!\d)(?:(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)\d\d)|((?:19|20)\d\d)-(\d{1,2})-(\d{1,2}))(?!\d)"
)
_BORN_YEAR: Final = re.compile(r"(?<!\d)(19\d\d|20[0-2]\d)(?!\d)")
_AGED: Final = re.compile(
    r"(?<![\d.])(\d{1,3})\s*-?\s*(?:лет|года?|жас(?:та|ар)?|ياش|岁|歲|y\.?\s?o\.?|yrs?|years?)(?!\w)", re.IGNORECASE
)
_ONLY_AGE: Final = re.compile(r"^\s*\(?\s*(\d{1,2})\s*\)?\s*$")
_NAME_ENDS: Final = re.compile(r"[\d(\[（【«“\"]|\s[-–—]\s|[,،，、\t]|[-–—]\s*(?=\d)")
_SENTENCE: Final = re.compile(r"[!?！？。۔؟:：@…=]|\.{2,}|https?:")
_INITIAL: Final = re.compile(r"^[^\W\d_]{1,3}\.?$")
_STEMS: Final = (
    "police", "polic", "took", "taken", "list", "other", "unknown", "help", "please", "people", "everybody", "everyone",
    "полици", "забра", "список", "списк", "другие", "других", "остальн", "помог", "человек", "неизвестн", "задерж",
    "люди", "людей", "всех", "тізім", "басқа", "ұста", "әкет", "көмек", "адам", "белгісіз", "барлы",
    "ساقچى", "تىزىم", "باشقى", "باسقا", "تۇتۇ", "ياردەم", "ئادەم", "كىشى", "پوليتسي",
    "警察", "公安", "名单", "其他", "其它", "抓", "带走", "帮", "救",
)  # fmt: skip
"""Beginnings of words that no name begins with; in Chinese, what no name holds."""
_OTHERS: Final = re.compile(
    r"^(?:and|и|және|мен|ۋە|和)?\s*(?:others?|more|et al\.?|другие|др\.?|остальные|ещё.*|еще.*|басқалар.*|тағы.*|"
    r"باشقىلار.*|басқалары.*|等.*|其他.*)\s*\.?$",
    re.IGNORECASE,
)


def _read(written: str) -> Piece:
    mark = _MARK.match(written)
    rest = written[mark.end() :] if mark else written
    name, remark = _name_and_rest(rest)
    if not _looks_like_a_name(name, certain=mark is not None):
        return Piece(written)
    return Piece(written, name, remark, _born(remark), _age(remark))


def as_confirmed(written: str, name: str, remark: str) -> Piece:
    """Return the person that a human made of a piece: the name and the remark are theirs, the rest is read anew."""
    name, remark = " ".join(name.split()), " ".join(remark.split())
    return Piece(written, name, remark, _born(remark), _age(remark))


def as_in_a_row(written: str, name: str, born: str, remark: str) -> Piece:
    """Return the person of a row of a table, where what is said of their age stands in a column of its own."""
    remark = ", ".join(part for part in (born, remark) if part)
    return Piece(written, name, remark, _born(remark), _age(born) or _age(remark))


def _is_person(piece: str) -> bool:
    return _read(piece.strip(_EDGES)).is_person


def _is_said(piece: str) -> bool:
    """Whether it is a sentence of its own, rather than something about the person before it."""
    return bool(_SENTENCE.search(piece)) or len(_words(piece)) > MOST_WORDS + 2 or _says_something_else(piece)


def _name_and_rest(piece: str) -> tuple[str, str]:
    found = _NAME_ENDS.search(piece)
    name, rest = (piece, "") if found is None else (piece[: found.start()], piece[found.start() :])
    name = re.sub(r"^\s*(?:and|и|және|мен|ۋە|和|及)\s+", "", name)
    return " ".join(name.split()).strip(_EDGES + " -–—"), rest.strip(_EDGES + " -–—\t")


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s·•]+", text) if any(character.isalpha() for character in word)]


def _looks_like_a_name(name: str, *, certain: bool = False) -> bool:
    """Whether something reads as a name. ``certain``: it stands in a list with numbers, where small letters will do."""
    words = _words(name)
    if not words or len(words) > MOST_WORDS or _SENTENCE.search(name) or _says_something_else(name):
        return False
    if not all(_is_of_a_name(character) for character in name):
        return False
    if _is_caseless(name):
        return len(name.replace(" ", "")) > 1 and (not _runs_together(name) or len(name) <= _TEXT_OF_LETTERS)
    if all(_INITIAL.match(word) for word in words) and not any(word[0].isupper() for word in words):
        return False
    return certain or words[0][0].isupper() or (len(words) > 1 and all(word[0].isupper() for word in words[1:]))


def _says_something_else(text: str) -> bool:
    if _is_others(text):
        return True
    return any(
        (stem in word if stem >= "\u3400" else word.startswith(stem))
        for word in _words(text.casefold())
        for stem in _STEMS
    )


def _is_others(text: str) -> bool:
    return bool(_OTHERS.match(text.strip(_EDGES)))


def _is_of_a_name(character: str) -> bool:
    return character.isalpha() or unicodedata.category(character) in ("Mn", "Mc", "Cf") or character in " .'’ʼ`ʻ-‐·•"


def _is_caseless(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and not any(character.isupper() or character.islower() for character in letters)


def _runs_together(text: str) -> bool:
    return any(character >= "\u3400" for character in text)


def _born(remark: str) -> str:
    day = _BORN_DAY.search(remark)
    if day is not None:
        written = (day[3], day[2], day[1]) if day[3] else (day[4], day[5], day[6])
        try:
            return _as_day(*(int(one) for one in written))
        except ValueError:
            return written[0]
    year = _BORN_YEAR.search(remark)
    return year[1] if year else ""


def _as_day(year: int, month: int, day: int) -> str:
    return date(year, month, day).isoformat()


def _age(remark: str) -> int | None:
    found = _AGED.search(remark) or _ONLY_AGE.match(remark)
    age = int(found[1]) if found else None
    return age if age is not None and age < 120 else None  # noqa: PLR2004  nobody is older
