"""Passkeys: a second factor that signs for one site, one session and one moment; never instead of the password."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from contacts.accounts.inviting import accept_invitation, find_invitation, invite
from contacts.accounts.managing import invite_from_shell
from contacts.accounts.models import Account, Passkey, PasskeyChallenge
from contacts.accounts.passkeys import (
    AT_MOST,
    GOOD_FOR,
    Ceremony,
    Site,
    add_passkey,
    begin_adding,
    begin_signing,
    count_passkeys,
    fell_back,
    forget_challenges,
    passkeys_of,
    remove_passkey,
    remove_passkeys,
    site_at,
    take_passkey,
)
from contacts.accounts.roles import AccountRole
from contacts.accounts.sessions import half_signed_in, signed_in
from contacts.accounts.signing_in import give_passkey, prove_second_factor
from store.eventlog import EventRow
from tests.accounts import DURESS, HERE, PASSWORD, Member, join, quick
from tests.authenticator import PRESENT, VERIFIED, Authenticator

if TYPE_CHECKING:
    from store.clock import ManualClock
    from store.unit_of_work import Store

MANGLED: tuple[Any, ...] = (None, "", "AAAA", "%", 7, [], "A" * 5000)
SITE = Site("http://localhost", "localhost")


@dataclass
class Owner:
    """Somebody with an account, and the pages they are on."""

    member: Member
    site: Site = SITE

    def here(self) -> Ceremony:
        """In a session that has just begun."""
        with self.member.store.read() as unit:
            who = signed_in(unit, self.member.session())
        assert who is not None
        return Ceremony(self.site, who.account_id, who.session_id)

    def adds(self, key: Authenticator, name: str = "blue stick", here: Ceremony | None = None) -> str | None:
        """Why it was not added, if it was not."""
        here = here or self.here()
        with self.member.store.unit("test") as unit:
            options = begin_adding(unit, here)
        assert options is not None
        said = key.makes(options)
        with self.member.store.unit("test") as unit:
            return add_passkey(unit, here, said, name)

    def asked(self, half: str) -> dict[str, Any] | None:
        """What a half session is given to sign."""
        with self.member.store.unit("test") as unit:
            found = half_signed_in(unit, half)
            assert found is not None
            return begin_signing(unit, Ceremony(self.site, found[1].id, found[0].id))

    def comes_in(self, key: Authenticator, password: str = PASSWORD, **how: Any) -> str | None:
        """The token of a session, by password and key."""
        half = self.member.gives(password)
        assert half is not None
        options = self.asked(half)
        assert options is not None
        return self.gives(half, key.signs(options, **how))

    def gives(self, half: str, said: str) -> str | None:
        with self.member.store.unit("web") as unit:
            return give_passkey(unit, self.site, half, said, HERE)


@pytest.fixture
def aigerim(store: Store) -> Owner:
    return Owner(join(store, "Aigerim"))


def test_a_key_is_added_and_lets_its_owner_in_after_the_password(aigerim: Owner, store: Store) -> None:
    key = Authenticator()
    assert aigerim.adds(key, "  blue\tstick ") is None
    token = aigerim.comes_in(key)
    assert token is not None
    with store.read() as unit:
        who = signed_in(unit, token)
        assert who is not None
        assert not who.duress
        (shown,) = passkeys_of(unit, aigerim.member.account_id)
        assert shown.name == "blue stick"
        assert shown.used_at == unit.now
        by = unit.session.scalars(select(EventRow.payload).where(EventRow.name == "SignedIn")).one()
        assert by["by"] == "passkey"


def test_what_lies_in_the_database_tells_neither_key_nor_name(aigerim: Owner, store: Store) -> None:
    key = Authenticator()
    aigerim.adds(key)
    with store.read() as unit:
        row = unit.session.scalars(select(Passkey)).one()
        for secret in (b"blue", b"public_key", key.id):
            assert secret not in row.credential
            assert secret not in row.credential_index


def test_an_authenticator_is_told_no_name_and_keeps_no_list(aigerim: Owner, store: Store) -> None:
    here = aigerim.here()
    with store.unit("test") as unit:
        options = begin_adding(unit, here)
        code = unit.session.scalars(select(Account.code)).one()
    assert options is not None
    assert "Aigerim" not in json.dumps(options)
    assert (options["user"]["name"], options["user"]["displayName"]) == (code, code)
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"] == {
        "residentKey": "discouraged",
        "requireResidentKey": False,
        "userVerification": "preferred",
    }
    assert len(options["challenge"]) >= 40


def test_a_key_opens_nothing_without_the_password(aigerim: Owner, store: Store) -> None:
    """Which password it was says whether somebody is being forced: nothing may go round it."""
    key = Authenticator()
    aigerim.adds(key)
    whole = aigerim.member.session()
    with store.read() as unit:
        assert half_signed_in(unit, whole) is None
    assert aigerim.gives("no half session", "{}") is None


def test_with_the_password_under_duress_the_key_opens_what_that_password_opens(aigerim: Owner, store: Store) -> None:
    key = Authenticator()
    aigerim.adds(key)
    token = aigerim.comes_in(key, DURESS)
    assert token is not None
    with store.read() as unit:
        who = signed_in(unit, token)
        assert who is not None
        assert who.duress
    again = aigerim.comes_in(key, PASSWORD)
    assert again is not None
    with store.read() as unit:
        who = signed_in(unit, again)
        assert who is not None
        assert who.duress, "whoever is forced stays so until a new invitation"


def test_what_was_signed_counts_once(aigerim: Owner) -> None:
    key = Authenticator()
    aigerim.adds(key)
    half = aigerim.member.gives()
    assert half is not None
    options = aigerim.asked(half)
    assert options is not None
    said = key.signs(options)
    assert aigerim.gives(half, said) is not None
    assert aigerim.gives(half, said) is None, "the half session is over"
    other = aigerim.member.gives()
    assert other is not None
    assert aigerim.gives(other, said) is None, "nothing was given to sign there"
    assert aigerim.asked(other) is not None
    assert aigerim.gives(other, said) is None, "something else was given to sign there"


def test_of_two_challenges_the_later_counts_and_a_wrong_answer_uses_it_up(aigerim: Owner) -> None:
    key = Authenticator()
    aigerim.adds(key)
    half = aigerim.member.gives()
    assert half is not None
    first, second = aigerim.asked(half), aigerim.asked(half)
    assert first is not None
    assert second is not None
    assert aigerim.gives(half, key.signs(first)) is None
    assert aigerim.gives(half, key.signs(second)) is None, "it was used up by the wrong answer"
    third = aigerim.asked(half)
    assert third is not None
    assert aigerim.gives(half, key.signs(third)) is not None


def test_it_is_good_for_minutes(aigerim: Owner, store: Store, clock: ManualClock) -> None:
    here, key = aigerim.here(), Authenticator()
    with store.unit("test") as unit:
        options = begin_adding(unit, here)
    assert options is not None
    clock.advance(GOOD_FOR)
    with store.unit("test") as unit:
        assert add_passkey(unit, here, key.makes(options), "") == "late"
    with store.unit("test") as unit:
        begin_adding(unit, here)
    clock.advance(GOOD_FOR)
    with store.unit("test") as unit:
        forget_challenges(unit)
        assert unit.session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 0


@pytest.mark.parametrize("origin", ["http://localhost:8080", "https://localhost", "https://evil.example.org", ""])
def test_another_page_gets_nothing_signed_for_us(aigerim: Owner, origin: str) -> None:
    assert aigerim.adds(Authenticator(origin=origin)) == "failed"
    key = Authenticator()
    aigerim.adds(key)
    key.origin = origin
    assert aigerim.comes_in(key) is None


def test_what_was_signed_for_another_name_is_not_for_us(aigerim: Owner) -> None:
    key = Authenticator()
    aigerim.adds(key)
    half = aigerim.member.gives()
    assert half is not None
    options = aigerim.asked(half)
    assert options is not None
    assert aigerim.gives(half, key.signs({**options, "rpId": "evil.example.org"})) is None


def test_another_accounts_key_opens_nothing_here(aigerim: Owner, store: Store) -> None:
    timur = Owner(join(store, "Timur"))
    hers, his = Authenticator(), Authenticator()
    aigerim.adds(hers)
    timur.adds(his)
    assert timur.comes_in(hers) is None
    assert aigerim.comes_in(his) is None
    assert timur.comes_in(his) is not None


def test_a_key_belongs_to_one_account(aigerim: Owner, store: Store) -> None:
    key = Authenticator()
    assert aigerim.adds(key) is None
    assert aigerim.adds(key) == "failed"
    assert Owner(join(store, "Timur")).adds(key) == "failed"


def test_who_was_not_there_has_not_signed(aigerim: Owner) -> None:
    key = Authenticator()
    aigerim.adds(key)
    assert aigerim.comes_in(key, flags=0) is None
    assert aigerim.comes_in(key, flags=PRESENT | VERIFIED) is not None


def test_a_key_whose_count_falls_back_is_refused_from_then_on_and_the_log_says_so(aigerim: Owner, store: Store) -> None:
    key = Authenticator(count=7)
    aigerim.adds(key)
    copy = replace(key)
    assert aigerim.comes_in(key) is not None
    assert aigerim.comes_in(key) is not None
    assert aigerim.comes_in(copy) is None
    with store.read() as unit:
        (found,) = unit.session.scalars(select(EventRow).where(EventRow.name == "PasskeyFellBack"))
        assert UUID(found.payload["account_id"]) == aigerim.member.account_id
        (shown,) = passkeys_of(unit, aigerim.member.account_id)
        assert shown.suspect
    half = aigerim.member.gives()
    assert half is not None
    assert aigerim.asked(half) is None, "there is no other"
    assert aigerim.member.proves(half) is not None, "codes of the app work on"


def test_a_key_that_never_counts_is_no_copy(aigerim: Owner) -> None:
    key = Authenticator(count=None)
    aigerim.adds(key)
    assert aigerim.comes_in(key) is not None
    assert aigerim.comes_in(key) is not None


@pytest.mark.parametrize(
    ("before", "now", "copied"), [(0, 0, False), (0, 1, False), (5, 6, False), (5, 5, True), (5, 0, True)]
)
def test_when_a_count_has_fallen_back(before: int, now: int, copied: bool) -> None:
    assert fell_back(before, now) == copied


def test_keys_are_removed_one_by_one_or_all(aigerim: Owner, store: Store) -> None:
    keys = [Authenticator() for _ in range(3)]
    for number, key in enumerate(keys):
        aigerim.adds(key, f"stick {number}")
    timur = join(store, "Timur")
    with store.unit("test") as unit:
        first, *_ = passkeys_of(unit, aigerim.member.account_id)
        assert not remove_passkey(unit, timur.account_id, first.id), "not by somebody else"
        assert remove_passkey(unit, aigerim.member.account_id, first.id)
        assert not remove_passkey(unit, aigerim.member.account_id, first.id)
    assert aigerim.comes_in(keys[0]) is None
    assert aigerim.comes_in(keys[1]) is not None
    with store.unit("test") as unit:
        assert remove_passkeys(unit, aigerim.member.account_id) == 2
        assert count_passkeys(unit, aigerim.member.account_id) == 0


def test_there_are_ten_at_most(aigerim: Owner, store: Store) -> None:
    for _ in range(AT_MOST):
        assert aigerim.adds(Authenticator()) is None
    here = aigerim.here()
    with store.unit("test") as unit:
        assert begin_adding(unit, here) is None


def test_a_new_invitation_forgets_every_key(aigerim: Owner, store: Store) -> None:
    key = Authenticator()
    aigerim.adds(key)
    with store.unit("test") as unit:
        token = invite(unit, invite_from_shell(unit, "Aigerim", AccountRole.COORDINATOR))
        invited = find_invitation(unit, token)
    assert invited is not None
    import pyotp

    with store.unit("test") as unit:
        code = pyotp.TOTP(invited.secret).at(unit.now)
        hashed = quick(store).hash("another one for the door")
        assert accept_invitation(unit, token, hashed, quick(store).hash(DURESS), code) is not None
        assert count_passkeys(unit, aigerim.member.account_id) == 0


def test_after_five_wrong_ones_nobody_looks(aigerim: Owner, clock: ManualClock) -> None:
    key = Authenticator()
    aigerim.adds(key)
    stranger = replace(Authenticator(), id=key.id)
    for _ in range(5):
        assert aigerim.comes_in(stranger) is None
    assert aigerim.comes_in(key) is None
    clock.advance(timedelta(minutes=15))
    assert aigerim.comes_in(key) is not None


@pytest.mark.parametrize(
    "said", ["", "x", "[]", "null", "{}", '{"id": 1}', '{"id": "\\ud800"}', '{"id": "x", "response": []}', "[" * 3000]
)
def test_whatever_comes_is_only_wrong(aigerim: Owner, store: Store, said: str) -> None:
    here = aigerim.here()
    for _ in range(2):
        with store.unit("test") as unit:
            begin_adding(unit, here)
        with store.unit("test") as unit:
            assert add_passkey(unit, here, said, "x") == "failed"
    key = Authenticator()
    aigerim.adds(key)
    half = aigerim.member.gives()
    assert half is not None
    aigerim.asked(half)
    assert aigerim.gives(half, said) is None


def test_parts_that_are_missing_or_mangled_are_only_wrong(aigerim: Owner, store: Store) -> None:
    key = Authenticator()
    aigerim.adds(key)
    here = aigerim.here()
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for value in MANGLED:
            with store.unit("test") as unit:
                options = begin_signing(unit, here)
            assert options is not None
            said = json.loads(key.signs(options, counts=False))
            said["response"][part] = value
            with store.unit("test") as unit:
                assert not take_passkey(unit, here, json.dumps(said))
    for part in ("clientDataJSON", "attestationObject"):
        for value in MANGLED:
            with store.unit("test") as unit:
                options = begin_adding(unit, here)
            assert options is not None
            said = json.loads(Authenticator().makes(options))
            said["response"][part] = value
            with store.unit("test") as unit:
                assert add_passkey(unit, here, json.dumps(said), "x") == "failed"


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://panah.example.org", Site("https://panah.example.org", "panah.example.org")),
        ("https://panah.example.org:8443", Site("https://panah.example.org:8443", "panah.example.org")),
        ("http://localhost:8080", Site("http://localhost:8080", "localhost")),
        ("https://Panah.Example.org:443", Site("https://panah.example.org", "panah.example.org")),
        ("https://көмек.example.org", Site("https://xn--e1ajbg87f.example.org", "xn--e1ajbg87f.example.org")),
        ("http://panah.example.org", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]:8443", None),
        ("http://127.0.0.1:8080", None),
        ("", None),
    ],
)
def test_browsers_sign_for_a_name_by_https_or_for_this_machine(address: str, site: Site | None) -> None:
    assert site_at(address) == site


def test_the_second_factor_is_proved_by_a_code_and_not_by_the_password(aigerim: Owner, store: Store) -> None:
    member = aigerim.member

    def proves(typed: str) -> bool:
        return prove_second_factor(store, quick(store), member.account_id, typed)

    assert not proves(PASSWORD)
    assert not proves("000000")
    code = member.code()
    assert proves(f" {code[:3]} {code[3:]} ")
    assert not proves(code), "once"
    assert proves(DURESS), "whoever looks on sees that it was right"
    with store.read() as unit:
        assert unit.session.get_one(Account, member.account_id).coerced_at is not None
