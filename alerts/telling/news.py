"""News of a case, told to those who took it: what its reporter adds, and what of theirs does not reach us or them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from alerts.events import ReporterUnreachable, WindowClosed
from alerts.messages.buttons import mint
from alerts.messages.outbox import enqueue
from alerts.models import CUSTODY, Alert, Delivery, Need, NeedState
from alerts.needs.ways import Reachable, way_to
from alerts.policy.waits import still_ahead
from alerts.telling.page_words import code_of
from alerts.telling.recipients import everybody_reachable
from alerts.telling.wording import contact_ref
from cases.events import FileNotFetched, QuestionAnswered, ReportExtended
from cases.models import Case, FileState, ReportAnswer
from contacts.models import Contact
from store.chats import Chat
from store.claims import Claim, finish
from store.timers import TABLE as TIMERS
from store.timers import Timer, set_timer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

TIMER: Final = "tell_news"
EVERY: Final = timedelta(minutes=1)


def tell_responders(unit: UnitOfWork, event: Event) -> None:
    """Tell those who took a case that something was said or tapped: at once, then at most once a minute.

    What comes within a minute of a notice is told when the minute is over: nothing stays untold.
    """
    if event.case_id is None or not isinstance(event, ReportExtended | QuestionAnswered) or _is_skip(unit, event):
        return
    for need, contact in takers(unit, event.case_id):
        _, ways = _who_hears(unit, contact)
        if ways:
            set_timer(unit, TIMER, need.id, _quiet_until(unit, need, ways))


def _who_hears(unit: UnitOfWork, taker: Contact) -> tuple[str, list[Reachable]]:
    """Who hears of news, in which words: who took the case or, where no message reaches them, every coordinator."""
    way = way_to(unit, taker)
    if way is not None:
        return "staff.news", [way]
    return "staff.news_unreached", everybody_reachable(unit, ("coordinator",))


def _is_skip(unit: UnitOfWork, event: Event) -> bool:
    """Whether the reporter only passed over a question."""
    if not isinstance(event, QuestionAnswered):
        return False
    newest = unit.session.execute(
        select(ReportAnswer.value, ReportAnswer.message_id)
        .where(ReportAnswer.report_id == event.report_id, ReportAnswer.question == event.question)
        .order_by(ReportAnswer.given_at.desc(), ReportAnswer.id.desc())
        .limit(1)
    ).one_or_none()
    return newest is not None and newest.value is None and newest.message_id is None


def tell_news(unit: UnitOfWork, timer: Timer, held: Claim) -> None:
    """Send the one notice that stands for everything since the last one."""
    need = unit.session.get_one(Need, timer.subject_id)
    finish(unit.session, TIMERS, held)
    if need.accepted_by is None:
        return  # given back meanwhile: whoever takes it next reads everything
    taker = unit.session.get_one(Contact, need.accepted_by)
    words, ways = _who_hears(unit, taker)
    for way in ways:
        is_taker = way.contact.id == taker.id
        enqueue(
            unit,
            way.chat,
            words,
            language=way.language,
            values={"code": code_of(unit, need), "name": contact_ref(taker.id)},
            buttons=[[mint(unit, way.chat.id, "open", "button.open", subject_id=need.id)]] if is_taker else [],
            dedupe_key=f"{_news(need)}{unit.now.isoformat()}:{way.contact.id}",
        )


def _quiet_until(unit: UnitOfWork, need: Need, ways: Sequence[Reachable]) -> datetime:
    chats = [way.chat.id for way in ways]
    last: datetime | None = unit.session.scalar(
        select(Delivery.created_at)
        .where(Delivery.chat_id.in_(chats), Delivery.dedupe_key.startswith(_news(need)))
        .order_by(Delivery.created_at.desc())
        .limit(1)
    )
    return (None if last is None else still_ahead(last + EVERY, unit.now, EVERY)) or unit.now


def _news(need: Need) -> str:
    return f"news:{need.id}:"


def takers(unit: UnitOfWork, case_id: UUID) -> list[tuple[Need, Contact]]:
    """Who has a case, each once, with what they took of it: the case itself before anything that was due."""
    rows = unit.session.execute(
        select(Need, Contact)
        .join(Contact, Contact.id == Need.accepted_by)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.case_id == case_id, Need.state == NeedState.ACCEPTED)
        .order_by(Alert.kind != CUSTODY, Need.opened_at, Need.id)
    )
    found: dict[UUID, tuple[Need, Contact]] = {}
    for need, contact in rows:
        found.setdefault(contact.id, (need, contact))
    return list(found.values())


def _tell_takers(unit: UnitOfWork, case_id: UUID, words: str, once: str) -> None:
    """Tell those who took a case or, where no message reaches one of them, every coordinator: each ``once``."""
    hear = {way.chat.id: way for _, taker in takers(unit, case_id) for way in _who_hears(unit, taker)[1]}
    for way in hear.values():
        enqueue(
            unit,
            way.chat,
            words,
            language=way.language,
            values={"code": unit.session.get_one(Case, case_id).code},
            dedupe_key=f"{once}:{way.chat.id}",
        )


def tell_reporter_unreachable(unit: UnitOfWork, event: Event) -> None:
    """Tell those who took a case that its reporter does not get our messages any more."""
    if isinstance(event, ReporterUnreachable) and event.case_id is not None:
        since = unit.session.get_one(Chat, event.chat_id).unreachable_at
        _tell_takers(unit, event.case_id, "staff.reporter_unreachable", f"unreached:{event.chat_id}:{_at(since)}")


def tell_window_closed(unit: UnitOfWork, event: Event) -> None:
    """Tell those who took a case, once a day that is over, that its reporter cannot be told by WhatsApp what waits."""
    if isinstance(event, WindowClosed) and event.case_id is not None:
        heard_at = unit.session.get_one(Chat, event.chat_id).heard_at
        _tell_takers(unit, event.case_id, "staff.window_closed", f"window:{event.chat_id}:{_at(heard_at)}")


def _at(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat()


NOT_FETCHED: Final = {
    FileState.TOO_LARGE: "staff.file_too_large",
    FileState.TOO_MANY: "staff.files_too_many",
    FileState.NOT_TAKEN: "staff.file_not_taken",
}


def tell_file_not_fetched(unit: UnitOfWork, event: Event) -> None:
    """Tell those who took a case that a file of its reporter stays where it is; of a flood of them, once an hour."""
    if isinstance(event, FileNotFetched) and event.case_id is not None:
        once = f"file:{event.why}:{event.case_id}:{once_for(unit, event)}"
        _tell_takers(unit, event.case_id, NOT_FETCHED[FileState(event.why)], once)


def once_for(unit: UnitOfWork, event: FileNotFetched) -> str:
    """Name what is told once: each file that is too large, or an hour of too many."""
    return f"{unit.now:%Y-%m-%dT%H}" if event.why == FileState.TOO_MANY else str(event.message_id)
