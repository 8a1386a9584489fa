"""The rooms of the console in the order of a night, and which ability opens each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contacts.accounts.roles import Ability, can

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Room:
    """One entry. ``key`` is pressed after g; ``ability`` None: for everybody."""

    endpoint: str
    title: str
    key: str
    ability: Ability | None = None


NAVIGATION: Final = (
    Room("board.home", "web.console_board", "b"),
    Room("incident.look_through", "web.incidents", "i", Ability.OPEN_CASE),
    Room("sealed.look_through", "web.sealed", "e", Ability.UNSEAL),
    Room("releases.look", "web.releases", "r", Ability.RELEASE),
    Room("dates.month", "web.calendar", "d", Ability.CALENDAR),
    Room("duty.look", "web.duty", "n", Ability.DUTY),
    Room("contacts.look", "web.contacts", "c", Ability.CONTACTS),
    Room("deliveries.look", "web.deliveries", "w", Ability.DELIVERIES),
    Room("law.look", "web.console_law", "l", Ability.LAW),
    Room("drill.look", "web.drill", "x", Ability.DRILL),
    Room("numbers.look", "web.numbers", "q", Ability.NUMBERS),
    Room("registry.look", "web.registry", "y", Ability.REGISTRY),
    Room("accounts.look", "web.console_accounts", "u", Ability.CONFIRM),
    Room("settings.look", "web.settings", "s", Ability.SETTINGS),
    Room("own.look", "web.console_account", "m"),
)


def rooms_of(role: str) -> Iterator[Room]:
    """Yield what somebody of this role finds in the navigation."""
    return (room for room in NAVIGATION if room.ability is None or can(role, room.ability))
