"""The rules as they come: all of them, complete, and bound by a fingerprint."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from datetime import date, time

import pytest

from law.errors import UnknownRuleError
from law.loading import RULES, read_rulebook
from law.rules import Counting, Kind, Period, Rule, Source, Unit
from law.shipped import load_rules

BOOK = load_rules()

NAMES = """
kz.coao.detention.3h kz.coao.detention.48h_migration_border kz.coao.detention.prosecutor_notice_24h
kz.coao.detention.24h_arrestable kz.coao.hearing.same_day kz.coao.hearing.24h_if_detained kz.coao.motion_3d
kz.coao.expulsion.in_force_at_once kz.coao.expulsion.referral_1d kz.coao.expulsion.appeal_now
kz.coao.expulsion.appeal_10d kz.coao.expulsion.departure_date kz.coao.appeal.forward_3d kz.coao.appeal.decide_10d
kz.coao.arrest.appeal_decide_1d kz.coao.complaint_detention_2m kz.coao.execution_question_3d
kz.coao.enforcement_limitation_12m kz.coao.newly_discovered_3m kz.coao.cassation_30wd kz.foreigners.preventive_30d
kz.gpk.expulsion.hearing_10d kz.gpk.expulsion.in_force_same_day kz.gpk.expulsion.appeal_before_departure
kz.refugee.apply_5d kz.refugee.apply_24h_forced_crossing kz.refugee.detained_notify_1d kz.refugee.register_2d
kz.refugee.certificate_same_day kz.refugee.decision_3m kz.refugee.refusal_copy_5wd kz.refugee.refusal_complaint_3m
kz.refugee.leave_1m kz.refugee.court_claim_1m kz.appc.interim_5wd kz.appc.trial_3m kz.refugee.address_5wd
kz.refugee.renew_1m kz.cpc.extr.detention_72h kz.cpc.extr.prosecutor_12h kz.cpc.extr.provisional_40d
kz.cpc.extr.arrest_12m kz.cpc.extr.custody_appeal_3d kz.cpc.extr.decision_appeal_10d kz.cpc.extr.forward_24h
kz.cpc.extr.pg_file_10d kz.cpc.extr.review_1m kz.cpc.extr.handover_30d kz.cpc.delivery_3h kz.cpc.detention_48h
kz.cpc.detention_72h kz.cpc.detention_minor_24h kz.cpc.prosecutor_notice_12h kz.cpc.family_notice
kz.cpc.embassy_notice_24h kz.cpc.custody_petition_8h kz.cpc.judge_8h kz.cpc.custody_2m kz.cpc.custody_appeal_3d
kz.cpc.custody_review_3d kz.cpc.complaint_prosecutor_3d kz.cpc.complaint_court_15d kz.cpc.verdict_appeal_15d
intl.interim.asap intl.hrc.submission_5y intl.wgeid.urgent_3m intl.wgad.reply_60d intl.ced.art30
intl.echr.r39.one_working_day
tr.lfip.decision_48h tr.lfip.removal_appeal_7d tr.lfip.court_15d tr.lfip.transfer_48h tr.lfip.detention_6m
tr.lfip.peace_judge_5d tr.admin.general_60d
uz.cpc.extr.appeal_20d
kg.refugee.procedure_6m
us.bia.appeal_30d us.bia.brief_20d
"""
ALL = NAMES.split()


def test_all_eighty_rules_are_there() -> None:
    assert len(ALL) == 80
    assert {rule.id for rule in BOOK.rules} == set(ALL)
    each = Counter(rule.jurisdiction for rule in BOOK.rules)
    assert each == {"KZ": 63, "TR": 7, "INTL": 6, "US": 2, "UZ": 1, "KG": 1}


def test_rules_are_read_once() -> None:
    assert load_rules() is BOOK


def test_an_unknown_rule_is_an_error() -> None:
    with pytest.raises(UnknownRuleError, match="there is no rule"):
        BOOK.rule("kz.nothing")


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_every_rule_says_what_to_do_where_it_was_read_and_how_sure_we_are(rule: Rule) -> None:
    assert rule.id.startswith(rule.jurisdiction.lower() + ".")
    assert rule.title
    assert rule.action_required
    assert rule.source.url.startswith("http")
    assert rule.source.article
    assert rule.confidence in {"high", "medium", "low"}
    if rule.counting.confidence == "low":
        assert rule.counting.doubt or not rule.roll_if_non_working


def test_one_event_starts_several_clocks() -> None:
    started = {rule.id for rule in BOOK.triggered_by("extradition_detention_actual", "KZ")}
    assert started == {
        "kz.cpc.extr.detention_72h",
        "kz.cpc.extr.prosecutor_12h",
        "kz.cpc.extr.provisional_40d",
        "kz.cpc.extr.arrest_12m",
    }


def test_a_ruling_on_custody_is_not_one_on_extradition_arrest_and_takes_as_long() -> None:
    """Whoever enters the one for the other gives no day away."""
    (ordinary,) = BOOK.triggered_by("custody_ruling_announced", "KZ")
    (extradition,) = BOOK.triggered_by("extradition_custody_ruling_announced", "KZ")
    assert (ordinary.id, extradition.id) == ("kz.cpc.custody_appeal_3d", "kz.cpc.extr.custody_appeal_3d")
    for told in ("period", "safe_period", "direction", "counting", "roll_if_non_working"):
        assert getattr(ordinary, told) == getattr(extradition, told)


def test_an_event_that_starts_only_a_safe_date_starts_it() -> None:
    started = {rule.id: rule for rule in BOOK.triggered_by("expulsion_ruling_pronounced", "KZ")}
    assert started["kz.coao.expulsion.appeal_10d"].trigger_event == "ruling_copy_served"
    assert "kz.coao.expulsion.appeal_now" in started


def test_international_rules_are_for_everybody_they_reach() -> None:
    assert [rule.id for rule in BOOK.triggered_by("removal_risk_known", "KZ")] == ["intl.interim.asap"]
    assert [rule.id for rule in BOOK.triggered_by("removal_risk_known", "SA")] == ["intl.interim.asap"]
    assert [rule.id for rule in BOOK.triggered_by("removal_risk_known", "INTL")] == ["intl.interim.asap"]


def test_strasbourg_helps_in_turkey_and_not_in_kazakhstan() -> None:
    assert [rule.id for rule in BOOK.triggered_by("removal_scheduled", "TR")] == ["intl.echr.r39.one_working_day"]
    assert BOOK.triggered_by("removal_scheduled", "KZ") == ()
    assert BOOK.triggered_by("removal_scheduled", "RU") == ()


def test_what_an_event_starts_is_what_the_rules_say_whoever_asked_before() -> None:
    """A rule too few is a date nobody watches; one too many an alarm by another State's law."""
    book = replace(BOOK)  # nobody has asked it anything yet
    for jurisdiction in (*book.jurisdictions, "SA"):
        own = [rule for rule in book.rules if rule.jurisdiction == jurisdiction]
        common = [rule for rule in book.rules if rule.jurisdiction == "INTL" and rule not in own]
        reach = own + [rule for rule in common if rule.only_in == () or jurisdiction in rule.only_in]
        assert list(book.of(jurisdiction)) == reach
        for event in book.events():
            wanted = [rule for rule in reach if event in (rule.trigger_event, rule.safe_trigger_event)]
            assert list(book.triggered_by(event, jurisdiction)) == wanted
            assert book.triggered_by(event, jurisdiction) is book.triggered_by(event, jurisdiction)


