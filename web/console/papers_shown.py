"""What whoever reads a case is shown of its papers: a line for each kind, what it lacks and whom to ask for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dialogue.questions import FACTS
from papers.desk import Files, desk_of
from papers.fitting import Fit
from papers.notes import label, said
from papers.taking import may_take
from store.data_keys import case_scope
from texts.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from cases.models import Case
    from contacts.models import Contact
    from papers.desk import Desk, OnDesk
    from papers.fitting import Offer
    from store.unit_of_work import UnitOfWork
    from web.console.gate import Gate

INDEX: Final = "bundle"
"""The index of exhibits, which is handed over with them and not in the list."""


@dataclass(frozen=True)
class Missing:
    """One thing that a paper lacks: whom to ask for it."""

    text: str
    field: str = ""
    """What the family can be asked for through the bot; empty where people ask."""
    asked_at: datetime | None = None
    asked_by: str = ""


@dataclass(frozen=True)
class Line:
    """One kind in the list."""

    id: str
    fit: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    missing: tuple[Missing, ...]
    held_back: tuple[str, ...]
    closed: bool
    drafts: tuple[tuple[str, str, bool], ...]
    """Language, state, and whether it may be taken now."""

    @property
    def can_be_taken(self) -> bool:
        """Whether anything of it is given to this reader."""
        return not self.closed and self.fit != Fit.NEVER


@dataclass(frozen=True)
class Group:
    """Kinds of which the same is to be said."""

    warnings: tuple[str, ...]
    """Said once, above them all."""
    lines: tuple[Line, ...]


def grouped(lines: Sequence[Line]) -> tuple[Group, ...]:
    """Put together those that are warned of for the same reasons; first come those of which nothing is to be said.

    A warning that holds for one kind alone stays with it.
    """
    times = Counter(warning for line in lines if line.can_be_taken for warning in line.warnings)
    groups: dict[tuple[str, ...], list[Line]] = {(): []}
    for line in lines:
        shared = tuple(one for one in line.warnings if times[one] > 1) if line.can_be_taken else ()
        groups.setdefault(shared, []).append(line)
    return tuple(Group(warnings, tuple(them)) for warnings, them in groups.items() if them)


def laid_out(gate: Gate, unit: UnitOfWork, case: Case, kind: str = "", *, as_copies: bool = False) -> Desk:
    """Lay the papers out; with the files of the case where it is their index that is wanted."""
    unit.vault.fetch([case_scope(case.id)])
    files = (Files.COPIES if as_copies else Files.AS_THEY_CAME) if kind == INDEX else Files.NONE
    return desk_of(unit, case, role=gate.who.role, default_zone=gate.zone, our_number=gate.number, files=files)


def line_of(one: OnDesk, desk: Desk, language: str, names: Mapping[UUID, str]) -> Line:
    """One kind as it stands on the desk, in the reader's language; ``names``: who asked the family for what."""
    offer: Offer = one.offer
    return Line(
        id=offer.kind.id,
        fit=str(offer.fit),
        reasons=tuple(said(reason, language) for reason in offer.reasons),
        warnings=tuple(said(warning, language) for warning in offer.warnings),
        missing=tuple(_missing(name, who, desk, language, names) for name, who in offer.missing.items()),
        held_back=tuple(_stays(name, why, language) for name, why in offer.held_back.items()),
        closed=one.closed,
        drafts=tuple(
            (draft.paper.language, str(draft.state), may_take(one, draft, counsel=desk.counsel)) for draft in one.drafts
        ),
    )


def _missing(name: str, who: str, desk: Desk, language: str, names: Mapping[UUID, str]) -> Missing:
    text = say(f"papers.ask_{who}", language, what=label(name, language))
    if not is_for_family(name, who) or desk.suspected:
        return Missing(text)
    asked = desk.asked.get(name)
    if asked is None:
        return Missing(text, name)
    return Missing(text, name, asked.at, "–" if asked.by is None else names[asked.by.id])


def is_for_family(name: str, who: str) -> bool:
    """Whether the bot can ask the family for it."""
    return who == "family" and name in FACTS


def askers(desk: Desk) -> list[Contact]:
    """Who had the family asked for something."""
    return [one.by for one in desk.asked.values() if one.by is not None]


def _stays(name: str, why: str, language: str) -> str:
    return f"{label(name, language)}: {say(f'why.{why}', language)}"
