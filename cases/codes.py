"""Case codes: `K7M-4TX`, the one word by which a report is spoken of on the phone, on paper and on a lock screen.

The alphabet is fifteen letters and eight digits, chosen by what goes wrong when a code is copied:

- No vowels, so that no code spells a word.
- No twins by sight: of O 0 D only D, of I 1 L 7 only L and 7, and none of B (8), G (6), S (5), Z (2).
- No Latin letter that a reader of Cyrillic pronounces as another letter of the alphabet. Р looks like P and is called
  "er", so P is out and R is in; likewise Н (H, "en"), В (B, "ve") and С (C, "es"): N, V and C are in, H, B and S out.
  A Cyrillic letter, whether typed for its look or for its sound, therefore leads to one letter of the alphabet.
- Q and Y stay, the least bad of the rest: without them 21 characters would make too few codes. Q has no O or 0 beside
  it; Y is told from V when printed, and not always by hand.

That leaves 23**6 - 8**6 = 147,773,745 codes with at least one letter, more than 2**27 = 134,217,728. All are equally
likely, so a guess at a hotline's thousand open cases succeeds once in 147,000 tries: a code names a case, it must not
by itself open one.
"""

import secrets
import unicodedata
from collections.abc import Callable
from typing import Final

LETTERS: Final = "CDFJKLMNQRTVWXY"
DIGITS: Final = "23456789"
ALPHABET: Final = LETTERS + DIGITS

POSSIBILITIES: Final = len(ALPHABET) ** 6 - len(DIGITS) ** 6

_HALF: Final = 3
_LENGTH: Final = 2 * _HALF
_TYPED_AT_MOST: Final = 64  # characters; longer text is a message, not a code

# The largest multiple of the alphabet's size within a byte: bytes beyond it would favour the first characters.
_FAIR_BYTES: Final = 256 - 256 % len(ALPHABET)

# What people type instead. Capitals only: the text is put in capitals first.
_MEANT: Final = str.maketrans(
    {
        # Cyrillic, by look
        "К": "K", "М": "M", "Т": "T", "Х": "X", "С": "C", "У": "Y", "Ү": "Y", "Ұ": "Y", "Ш": "W", "И": "N",
        "Я": "R", "Ғ": "F", "З": "3", "Ч": "4", "Б": "6",
        # Cyrillic, by sound; the Latin letters that Н, Р and В look like are not in the alphabet
        "Н": "N", "Р": "R", "В": "V", "Д": "D", "Ф": "F", "Л": "L", "Й": "J", "Ж": "J", "Ц": "C",
        # Latin letters outside the alphabet: H and P are Cyrillic Н and Р from the other keyboard, the rest are digits
        "H": "N", "P": "R", "B": "8", "G": "6", "S": "5", "Z": "2",
    }
)  # fmt: skip


def new_code(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A code no one can guess, each with the same chance; two calls may give the same one, so check before use.

    `random_bytes(n)` gives n random bytes; it is asked again until they make a code with a letter in it.
    """
    while True:
        code = _draw(random_bytes)
        if any(character in LETTERS for character in code):
            return _written(code)


def normalise_code(text: str) -> str | None:
    """The code somebody typed, as `new_code` writes it; None if the text is not a code. Never raises.

    Accepts small letters, spaces or any dash or none, full-width letters, the digits of every script, Cyrillic typed
    for Latin, and the Latin letters and digits the alphabet leaves out for looking like another. It does not say that
    there is a case of that name.
    """
    if len(text) > _TYPED_AT_MOST:
        return None
    typed = unicodedata.normalize("NFKC", text).upper()
    code = "".join(_digit(character) for character in typed if not _separates(character)).translate(_MEANT)
    if len(code) != _LENGTH or any(character not in ALPHABET for character in code):
        return None
    return _written(code) if any(character in LETTERS for character in code) else None


def leading_code(text: str) -> tuple[str | None, str]:
    """The code that a text begins with, as `new_code` writes it, and what follows; None and the text without one.

    A code may stand in two halves.
    """
    words = text.split(maxsplit=2)
    if words and (code := normalise_code(words[0])) is not None:
        return code, " ".join(words[1:])
    if len(words) > 1 and len(words[0]) == len(words[1]) == _HALF:
        code = normalise_code(words[0] + words[1])
        return (code, " ".join(words[2:])) if code is not None else (None, text)
    return None, text


def _draw(random_bytes: Callable[[int], bytes]) -> str:
    code = ""
    while len(code) < _LENGTH:
        fair = (byte for byte in random_bytes(_LENGTH - len(code)) if byte < _FAIR_BYTES)
        code += "".join(ALPHABET[byte % len(ALPHABET)] for byte in fair)
    return code


def _written(code: str) -> str:
    return f"{code[:_HALF]}-{code[_HALF:]}"


def _separates(character: str) -> bool:
    """Spaces, dashes and the like, quotes around a code, and the invisible marks of right-to-left text."""
    return unicodedata.category(character)[0] in "ZPC"


def _digit(character: str) -> str:
    """The same digit in the digits of the code, whatever script it was typed in; other characters as they are."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
