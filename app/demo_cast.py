"""Who plays in the demo: invented people, their roles, and who is asked first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.policies import import_policies
from contacts.directory import put_contact
from contacts.linking import make_link_code
from contacts.values import ContactCard, Role

if TYPE_CHECKING:
    from app.wiring import House
    from sandbox import Phone, Sandbox

FIRST_WORDS = ("they took my brother", "ئىنىمنى تۇتۇپ كەتتى", "Інімді алып кетті", "моего брата забрали")
RELATIVE = {"role": "relative", "name": "Gulnar", "language": "ug"}
TEAM = (
    (ContactCard("Aigerim", Role.COORDINATOR, ("KZ",), ("en", "kk", "ru"), country="KZ"), "duty coordinator"),
    (ContactCard("Timur", Role.COORDINATOR, ("KZ",), ("en", "ru"), country="KZ"), "backup coordinator"),
    (ContactCard("Dana", Role.LAWYER, ("KZ",), ("en", "ru", "kk", "ug"), country="KZ"), "lawyer"),
)
"""Invented people."""

POLICY = """\
policies:
  - name: demo
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 3
    needs:
      coordinator:
        - {notify: [{roster: duty}], channels: [telegram], wait: 2m}
        - {notify: [{roster: backup}], channels: [telegram], wait: 3m}
      lawyer:
        - {notify: [{role: lawyer, match: [language]}], channels: [telegram], wait: 5m}
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Aigerim]}
  - name: backup
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Timur]}
"""


def seed(house: House, sandbox: Sandbox) -> list[Phone]:
    """Put the team into the directory and give everybody a phone; each links it as a real person would."""
    sandbox.phone(RELATIVE["name"], role=RELATIVE["role"], language=RELATIVE["language"], suggestions=FIRST_WORDS)
    phones = []
    for card, title in TEAM:
        with house.store.unit("demo") as unit:
            code = make_link_code(unit, put_contact(unit, card))
        phone = sandbox.phone(card.name, role=title, language=card.languages[0])
        phone.command(f"/link {code}")
        phones.append(phone)
    with house.store.unit("demo") as unit:
        import_policies(unit, POLICY)
    return phones
