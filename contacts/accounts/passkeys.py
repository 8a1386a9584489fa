"""Passkeys (WebAuthn): an authenticator's signature in place of a code of the app, after the password.

Never in place of the password: which of two passwords somebody gives is how they say that they are being forced, and a
key that opened by itself would take that word from them (docs/decisions/0022-passkeys.md).
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select

from contacts.accounts.events import PasskeyFellBack, SecretsChanged
from contacts.accounts.models import Account, Passkey, PasskeyChallenge
from store.base import OWN, new_id
from store.data_keys import account_scope
from store.inserting import insert_into
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    from store.unit_of_work import UnitOfWork

GOOD_FOR: Final = timedelta(minutes=5)
"""How long somebody may look for their key."""
AT_MOST: Final = 10
"""Passkeys of one account."""
LONGEST_NAME: Final = 40
CHALLENGE_BYTES: Final = 32
ADD, SIGN_IN = "add", "sign_in"
Options = dict[str, Any]
"""What a browser hands to an authenticator, as JSON."""


@dataclass(frozen=True)
class Site:
    """Whom an authenticator signs for: this address of the pages, and no other."""

    origin: str
    rp_id: str


@dataclass(frozen=True)
class Ceremony:
    """Who is asked to sign, for which site, in which session (whole, or half)."""

    site: Site
    account_id: UUID
    session_id: UUID


@dataclass(frozen=True)
class Shown:
    """A passkey as its owner sees it."""

    id: UUID
    name: str = field(repr=False)
    added_at: datetime
    used_at: datetime | None
    suspect: bool


def site_at(address: str) -> Site | None:
    """Return whom authenticators sign for at an address of the pages; None where they would not sign.

    Written as browsers write it. They let a page use them by https, or on this machine as ``localhost``; never for a
    bare IP address.
    """
    parts = urlsplit(address)
    name = parts.hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        return None
    if not name or not (parts.scheme == "https" or (parts.scheme == "http" and name == "localhost")):
        return None
    plain = name.encode("idna").decode()
    port = "" if parts.port in (None, {"https": 443, "http": 80}[parts.scheme]) else f":{parts.port}"
    return Site(f"{parts.scheme}://{plain}{port}", plain)


# What there is


def passkeys_of(unit: UnitOfWork, account_id: UUID) -> list[Shown]:
    """Return the passkeys of an account, oldest first."""
    return [
        Shown(row.id, _content(unit, row)["name"], row.added_at, row.used_at, row.suspect_at is not None)
        for row in _rows(unit, account_id)
    ]


def count_passkeys(unit: UnitOfWork, account_id: UUID) -> int:
    """Return how many passkeys an account has, suspect ones too."""
    return unit.session.scalar(select(func.count()).where(Passkey.account_id == account_id)) or 0


def remove_passkey(unit: UnitOfWork, account_id: UUID, passkey_id: UUID) -> bool:
    """Forget a passkey of an account; return whether there was one. Safe to repeat."""
    return bool(_remove(unit, account_id, Passkey.id == passkey_id))


def remove_passkeys(unit: UnitOfWork, account_id: UUID) -> int:
    """Forget every passkey of an account; return how many there were. Codes of its app work on. Safe to repeat."""
    return _remove(unit, account_id)


def _remove(unit: UnitOfWork, account_id: UUID, *which: ColumnElement[bool]) -> int:
    gone = unit.session.scalars(
        delete(Passkey).where(Passkey.account_id == account_id, *which).returning(Passkey.id)
    ).all()
    if gone:
        unit.record(SecretsChanged(case_id=None, account_id=account_id, what="passkey_removed"))
    return len(gone)


# Adding one


def begin_adding(unit: UnitOfWork, here: Ceremony) -> Options | None:
    """Return what a browser needs to have a passkey made; None where there are AT_MOST. It is good once, in a session.

    The authenticator is told the account's code, never a name: whoever finds the key finds no name on it.
    """
    from webauthn import generate_registration_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import (
        AttestationConveyancePreference,
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    account, known = unit.session.get_one(Account, here.account_id), _rows(unit, here.account_id)
    if len(known) >= AT_MOST:
        return None
    options = generate_registration_options(
        rp_id=here.site.rp_id,
        rp_name=here.site.rp_id,
        user_id=_handle(unit, account),
        user_name=account.code,
        user_display_name=account.code,
        challenge=_challenge(unit, here, ADD),
        timeout=_milliseconds(GOOD_FOR),
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            # A key that keeps no list of accounts tells nobody who finds it that there is one.
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_descriptor(unit, row) for row in known],
    )
    return options_to_json_dict(options)


def add_passkey(unit: UnitOfWork, here: Ceremony, response: str, name: str) -> str | None:
    """Keep the passkey that a browser had made; return why not, as the end of a text key, or None.

    Whatever comes of it, the challenge is used up.

    Whether whoever asks is the account's owner is for the caller to have proved, just before.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    challenge = _use_challenge(unit, here, ADD)
    called = " ".join(name.split())[:LONGEST_NAME]
    if challenge is None:
        return "late"
    try:
        made = verify_registration_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=here.site.rp_id,
            expected_origin=here.site.origin,
        )
    except _wrong():
        return "failed"
    account = unit.session.get_one(Account, here.account_id, with_for_update=OWN, populate_existing=True)
    id_ = bytes_to_base64url(made.credential_id)
    index = _index(unit, id_)
    taken = unit.session.scalar(select(Passkey.id).where(Passkey.credential_index == index))
    if taken is not None or count_passkeys(unit, account.id) >= AT_MOST:
        return "failed" if taken is not None else "many"
    content = {
        "id": id_,
        "public_key": bytes_to_base64url(made.credential_public_key),
        "transports": _transports(response),
        "name": called or f"{unit.now:%Y-%m-%d}",
    }
    row = Passkey(id=new_id(), account_id=account.id, credential_index=index)
    row.credential = unit.vault.seal(account_scope(account.id), _field(row.id), json.dumps(content))
    row.sign_count, row.added_at = made.sign_count, unit.now
    unit.session.add(row)
    unit.session.flush()
    unit.record(SecretsChanged(case_id=None, account_id=account.id, what="passkey_added"))
    return None


