"""The directory of those who help: put in, found again, shown by name only where a name may be shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from contacts.events import ContactImported, ContactReturned
from contacts.models import Contact, ContactMethod, MethodCheck
from contacts.values import ChannelName, ContactCard, Gender, Role
from store.base import new_id
from store.chats import Chat
from store.data_keys import contact_scope
from store.vault import Field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


def put_contact(unit: UnitOfWork, card: ContactCard) -> UUID:
    """Add a contact, or bring the one of the same name up to date. Return their id.

    The same card twice changes and records nothing. What a card no longer states is forgotten, and an address that
    changed counts as neither proved nor dead; a linked Telegram account stays linked whatever the card says. Who had
    left is back, and the log says so.
    """
    contact = find_contact(unit, card.name)
    if contact is None:
        contact = Contact(id=new_id(), created_at=unit.now)
        contact.name_index = unit.vault.blind_index("contact_name", card.name)
    elif contact.left_at is None and _card(unit, contact) == card:
        return contact.id
    is_back = contact.left_at is not None
    _fill_in(unit, contact, card)
    unit.session.add(contact)  # not before it is filled in: sealing may flush
    unit.session.flush()
    for channel in ChannelName:
        _put_method(unit, contact, channel, card.addresses().get(channel))
    unit.record(ContactImported(case_id=None, contact_id=contact.id))
    if is_back:
        unit.record(ContactReturned(case_id=None, contact_id=contact.id))
    return contact.id


def _fill_in(unit: UnitOfWork, contact: Contact, card: ContactCard) -> None:
    scope = contact_scope(contact.id)
    contact.name = unit.vault.seal(scope, Field("contact", "name", contact.id), card.name)
    contact.role = str(card.role)
    contact.regions, contact.languages = list(card.regions), list(card.languages)
    contact.specialities = list(card.specialities)
    contact.timezone, contact.country = card.timezone, card.country
    contact.max_active_cases, contact.may_act_until = card.max_active_cases, card.may_act_until
    contact.left_at = None
    private = {"gender": card.gender, "avoid": card.avoid, "verified_by": card.verified_by, "notes": card.notes}
    contact.private = unit.vault.seal(scope, Field("contact", "private", contact.id), json.dumps(private))


def _put_method(unit: UnitOfWork, contact: Contact, channel: ChannelName, address: str | None) -> None:
    method = unit.session.scalars(
        select(ContactMethod).where(ContactMethod.contact_id == contact.id, ContactMethod.channel == channel)
    ).one_or_none()
    if method is None:
        if address is None:
            return
        method = ContactMethod(id=new_id(), contact_id=contact.id, channel=str(channel))
        unit.session.add(method)
    elif address_of_method(unit, method) == address:
        return
    elif channel != ChannelName.TELEGRAM:
        method.chat_id = method.verified_at = method.dead_at = None  # another number is another conversation
        forget_codes(unit, method.id)  # and a code that went to the old one proves nothing about the new
    elif method.chat_id is None:
        method.verified_at = method.dead_at = None
    field = Field("contact_method", "address", method.id)
    method.address = None if address is None else unit.vault.seal(contact_scope(contact.id), field, address)
    unit.session.flush()


def forget_codes(unit: UnitOfWork, method_id: UUID) -> None:
    """Make every code that was sent to a method useless; repeating it changes nothing."""
    unit.session.execute(
        update(MethodCheck).where(MethodCheck.method_id == method_id, MethodCheck.code.is_not(None)).values(code=None)
    )


def address_of_method(unit: UnitOfWork, method: ContactMethod) -> str | None:
    """Decrypt the number or address of a method; None where none is stated."""
    if method.address is None:
        return None
    field = Field("contact_method", "address", method.id)
    return unit.vault.open(contact_scope(method.contact_id), field, method.address)


def find_contact(unit: UnitOfWork, name: str) -> Contact | None:
    """Return the contact of that name (compared after NFKC and case folding), also one who has left."""
    index = unit.vault.blind_index("contact_name", name)
    return unit.session.scalars(select(Contact).where(Contact.name_index == index)).one_or_none()


def name_of(unit: UnitOfWork, contact: Contact) -> str:
    """Decrypt a contact's name."""
    return unit.vault.open(contact_scope(contact.id), Field("contact", "name", contact.id), contact.name)


