"""The team of a replay: invented people who do what they are asked, as long as they can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.policy.policies import import_policies
from contacts.directory import put_contact
from contacts.linking import link_account, make_link_code
from contacts.values import ContactCard, Role
from store.chats import find_or_open_chat

if TYPE_CHECKING:
    from uuid import UUID

    from app.replay.stage import Stage
    from sandbox import Phone

COORDINATOR, LAWYER = "coordinator", "lawyer"
TEAM = (("Aigerim", Role.COORDINATOR), ("Timur", Role.COORDINATOR), ("Dana", Role.LAWYER), ("Ruslan", Role.LAWYER))
BYSTANDERS = (("Selin", Role.UNHCR), ("Maya", Role.JOURNALIST))
DUTIFUL = ("Accept", "Contact made", "Filed")
"""Buttons that whoever is asked presses as soon as they see them."""
POLICY = """\
policies:
  - name: replay
    repeat: 3
    needs:
      coordinator:
        - {notify: [{role: coordinator}], channels: [telegram], wait: 3m}
      lawyer:
        - {notify: [{role: lawyer}], channels: [telegram], wait: 5m}
"""


class Staff:
    """Who answers in a replay. The first of a role is who the story means by it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ids: dict[str, UUID] = {}
        self._phones: list[Phone] = []
        self._pressed: set[tuple[str, int, str]] = set()
        self._looked: dict[str, int] = {}
        """At which state of their phone everybody looked last."""

    def join(self) -> None:
        """Enter everybody, each with a linked phone, and say who is asked first."""
        with self._stage.house.store.unit("replay") as unit:
            for name, role in (*TEAM, *BYSTANDERS):
                contact_id = put_contact(unit, ContactCard(name, role, languages=("en",)))
                self._ids.setdefault(str(role), contact_id)
                phone = self._stage.sandbox.phone(name, role=str(role), language="en")
                chat = find_or_open_chat(unit, "telegram", str(phone.chat_id))
                link_account(unit, chat, make_link_code(unit, contact_id))
                self._phones.append(phone)
            import_policies(unit, POLICY)

    def contact(self, role: str) -> UUID:
        """Return who is first of a role."""
        return self._ids[role]

    def actor(self, role: str) -> str:
        """Return who enters something in this role, as the log names them; the coordinator for anybody else."""
        return f"contact:{self._ids.get(role, self._ids[COORDINATOR])}"

    def do_their_duty(self) -> bool:
        """Let everybody press what they were asked to press, once a button; return whether anybody had to."""
        return sum(self._press(phone) for phone in self._phones) > 0

    def _press(self, phone: Phone) -> int:
        """Press what is new on a phone, the newest first; one button a message: the next may be another then."""
        if self._looked.get(phone.name) == phone.revision:
            return 0
        self._looked[phone.name] = phone.revision
        pressed = 0
        for message in reversed(phone.asking(*DUTIFUL)):
            keys = [(phone.name, message.id, label) for label in DUTIFUL if message.button(label) is not None]
            fresh = next((key for key in keys if key not in self._pressed), None)
            if fresh is not None:
                self._pressed.add(fresh)
                phone.taps(fresh[2], on=message)
                pressed += 1
        return pressed


"""Nothing here presses Decline: a replay shows what happens when people answer. Silence is a drill of its own."""
