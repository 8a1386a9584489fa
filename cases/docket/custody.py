"""In whose hands somebody was, from when to when, as the docket tells it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cases.docket.seen import Seen


class Custody(StrEnum):
    """Where a person stands. While nothing was entered it is not known."""

    UNKNOWN = "unknown"
    FREE = "free"
    HELD = "held"
    TRANSFERRED = "transferred"
    """Held, and taken to another place."""
    MISSING = "missing"
    """Those who should hold them say that they do not."""
    REMOVED = "removed"
    RELEASED = "released"


LEADS_TO: Final[Mapping[str, Custody]] = {
    "custody_start": Custody.HELD,
    "administrative_arrest": Custody.HELD,
    "admin_detention_actual_start": Custody.HELD,
    "apprehension_for_deportation": Custody.HELD,
    "criminal_delivery_actual": Custody.HELD,
    "criminal_detention_actual": Custody.HELD,
    "criminal_detention_protocol": Custody.HELD,
    "extradition_detention_actual": Custody.HELD,
    "detention_order_tr": Custody.HELD,
    "transferred": Custody.TRANSFERRED,
    "not_here": Custody.MISSING,
    "disappearance_occurred": Custody.MISSING,
    "removed": Custody.REMOVED,
    "released": Custody.RELEASED,
    "arrived_safely": Custody.FREE,
}
"""What an event says of custody; any other says nothing of it."""


@dataclass(frozen=True)
class Span:
    """One stretch of time. ``until`` is None where it goes on."""

    custody: Custody
    since: datetime
    until: datetime | None


def custody_spans(docket: Iterable[Seen]) -> tuple[Span, ...]:
    """Return how custody went, in order of time; nothing while nothing is known of it.

    Of several dates of one matter the earliest counts. A further event of the same kind of custody goes on with it.
    """
    earliest: dict[object, Seen] = {}
    for one in sorted((one for one in docket if one.kind in LEADS_TO), key=lambda one: one.at):
        earliest.setdefault((one.matter_id, one.kind), one)
    spans: list[Span] = []
    for one in earliest.values():
        custody = LEADS_TO[one.kind]
        if spans and spans[-1].custody is custody:
            continue
        if spans:
            spans[-1] = Span(spans[-1].custody, spans[-1].since, one.at)
        spans.append(Span(custody, one.at, None))
    return tuple(spans)


def custody_now(spans: tuple[Span, ...]) -> Custody:
    """Return where the person stands after all that is known."""
    return spans[-1].custody if spans else Custody.UNKNOWN
