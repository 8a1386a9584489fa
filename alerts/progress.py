"""How far the search for one need has come, and what each happening does to it. Pure, frozen values.

``position`` of a search is (round, step). Rounds count from 1; round 0 means that nobody was asked yet. Step
``BETWEEN_ROUNDS`` means that the round is over: that is where a search stands before its first step, after an
announced exhaustion and after a restart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

BETWEEN_ROUNDS = -1
NOBODY: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Progress:
    """One need, as it stands.

    ``began_at``: when the current step, or the pause between rounds, began (aware UTC).
    ``paged``: who was asked on the current step. ``asked_in_round``: who was asked on any step of the current round;
    ``unreachable``: whom of them no channel reached when last asked; ``declined_in_round``: who of them said no.
    ``declined``: who ever said no to this need.
    ``rounds_before``: rounds that do not count towards ``repeat``, because the search was restarted after them.
    ``held_until``: until when somebody who said a provisional yes is waited for to confirm it.
    ``exhausted_at``: when the (still standing) exhaustion was first announced; since then the search is in overtime.
    """

    round: int = 0
    step: int = BETWEEN_ROUNDS
    began_at: datetime | None = None
    paged: frozenset[UUID] = NOBODY
    unreachable: frozenset[UUID] = NOBODY
    asked_in_round: frozenset[UUID] = NOBODY
    declined_in_round: frozenset[UUID] = NOBODY
    declined: frozenset[UUID] = NOBODY
    rounds_before: int = 0
    accepted_by: UUID | None = None
    exhausted_at: datetime | None = None
    held_until: datetime | None = None
    closed: bool = False

    @property
    def between_rounds(self) -> bool:
        """Whether no step is running."""
        return self.step == BETWEEN_ROUNDS

    @property
    def overtime(self) -> bool:
        """Whether exhaustion was announced and the rounds go on without an end."""
        return self.exhausted_at is not None

    @property
    def refusing(self) -> frozenset[UUID]:
        """Whose refusal counts now: before overtime it holds for good, in overtime for the round it was given in."""
        return self.declined_in_round if self.overtime else self.declined

    @property
    def awaited(self) -> frozenset[UUID]:
        """Who was asked on this step and may still answer."""
        return self.paged - self.refusing - self.unreachable

    @property
    def reached_in_round(self) -> frozenset[UUID]:
        """Who was asked in this round and, as far as is known, heard it."""
        return self.asked_in_round - self.unreachable


@dataclass(frozen=True)
class Ask:
    """One row: this contact was asked on this step of this round, and what came of it.

    A refusal belongs to the newest ask of the contact for the need, whichever message's button was pressed.
    """

    contact: UUID
    round: int
    step: int
    declined: bool = False
    unreachable: bool = False


def read_progress(standing: Progress, asks: Iterable[Ask]) -> Progress:
    """Fill in who was asked, who declined and who was out of reach from the stored rows.

    Of ``standing`` the position, the instants and the acceptance are kept. Gives what applying the functions below one
    after the other would have given: rows are the only memory a search needs.
    """
    rows = tuple(asks)
    in_round = tuple(row for row in rows if row.round == standing.round)
    newest = {row.contact: row for row in sorted(in_round, key=lambda row: row.step)}
    return replace(
        standing,
        paged=frozenset(row.contact for row in in_round if row.step == standing.step),
        unreachable=frozenset(contact for contact, row in newest.items() if row.unreachable),
        asked_in_round=frozenset(newest),
        declined_in_round=frozenset(row.contact for row in in_round if row.declined),
        declined=frozenset(row.contact for row in rows if row.declined),
    )


def begin_step(progress: Progress, round_: int, step: int, paged: frozenset[UUID], now: datetime) -> Progress:
    """Stand on a step on which ``paged`` (perhaps nobody) were asked at ``now``."""
    same_round = round_ == progress.round
    return replace(
        progress,
        round=round_,
        step=step,
        began_at=now,
        paged=paged,
        unreachable=progress.unreachable - paged if same_round else NOBODY,
        asked_in_round=progress.asked_in_round | paged if same_round else paged,
        declined_in_round=progress.declined_in_round if same_round else NOBODY,
    )


def announce_exhaustion(progress: Progress, now: datetime) -> Progress:
    """Everybody reachable was told at ``now`` that nobody has accepted; the pause before the next round begins.

    The first announcement sets the beat of overtime; a repeated one does not move it.
    """
    return replace(_paused(progress, now), exhausted_at=progress.exhausted_at or now)


def restart(progress: Progress, now: datetime) -> Progress:
    """Begin afresh with the first step and the full number of rounds; round numbers are never used twice.

    For a policy exchanged mid-flight and for an acceptance that was given back. Refusals stand; a standing exhaustion
    ends, and will be announced again if it comes to that.
    """
    return replace(_paused(progress, now), rounds_before=progress.round, exhausted_at=None)


def accept(progress: Progress, who: UUID) -> Progress:
    """Somebody took it. The first to do so stays; a later acceptance changes nothing."""
    return progress if progress.accepted_by is not None else replace(progress, accepted_by=who)


def give_back(progress: Progress, now: datetime) -> Progress:
    """The acceptance no longer stands (given back, or gone stale): search again from the first step.

    Who had accepted counts as having declined: others are asked first, and in overtime everybody is.
    """
    if progress.accepted_by is None:
        return progress
    return restart(decline(replace(progress, accepted_by=None), progress.accepted_by), now)


def hold(progress: Progress, until: datetime) -> Progress:
    """Somebody said a provisional yes: nobody else is asked before ``until``."""
    return replace(progress, held_until=until)


def decline(progress: Progress, who: UUID) -> Progress:
    """Somebody said no, on this step or on any before it."""
    return replace(
        progress,
        declined=progress.declined | {who},
        declined_in_round=progress.declined_in_round | (progress.asked_in_round & {who}),
    )


def lose(progress: Progress, who: UUID) -> Progress:
    """No channel reached this person when last asked in this round; a further step or round tries again."""
    return replace(progress, unreachable=progress.unreachable | (progress.asked_in_round & {who}))


def close(progress: Progress) -> Progress:
    """The need is gone; nobody will be asked again."""
    return replace(progress, closed=True)


def _paused(progress: Progress, now: datetime) -> Progress:
    return replace(progress, step=BETWEEN_ROUNDS, began_at=now, paged=NOBODY)