def test_another_jurisdictions_event_starts_nothing() -> None:
    assert BOOK.triggered_by("deportation_decision_notified", "KZ") == ()
    assert BOOK.triggered_by("nothing_of_the_kind", "KZ") == ()


def test_the_vocabulary_of_events_holds_every_trigger() -> None:
    events = BOOK.events()
    assert list(events) == sorted(set(events))
    assert {"ruling_copy_served", "expulsion_ruling_pronounced", "removal_scheduled"} <= set(events)
    assert all(any(rule.begins_with(event) for rule in BOOK.rules) for event in events)


def test_an_event_that_starts_only_a_safe_date_is_in_the_vocabulary() -> None:
    alone = replace(BOOK, rules=(APPEAL,))
    assert alone.events() == ("expulsion_ruling_pronounced", "ruling_copy_served")


def test_cards_levers_instruments_and_doubts_come_along() -> None:
    assert {card.id: len(card.points) for card in BOOK.cards} == {
        "KZ_administrative": 8,
        "KZ_asylum": 6,
        "KZ_criminal_and_extradition": 6,
        "TR": 4,
        "INTL": 2,
    }
    assert len(BOOK.levers) == 6
    assert len(BOOK.instruments) == 12
    assert [doubt.id for doubt in BOOK.doubts if doubt.severity == "critical"] == ["C1"]
    assert {doubt.id for doubt in BOOK.doubts} == {f"C{number}" for number in range(1, 11)}
    assert len(BOOK.countings) == 14


# The fingerprint that a sign-off binds

