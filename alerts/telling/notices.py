"""Notices about a search: nobody has accepted, a yes must be confirmed, a colleague cannot be alerted any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.events import NeedExhausted, NeedHeld
from alerts.messages.buttons import mint
from alerts.messages.outbox import enqueue
from alerts.models import CANARY, SOUGHT, Alert, Need
from alerts.needs.conflicts import concerned
from alerts.needs.incidents import another_speaks_for, open_beside
from alerts.needs.ways import ways_to
from alerts.telling.page_words import code_of, words_without_case
from alerts.telling.recipients import LOUD_ROLES, every_way, everybody_reachable
from alerts.telling.tiers import CONFIRMING, Asked, Asking, ask_by, language_on, words_of
from alerts.telling.wording import contact_ref, say_ref
from cases.docket.dismissing import dismissed_from
from contacts.accounts.coercion import coerced_contacts
from contacts.events import MethodDied
from contacts.models import Contact
from contacts.values import ChannelName

if TYPE_CHECKING:
    from uuid import UUID

    from alerts.needs.ways import Reachable
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork


def announce_exhausted(unit: UnitOfWork, event: Event) -> None:
    """Tell every coordinator and lawyer who can be reached that nobody has accepted.

    Those who do the work that is needed get the Accept button; the others can wake somebody. A fault of ours is
    shown to coordinators only.
    """
    if not isinstance(event, NeedExhausted):
        return
    need = unit.session.get_one(Need, event.need_id)
    if need.state not in SOUGHT or need.kind == CANARY:  # a canary that is not answered raises an alarm of its own
        return
    if another_speaks_for(unit, need):
        return  # of one incident it is said once, of the first for whom nobody was found
    apart = coerced_contacts(unit) | concerned(unit, need) | _dismissed(unit, need)
    for way in every_way(unit, LOUD_ROLES if need.case_id is not None else ("coordinator",)):
        if way.contact.id not in apart:
            _shout(unit, need, way, event.hours)


def _dismissed(unit: UnitOfWork, need: Need) -> set[UUID]:
    """Whom the person of the case has dismissed: they hear nothing more of how it goes on."""
    return set() if need.case_id is None else {one for _, one in dismissed_from(unit, [need.case_id])}


def _shout(unit: UnitOfWork, need: Need, way: Reachable, hours: int) -> None:
    asking = _shouting(unit, need, way, may_take=way.contact.role == need.kind)
    enqueue(
        unit,
        way.chat,
        asking.template,
        language=language_on(way.channel, way.language),
        values=asking.values,
        buttons=asking.buttons,
        urgent=True,
        need_id=need.id,
        method_id=way.method.id,
        number=asking.number,
        asks=True,
        dedupe_key=f"exhausted:{need.id}:{need.exhausted_at}:{hours}:{way.method.id}",
    )


def _shouting(unit: UnitOfWork, need: Need, way: Reachable, *, may_take: bool) -> Asking:
    words = "page.exhausted" if may_take else "page.exhausted_other"
    if need.case_id is None:
        words, _ = words_without_case(unit, unit.session.get_one(Alert, need.alert_id))
    values = {"code": code_of(unit, need, others=open_beside(unit, need)), "need": say_ref(f"need.{need.kind}")}
    if way.channel == ChannelName.TELEGRAM:
        accept = mint(unit, way.chat.id, "accept", "button.accept", subject_id=need.id, once=True) if may_take else None
        return Asking(words, values, [] if accept is None else [[accept]])
    if may_take:
        return ask_by(unit, way, Asked(need.kind, need.id, has_page=False), (words, values))
    return Asking(f"{words_of(way.channel)}.exhausted_other", values, [])


def ask_to_confirm(unit: UnitOfWork, event: Event) -> None:
    """Ask whoever said a provisional yes to confirm it: in their linked account, and by a key in a call we place."""
    if not isinstance(event, NeedHeld):
        return
    need = unit.session.get_one(Need, event.need_id)
    if need.state not in SOUGHT or need.held_by != event.contact_id:
        return
    for way in ways_to(unit, unit.session.get_one(Contact, event.contact_id)):
        if way.channel not in CONFIRMING:
            continue
        accept = [[mint(unit, way.chat.id, "accept", "button.confirm", subject_id=need.id, once=True)]]
        enqueue(
            unit,
            way.chat,
            f"{'staff' if way.channel == ChannelName.TELEGRAM else way.channel}.confirm",
            language=language_on(way.channel, way.language),
            values={"code": code_of(unit, need), "need": say_ref(f"need.{need.kind}")},
            buttons=accept if way.channel == ChannelName.TELEGRAM else [],
            urgent=True,
            need_id=need.id,
            method_id=way.method.id,
            dedupe_key=f"confirm:{need.id}:{need.held_until}:{way.method.id}",
        )


def tell_method_died(unit: UnitOfWork, event: Event) -> None:
    """Tell the coordinators, without a sound, that a colleague cannot be alerted any more, or not in this way."""
    if not isinstance(event, MethodDied):
        return
    words = "staff.unreachable" if event.channel == ChannelName.TELEGRAM else "staff.way_lost"
    for way in everybody_reachable(unit, ("coordinator",)):
        values = {"name": contact_ref(event.contact_id), "channel": say_ref(f"channel.{event.channel}")}
        enqueue(unit, way.chat, words, language=way.language, values=values, silent=True)
