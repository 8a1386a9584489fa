"""Accounts: two factors, each once; sessions that end; whoever is forced shows nothing; giving takes two."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyotp
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from contacts.accounts.approvals import may_settle
from contacts.accounts.coercion import is_coerced
from contacts.accounts.directory import AccountRefusedError, find_account, state_of
from contacts.accounts.inviting import accept_invitation, find_invitation, invite
from contacts.accounts.managing import (
    Asked,
    approvals_for,
    ask_for_role,
    ask_to_invite,
    invite_from_shell,
    needs_second,
    revoke_account,
    settle,
)
from contacts.accounts.models import Account, AccountSession, Approval
from contacts.accounts.passwords import Found, Passwords, complaint
from contacts.accounts.reading import MOST, is_unusual
from contacts.accounts.roles import ABILITIES, Ability, AccountRole, can, fits
from contacts.accounts.second_factor import matching_step, new_secret
from contacts.accounts.sessions import (
    AT_MOST,
    IDLE,
    KEPT,
    SignedIn,
    end_session,
    forget_old_sessions,
    open_sessions,
    signed_in,
    touch,
)
from contacts.accounts.signing_in import give_password, prove_again
from contacts.accounts.throttle import PER_CODE, count_try, has_room, key_of
from contacts.directory import put_contact
from contacts.models import Contact
from contacts.values import ContactCard, Role
from store.base import new_id
from store.eventlog import EventRow
from tests.accounts import DURESS, ELSEWHERE, HERE, PASSWORD, Member, join, quick
from tests.conftest import START
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store


@pytest.fixture
def swift(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store(tmp_path, clock) as store:
        yield store


def who(store: Store, token: str | None) -> SignedIn | None:
    with store.read() as unit:
        return None if token is None else signed_in(unit, token)


def enters(member: Member) -> str:
    half = member.gives()
    assert half is not None
    token = member.proves(half)
    assert token is not None
    return token


def sessions_kept(store: Store) -> int:
    with store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(AccountSession)) or 0


# Coming in


def test_a_password_and_a_code_let_somebody_in(store: Store) -> None:
    aigerim = join(store, "Aigerim")
    half = aigerim.gives()
    assert who(store, half) is None, "a password alone opens nothing"
    assert half is not None
    token = aigerim.proves(half)
    found = who(store, token)
    assert found is not None
    assert (found.account_id, found.role, found.duress) == (aigerim.account_id, AccountRole.COORDINATOR, False)
    assert aigerim.proves(half) is None, "half a session is good once"


def test_a_session_that_opens_nothing_is_dropped_after_a_month(store: Store, clock: ManualClock) -> None:
    aigerim = join(store, "Aigerim")
    enters(aigerim)
    clock.advance(KEPT)
    token = enters(aigerim)
    clock.advance(AT_MOST)
    assert who(store, token) is None
    before = sessions_kept(store)
    for _ in range(2):
        with store.unit("system") as unit:
            forget_old_sessions(unit)
    assert sessions_kept(store) == before / 2, "those of a month ago are gone, the others can still be looked at"


def test_a_code_counts_once_and_none_that_is_older(store: Store, clock: ManualClock) -> None:
    aigerim = join(store, "Aigerim")
    code = aigerim.code()
    first, second, third = aigerim.gives(), aigerim.gives(), aigerim.gives()
    assert first is not None
    assert second is not None
    assert third is not None
    assert aigerim.proves(first, code) is not None
    assert aigerim.proves(second, code) is None, "seen over a shoulder, it is worth nothing"
    clock.advance(timedelta(seconds=30))
    assert aigerim.proves(third, aigerim.code(-1)) is None, "nor is the one before it"
    assert aigerim.proves(third, aigerim.code(1)) is not None


def test_of_two_with_the_same_code_one_comes_in(store: Store) -> None:
    aigerim = join(store, "Aigerim")
    code, halves = aigerim.code(), [aigerim.gives(), aigerim.gives()]
    together, tokens = threading.Barrier(2), []

    def prove(half: str) -> None:
        together.wait(60)
        tokens.append(aigerim.proves(half, code))

    threads = [threading.Thread(target=prove, args=(half,)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(token is None for token in tokens) == [False, True]


@given(st.integers(-5, 5), st.integers(0, 29))
def test_a_code_is_good_one_step_around_and_no_further(steps: int, seconds: int) -> None:
    secret, now = new_secret(), START + timedelta(seconds=seconds)
    code = pyotp.TOTP(secret).at(now, counter_offset=steps)
    step = matching_step(secret, code, now)
    assert (step is not None) == (abs(steps) <= 1) or step is not None, "another step may have the same code by chance"
    if abs(steps) <= 1:
        assert step is not None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34 5x"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert matching_step(new_secret(), typed, START) is None


def test_a_code_on_paper_lets_in_once(store: Store) -> None:
    aigerim = join(store, "Aigerim")
    paper = aigerim.recovery[0].lower().replace("-", " ")
    first, second = aigerim.gives(), aigerim.gives()
    assert first is not None
    assert second is not None
    assert who(store, aigerim.proves(first, paper)) is not None
    assert aigerim.proves(second, paper) is None
    assert aigerim.proves(second, aigerim.recovery[1]) is not None
    with store.read() as unit:
        by = [row.payload["by"] for row in unit.session.scalars(select(EventRow).where(EventRow.name == "SignedIn"))]
    assert by == ["recovery", "recovery"]


def test_somebody_elses_code_on_paper_is_worth_nothing(swift: Store) -> None:
    aigerim, timur = join(swift, "Aigerim"), join(swift, "Timur")
    half = aigerim.gives()
    assert half is not None
    assert aigerim.proves(half, timur.recovery[0]) is None


# Guessing


def test_after_five_wrong_tries_even_the_right_password_waits(store: Store, clock: ManualClock) -> None:
    aigerim = join(store, "Aigerim")
    for _ in range(5):
        assert aigerim.gives("not that one at all") is None
    assert aigerim.gives() is None
    clock.advance(timedelta(minutes=15))
    assert aigerim.gives() is not None


def test_strangers_do_not_shut_out_who_has_come_from_here_before(store: Store) -> None:
    aigerim = join(store, "Aigerim")
    enters(aigerim)
    for _ in range(9):
        aigerim.gives("not that one at all", ELSEWHERE)
    assert aigerim.gives(source=ELSEWHERE) is None
    assert aigerim.gives(source=HERE) is not None


def test_many_at_once_are_no_more_than_many_in_a_row(store: Store) -> None:
    aigerim = join(store, "Aigerim")
    together, halves = threading.Barrier(12), []

    def guess(number: int) -> None:
        together.wait(60)
        halves.append(aigerim.gives(PASSWORD if number > 5 else "not that one at all"))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.read() as unit:
        judged = unit.session.scalar(select(func.count()).select_from(AccountSession))
    assert judged == sum(half is not None for half in halves)


def test_a_second_factor_is_guessed_five_times(store: Store, clock: ManualClock) -> None:
    aigerim = join(store, "Aigerim")
    half = aigerim.gives()
    assert half is not None
    for _ in range(5):
        assert aigerim.proves(half, "000000") is None
    assert aigerim.proves(half) is None
    clock.advance(timedelta(minutes=16))
    half = aigerim.gives()
    assert half is not None
    assert aigerim.proves(half) is not None


class Counting(Passwords):
    """Counts how often it had to compute."""

    computed = 0

    def _matches(self, hashed: str | None, password: str) -> bool:
        type(self).computed += 1
        return super()._matches(hashed, password)


@settings(max_examples=15)
@given(tries=st.lists(st.sampled_from([PASSWORD + " no", "x", "", DURESS + "!"]), min_size=1, max_size=8))
def test_a_name_nobody_has_is_answered_as_one_that_somebody_has(tries: list[str]) -> None:
    """The same answers, after as much work: nothing tells whose account there is."""
    with TemporaryDirectory() as folder, quick_store(Path(folder)) as store:
        join(store, "Aigerim")
        passwords, work, answers = Counting(store.ring, _hasher()), {}, {}
        for login in ("Aigerim", "Nobody"):
            before = Counting.computed
            answers[login] = [give_password(store, passwords, login, one, HERE) for one in tries]
            work[login] = Counting.computed - before
        assert answers["Aigerim"] == answers["Nobody"] == [None] * len(tries)
        assert work["Aigerim"] == work["Nobody"] == 2 * len(tries)


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_one_place_that_tries_everything_is_not_judged_any_more(swift: Store) -> None:
    aigerim = join(swift, "Aigerim")
    for number in range(101):
        give_password(swift, quick(swift), f"Guess {number}", "a guess among guesses", ELSEWHERE)
    assert aigerim.gives(source=ELSEWHERE) is None
    assert aigerim.gives(source=HERE) is not None


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("short", "short"),
        ("x" * 129, "long"),
        ("aaaaaaaaaaaaaaaa", "weak"),
        ("Айгерим Айгерим", "weak"),
        (PASSWORD, None),
        ("қырық өрік шатырда", None),
    ],
)
def test_a_password_is_long_and_no_name(password: str, wrong: str | None) -> None:
    assert complaint(password, "Айгерим Айгерим") == wrong


def test_a_hash_is_worthless_without_the_ring_and_a_row_tells_not_whether_there_is_a_second_password(
    swift: Store,
) -> None:
    passwords = quick(swift)
    hashed = passwords.hash(PASSWORD)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(hashed, PASSWORD)
    nothing = passwords.hash_of_nothing()
    assert (len(nothing), nothing[:20]) == (len(hashed), hashed[:20])
    assert passwords.check(hashed, nothing, PASSWORD) is Found.REAL
    assert passwords.check(hashed, passwords.hash(DURESS), DURESS) is Found.DURESS
    assert passwords.check(None, None, PASSWORD) is Found.NEITHER


# Sessions


def test_a_session_ends_when_nobody_uses_it_and_after_a_shift_in_any_case(store: Store, clock: ManualClock) -> None:
    aigerim = join(store, "Aigerim")
    idle, busy = aigerim.session(), aigerim.session()
    for _ in range(2 * 12 - 1):
        clock.advance(timedelta(minutes=29, seconds=59))
        found = who(store, busy)
        assert found is not None
        with store.unit("test") as unit:
            touch(unit, found.session_id)
    assert who(store, idle) is None
    clock.advance(IDLE)
    assert who(store, busy) is None


def test_whoever_is_thrown_out_is_out_at_once(store: Store) -> None:
    aigerim = join(store, "Aigerim")
    here, there = aigerim.session(), aigerim.session()
    found = who(store, there)
    assert found is not None
    with store.unit("test") as unit:
        assert len(open_sessions(unit, aigerim.account_id, duress=False)) == 2
        assert end_session(unit, aigerim.account_id, found.session_id)
        assert not end_session(unit, aigerim.account_id, found.session_id)
    assert who(store, there) is None
    assert who(store, here) is not None


def test_nobody_ends_somebody_elses_session(swift: Store) -> None:
    aigerim, timur = join(swift, "Aigerim"), join(swift, "Timur")
    found = who(swift, aigerim.session())
    assert found is not None
    with swift.unit("test") as unit:
        assert not end_session(unit, timur.account_id, found.session_id)


def test_a_session_is_of_the_account_as_it_was(store: Store) -> None:
    """Revoked, or whose work has changed, or who has left: what is open opens nothing any more."""
    revoked, gone, changed = join(store, "Aigerim"), join(store, "Timur"), join(store, "Dana", "lawyer")
    tokens = [member.session() for member in (revoked, gone, changed)]
    with store.unit("test") as unit:
        assert revoke_account(unit, revoked.account_id)
        unit.session.get_one(Contact, gone.contact_id).left_at = unit.now
        unit.session.get_one(Contact, changed.contact_id).role = "doctor"
    assert [who(store, token) for token in tokens] == [None, None, None]
    assert revoked.gives() is None
    assert gone.gives() is None


# Forced


def test_the_second_password_closes_the_account_and_says_so_to_nobody_here(store: Store) -> None:
    aigerim = join(store, "Aigerim")
    before = aigerim.session()
    half = aigerim.gives(DURESS)
    assert who(store, before) is None, "what was open is closed, from the password on"
    assert half is not None
    found = who(store, aigerim.proves(half))
    assert found is not None
    assert found.duress
    with store.read() as unit:
        assert aigerim.contact_id is not None
        assert is_coerced(unit, aigerim.contact_id)
        assert unit.session.scalar(select(func.count()).where(EventRow.name == "AccountCoerced")) == 1


def test_from_then_on_the_first_password_shows_no_more(store: Store, clock: ManualClock) -> None:
    aigerim = join(store, "Aigerim")
    aigerim.gives(DURESS)
    clock.advance(timedelta(minutes=1))
    half = aigerim.gives(PASSWORD)
    assert half is not None
    found = who(store, aigerim.proves(half))
    assert found is not None
    assert found.duress


def test_a_proof_with_the_second_password_closes_it_too(swift: Store) -> None:
    aigerim = join(swift, "Aigerim")
    token = aigerim.session()
    assert prove_again(swift, quick(swift), aigerim.account_id, DURESS)
    assert who(swift, token) is None


def test_a_new_invitation_opens_it_again(swift: Store) -> None:
    aigerim = join(swift, "Aigerim")
    aigerim.gives(DURESS)
    again = join(swift, "Aigerim")
    assert again.account_id == aigerim.account_id
    found = who(swift, again.session())
    assert found is not None
    assert not found.duress


# Invitations


def invited(store: Store, login: str = "Aigerim") -> str:
    with store.unit("test") as unit:
        put_contact(unit, ContactCard(login, Role.COORDINATOR))
        return invite(unit, invite_from_shell(unit, login, AccountRole.COORDINATOR))


def accepts(store: Store, token: str, code: str | None = None) -> list[str] | None:
    with store.unit("test") as unit:
        found = find_invitation(unit, token)
        right = "000000" if found is None else pyotp.TOTP(found.secret).at(unit.now)
        return accept_invitation(unit, token, "hash", "hash", right if code is None else code)


def test_an_invitation_is_good_once_for_a_day_and_until_the_next(store: Store, clock: ManualClock) -> None:
    used = invited(store)
    assert accepts(store, used, "000000") is None, "a wrong code uses nothing up"
    assert len(accepts(store, used) or []) == 10
    with pytest.raises(AccountRefusedError):
        accepts(store, used)
    replaced, over = invited(store), invited(store)
    with pytest.raises(AccountRefusedError):
        accepts(store, replaced)
    clock.advance(timedelta(hours=24))
    with pytest.raises(AccountRefusedError):
        accepts(store, over)


def test_what_an_invitation_hides_is_gone_with_it(swift: Store) -> None:
    token = invited(swift)
    with swift.unit("test") as unit:
        account = find_account(unit, "aigerim ")
        assert account is not None
        assert state_of(unit, account) == "invited"
        revoke_account(unit, account.id)
        assert find_invitation(unit, token) is None
        assert state_of(unit, account) == "revoked"


@pytest.mark.parametrize(
    ("login", "role"),
    [("Nobody", "coordinator"), ("Aigerim", "admin"), ("Aigerim", "lawyer"), ("Press", "observer"), ("  ", "admin")],
)
def test_an_account_fits_whom_it_belongs_to(swift: Store, login: str, role: str) -> None:
    with swift.unit("test") as unit:
        put_contact(unit, ContactCard("Aigerim", Role.COORDINATOR))
        put_contact(unit, ContactCard("Press", Role.JOURNALIST))
        with pytest.raises(AccountRefusedError):
            invite_from_shell(unit, login, AccountRole(role))


# Two


def test_the_first_invites_alone_and_from_the_second_on_it_takes_two(store: Store) -> None:
    admin = join(store, "administrator", "admin")
    with store.unit("test") as unit:
        for name in ("Aigerim", "Timur", "Saule"):
            put_contact(unit, ContactCard(name, Role.COORDINATOR))
        assert ask_to_invite(unit, admin.account_id, "Aigerim", AccountRole.COORDINATOR) is Asked.DONE
    aigerim, timur = join(store, "Aigerim"), join(store, "Timur")
    with store.unit("test") as unit:
        assert ask_to_invite(unit, admin.account_id, "Saule", AccountRole.COORDINATOR) is Asked.WAITS
        saule = find_account(unit, "Saule")
        assert saule is not None
        with pytest.raises(AccountRefusedError):
            invite(unit, saule)
        ((row, may),) = approvals_for(unit, admin.account_id)
        assert not may, "not who asked"
        assert not settle(unit, row.id, admin.account_id, confirms=True)
        assert settle(unit, row.id, aigerim.account_id, confirms=True)
        assert not settle(unit, row.id, timur.account_id, confirms=False), "settled is settled"
        assert invite(unit, saule)
        with pytest.raises(AccountRefusedError):
            invite(unit, saule)


def test_another_role_takes_two_and_ends_every_session(store: Store) -> None:
    admin, aigerim, timur = join(store, "administrator", "admin"), join(store, "Aigerim"), join(store, "Timur")
    token = aigerim.session()
    with store.unit("test") as unit:
        assert ask_for_role(unit, admin.account_id, aigerim.account_id, AccountRole.OBSERVER) is Asked.WAITS
        (approval,) = unit.session.scalars(select(Approval)).all()
        assert not settle(unit, approval.id, aigerim.account_id, confirms=True), "not whom it is about"
    assert who(store, token) is not None
    with store.unit("test") as unit:
        assert settle(unit, approval.id, timur.account_id, confirms=True)
    assert who(store, token) is None
    found = who(store, aigerim.session())
    assert found is not None
    assert found.role is AccountRole.OBSERVER


def test_whoever_is_forced_is_no_second_person(swift: Store) -> None:
    admin, aigerim, timur = join(swift, "administrator", "admin"), join(swift, "Aigerim"), join(swift, "Timur")
    join(swift, "Saule")
    aigerim.gives(DURESS)
    with swift.unit("test") as unit:
        ask_for_role(unit, admin.account_id, timur.account_id, AccountRole.OBSERVER)
        (approval,) = unit.session.scalars(select(Approval)).all()
        assert not settle(unit, approval.id, aigerim.account_id, confirms=True)


def test_a_wish_is_over_after_a_week_and_the_next_takes_its_place(swift: Store, clock: ManualClock) -> None:
    admin, aigerim = join(swift, "administrator", "admin"), join(swift, "Aigerim")
    timur = join(swift, "Timur")

    def wish(role: AccountRole) -> UUID:
        with swift.unit("test") as unit:
            ask_for_role(unit, admin.account_id, timur.account_id, role)
            return unit.session.scalars(select(Approval.id).where(Approval.settled_at.is_(None))).one()

    first = wish(AccountRole.OBSERVER)
    assert wish(AccountRole.OBSERVER) == first
    second = wish(AccountRole.PRESS_OFFICER)
    with swift.unit("test") as unit:
        assert not settle(unit, first, aigerim.account_id, confirms=True)
    clock.advance(timedelta(days=7))
    with swift.unit("test") as unit:
        assert not settle(unit, second, aigerim.account_id, confirms=True)
        assert approvals_for(unit, aigerim.account_id) == []


ids = st.integers(0, 3)


@given(ids, st.lists(ids, max_size=3), ids, st.booleans())
def test_the_second_is_never_the_first_nor_concerned(first: int, about: list[int], settler: int, able: bool) -> None:
    people = [new_id() for _ in range(4)]
    may = may_settle(
        asked_by=people[first], concerned=[people[one] for one in about], settler=people[settler], is_able=able
    )
    assert may == (able and settler != first and settler not in about)
    assert needs_second(people[first], people[settler], [people[first], people[settler]]) is False
    assert needs_second(people[first], people[settler], people) is True


def test_an_administrator_reads_no_case_and_is_nobody_of_the_contacts() -> None:
    assert not ABILITIES[AccountRole.ADMIN] & {Ability.BOARD, Ability.OPEN_CASE, Ability.ACCEPT, Ability.GRANT}
    assert not any(fits("admin", role) for role in Role)
    assert [role for role in AccountRole if fits(role, None)] == ["admin"]
    assert not can("root", Ability.LAW)
    assert not fits("root", "coordinator")


def test_agencies_and_press_get_no_account() -> None:
    assert not any(fits(role, outside) for role in AccountRole for outside in ("unhcr", "journalist"))


# Reading


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 3))
def test_reading_is_unusual_by_what_was_not_just_taken(old: int, fresh: int, again: int) -> None:
    now = START
    cases = [new_id() for _ in range(old + fresh)]
    opened = [(case, now - timedelta(minutes=number % 50)) for number, case in enumerate(cases)] * (again + 1)
    taken = {case: now - timedelta(minutes=59) for case in cases[old:]}
    taken |= {case: now - timedelta(hours=2) for case in cases[:old]}
    assert is_unusual(opened, taken, now) == (old > MOST)
    assert not is_unusual(opened, taken, now + timedelta(hours=2))


def test_the_rows_hold_no_name_and_no_secret(swift: Store) -> None:
    aigerim = join(swift, "Aigerim")
    with swift.read() as unit:
        account = unit.session.get_one(Account, aigerim.account_id)
        row = b"|".join([account.login, account.login_index, account.totp or b"", (account.password or "").encode()])
    assert b"Aigerim" not in row
    assert aigerim.secret.encode() not in row
    assert PASSWORD.encode() not in row


def test_a_clock_that_ran_ahead_shuts_nobody_out_when_it_is_right_again(store: Store, clock: ManualClock) -> None:
    clock.advance(timedelta(hours=1))
    with store.unit("test") as unit:
        key = key_of(unit, "code", 1)
        judged = [count_try(unit, key, PER_CODE) for _ in range(PER_CODE.tries + 1)]
    assert judged == [True] * PER_CODE.tries + [False]

    clock.advance(-timedelta(hours=1))
    with store.unit("test") as unit:
        assert has_room(unit, key, PER_CODE)
        again = [count_try(unit, key, PER_CODE) for _ in range(PER_CODE.tries + 1)]
        assert not has_room(unit, key, PER_CODE)
    assert again == judged
