"""People at risk: what they leave sealed, whether they check in, what they say when they are made to.

What is promised: what is sealed is opened by what it waits for, by two people and after their delay, and by nothing
else; until then nobody sees a word of it. Who takes it back has it destroyed; who is made to has not, and people hear
of that.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, func, select

from alerts.models import DURESS, Alert
from app.erasing.erasure import PIECE
from app.erasing.traces import count_in
from cases.consent.errors import ConsentError
from cases.sealed.check_ins import agree
from cases.sealed.keeping import agree_on, begin, content_of, entries_of, file_of_case, keep
from cases.sealed.models import CheckIn, EntryKind, SealedApproval, SealedEntry, SealedFile
from cases.sealed.triggering import approve, confirm_by_word, confirm_missed, object_to
from store.chats import find_or_open_chat
from store.data_keys import DataKey, sealed_scope
from tests.simulator.broken import SECRET, Broken
from tests.simulator.nodes import ZONE
from tests.simulator.people import Reporter, taps, writes
from tests.simulator.plan import MINUTE

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from alerts.channels.port import Outgoing
    from store.unit_of_work import UnitOfWork
    from tests.simulator.people import Helper
    from tests.simulator.world import World

PHRASE, FORCED = "green apples on a sill", "grandmother's old samovar"
WELL: Final = "All is well"
WHO: Final = ("the aunt", "a neighbour", "the landlord")
"""Who may tell a helper that somebody was taken: each is one source."""
DELAY: Final = timedelta(minutes=30)
LATE: Final = timedelta(minutes=5)
A_STEP_TAKES: Final = 15.0
PATIENCE_HOURS: Final = 2
SOURCES: Final = 2
PEOPLE: Final = 2


@dataclass
class AtRisk(Reporter):
    """Somebody who left a file. ``team``, ``counsel``: the secret words in it, by who is meant to read them."""

    case_id: UUID | None = None
    team: str = ""
    counsel: str = ""
    pieces: tuple[bytes, ...] = ()
    answers: bool = True
    """Whether they say that all is well when they are asked."""
    sources: set[str] = field(default_factory=set)
    missed_at: datetime | None = None
    agreed: dict[str, datetime] = field(default_factory=dict)
    """Who agreed that it be opened, and when, by the clock of the house; what an objection ended is not in it."""
    wished: bool = False
    """Whether they took it back by the phrase they had agreed on."""
    forced: bool = False
    """Whether they have said the word for being forced."""

    @property
    def words(self) -> set[str]:
        """All that is sealed."""
        return {self.team, self.counsel}


class Seals:
    """Who left what, and what was done about it. Raises Broken."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._left: list[AtRisk] = []

    # What people do

    def leaves(self, minute: int, *, answers: bool) -> None:
        """Somebody leaves a file, and agrees on an hour (``minute`` of the local day) to be asked."""
        world = self._world
        who = AtRisk("telegram", str(8_000_001 + len(self._left)), answers=answers)
        who.team, who.counsel = world.secret(), world.secret()
        world.by_address["telegram", who.address] = who
        with world.store.unit("simulator") as unit:
            chat = find_or_open_chat(unit, "telegram", who.address)
            unit.actor, chat.language = f"chat:{chat.id}", "en"
            file = begin(unit, chat)
            agree_on(unit, file, "phrase", PHRASE)
            agree_on(unit, file, "duress_word", FORCED)
            keep(unit, file, EntryKind.TEAM, f"what I saw {who.team}")
            keep(unit, file, EntryKind.COUNSEL, f"how I came here {who.counsel}")
            agree(unit, file, (minute, ZONE), 24, PATIENCE_HOURS)
            unit.session.flush()
            rows = unit.session.scalars(select(SealedEntry.content).where(SealedEntry.case_id == file.case_id))
            keys = unit.session.scalars(select(DataKey.wrapped).where(DataKey.scope == str(sealed_scope(file.case_id))))
            who.pieces = tuple(one[1 : 1 + PIECE] for one in (*rows, *keys))
            who.case_id = file.case_id
        self._left.append(who)

    def sees(self, channel: str, message: Outgoing) -> None:
        """Whoever is asked whether all is well says so, if they can."""
        who = self._world.by_address.get((channel, message.address))
        if (
            isinstance(who, AtRisk)
            and who.answers
            and any(one.label == WELL for row in message.keyboard for one in row)
        ):
            self._world.later(5 * MINUTE, partial(_is_well, self._world, who))

    def is_told(self, which: int, by: int, actor: str) -> None:
        """A helper is told by somebody that the person was taken."""

        def tells(who: AtRisk) -> None:
            with self._world.store.unit(actor) as unit:
                file = file_of_case(unit, _case_of(who))
                if file is not None:
                    confirm_by_word(unit, file, WHO[by], "saw it")
                    who.sources.add(WHO[by])

        self._of(which, tells)

    def is_missed(self, which: int, actor: str) -> None:
        """A helper has looked in vain for who did not answer."""

        def looks(who: AtRisk) -> None:
            with self._world.store.unit(actor) as unit:
                file = file_of_case(unit, _case_of(who))
                if file is not None:
                    confirm_missed(unit, file, "rang those they trust: nobody knows")
                    who.missed_at = unit.now

        self._of(which, looks)

    def agrees(self, which: int, helper: Helper) -> None:
        """A helper agrees that a file be opened."""

        def says(who: AtRisk) -> None:
            with self._world.store.unit(f"contact:{helper.contact_id}") as unit:
                file = file_of_case(unit, _case_of(who))
                if file is not None and approve(unit, file, helper.contact_id, helper.role, "they are gone", zone=ZONE):
                    who.agreed[helper.name] = unit.now

        self._of(which, says)

    def objects(self, which: int, actor: str) -> None:
        """A helper objects."""

        def says(who: AtRisk) -> None:
            with self._world.store.unit(actor) as unit:
                file = file_of_case(unit, _case_of(who))
                if file is not None and object_to(unit, file, "she was seen"):
                    who.agreed.clear()

        self._of(which, says)

    def takes_back(self, which: int, *, forced: bool) -> None:
        """Somebody takes their file back in their chat, step by step as far as it answers; or is made to."""

        def begins(who: AtRisk) -> None:
            writes(self._world, who, "/sealed", secret=False)
            self._presses(who, ("Withdraw it", "Yes, withdraw it"), lambda: proves(who))

        def proves(who: AtRisk) -> None:
            if forced:
                who.forced = True
            else:
                who.wished = True
            writes(self._world, who, f"please, {FORCED}" if forced else PHRASE, secret=False)

        self._of(which, begins)

    def _presses(self, who: AtRisk, labels: tuple[str, ...], then: Callable[[], None]) -> None:
        def steps() -> None:
            if taps(self._world, who.address, labels[0]):
                self._world.later(
                    A_STEP_TAKES, then if not labels[1:] else partial(self._presses, who, labels[1:], then)
                )

        self._world.later(A_STEP_TAKES, steps)

    def _of(self, which: int, does: Callable[[AtRisk], None]) -> None:
        if self._left:
            with suppress(ConsentError):
                does(self._left[which % len(self._left)])

    # What is promised

    @property
    def withdrawn(self) -> frozenset[UUID]:
        """The cases of the files that were taken back."""
        with self._world.store.read() as unit:
            there = set(unit.session.scalars(select(SealedFile.case_id).where(SealedFile.withdrawn_at.is_(None))))
        return frozenset(_case_of(who) for who in self._left if who.wished) - there

    def was_withdrawn(self, case_id: UUID) -> bool:
        """Whether this is the case of a file that its person took back."""
        return any(who.case_id == case_id and who.wished for who in self._left)

    def shows(self, helper: Helper, text: str) -> None:
        """Look at a page: what is sealed is on none, what is for counsel on none but a lawyer's."""
        seen = set(SECRET.findall(text))
        shown = [who for who in self._left if seen & who.words]
        if not shown:
            return
        with self._world.store.read() as unit:
            opened = set(unit.session.scalars(select(SealedFile.case_id).where(SealedFile.opened_at.is_not(None))))
        for who in shown:
            if who.case_id not in opened:
                raise Broken("what is sealed stays sealed", f"a page shows what is in {who.case_id}")
            if who.counsel in seen and helper.role != "lawyer":
                raise Broken("what is for counsel is counsel's", f"a page shows it to a {helper.role}")

    def between(self, unit: UnitOfWork, *, calm: bool) -> None:
        """Look at every file: why it was opened, or taken back; whether it should have been opened; who is forced."""
        files = {row.case_id: row for row in unit.session.scalars(select(SealedFile))} if self._left else {}
        for who in self._left:
            file = files.get(_case_of(who))
            if file is None:
                continue
            if file.withdrawn_at is not None and not who.wished:
                raise Broken("nobody is made to take back what they left", f"{file.case_id} was withdrawn")
            if file.opened_at is not None:
                heard_at = unit.session.scalar(select(CheckIn.heard_at).where(CheckIn.case_id == file.case_id))
                _was_to_be_opened(who, file.opened_at, heard_at)
            elif file.withdrawn_at is None and calm:
                agreed = unit.session.scalars(select(SealedApproval.id).where(SealedApproval.case_id == file.case_id))
                _should_be_opened(who, len(agreed.all()), unit.now)
            if calm and file.forced_at is not None and file.forced_at < unit.now - LATE:
                _is_looked_for(unit, file.id)

    def at_the_end(self, unit: UnitOfWork) -> None:
        """Look whether everything that was left is there, or gone, as its person wished; and what they are heard of."""
        files = {row.case_id: row for row in unit.session.scalars(select(SealedFile))} if self._left else {}
        self._world.tally.opened += sum(file.opened_at is not None for file in files.values())
        for who in self._left:
            file = files.get(_case_of(who))
            if file is not None and file.withdrawn_at is None:
                _is_kept(unit, who, file)
            else:
                self._is_destroyed(unit, who, traced=file is not None and file.traces_at is None)

    def holds(self, word: str) -> bool:
        """Whether a word is in a file that nothing has opened, as far as people did anything about it."""
        return any(word in who.words and len(who.agreed) < PEOPLE for who in self._left)

    def _is_destroyed(self, unit: UnitOfWork, who: AtRisk, *, traced: bool) -> None:
        case_id = _case_of(who)
        keys = select(func.count()).select_from(DataKey).where(DataKey.scope == str(sealed_scope(case_id)))
        if unit.session.scalar(keys) or entries_of(unit, case_id):
            raise Broken("what was taken back is destroyed", f"of {case_id} something is left")
        if not traced and count_in(self._world.ground.files, who.pieces):
            raise Broken("what was taken back is destroyed", f"of {case_id} pieces are left in the files")


