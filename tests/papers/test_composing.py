"""What a paper tells: nothing that may not be told, whatever was agreed to; what is missing is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cases.consent.deciding import Standing, why_not
from cases.consent.values import CODED
from cases.consent.vocabulary import FIELDS, Audience
from cases.docket.vocabulary import BY_PROGRAM, FILED, MEANINGS
from cases.views.audience import Dated
from law.rules import load_rules
from papers.composing import Mark, compose
from papers.fitting import Fit, offer_of
from papers.kinds import Kind, load_kinds
from papers.phrases import event_label
from papers.record import TELLS
from tests.cases.test_consent import standings
from tests.conftest import START
from tests.papers.records import DATES, VALUES, agreed, record

KINDS = load_kinds()
WORDS = {name: f"Q{name.replace('_', '')}Q" for name in FIELDS if name not in CODED}
kinds = st.sampled_from(list(KINDS.values()))


def events_that_can_be_entered() -> set[str]:
    return {*MEANINGS, *load_rules().events(), *BY_PROGRAM}


@given(standings, kinds, st.booleans())
def test_nothing_that_may_not_be_told_is_in_a_paper(standing: Standing, kind: Kind, counsel: bool) -> None:
    for language in kind.lines:
        paper = compose(kind, language, record(WORDS, standing, counsel=counsel))
        said = "\n".join(paper.lines())
        for name, value in WORDS.items():
            if value in said:
                assert why_not(name, kind.audience, standing) is None
                assert name in paper.fields


@given(kinds, st.sets(st.sampled_from(sorted(VALUES))))
def test_what_is_needed_and_not_known_is_asked_for(kind: Kind, lost: set[str]) -> None:
    values = {name: value for name, value in VALUES.items() if name not in lost}
    offer = offer_of(kind, record(values), KINDS.values())
    for name in lost & set(kind.needs):
        assert name in offer.missing
    assert not set(offer.missing) & set(values)


def test_counsels_compartment_is_closed_to_a_coordinator_also_in_a_paper_of_counsel() -> None:
    kind = KINDS["asylum_statement"]
    assert "They came for my brother first." in "\n".join(compose(kind, "ru", record()).lines())
    paper = compose(kind, "ru", record(counsel=False))
    assert "brother" not in "\n".join(paper.lines())
    assert offer_of(kind, record(counsel=False), KINDS.values()).held_back["asylum_narrative"] == "counsel"


def test_a_un_paper_tells_of_the_compartment_what_counsel_released_and_no_more() -> None:
    released = agreed(*Audience, released=[("torture", Audience.UN)])
    said = "\n".join(compose(KINDS["cat_interim"], "en", record(standing=released)).lines())
    assert "Held standing for two days." in said
    assert "They came for my brother first." not in said


def test_only_the_new_date_is_missing_on_the_day_of_a_ruling() -> None:
    kind = KINDS["cat_interim"]
    before = record(dates=DATES[:3])
    offer = offer_of(kind, before, KINDS.values())
    assert set(offer.missing) == {"removal_at"}
    after = offer_of(kind, record(), KINDS.values())
    assert after.is_complete
    rows = [row for block in compose(kind, "en", before).blocks for row in block.rows]
    gaps = {label[0].text for label, value in rows if value[0].mark is Mark.GAP}
    assert "Removal expected" in gaps
    assert "Order to remove or extradite" not in gaps


def test_what_the_team_watches_for_and_how_somebody_came_is_in_no_paper_that_leaves() -> None:
    """A date in the docket is there for clocks and watches; a court or a consulate reads only what is filed."""
    inside = set(events_that_can_be_entered()) - FILED
    assert {"forced_irregular_entry", "weak_signal", "sealed_file_opened", "public_appearance_planned"} <= inside
    told = tuple(Dated(event, START - timedelta(hours=2), START + timedelta(hours=2), None) for event in sorted(inside))
    for kind in KINDS.values():
        for language in kind.lines:
            said = compose(kind, language, record(dates=(*DATES, *told))).lines()
            if kind.internal:
                assert any(event_label("weak_signal", language) in line for line in said)
            else:
                assert said == compose(kind, language, record(dates=DATES)).lines(), kind.id
    assert {one.id for one in KINDS.values() if one.internal} == {"first_hour"}


def test_every_date_that_a_paper_names_is_one_that_is_filed() -> None:
    assert {event for events in TELLS.values() for event in events} <= FILED


def test_a_paper_fits_by_place_stage_and_risk_and_says_why() -> None:
    def fits(kind: str, **how: Any) -> tuple[Fit, set[str]]:
        offer = offer_of(KINDS[kind], record(**how), KINDS.values())
        return offer.fit, {one.key for one in offer.reasons}

    assert fits("echr_r39", jurisdiction="TR")[0] is Fit.NOW
    assert fits("echr_r39", jurisdiction="KZ") == (Fit.NEVER, {"papers.why_not_there"})
    assert fits("echr_r39", jurisdiction=None)[0] is Fit.LATER, "drafted ahead while nobody knows where the person is"
    assert fits("kz_appeal") == (Fit.NOW, {"papers.why_event"})
    assert fits("kz_appeal", dates=()) == (Fit.LATER, {"papers.why_not_yet"})
    assert fits("wgeid_urgent", custody="missing")[0] is Fit.NOW
    assert fits("wgeid_urgent", custody="held")[0] is Fit.LATER
    assert fits("family_sheet", is_verified=False) == (Fit.LATER, {"papers.why_unverified"})


def test_what_to_beware_of_is_said() -> None:
    def warned(kind: str, **how: Any) -> set[str]:
        return {one.key for one in offer_of(KINDS[kind], record(**how), KINDS.values()).warnings}

    assert "papers.beware_same" in warned("cat_interim", left=["hrc_interim"])
    assert "papers.beware_same" not in warned("wgad_urgent", left=["hrc_interim"])
    assert "papers.beware_again" in warned("hrc_interim", left=["hrc_interim"])
    assert "papers.beware_acceptance" in warned("cat_interim", jurisdiction="TR")
    assert "papers.beware_acceptance" not in warned("cat_interim")
    assert "papers.beware_office" in warned("unhcr_referral", jurisdiction="TR")
    assert "papers.beware_consent" in warned("unhcr_referral", standing=agreed(Audience.UN))
    assert "papers.beware_uncorroborated" in warned("press_named", standing=Standing())
    assert "papers.beware_disclosure" in warned("consular_objection", standing=Standing())


def test_authorities_are_written_to_in_their_own_language() -> None:
    notice = KINDS["notice_of_defence"]
    assert notice.languages("KZ") == ("ru", "kk")
    assert notice.languages("TR") == ("tr",)
    assert set(notice.languages(None)) == {"ru", "kk", "tr"}


def test_a_press_paper_without_a_name_has_no_name_and_no_day() -> None:
    for language in ("en", "ru"):
        said = "\n".join(compose(KINDS["press_unnamed"], language, record()).lines())
        for private in ("Qarlygash", "قارلىعاش", "centre No. 1", "Dana", "sister"):
            assert private not in said
        assert not any(day in said for day in ("1 March", "1 марта"))
