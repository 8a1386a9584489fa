"""Whom a step means right now: rosters, roles and persons become contacts that can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, distinct, func, select

from alerts.models import CANARY, CANARY_READER, CUSTODY, Alert, ChannelState, Need, NeedState
from alerts.needs.company import of_an_open_case
from alerts.needs.conflicts import conflicts_of
from alerts.needs.seats import seated
from alerts.policy.ladder import Holder, Person, Role, Roster
from alerts.policy.policies import duty_named, find_member
from cases.models import Case
from cases.triage import topics_of
from contacts.accounts.coercion import coerced_contacts
from contacts.directory import active_contacts, find_contact
from contacts.matching import Candidate, Wanted, match
from contacts.models import Contact, ContactMethod
from contacts.roster import on_call
from contacts.values import ChannelName
from contacts.values import Role as ContactRole
from store.chats import Chat
from texts.audience import is_for_staff
from texts.catalogue import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from sqlalchemy import Select

    from alerts.needs.conflicts import Conflicts
    from alerts.policy import Policies
    from alerts.policy.ladder import Step, Target
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Reachable:
    """A contact and one living, proved way to reach them."""

    contact: Contact
    method: ContactMethod
    chat: Chat
    language: str

    @property
    def channel(self) -> str:
        """The channel of the way."""
        return self.method.channel


ROLES_BEFORE_CONSENT = frozenset({"coordinator", "lawyer"})
"""Until there is consent nobody else is alerted, whatever a policy or a roster names."""


def may_be_on_call(contact: Contact) -> bool:
    """Whether somebody can have a turn on a roster: they have not left, and are alerted before there is consent."""
    return contact.left_at is None and contact.role in ROLES_BEFORE_CONSENT


def reachable(unit: UnitOfWork, step: Step, need: Need, policies: Policies | None = None) -> list[Contact]:
    """Return everybody a step means who may be paged and can be; each once, in the order of the step.

    Who sits on another seat of the same search is not asked for a second one, and nobody whose interests conflict or
    who is thought to be forced.
    Rosters are those of ``policies``, or those in force. A canary is read by nobody who lives.
    """
    if need.kind == CANARY:
        return [unit.session.get_one(Contact, CANARY_READER)]
    apart = seated(unit, need) | coerced_contacts(unit)
    about = _About(need, conflicts_of(unit, need), policies)
    seen: set[UUID] = set()
    found = []
    for target in step.notify:
        for contact in _contacts(unit, target, about):
            if contact.id in seen | apart or contact.role not in ROLES_BEFORE_CONSENT:
                continue
            seen.add(contact.id)
            if not about.conflicts.has(unit, contact) and ways_to(unit, contact):
                found.append(contact)
    return found


@dataclass(frozen=True)
class _About:
    """What a target is looked up for."""

    need: Need
    conflicts: Conflicts
    policies: Policies | None


def ways_to(unit: UnitOfWork, contact: Contact) -> list[Reachable]:
    """Return every proved and living way to a contact over a channel that is set up, in the order of `ChannelName`."""
    off = select(ChannelState.channel).where(ChannelState.configured.is_(False))
    rows = unit.session.execute(
        select(ContactMethod, Chat)
        .join(Chat, Chat.id == ContactMethod.chat_id)
        .where(
            ContactMethod.contact_id == contact.id,
            ContactMethod.verified_at.is_not(None),
            ContactMethod.dead_at.is_(None),
            ContactMethod.channel.not_in(off),
        )
    )
    return _in_order(contact, [(method, chat) for method, chat in rows])


def _in_order(contact: Contact, rows: Iterable[tuple[ContactMethod, Chat]]) -> list[Reachable]:
    ways = [Reachable(contact, method, chat, staff_language(contact, chat)) for method, chat in rows]
    return sorted(ways, key=lambda way: ORDER_OF_WAYS.get(way.channel, len(ORDER_OF_WAYS)))


WAYS: Final = (
    (
        ContactMethod,
        and_(
            ContactMethod.contact_id == Contact.id,
            ContactMethod.verified_at.is_not(None),
            ContactMethod.dead_at.is_(None),
            ContactMethod.channel.not_in(select(ChannelState.channel).where(ChannelState.configured.is_(False))),
        ),
    ),
    (Chat, Chat.id == ContactMethod.chat_id),
)
"""What :func:`ways_to` reads, to be read beside a contact."""


def language_among(contact: Contact, rows: Iterable[tuple[ContactMethod | None, Chat | None]]) -> str:
    """Return what :func:`language_of` does, of what was read of :data:`WAYS`."""
    ways = _in_order(contact, [(method, chat) for method, chat in rows if method is not None and chat is not None])
    return next((way.language for way in ways), next(_ours(contact), SOURCE))


ORDER_OF_WAYS: Final = {str(channel): place for place, channel in enumerate(ChannelName)}


def way_to(unit: UnitOfWork, contact: Contact) -> Reachable | None:
    """Return the conversation in which a contact can be told more than a code: a linked Telegram account, or None."""
    return next((way for way in ways_to(unit, contact) if way.channel == ChannelName.TELEGRAM), None)


def staff_language(contact: Contact, chat: Chat) -> str:
    """The language a helper is spoken to in: chosen, else the first listed that we speak, else the account's."""
    if chat.language_chosen and chat.language:
        return chat.language
    return next(_ours(contact), chat.language or SOURCE)


