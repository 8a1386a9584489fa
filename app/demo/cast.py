"""Who plays in the demo: invented people, their roles, and who is asked first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.messages.held import KNOCK
from alerts.policy.policies import import_policies
from contacts.directory import put_contact
from contacts.linking import make_link_code
from contacts.models import ContactMethod
from contacts.values import ContactCard, Role
from contacts.verification import begin_check, prove
from texts.catalogue import say

if TYPE_CHECKING:
    from uuid import UUID

    from app.wiring import House
    from sandbox import Phone, Sandbox
    from store.unit_of_work import UnitOfWork

FIRST_WORDS = ("they took my brother", "ئىنىمنى تۇتۇپ كەتتى", "Інімді алып кетті", "моего брата забрали")
RELATIVE = {"role": "relative", "name": "Gulnar", "language": "ug"}
TEMPLATE = "HX" + "5a" * 16
"""What Meta would have approved to be sent to whom nothing else may be."""
SIMPLE = {"role": "relative", "name": "Nurbol", "language": "kk", "number": "+77000000020"}
"""Somebody whose telephone has no Telegram: they text, write by WhatsApp, or call."""


def _card(name: str, role: Role, languages: tuple[str, ...], number: str) -> ContactCard:
    return ContactCard(
        name, role, ("KZ",), languages, country="KZ", sms=number, voice=number, email=f"{name.lower()}@example.org"
    )


TEAM = (
    (_card("Aigerim", Role.COORDINATOR, ("en", "kk", "ru"), "+77000000001"), "duty coordinator"),
    (_card("Timur", Role.COORDINATOR, ("en", "ru"), "+77000000002"), "backup coordinator"),
    (_card("Dana", Role.LAWYER, ("en", "ru", "kk", "ug"), "+77000000003"), "lawyer"),
)
"""Invented people and numbers."""
WAITING = (
    (ContactCard("Selin", Role.UNHCR, languages=("en",), email="selin@example.org"), "UNHCR contact"),
    (ContactCard("Maya", Role.JOURNALIST, languages=("en",), email="maya@example.org"), "journalist"),
)
"""Whom nobody writes to before there is consent: their phones stay dark, and that is shown."""

POLICY = """\
policies:
  - name: demo
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 3
    needs:
      coordinator:
        - {notify: [{roster: duty}], channels: [telegram, sms, voice], order: in_turn, gap: 45s, wait: 3m}
        - {notify: [{roster: backup}], channels: [telegram, voice], wait: 3m}
      lawyer:
        - notify: [{role: lawyer, match: [language]}]
          channels: [telegram, voice, email]
          order: in_turn
          gap: 1m
          wait: 5m
        - {notify: [{role: lawyer}], channels: [telegram, voice], wait: 5m}
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Aigerim]}
  - name: backup
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Timur]}
"""


def _prove(unit: UnitOfWork, contact_id: UUID) -> None:
    """Let numbers and addresses count as proved, which a team does once, weeks before the first night."""
    for method in unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == contact_id)).all():
        if begin_check(unit, method) is not None:
            prove(unit, method)


def seed(house: House, sandbox: Sandbox) -> list[Phone]:
    """Put the team into the directory and give everybody a phone; each links it as a real person would."""
    sandbox.phone(RELATIVE["name"], role=RELATIVE["role"], language=RELATIVE["language"], suggestions=FIRST_WORDS)
    sandbox.phone(
        SIMPLE["name"],
        role=SIMPLE["role"],
        language=SIMPLE["language"],
        telegram=False,
        number=SIMPLE["number"],
        whatsapp=True,
    )
    sandbox.twilio.approves(TEMPLATE, str(say(KNOCK, SIMPLE["language"])))
    phones = []
    for card, title in TEAM:
        with house.store.unit("demo") as unit:
            contact_id = put_contact(unit, card)
            code = make_link_code(unit, contact_id)
            _prove(unit, contact_id)
        phone = sandbox.phone(card.name, role=title, language=card.languages[0], number=card.sms, email=card.email)
        phone.command(f"/link {code}")
        phones.append(phone)
    for card, title in WAITING:
        with house.store.unit("demo") as unit:
            _prove(unit, put_contact(unit, card))
        sandbox.phone(card.name, role=title, language="en", telegram=False, email=card.email)
    with house.store.unit("demo") as unit:
        import_policies(unit, POLICY)
    return phones
