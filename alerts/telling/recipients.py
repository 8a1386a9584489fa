"""Recipients: who is told something by which ways: whoever has or had a need, everybody of a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.messages.outbox import enqueue
from alerts.needs.ways import Reachable, way_to, ways_to
from alerts.telling.tiers import language_on, words_of
from contacts.directory import active_contacts
from contacts.values import ChannelName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.models import Need
    from contacts.models import Contact
    from store.unit_of_work import UnitOfWork

LOUD_ROLES = ("coordinator", "lawyer")
"""Who is told when a list has run out: until there is consent nobody else may know of a case."""


def ways_to_tell(unit: UnitOfWork, contact: Contact, *, calls: bool = False) -> list[Reachable]:
    """Return how to speak to whoever took something: in Telegram, else wherever they read, else by ``calls``."""
    ways = ways_to(unit, contact)
    in_telegram = [way for way in ways if way.channel == ChannelName.TELEGRAM]
    read = [way for way in ways if way.channel != ChannelName.VOICE]
    return in_telegram or read or (ways if calls else [])


def tell_holder(
    unit: UnitOfWork,
    way: Reachable,
    words: str,
    values: dict[str, str],
    buttons: list[list[dict[str, Any]]] | None = None,
    *,
    once: str | None = None,
    offers: Need | None = None,
) -> None:
    """Say something to whoever has or had a need: ``staff.WORDS`` in Telegram, elsewhere as the channel says it.

    ``once``: said no second time under this name. ``offers``: the need that a button of it takes; when somebody has
    taken that, it says so, or does not leave any more.
    """
    room = "staff" if way.channel == ChannelName.TELEGRAM else words_of(way.channel)
    enqueue(
        unit,
        way.chat,
        f"{room}.{words}",
        language=language_on(way.channel, way.language),
        values=values,
        buttons=buttons or [],
        urgent=True,
        need_id=None if offers is None else offers.id,
        method_id=None if offers is None else way.method.id,
        dedupe_key=once,
    )


def everybody_reachable(unit: UnitOfWork, roles: Sequence[str] = LOUD_ROLES) -> list[Reachable]:
    """Return everybody of these roles with a conversation in which they can be told something."""
    ways = [way_to(unit, contact) for role in roles for contact in active_contacts(unit, role)]
    return [way for way in ways if way is not None]


def every_way(unit: UnitOfWork, roles: Sequence[str] = LOUD_ROLES) -> list[Reachable]:
    """Return every way to everybody of these roles, over all channels."""
    return [way for role in roles for contact in active_contacts(unit, role) for way in ways_to(unit, contact)]
