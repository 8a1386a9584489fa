"""Those who help, as whoever runs the team sees them: how they are reached, what they carry, how fast they answer.

Names and the last digits of a number are read here; whoever shows them says to whom.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from alerts.models import CANARY_READER, Need, NeedState, Page
from alerts.needs.loads import loads
from cases.models import Case
from contacts.directory import address_of_method, name_of
from contacts.matching import zone_or_utc
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from contacts.verification import Standing, standing_of
from store.data_keys import contact_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

REMEMBERED: Final = timedelta(days=90)
"""How far back answers count for how fast somebody is."""
TAIL: Final = 2
"""Digits of a number that are shown, so that two can be told apart."""
NUMBERED: Final = frozenset({ChannelName.SMS, ChannelName.VOICE})


@dataclass(frozen=True)
class Chosen:
    """Which contacts are wanted; empty means all. None of it says who anybody is."""

    role: str = ""
    region: str = ""
    language: str = ""
    left: bool = False
    """Those who have left, instead of those who help."""


@dataclass(frozen=True)
class Entry:
    """What a list is made of before anything is decrypted."""

    id: UUID
    role: str
    regions: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """One way to somebody, without its number. ``tail``: the last digits, where there are any."""

    id: UUID
    channel: str
    standing: Standing
    since: datetime | None
    linked: bool
    tail: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answers:
    """How somebody has answered lately. ``took``: half of the answers came within that time."""

    last_at: datetime | None = None
    took: timedelta | None = None
    asked: int = 0
    answered: int = 0


@dataclass(frozen=True)
class Helper:
    """One contact, in full, as plain values."""

    id: UUID
    role: str
    name: str = field(repr=False)
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    left_at: datetime | None
    until: date | None
    """The last day on which they may act."""
    most: int | None
    """Cases they take at most."""
    ways: tuple[Way, ...]
    load: int
    answers: Answers
    acts: bool
    """Whether the day until which they may act has not passed."""

    @property
    def is_linked(self) -> bool:
        """Whether a Telegram account is theirs, and works."""
        return any(way.linked and way.standing is Standing.PROVED for way in self.ways)

    @property
    def is_reached(self) -> bool:
        """Whether any way to them is proved."""
        return any(way.standing is Standing.PROVED for way in self.ways)


@dataclass(frozen=True)
class Asked:
    """Somebody was asked for a need: first when, and what they said first, if anything."""

    need_id: UUID
    contact_id: UUID
    at: datetime
    answered_at: datetime | None = None
    answer: str | None = None
    """accepted, declined or None."""
    code: str | None = None
    kind: str = ""


def entries(unit: UnitOfWork) -> list[tuple[Entry, bool]]:
    """Return everybody, by role and as long as they have been here, and whether they have left. One query."""
    rows = unit.session.execute(
        select(Contact.id, Contact.role, Contact.regions, Contact.languages, Contact.left_at)
        .where(Contact.id != CANARY_READER)
        .order_by(Contact.role, Contact.created_at, Contact.id)
    )
    return [
        (Entry(row.id, row.role, tuple(row.regions), tuple(row.languages)), row.left_at is not None) for row in rows
    ]


def chosen_of(found: Iterable[tuple[Entry, bool]], chosen: Chosen) -> list[Entry]:
    """Return those who are wanted, in their order. Pure. A region stands for all within it."""
    return [
        entry
        for entry, has_left in found
        if has_left == chosen.left
        and chosen.role in ("", entry.role)
        and (not chosen.region or any(_is_within(region, chosen.region) for region in entry.regions))
        and (not chosen.language or chosen.language in entry.languages)
    ]


def _is_within(region: str, wanted: str) -> bool:
    return region == wanted or region.startswith(f"{wanted}-")


def helpers(unit: UnitOfWork, ids: Sequence[UUID], *, tails: bool) -> list[Helper]:
    """Return these contacts in the order of the ids; five queries, however many. ``tails``: with last digits."""
    contacts = {row.id: row for row in unit.session.scalars(select(Contact).where(Contact.id.in_(ids)))}
    methods: dict[UUID, list[ContactMethod]] = defaultdict(list)
    for method in unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id.in_(ids))):
        methods[method.contact_id].append(method)
    unit.vault.fetch(contact_scope(one) for one in ids)
    carried = loads(unit)
    asked = _asked(unit, ids, since=unit.now - REMEMBERED)
    return [
        Helper(
            one,
            contacts[one].role,
            name_of(unit, contacts[one]),
            tuple(contacts[one].regions),
            tuple(contacts[one].languages),
            contacts[one].left_at,
            contacts[one].may_act_until,
            contacts[one].max_active_cases,
            _ways(unit, methods[one], tails=tails),
            carried.get(one, 0),
            answers_of(row for row in asked if row.contact_id == one),
            _acts(contacts[one], unit.now),
        )
        for one in ids
        if one in contacts
    ]


def history(unit: UnitOfWork, contact_id: UUID, newest: int) -> list[Asked]:
    """Return what somebody was asked for, the latest first. One query."""
    found = _asked(unit, [contact_id], since=None)
    return sorted(found, key=lambda one: one.at, reverse=True)[:newest]


def answers_of(asked: Iterable[Asked]) -> Answers:
    """Return how somebody answers, by what they were asked. Pure."""
    rows = list(asked)
    answered = [(one.answered_at, one.answered_at - one.at) for one in rows if one.answered_at is not None]
    if not answered:
        return Answers(asked=len(rows))
    return Answers(
        last_at=max(at for at, _ in answered),
        took=timedelta(seconds=median([span.total_seconds() for _, span in answered])),
        asked=len(rows),
        answered=len(answered),
    )


def _asked(unit: UnitOfWork, ids: Sequence[UUID], since: datetime | None) -> list[Asked]:
    """What contacts were asked for, once for each need: the first page of it, and the first answer."""
    wanted = (
        select(Page.need_id, Page.contact_id, Page.asked_at, Page.declined_at, Need, Case.code)
        .join(Need, Need.id == Page.need_id)
        .outerjoin(Case, Case.id == Need.case_id)
        .where(Page.contact_id.in_(ids))
        .order_by(Page.asked_at, Page.id)
    )
    rows = unit.session.execute(wanted if since is None else wanted.where(Page.asked_at > since))
    first: dict[tuple[UUID, UUID], Asked] = {}
    for need_id, contact_id, asked_at, declined_at, need, code in rows:
        key = need_id, contact_id
        known = first.get(key) or Asked(need_id, contact_id, asked_at, code=code, kind=need.kind)
        first[key] = _with_answer(known, need, declined_at)
    return list(first.values())


def _with_answer(known: Asked, need: Need, declined_at: datetime | None) -> Asked:
    accepted = need.accepted_at if need.accepted_by == known.contact_id else None
    said = [(at, word) for at, word in ((accepted, "accepted"), (declined_at, "declined")) if at is not None]
    said += [] if known.answered_at is None else [(known.answered_at, str(known.answer))]
    if not said:
        return known
    at, word = min(said)
    # What stands is what they said last; how fast they were shows in what they said first.
    word = "accepted" if accepted is not None and need.state == NeedState.ACCEPTED else word
    return Asked(known.need_id, known.contact_id, known.at, at, word, known.code, known.kind)


def _ways(unit: UnitOfWork, methods: Sequence[ContactMethod], *, tails: bool) -> tuple[Way, ...]:
    stated = [one for one in methods if one.address is not None or one.chat_id is not None]
    order = list(ChannelName)
    return tuple(
        Way(
            one.id,
            one.channel,
            standing_of(one),
            one.dead_at or one.verified_at,
            one.channel == ChannelName.TELEGRAM and one.chat_id is not None,
            _tail(unit, one) if tails and one.channel in NUMBERED else "",
        )
        for one in sorted(stated, key=lambda one: order.index(ChannelName(one.channel)))
    )


def _tail(unit: UnitOfWork, method: ContactMethod) -> str:
    return (address_of_method(unit, method) or "")[-TAIL:]


def _acts(contact: Contact, now: datetime) -> bool:
    today = now.astimezone(zone_or_utc(contact.timezone)).date()
    return contact.may_act_until is None or today <= contact.may_act_until


def choices(found: Iterable[tuple[Entry, bool]]) -> Mapping[str, list[str]]:
    """Return what a list can be narrowed to. Pure."""
    everybody = [entry for entry, _ in found]
    return {
        "roles": sorted({entry.role for entry in everybody}),
        "regions": sorted({part for entry in everybody for region in entry.regions for part in (region, region[:2])}),
        "languages": sorted({language for entry in everybody for language in entry.languages}),
    }
