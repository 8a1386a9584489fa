"""Settled: every message that asked for a need says how that ended, as soon as it has.

What can be rewritten is, without a sound; where nothing can be, another message says once that nothing is left to do.
Who is being forced reads what they believe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from alerts.events import NeedAccepted, NeedDeclined
from alerts.messages.outbox import enqueue, reword
from alerts.models import DEADLINE, HANDED_OVER, SOUGHT, Alert, Delivery, DeliveryState, Handover, Need, NeedState
from alerts.needs.feigning import believed_reached, believed_since, is_feigned
from alerts.needs.milestone_buttons import holder_buttons, reached_by
from alerts.needs.seats import other_seats, seat_of
from alerts.telling.docket_list import clock_name
from alerts.telling.page_words import code_of
from alerts.telling.recipients import tell_holder, ways_to_tell
from alerts.telling.tiers import words_of
from alerts.telling.wording import contact_ref
from cases.docket.models import Deadline
from cases.models import Case
from contacts.accounts.coercion import coerced_contacts
from contacts.directory import linked_contact
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from store.chats import Chat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

_ON_ITS_WAY_OR_THERE = (DeliveryState.SENDING, DeliveryState.UNKNOWN, *HANDED_OVER)
REWRITING = frozenset({ChannelName.TELEGRAM})
"""Channels on which a message that was sent can be changed."""
_CAN_BE_REWRITTEN = (
    Delivery.action == "send",
    Delivery.state.in_(_ON_ITS_WAY_OR_THERE),
    Delivery.channel.in_(REWRITING),
)
SPOKEN_TO_AGAIN = frozenset({ChannelName.SMS, ChannelName.EMAIL, ChannelName.OTHER})
"""Channels on which another message says that nothing is left to do."""


def tell_who_took_it(unit: UnitOfWork, event: Event) -> None:
    """Tell everybody who was asked: what can be rewritten is, without buttons; other channels get a word more.

    On each phone the newest message goes first; the older ones, of which a long night leaves many, let pages pass.
    """
    if not isinstance(event, NeedAccepted):
        return
    tell_settled(unit, event.need_id)
    # They may have taken this seat by the button for another.
    need = unit.session.get_one(Need, event.need_id)
    for delivery in shown_to(unit, need, event.contact_id):
        rewrite(unit, delivery)
    if event.came_with is not None and need.accepted_by == event.contact_id:
        _tell_came_along(unit, need, event.contact_id, event.came_with)


def _tell_came_along(unit: UnitOfWork, need: Need, contact_id: UUID, came_with: UUID) -> None:
    """Say to whoever has a person that another case of theirs has come to them: they may never have been asked for it.

    Once, whatever was rewritten beside it: what is rewritten makes no sound.
    """
    contact, other = unit.session.get_one(Contact, contact_id), unit.session.get_one(Case, came_with)
    values = {"code": code_of(unit, need), "other": other.code}
    for way in ways_to_tell(unit, contact):
        buttons = holder_buttons(unit, way.chat.id, need) if way.channel == ChannelName.TELEGRAM else []
        once = f"came_along:{need.id}:{need.accepted_at}:{way.method.id}"
        tell_holder(unit, way, "came_along", values, buttons, once=once)


def show_what_is_believed(unit: UnitOfWork, event: Event) -> None:
    """Rewrite what asked somebody who is being forced as if their yes had counted. Repeating it changes nothing.

    For everybody else a no is a no, and their messages are rewritten when somebody takes it.
    """
    if not isinstance(event, NeedDeclined) or not is_feigned(unit, event.need_id, event.contact_id):
        return
    for delivery in shown_to(unit, unit.session.get_one(Need, event.need_id), event.contact_id):
        rewrite(unit, delivery)
    _rewrite_bundles(unit, event.need_id)


def shown_to(unit: UnitOfWork, need: Need, contact_id: UUID) -> Sequence[Delivery]:
    """Return the messages that asked somebody for any seat of a search and can be rewritten, newest first."""
    seats = [need.id, *(other.id for other in other_seats(unit, need))]
    return unit.session.scalars(
        select(Delivery)
        .join(ContactMethod, ContactMethod.id == Delivery.method_id)
        .where(
            Delivery.need_id.in_(seats),
            ContactMethod.contact_id == contact_id,
            *_CAN_BE_REWRITTEN,
        )
        .order_by(Delivery.order_key.desc())
    ).all()


def offers_of(need: Need) -> str:
    """Begins the dedupe key of each message by which a need is handed over."""
    return f"handover:{need.id}:"


def handed_to(unit: UnitOfWork, need: Need, contact_id: UUID) -> Sequence[Delivery]:
    """Return the messages by which somebody was handed a need, the last time; none while it is offered to them anew."""
    offered = unit.session.get(Handover, need.id)
    if offered is not None and offered.offered_to == contact_id:
        return ()
    rows = unit.session.scalars(
        select(Delivery)
        .join(ContactMethod, ContactMethod.chat_id == Delivery.chat_id)
        .where(
            Delivery.dedupe_key.startswith(offers_of(need)),
            ContactMethod.contact_id == contact_id,
            *_CAN_BE_REWRITTEN,
        )
        .order_by(Delivery.order_key.desc())
    ).all()
    return [one for one in rows if one.created_at == rows[0].created_at]


def tell_settled(unit: UnitOfWork, need_id: UUID, *, urgent: bool = True) -> None:
    """Say in every message that asked for a need, and wherever something else said it, that nothing is left to do.

    Without ``urgent`` whatever else its readers are to be told goes before that.
    """
    asked = unit.session.scalars(
        select(Delivery)
        .where(Delivery.need_id == need_id, Delivery.action == "send", Delivery.state.in_(_ON_ITS_WAY_OR_THERE))
        .order_by(Delivery.order_key.desc())
    )
    begun: set[UUID | None] = set()
    for delivery in asked:
        rewrite(unit, delivery, urgent=urgent and delivery.chat_id not in begun)
        begun.add(delivery.chat_id)
    _rewrite_bundles(unit, need_id)


def _rewrite_bundles(unit: UnitOfWork, need_id: UUID) -> None:
    """Say how things stand in the messages that asked for a need together with others."""
    bundles = select(Delivery.bundle_id).where(Delivery.need_id == need_id, Delivery.bundle_id.is_not(None)).distinct()
    for bundle_id in unit.session.scalars(bundles.order_by(Delivery.bundle_id)).all():
        if bundle_id is not None:
            rewrite_bundle(unit, bundle_id)


def rewrite(unit: UnitOfWork, delivery: Delivery, *, urgent: bool = True, shown_twice: bool = False) -> None:
    """Queue the news about one message that asked for what is settled now; repeating it queues nothing more.

    ``shown_twice``: what was said about it went to another copy, so that the one it is known by now must say it too.
    About what is being sought again there is nothing to say: whoever can take it is asked anew. Who is being forced
    is told nothing but what they believe.
    """
    forced = _forced_reader(unit, delivery)
    if forced is not None:
        _say_what_is_believed(unit, delivery, forced)
        return
    need = _settled_for(unit, delivery)
    if need.state in SOUGHT:
        return
    if delivery.channel not in REWRITING:
        _tell_settled(unit, need, delivery)
        return
    template, values, buttons = _settled_words(unit, need, delivery)
    reword(
        unit,
        delivery,
        template,
        values,
        buttons=buttons,
        urgent=urgent,
        dedupe_key=f"rewrite:{delivery.id}:{need.seat}:{need.state}:{need.accepted_by}:{need.accepted_at}"
        f":{len(reached_by(need))}" + (f":{delivery.provider_ref}" if shown_twice else ""),
    )


def _forced_reader(unit: UnitOfWork, delivery: Delivery) -> UUID | None:
    """Whose message it is, if they are thought to be forced."""
    forced = coerced_contacts(unit)
    if not forced or delivery.method_id is None:
        return None
    owner = _owner(unit, delivery.method_id)
    return owner if owner in forced else None


def _say_what_is_believed(unit: UnitOfWork, delivery: Delivery, reader_id: UUID) -> None:
    """Say that a need is theirs if they have said yes to it; otherwise leave the message as it stands."""
    need = unit.session.get_one(Need, delivery.need_id)
    if delivery.channel not in REWRITING or delivery.chat_id is None or not is_feigned(unit, need.id, reader_id):
        return
    template, values = _taken_words(unit, need, {"code": code_of(unit, need)})
    reached, since = believed_reached(unit, need, reader_id), believed_since(unit, need, reader_id)
    reword(
        unit,
        delivery,
        template,
        values,
        buttons=holder_buttons(unit, delivery.chat_id, need, reached),
        urgent=True,
        dedupe_key=f"rewrite:{delivery.id}:believed:{since}:{len(reached)}",
    )


def _settled_for(unit: UnitOfWork, delivery: Delivery) -> Need:
    """The need a message asked for, or the seat of the same search that its reader has instead."""
    need = unit.session.get_one(Need, delivery.need_id)
    reader = None if delivery.chat_id is None else linked_contact(unit, delivery.chat_id)
    return (None if reader is None else seat_of(unit, need, reader.id)) or need


def _tell_settled(unit: UnitOfWork, need: Need, delivery: Delivery) -> None:
    """Say once to a number or an address that somebody has it; a call is not made for that.

    Of what is asked no more, and nobody took, nothing is said: what is due may be asked again in the same moment.
    """
    if need.accepted_by is None:
        return
    mine = delivery.method_id is not None and need.accepted_by == _owner(unit, delivery.method_id)
    if delivery.channel not in SPOKEN_TO_AGAIN or mine or not _was_handed_over(delivery):
        return
    enqueue(
        unit,
        unit.session.get_one(Chat, delivery.chat_id),
        f"{words_of(delivery.channel)}.settled",
        language=delivery.language,
        values={"code": code_of(unit, need)},
        silent=True,
        method_id=delivery.method_id,
        dedupe_key=f"settled:{need.id}:{need.accepted_by}:{delivery.chat_id}",
    )


def _owner(unit: UnitOfWork, method_id: UUID) -> UUID | None:
    return unit.session.scalar(select(ContactMethod.contact_id).where(ContactMethod.id == method_id))


def _was_handed_over(delivery: Delivery) -> bool:
    return delivery.state in (*HANDED_OVER, DeliveryState.UNKNOWN)


def rewrite_bundle(unit: UnitOfWork, bundle_id: UUID) -> None:
    """Say how things stand where nothing is left of a bundle that anybody could take; repeating it says it once.

    To who is being forced: how they believe things stand.
    """
    bundle = unit.session.get_one(Delivery, bundle_id)
    needs = unit.session.scalars(
        select(Need).join(Delivery, Delivery.need_id == Need.id).where(Delivery.bundle_id == bundle_id).distinct()
    ).all()
    forced = _forced_reader(unit, bundle)
    believed = {need.id for need in needs if forced is not None and is_feigned(unit, need.id, forced)}
    if bundle.channel not in REWRITING or any(need.state in SOUGHT and need.id not in believed for need in needs):
        return
    if forced is not None and not believed:
        return  # that others have it is news, and they hear none
    mine = None if bundle.method_id is None else _owner(unit, bundle.method_id)
    taken = sorted(code_of(unit, need) for need in needs if need.accepted_by == mine or need.id in believed)
    words = "staff.bundle_yours" if taken else "staff.bundle_settled"
    values = {"codes": ", ".join(taken), "count": str(len(taken))}
    reword(unit, bundle, words, values, dedupe_key=f"rewrite:{bundle.id}")


def _settled_words(
    unit: UnitOfWork, need: Need, delivery: Delivery
) -> tuple[str, dict[str, Any], list[list[dict[str, Any]]]]:
    values = {"code": code_of(unit, need)}
    if need.state != NeedState.ACCEPTED or need.accepted_by is None or delivery.chat_id is None:
        return "staff.need_closed", values, []
    reader = linked_contact(unit, delivery.chat_id)
    if reader is None:  # whoever has that account by now is told no name
        return "staff.need_closed", values, []
    if need.accepted_by != reader.id:
        return "staff.taken_by", {**values, "name": contact_ref(need.accepted_by)}, []
    return *_taken_words(unit, need, values), holder_buttons(unit, delivery.chat_id, need)


def _taken_words(unit: UnitOfWork, need: Need, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What is said to whoever has a need; of a clock, how it is ended."""
    alert = unit.session.get_one(Alert, need.alert_id)
    if alert.kind != DEADLINE:
        return "staff.you_took", values
    name = clock_name(unit, unit.session.get_one(Deadline, alert.subject_id))
    return "staff.you_took|staff.clock_done_how", {**values, "id": name}
