"""The team and its ways: who helps and how they can be reached (never the number), what leaves, how channels do."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, tuple_

from alerts.models import ChannelState
from alerts.telling.case_list import SEES_ALL, cases_taken_by
from cases.access import cases_granted
from cases.models import Case
from cases.releases.models import Release
from contacts.directory import name_of
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName, Role
from store.data_keys import contact_scope
from web.api import shapes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from web.api.door import Call


def contacts(call: Call) -> shapes.ContactPage:
    """Show who helps, oldest first; to somebody who is being forced, themselves alone."""
    place = call.after()
    wanted = (
        select(Contact).where(Contact.left_at.is_(None)).order_by(Contact.created_at, Contact.id).limit(call.limit + 1)
    )
    if call.who.duress:
        wanted = wanted.where(Contact.id == call.who.contact_id)
    if place is not None:
        after = (datetime.fromisoformat(place[0]), UUID(place[1]))
        wanted = wanted.where(tuple_(Contact.created_at, Contact.id) > after)
    rows = call.unit.session.scalars(wanted).all()
    call.unit.vault.fetch(contact_scope(row.id) for row in rows)
    methods = _methods(call, [row.id for row in rows])
    data, following = call.cut(
        [_contact(call, row, methods[row.id]) for row in rows],
        lambda index: [rows[index].created_at.isoformat(), str(rows[index].id)],
    )
    return shapes.ContactPage(data=data, next=following)


def _methods(call: Call, ids: list[UUID]) -> dict[UUID, list[ContactMethod]]:
    found: dict[UUID, list[ContactMethod]] = defaultdict(list)
    order = list(ChannelName)
    for row in call.unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id.in_(ids))):
        if row.address is not None or row.chat_id is not None:
            found[row.contact_id].append(row)
    for rows in found.values():
        rows.sort(key=lambda one: order.index(ChannelName(one.channel)))
    return found


def _contact(call: Call, row: Contact, methods: Iterable[ContactMethod]) -> shapes.Contact:
    return shapes.Contact(
        id=row.id,
        name=name_of(call.unit, row),
        role=Role(row.role),
        regions=row.regions,
        languages=row.languages,
        country=row.country,
        timezone=row.timezone,
        may_act_until=row.may_act_until,
        methods=[
            shapes.Method(
                channel=ChannelName(one.channel), verified=one.verified_at is not None, dead=one.dead_at is not None
            )
            for one in methods
        ],
    )


def releases(call: Call) -> shapes.ReleasePage:
    """Show what waits to leave, has left or was stopped, newest first; to counsel that of their cases alone."""
    who, place = call.who, call.after()
    if who.contact_id is None or who.duress:
        return shapes.ReleasePage(data=[], next=None)
    wanted = (
        select(Release, Case.code)
        .join(Case, Case.id == Release.case_id)
        .order_by(Release.proposed_at.desc(), Release.id.desc())
        .limit(call.limit + 1)
    )
    if who.role != SEES_ALL:
        theirs = {*cases_taken_by(call.unit, who.contact_id), *cases_granted(call.unit, who.contact_id)}
        wanted = wanted.where(Release.case_id.in_(theirs))
    if place is not None:
        before = (datetime.fromisoformat(place[0]), UUID(place[1]))
        wanted = wanted.where(tuple_(Release.proposed_at, Release.id) < before)
    rows = call.unit.session.execute(wanted).all()
    data, following = call.cut(
        [_release(row, code) for row, code in rows],
        lambda index: [rows[index][0].proposed_at.isoformat(), str(rows[index][0].id)],
    )
    return shapes.ReleasePage(data=data, next=following)


def _release(row: Release, code: str) -> shapes.Release:
    return shapes.Release(
        id=row.id,
        code=code,
        audience=row.audience,
        basis=row.basis,
        state=row.state,
        fields=row.fields,
        not_before=row.not_before,
        proposed_at=row.proposed_at,
        approved_at=row.approved_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
    )


def health(call: Call) -> shapes.Health:
    """Show how every channel does; to somebody who is being forced, that there are some."""
    states = {row.channel: row for row in call.unit.session.scalars(select(ChannelState))}
    vitals = {} if call.who.duress else call.look(call.unit).channels
    shown = []
    for channel in ChannelName:
        state, vital = states.get(channel), vitals.get(channel)
        quiet = None if vital is None or vital.quiet_for is None else int(vital.quiet_for.total_seconds())
        shown.append(
            shapes.Channel(
                channel=channel,
                configured=state is not None and state.configured,
                stuck=vital is not None and vital.is_stuck,
                throttled=0 if vital is None else vital.throttled,
                overdue_seconds=0 if vital is None else int(vital.overdue.total_seconds()),
                quiet_seconds=quiet,
                states={} if vital is None else {name: count for name, count in vital.states.items() if count},
            )
        )
    return shapes.Health(data=shown)