APPEAL = BOOK.rule("kz.coao.expulsion.appeal_10d")

CHANGES = {
    "title": {"title": "Something else"},
    "period": {"period": Period(15, Unit.CALENDAR_DAYS)},
    "no safe period": {"safe_period": None},
    "edition": {"source": replace(APPEAL.source, edition="edition of 01.01.2027")},
    "article": {"source": replace(APPEAL.source, article="833")},
    "way of counting": {"counting": replace(APPEAL.counting, first_day="included")},
    "reading of the way of counting": {"counting": replace(APPEAL.counting, reading=("Otherwise.",))},
    "moving": {"roll_if_non_working": False},
    "earlier event": {"safe_trigger_event": None},
    "what to do": {"action_required": "Nothing."},
    "a note": {"notes": ""},
    "as of when": {"as_of": "2026-11-01"},
    "when the office closes": {"counting": replace(APPEAL.counting, office_closes_at=time(17, 0))},
    "that its passing harms": {"passing_harms": True},
    "another source": {"also": (APPEAL.source,)},
}


def test_the_fingerprint_is_the_same_on_every_machine() -> None:
    assert APPEAL.text_hash() == read_rulebook(RULES).rule(APPEAL.id).text_hash()
    assert len(APPEAL.text_hash()) == 64


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_what_is_signed_changes_the_fingerprint(change: dict[str, object]) -> None:
    changed: Rule = replace(APPEAL, **change)  # type: ignore[arg-type]  # the tests name real fields
    assert changed.text_hash() != APPEAL.text_hash()


def test_what_a_signature_is_there_to_change_does_not_undo_it() -> None:
    surer = replace(APPEAL, confidence="high", needs_recheck=False)
    assert surer.text_hash() == APPEAL.text_hash()
    read_by_a_court = replace(APPEAL, counting=replace(APPEAL.counting, working_days_confidence="high"))
    assert read_by_a_court.text_hash() == APPEAL.text_hash()


def test_a_date_is_as_sure_as_the_less_sure_of_rule_and_counting() -> None:
    lawsuit = BOOK.rule("tr.lfip.removal_appeal_7d")
    assert (lawsuit.confidence, lawsuit.counting.confidence, lawsuit.date_confidence) == ("high", "low", "low")
    verdict = BOOK.rule("kz.cpc.verdict_appeal_15d")
    assert (verdict.confidence, verdict.counting.confidence, verdict.date_confidence) == ("low", "medium", "low")


def test_moments_that_harm_are_told_from_those_that_do_not() -> None:
    moments = {rule.id: rule.passing_harms for rule in BOOK.rules if rule.kind is Kind.INFO}
    assert {rule for rule, harms in moments.items() if harms} == {
        "kz.coao.expulsion.departure_date",
        "kz.refugee.leave_1m",
    }
    assert moments["kz.coao.enforcement_limitation_12m"] is False, "its passing helps"


def test_the_working_days_of_an_office_elsewhere_count_where_the_counting_names_them() -> None:
    assert BOOK.calendar(APPEAL).jurisdiction == "KZ"
    abroad = replace(APPEAL, counting=replace(APPEAL.counting, calendar="TR"))
    assert BOOK.calendar(abroad).jurisdiction == "TR"


def test_the_rules_as_a_whole_change_with_a_day_of_a_calendar_too() -> None:
    ordered = BOOK.with_local_days({"KZ": {date(2027, 3, 20): True}})
    assert ordered.fingerprint != BOOK.fingerprint
    assert BOOK.with_local_days({}).fingerprint == BOOK.fingerprint
    assert BOOK.local_days == {}
    assert ordered.local_days == {"KZ": {date(2027, 3, 20): True}}
    assert ordered.rule(APPEAL.id) == APPEAL


def test_the_rules_as_a_whole_are_the_same_in_whatever_order_their_files_were_read() -> None:
    turned = replace(BOOK, rules=BOOK.rules[::-1], jurisdictions=dict(sorted(BOOK.jurisdictions.items(), reverse=True)))
    assert list(turned.jurisdictions) != list(BOOK.jurisdictions)
    assert turned.fingerprint == BOOK.fingerprint
    assert replace(BOOK, rules=BOOK.rules[1:]).fingerprint != BOOK.fingerprint


def test_every_field_is_bound_but_those_named() -> None:
    """A field added later is bound without anybody thinking of it."""
    known = {field.name for kind in (Rule, Counting, Source) for field in fields(kind)}
    assert {"confidence", "needs_recheck"} <= known
    assert len({rule.text_hash() for rule in BOOK.rules}) == 80
