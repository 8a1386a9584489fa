"""What a paper tells: nothing that may not be told, whatever was agreed to; what is missing is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.consent.deciding import Standing, why_not
from cases.consent.values import CODED
from cases.consent.vocabulary import FIELDS, Audience
from cases.docket.custody import Custody
from cases.docket.vocabulary import BY_PROGRAM, FILED, MEANINGS
from cases.views.audience import Dated
from cases.views.filing import divided
from law.shipped import load_rules
from papers.composing import compose
from papers.fitting import Fit, offer_of
from papers.kinds import Kind, load_kinds
from papers.notes import is_foreign, notes_of
from papers.paper import Block, Mark, Run, runs_of
from papers.phrases import event_label, phrase, region_name
from papers.record import TELLS, Instant
from tests.cases.test_consent import standings
from tests.conftest import START
from tests.papers.records import DATES, VALUES, agreed, known, record
from texts.catalogue import say
from texts.locale import is_right_to_left

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
    offer = offer_of(kind, record(values, dates=()), KINDS.values())  # the docket tells the day of an arrest, too
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
    assert "Decision to remove or extradite, known since" not in gaps


def test_a_hearing_that_was_is_not_the_next_one_and_a_clock_that_ran_out_says_so() -> None:
    kind = KINDS["unhcr_referral"]
    heard = (*DATES[:3], Dated("hearing_scheduled", START - timedelta(days=9), START, None))
    known = replace(record(dates=heard), read_at=START + timedelta(hours=2))
    assert "Next hearing" in "\n".join(compose(kind, "en", known).lines()), "it begins late"
    later = replace(known, read_at=START + timedelta(days=3))
    assert "Next hearing" not in "\n".join(compose(kind, "en", later).lines())
    (term,) = known.terms
    over = replace(known, terms=(replace(term, is_over=True),))
    lines = compose(KINDS["first_hour"], "ru", over).lines()
    (line,) = [one for one in lines if "Жалоба на постановление суда" in one]
    assert line.endswith("прошло: чем закончилось?")


def test_of_several_hearings_and_removals_the_soonest_to_come_is_told_in_whichever_order_they_were_entered() -> None:
    at = {days: START + timedelta(days=days) for days in (-1, 2, 9)}
    for event, name in (("hearing_scheduled", "hearing_at"), ("removal_scheduled", "removal_at")):
        for order in ((-1, 2, 9), (9, 2, -1)):
            dates = tuple(Dated(event, START - timedelta(days=9), at[days], None) for days in order)
            told = replace(record(dates=dates), read_at=START).told(Audience.UNHCR, name)
            assert told is not None
            assert told.at == at[2]
    begun = tuple(Dated("hearing_scheduled", START, START + timedelta(hours=hours), None) for hours in (2, 1))
    told = replace(record(dates=begun), read_at=START + timedelta(hours=5)).told(Audience.UNHCR, "hearing_at")
    assert told is not None
    assert told.at == START + timedelta(hours=2), "both are over: the later may not have ended"


def test_a_day_is_the_day_where_it_was_written_down_also_when_the_case_is_elsewhere_by_now() -> None:
    """5 March in Almaty begins while it is still the 4th in Istanbul: whoever reads the filing must not see the 4th."""
    first = datetime(2026, 3, 5, tzinfo=ZoneInfo("Asia/Almaty"))
    dates = tuple(
        Dated(event, first, None, first + timedelta(days=30), day_only=True, zone="Asia/Almaty")
        for event in ("expulsion_ruling_pronounced", "admin_detention_actual_start")
    )
    known = replace(record(dates=dates), zone="Europe/Istanbul")
    said = "\n".join(compose(KINDS["unhcr_referral"], "en", known).lines())
    assert "5 March 2026" in said
    assert "until 4 April 2026" in said
    assert "4 March" not in said
    assert "3 April" not in said


def test_what_was_decided_of_somebody_who_is_held_does_not_tell_since_when() -> None:
    """Arrested on the 13th, sentenced on the 14th: “deprived of liberty since the 14th” would be wrong in Geneva."""
    sentenced = Dated("administrative_arrest", START, None, None)
    kind = KINDS["wgad_urgent"]
    said = "\n".join(compose(kind, "en", record(dates=(sentenced,))).lines())
    assert "Deprived of liberty since" not in said
    assert "Date of arrest: 1 March 2026" in said
    assert "Deprived of liberty since" in "\n".join(compose(kind, "en", record(dates=(*DATES[:1], sentenced))).lines())


def test_a_value_in_another_language_than_the_filing_is_to_be_translated_also_in_the_same_letters() -> None:
    """A Kazakh judge is handed a story in Russian, or the other way round: somebody must be told."""
    story = replace(
        known({"asylum_narrative": VALUES["asylum_narrative"]})[0], value="Они сначала забрали моего брата."
    )
    assert is_foreign(story, "kk")
    assert not is_foreign(story, "ru")
    assert is_foreign(replace(story, value="Олар алдымен менің ағамды алып кетті."), "ru")
    assert not is_foreign(replace(story, name="counsel_name", value="Дана Мысалова"), "kk")
    turkish = replace(story, value="Kardeşim alındı. Beni de çağırdılar.")
    assert is_foreign(turkish, "en"), "Geneva is handed a story in Turkish"
    assert not is_foreign(turkish, "tr")
    assert is_foreign(replace(story, value="They came for my brother first."), "tr")
    assert not is_foreign(replace(story, value="They came for my brother first."), "en")
    assert not is_foreign(replace(story, value="Silivri Merkezi 12 34"), "en"), "of a place nobody can say"
    sister = replace(story, name="relation", value="әпкесі")
    assert is_foreign(sister, "ru"), "one word with letters that Russian has not"
    assert not is_foreign(sister, "kk")


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
    extradited = (*DATES[:1], Dated("extradition_decision_copy_received", START - timedelta(hours=1), None, None))
    assert fits("kz_extradition", dates=extradited) == (Fit.NOW, {"papers.why_event"})
    assert fits("kz_extradition")[0] is Fit.LATER
    refused = (*DATES[:1], Dated("asylum_refusal_known", START - timedelta(hours=1), None, None))
    assert fits("kz_refusal", dates=refused)[0] is Fit.NOW
    own = {**VALUES, "nationality": "KZ"}
    assert fits("unhcr_referral", values=own)[1] >= {"papers.why_citizen"}
    assert fits("unhcr_referral", values=own)[0] is Fit.LATER
    assert fits("notice_of_defence", values=own)[0] is Fit.NOW, "whoever is held needs a lawyer"


def test_what_to_beware_of_is_said() -> None:
    def warned(kind: str, **how: Any) -> set[str]:
        return {one.key for one in offer_of(KINDS[kind], record(**how), KINDS.values()).warnings}

    assert "papers.beware_same" in warned("cat_interim", left=["hrc_interim"])
    assert "papers.beware_same" not in warned("wgad_urgent", left=["hrc_interim"])
    assert "papers.beware_same" in warned("echr_r39", left=["hrc_interim"], jurisdiction="TR")
    assert "papers.beware_same" in warned("cat_interim", left=["echr_r39"], jurisdiction="TR")
    assert "papers.beware_again" in warned("hrc_interim", left=["hrc_interim"])
    assert "papers.beware_acceptance" in warned("cat_interim", jurisdiction="TR")
    assert "papers.beware_acceptance" not in warned("cat_interim")
    assert "papers.beware_office" in warned("unhcr_referral", jurisdiction="TR")
    assert "papers.beware_consent" in warned("unhcr_referral", standing=agreed(Audience.UN))
    assert "papers.beware_uncorroborated" in warned("press_named", standing=Standing())
    assert "papers.beware_disclosure" in warned("consular_objection", standing=Standing())
    own = {**VALUES, "nationality": "KZ"}
    for kind in ("kz_appeal", "kz_stay"):
        assert "papers.beware_citizen" in warned(kind, values=own), "it is the first thing a court must hear"
        assert "papers.beware_citizen" not in warned(kind)
    assert "papers.beware_citizen" in warned("tr_lawsuit", jurisdiction="TR", values={**VALUES, "nationality": "TR"})
    assert "papers.beware_citizen" not in warned("notice_of_defence", values=own)


def test_a_consulate_is_spoken_of_as_the_law_has_it_for_how_somebody_is_held() -> None:
    """A suspect's consulate is told unasked; of somebody held administratively it is told if they ask, and not else."""

    def said(event: str, language: str) -> str:
        known = record(dates=(Dated(event, START, None, None),))
        return "\n".join(compose(KINDS["consular_objection"], language, known).lines())

    for language, hours, asked in (
        ("ru", "24 часов", "только если об этом просит"),
        ("kk", "24 сағат", "өзі сұраса ғана"),
    ):
        for event in ("criminal_detention_actual", "extradition_detention_actual"):
            assert hours in said(event, language)
            assert asked not in said(event, language)
        for event in ("admin_detention_actual_start", "administrative_arrest"):
            assert hours not in said(event, language)
            assert asked in said(event, language)
        assert not {hours, asked} & {word for word in (hours, asked) if word in said("custody_start", language)}


