"""What a refusal means, told once for every way of hearing it: in the answer to a call, or in a report afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from alerts.channels.port import (
    Arrival,
    ChannelError,
    Misconfigured,
    PermanentFailure,
    RateLimited,
    Report,
    TemporaryFailure,
)

if TYPE_CHECKING:
    from datetime import timedelta


class Kind(Enum):
    """What a refusal means for what comes next."""

    TEMPORARY = auto()
    """Trying again may help."""
    PERMANENT = auto()
    """This message or call will not go through; the address is as good as before."""
    GONE = auto()
    """Nobody can be reached at this address in this way."""
    MISCONFIGURED = auto()
    """Nothing works until a person mends the account or the settings."""
    LIMITED = auto()
    """Too much at once; it goes on after a while."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The meaning of one of a provider's codes: its kind, our stable name for it, and what a person should know."""

    kind: Kind
    code: str
    meaning: str

    def as_error(self, retry_after: timedelta) -> ChannelError:
        """Return the error it is in the answer to a call; ``retry_after`` counts for LIMITED only."""
        match self.kind:
            case Kind.TEMPORARY:
                return TemporaryFailure(self.code, self.meaning)
            case Kind.PERMANENT:
                return PermanentFailure(self.code, self.meaning)
            case Kind.GONE:
                return PermanentFailure(self.code, self.meaning, recipient_gone=True)
            case Kind.MISCONFIGURED:
                return Misconfigured(self.code, self.meaning)
            case Kind.LIMITED:
                return RateLimited(self.code, self.meaning, retry_after=retry_after)

    def as_report(self) -> Report:
        """Return what it says about a message that did not arrive.

        Where settings are at fault, sending the same again would end the same: that is permanent, for this message.
        """
        passes = self.kind in {Kind.TEMPORARY, Kind.LIMITED}
        arrival = Arrival.FAILED_TEMPORARY if passes else Arrival.FAILED_PERMANENT
        return Report(arrival, self.code, self.meaning, recipient_gone=self.kind is Kind.GONE)