def _is_kept(unit: UnitOfWork, who: AtRisk, file: SealedFile) -> None:
    found = {word for row in entries_of(unit, file.case_id) for word in SECRET.findall(content_of(unit, row))}
    if who.words - found:
        raise Broken("what was left is kept", f"{len(who.words - found)} things of {file.case_id} are nowhere")
    if who.forced and file.forced_at is None:
        raise Broken("who is forced is heard", f"{file.case_id}: the word was said")


def _is_looked_for(unit: UnitOfWork, subject_id: UUID) -> None:
    if not unit.session.scalar(select(exists().where(Alert.kind == DURESS, Alert.subject_id == subject_id))):
        raise Broken("who is forced is heard", f"nobody was asked about {subject_id}")


def _is_well(world: World, who: AtRisk) -> None:
    taps(world, who.address, WELL)


def _was_to_be_opened(who: AtRisk, at: datetime, heard_at: datetime | None) -> None:
    missed = who.missed_at is not None and (heard_at is None or heard_at < who.missed_at or heard_at > at)
    if len(who.sources) < SOURCES and not missed:
        raise Broken("what is sealed is opened by its triggers", f"{who.case_id} by {len(who.sources)} sources")
    by = sorted(when for when in who.agreed.values() if when <= at)
    if len(by) < PEOPLE:
        raise Broken("what is sealed is opened by two", f"{who.case_id} by {len(by)}")
    if at < by[PEOPLE - 1] + DELAY:
        raise Broken(
            "objections are waited for", f"{who.case_id} was opened {at - by[PEOPLE - 1]} after the second yes"
        )


def _should_be_opened(who: AtRisk, agreed: int, now: datetime) -> None:
    by = sorted(who.agreed.values())
    if agreed >= PEOPLE and len(who.sources) >= SOURCES and len(by) >= PEOPLE and by[-1] + DELAY + LATE < now:
        raise Broken("what two agreed to open is opened", f"{who.case_id} waits since {now - by[-1]}")


def _case_of(who: AtRisk) -> UUID:
    assert who.case_id is not None, "whoever is at risk has left a file"
    return who.case_id
