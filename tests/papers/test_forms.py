"""Every form can be filled: whatever is known, in every language it has; and a fault in one is named."""

from __future__ import annotations

import re

import pytest

from cases.consent.vocabulary import FIELDS, Audience
from law.rules import load_rules
from papers.composing import Mark, compose
from papers.errors import FormError
from papers.fitting import offer_of
from papers.kinds import Kind, load_kinds, read_form
from papers.markup import Sort
from papers.notes import notes_of
from tests.papers.records import VALUES, record
from texts.catalogue import keys

KINDS = load_kinds()
MARKUP = re.compile(r"[{}]|\[\[|\]\]|^[|@?#]", re.MULTILINE)
WRITTEN = [(kind, language) for kind in KINDS.values() for language in kind.lines]
FORM = """
id: note
order: 1
audience: un
title: {en: A note}
needs: {name_latin: family}
text:
  en: |
    # One
    Of {name_latin}.
"""


@pytest.mark.parametrize(("kind", "language"), WRITTEN, ids=[f"{kind.id}-{language}" for kind, language in WRITTEN])
@pytest.mark.parametrize("values", [VALUES, {}], ids=["known", "nothing known"])
def test_a_form_is_filled_to_the_last_mark(kind: Kind, language: str, values: dict[str, str]) -> None:
    paper = compose(kind, language, record(values))
    said = "\n".join(paper.lines())
    assert not MARKUP.search(said), MARKUP.search(said)
    assert len(paper.blocks) > 3
    assert paper.sha256() == compose(kind, language, record(values)).sha256()


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_all_languages_of_a_form_tell_the_same_fields(kind: Kind) -> None:
    """A translation that left a field out would file less than the other."""
    told = {language: sorted(compose(kind, language, record()).fields) for language in kind.lines}
    assert len({tuple(fields) for fields in told.values()}) == 1, told


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_pages_know_each_kind_and_all_it_asks_for(kind: Kind) -> None:
    assert f"papers.kind_{kind.id}" in keys()
    for name in kind.needs:
        assert f"field.{name}" in keys() or f"papers.field_{name}" in keys()
    if kind.instrument:
        assert kind.instrument in {one.id for one in load_rules().instruments}
        notes = notes_of(offer_of(kind, record(), KINDS.values()), compose(kind, "en", record()), record(), "ru")
        assert any(run.mark is Mark.LAW for block in notes for run in block.runs), "an address is to be checked"


def test_what_the_law_says_is_marked_until_a_lawyer_has_signed_it() -> None:
    kind = KINDS["kz_appeal"]
    rule = "kz.coao.expulsion.appeal_10d"
    unsigned = compose(kind, "ru", record())
    signed = compose(kind, "ru", record(signed=[rule]))
    about = next(line for line in unsigned.lines() if "десять суток" in line)
    assert about.startswith("[НЕ ПРОВЕРЕНО]")
    assert "confidence" in about
    assert not next(line for line in signed.lines() if "десять суток" in line).startswith("[НЕ ПРОВЕРЕНО]")


def test_no_form_cites_a_law_by_itself() -> None:
    """An article in a sentence of ours would be a claim of nobody: what the law says comes from the law's own data."""
    cites = re.compile(r"\b(art\.|Art\.|ст\.|статья \d|бап|madde) ?\d", re.IGNORECASE)
    for kind, language in WRITTEN:
        for line in kind.lines[language]:
            if line.sort is not Sort.MADE:
                assert not cites.search(line.text), (kind.id, line.text)


def test_only_a_paper_of_counsel_may_tell_the_compartment_to_counsel_alone() -> None:
    assert {one.id for one in KINDS.values() if one.is_counsels} == {"asylum_statement", "echr_r39", "tr_lawsuit"}
    for kind in KINDS.values():
        if kind.audience is Audience.FAMILY:
            assert not kind.fields - {"country", "region", "place", "agency", "court", "court_date", "counsel_name"}
        assert kind.fields <= set(FIELDS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("{name_latin}", "{shoe_size}"), "there is no field shoe_size"),
        (("audience: un", "audience: everybody"), "there is no audience everybody"),
        (("family}", "neighbour}"), "nobody is asked who is called neighbour"),
        (("order: 1", "order: 1\ncolour: red"), "colour is no key"),
        (("title: {en: A note}", "title: {ru: Записка}"), "it has no title in en"),
        (("# One", "| not a row of words"), "a row names a field"),
        (("order: 1", "order: 1\nwhen: {weather: good}"), "weather is no condition"),
        (("id: note", "id: [note"), "this is not YAML"),
    ],
)
def test_a_fault_of_a_form_is_named(change: tuple[str, str], says: str) -> None:
    assert read_form(FORM, "note.yaml").id == "note"
    with pytest.raises(FormError, match=says):
        read_form(FORM.replace(*change), "note.yaml")
