"""People who are forced: a reporter who says the word for it, a helper who is made to show what they can open.

What is promised: people hear of it, and look for them; who is forced takes nothing and is shown nothing, and what they
had is others'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select

from alerts.models import DURESS, Alert, Need, NeedState
from alerts.needs.seats import is_over
from cases.duress import agree_on_word, speaks
from cases.models import Report
from cases.verification import verify_reporter
from contacts.accounts.coercion import note_coercion
from contacts.accounts.managing import invite_from_shell
from contacts.accounts.models import Account
from contacts.accounts.roles import AccountRole
from store.chats import find_or_open_chat
from tests.simulator.broken import SECRET, Broken
from tests.simulator.seals import LATE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from cases.models import ReportMessage
    from store.unit_of_work import UnitOfWork
    from tests.simulator.people import Helper, Reporter
    from tests.simulator.world import World

WORD: Final = "pomegranate"


class Forced:
    """Who is forced, and since when. Raises Broken."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._agreed: dict[UUID, datetime] = {}
        """Since when a word is agreed on with who made a report, by the clock of the house."""
        self._since: dict[str, datetime] = {}

    # What people do

    def agrees_on_word(self, who: Reporter) -> None:
        """A helper agrees on a word with somebody who has reported."""
        with self._world.store.unit("simulator") as unit:
            chat = find_or_open_chat(unit, who.door, who.address)
            mine = select(Report.id).where(Report.chat_id == chat.id).order_by(Report.received_at.desc()).limit(1)
            report_id = unit.session.scalars(mine).first()
            if report_id is not None:
                verify_reporter(unit, report_id)
                agree_on_word(unit, report_id, WORD)
                self._agreed.setdefault(report_id, unit.now)

    def is_made_to_show(self, helper: Helper, seconds: float) -> None:
        """A helper gives their second password; later they are invited anew."""
        if helper.name in self._since:
            return
        with self._world.store.unit("simulator") as unit:
            account_id = unit.session.scalar(select(Account.id).where(Account.contact_id == helper.contact_id))
            if account_id is None:
                account_id = invite_from_shell(unit, helper.name, AccountRole(helper.role)).id
            note_coercion(unit, unit.session.get_one(Account, account_id))
            self._since[helper.name] = unit.now
        self._world.later(seconds, lambda: self._is_free(helper, account_id))

    def _is_free(self, helper: Helper, account_id: UUID) -> None:
        with self._world.store.unit("simulator") as unit:
            unit.session.get_one(Account, account_id).coerced_at = None
        del self._since[helper.name]

    # What is promised

    def shows(self, helper: Helper, text: str) -> None:
        """Look at a page."""
        if helper.name in self._since and SECRET.search(text):
            raise Broken("who is forced is shown nothing", helper.role)

    def between(self, unit: UnitOfWork, *, calm: bool) -> None:
        """Look at what who is forced has, and whether people know of it."""
        for name, since in self._since.items():
            contact_id = self._world.helpers[name].contact_id
            theirs = select(Need).where(Need.accepted_by == contact_id, Need.state == NeedState.ACCEPTED)
            for need in unit.session.scalars(theirs).all():
                if need.accepted_at is not None and need.accepted_at > since:
                    raise Broken("who is forced takes nothing", f"{need.kind} {need.id}")
                if calm and since < unit.now - LATE and not is_over(unit, need):
                    raise Broken("what who is forced had is others'", f"{need.kind} {need.id}")
        if calm:
            rows = select(Report).where(Report.id.in_(self._agreed), Report.duress_at < unit.now - LATE)
            for report in unit.session.scalars(rows).all() if self._agreed else ():
                if not unit.session.scalar(select(exists().where(Alert.kind == DURESS, Alert.subject_id == report.id))):
                    raise Broken("who is forced is heard", f"nobody was asked about the report {report.id}")

    def at_the_end(self, unit: UnitOfWork, told: Mapping[ReportMessage, str]) -> None:
        """Look whether the word was heard of everybody who has said it after it was agreed on."""
        for message, words in told.items():
            agreed_at = self._agreed.get(message.report_id)
            said = agreed_at is not None and message.received_at > agreed_at and speaks(words, WORD)
            if said and unit.session.get_one(Report, message.report_id).duress_at is None:
                raise Broken("who is forced is heard", f"the word was said in {message.report_id}")
