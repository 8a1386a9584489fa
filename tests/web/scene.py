"""A case somebody reported, helpers, and links to its page; written straight into the store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from alerts.models import CUSTODY, Alert, Need, NeedState
from cases import intake
from cases.links import make_link
from cases.models import Case, Report
from contacts.directory import put_contact
from contacts.models import ContactMethod
from contacts.values import ContactCard, Role
from contacts.verification import begin_check, prove
from store.base import new_id
from store.chats import find_or_open_chat
from store.tokens import token_of

if TYPE_CHECKING:
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

FIRST_WORDS = "they took my brother"


def reached(unit: UnitOfWork, card: ContactCard) -> UUID:
    """Somebody whose one address was proved to be theirs."""
    contact_id = put_contact(unit, card)
    method = unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == contact_id)).one()
    assert begin_check(unit, method) is not None
    prove(unit, method)
    return contact_id


@dataclass(frozen=True)
class Scene:
    """One reported case."""

    store: Store
    case_id: UUID
    report_id: UUID

    @classmethod
    def begin(cls, store: Store, words: str = FIRST_WORDS) -> Scene:
        with store.unit("test") as unit:
            chat = find_or_open_chat(unit, "telegram", "7000000")
            case = intake.open_report(unit, chat, language="ug", kind="text", content=words)
            report = intake.current_report(unit, chat)
            assert report is not None
            return cls(store, case.id, report.id)

    @property
    def code(self) -> str:
        with self.store.read() as unit:
            return unit.session.get_one(Case, self.case_id).code

    def says(self, words: str, *, correction: bool = False) -> UUID:
        """Words, a message of their own."""
        return self._keep("text", words, correction=correction)

    def sends(self, kind: str, **sent: Any) -> UUID:
        """What Telegram describes: ``sends("photo", caption=…)``."""
        return self._keep(kind, json.dumps(sent))

    def _keep(self, kind: str, content: str, *, correction: bool = False) -> UUID:
        with self.store.unit("test") as unit:
            report = unit.session.get_one(Report, self.report_id)
            return intake.add_message(unit, report, kind=kind, content=content, correction=correction)

    def answers(self, question: str, value: str | None = None, message: UUID | None = None) -> None:
        """An option, a message, or neither: skipped."""
        with self.store.unit("test") as unit:
            report = unit.session.get_one(Report, self.report_id)
            intake.record_answer(unit, report, question, value=value, message_id=message)

    def helper(
        self, name: str = "Aigerim", role: str = "coordinator", *, accepts: bool = True, zone: str | None = None
    ) -> UUID:
        """Somebody in the directory who has, unless said otherwise, taken the need of their role."""
        with self.store.unit("test") as unit:
            contact_id = put_contact(unit, ContactCard(name, Role(role), ("KZ",), ("en",), timezone=zone))
            if accepts:
                self.need_of(unit, accepted_by=contact_id, role=role)
            return contact_id

    def need_of(self, unit: UnitOfWork, *, accepted_by: UUID | None, role: str = "coordinator") -> None:
        """A need of the report, which somebody has taken."""
        alert = self._alert(unit)
        taken = select(func.count()).where(Need.alert_id == alert.id, Need.kind == role)
        need = Need(id=new_id(), alert_id=alert.id, case_id=self.case_id, kind=role, urgency="now")
        need.seat = (unit.session.scalar(taken) or 0) + 1
        need.state, need.accepted_by = NeedState.ACCEPTED, accepted_by
        need.opened_at = need.began_at = need.accepted_at = unit.now
        unit.session.add(need)

    def _alert(self, unit: UnitOfWork) -> Alert:
        """The alert that the report raised; there is one."""
        alert = unit.session.scalars(select(Alert).where(Alert.case_id == self.case_id)).one_or_none()
        if alert is None:
            alert = Alert(
                id=new_id(),
                case_id=self.case_id,
                kind=CUSTODY,
                subject_id=self.case_id,
                cluster_id=new_id(),
                opened_at=unit.now,
            )
            unit.session.add(alert)
            unit.session.flush()
        return alert

    def link(self, contact_id: UUID, language: str = "en") -> str:
        """The address of a fresh one-time link."""
        with self.store.unit("test") as unit:
            link_id = make_link(unit, self.case_id, contact_id, language)
            return f"/open/{token_of(unit, 'case_link', link_id)}"
