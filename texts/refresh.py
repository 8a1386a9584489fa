"""Keeps the catalogues of translators in step with the English one: `python -m texts.refresh`.

The msgid of an entry is only a key, so each translated entry repeats, in comments, what the text is for and
the English it was made from. When the English has changed since, the entry becomes a draft again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from typing import Final

from babel.messages.pofile import normalize

from texts.audience import required
from texts.catalogue import DRAFT, LANGUAGES, QUOTE, REVIEWED, SOURCE, Entry, entries, folder
from texts.plurals import categories, header

_TO_THE_AUTHOR: Final = """\
# What Panah says, in English. The msgid of an entry is its key in the program and never changes.
# The comment above it tells translators who reads the text and when. After a change here run
# python -m texts.refresh, which carries it over to the other languages."""
_TO_THE_TRANSLATOR: Final = """\
# What Panah says. The msgid of an entry is its key; the English it stands for follows "en|" above it.
# Words in {braces} are filled in by the program: keep them, and move them where your grammar wants them.
# "review: draft" means that no native speaker has read the text. When you have, write "review: done".
# This file is public. Leave your name, your address and your organisation out of it."""


def refreshed(language: str, own: Mapping[str, Entry], english: Mapping[str, Entry]) -> str:
    """Return the whole `.po` file of a language: entries in English order, what English lacks at the end."""
    order = [key for key in english if key in own or key in required(language)]
    order += [key for key in own if key not in english]
    written = [_written(key, _in_step(key, language, own, english)) for key in order]
    return "\n".join([_header(language), *written])


def _in_step(key: str, language: str, own: Mapping[str, Entry], english: Mapping[str, Entry]) -> Entry:
    entry = own.get(key) or Entry(text="", notes=(), quoted=None, marks=(), fuzzy=False)
    source = english.get(key)
    if language == SOURCE or source is None:
        return entry
    changed = entry.quoted != source.whole
    return replace(
        entry,
        notes=source.notes,
        quoted=source.whole,
        marks=_marks(entry, changed=changed),
        forms=_forms(language, entry) if source.forms else (),
    )


def _forms(language: str, entry: Entry) -> tuple[str, ...]:
    """Return as many forms as the language has; what was one text before stands in each of them."""
    wanted = len(categories(language))
    return entry.forms if len(entry.forms) == wanted else (entry.text,) * wanted


def _marks(entry: Entry, *, changed: bool) -> tuple[str, ...]:
    """Return the translator's comments with exactly one word on review, and that one first."""
    others = tuple(mark for mark in entry.marks if mark not in {DRAFT, REVIEWED})
    return (REVIEWED if REVIEWED in entry.marks and not changed else DRAFT, *others)


def _header(language: str) -> str:
    fields = {
        "Project-Id-Version": "Panah",
        "Language": folder(language),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": header(language),
    }
    lines = [f'"{name}: {value}\\n"' for name, value in fields.items()]
    greeting = _TO_THE_AUTHOR if language == SOURCE else _TO_THE_TRANSLATOR
    return "\n".join([greeting, 'msgid ""', 'msgstr ""', *lines, ""])


def _written(key: str, entry: Entry) -> str:
    if entry.forms:
        said = [f"msgstr[{index}] {normalize(form, width=0)}" for index, form in enumerate(entry.forms)]
        return "\n".join([*_comments(entry), f"msgid {normalize(key)}", f"msgid_plural {normalize(key)}", *said, ""])
    return "\n".join([*_comments(entry), f"msgid {normalize(key)}", f"msgstr {normalize(entry.text, width=0)}", ""])


def _comments(entry: Entry) -> Iterator[str]:
    yield from (f"# {mark}" for mark in entry.marks)
    yield from (f"#. {note}" for note in entry.notes)
    if entry.quoted is not None:
        yield from (f"#. {QUOTE} {line}" for line in entry.quoted.split("\n"))
    if entry.fuzzy:
        yield "#, fuzzy"


def main() -> None:
    """Rewrite every catalogue in place."""
    english = entries(SOURCE)
    for language in LANGUAGES:
        with as_file(files("texts") / "catalogues" / folder(language) / "panah.po") as path:
            path.write_text(refreshed(language, entries(language), english), encoding="utf-8")


if __name__ == "__main__":
    main()
