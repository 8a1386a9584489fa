"""Reception: carries out what the conversation decides, in the unit it is given, for every door alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from alerts.messages.buttons import mint
from alerts.occasions.surge import surging, wait_now
from alerts.sending.erasing import wipe
from alerts.telling.wording import time_ref
from cases import intake
from cases.docket.dismissing import ask_to_dismiss
from cases.intake import PLAIN, Wrapping
from cases.models import Case, Report
from cases.retention import is_closed
from cases.triage import assess
from cases.urgency import Urgency
from dialogue.conversation import step
from dialogue.model import (
    CODE,
    AddMessage,
    Answer,
    Button,
    DismissCounsel,
    Effect,
    Input,
    LeaveReport,
    Mute,
    OpenReport,
    Outcome,
    Reply,
    Said,
    Sent,
    SetLanguage,
    ShowStatus,
    State,
    Tapped,
    Unmute,
    WipeChat,
)
from dialogue.notices import promise_in, tell_what_was_missed
from dialogue.questions import tapped_answer
from dialogue.silence import is_suspected, take_consent_back
from dialogue.standing import standing_of
from dialogue.telling import tell
from store.data_keys import chat_scope
from store.errors import UnreadableError
from store.vault import Field
from texts.locale import guess_language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
DIALOGUE = "dialogue:"
"""Actions of the conversation's buttons begin with this."""
MOST_TOLD = 10
"""Reports of one chat whose standing is told at once."""


@dataclass(frozen=True)
class Heard:
    """One thing that was said: what it is to the conversation, and what is kept of it."""

    given: Input
    kind: str
    content: str
    words: str | None = None
    """What of it is written: a text, or the caption of what was sent."""
    client_language: str | None = None
    """The language code the app of the person reports."""
    wrapping: Wrapping = PLAIN
    """What it is besides what it says. A correction is kept beside what it changes, and answers no question."""
    moves: bool = False
    """Whether it only says where a place that is shared live is now."""
    case_id: UUID | None = None
    """Of a tap: the case that was talked of when the button was shown."""


Decide = Callable[[State, Input, "datetime"], Outcome]


def receive(unit: UnitOfWork, chat: Chat, heard: Heard, *, decide: Decide = step) -> None:
    """Hear one thing: keep it, answer it, remember where the conversation stands. All of it or none of it.

    ``decide``: what follows from it, at a door that speaks differently.
    """
    _guess_language(chat, heard)
    report = intake.current_report(unit, chat)
    if _kept_without_a_word(unit, chat, report, heard):
        return
    outcome = decide(_state(unit, chat, report), heard.given, unit.now)
    _carry_out(unit, chat, heard, report, outcome.effects)
    if not is_suspected(unit, chat):
        for reply in outcome.replies:
            _answer(unit, chat, reply)
    remember(unit, chat, outcome.state)


def remember(unit: UnitOfWork, chat: Chat, state: State) -> None:
    """Keep where a conversation stands."""
    field = Field("chat", "dialogue", chat.id)
    chat.dialogue = unit.vault.seal(chat_scope(chat.id), field, state.to_json())
    unit.session.flush()


def _state(unit: UnitOfWork, chat: Chat, report: Report | None) -> State:
    """Where the conversation stands now. Who had us stop stays so, whatever became of the bookmark."""
    state = State.from_json(_stored_state(unit, chat), open_report=report is not None)
    return replace(state, brief=surging(unit) is not None, muted=state.muted or chat.muted_at is not None)


def _kept_without_a_word(unit: UnitOfWork, chat: Chat, report: Report | None, heard: Heard) -> bool:
    """Keep what needs no answer: corrections, places that move, the rest of an album, taps on an older report."""
    wrapping = heard.wrapping
    if isinstance(heard.given, Tapped):
        return _answers_older_report(unit, chat, heard.given, heard.case_id)
    if not isinstance(heard.given, Said | Sent):
        return False
    if wrapping.correction:
        report = intake.report_with(unit, chat, wrapping.number) or report
    elif wrapping.album is None or report is None or not intake.has_album(unit, report, wrapping.album):
        return False
    if report is None:
        return False
    if heard.moves:
        intake.follow_place(unit, report, content=heard.content, wrapping=wrapping)
    else:
        intake.add_message(unit, report, kind=heard.kind, content=heard.content, wrapping=wrapping)
    return True


def _answers_older_report(unit: UnitOfWork, chat: Chat, tapped: Tapped, case_id: UUID | None) -> bool:
    """Keep the answer to a question that was asked about an older report of this chat with that report."""
    answer = tapped_answer(tapped.action)
    if answer is None or case_id is None or case_id == chat.case_id:
        return False
    report = next((one for one in intake.reports_of(unit, chat) if one.case_id == case_id), None)
    if report is None:
        return False
    intake.record_answer(unit, report, answer.question, value=answer.value)
    return True


def _stored_state(unit: UnitOfWork, chat: Chat) -> str | None:
    """Where the conversation stood; None when that cannot be read: nobody is turned away for a lost bookmark."""
    if chat.dialogue is None:
        return None
    try:
        return unit.vault.open(chat_scope(chat.id), Field("chat", "dialogue", chat.id), chat.dialogue)
    except UnreadableError:
        log.warning("dialogue_state_lost", chat=str(chat.id))
        return None


