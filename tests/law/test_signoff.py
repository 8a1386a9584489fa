"""Signing off: bound to the words, for six months at most, by somebody, in the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from law.check import Fault, findings
from law.errors import SignoffTermError
from law.models import RuleSignoff
from law.shipped import load_rules
from law.signoff import end_of, ending_within, is_signed, latest_end, may_sign, revoke, sign_off, signoffs, vouches
from store.eventlog import EventRow

if TYPE_CHECKING:
    from law.rules import Rule
    from store.clock import ManualClock
    from store.unit_of_work import Store

BOOK = load_rules()
RULE = BOOK.rule("kz.coao.motion_3d")
DANA, TIMUR = UUID(int=1), UUID(int=2)
MONTH = timedelta(days=30)


def sign(store: Store, rule: Rule = RULE, by: UUID = DANA, term: timedelta = MONTH) -> UUID:
    with store.unit("dana") as unit:
        return sign_off(unit, by, rule, unit.now + term)


def holds(store: Store, rule: Rule = RULE) -> bool:
    with store.read() as unit:
        return is_signed(unit, rule, unit.now)


def happened(store: Store) -> list[str]:
    with store.read() as unit:
        return list(unit.session.scalars(select(EventRow.name).order_by(EventRow.position)))


def test_a_rule_is_unverified_until_somebody_signs_it(store: Store) -> None:
    assert not holds(store)
    sign(store)
    assert holds(store)
    assert not holds(store, BOOK.rule("kz.cpc.family_notice"))
    assert happened(store) == ["RuleSignedOff"]


def test_the_log_keeps_who_signed_what_in_which_words(store: Store) -> None:
    signoff_id = sign(store)
    with store.read() as unit:
        payload = unit.session.scalars(select(EventRow.payload)).one()
    assert payload == {
        "signoff_id": str(signoff_id),
        "contact_id": str(DANA),
        "rule_id": RULE.id,
        "text_hash": RULE.text_hash(),
    }
    assert store.verify_log() == []


def test_any_change_of_the_words_undoes_it(store: Store) -> None:
    sign(store)
    assert not holds(store, replace(RULE, action_required="Something else."))
    assert not holds(store, replace(RULE, source=replace(RULE.source, edition="edition of 01.01.2027")))


def test_it_ends_by_itself(store: Store, clock: ManualClock) -> None:
    sign(store)
    clock.advance(MONTH - timedelta(seconds=1))
    assert holds(store)
    clock.advance(timedelta(seconds=1))
    assert not holds(store)


def test_nobody_signs_for_longer_than_six_months(store: Store) -> None:
    with store.unit("dana") as unit:
        end = latest_end(unit.now)
        sign_off(unit, DANA, RULE, end)
        with pytest.raises(SignoffTermError, match="within six months"):
            sign_off(unit, TIMUR, RULE, end + timedelta(seconds=1))
        with pytest.raises(SignoffTermError):
            sign_off(unit, TIMUR, RULE, unit.now)
    assert len(kept(store)) == 1


def test_six_months_end_on_the_same_date_or_the_months_last() -> None:
    assert latest_end(datetime(2026, 8, 31, 10, tzinfo=UTC)) == datetime(2027, 2, 28, 10, tzinfo=UTC)


def kept(store: Store) -> dict[UUID, bool]:
    """Every sign-off there ever was, and whether it was taken back."""
    with store.read() as unit:
        return {row.id: row.revoked_at is not None for row in unit.session.scalars(select(RuleSignoff))}


def test_signing_the_same_again_is_one_sign_off(store: Store) -> None:
    assert sign(store) == sign(store)
    assert happened(store) == ["RuleSignedOff"]


@pytest.mark.both  # a lock
def test_signing_anew_takes_the_place_of_what_was_signed_before(store: Store, clock: ManualClock) -> None:
    first = sign(store)
    clock.advance(timedelta(days=20))
    second = sign(store)
    assert first != second
    assert kept(store) == {first: True, second: False}
    assert happened(store) == ["RuleSignedOff", "RuleSignoffRevoked", "RuleSignedOff"]


@pytest.mark.both  # a lock
def test_two_may_vouch_and_one_may_take_it_back(store: Store) -> None:
    sign(store)
    sign(store, by=TIMUR)
    with store.unit("dana") as unit:
        assert revoke(unit, DANA, RULE.id)
        assert not revoke(unit, DANA, RULE.id)
    assert holds(store)
    with store.unit("timur") as unit:
        assert revoke(unit, TIMUR, RULE.id)
        assert signoffs(unit) == []
    assert not holds(store)


def test_the_check_sees_what_was_signed(store: Store) -> None:
    sign(store)
    with store.read() as unit:
        found = findings(replace(BOOK, rules=(RULE,)), signoffs(unit), unit.now.date())
        assert found == []
        changed = replace(BOOK, rules=(replace(RULE, title="As it will be"),))
        assert [one.fault for one in findings(changed, signoffs(unit), date(2026, 3, 3))] == [Fault.CHANGED]


@pytest.mark.both  # an index of its own
def test_the_table_holds_one_sign_off_in_force_for_each_contact(store: Store) -> None:
    sign(store)
    again = {"edition": RULE.edition, "text_hash": RULE.text_hash(), "rule_id": RULE.id, "contact_id": DANA}
    with store.unit("dana") as unit:
        unit.session.add(RuleSignoff(**again, signed_at=unit.now, valid_until=unit.now + MONTH))
        with pytest.raises(IntegrityError):
            unit.session.flush()
        unit.session.rollback()


@pytest.mark.parametrize(
    ("role", "places", "jurisdiction", "may"),
    [
        ("lawyer", ["KZ"], "KZ", True),
        ("lawyer", ["KZ-ALM"], "KZ", True),
        ("lawyer", ["TR", "KZ-ALM"], "KZ", True),
        ("lawyer", ["TR"], "KZ", False),
        ("lawyer", [], "KZ", False),
        ("lawyer", ["K"], "KZ", False),
        ("lawyer", [], "INTL", True),
        ("coordinator", ["KZ"], "KZ", False),
        ("admin", ["KZ"], "INTL", False),
    ],
)
def test_a_lawyer_signs_the_law_of_where_they_work(role: str, places: list[str], jurisdiction: str, may: bool) -> None:
    assert may_sign(role, places, jurisdiction) == may


def test_until_a_day_means_to_its_end_and_the_last_allowed_day_to_its_minute() -> None:
    now = datetime(2026, 3, 2, 18, 0, 5, tzinfo=UTC)
    assert end_of(date(2026, 3, 2), now) == datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    assert end_of(date(2026, 9, 1), now) == datetime(2026, 9, 1, 23, 59, tzinfo=UTC)
    assert end_of(date(2026, 9, 2), now) == latest_end(now)


def test_a_word_that_was_read_holds_exactly_as_one_that_is_asked_for(store: Store, clock: ManualClock) -> None:
    """Two ways of one question: by the database for an alarm, by what a page has read already. They never differ."""
    sign(store, term=MONTH)
    for passes in (timedelta(0), MONTH - timedelta(microseconds=1), timedelta(microseconds=1), MONTH):
        clock.advance(passes)
        for rule in (RULE, replace(RULE, title="Other words"), BOOK.rule("kz.cpc.family_notice")):
            with store.read() as unit:
                (row,) = unit.session.scalars(select(RuleSignoff))
                said = (rule.id, rule.text_hash())
                assert vouches(row, *said, unit.now) == is_signed(unit, rule, unit.now)
                assert not vouches(row, *said, row.signed_at - timedelta(seconds=1))
                assert vouches(row, *said, row.signed_at) == (rule is RULE)
    with store.unit("dana") as unit:
        assert revoke(unit, DANA, RULE.id) is True
        assert revoke(unit, DANA, RULE.id) is False
        (row,) = unit.session.scalars(select(RuleSignoff))
        assert not vouches(row, RULE.id, RULE.text_hash(), row.signed_at)


def test_a_term_of_nothing_is_refused_and_one_of_a_moment_is_a_term(store: Store) -> None:
    for term in (timedelta(0), -timedelta(seconds=1)):
        with pytest.raises(SignoffTermError):
            sign(store, term=term)
    sign(store, term=timedelta(seconds=1))


@pytest.mark.both  # a lock
def test_what_ends_soon_is_found_until_its_signer_was_told(store: Store) -> None:
    sign(store, term=timedelta(days=31))
    soon = sign(store, by=TIMUR, term=MONTH)
    with store.unit("system") as unit:
        (row,) = ending_within(unit, MONTH)
        assert row.id == soon
        row.reminded_at = unit.now
    with store.unit("system") as unit:
        assert ending_within(unit, MONTH) == []


def test_of_what_has_ended_nobody_is_reminded_that_it_ends(store: Store, clock: ManualClock) -> None:
    sign(store, term=MONTH)
    clock.advance(MONTH)
    with store.unit("system") as unit:
        assert ending_within(unit, MONTH) == []