def avoided_by(unit: UnitOfWork, contact: Contact) -> frozenset[bytes]:
    """Return the names a contact must not work beside, as fingerprints to be compared with ``Contact.name_index``."""
    scope = contact_scope(contact.id)
    private = json.loads(unit.vault.open(scope, Field("contact", "private", contact.id), contact.private))
    return frozenset(unit.vault.blind_index("contact_name", name) for name in private.get("avoid", ()))


def active_contacts(unit: UnitOfWork, role: str | None = None) -> Iterator[Contact]:
    """Yield those who help now, oldest first."""
    wanted = select(Contact).where(Contact.left_at.is_(None)).order_by(Contact.created_at, Contact.id)
    yield from unit.session.scalars(wanted if role is None else wanted.where(Contact.role == role))


def linked_contact(unit: UnitOfWork, chat_id: UUID) -> Contact | None:
    """Return whose Telegram account a conversation is, if it was linked."""
    return unit.session.scalars(
        select(Contact)
        .join(ContactMethod, ContactMethod.contact_id == Contact.id)
        .where(
            ContactMethod.chat_id == chat_id,
            ContactMethod.channel == ChannelName.TELEGRAM,
            Contact.left_at.is_(None),
        )
    ).one_or_none()


def owners_of(unit: UnitOfWork, chat: Chat) -> Sequence[Contact]:
    """Return the helpers whose way a conversation is, proved or about to be, in a fixed order; nobody who has left."""
    return unit.session.scalars(
        select(Contact)
        .join(ContactMethod, ContactMethod.contact_id == Contact.id)
        .where(ContactMethod.chat_id == chat.id, Contact.left_at.is_(None))
        .order_by(Contact.created_at, Contact.id)
    ).all()


def methods_of(unit: UnitOfWork, contact_id: UUID) -> list[ContactMethod]:
    """Return every way to a contact that is stated or linked, in the order of `ChannelName`."""
    found = unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == contact_id))
    stated = [one for one in found if one.address is not None or one.chat_id is not None]
    return sorted(stated, key=lambda one: list(ChannelName).index(ChannelName(one.channel)))


def telegram_method(unit: UnitOfWork, contact_id: UUID) -> tuple[ContactMethod, Chat] | None:
    """Return the linked, living Telegram account of a contact."""
    found = unit.session.execute(
        select(ContactMethod, Chat)
        .join(Chat, Chat.id == ContactMethod.chat_id)
        .where(
            ContactMethod.contact_id == contact_id,
            ContactMethod.channel == ChannelName.TELEGRAM,
            ContactMethod.verified_at.is_not(None),
            ContactMethod.dead_at.is_(None),
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def all_cards(unit: UnitOfWork) -> list[ContactCard]:
    """Return everybody as cards, for the export."""
    return [_card(unit, contact) for contact in active_contacts(unit)]


def _card(unit: UnitOfWork, contact: Contact) -> ContactCard:
    scope = contact_scope(contact.id)
    private = json.loads(unit.vault.open(scope, Field("contact", "private", contact.id), contact.private))
    methods = unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == contact.id))
    addresses = {method.channel: address_of_method(unit, method) for method in methods}
    return ContactCard(
        name=name_of(unit, contact),
        role=Role(contact.role),
        regions=tuple(contact.regions),
        languages=tuple(contact.languages),
        specialities=tuple(contact.specialities),
        timezone=contact.timezone,
        country=contact.country,
        max_active_cases=contact.max_active_cases,
        may_act_until=contact.may_act_until,
        gender=None if private["gender"] is None else Gender(private["gender"]),
        avoid=tuple(private["avoid"]),
        verified_by=private["verified_by"],
        notes=private["notes"],
        **addresses,
    )
