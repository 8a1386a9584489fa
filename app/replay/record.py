"""The record of a replay: who was told what when, and every clock, watch and risk, read from the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from alerts.models import CUSTODY, Alert, Delivery, Need, Page
from cases.docket.models import Deadline, DeadlineState, Occurrence, OccurrenceState, RiskReading, Watch, WatchState
from cases.identity.models import IdentitySuggestion, SamePerson
from cases.incidents.models import IncidentCase
from cases.models import Case
from contacts.models import Contact, ContactMethod
from store.files import StoredFile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.replay.story import Story
    from store.unit_of_work import Store, UnitOfWork


@dataclass(frozen=True)
class Paged:
    """Somebody was asked, by a message that was handed over. ``slot``: the hearing or clock it was about."""

    at: datetime
    need: str
    role: str
    channel: str
    code: str | None
    alert: str
    to: int
    """Who, as a number: nobody is named in a report."""
    slot: datetime | None = None


@dataclass(frozen=True)
class Told:
    """Any message to a helper of this role left at this time."""

    at: datetime
    role: str


@dataclass(frozen=True)
class ClockShown:
    """One clock as it stood at the end."""

    rule: str
    safe_on: str
    arguable_on: str
    missed: bool


@dataclass(frozen=True)
class WatchShown:
    """One watch."""

    kind: str
    due: datetime


@dataclass(frozen=True)
class RiskShown:
    """How high the risk stood from then on."""

    at: datetime
    level: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Remembered:
    """One line of the history: what was entered, by whom, with every date it names."""

    event: str
    dates: tuple[datetime, ...]
    by: str
    stands: bool
    entered_at: datetime


@dataclass(frozen=True)
class Record:
    """Everything a report is made of, and everything its checks look at."""

    zone: str
    pages: tuple[Paged, ...]
    told: tuple[Told, ...]
    clocks: tuple[ClockShown, ...]
    watches: tuple[WatchShown, ...]
    risk: tuple[RiskShown, ...]
    history: tuple[Remembered, ...]
    hashed_files: int
    withheld: tuple[str, ...] = ()
    """Roles that nothing was sent to."""
    suggested: int = 0
    """How many pairs of cases may be of one person."""
    joined: int = 0
    """How many people said are of one person."""
    incidents: tuple[int, ...] = ()
    """How many people each incident has."""

    def as_data(self) -> dict[str, Any]:
        """Return the report as plain data: times are local, with their offset."""
        zone = ZoneInfo(self.zone)
        return {
            "pages": [
                {
                    "at": one.at.astimezone(zone).isoformat(timespec="seconds"),
                    "need": one.need,
                    "role": one.role,
                    "channel": one.channel,
                    "code": one.code,
                    "alert": one.alert,
                    "to": one.to,
                }
                for one in self.pages
            ],
            "clocks": [asdict(one) for one in self.clocks],
            "watches": [{"kind": one.kind, "due": _local(one.due, zone)} for one in self.watches],
            "risk": [
                {"at": _local(one.at, zone), "level": one.level, "reasons": list(one.reasons)} for one in self.risk
            ],
            "history": [
                {
                    "event": one.event,
                    "dates": [_local(at, zone) for at in one.dates],
                    "stands": one.stands,
                    "entered_at": _local(one.entered_at, zone),
                }
                for one in self.history
            ],
            "withheld": list(self.withheld),
            "incidents": list(self.incidents),
        }


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes")


def read_record(store: Store, story: Story) -> Record:
    """Read the whole record of a replay that has come to rest."""
    with store.read() as unit:
        told = _told(unit)
        return Record(
            zone=story.zone,
            pages=_pages(unit),
            told=told,
            clocks=_clocks(unit),
            watches=_watches(unit),
            risk=_risk(unit),
            history=_history(unit),
            hashed_files=_hashed(unit),
            suggested=_count(unit, IdentitySuggestion),
            joined=_count(unit, SamePerson),
            withheld=tuple(sorted({"unhcr", "journalist"} - {one.role for one in told})),
            incidents=_incidents(unit),
        )


def _incidents(unit: UnitOfWork) -> tuple[int, ...]:
    people = select(func.count()).where(IncidentCase.number > 0).group_by(IncidentCase.incident_id)
    return tuple(sorted(unit.session.scalars(people)))


def _pages(unit: UnitOfWork) -> tuple[Paged, ...]:
    rows = unit.session.execute(
        select(Delivery, Need, Alert, Contact, Case.code)
        .join(Page, Page.id == Delivery.page_id)
        .join(Need, Need.id == Page.need_id)
        .join(Alert, Alert.id == Need.alert_id)
        .join(Contact, Contact.id == Page.contact_id)
        .outerjoin(Case, Case.id == Need.case_id)
        .where(Delivery.sent_at.is_not(None), Delivery.action == "send")
        .order_by(Delivery.sent_at, Delivery.id)
    ).all()
    numbers: dict[UUID, int] = {}
    return tuple(
        Paged(
            at=row.Delivery.sent_at,
            need=row.Need.kind,
            role=row.Contact.role,
            channel=row.Delivery.channel,
            code=row.code,
            alert=row.Alert.kind,
            to=numbers.setdefault(row.Contact.id, len(numbers) + 1),
            slot=_slot(unit, row.Alert),
        )
        for row in rows
    )


def _slot(unit: UnitOfWork, alert: Alert) -> datetime | None:
    if alert.kind == CUSTODY:
        return None
    deadline = unit.session.get(Deadline, alert.subject_id)
    return None if deadline is None else deadline.safe_at


def _told(unit: UnitOfWork) -> tuple[Told, ...]:
    rows = unit.session.execute(
        select(Delivery.sent_at, Contact.role)
        .join(ContactMethod, ContactMethod.chat_id == Delivery.chat_id)
        .join(Contact, Contact.id == ContactMethod.contact_id)
        .where(Delivery.sent_at.is_not(None))
        .order_by(Delivery.sent_at)
    )
    return tuple(Told(at, role) for at, role in rows if at is not None)


def _clocks(unit: UnitOfWork) -> tuple[ClockShown, ...]:
    running = select(Deadline).where(Deadline.state != DeadlineState.SUPERSEDED).order_by(Deadline.safe_at, Deadline.id)
    return tuple(
        ClockShown(row.rule_id, str(row.safe_on), str(row.arguable_on), _is_missed(row, unit.now))
        for row in unit.session.scalars(running)
    )


def _is_missed(row: Deadline, now: datetime) -> bool:
    return row.state == DeadlineState.RUNNING and row.arguable_at <= now


def _watches(unit: UnitOfWork) -> tuple[WatchShown, ...]:
    """Every watch that fell due, or still will: one that was cancelled before its time asked nobody."""
    rows = unit.session.scalars(select(Watch).order_by(Watch.due_at, Watch.id))
    return tuple(WatchShown(row.kind, row.due_at) for row in rows if not _came_to_nothing(row))


def _came_to_nothing(row: Watch) -> bool:
    return row.state == WatchState.CANCELLED and (row.ended_at is None or row.ended_at < row.due_at)


def _risk(unit: UnitOfWork) -> tuple[RiskShown, ...]:
    rows = unit.session.scalars(select(RiskReading).order_by(RiskReading.at, RiskReading.id))
    return tuple(RiskShown(row.at, row.level, tuple(row.reasons)) for row in rows)


def _history(unit: UnitOfWork) -> tuple[Remembered, ...]:
    rows = unit.session.scalars(select(Occurrence).order_by(Occurrence.entered_at, Occurrence.id))
    return tuple(
        Remembered(
            event=row.kind,
            dates=tuple(at for at in (row.at, row.for_at, row.until_at) if at is not None),
            by=row.entered_by,
            stands=row.state == OccurrenceState.STANDING,
            entered_at=row.entered_at,
        )
        for row in rows
    )


def _count(unit: UnitOfWork, model: type[IdentitySuggestion | SamePerson]) -> int:
    return unit.session.scalar(select(func.count()).select_from(model)) or 0


def _hashed(unit: UnitOfWork) -> int:
    stored = select(func.count()).select_from(StoredFile).where(StoredFile.sha256.is_not(None))
    return int(unit.session.scalar(stored) or 0)
