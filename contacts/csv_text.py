"""The text of a cell in one spelling, whatever program or messenger it was copied out of."""

from __future__ import annotations

import unicodedata

MAX_TEXT = 300

# Marks that carry no letter and travel along when a number or a name is copied out of a messenger. A stray one could
# also break out of the isolation that surrounds a name inside a sentence of the other direction. The joiners
# U+200C and U+200D stay: Persian and Uyghur spelling needs them.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
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
    text = cell.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs" or character == "\ufffd":
            raise RejectedError("some letters were lost when the file was saved; save it again as UTF-8")
        if category == "Cc" and character not in "\n\t":
            raise RejectedError("it holds a control character; type it again")
    return unicodedata.normalize("NFC", text).strip()


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
