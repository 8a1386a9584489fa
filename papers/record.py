"""The one record of a case that all its papers are drawn from: fields and dates per audience, and how the case stands.

Built of rows that were read; what each audience may see was decided in :mod:`cases.views.filing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from cases.consent.vocabulary import Audience
from cases.docket.custody import LEADS_TO, Custody, custody_now, custody_spans
from cases.docket.models import DeadlineState, OccurrenceState, WatchState
from cases.docket.reading import is_vouched_for
from cases.docket.seen import Seen
from cases.views.filing import filing_views
from texts.zones import known_zone

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from cases.docket.models import Deadline, Occurrence
    from cases.views.filing import FilingView
    from cases.views.rows import CaseRows
    from store.unit_of_work import UnitOfWork

HELD: Final = tuple(event for event, custody in LEADS_TO.items() if custody is Custody.HELD)
DECIDED: Final = frozenset({"administrative_arrest", "detention_order_tr"})
"""What is decided of somebody who is held already: it does not tell since when."""
MISSING: Final = tuple(event for event, custody in LEADS_TO.items() if custody is Custody.MISSING)
ORDERED: Final = (
    "expulsion_ruling_pronounced",
    "gpk_expulsion_judgment",
    "extradition_decision_copy_received",
    "extradition_decision_final",
    "deportation_decision_notified",
    "court_extradition_ruling_uz",
)
TELLS: Final[Mapping[str, tuple[str, ...]]] = {
    "removal_at": ("removal_scheduled",),
    "held_since": tuple(event for event in HELD if event not in DECIDED),
    "missing_since": MISSING,
    "hearing_at": ("hearing_scheduled", "hearing_moved"),
    "order_at": ORDERED,
    "asylum_at": ("asylum_application_registered", "asylum_application_registered_kg", "asylum_intent_by_detainee"),
    "refusal_at": ("asylum_refusal_known", "asylum_refusal_adopted"),
    "ruling_at": ("expulsion_ruling_pronounced",),
    "appeal_at": ("admin_appeal_filed", "deportation_case_filed", "extradition_complaint_handed_to_facility"),
}
"""Which events tell a date that papers name."""
DECIDED_ONCE: Final = frozenset(
    event for name in ("order_at", "ruling_at", "refusal_at", "asylum_at") for event in TELLS[name]
)
"""Of these one day is right. Terms run from it: an appeal that names another by the way gives its own term away."""
SET_FOR: Final = frozenset({"removal_at", "hearing_at"})
"""Of these the time that is set, of the others the time it happened."""
GONE_BY: Final = timedelta(days=1)
"""For so long after its hour a hearing is the next one still, and a removal expected, where no other is set: both begin
late."""
TO_THE_HOUR: Final = frozenset({"held_since", "missing_since"})
"""Of what happened only this is told by the hour: else the hour is often that at which somebody entered it."""
FIRST: Final = frozenset({"held_since", "missing_since", "asylum_at"})
"""Of these the earliest counts; of what is set, the soonest to come; of the others what was entered last."""


HELD_AS: Final[Mapping[str, str]] = {
    "criminal_delivery_actual": "as_suspect",
    "criminal_detention_actual": "as_suspect",
    "criminal_detention_protocol": "as_suspect",
    "extradition_detention_actual": "as_suspect",
    "admin_detention_actual_start": "administratively",
    "administrative_arrest": "administratively",
    "apprehension_for_deportation": "administratively",
    "detention_order_tr": "administratively",
}
"""By what proceedings somebody is held: in some the law has consulates told unasked, in others not."""


@dataclass(frozen=True)
class Term:
    """A clock of the case, for counsel. ``is_signed``: a lawyer vouches for its rule as it reads now."""

    rule_id: str
    safe_at: datetime
    zone: str
    is_signed: bool
    is_done: bool
    is_over: bool = False
    """Whether its safe date is past, and nobody has said what was done."""


@dataclass(frozen=True)
class Instant:
    """A date that the docket tells. ``day_only``: nobody knows the hour; ``zone``: where it is that day."""

    at: datetime
    day_only: bool
    zone: str


@dataclass(frozen=True)
class Situation:
    """How a case stands, for deciding which papers fit. None of it is told in a paper."""

    jurisdiction: str | None = None
    custody: Custody = Custody.UNKNOWN
    risk: int = 0
    happened: frozenset[str] = frozenset()
    is_verified: bool = False
    """Whether a coordinator vouches for the reporter."""
    is_borne_out: bool = False
    is_citizen: bool = False
    """Whether the State that holds them is known to be their own: it can send them to no other as a foreigner."""
    has_no_fear: bool = False
    """Whether the person has said that they do not fear return."""
    held_as: str = ""
    """By what proceedings they are held, see ``HELD_AS``; empty where nobody has entered it."""
    left: frozenset[str] = frozenset()
    """Kinds of papers that somebody noted as sent."""


@dataclass(frozen=True)
class Exhibit:
    """A file of the case as an exhibit; ``number`` counts from 1."""

    number: int
    file_id: UUID
    kind: str
    media: str
    size: int
    received_at: datetime
    sha256: str = field(repr=False)


@dataclass(frozen=True)
class Record:
    """Everything papers are drawn from."""

    code: str
    zone: str
    views: Mapping[Audience, FilingView] = field(repr=False)
    situation: Situation = field(default_factory=Situation)
    terms: tuple[Term, ...] = ()
    signed_rules: frozenset[str] = frozenset()
    next_update_at: datetime | None = None
    our_number: str | None = None
    """Where a family can call and be told whether somebody is our lawyer; None where there is no such number."""
    exhibits: tuple[Exhibit, ...] = ()
    as_copies: bool = False
    """Whether exhibits are handed over as cleaned copies, not as they came."""
    read_at: datetime | None = None
    """When it was read: what was set for a day before is not to come any more."""

    def told(self, audience: Audience, name: str) -> Instant | None:
        """Return a date of the docket that this audience may know; None where it is not known, or not for them."""
        wanted = [one for one in self.views[audience].dates if one.event in TELLS[name]]
        if name in SET_FOR:
            return self._next([one.for_at for one in wanted if one.for_at is not None])
        if not wanted:
            return None
        one = min(wanted, key=lambda one: one.at) if name in FIRST else wanted[-1]
        return Instant(one.at, one.day_only or name not in TO_THE_HOUR, one.day_zone(self.zone))

    def _next(self, times: Sequence[datetime]) -> Instant | None:
        """The soonest that is to come, or else the last that was set for a moment ago."""
        ahead = [at for at in times if self.read_at is None or at >= self.read_at]
        begun = [at for at in times if self.read_at is not None and at > self.read_at - GONE_BY]
        if not ahead and not begun:
            return None
        return Instant(min(ahead) if ahead else max(begun), day_only=False, zone=self.zone)

    def contested(self, audience: Audience) -> frozenset[str]:
        """Return what was decided and is entered with more than one day: a filing with both contradicts itself."""
        days: dict[str, set[date]] = {}
        for one in self.views[audience].dates:
            if one.event in DECIDED_ONCE:
                zone = ZoneInfo(one.day_zone(self.zone))
                days.setdefault(one.event, set()).add(one.at.astimezone(zone).date())
        return frozenset(event for event, found in days.items() if len(found) > 1)


def record_of(
    unit: UnitOfWork,
    rows: CaseRows,
    *,
    counsel: bool,
    default_zone: str,
    is_verified: bool,
    left: Collection[str] = (),
    promised: Collection[UUID] = (),
    our_number: str | None = None,
    exhibits: tuple[Exhibit, ...] = (),
    as_copies: bool = False,
) -> Record:
    """Build the record of rows that were read. No statement.

    ``counsel``: whether who reads it is counsel; ``promised``: the watches of what a person has promised the family.
    """
    case = rows.case
    standing = [one for one in rows.occurrences if one.state == OccurrenceState.STANDING]
    spans = custody_spans([_seen(one) for one in standing])
    views = filing_views(unit, rows, counsel=counsel)
    readings = sorted(rows.readings, key=lambda one: (one.at, one.id))
    return Record(
        code=case.code,
        zone=known_zone(case.timezone) or default_zone,
        views=views,
        situation=Situation(
            jurisdiction=case.jurisdiction,
            custody=custody_now(spans),
            risk=readings[-1].level if readings else 0,
            happened=frozenset(one.kind for one in standing),
            is_verified=is_verified,
            is_borne_out=case.state != "reported",
            is_citizen=is_citizen(views, case.jurisdiction),
            has_no_fear=has_no_fear(views),
            held_as=held_as((one.kind, one.at) for one in standing),
            left=frozenset(left),
        ),
        terms=tuple(_term(one, rows, unit.now) for one in rows.deadlines),
        signed_rules=frozenset(one.rule_id for one in rows.deadlines if is_vouched_for(one, rows.signoffs, unit.now)),
        next_update_at=_next_update(rows, promised, unit.now),
        our_number=our_number,
        exhibits=exhibits,
        as_copies=as_copies,
        read_at=unit.now,
    )


def has_no_fear(views: Mapping[Audience, FilingView]) -> bool:
    """Whether the person has said that they do not fear return. Pure."""
    return any(one.name == "fears_return" and one.value == "no" for one in views[Audience.LAWYER].fields)


def is_citizen(views: Mapping[Audience, FilingView], jurisdiction: str | None) -> bool:
    """Whether the State that holds the person is known to be their own. Pure."""
    told = views[Audience.LAWYER].fields
    return any(one.name == "nationality" and one.value == jurisdiction for one in told)


def held_as(entered: Iterable[tuple[str, datetime]]) -> str:
    """Return by what proceedings somebody is held, of what happened and when: the latest counts. Pure."""
    found = [(at, HELD_AS[event]) for event, at in entered if event in HELD_AS]
    return max(found)[1] if found else ""


def _seen(row: Occurrence) -> Seen:
    return Seen(row.id, row.matter_id, row.kind, row.at, row.day_only, row.for_at, row.until_at, row.zone)


def _term(row: Deadline, rows: CaseRows, now: datetime) -> Term:
    signed = is_vouched_for(row, rows.signoffs, now)
    done = row.state == DeadlineState.DONE
    return Term(row.rule_id, row.safe_at, row.zone, signed, is_done=done, is_over=row.safe_at < now)


def _next_update(rows: CaseRows, promised: Collection[UUID], now: datetime) -> datetime | None:
    """By when a person has promised to call the family; None where nobody has, or that is past."""
    waiting = [one for one in rows.watches if one.id in promised and one.state == WatchState.WAITING]
    return min((one.due_at for one in waiting if one.due_at > now), default=None)
