"""Who reads which text, read from the first word of its key."""

from functools import cache
from typing import Final

from texts.catalogue import FALLBACKS, keys

_FOR_RELATIVES: Final = ("reply.", "ask.", "option.", "language.", "report.", "text.", "call.")
_STAFF_LANGUAGES: Final = frozenset({"en", "ru", "kk", "ug"})
_BUTTONS: Final = ("option.", "button.", "language.")
_OTHER_BUTTONS: Final = frozenset({"web.show"})


@cache
def required(language: str) -> frozenset[str]:
    """Keys a catalogue must hold: what relatives read in every language, everything in those of the staff."""
    if language in _STAFF_LANGUAGES:
        return keys()
    return frozenset(key for key in keys() if is_for_relatives(key))


def is_for_staff(language: str) -> bool:
    """Say whether helpers are written to in this language: it has all texts, or another script of it has them."""
    return language in FALLBACKS and language.partition("-")[0] in _STAFF_LANGUAGES


def is_for_relatives(key: str) -> bool:
    """Say whether somebody reads or hears the text who reports: then it is in every language."""
    return key.startswith(_FOR_RELATIVES)


def is_button(key: str) -> bool:
    """Say whether the text is the label of a button."""
    return key.startswith(_BUTTONS) or key in _OTHER_BUTTONS