@pytest.mark.parametrize("kind", [one for one in KINDS.values() if one.audience is not Audience.FAMILY])
def test_nobody_is_said_to_fear_who_has_not_said_so(kind: Kind) -> None:
    """With “no” the paper does not fit, and without a word it says of nobody that they fear."""
    afraid = re.compile(r"fears? |afraid|опаса|боится|қауіптен|корк|kork", re.IGNORECASE)
    where = "TR" if kind.when.where_rule else "KZ"
    no = record({**VALUES, "fears_return": "no"}, jurisdiction=where)
    if kind.when.fear:
        offer = offer_of(kind, no, KINDS.values())
        assert offer.fit is not Fit.NOW
        assert "papers.why_no_fear" in {one.key for one in offer.reasons}
    unasked = record({name: value for name, value in VALUES.items() if name != "fears_return"})
    for language in kind.lines:
        if not kind.internal and kind.id != "asylum_statement":  # the person's own, who signs it
            for known in (no, unasked):
                values = [value for block in compose(kind, language, known).blocks for value in told_of(block)]
                assert not [one for one in values if afraid.search(one)], (kind.id, language)


def told_of(block: Block) -> list[str]:
    """What a piece claims: its sentences, without gaps and what rows are called."""
    return ["".join(run.text for run in block.runs if run.mark is not Mark.GAP)]


