"""What must be true of the catalogues before they are shipped.

`python -m texts.check` says what is wrong and fails; a test asks the same.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final

from texts.audience import is_button, is_for_relatives, required
from texts.budget import leaves_by_sms, parts_allowed, parts_taken, unknown_budgets
from texts.catalogue import DRAFT, LANGUAGES, REVIEWED, SOURCE, Entry, entries, folder
from texts.locale import is_right_to_left
from texts.plurals import categories
from texts.refresh import refreshed

_MESSAGE_LENGTH: Final = 4096  # Telegram's limit
_BUTTON_LENGTH: Final = 30  # what a phone shows of a button in full
_FIRST_REPLY_LENGTH: Final = 450

_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
# The letters a text may be made of. A Persian yeh or an Arabic heh inside a Uyghur word looks right on one
# phone and falls apart on the next. Chinese is checked by the name of the character.
_ALPHABETS: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset(_LATIN),
    "ru": frozenset(_RUSSIAN),
    "kk": frozenset(_RUSSIAN + "әғқңөұүһі"),
    "kk-Arab": frozenset("اەبپتجچحدرزسشعفقكگلمنڭھوۇۆۋىي\u0674"),
    "ug": frozenset("اەبپتجچخدرزژسشغفقكگڭلمنھوۇۆۈۋېىيئ"),
    "tr": frozenset("abcçdefgğhıijklmnoöprsştuüvyzâîû"),
    "uz": frozenset(_LATIN) - {"c", "w"} | set("cʻʼ"),
}
_FIRST_HAN, _LAST_HAN = "\u4e00", "\u9fff"
# May stand in any language: what is filled in, what is typed as it is, and three proper names.
_FOREIGN = re.compile(r"\{[a-z_]+\}|(?<![\w/])/[a-z]+|`[^`]*`|\b(?:Telegram|WhatsApp|Panah)\b")
# "477-V23" behind an Arabic letter is shown as "V23-477"; behind a Latin word, or first on a line, it is not.
_TURNED_CODE = re.compile(r"(?<!Panah )(?<!^)\{codes?\}", re.MULTILINE)
_EMAIL = re.compile(r"\S+@\S+\.\S+")


def problems() -> tuple[str, ...]:
    """Return what is wrong, one phrase each, empty when all is well."""
    english = entries(SOURCE)
    found = [f"{key} has a length in budgets.yaml and never leaves by SMS" for key in sorted(unknown_budgets())]
    for language in LANGUAGES:
        own = entries(language)
        found += [f"{language}: {problem}" for problem in in_catalogue(language, own, english)]
        found += [f"{language}: {problem}" for problem in in_file(language, _raw(language), own, english)]
    return tuple(found)


def in_catalogue(language: str, own: Mapping[str, Entry], english: Mapping[str, Entry]) -> Iterator[str]:
    """Yield what is wrong with the entries of a catalogue, compared with the English ones."""
    yield from (f"{key} is missing" for key in sorted(required(language) - set(own)))
    for key, entry in own.items():
        if key not in english:
            yield f"{key} is not a key of the English catalogue"
            continue
        if len(entry.forms) != (len(categories(language)) if english[key].forms else 0):
            yield f"{key} has other forms for numbers than its language"
        said = [replace(entry, text=text) for text in entry.forms or (entry.text,)]
        judged = [_Judged(key, language, one, english[key]) for one in said]
        yield from (f"{key} {complaint}" for complaint, is_wrong in _COMPLAINTS.items() if any(map(is_wrong, judged)))


def in_file(language: str, raw: str, own: Mapping[str, Entry], english: Mapping[str, Entry]) -> Iterator[str]:
    """Yield what is wrong with the file itself."""
    if _EMAIL.search(raw):
        yield "the file holds an e-mail address; translators stay unnamed, they have families"
    if raw != refreshed(language, own, english):
        yield "the file is not in step with the English one; run python -m texts.refresh"


@dataclass(frozen=True)
class _Judged:
    key: str
    language: str
    entry: Entry
    english: Entry

    @property
    def text(self) -> str:
        return self.entry.text


def _has_foreign_letters(judged: _Judged) -> bool:
    if judged.key.startswith("language."):
        return False
    own_words = _FOREIGN.sub(" ", judged.text).lower()
    alphabet = _ALPHABETS.get(judged.language)
    return any(
        not (_FIRST_HAN <= letter <= _LAST_HAN if alphabet is None else letter in alphabet)
        for letter in own_words
        if letter.isalpha()
    )


def _review_is_unclear(judged: _Judged) -> bool:
    return judged.language != SOURCE and len({DRAFT, REVIEWED} & set(judged.entry.marks)) != 1


def _commands(text: str) -> list[str]:
    return re.findall(r"(?<![\w/])/[a-z]+|`[^`]*`", text)


_COMPLAINTS: Final[Mapping[str, Callable[[_Judged], bool]]] = {
    "is empty": lambda judged: not judged.text,
    "begins or ends with white space": lambda judged: judged.text != judged.text.strip(),
    "has other placeholders than the English": lambda judged: judged.entry.placeholders != judged.english.placeholders,
    "has a stray brace": lambda judged: bool(re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", judged.text))),
    "has other commands than the English": lambda judged: _commands(judged.text) != _commands(judged.english.text),
    "has other lines than the English": lambda judged: judged.text.count("\n") != judged.english.text.count("\n"),
    "has letters of another alphabet": _has_foreign_letters,
    "holds invisible control characters": lambda judged: not judged.text.replace("\n", "").isprintable(),
    "is too long for a message": lambda judged: len(judged.text) > _MESSAGE_LENGTH,
    "is too long for a button": lambda judged: is_button(judged.key) and len(judged.text) > _BUTTON_LENGTH,
    "is too long for a lock screen": lambda judged: (
        judged.key == "reply.first" and len(judged.text) > _FIRST_REPLY_LENGTH
    ),
    "is too long for its parts of an SMS": lambda judged: (
        leaves_by_sms(judged.key) and parts_taken(judged.key, judged.language, judged.entry) > parts_allowed(judged.key)
    ),
    "sets a code behind right-to-left letters, which turns it round in an SMS; write Panah before it": lambda judged: (
        leaves_by_sms(judged.key) and is_right_to_left(judged.language) and bool(_TURNED_CODE.search(judged.text))
    ),
    "is still in English": lambda judged: (
        judged.language != SOURCE
        and is_for_relatives(judged.key)
        and " " in judged.text
        and judged.text == judged.english.text
        and not judged.key.startswith("language.")
    ),
    "differs between languages": lambda judged: (
        judged.key.startswith("language.") and judged.text != judged.english.text
    ),
    "is fuzzy, so nobody would hear it; use review: draft": lambda judged: judged.entry.fuzzy,
    "says neither or both of review: draft and review: done": _review_is_unclear,
    "has no note for translators": lambda judged: not judged.english.notes,
}


def _raw(language: str) -> str:
    return (files("texts") / "catalogues" / folder(language) / "panah.po").read_text(encoding="utf-8")


def main() -> None:
    """Say what is wrong; exit with 1 if anything is."""
    found = problems()
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
