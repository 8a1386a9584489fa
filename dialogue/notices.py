"""What the reporter is told without having asked: that a human has it, that nobody has yet, when they hear from us."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from alerts.events import NeedAccepted, NeedExhausted, NeedGivenBack, StepPaged
from alerts.messages.outbox import cancel
from alerts.models import Delivery, Need
from alerts.needs.seats import is_of_custody
from alerts.telling.news import once_for
from alerts.telling.recipients import every_way
from alerts.telling.wording import promise_ref
from cases.docket.events import FamilyPromised
from cases.docket.promising import promised_word
from cases.events import FileNotFetched, ReportReceived
from cases.models import Case, FileState, Report
from cases.retention import is_closed
from dialogue.doors import WORDS_ONLY
from dialogue.model import Reply
from dialogue.silence import is_suspected, may_hear_unasked
from dialogue.standing import Standing, standing_of
from dialogue.telling import tell
from store.base import OWN
from store.chats import TEXTING, Chat
from store.claims import Claim, finish
from store.eventlog import EventRow
from store.timers import TABLE, Timer, set_timer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

TIMER = "tell_waiting"
WAITING_TEXT = "waiting:text"
"""Begins the dedupe key of the one text that says that nobody has accepted yet."""
SAYS_TAKEN = ("reply.taken", "reply.status_taken", "text.taken")
"""Say that a person has it: as news, and to whoever asked."""
TELL_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""How long after we began to ask the reporter hears that nobody has accepted yet, as long as that is so."""


def promise_the_truth(unit: UnitOfWork, event: Event) -> None:
    """From the first words on the reporter is told when nobody has accepted; for what waits until morning, from then.

    Counting begins again with the first page that goes out after the count had come to rest.
    """
    if event.case_id is None or not isinstance(event, ReportReceived | StepPaged):
        return
    if not _counting(unit, event.case_id):
        case = unit.session.get_one(Case, event.case_id)
        _look_again(unit, case)


def tell_reporter_waiting(unit: UnitOfWork, timer: Timer, held: Claim, *, hotlines: str | None) -> None:
    """Say that nobody has accepted yet, or that nobody could be reached, if that is so; and look again later."""
    finish(unit.session, TABLE, held)
    case = _hold(unit, timer.subject_id)
    standing = standing_of(unit, case.id)
    if standing in (Standing.TAKEN, Standing.LATER, Standing.CLOSED):
        return
    stage = sum(asked_since(unit, case) + after <= unit.now for after in TELL_AFTER)
    _tell_reporters(unit, case, standing, hotlines, f"waiting:{stage}")
    _look_again(unit, case)


def tell_reporter_unreached(unit: UnitOfWork, event: Event, *, hotlines: str | None) -> None:
    """Say at once, with other numbers to call, that there is nobody at all whom a message can reach."""
    if not isinstance(event, NeedExhausted) or event.case_id is None:
        return
    case = _hold(unit, event.case_id)
    if standing_of(unit, case.id) is Standing.UNREACHED and not every_way(unit):
        _tell_reporters(unit, case, Standing.UNREACHED, hotlines, "unreached")


def tell_reporter_taken(unit: UnitOfWork, event: Event) -> None:
    """Say once, at the first acceptance, that a person has the report; that nobody has is not said after it."""
    if not isinstance(event, NeedAccepted) or event.case_id is None:
        return
    if not is_of_custody(unit, unit.session.get_one(Need, event.need_id)):
        return
    case = _hold(unit, event.case_id)
    _cancel_waiting(unit, case)
    if case.reporter_told_at is not None:
        return
    case.reporter_told_at = unit.now
    for chat in _reporters(unit, case.id):
        _say_taken(unit, chat, case)


def tell_anew(unit: UnitOfWork, event: Event) -> None:
    """Let the next acceptance be told again when nobody has the report any more, and nobody hear that somebody has."""
    if not isinstance(event, NeedGivenBack) or event.case_id is None:
        return
    case = _hold(unit, event.case_id)
    if standing_of(unit, case.id) is not Standing.TAKEN:
        case.reporter_told_at = None
        _cancel_taken(unit, case)


def _hold(unit: UnitOfWork, case_id: UUID) -> Case:
    """Lock the case: what its reporter is told follows one after the other, and the truth comes last."""
    return unit.session.get_one(Case, case_id, with_for_update=OWN, populate_existing=True)


def _cancel_waiting(unit: UnitOfWork, case: Case) -> None:
    chats = select(Report.chat_id).where(Report.case_id == case.id)
    said_nobody = or_(Delivery.dedupe_key.startswith("waiting:"), Delivery.dedupe_key.startswith("unreached:"))
    cancel(unit, Delivery.chat_id.in_(chats), said_nobody, Delivery.dedupe_key.contains(f":{case.id}:"))


def _cancel_taken(unit: UnitOfWork, case: Case) -> None:
    """What waits, for a limit or because a provider is down, must not arrive when it is no longer so."""
    chats = select(Report.chat_id).where(Report.case_id == case.id)
    of_it = Delivery.values["code"].as_string() == case.code
    cancel(unit, Delivery.chat_id.in_(chats), Delivery.template.in_(SAYS_TAKEN), of_it)