def language_of(unit: UnitOfWork, contact: Contact) -> str:
    """The language of what a helper reads elsewhere than in a conversation: that of the first way to them."""
    return next((way.language for way in ways_to(unit, contact)), next(_ours(contact), SOURCE))


def _ours(contact: Contact) -> Iterator[str]:
    return (language for language in contact.languages if is_for_staff(language))


def _contacts(unit: UnitOfWork, target: Target, about: _About) -> Iterator[Contact]:
    match target:
        case Person(name):
            yield from _present(find_contact(unit, name))
        case Roster(name):
            yield from _on_roster(unit, name, about.policies)
        case Role(role, criteria):
            yield from _of_role(unit, Role(role, criteria), about)
        case Holder():
            yield from _holders(unit, about.need)


def _present(contact: Contact | None) -> Iterator[Contact]:
    if contact is not None and contact.left_at is None:
        yield contact


def _on_roster(unit: UnitOfWork, name: str, policies: Policies | None) -> Iterator[Contact]:
    """Who is on call; without such a roster every coordinator, because an alert must not fall through a gap."""
    duty = duty_named(unit, name, policies)
    if duty is None:
        yield from active_contacts(unit, "coordinator")
        return
    member = on_call(duty.roster, duty.overrides, unit.now).member
    if member is not None:
        yield from _present(find_member(unit, member))


def _holders(unit: UnitOfWork, need: Need) -> Iterator[Contact]:
    """Who has the case, as the kind of human that is needed, the latest first."""
    holding = (
        select(Contact)
        .join(Need, Need.accepted_by == Contact.id)
        .where(Need.case_id == need.case_id, Need.kind == need.kind, Need.state == NeedState.ACCEPTED)
        .order_by(Need.accepted_at.desc())
    )
    yield from (one for one in unit.session.scalars(holding) if one.left_at is None)


def _of_role(unit: UnitOfWork, target: Role, about: _About) -> Iterator[Contact]:
    need = about.need
    contacts = {str(contact.id): contact for contact in active_contacts(unit, target.role)}
    held = loads(unit)
    case = None if need.case_id is None else unit.session.get(Case, need.case_id)
    region = None if case is None else case.region
    wanted = Wanted(
        role=ContactRole(target.role),
        region=region,
        language=None if case is None else case.language,
        country=None if region is None else region[:2],
        specialities=_topics(unit, need, target),
        at=unit.now,
    )
    candidates = [
        Candidate(
            contact_id=key,
            role=ContactRole(contact.role),
            regions=tuple(contact.regions),
            languages=tuple(contact.languages),
            specialities=tuple(contact.specialities),
            country=contact.country,
            active_cases=held.get(contact.id, 0),
            max_active_cases=contact.max_active_cases,
            may_act_until=contact.may_act_until,
            timezone=contact.timezone,
            conflicts=about.conflicts.has(unit, contact),
        )
        for key, contact in contacts.items()
    ]
    for candidate in match(candidates, wanted, target.match):
        yield contacts[candidate.contact_id]


def _topics(unit: UnitOfWork, need: Need, target: Role) -> frozenset[str]:
    """What the case is about, where the step asks for specialists: it stands in what was answered, under a key."""
    if need.case_id is None or "speciality" not in target.match:
        return frozenset()
    return topics_of(unit, need.case_id)


def loads(unit: UnitOfWork) -> dict[UUID, int]:
    """How many open cases each helper has."""
    return {who: count for who, count in unit.session.execute(cases_held()) if who is not None}


def cases_held() -> Select[UUID | None, int]:
    """Each helper who has open cases, and how many (``cases``). A reminder that somebody takes is no case more."""
    return (
        select(Need.accepted_by, func.count(distinct(Need.case_id)).label("cases"))
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.state == NeedState.ACCEPTED, Alert.kind == CUSTODY, of_an_open_case())
        .group_by(Need.accepted_by)
    )