def test_the_state_that_a_group_was_said_to_fear_is_to_be_confirmed_with_each() -> None:
    """Somebody entered one State for sixty people. Of none of them does a paper say it as if they had been asked."""
    kind = KINDS["consular_objection"]
    assumed = [replace(one, confidence="low") if one.name == "feared_state" else one for one in known()]
    views = divided(assumed, DATES, agreed(*Audience), counsel=True)
    unsure = replace(record(), views=views)
    assert offer_of(kind, unsure, KINDS.values()).missing["feared_state"] == "person"
    for language in kind.lines:
        runs = list(runs_of(compose(kind, language, unsure).blocks))
        at = next(n for n, run in enumerate(runs) if run.mark is Mark.UNSURE)
        assert runs[at + 2] == Run(phrase("to_confirm", language), Mark.GAP)


def test_a_name_is_as_sure_as_whoever_told_it() -> None:
    unsure = [replace(one, confidence="medium") if one.name == "name_native" else one for one in known()]
    told = replace(record(), views=divided(unsure, DATES, agreed(*Audience), counsel=True))
    runs = [run for run in runs_of(compose(KINDS["press_named"], "ru", told).blocks) if " / " in run.text]
    assert runs
    assert {run.mark for run in runs} == {Mark.UNSURE}


def test_a_judgment_by_the_civil_route_is_not_appealed_by_the_terms_of_another_code() -> None:
    """Ten days are those of the Code on Administrative Offences; the civil route has its own, which is shorter."""
    judgment = (Dated("gpk_expulsion_judgment", START, None, None),)
    for kind in ("kz_appeal", "kz_stay"):
        assert offer_of(KINDS[kind], record(dates=judgment), KINDS.values()).fit is Fit.LATER
        both = record(dates=(*DATES, *judgment))
        assert offer_of(KINDS[kind], both, KINDS.values()).fit is Fit.NOW
        assert "2 марта" in "\n".join(compose(KINDS[kind], "ru", both).lines())
    told = record(dates=(*DATES, *judgment)).told(Audience.LAWYER, "ruling_at")
    assert told == Instant(DATES[1].at, day_only=True, zone="Asia/Almaty")