# Signing in


def begin_signing(unit: UnitOfWork, here: Ceremony) -> Options | None:
    """Return what a browser needs to have a passkey of this account sign; None where it has none."""
    from webauthn import generate_authentication_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import UserVerificationRequirement

    known = [row for row in _rows(unit, here.account_id) if row.suspect_at is None]
    if not known:
        return None
    options = generate_authentication_options(
        rp_id=here.site.rp_id,
        challenge=_challenge(unit, here, SIGN_IN),
        timeout=_milliseconds(GOOD_FOR),
        allow_credentials=[_descriptor(unit, row) for row in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json_dict(options)


def take_passkey(unit: UnitOfWork, here: Ceremony, response: str) -> bool:
    """Whether a passkey of the account has signed what this session was given to sign, now and for this site.

    Whatever comes of it, the challenge is used up. A key whose count has fallen back was copied: it is refused, from
    now on too, and the log says so.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes

    challenge = _use_challenge(unit, here, SIGN_IN)
    row = _signer(unit, here.account_id, response)
    if challenge is None or row is None:
        return False
    try:
        signed = verify_authentication_response(
            credential=response,
            expected_challenge=challenge,
            expected_rp_id=here.site.rp_id,
            expected_origin=here.site.origin,
            credential_public_key=base64url_to_bytes(_content(unit, row)["public_key"]),
            credential_current_sign_count=0,  # looked at below: one that fell back is more than a failure
        )
    except _wrong():
        return False
    if fell_back(row.sign_count, signed.new_sign_count):
        row.suspect_at = unit.now
        unit.session.flush()
        unit.record(PasskeyFellBack(case_id=None, account_id=row.account_id, passkey_id=row.id))
        return False
    row.sign_count, row.used_at = signed.new_sign_count, unit.now
    unit.session.flush()
    return True


def fell_back(before: int, now: int) -> bool:
    """Whether a key says that it signed no more often than it had before. Some never count, and say 0 for ever."""
    return (before > 0 or now > 0) and now <= before


def forget_challenges(unit: UnitOfWork) -> None:
    """Drop challenges that nobody can meet any more; to be said again and again, and safe to repeat."""
    unit.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= unit.now))


# Rows


def _rows(unit: UnitOfWork, account_id: UUID) -> Sequence[Passkey]:
    return unit.session.scalars(
        select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.added_at, Passkey.id)
    ).all()


def _signer(unit: UnitOfWork, account_id: UUID, response: str) -> Passkey | None:
    """The passkey of this account that says it has signed, locked: its count is about to change."""
    id_ = _said(response).get("id")
    if not isinstance(id_, str):
        return None
    return unit.session.scalars(
        select(Passkey)
        .where(
            Passkey.account_id == account_id,
            Passkey.credential_index == _index(unit, id_),
            Passkey.suspect_at.is_(None),
        )
        .with_for_update(**OWN)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _challenge(unit: UnitOfWork, here: Ceremony, purpose: str) -> bytes:
    """Make a challenge for a session, in place of the one it had."""
    fresh = secrets.token_bytes(CHALLENGE_BYTES)
    values = {"purpose": purpose, "challenge": fresh, "expires_at": unit.now + GOOD_FOR}
    unit.session.execute(
        insert_into(unit.session, PasskeyChallenge)
        .values(session_id=here.session_id, **values)
        .on_conflict_do_update(index_elements=["session_id"], set_=values)
    )
    return fresh


def _use_challenge(unit: UnitOfWork, here: Ceremony, purpose: str) -> bytes | None:
    """Use the challenge of a session up; of two answers to it the second finds none."""
    used = unit.session.execute(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.session_id == here.session_id)
        .returning(PasskeyChallenge.purpose, PasskeyChallenge.challenge, PasskeyChallenge.expires_at)
    ).one_or_none()
    if used is None or used.purpose != purpose or used.expires_at <= unit.now:
        return None
    challenge: bytes = used.challenge
    return challenge


def _descriptor(unit: UnitOfWork, row: Passkey) -> PublicKeyCredentialDescriptor:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    content = _content(unit, row)
    ways = [AuthenticatorTransport(one) for one in content["transports"]]
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(content["id"]), transports=ways or None)


def _transports(response: str) -> list[str]:
    """How a browser says that the authenticator is reached; what we do not know is left out."""
    from webauthn.helpers.structs import AuthenticatorTransport

    said = _said(response).get("response")
    ways = said.get("transports") if isinstance(said, dict) else None
    known = {str(one.value) for one in AuthenticatorTransport}
    return [one for one in ways if isinstance(one, str) and one in known] if isinstance(ways, list) else []


def _said(response: str) -> dict[str, Any]:
    try:
        said = json.loads(response)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _content(unit: UnitOfWork, row: Passkey) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(unit.vault.open(account_scope(row.account_id), _field(row.id), row.credential))
    return content


def _field(passkey_id: UUID) -> Field:
    return Field("passkey", "credential", passkey_id)


def _index(unit: UnitOfWork, credential_id: str) -> bytes:
    """A keyed fingerprint to the letter: two ids may differ in a capital alone."""
    key = unit.vault.subkey("passkey")
    return hmac.digest(key, credential_id.encode("utf-8", "surrogatepass"), "sha256")


def _handle(unit: UnitOfWork, account: Account) -> bytes:
    """What authenticators call the account: the same each time, and nothing that stands anywhere else."""
    return hmac.digest(unit.vault.subkey("passkey_user"), account.id.bytes, "sha256")


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _wrong() -> tuple[type[Exception], ...]:
    """What the library raises at a response that is not right, or is no response at all."""
    from webauthn.helpers.exceptions import WebAuthnException

    return (
        WebAuthnException,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
    )
