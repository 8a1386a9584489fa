"""Where a message stands once its provider has said something about it. Pure.

Receipts come in any order, twice, hours late, and after an outcome that was unknown. So what a message has come to
must not depend on their order. Every stage has a rank, every arrival is the stage it proves, and the higher of the two
stands: the maximum of a chain, which is a join-semilattice. Any order and any repetition of the same receipts
therefore end in the same stage, and a receipt heard twice changes nothing.

    rank  stage                    why it stands above those before it
    0     queued sending unknown   what we did ourselves; anything the provider says is worth more
    1     sent                     the provider has it (it is under way, or has left)
    2     failed_temporary         it had left and did not arrive: to be tried again
    3     cancelled                withdrawn: it is not tried again, whatever failed
    4     delivered                but if it arrived, it arrived: after a failure, and although it was withdrawn
    5     failed_permanent         a late bounce: what was called delivered was not
    6     read                     somebody has read it; nothing is truer
    7     bundled expired          it stands for nothing any more: another message tells it, or its time is over

Cancelled stands below the final truths, failure as well as arrival: if it were above one of them and below the other,
three receipts could end in different stages, because a bounce outweighs a delivery.

What we do ourselves (trying again, withdrawing) is not a receipt and follows no rank; see where states are declared.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from alerts.channels.port import Arrival

if TYPE_CHECKING:
    from collections.abc import Mapping


class Stage(StrEnum):
    """Where a message to one address stands."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED_TEMPORARY = "failed_temporary"
    CANCELLED = "cancelled"
    DELIVERED = "delivered"
    FAILED_PERMANENT = "failed_permanent"
    READ = "read"
    BUNDLED = "bundled"
    EXPIRED = "expired"


_RANKS: Final[tuple[tuple[Stage, ...], ...]] = (
    (Stage.QUEUED, Stage.SENDING, Stage.UNKNOWN),
    (Stage.SENT,),
    (Stage.FAILED_TEMPORARY,),
    (Stage.CANCELLED,),
    (Stage.DELIVERED,),
    (Stage.FAILED_PERMANENT,),
    (Stage.READ,),
    (Stage.BUNDLED, Stage.EXPIRED),
)
_RANK: Final[Mapping[str, int]] = {stage: rank for rank, stages in enumerate(_RANKS) for stage in stages}

PROVES: Final[Mapping[Arrival, Stage]] = {
    Arrival.UNDER_WAY: Stage.SENT,
    Arrival.SENT: Stage.SENT,
    Arrival.DELIVERED: Stage.DELIVERED,
    Arrival.READ: Stage.READ,
    Arrival.FAILED_TEMPORARY: Stage.FAILED_TEMPORARY,
    Arrival.FAILED_PERMANENT: Stage.FAILED_PERMANENT,
}


def after(state: str, arrival: Arrival) -> Stage:
    """Where a message in ``state`` stands after its provider said this. ValueError for a state that does not exist.

    Repeating is safe, and so is every order: see the module.
    """
    stage, proved = Stage(state), PROVES[arrival]
    return proved if _RANK[proved] > _RANK[stage] else stage