def test_the_authority_that_holds_somebody_does_not_learn_who_asked_for_a_lawyer() -> None:
    for kind in ("notice_of_defence", "consular_objection", "access_request"):
        for language in KINDS[kind].lines:
            paper = compose(KINDS[kind], language, record())
            assert "her sister" not in "\n".join(paper.lines())
            assert not {"instructs", "family_contact", "relation"} & KINDS[kind].fields


def test_a_row_that_nobody_can_fill_and_nobody_needs_is_left_out_and_noted() -> None:
    kind = KINDS["wgad_urgent"]
    paper = compose(kind, "en", record())
    assert "officer" in paper.left_out
    assert not any("officer" in line.lower() for line in paper.lines())
    less = compose(kind, "en", record({name: value for name, value in VALUES.items() if name != "agency"}))
    assert any("to be filled in" in line for line in less.lines()), "what is needed is asked for"
    assert "agency" not in less.left_out


def test_whoever_is_missing_is_so_since_nobody_says_where_they_are_and_not_since_their_arrest() -> None:
    """Half a year lies between: a body that reads the day of the arrest looks for another disappearance."""
    arrested, gone = START - timedelta(days=180), START - timedelta(hours=3)
    dates = (Dated("criminal_detention_actual", arrested, None, None), Dated("not_here", gone, None, None))
    for kind in ("ced_urgent", "wgeid_urgent"):
        rows = {
            label[0].text: "".join(run.text for run in value)
            for block in compose(KINDS[kind], "en", record(dates=dates, custody=Custody.MISSING)).blocks
            for label, value in block.rows
        }
        assert rows["Whereabouts not disclosed since"].startswith("2 March 2026")
        assert offer_of(KINDS[kind], record(dates=dates[:1]), KINDS.values()).missing["missing_since"] == "family"


def test_the_hour_at_which_something_was_entered_is_not_told_as_the_hour_it_happened() -> None:
    said = compose(KINDS["wgad_urgent"], "en", record()).lines()
    assert any(line.startswith("2 March 2026: Expulsion ordered") for line in said)
    assert any("(Almaty)" in line and "detention" in line.lower() for line in said), "custody runs by the hour"


def test_a_region_is_written_out() -> None:
    said = "\n".join(compose(KINDS["unhcr_referral"], "en", record()).lines())
    assert "Almaty Region" in said
    assert region_name("TR-34", "ru") == "Турция (TR-34)"


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


def test_a_decision_with_two_dates_is_in_no_filing_without_a_question() -> None:
    """Served on the 29th on a prisoner, told of on the 10th: counsel must not give the term away by both."""
    kind = KINDS["kz_extradition"]
    served = Dated("extradition_decision_copy_received", START - timedelta(days=12), None, None, day_only=True)
    heard = replace(served, at=START)

    def asked(*dates: Dated) -> tuple[int, list[str]]:
        known = record(dates=(*DATES[:1], *dates))
        paper = compose(kind, "ru", known)
        doubts = [run for run in runs_of(paper.blocks) if run.mark is Mark.GAP and run.text == "подтвердить"]
        notes = notes_of(offer_of(kind, known, KINDS.values()), paper, known, "en")
        return len(doubts), [run.text for run in runs_of(notes) if run.text == "One act, two dates"]

    assert asked(served, heard) == (3, ["One act, two dates"]), "both lines of events, and the row of the decision"
    assert asked(served, served) == (0, [])
    assert asked(heard) == (0, [])


