"""What leaves the team: the view of a case for an audience outside it, and what of it is held back, and why.

No raw word of a report, no note and no source is ever in it: only fields that somebody of the team entered, each
decided by consent (:mod:`cases.consent.deciding`), and dates of the docket. Made anew whenever it is shown or sent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cases.consent.agreeing import standing_from
from cases.consent.deciding import PRESS, Decision, Known, Why, divide, why_not
from cases.consent.echoes import gives_away
from cases.consent.people import in_order, known_of
from cases.consent.values import CODED
from cases.consent.vocabulary import IDENTIFYING, Audience, Authority, FieldClass
from cases.docket.models import OccurrenceState
from cases.docket.vocabulary import FILED
from cases.views.rows import SETS, rows_from
from store.sets import Together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cases.consent.deciding import Standing
    from cases.consent.models import Fact
    from cases.models import Case
    from cases.views.rows import CaseRows
    from store.unit_of_work import UnitOfWork

TOLD_TO_THE_MONTH = frozenset({"taken_on", "court_date"})
"""Dates by which a person can be recognised: the press hears the month."""
DATED_FOR = frozenset({Audience.LAWYER, Audience.UNHCR, Audience.UN})
"""Who may see the dates of the docket, where they may see the proceedings at all."""

_SETS: Final = Together(
    {name: SETS[name] for name in ("people", "facts", "consents", "released", "freezes", "occurrences")}
)


@dataclass(frozen=True)
class Told:
    """One field as this audience hears it."""

    name: str
    value: str = field(repr=False)
    confidence: str = ""


@dataclass(frozen=True)
class Dated:
    """One thing that happened or is to happen, by its word in the vocabulary of the docket; instants are aware UTC."""

    event: str
    at: datetime
    for_at: datetime | None
    until_at: datetime | None
    day_only: bool = False
    zone: str | None = None
    """Where it is that day; None: nobody has said."""

    def day_zone(self, default: str) -> str:
        """Return by whose clock it was that day: where a day was written down it is that day there, and no other.

        ``default``: the zone of the case, which may be another by now; the day of an instant is the day there.
        """
        return self.zone or default if self.day_only else default


@dataclass(frozen=True)
class AudienceView:
    """What leaves. ``held_back`` names the fields that are known and stay, never their values."""

    code: str
    audience: Audience
    fields: tuple[Told, ...]
    dates: tuple[Dated, ...]
    held_back: Mapping[str, Why]

    def content(self) -> bytes:
        """Return the fields that leave, to the letter, in one form: who approves them approves this.

        The dates of the docket are not in it. They follow the docket, which moves by the hour.
        """
        content = [self.code, str(self.audience), [[one.name, one.value, one.confidence] for one in self.fields]]
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def view_for_audience(
    unit: UnitOfWork, case: Case, audience: Audience, *, in_vital_interest: bool = False
) -> AudienceView:
    """Build what an audience may see of a case as things stand now. Reads only, by one statement.

    ``in_vital_interest``: as it would be if a coordinator and a lawyer answered for the person.
    """
    return view_in(unit, rows_for_audiences(unit, case), audience, in_vital_interest=in_vital_interest)


def rows_for_audiences(unit: UnitOfWork, case: Case) -> CaseRows:
    """Read what anybody outside could be told of a case, and what decides it: no message and no note. One statement."""
    return rows_from(case, _SETS.of(unit.session, case.id))


def view_in(unit: UnitOfWork, rows: CaseRows, audience: Audience, *, in_vital_interest: bool = False) -> AudienceView:
    """Build the same of rows that were read. No statement where the key of the case is at hand."""
    standing = standing_in(unit, rows)
    if in_vital_interest:
        standing = replace(standing, decisions=(*standing.decisions, *_answered_for(audience, unit.now)))
    fields, held_back = seen_by(known_in(unit, rows), audience, standing)
    return AudienceView(
        code=rows.case.code,
        audience=audience,
        fields=tuple(_told(one, audience) for one in fields),
        dates=dates_told(dates_in(rows), audience, standing),
        held_back=held_back,
    )


def standing_in(unit: UnitOfWork, rows: CaseRows) -> Standing:
    """Return how things stand for the person of a case, of rows that were read."""
    person = rows.person
    if person is None:
        return standing_from(rows.case, None, frozen=rows.frozen)
    return standing_from(
        rows.case,
        person,
        frozen=rows.frozen,
        minor=any(known_of(unit, one).value == "yes" for one in _facts(rows) if one.field == "minor"),
        consents=[one for one in rows.consents if one.person_id == person.id],
        released=[one for one in rows.released if one.person_id == person.id],
    )


def known_in(unit: UnitOfWork, rows: CaseRows) -> list[Known]:
    """Decrypt what is known of the person of a case, of rows that were read, in the order of the vocabulary."""
    return [known_of(unit, one) for one in _facts(rows)]


def _facts(rows: CaseRows) -> list[Fact]:
    """What stands of the person the case is about."""
    return in_order(one for one in rows.facts if rows.person is not None and one.person_id == rows.person.id)


def seen_by(
    known: Iterable[Known], audience: Audience, standing: Standing
) -> tuple[tuple[Known, ...], Mapping[str, Why]]:
    """Return what an audience may see of what is known, and what it may not, and why. Pure.

    What repeats, in some script, what is held back is held back with it.
    """
    known = list(known)
    seen = divide(known, audience, standing)
    secrets = [one.value for one in known if one.name in seen.held_back and one.name in IDENTIFYING]
    telling = {one.name for one in seen.shown if one.name not in CODED and gives_away(one.value, secrets)}
    held_back = {**seen.held_back, **dict.fromkeys(telling, Why.GIVES_AWAY)}
    return tuple(one for one in seen.shown if one.name not in telling), held_back


def told_to(one: Known, audience: Audience) -> Known:
    """Return a field that may be seen as this audience hears it: of some dates the press hears the month. Pure."""
    if audience in PRESS and one.name in TOLD_TO_THE_MONTH:
        return replace(one, value=one.value[:7])
    return one


def _answered_for(audience: Audience, now: datetime) -> Iterable[Decision]:
    return (Decision(audience, kind, True, Authority.VITAL_INTEREST, now) for kind in FieldClass)  # noqa: FBT003  granted


def _told(one: Known, audience: Audience) -> Told:
    heard = told_to(one, audience)
    return Told(heard.name, heard.value, heard.confidence)


def dates_in(rows: CaseRows) -> list[Dated]:
    """Return what stands in the docket, by its words and dates alone: notes and sources are for nobody outside."""
    return [
        Dated(row.kind, row.at, row.for_at, row.until_at, row.day_only, row.zone)
        for row in rows.occurrences
        if row.state == OccurrenceState.STANDING
    ]


def dates_told(dates: Iterable[Dated], audience: Audience, standing: Standing) -> tuple[Dated, ...]:
    """Return the dates that an audience may hear of: none where it may not know of the proceedings. Pure."""
    if audience not in DATED_FOR or why_not("court_date", audience, standing) is not None:
        return ()
    return tuple(one for one in dates if may_hear_of(one.event, audience))


def may_hear_of(event: str, audience: Audience) -> bool:
    """Whether an audience is told of an event at all: whoever is not the lawyer hears what is filed, and no more."""
    return audience is Audience.LAWYER or event in FILED
