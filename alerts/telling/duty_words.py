"""How somebody is told what a roster means for them: once, by the way on which most may be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.messages.outbox import enqueue
from alerts.needs.ways import Reachable, ways_to
from contacts.values import ChannelName

if TYPE_CHECKING:
    from contacts.models import Contact
    from store.unit_of_work import UnitOfWork

WRITTEN = (ChannelName.TELEGRAM, ChannelName.SMS, ChannelName.EMAIL, ChannelName.OTHER)
"""News of a roster are written, never spoken: a call is for alerts and for what tests it."""
TIMES = frozenset({"at", "from", "until"})
"""What may be said anywhere. Names, and what a team calls its rosters, are for a linked account."""


SHORT = {"hole_gone": "hole", "hole_unreachable": "hole", "hole_term_ended": "hole", "over_alone": "over"}
"""What is said in fewer words where less may be said."""


def tell(
    unit: UnitOfWork, contact: Contact, words: str, values: dict[str, str], *, once: str, silent: bool = False
) -> None:
    """Tell somebody in writing, by Telegram if it reaches them; nothing happens where nothing written does.

    ``words``: the end of the text keys, ``staff.duty_…`` and ``duty.…``. ``once``: what is told, and told to them once.
    """
    way = _written_way(ways_to(unit, contact))
    if way is None:
        return
    full = way.channel == ChannelName.TELEGRAM
    enqueue(
        unit,
        way.chat,
        f"staff.duty_{words}" if full else f"duty.{SHORT.get(words, words)}",
        language=way.language,
        values=values if full else {name: value for name, value in values.items() if name in TIMES},
        silent=silent,
        method_id=way.method.id,
        dedupe_key=f"{once}:{contact.id}",
    )


def _written_way(ways: list[Reachable]) -> Reachable | None:
    by_channel = {way.channel: way for way in ways}
    return next((by_channel[channel] for channel in WRITTEN if channel in by_channel), None)
