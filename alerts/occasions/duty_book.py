"""All rosters with the people on them, for whoever plans: four queries, however many there are of either."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.models import CANARY_READER
from alerts.needs.duty_team import as_members, people
from alerts.needs.targets import may_be_on_call
from alerts.policy.policies import duties
from contacts.directory import name_of
from contacts.models import Contact
from store.data_keys import SYSTEM, contact_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from alerts.needs.duty_team import Person
    from contacts.duty import Duty, Member
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class DutyBook:
    """``people``: everybody who is named on a roster, or could be; by id. ``members``: those who have not left."""

    duties: list[Duty]
    people: Mapping[UUID, Person]
    members: Mapping[str, Member]
    names: Mapping[str, str] = field(repr=False)
    """By id, as rosters have it."""

    @property
    def can_be_on_call(self) -> list[UUID]:
        """Who may be put on call: those who are alerted, and help."""
        return [id_ for id_, one in self.people.items() if may_be_on_call(one.contact)]

    @property
    def methods(self) -> dict[UUID, UUID]:
        """Whose each way is."""
        return {way: id_ for id_, one in self.people.items() for way in one.methods}


def duty_book(unit: UnitOfWork) -> DutyBook:
    """Read it. Everybody is read at once, with all keys: asking for members by name would be a query more for each."""
    everybody = people(unit, Contact.id != CANARY_READER)
    unit.vault.fetch([SYSTEM, *(contact_scope(id_) for id_ in everybody)])
    by_index = {one.contact.name_index: str(id_) for id_, one in everybody.items()}

    def find(unit: UnitOfWork, names: Collection[str]) -> Mapping[str, str]:
        found = {name: by_index.get(unit.vault.blind_index("contact_name", name)) for name in names}
        return {name: id_ for name, id_ in found.items() if id_ is not None}

    rosters = duties(unit, find)
    named = {member for duty in rosters for member in (*duty.roster.members, *(one.member for one in duty.overrides))}
    those = {id_: one for id_, one in everybody.items() if str(id_) in named or may_be_on_call(one.contact)}
    names = {str(id_): name_of(unit, one.contact) for id_, one in those.items()}
    return DutyBook(rosters, those, as_members(those), names)
