"""A house at work, for pages about all of it: a team on two rosters, dates of several cases, messages of every fate."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from alerts.models import Attempt, Delivery, DeliveryState, Need, Page, Receipt
from alerts.policy.policies import import_policies
from cases import intake
from cases.docket.entering import Entry, When, enter
from cases.models import Case
from contacts.directory import find_contact, put_contact
from contacts.models import ContactMethod
from contacts.values import ContactCard, Role
from store.base import new_id
from store.chats import find_or_open_chat
from tests.web.conftest import ZONE

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

POLICY = """\
policies:
  - name: test
    applies_to: {{jurisdictions: [KZ], risk: any}}
    repeat: 2
    needs:
      coordinator:
        - {{notify: [{{roster: duty}}], channels: [telegram], wait: 2m}}
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {{every: 1 day, handoff: "09:00", members: [{members}]}}
  - name: night
    timezone: Europe/Istanbul
    rotation: {{every: 12 hours, handoff: "08:00", members: [{members}]}}
"""
APPEAL = "kz.coao.expulsion.appeal_10d"


def words(page: str) -> str:
    """What a page says, in one line: without its tags, and without what keeps directions apart."""
    plain = html.unescape(re.sub(r"<[^>]+>", " ", page)).translate(dict.fromkeys(range(0x2066, 0x206A)))
    return " ".join(plain.split())


@dataclass
class House:
    """Everything is written straight into the store."""

    store: Store
    numbers: int = 0

    def helper(self, name: str, role: str = "coordinator", *, country: str | None = None, **stated: str) -> UUID:
        """Somebody in the directory; whatever way is stated is proved, and Telegram is linked."""
        with self.store.unit("test") as unit:
            card = ContactCard(
                name,
                Role(role),
                ("KZ",),
                ("en", "ru"),
                country=country,
                max_active_cases=3,
                **stated,  # type: ignore[arg-type]
            )
            contact_id = put_contact(unit, card)
            for method in unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == contact_id)):
                address = stated.get(method.channel, name)
                method.chat_id = find_or_open_chat(unit, method.channel, address).id
                method.verified_at = unit.now
            return contact_id

    def rosters(self, *members: str) -> None:
        with self.store.unit("test") as unit:
            import_policies(unit, POLICY.format(members=", ".join(members)))

    def case(self) -> Case:
        """One more reported case."""
        self.numbers += 1
        with self.store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", f"71{self.numbers:05}")
            case = intake.open_report(unit, chat, language="ug", kind="text", content="they took my brother")
            unit.session.get_one(Case, case.id).jurisdiction = "KZ"
            unit.session.flush()
            unit.session.refresh(case)
            unit.session.expunge(case)
            return case

    def says(self, case: Case, event: str, at: datetime, hearing: datetime | None = None, **also: object) -> None:
        """Something happened in a case."""
        with self.store.unit("test") as unit:
            enter(unit, case.id, Entry(event, When(at), appointed_at=hearing, source="counsel", **also), zone=ZONE)  # type: ignore[arg-type]

    def almaty(self, days: int, hour: int) -> datetime:
        """An hour on the wall in Almaty, so many days from today."""
        here = self.store.clock.now().astimezone(ZoneInfo(ZONE))
        day = (here + timedelta(days=days)).date()
        return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(ZONE))

    def asks(self, case: Case, contact_id: UUID, *, answer: str | None = None, after: timedelta = timedelta(0)) -> Need:
        """Somebody was paged for a case, and perhaps answered."""
        from tests.web.scene import Scene

        with self.store.unit("test") as unit:
            alert = Scene(self.store, case.id, case.id)._alert(unit)  # noqa: SLF001  the same alert
            self.numbers += 1
            need = Need(id=new_id(), alert_id=alert.id, case_id=case.id, kind="coordinator", urgency="now")
            need.seat, need.opened_at, need.began_at = self.numbers, unit.now, unit.now
            page = Page(id=new_id(), need_id=need.id, contact_id=contact_id, round=1, step=0, asked_at=unit.now)
            page.channels = ["telegram"]
            if answer == "accept":
                need.state, need.accepted_by, need.accepted_at = "accepted", contact_id, unit.now + after
            elif answer == "decline":
                page.declined_at = unit.now + after
            unit.session.add(need)
            unit.session.flush()
            unit.session.add(page)
            unit.session.flush()
            unit.session.expunge(need)
            return need

    def message(self, state: str, need: Need | None = None, **values: object) -> UUID:
        """A message that came so far; what failed has a call that says why."""
        self.numbers += 1
        with self.store.unit("test") as unit:
            chat = find_or_open_chat(unit, str(values.get("channel", "telegram")), f"{self.numbers}")
            row = Delivery(
                id=new_id(), channel=chat.door, chat_id=chat.id, action="send", template="page.custody", values={},
                buttons=[], language="en", silent=False, urgent=True, order_key=self.numbers, created_at=unit.now,
                state=state, tries=0, need_id=None if need is None else need.id,
            )  # fmt: skip
            row.due_at = unit.now if state in ("queued", "failed_temporary", "unknown") else None
            for name, value in values.items():
                setattr(row, name, value)
            unit.session.add(row)
            unit.session.flush()
            if state != DeliveryState.QUEUED:
                self._tried(unit, row)
            return row.id

    def _tried(self, unit: UnitOfWork, row: Delivery) -> None:
        outcome = {
            "failed_permanent": ("PermanentFailure", "403", "the reader has blocked us"),
            "failed_temporary": ("TemporaryFailure", "502", "the provider has a fault"),
            "unknown": ("UnknownOutcome", None, None),
        }.get(row.state, ("sent", None, None))
        attempt = Attempt(id=new_id(), delivery_id=row.id, began_at=unit.now, ended_at=unit.now)
        attempt.outcome, attempt.code, attempt.meaning = outcome
        unit.session.add(attempt)
        unit.session.flush()
        if row.state == DeliveryState.DELIVERED:
            unit.session.add(
                Receipt(id=new_id(), attempt_id=attempt.id, arrival="delivered", code="", meaning="", at=unit.now)
            )
        unit.session.flush()

    def id_of(self, name: str) -> UUID:
        with self.store.read() as unit:
            found = find_contact(unit, name)
            assert found is not None
            return found.id
