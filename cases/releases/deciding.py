"""Whether a release may leave, and when: who has to say yes, to whom it may go, how much leaves in an hour. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cases.consent.vocabulary import Audience
from cases.releases.models import Basis
from contacts.values import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

GOES_TO: Final[Mapping[Audience, Role]] = MappingProxyType(
    {
        Audience.UNHCR: Role.UNHCR,
        Audience.PRESS: Role.JOURNALIST,
        Audience.PRESS_NAMED: Role.JOURNALIST,
        Audience.PARTNER: Role.PARTNER,
    }
)
"""Who of the directory belongs to an audience. There is no way to address a whole role."""
APPROVERS: Final = frozenset({Role.COORDINATOR, Role.LAWYER})
RECIPIENTS_AT_MOST: Final = 8
"""Of one release."""
PER_HOUR: Final = 20
"""Messages that leave the team within an hour, of all releases together; what is over it waits."""
HOUR: Final = timedelta(hours=1)
GOOD_FOR: Final = timedelta(days=7)
"""How long a recipient's link opens."""
ACKNOWLEDGED_WITHIN: Final = HOUR
"""After this UNHCR's next contact is asked, and a coordinator told."""


@dataclass(frozen=True)
class Voice:
    """What somebody said to a release."""

    contact_id: UUID
    role: str
    approves: bool


def is_approved(basis: Basis, voices: Sequence[Voice]) -> bool:
    """Whether enough people have said yes, and none a veto.

    Two different people; where nobody could be asked, a coordinator and a lawyer; where the person signed it
    beforehand, one coordinator.
    """
    if any(not one.approves for one in voices):
        return False
    roles = {one.contact_id: one.role for one in voices if one.role in APPROVERS}
    match basis:
        case Basis.EMERGENCY:
            return Role.COORDINATOR in roles.values()
        case Basis.VITAL_INTEREST:
            return {Role.COORDINATOR, Role.LAWYER} <= set(roles.values())
        case Basis.CONSENT:
            return len(roles) >= 2  # noqa: PLR2004  two people


def room_at(left_at: Sequence[datetime], now: datetime, count: int) -> datetime:
    """Return when ``count`` more messages may leave: now, or as soon as the hour has room. ``count`` ≤ PER_HOUR."""
    lately = sorted(at for at in left_at if at > now - HOUR)
    over = len(lately) + count - PER_HOUR
    return now if over <= 0 else lately[over - 1] + HOUR
