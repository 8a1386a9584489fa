"""What the program says, by stable key and language.

The catalogues are gettext `.po` files, one folder a language, because translators have tools for them. The
msgid is the key, the msgstr the text. They are read in memory when a language is first needed; there is
nothing to compile and nothing to forget to compile.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType
from typing import Final

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from texts import bidi
from texts.locale import is_right_to_left
from texts.plurals import form_of

LANGUAGES: Final = ("en", "ru", "kk", "kk-Arab", "ug", "zh", "tr", "uz")
SOURCE: Final = "en"

# Which language is spoken instead when a text is missing, nearest first.
FALLBACKS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": (),
        "ru": ("en",),
        "kk": ("ru", "en"),
        "kk-Arab": ("kk", "ru", "en"),
        "ug": ("en",),
        "zh": ("en",),
        "tr": ("en",),
        "uz": ("ru", "en"),
    }
)

REVIEWED: Final = "review: done"  # the translator's comment that says a native speaker has read the entry
DRAFT: Final = "review: draft"
QUOTE: Final = "en|"  # begins each comment line that repeats the English a translation was made from

COUNT: Final = "count"
"""The value that a text with forms goes by."""

_TYPED: Final = str.maketrans(dict.fromkeys("ʻʼ’‘", "'"))
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Entry:
    """One text of one catalogue, with what its comments say about it."""

    text: str
    notes: tuple[str, ...]  # for the translator: who reads it and when
    quoted: str | None  # the English it was translated from; none in the English catalogue
    marks: tuple[str, ...]  # the translator's own comments, among them REVIEWED or DRAFT
    fuzzy: bool
    forms: tuple[str, ...] = ()
    """The forms of a text that depends on a number, in the order of `texts.plurals`; the last of them is `text`."""

    @property
    def placeholders(self) -> frozenset[str]:
        """Names that stand in braces in the text."""
        return frozenset(_PLACEHOLDER.findall(self.text))

    @property
    def whole(self) -> str:
        """Everything it says: each form on lines of its own."""
        return "\n".join(self.forms) or self.text


def say(key: str, language: str, /, **values: str | int) -> str:
    """Return the text of `key` in `language`, each value inserted between direction isolates.

    A text that is missing is spoken in the next language of `FALLBACKS`; a language we do not know is
    answered in English, so that an old row never leaves a person without an answer. Values become one line
    (see `texts.bidi`); values the text does not use are ignored. Of a text with forms, the one that goes with `count`
    is said.

    Raises KeyError, naming the key and never a value, for an unknown key or a placeholder without a value.
    """
    known = language if language in FALLBACKS else SOURCE
    return _laid_out(key, known, values) if values else _bare(key, known)


@cache
def _bare(key: str, language: str) -> str:
    """Return a text into which nothing is filled; a page says hundreds of them."""
    return _laid_out(key, language, {})


def _laid_out(key: str, language: str, values: Mapping[str, str | int]) -> str:
    spoken, entry = _find(key, language)
    text = _form(entry, spoken, values)
    if is_right_to_left(spoken):
        text = bidi.right_to_left(text)
    return _fill(key, text, values, bidi.isolate)


def say_plain(key: str, language: str, /, **values: str | int) -> str:
    """Do as `say`, without isolates: for SMS, where each costs a character and handsets print boxes.

    Apostrophes are those of a keyboard: the letters of Uzbek would make a text twice as dear.
    """
    spoken, entry = _find(key, language)
    return typed(_fill(key, _form(entry, spoken, values), values, bidi.plain))


def typed(text: str) -> str:
    """Return a text with the apostrophes of a keyboard."""
    return text.translate(_TYPED)


def spoken(key: str, language: str) -> str:
    """Return the language in which `say` speaks `key`: the wanted one, or the nearest that has the text.

    A page takes its direction from it. Raises KeyError for an unknown key.
    """
    return _find(key, language)[0]


@cache
def keys() -> frozenset[str]:
    """Every key there is: what the English catalogue holds."""
    return frozenset(entries(SOURCE))


def placeholders(key: str) -> frozenset[str]:
    """Names of the values `say` needs for `key`. Raises KeyError for an unknown key."""
    return _source_entry(key).placeholders


def drafts(language: str) -> frozenset[str]:
    """Keys of a catalogue whose text no native speaker has read, or whose English has changed since.

    English is the language the texts are written in and has none.
    """
    if language == SOURCE:
        return frozenset()
    english = entries(SOURCE)
    return frozenset(
        key
        for key, entry in entries(language).items()
        if REVIEWED not in entry.marks or key not in english or entry.quoted != english[key].whole
    )


def folder(language: str) -> str:
    """Name of the folder that holds a language's catalogue: `kk-Arab` lives in `kk_Arab`."""
    return language.replace("-", "_")


@cache
def entries(language: str) -> Mapping[str, Entry]:
    """Read a catalogue, once per process. Raises KeyError for a language we do not speak."""
    if language not in LANGUAGES:
        raise KeyError(f"no catalogue for language {language!r}")
    raw = (files("texts") / "catalogues" / folder(language) / "panah.po").read_bytes()
    return read_entries(raw, language)


def read_entries(raw: bytes, language: str) -> Mapping[str, Entry]:
    """Read the bytes of a `.po` file. Raises babel's PoFileError when it is malformed."""
    catalogue = read_po(BytesIO(raw), locale=folder(language), ignore_obsolete=True, abort_invalid=True)
    return MappingProxyType({_key(message): _entry(message) for message in catalogue if message.id})


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _entry(message: Message) -> Entry:
    quoted = [note.removeprefix(QUOTE).strip() for note in message.auto_comments if note.startswith(QUOTE)]
    forms = () if isinstance(message.string, str) else tuple(message.string or ())
    return Entry(
        text=message.string if isinstance(message.string, str) else "".join(forms[-1:]),
        notes=tuple(note for note in message.auto_comments if not note.startswith(QUOTE)),
        quoted="\n".join(quoted) if quoted else None,
        marks=tuple(message.user_comments),
        fuzzy=message.fuzzy,
        forms=forms,
    )


def _find(key: str, language: str) -> tuple[str, Entry]:
    """Return the language that has a text for `key`, and the text."""
    known = language if language in FALLBACKS else SOURCE
    for spoken in (known, *FALLBACKS[known]):
        entry = entries(spoken).get(key)
        # What a tool only guessed (fuzzy) is not said to anybody.
        if entry is not None and entry.text and not entry.fuzzy:
            return spoken, entry
    return SOURCE, _source_entry(key)


def _form(entry: Entry, language: str, values: Mapping[str, str | int]) -> str:
    count = str(values.get(COUNT, ""))
    if not entry.forms or not count.isdecimal():
        return entry.text
    return entry.forms[form_of(language, int(count))]


def _source_entry(key: str) -> Entry:
    try:
        return entries(SOURCE)[key]
    except KeyError:
        raise KeyError(f"no text with the key {key!r}") from None


def _fill(key: str, text: str, values: Mapping[str, str | int], clean: Callable[[str], str]) -> str:
    if "{" not in text:
        return text

    def value_of(placeholder: re.Match[str]) -> str:
        name = placeholder.group(1)
        if name not in values:
            raise KeyError(f"text {key!r} needs a value for {name!r}")
        return clean(str(values[name]))

    return _PLACEHOLDER.sub(value_of, text)
