"""What somebody sees who comes back: where their report stands, what we have said, what can still be answered.

Never what they wrote: whoever takes the phone and the number learns from this page that something was reported, and how
far we are with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from alerts.messages.mailbox import look_at
from alerts.sending.erasing import note_looked_at
from alerts.telling.wording import OutdatedError, Wording, Words, render
from cases.models import Case
from dialogue.model import Tapped
from dialogue.questions import DETAILS, QUESTIONS, SHOWN, tapped_answer
from dialogue.reception import standings, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from alerts.models import Delivery
    from dialogue.model import State
    from dialogue.questions import Question
    from store.chats import Chat
    from store.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
MENU: Final = "more"
OWN_WORDS: Final = {"happening": "report.happening", "where": "report.where"}
"""Questions whose text speaks of what only a chat can do."""


@dataclass(frozen=True)
class News:
    """Something we said, when."""

    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """One question. ``options`` are names of choices; ``words``: whether anything written answers it, ``files`` too."""

    name: str
    key: str
    options: tuple[str, ...]
    words: bool
    files: bool
    answered: bool
    skipped: bool

    @property
    def is_open(self) -> bool:
        """Whether nothing was said to it yet."""
        return not (self.answered or self.skipped)


@dataclass(frozen=True)
class Shown:
    """One page."""

    language: str
    code: str | None
    standings: tuple[str, ...]
    news: tuple[News, ...]
    questions: tuple[Asked, ...]
    details: tuple[Asked, ...]
    """What may be true besides, each with something to write about it."""


def show(unit: UnitOfWork, chat: Chat, zone: str) -> Shown:
    """Read one page, and note that it was looked at."""
    language = chat.language or "en"
    wording = Wording(zone, "")
    rows = look_at(unit, chat.id)
    note_looked_at(unit, chat)
    told = standings(unit, chat)
    state = state_of(unit, chat)
    return Shown(
        language=language,
        code=_code(unit, chat.case_id),
        standings=tuple(_say(unit, wording, key, values, language) for key, values in told),
        news=tuple(news for row in rows if (news := _news(unit, wording, row, language)) is not None),
        questions=tuple(_questions(state)),
        details=tuple(_asked(one, state) for one in DETAILS),
    )


def button(action: str) -> Tapped | None:
    """Return the press that a form names, if it is one of the buttons of a question, or of a language."""
    return Tapped(action) if action.startswith("language.") or tapped_answer(action) is not None else None


def _news(unit: UnitOfWork, wording: Wording, row: Delivery, language: str) -> News | None:
    """Put into words what waited, however long; what there are no words for any more keeps nobody from their page."""
    try:
        return News(row.created_at, _say(unit, wording, row.template, row.values, language))
    except (KeyError, OutdatedError):
        log.exception("news_not_worded", template=row.template)
        return None


def _say(unit: UnitOfWork, wording: Wording, template: str, values: dict[str, object], language: str) -> str:
    text, _ = render(unit, wording, Words(template, values, [], language))
    return text


def _code(unit: UnitOfWork, case_id: UUID | None) -> str | None:
    case = None if case_id is None else unit.session.get(Case, case_id)
    return None if case is None else case.code


def _questions(state: State) -> Iterator[Asked]:
    for question in QUESTIONS:
        applies = question.after is None or state.happening in question.after
        if applies and question.name != MENU:
            yield _asked(question, state)


def _asked(question: Question, state: State) -> Asked:
    return Asked(
        name=question.name,
        key=OWN_WORDS.get(question.name, f"ask.{question.name}"),
        options=question.options,
        words=question.words,
        files=not SHOWN.isdisjoint(question.takes),
        answered=question.name in state.answered,
        skipped=question.name in state.skipped,
    )
