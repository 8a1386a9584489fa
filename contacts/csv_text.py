"""The text of a cell in one spelling, whatever program or messenger it was copied out of."""

from __future__ import annotations

import unicodedata

MAX_TEXT = 300

# Marks that carry no letter travel along when a number or a name is copied out of a messenger, make two names that
# look the same, or break out of the isolation that surrounds a name inside a sentence of the other direction. They go:
# all of the category Cf (but the joiners, which Persian and Uyghur spelling needs, and the signs of Arabic and Syriac
# numbers, which can be seen), and what shows nothing although it counts as a letter or a mark.
JOINERS = "\u200c\u200d"
_SHOWS_SOMETHING = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
_SHOWS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_NOT_LATIN = "it holds a character that is not a Latin letter, though it may look like one; type it again"


class RejectedError(Exception):
    """The cell cannot be taken as it is; `reason` says what is wrong and what to do without repeating the cell."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean(cell: str) -> str:
    """The cell in one spelling: plain line breaks, no invisible marks, composed letters, no outer blanks.

    Raises RejectedError for control characters and for letters that were lost before the file reached us.
    """
    text = visible(cell.replace("\r\n", "\n").replace("\r", "\n"))
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs" or character == "\ufffd":
            raise RejectedError("some letters were lost when the file was saved; save it again as UTF-8")
        if category == "Cc" and character not in "\n\t":
            raise RejectedError("it holds a control character; type it again")
    return unicodedata.normalize("NFC", text).strip()


def visible(text: str) -> str:
    """The text without marks that show nothing, those that turn a line around among them."""
    return "".join(filter(_shows, text))


def _shows(character: str) -> bool:
    if character in JOINERS or character in _SHOWS_SOMETHING:
        return True
    return character not in _SHOWS_NOTHING and unicodedata.category(character) != "Cf"


def one_line(cell: str, limit: int = MAX_TEXT) -> str:
    """The cleaned cell with single blanks; raises RejectedError if it has several lines or is too long."""
    written = clean(cell)
    if len(written.splitlines()) > 1:
        raise RejectedError("it holds a line break; write it on one line")
    return at_most(" ".join(written.split()), limit)


def one_code(cell: str) -> str:
    """As `one_line`, with the full-width and other decorated forms of letters and digits made plain."""
    return unicodedata.normalize("NFKC", one_line(cell)).strip()


def at_most(written: str, limit: int) -> str:
    """The same text; raises RejectedError if it is longer than `limit` characters."""
    if len(written) > limit:
        raise RejectedError(f"it is longer than {limit} characters; shorten it")
    return written


def latin(written: str) -> str:
    """The same text; raises RejectedError for look-alike letters of other alphabets, which match nothing."""
    if not written.isascii():
        raise RejectedError(_NOT_LATIN)
    return written
