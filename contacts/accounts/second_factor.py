"""The second factor: codes of an app (TOTP, RFC 6238), and ten codes on paper for the day the telephone is gone."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final

import pyotp
from sqlalchemy import func, select, update

from contacts.accounts.models import Account, RecoveryCode
from contacts.linking import ALPHABET
from store.base import new_id
from store.data_keys import account_scope
from store.vault import Field

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

SECONDS: Final = 30
"""How long one code of an app stands."""
DIGITS: Final = 6
AROUND: Final = (0, -1, 1)
"""A code may be of the span before or after: clocks differ, people type."""
RECOVERY_CODES: Final = 10
RECOVERY_LENGTH: Final = 10
GROUP: Final = 5


def new_secret() -> str:
    """Return a fresh secret, 160 bits in base32, as an app takes it."""
    return pyotp.random_base32()


def app_address(secret: str, label: str) -> str:
    """Return the ``otpauth:`` address that an app reads off a picture. ``label``: an account's code, never a name."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).provisioning_uri(name=label)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return of which span (since 1970) a code is, if it is one of those around ``now``; else None."""
    typed = "".join(code.split())
    if not (len(typed) == DIGITS and typed.isascii() and typed.isdecimal()):
        return None
    totp, current = pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS), int(now.timestamp()) // SECONDS
    matching = [one for one in AROUND if hmac.compare_digest(totp.generate_otp(current + one), typed)]
    return current + matching[0] if matching else None


def take_code(unit: UnitOfWork, account: Account, code: str) -> bool:
    """Take a code of the account's app. Each counts once, and none that is older than one that was taken."""
    if account.totp is None:
        return False
    step = matching_step(secret_of(unit, account), code, unit.now)
    if step is None:
        return False
    taken = unit.session.execute(
        update(Account)
        .where(Account.id == account.id, Account.last_step < step)
        .values(last_step=step)
        .returning(Account.id)
    )
    return taken.one_or_none() is not None


def secret_of(unit: UnitOfWork, account: Account) -> str:
    """Decrypt the secret of an account that has one."""
    if account.totp is None:
        raise KeyError("this account has no second factor")
    return unit.vault.open(account_scope(account.id), Field("account", "totp", account.id), account.totp)


def keep_secret(unit: UnitOfWork, account: Account, secret: str, step: int) -> None:
    """Give an account its secret; ``step`` is that of the code which showed that the app has it."""
    account.totp = unit.vault.seal(account_scope(account.id), Field("account", "totp", account.id), secret)
    account.last_step = step


def new_recovery_codes(unit: UnitOfWork, account_id: UUID) -> list[str]:
    """Make ten codes that each let their owner in once without the app; earlier ones stop working."""
    unit.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
        .values(used_at=unit.now)
    )
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    unit.session.add_all(
        RecoveryCode(id=new_id(), account_id=account_id, code_index=_index(unit, account_id, code)) for code in codes
    )
    unit.session.flush()
    return [f"{code[:GROUP]}-{code[GROUP:]}" for code in codes]


def use_recovery_code(unit: UnitOfWork, account_id: UUID, code: str) -> bool:
    """Use one up; of two who use the same at once, one is let in."""
    used = unit.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_index == _index(unit, account_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=unit.now)
        .returning(RecoveryCode.id)
    )
    return used.one_or_none() is not None


def recovery_codes_left(unit: UnitOfWork, account_id: UUID) -> int:
    """Return how many are still good."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return unit.session.scalar(left) or 0


def _index(unit: UnitOfWork, account_id: UUID, code: str) -> bytes:
    tidy = "".join(code.split()).replace("-", "").upper()
    return unit.vault.blind_index(f"recovery_code:{account_id}", tidy)