def _guess_language(chat: Chat, heard: Heard) -> None:
    """Follow the words of a person who has not chosen a language; what has no words changes nothing."""
    if chat.language_chosen:
        return
    if chat.language is None or (heard.words and chat.case_id is None):
        chat.language = guess_language(heard.words, heard.client_language)


def _carry_out(unit: UnitOfWork, chat: Chat, heard: Heard, report: Report | None, effects: tuple[Effect, ...]) -> None:
    message_id: UUID | None = None
    for effect in effects:
        match effect:
            case OpenReport():
                intake.open_report(
                    unit,
                    chat,
                    language=chat.language or "en",
                    kind=heard.kind,
                    content=heard.content,
                    wrapping=heard.wrapping,
                )
                report = intake.current_report(unit, chat)
                message_id = None if report is None else intake.first_message(unit, report)
            case AddMessage() if report is not None:
                if message_id is None:  # the first words were kept when the report was opened
                    message_id = intake.add_message(
                        unit, report, kind=heard.kind, content=heard.content, wrapping=heard.wrapping
                    )
            case Answer(question, value, from_message) if report is not None:
                answered_by = message_id if from_message else None
                intake.record_answer(unit, report, question, value=value, message_id=answered_by)
            case _:
                _change_chat(unit, chat, effect)


def _change_chat(unit: UnitOfWork, chat: Chat, effect: Effect) -> None:
    """Carry out what concerns the conversation, not what was reported in it."""
    match effect:
        case SetLanguage(tag):
            chat.language, chat.language_chosen = tag, True
        case Mute():
            chat.muted_at = unit.now
            take_consent_back(unit, chat)
        case Unmute():
            chat.muted_at = None
            tell_what_was_missed(unit, chat)
        case ShowStatus():
            _show_status(unit, chat)
        case LeaveReport():
            chat.case_id = None
        case WipeChat():
            wipe(unit, chat)
        case DismissCounsel():
            _dismiss_counsel(unit, chat)
        case _:
            pass


def _dismiss_counsel(unit: UnitOfWork, chat: Chat) -> None:
    """Keep the wish, and say that nothing has changed yet; the same whether anybody has the case as its lawyer."""
    report = intake.current_report(unit, chat)
    if report is None or is_closed(unit, report.case_id):
        _show_status(unit, chat)
        return
    ask_to_dismiss(unit, report.case_id)
    if not is_suspected(unit, chat):
        said = Reply("reply.no_lawyer", {"code": unit.session.get_one(Case, report.case_id).code})
        tell(unit, chat, said, language=chat.language or "en")


def _answer(unit: UnitOfWork, chat: Chat, reply: Reply) -> None:
    values = {name: _value(unit, chat, value) for name, value in reply.values.items()}
    said = replace(reply, key=_truthful(unit, chat, reply.key), values=values)
    if reply.key == "reply.first" and surging(unit) is not None:
        also = "|".join(filter(None, ("reply.many_write", reply.also)))
        said = replace(said, also=also, values={**values, "minutes": wait_now(unit)})
    tell(unit, chat, said, language=chat.language or "en", button=lambda one: _button(unit, chat, one))


def _button(unit: UnitOfWork, chat: Chat, button: Button) -> dict[str, Any]:
    return mint(unit, chat.id, f"{DIALOGUE}{button.action}", button.key, subject_id=chat.case_id)


def _truthful(unit: UnitOfWork, chat: Chat, key: str) -> str:
    """Say "is being alerted now" only where somebody is: what can wait until morning rings nobody at night."""
    if key != "reply.first" or chat.case_id is None:
        return key
    return "reply.first_later" if assess(unit, chat.case_id).urgency == Urgency.LATER else key


def _value(unit: UnitOfWork, chat: Chat, value: str) -> str:
    return unit.session.get_one(Case, chat.case_id).code if value == CODE else value


def standings(unit: UnitOfWork, chat: Chat) -> list[tuple[str, dict[str, Any]]]:
    """Return what is true of a conversation's own reports, the latest of them, as text keys and their values.

    Nothing of any other report, and nothing at all for whoever may be setting a trap.
    """
    if is_suspected(unit, chat):
        return []
    latest = intake.reports_of(unit, chat)[-MOST_TOLD:]
    return [said for report in latest for said in _status(unit, report)]


def state_of(unit: UnitOfWork, chat: Chat) -> State:
    """Return where a conversation stands; its start where nothing, or nothing readable, is known of it."""
    return State.from_json(_stored_state(unit, chat), open_report=intake.current_report(unit, chat) is not None)


def _show_status(unit: UnitOfWork, chat: Chat) -> None:
    if is_suspected(unit, chat):
        return
    for key, values in standings(unit, chat) or [("reply.status_none", {})]:
        tell(unit, chat, Reply(key, values), language=chat.language or "en")


def _status(unit: UnitOfWork, report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    case = unit.session.get_one(Case, report.case_id)
    values = {"code": case.code, "time": time_ref(report.received_at)}
    yield f"reply.status_{standing_of(unit, case.id).value}", values
    promised = promise_in(unit, case)
    if promised is not None:
        yield promised.key, dict(promised.values)
