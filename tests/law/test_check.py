"""What `panah law check` finds, and what it does not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from law.check import Fault, Finding, Signoff, findings, in_force
from law.shipped import load_rules

if TYPE_CHECKING:
    from law.rules import Rule, Rulebook

BOOK = load_rules()
TODAY = date(2026, 11, 24)
DANA, TIMUR = UUID(int=1), UUID(int=2)
MOTION = BOOK.rule("kz.coao.motion_3d")  # high confidence, edition of 12.07.2026, no doubt about it


def signed(rule: Rule, *, at: str = "2026-10-01", until: str = "2027-03-01", by: UUID = DANA) -> Signoff:
    return Signoff(rule.id, rule.text_hash(), by, instant(at), instant(until))


def instant(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def only(*rules: Rule) -> Rulebook:
    return replace(BOOK, rules=rules)


def faults(rule: Rule, *signoffs: Signoff, today: date = TODAY) -> list[Fault]:
    return [finding.fault for finding in findings(only(rule), signoffs, today)]


def test_a_rule_that_nobody_signed_is_found() -> None:
    assert faults(MOTION) == [Fault.UNSIGNED]


def test_a_signed_rule_in_a_fresh_edition_is_fine() -> None:
    assert faults(MOTION, signed(MOTION)) == []
    assert in_force(MOTION, [signed(MOTION)], TODAY) == [signed(MOTION)]


def test_a_sign_off_of_other_words_is_void() -> None:
    old = signed(replace(MOTION, title="As it was"))
    assert faults(MOTION, old) == [Fault.CHANGED]
    assert in_force(MOTION, [old], TODAY) == []


def test_a_new_edition_voids_the_sign_off() -> None:
    newer = replace(MOTION, source=replace(MOTION.source, edition="edition of 01.11.2026"))
    assert faults(newer, signed(MOTION)) == [Fault.CHANGED]


def test_a_sign_off_ends() -> None:
    assert faults(MOTION, signed(MOTION, until="2026-11-23")) == [Fault.EXPIRED]
    assert faults(MOTION, signed(MOTION, until="2026-11-24")) == [Fault.EXPIRED]  # a day early rather than late
    assert faults(MOTION, signed(MOTION, until="2026-11-25")) == []


def test_a_sign_off_that_has_ended_holds_no_longer_beside_one_that_does() -> None:
    ended, holds = signed(MOTION, until="2026-11-24"), signed(MOTION, until="2026-11-25", by=TIMUR)
    assert in_force(MOTION, [ended, holds], TODAY) == [holds]
    assert in_force(MOTION, [ended], TODAY) == []


def test_one_good_sign_off_is_enough() -> None:
    assert faults(MOTION, signed(MOTION, until="2026-11-01"), signed(MOTION, by=TIMUR)) == []
    assert faults(MOTION, signed(replace(MOTION, title="As it was")), signed(MOTION, by=TIMUR)) == []


def test_after_six_months_the_law_is_read_again_whatever_was_promised() -> None:
    long = signed(MOTION, at="2026-05-24", until="2027-05-01")
    assert faults(MOTION, long) == [Fault.REVERIFY]
    assert faults(MOTION, long, today=date(2026, 11, 23)) == []


def test_another_rules_sign_off_helps_nobody() -> None:
    assert faults(MOTION, signed(BOOK.rule("kz.cpc.family_notice"))) == [Fault.UNSIGNED]


def test_an_edition_older_than_a_year_is_found() -> None:
    assert faults(MOTION, signed(MOTION, at="2027-07-01", until="2027-12-01"), today=date(2027, 7, 11)) == []
    old = faults(MOTION, signed(MOTION, at="2027-07-01", until="2027-12-01"), today=date(2027, 7, 12))
    assert old == [Fault.OLD_EDITION]


def test_a_vague_date_of_an_edition_is_taken_at_its_earliest() -> None:
    def dated(on: str | None) -> Rule:
        return replace(MOTION, source=replace(MOTION.source, edition_date=on))

    for old in (None, "2017-07", "2020+", "2024-2025", "2025", "2025-11", "2025-11-24"):
        assert Fault.OLD_EDITION in faults(dated(old)), old
    for fresh in ("2026", "2025-12", "2025-11-25"):
        assert Fault.OLD_EDITION not in faults(dated(fresh)), fresh


def test_an_edition_of_a_month_is_a_year_old_on_the_first_of_that_month() -> None:
    rule = replace(MOTION, source=replace(MOTION.source, edition_date="2025-12"))
    good = signed(rule, at="2026-11-01", until="2027-03-01")
    assert faults(rule, good, today=date(2026, 11, 30)) == []
    assert faults(rule, good, today=date(2026, 12, 1)) == [Fault.OLD_EDITION]


def test_an_edition_of_a_year_is_a_year_old_on_its_first_day() -> None:
    rule = replace(MOTION, source=replace(MOTION.source, edition_date="2026"))
    good = signed(rule, at="2026-11-01", until="2027-03-01")
    assert faults(rule, good, today=date(2026, 12, 31)) == []
    assert faults(rule, good, today=date(2027, 1, 1)) == [Fault.OLD_EDITION]


def test_who_looked_at_it_lately_has_looked_at_it_for_all() -> None:
    both = (signed(MOTION, at="2026-04-01", until="2027-03-01"), signed(MOTION, at="2026-10-01", by=TIMUR))
    assert faults(MOTION, *both) == []


def test_of_several_signatures_the_latest_is_named() -> None:
    """Whoever is asked to sign again is told when it was last looked at, not when it first was."""
    ended = [signed(MOTION, until="2026-11-01"), signed(MOTION, until="2026-11-20", by=TIMUR)]
    for both in (ended, ended[::-1]):
        (found,) = findings(only(MOTION), both, TODAY)
        assert found == Finding(MOTION.id, Fault.EXPIRED, "signed until 2026-11-20; have it signed again")
    looked_at = [signed(MOTION, at="2026-04-01"), signed(MOTION, at="2026-05-01", by=TIMUR)]
    for both in (looked_at, looked_at[::-1]):
        (found,) = findings(only(MOTION), both, TODAY)
        assert found == Finding(MOTION.id, Fault.REVERIFY, "last looked at on 2026-05-01; that is six months ago")


def test_doubts_weak_sources_and_rechecks_are_found_even_if_signed() -> None:
    decide = BOOK.rule("kz.coao.appeal.decide_10d")
    found = findings(only(decide), [signed(decide)], TODAY)
    assert [finding.fault for finding in found] == [
        Fault.OLD_EDITION,
        Fault.LOW_CONFIDENCE,
        Fault.NEEDS_RECHECK,
        Fault.CONFLICTING,
    ]
    assert found[-1] == Finding(
        decide.id, Fault.CONFLICTING, "C3 (medium): Is an appeal decided in 10 (+10) or in 15 (+15) days? Take 10."
    )


def test_a_rule_read_well_but_counted_by_guess_is_found() -> None:
    appeal = BOOK.rule("tr.lfip.removal_appeal_7d")
    assert appeal.confidence == "high"
    found = [one for one in findings(only(appeal), [signed(appeal)], TODAY) if one.fault is Fault.LOW_CONFIDENCE]
    assert [one.detail for one in found] == [
        "how it is counted is not known well: not researched (counting, and the recess of courts)"
    ]


def test_today_every_rule_is_found_unsigned() -> None:
    found = findings(BOOK, [], TODAY)
    assert len({finding.rule_id for finding in found if finding.fault is Fault.UNSIGNED}) == 80
    order = [rule.id for rule in BOOK.rules]
    assert [order.index(finding.rule_id) for finding in found] == sorted(order.index(one.rule_id) for one in found)
