"""The papers of one case on the desk: each as it would be drawn now, beside what was approved, taken and sent.

Nothing is drawn ahead of being asked for: a paper is composed anew at every look, so it follows the facts. Everything
is read by a handful of statements, however many kinds there are.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy.orm import aliased

from cases.consent.deciding import Why
from cases.consent.vocabulary import Audience
from cases.docket.events import FamilyPromised
from cases.models import Report
from cases.views.responder import view_of
from cases.views.rows import SETS, rows_from
from papers.asked import ASKED, asked_from
from papers.comparing import changes
from papers.composing import compose
from papers.errors import PaperError
from papers.fitting import Fit, offers_of
from papers.keeping import handed, kept_of, mac_of, paper_of
from papers.kinds import load_kinds
from papers.notes import notes_of
from papers.record import Exhibit, record_of
from store.eventlog import EventRow
from store.sets import Together, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cases.models import Case
    from cases.views.filing import FilingView
    from cases.views.rows import CaseRows
    from papers.asked import Asked
    from papers.comparing import Change
    from papers.fitting import Offer
    from papers.keeping import Leaving
    from papers.models import PaperVersion
    from papers.paper import Paper
    from papers.record import Record
    from store.unit_of_work import UnitOfWork

BARRED: Final = frozenset({Why.FROZEN, Why.HOSTILE})
"""What keeps everything from an audience, whatever it is."""
COUNSEL = "lawyer"
"""The role that is counsel."""
_REPORT: Final = aliased(Report)
_PROMISE: Final = aliased(EventRow)
_ALL: Final = Together(
    {
        **SETS,
        "every_report": Wanted(_REPORT, _REPORT.case_id),
        "asked": ASKED,
        "promised": Wanted(_PROMISE, _PROMISE.case_id, where=_PROMISE.name == FamilyPromised.__name__),
    }
)


class Files(StrEnum):
    """Whether the files of a case are laid out as exhibits, and how they would be handed over."""

    NONE = "none"
    AS_THEY_CAME = "as_they_came"
    COPIES = "copies"
    """Freed of what they tell about themselves."""


class State(StrEnum):
    """How a paper in one language stands."""

    GAPS = "gaps"
    """Something that it needs is missing, or may not be told."""
    DRAFT = "draft"
    """All that it needs is there; no lawyer has approved it."""
    APPROVED = "approved"
    CHANGED = "changed"
    """It was approved, and would say something else now."""
    SENT = "sent"
    """It left as it stands now."""


@dataclass(frozen=True)
class HandedIn:
    """A document that somebody made of a draft and brought back."""

    version: PaperVersion
    sha256: str
    marked: int
    """How many places were left to be filled in."""
    is_open: bool
    """Whether all that its draft told may still be told to its audience."""
    is_old: bool
    """Whether the draft it was made of would say something else now."""
    changes: tuple[Change, ...]
    """What was changed in it; empty for who may not read it."""


@dataclass(frozen=True)
class Draft:
    """A paper in one language: as it would be drawn now, and what became of it."""

    paper: Paper
    state: State
    versions: tuple[PaperVersion, ...]
    """Those that were kept, the newest first."""
    leavings: tuple[tuple[int, Leaving], ...]
    """What left, by the number of its version, the latest first."""
    current: PaperVersion | None
    """The version that says what would be drawn now."""
    approved: PaperVersion | None
    """The version that a lawyer vouches for: what would be drawn now, or else the newest."""
    changes: tuple[Change, ...]
    """What differs from that one; empty for who may not read all that stood in it."""
    changes_closed: bool = False
    """Whether something differs that this reader is not shown."""
    handed_in: tuple[HandedIn, ...] = ()
    """Documents that were made of it, the newest first."""


@dataclass(frozen=True)
class OnDesk:
    """One kind of paper: how it fits, and its drafts."""

    offer: Offer
    drafts: tuple[Draft, ...]
    closed: bool
    """It is not for this reader, see ``Kind.is_counsels``."""


@dataclass(frozen=True)
class Desk:
    """All papers of a case, as one reader sees them."""

    record: Record
    papers: tuple[OnDesk, ...]
    counsel: bool
    asked: Mapping[str, Asked]
    """The questions that were put to the family through the bot and stand, by their fields."""
    suspected: bool
    """Whether the case may be a trap: then nobody is asked anything."""

    def draft(self, kind: str, language: str) -> tuple[OnDesk, Draft]:
        """Return one paper; raises PaperError for one that there is not, or that is not for this reader."""
        for one in self.papers:
            for draft in one.drafts:
                if (draft.paper.kind, draft.paper.language) == (kind, language):
                    return _allowed(one), draft
        raise PaperError("there is no such paper")


def _allowed(one: OnDesk) -> OnDesk:
    if one.closed:
        raise PaperError("it tells what counsel keeps: only the lawyer of the case is given it")
    if one.offer.fit is Fit.NEVER:
        raise PaperError("it does not exist where the person is held")
    return one


def desk_of(
    unit: UnitOfWork,
    case: Case,
    *,
    role: str,
    default_zone: str,
    our_number: str | None = None,
    files: Files = Files.NONE,
) -> Desk:
    """Lay out the papers of a case for a reader of this role. Reads only. ``our_number``: where families can call."""
    counsel = role == COUNSEL
    found = _ALL.of(unit.session, case.id)
    rows = rows_from(case, found)
    versions, left = kept_of(unit, case.id)
    by_id = {one.id: one for one in versions}
    record = record_of(
        unit,
        rows,
        counsel=counsel,
        default_zone=default_zone,
        is_verified=_is_verified(report for (report,) in found["every_report"]),
        left={by_id[version_id].kind for version_id, _ in left},
        promised={UUID(row.payload["watch_id"]) for (row,) in found["promised"]},
        our_number=our_number,
        exhibits=() if files is Files.NONE else exhibits_of(unit, rows, role),
        as_copies=files is Files.COPIES,
    )
    kept = _Kept(unit, case.id, versions, left, counsel)
    papers = tuple(
        OnDesk(one, tuple(_drafts(one, record, kept, case.language)), closed=one.kind.is_counsels and not counsel)
        for one in offers_of(load_kinds().values(), record)
    )
    return Desk(record, papers, counsel, asked_from(found["asked"], unit.now), case.hostile_at is not None)


@dataclass(frozen=True)
class _Kept:
    """What was kept of the papers of a case."""

    unit: UnitOfWork
    case_id: UUID
    versions: Sequence[PaperVersion]
    left: Sequence[tuple[UUID, Leaving]]
    counsel: bool


def _is_verified(reports: Iterable[Report]) -> bool:
    vouched = [one.verified_at is not None for one in reports]
    return bool(vouched) and all(vouched)


def exhibits_of(unit: UnitOfWork, rows: CaseRows, role: str) -> tuple[Exhibit, ...]:
    """Return the files of a case that this role may have, numbered in the order in which they came.

    A file that was sent again is one exhibit, from when it came first.
    """
    found: dict[str, Exhibit] = {}
    for entry in view_of(unit, rows, role).entries:
        for one in entry.files:
            if one.id is not None and one.received_at is not None and one.sha256 is not None:
                exhibit = Exhibit(
                    len(found) + 1, one.id, one.kind, one.media or "", one.size or 0, one.received_at, one.sha256
                )
                found.setdefault(one.sha256, exhibit)
    return tuple(found.values())


def _drafts(offer: Offer, record: Record, kept: _Kept, spoken: str) -> Iterator[Draft]:
    """Yield a draft for each language; what the family reads, in the language that it speaks first."""
    languages = offer.kind.languages(record.situation.jurisdiction)
    if offer.kind.audience is Audience.FAMILY:
        languages = tuple(sorted(languages, key=lambda one: one != spoken))
    for language in languages:
        yield _draft(offer, compose(offer.kind, language, record), kept, record.views[offer.kind.audience])


def may_still_tell(view: FilingView, fields: Iterable[str]) -> bool:
    """Whether an audience may still be told what a paper told once: these fields, and what else was written in it."""
    barred = BARRED & set(view.held_back.values())
    return not barred and set(fields) <= {one.name for one in view.fields}


def _draft(offer: Offer, paper: Paper, kept: _Kept, view: FilingView) -> Draft:
    every = [one for one in kept.versions if (one.kind, one.language) == (paper.kind, paper.language)]
    ours = [one for one in every if one.based_on is None]
    mac = mac_of(kept.unit, kept.case_id, paper) if ours else b""
    current = next((one for one in ours if hmac.compare_digest(one.text_mac, mac)), None)
    stands = current is not None and current.approved_at is not None
    approved = current if stands else next((one for one in ours if one.approved_at is not None), None)
    differs = approved is not None and approved is not current
    shown = differs and approved is not None and (kept.counsel or may_still_tell(view, approved.fields))
    handed_in = tuple(_handed_in(kept, one, every, paper, view) for one in every if one.based_on is not None)
    numbers = {one.id: one.number for one in every}
    leavings = tuple((numbers[version_id], what) for version_id, what in kept.left if version_id in numbers)
    return Draft(
        paper=paper,
        state=_state_of(handed_in, leavings) or _state(offer, current, approved, leavings),
        versions=tuple(every),
        leavings=leavings,
        current=current,
        approved=approved,
        changes=_changed(kept.unit, approved, paper) if shown and approved is not None else (),
        changes_closed=differs and not shown,
        handed_in=handed_in,
    )


def _handed_in(
    kept: _Kept, version: PaperVersion, every: Sequence[PaperVersion], paper: Paper, view: FilingView
) -> HandedIn:
    told = handed(kept.unit, version)
    base = next(one for one in every if one.id == version.based_on)
    draft = paper_of(kept.unit, base)
    is_open = may_still_tell(view, version.fields)
    readable = kept.counsel or (is_open and version.approved_at is not None)
    return HandedIn(
        version=version,
        sha256=told.sha256,
        marked=told.marked,
        is_open=is_open,
        is_old=draft.lines() != paper.lines(),
        changes=changes(draft.lines(), told.paper.lines()) if readable else (),
    )


def _state_of(handed_in: Sequence[HandedIn], leavings: Sequence[tuple[int, Leaving]]) -> State | None:
    """How a paper stands by the newest document that a lawyer approved; None where there is none."""
    approved = next((one for one in handed_in if one.version.approved_at is not None), None)
    if approved is None:
        return None
    if approved.is_old or not approved.is_open:
        return State.CHANGED
    is_sent = any(number == approved.version.number for number, _ in leavings)
    return State.SENT if is_sent else State.APPROVED


def _changed(unit: UnitOfWork, approved: PaperVersion, paper: Paper) -> tuple[Change, ...]:
    return changes(paper_of(unit, approved).lines(), paper.lines())


def _state(
    offer: Offer,
    current: PaperVersion | None,
    approved: PaperVersion | None,
    leavings: Sequence[tuple[int, Leaving]],
) -> State:
    if current is not None and any(number == current.number for number, _ in leavings):
        return State.SENT
    if approved is not None:
        return State.APPROVED if approved is current else State.CHANGED
    return State.DRAFT if offer.is_complete else State.GAPS


def with_notes(one: OnDesk, draft: Draft, record: Record, reader: str) -> Paper:
    """Return a paper with the notes for whoever files it, in the reader's language."""
    return replace(draft.paper, notes=notes_of(one.offer, draft.paper, record, reader))