def tell_reporter_promised(unit: UnitOfWork, event: Event) -> None:
    """Say by when the team means to be in touch, once for each time that a person promises.

    Of one that was moved, kept or missed meanwhile nothing is said: what still waits to be sent is worded by what
    stands then, or not at all. Nothing is said of it unasked where that could harm: there they read it at /status.
    """
    if not isinstance(event, FamilyPromised) or event.case_id is None:
        return
    case = _hold(unit, event.case_id)
    for chat in _reporters(unit, case.id):
        _say_promised(unit, chat, case)


def promise_in(unit: UnitOfWork, case: Case) -> Reply | None:
    """Return what is said of a word that a person has promised, as long as that stands and nobody closed the case."""
    word = promised_word(unit, case.id)
    if word is None or is_closed(unit, case.id):
        return None
    return Reply("reply.promised", {"code": case.code, "until": promise_ref(word.id)})


def tell_what_was_missed(unit: UnitOfWork, chat: Chat) -> None:
    """Tell somebody who had us stop, and is back, who has the report and what was promised, if they do not know yet."""
    case = None if chat.case_id is None else unit.session.get(Case, chat.case_id)
    if case is None or is_suspected(unit, chat):
        return
    if case.reporter_told_at is not None:
        _say_taken(unit, chat, case)
    _say_promised(unit, chat, case)


NOT_COPIED = {
    FileState.TOO_LARGE: "reply.file_too_large",
    FileState.TOO_MANY: "reply.files_too_many",
    FileState.NOT_TAKEN: WORDS_ONLY,
}


def tell_reporter_of_file(unit: UnitOfWork, event: Event) -> None:
    """Say truthfully that a file could not be copied; of a flood of them, once an hour; by text, once for a case."""
    if not isinstance(event, FileNotFetched) or event.case_id is None:
        return
    case = unit.session.get_one(Case, event.case_id)
    chat = unit.session.get_one(Chat, event.chat_id)
    if chat.muted_at is None and not is_suspected(unit, chat):
        key = NOT_COPIED[FileState(event.why)]
        when = case.id if event.why == FileState.NOT_TAKEN else once_for(unit, event)
        _say(unit, chat, case, Reply(key, {"code": case.code}), once=f"reporter_file:{event.why}:{chat.id}:{when}")


def asked_since(unit: UnitOfWork, case: Case) -> datetime:
    """When asking began: with the report, or in the morning for what could wait until then."""
    first_page = unit.session.scalar(
        select(EventRow.at)
        .where(EventRow.case_id == case.id, EventRow.name == StepPaged.__name__)
        .order_by(EventRow.position)
        .limit(1)
    )
    at_once = first_page is None or first_page - case.opened_at < TELL_AFTER[0]
    return case.opened_at if at_once or first_page is None else first_page


def _counting(unit: UnitOfWork, case_id: UUID) -> bool:
    due_at = unit.session.scalar(select(Timer.due_at).where(Timer.kind == TIMER, Timer.subject_id == case_id))
    return due_at is not None


def _look_again(unit: UnitOfWork, case: Case) -> None:
    since = asked_since(unit, case)
    again = next((since + after for after in TELL_AFTER if since + after > unit.now), None)
    if again is not None:
        set_timer(unit, TIMER, case.id, again)


def _tell_reporters(unit: UnitOfWork, case: Case, standing: Standing, hotlines: str | None, once: str) -> None:
    key = "reply.waiting" if standing is Standing.WAITING else "reply.unreached"
    said = Reply(f"{key}_hotlines" if hotlines else key, {"code": case.code, "hotlines": hotlines or ""})
    for chat in _reporters(unit, case.id):
        # By text it is said once: the second time it costs as much and says no more.
        when = WAITING_TEXT if chat.door in TEXTING else once
        _say(unit, chat, case, said, once=f"{when}:{case.id}:{chat.id}")


def _say(unit: UnitOfWork, chat: Chat, case: Case, said: Reply, *, once: str) -> None:
    """Tell one conversation, in its language or the one the case was reported in; no second time under this name."""
    tell(unit, chat, said, language=chat.language or case.language, dedupe_key=once)


def _say_taken(unit: UnitOfWork, chat: Chat, case: Case) -> None:
    said = Reply("reply.taken", {"code": case.code})
    _say(unit, chat, case, said, once=f"taken:{case.id}:{chat.id}:{case.reporter_told_at}")


def _say_promised(unit: UnitOfWork, chat: Chat, case: Case) -> None:
    said = promise_in(unit, case)
    if said is not None and may_hear_unasked(unit, chat, case.id):
        _say(unit, chat, case, said, once=f"promised:{case.id}:{chat.id}:{said.values['until']}")


def _reporters(unit: UnitOfWork, case_id: UUID) -> Iterator[Chat]:
    """Yield the conversations a case was reported in that still want to hear from us, and may."""
    chats = select(Chat).join(Report, Report.chat_id == Chat.id).where(Report.case_id == case_id).distinct()
    yield from (chat for chat in unit.session.scalars(chats) if chat.muted_at is None and not is_suspected(unit, chat))
