"""A question that somebody of the team has put to whoever reported, by a button beside what a paper lacks.

The answer is a message like any other: it is added to the report, for people to read. Nothing is entered from it.
Like every reply it leaves without a sound, at any hour: somebody has decided just now that it is wanted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases.consent.events import FamilyAsked
from cases.models import Case, Report
from cases.retention import is_closed
from contacts.directory import owners_of
from dialogue.model import Reply
from dialogue.questions import FACT, FACTS
from dialogue.reception import remember, state_of
from dialogue.sealed.talk import is_talking
from dialogue.silence import may_hear_unasked
from dialogue.telling import tell
from papers.asked import asked_in
from store.base import OWN
from store.chats import TEXTING, Chat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from store.unit_of_work import UnitOfWork


def put_question(unit: UnitOfWork, case_id: UUID, name: str) -> bool:
    """Ask whoever reported a case for one field, each in their language; return whether they are asked now.

    What was asked within a day and not answered stands, and is not asked twice. False, and nothing has happened, where
    there is no conversation in which it may be asked and in which an answer would be added to this case. Raises
    KeyError for a field that is never asked in a chat.
    """
    if name not in FACTS:
        raise KeyError(name)
    case = unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)
    if name in asked_in(unit, case.id):
        return True
    if case.hostile_at is not None or is_closed(unit, case.id):
        return False
    said = Reply("reply.asks", {"code": case.code}, also=f"{FACT}{name}")
    told = [
        chat
        for chat in list(_who_may_be_asked(unit, case.id))
        if tell(
            unit,
            chat,
            said,
            language=chat.language or case.language,
            dedupe_key=f"asks:{name}:{case.id}:{chat.id}:{unit.now.timestamp()}",
        )
    ]
    if not told:
        return False
    unit.record(FamilyAsked(case_id=case.id, field=name))
    for chat in told:
        _make_room(unit, chat)
    return True


def _who_may_be_asked(unit: UnitOfWork, case_id: UUID) -> Iterator[Chat]:
    """Yield the conversations of a case in which more can be told of it, and in which it is safe to ask.

    A helper who reported is asked by people: what they write in their chat is heard as a helper's.
    """
    found = unit.session.scalars(
        select(Chat)
        .join(Report, Report.chat_id == Chat.id)
        .where(Report.case_id == case_id, Chat.case_id == case_id)
        .where(Chat.muted_at.is_(None), Chat.unreachable_at.is_(None))
        .distinct()
        .order_by(Chat.created_at, Chat.id)
    )
    for chat in found.all():
        if may_hear_unasked(unit, chat, case_id) and not owners_of(unit, chat) and not is_talking(unit, chat):
            yield chat


def _make_room(unit: UnitOfWork, chat: Chat) -> None:
    """Have what is said next taken as an answer to no question of the program's own that is still open.

    That one is put again after it. By text it is not: a person asks by now, and each text is one that others can read.
    """
    state = state_of(unit, chat)
    if state.asked is not None:
        remember(unit, chat, replace(state, asked=None, finished=state.finished or chat.door in TEXTING))