def test_a_page_of_notes_stays_one_page_however_much_is_to_be_translated() -> None:
    kind = KINDS["hrc_interim"]
    values = {**VALUES, **dict.fromkeys(("place", "agency", "court", "instructs", "counsel_name"), "әпкесі")}
    known = record(values)
    paper = compose(kind, "en", known)
    blocks = notes_of(offer_of(kind, known, KINDS.values()), paper, known, "en")
    (at,) = [n for n, one in enumerate(blocks) if one.runs and one.runs[0].text == say("papers.notes_translate", "en")]
    assert blocks[at + 1].sort == "text"
    assert blocks[at + 1].runs[0].text.count(";") == 4
    assert blocks[at + 2].sort == "heading"


def test_the_family_is_not_asked_for_a_day_that_the_docket_has() -> None:
    values = {name: value for name, value in VALUES.items() if name != "taken_on"}
    for kind, label in (("unhcr_referral", "Detained since"), ("wgad_urgent", "Date of arrest")):
        assert "taken_on" not in offer_of(KINDS[kind], record(values), KINDS.values()).missing
        assert f"{label}: 1 March 2026" in compose(KINDS[kind], "en", record(values)).lines()
        assert offer_of(KINDS[kind], record(values, dates=()), KINDS.values()).missing["taken_on"] == "family"
    assert offer_of(KINDS["press_named"], record(values), KINDS.values()).missing["taken_on"] == "family"


@pytest.mark.parametrize("language", KINDS["family_sheet"].titles)
def test_a_family_is_told_how_to_find_out_whether_somebody_is_our_lawyer(language: str) -> None:
    """By the number that is published; where there is none, none is spoken of."""
    sheet = KINDS["family_sheet"]
    numbers = (None, "+7 700 000 00 02")
    papers = [compose(sheet, language, replace(record(VALUES), our_number=number)) for number in numbers]
    asked, told = ("\n".join(one.lines()) for one in papers)
    whole = "+7\u00a0700\u00a0000\u00a000\u00a002"
    assert (f"\u200e{whole}\u200e" if is_right_to_left(language) else whole) in told
    assert "+7" not in asked
    assert len(asked.splitlines()) == len(told.splitlines())


@pytest.mark.parametrize("kind", ["press_named", "press_unnamed", "unhcr_referral"])
def test_nobody_is_said_to_be_held_before_somebody_has_entered_it(kind: str) -> None:
    """The risk of return alone brings these papers out: a witness may have seen a man taken, and nobody knows more."""

    def told(custody: Custody) -> str:
        return " ".join(compose(KINDS[kind], "en", record(custody=custody)).lines())

    for words in ("held in", "deprived of liberty"):
        assert words not in told(Custody.UNKNOWN).lower()
        assert words not in told(Custody.RELEASED).lower()
    assert "held in" in told(Custody.HELD).lower() or "deprived of liberty" in told(Custody.HELD)


def test_the_hour_at_which_an_arrest_was_decided_is_not_told_as_that_of_the_arrest() -> None:
    arrest = Dated("administrative_arrest", START, None, None, day_only=False)
    said = compose(KINDS["wgad_urgent"], "en", record(dates=(arrest,))).lines()
    assert any(line.endswith("2026: Administrative arrest") for line in said)


def test_a_lawyer_is_told_that_the_limits_on_detention_are_not_counted_while_its_hour_is_unknown() -> None:
    for language in KINDS["first_hour"].titles:
        unknown, known = (compose(KINDS["first_hour"], language, record(dates=dates)) for dates in ((), DATES))
        assert unknown.gaps > known.gaps
    assert "none of them is counted" in " ".join(compose(KINDS["first_hour"], "en", record(dates=())).lines())
    assert "none of them is counted" not in " ".join(compose(KINDS["first_hour"], "en", record()).lines())


@pytest.mark.parametrize("kind", ["access_request", "consular_objection", "notice_of_defence"])
def test_a_lawyer_of_turkiye_whose_name_is_entered_with_their_title_has_it_once(kind: str) -> None:
    named = record({**VALUES, "counsel_name": "Av. Deniz Örnek"}, jurisdiction="TR")
    assert "Başvuran avukat: Av. Deniz Örnek" in compose(KINDS[kind], "tr", named).lines()
