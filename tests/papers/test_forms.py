"""Every form can be filled: whatever is known, in every language it has; and a fault in one is named."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from cases.consent.vocabulary import FIELDS, Audience
from law.shipped import load_rules
from papers.composing import compose
from papers.drawing import as_data, sheet_of
from papers.errors import FormError
from papers.fitting import offer_of
from papers.kinds import Kind, load_kinds, read_form
from papers.notes import notes_of
from papers.paper import Block, Mark, Paper, runs_of
from tests.papers.records import VALUES, record
from texts.catalogue import keys, say

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
    for block, following in pairwise((*paper.blocks, Block("heading"))):
        assert block.sort != "heading" or following.sort not in ("heading", "sign"), "an empty heading"
    headings = [block.runs[0].text for block in paper.blocks if block.sort == "heading"]
    numbers = [int(found[1]) for found in map(re.compile(r"(\d+)\. ").match, headings) if found]
    assert numbers == list(range(1, len(numbers) + 1))
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
    (about,) = law_in(compose(kind, "ru", record()), "десять суток")
    assert about == "Срок жалобы: десять суток (ч. 1–2 ст. 832, ч. 1, 3 ст. 829-4 КоАП РК)."
    (drawn,) = [
        run["text"]
        for block in as_data(sheet_of(compose(kind, "ru", record()), "K7M-4TX", number=1, reader="ru"))["blocks"]
        for run in block["runs"]
        if "десять суток" in run["text"]
    ]
    assert drawn.startswith("[НЕ ПРОВЕРЕНО] "), "a draft says so on the page, which is no part of the text"


def test_who_signed_a_rule_vouches_for_its_own_words_and_not_for_ours_in_another_language() -> None:
    """The rule is in English; what a form says of it in Russian is another sentence, which nobody has signed."""
    rule = "kz.coao.expulsion.appeal_10d"
    signed = record(signed=[rule])
    assert law_in(compose(KINDS["kz_appeal"], "ru", signed), "десять суток")
    own = read_form(FORM.replace("Of {name_latin}.", f"Of {{name_latin}}.\n    @law {rule}"), "note.yaml")
    assert law_in(compose(own, "en", record()), "Appeal against")
    assert not law_in(compose(own, "en", signed), "Appeal against"), "these are the words that were signed"
    for kind, language in WRITTEN:
        rules = {one.id for one in load_rules().rules}
        paper = compose(kind, language, record(signed=rules))
        words = [line.text.partition(" ")[2] for line in kind.lines[language] if line.name == "law"]
        for said in filter(None, words):
            runs = [run for run in runs_of(paper.blocks) if run.text.startswith(said.removesuffix("."))]
            assert all(run.mark is Mark.LAW for run in runs), (kind.id, said)


def law_in(paper: Paper, words: str) -> list[str]:
    """The sentences of law with these words for which nobody vouches."""
    return [run.text for run in runs_of(paper.blocks) if run.mark is Mark.LAW and words in run.text]


@pytest.mark.parametrize(("kind", "language"), WRITTEN, ids=[f"{kind.id}-{language}" for kind, language in WRITTEN])
def test_no_word_of_ours_is_in_what_is_filed(kind: Kind, language: str) -> None:
    """How sure we are, ids of rules and sources, and that nobody has signed are for who files, not for who reads."""
    rules = load_rules()
    ids = {*(one.id for one in rules.rules), *(one.id for one in rules.levers), *rules.sources}
    ours = ids | {"confidence", "UNVERIFIED", "medium"}
    for jurisdiction in ("KZ", "TR"):
        known = record(jurisdiction=jurisdiction, values={**VALUES, "region": "KZ-ALM"})
        said = "\n".join(compose(kind, language, known).lines())
        assert not [word for word in ours if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.-])", said)]
        assert "KZ-ALM" not in said


def test_the_card_leaves_no_point_of_the_law_out_in_any_language() -> None:
    """A family that reads Uyghur is told as much as one that reads English; every point stays marked as unsigned."""
    kind = KINDS["rights_card"]
    cards = [card for card in load_rules().cards if card.jurisdiction in kind.when.states]
    for card in cards:
        known = record(jurisdiction=card.jurisdiction)
        wanted = [point for one in cards if one.jurisdiction == card.jurisdiction for point in one.points]
        for language in kind.languages(card.jurisdiction):
            blocks = compose(kind, language, known).blocks
            told = [run for run in runs_of(blocks) if run.mark is Mark.LAW]
            assert len(told) == len(wanted), (language, card.id)
            if language != "en":
                assert not {run.text for run in told} & {point.point for point in wanted}
    assert set(kind.lines) == {"en", "ru", "kk", "kk-Arab", "ug", "zh", "tr", "uz"} == set(KINDS["family_sheet"].lines)


def test_no_form_cites_a_law_by_itself() -> None:
    """An article in a sentence of ours would be a claim of nobody: what the law says comes from the law's own data.

    Our own words behind ``@law`` are sentences of ours as well. What is in brackets for counsel may name what to read.
    """
    cites = re.compile(r"\b(art\.|rule|ст\.|статья|бап|madde) ?\d|\d+\(\d", re.IGNORECASE)
    for kind, language in WRITTEN:
        for line in kind.lines[language]:
            said = line.text.partition(" ")[2] if line.name == "law" else line.text
            assert not cites.search(re.sub(r"\[\[.+?\]\]", "", said)), (kind.id, said)


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


ASKED_BY_BODIES = {
    "hrc_interim": (
        "Place of birth",
        "address\nfor replies",
        "articles relied on",
        "other international",
        "finds a violation",
        "remedy",
        "not be published",
    ),
    "cat_interim": (
        "Place of birth",
        "address\nfor replies",
        "articles relied on",
        "other international",
        "finds a violation",
        "remedy",
        "not be published",
    ),
    "wgad_urgent": ("Sex", "warrant", "categories", "not to be told to the Government"),
    "wgad_questionnaire": (
        "Sex",
        "Profession",
        "Place of arrest",
        "warrant",
        "authority that ordered",
        "review",
        "kept confidential",
    ),
    "wgeid_urgent": ("Who saw it", "responsible", "Steps taken to find", "consent to this report", "kept confidential"),
    "ced_urgent": (
        "agents of the State",
        "reported to the authorities",
        "kept confidential",
        "authorised by the family",
        "came into force",
        "same\nnature",
    ),
    "special_procedures": (
        "alleged to be responsible",
        "told to the Government and later published",
        "not to be named",
        "mandates",
    ),
    "echr_r39": (
        "Flight number",
        "day and night",
        "authority form",
        "suspends the removal",
        "application to the Court",
        "another international body",
    ),
    "unhcr_referral": (
        "Registered with UNHCR",
        "Date of arrival",
        "Language for an interview",
        "let in so far",
        "vital interest",
    ),
}
"""What the forms and the guidance of these bodies ask for, in words of ours: docs/papers.md says whence."""


@pytest.mark.parametrize("kind", sorted(ASKED_BY_BODIES))
def test_what_the_bodies_ask_for_has_a_place(kind: str) -> None:
    where = "TR" if kind == "echr_r39" else "KZ"
    said = " ".join("\n".join(compose(KINDS[kind], "en", record(jurisdiction=where)).lines()).split()).lower()
    for wanted in ASKED_BY_BODIES[kind]:
        assert " ".join(wanted.split()).lower() in said, wanted


def test_a_line_to_write_on_goes_with_its_label() -> None:
    for kind, language in WRITTEN:
        for block in compose(kind, language, record()).blocks:
            if block.sort == "sign":
                assert " __" not in "".join(run.text for run in block.runs), (kind.id, language)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_kazakh_office_is_asked_for_refuge_in_the_words_of_its_law(language: str) -> None:
    """“Баспана” alone is housing; the Law on Refugees says “пана іздеген адам” and “статус беженца”."""
    for kind in KINDS.values():
        if language in kind.lines and kind.audience is not Audience.FAMILY:
            assert "баспана" not in "\n".join(line.text for line in kind.lines[language]).lower(), kind.id
    title = KINDS["asylum_statement"].titles[language]
    assert title.startswith(
        {"kk": "Босқын мәртебесін беру", "ru": "Ходатайство о присвоении статуса беженца"}[language]
    )


@pytest.mark.parametrize("kind", ["press_named", "press_unnamed"])
def test_an_editor_reads_a_headline_and_no_name_of_ours_for_a_kind(kind: str) -> None:
    for language, title in KINDS[kind].titles.items():
        assert title != say(f"papers.kind_{kind}", language)
        assert "?" not in title
