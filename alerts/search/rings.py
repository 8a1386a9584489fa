"""Rings: by which channels somebody who was asked is rung, one after the other or at once, until one gets through.

A page is a person who was asked; each of its deliveries is one channel that rings. When a channel fails, or nobody can
tell whether it got through, the next one rings in the same second; when none is left, the page is lost and the search
goes on with the next person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from alerts.messages.clusters import is_first_of_cluster
from alerts.messages.giving_up import BROKEN_CHANNEL, LATE_AFTER, RING, lose_page
from alerts.messages.outbox import AT_ONCE, enqueue_all, message
from alerts.models import HANDED_OVER, SOUGHT, Alert, Delivery, DeliveryState, Need, Page
from alerts.needs.incidents import comes_together
from alerts.needs.ways import Reachable, ways_to
from alerts.policy.ladder import Order
from alerts.policy.quiet import rests_until
from alerts.policy.ringing import Rung, Way, lost, next_rings
from alerts.telling.page_words import page_words
from alerts.telling.tiers import Asked, ask_by, language_on
from cases.urgency import Urgency
from contacts.models import Contact
from store.base import OWN
from store.claims import Claim, finish
from store.timers import TABLE as TIMERS
from store.timers import Timer, set_timer, set_timers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from store.unit_of_work import UnitOfWork

PageWords = tuple[str, dict[str, str]]
"""What a page says: keys of texts, and their values."""
GATHERS = timedelta(seconds=3)
"""So long what is asked about several people of one incident waits for the rest of it; the first of it does not."""


def ring_on(unit: UnitOfWork, timer: Timer, held: Claim, *, zone: str = "UTC") -> None:
    """Look at a page again: ring the next channels, or give its reader up. Repeating it rings nothing twice.

    What can wait rings no louder at night than it did in the evening. ``zone``: where night is night, where nobody has
    said it of the case.
    """
    page = unit.session.get_one(Page, timer.subject_id)
    # The need before its timers, as everywhere: two who lock in opposite order would wait in a circle.
    need = unit.session.scalars(select(Need).where(Need.id == page.need_id).with_for_update(**OWN)).one()
    finish(unit.session, TIMERS, held)
    if need.state not in SOUGHT or page.declined_at is not None or page.unreachable_at is not None:
        return
    if 0 < page.round <= need.rounds_before:
        return  # the search has begun anew since: perhaps by other channels
    awake_at = rests_until(unit, need, zone)
    if awake_at is not None:
        set_timer(unit, RING, page.id, awake_at)
    else:
        ring(unit, need, page)


def ring(unit: UnitOfWork, need: Need, page: Page) -> None:
    """Ring what is due to ring, and wind the page's timer to when the next channel's turn comes."""
    ways = ways_to(unit, unit.session.get_one(Contact, page.contact_id))
    rung = _rung(unit, page, ways)
    known = _known_ways(page.channels, ways, rung)
    order = Order.AT_ONCE if page.gap_seconds is None else Order.IN_TURN
    gap = timedelta(seconds=page.gap_seconds or 0)
    rings = next_rings(order, gap, known, rung, asked_at=page.asked_at, now=unit.now)
    by_id = {way.method.id: way for way in ways}
    for method_id in rings.now:
        _ring_by(unit, need, page, by_id[method_id])
    if rings.look_again_at is not None:
        set_timer(unit, RING, page.id, rings.look_again_at)
    if lost(known, rung) and not rings.now:
        lose_page(unit, page.id)


def ring_of_many(
    unit: UnitOfWork,
    contact: Contact,
    asked: Sequence[tuple[Need, Page]],
    words: Mapping[UUID, PageWords],
    *,
    gathers: bool = True,
) -> None:
    """Ring somebody about several things of which they have just been asked for the first time, on one step.

    As :func:`ring` for each of them, in a few statements for all. Those of one cluster come after the first of it, if
    it ``gathers`` with the rest of it. ``words``: what each need's page says.
    """
    ways = ways_to(unit, contact)
    page = asked[0][1]
    order = Order.AT_ONCE if page.gap_seconds is None else Order.IN_TURN
    gap = timedelta(seconds=page.gap_seconds or 0)
    rings = next_rings(order, gap, _known_ways(page.channels, ways, {}), {}, asked_at=unit.now, now=unit.now)
    by_id = {way.method.id: way for way in ways}
    alert_ids = [need.alert_id for need, _ in asked]
    clusters = unit.session.execute(select(Alert.id, Alert.cluster_id).where(Alert.id.in_(alert_ids)))
    cluster_of = {row.id: row.cluster_id for row in clusters}
    messages = []
    for way in (by_id[method_id] for method_id in rings.now):
        begun: set[UUID] = set()
        for need, one in asked:
            first = cluster_of[need.alert_id] not in begun and is_first_of_cluster(unit, need, way.chat.id)
            begun.add(cluster_of[need.alert_id])
            ringing = _Ringing(way, words[need.id], first=first, together=gathers and not first)
            messages.append(_message(unit, need, one, ringing))
    enqueue_all(unit, messages)
    if rings.look_again_at is not None:
        set_timers(unit, RING, {one.id: rings.look_again_at for _, one in asked})


def _known_ways(channels: Sequence[str], ways: Sequence[Reachable], rung: Mapping[UUID, Rung]) -> tuple[Way, ...]:
    """Every way there is or was: first what the step names, in its order, then what else the person has."""
    place = {channel: number for number, channel in enumerate(channels)}
    in_order = sorted(ways, key=lambda way: place.get(way.channel, len(place)))
    alive = [Way(way.method.id, way.channel, alive=True, named=way.channel in place) for way in in_order]
    living = {way.method.id for way in ways}
    dead = [Way(method_id, "", alive=False, named=True) for method_id in rung if method_id not in living]
    return (*alive, *dead)


def _rung(unit: UnitOfWork, page: Page, ways: Sequence[Reachable]) -> dict[UUID, Rung]:
    """What became of the channels that were rung so far, by contact method; not what went where it leads no longer."""
    living = {way.method.id: way.chat.id for way in ways}
    rows = unit.session.scalars(
        select(Delivery).where(Delivery.page_id == page.id, Delivery.method_id.is_not(None), Delivery.action == "send")
    ).all()
    bundles = _bundles(unit, rows)
    return {
        row.method_id: _how(bundles.get(row.bundle_id, row), alive=row.method_id in living)
        for row in rows
        if row.method_id is not None and living.get(row.method_id, row.chat_id) == row.chat_id
    }


def _bundles(unit: UnitOfWork, rows: Sequence[Delivery]) -> dict[UUID | None, Delivery]:
    ids = {row.bundle_id for row in rows if row.bundle_id is not None}
    found = unit.session.scalars(select(Delivery).where(Delivery.id.in_(ids))) if ids else ()
    return {bundle.id: bundle for bundle in found}


def _how(row: Delivery, *, alive: bool) -> Rung:
    given_up = row.state == DeliveryState.FAILED_TEMPORARY and row.due_at is None
    if row.state == DeliveryState.FAILED_PERMANENT or row.parked_at is not None or given_up or not alive:
        return Rung.FAILED
    if row.state == DeliveryState.UNKNOWN:
        return Rung.UNKNOWN
    if row.trouble == BROKEN_CHANNEL and row.state not in HANDED_OVER:
        return Rung.UNKNOWN
    came_back = row.state == DeliveryState.FAILED_TEMPORARY and row.provider_ref is not None
    if row.state not in HANDED_OVER and (came_back or row.tries >= LATE_AFTER):
        return Rung.UNKNOWN
    return Rung.UNDER_WAY


@dataclass(frozen=True)
class _Ringing:
    """How a page rings on one way. ``together``: it waits for the rest of its incident."""

    way: Reachable
    words: PageWords
    first: bool
    together: bool


def _ring_by(unit: UnitOfWork, need: Need, page: Page, way: Reachable) -> None:
    first = is_first_of_cluster(unit, need, way.chat.id)
    together = not first and comes_together(unit, need)
    ringing = _Ringing(way, page_words(unit, need), first=first, together=together)
    enqueue_all(unit, [_message(unit, need, page, ringing)])


def _message(unit: UnitOfWork, need: Need, page: Page, ringing: _Ringing) -> dict[str, Any]:
    way, what = ringing.way, Asked(need.kind, need.id, has_page=need.case_id is not None)
    asking = ask_by(unit, way, what, ringing.words)
    later = need.urgency == Urgency.LATER
    return message(
        unit,
        way.chat,
        asking.template,
        language=language_on(way.channel, way.language),
        values=asking.values,
        buttons=asking.buttons,
        urgent=not later,
        silent=later,
        page_id=page.id,
        need_id=need.id,
        method_id=way.method.id,
        number=asking.number,
        asks=True,
        first_of_cluster=ringing.first,
        throttled=ringing.together,
        after=GATHERS if ringing.together else AT_ONCE,
        dedupe_key=f"{page.id}:{way.method.id}:{way.chat.id}",
    )
