"""Handing over: a coordinator gives what they have to one colleague, by name, and has it until that one has said yes.

At the end of a shift nobody gives a case back to a search: somebody is found who goes on. With a case goes what is
followed up with it: the cases of the same person, and of the same incident. What a colleague must not have stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, select

from alerts.events import HandoverOffered, HandoverRefused, NeedAccepted, NeedAcceptedOnWord, NeedGivenBack
from alerts.messages.buttons import mint
from alerts.messages.outbox import enqueue, reword
from alerts.models import ChannelState, Delivery, FeignedAcceptance, Handover, Need, NeedState
from alerts.needs.company import held_beside, lock_with_its_company
from alerts.needs.conflicts import cases_in_conflict
from alerts.needs.feigning import seems_to_have
from alerts.needs.milestone_buttons import holder_buttons
from alerts.needs.seats import is_of_custody, is_over, seated
from alerts.needs.ways import ways_to
from alerts.search.acks import Ack
from alerts.telling.page_words import code_of
from alerts.telling.recipients import tell_holder, ways_to_tell
from alerts.telling.settled import handed_to, offers_of
from alerts.telling.wording import contact_ref
from cases.models import Report
from cases.urgency import Need as NeedKind
from contacts.accounts.coercion import is_coerced
from contacts.accounts.models import Account
from contacts.directory import avoided_by, name_of
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from store.chats import Chat
from store.data_keys import contact_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Select

    from alerts.needs.ways import Reachable
    from store.unit_of_work import UnitOfWork

TAKE_OVER: Final = "take_over"
LEAVE_IT: Final = "leave_it"
ANSWERS: Final = frozenset({TAKE_OVER, LEAVE_IT})
"""What the buttons say under a message that offers a case."""
HANDED_OVER: Final = "handed_over"
"""Why a need was given back that another has taken in the same moment."""


class NotHandedOverError(ValueError):
    """A case cannot be handed over, or not to them; the message says why."""


@dataclass(frozen=True)
class Colleague:
    """Somebody who could take a case over. ``is_asked``: whether it has been offered to them."""

    contact_id: UUID
    name: str
    is_reached: bool
    is_asked: bool


def colleagues_for(unit: UnitOfWork, need: Need) -> list[Colleague]:
    """Return the coordinators who may have a case, by name, in a few statements however many there are.

    ``is_reached``: by a message with buttons.
    """
    offered = unit.session.get(Handover, need.id)
    asked = None if offered is None or offered.offered_by != need.accepted_by else offered.offered_to
    rows = unit.session.execute(_others(need)).all()
    takers = unit.session.scalars(_beside_them(need)).all() if rows else []
    unit.vault.fetch([contact_scope(one.id) for one in (*(row.Contact for row in rows), *takers)])
    apart = {name for taker in takers for name in avoided_by(unit, taker)}
    names = {taker.name_index for taker in takers}
    found = [
        Colleague(one.id, name_of(unit, one), reached, one.id == asked)
        for one, reached in rows
        if one not in takers and one.name_index not in apart and names.isdisjoint(avoided_by(unit, one))
    ]
    return sorted(found, key=lambda one: (not one.is_reached, one.name))


def _others(need: Need) -> Select[Contact, bool]:
    """Coordinators other than who has it, who neither reported it nor are being forced; and whether one is reached."""
    off = select(ChannelState.channel).where(ChannelState.configured.is_(False))
    theirs = exists().where(ContactMethod.contact_id == Contact.id)
    reached = theirs.where(
        ContactMethod.channel == ChannelName.TELEGRAM,
        ContactMethod.channel.not_in(off),
        ContactMethod.chat_id.is_not(None),
        ContactMethod.verified_at.is_not(None),
        ContactMethod.dead_at.is_(None),
    )
    reported = theirs.where(ContactMethod.chat_id == Report.chat_id, Report.case_id == need.case_id)
    forced = exists().where(Account.contact_id == Contact.id, Account.coerced_at.is_not(None))
    return select(Contact, reached.label("reached")).where(
        Contact.role == need.kind, Contact.left_at.is_(None), Contact.id != need.accepted_by, ~reported, ~forced
    )


def _beside_them(need: Need) -> Select[Contact]:
    """Who else has something of the case."""
    held = select(Need.accepted_by).where(Need.case_id == need.case_id, Need.accepted_by != need.accepted_by)
    return select(Contact).where(Contact.id.in_(held))


def offer(unit: UnitOfWork, need_id: UUID, holder_id: UUID, colleague_id: UUID) -> None:
    """Ask a colleague to take a case over; whoever has it has it meanwhile. Of two offers the later one counts.

    Nobody is asked for who is being forced: to them it looks as if. Raises NotHandedOverError.
    """
    need, colleague = _ready(unit, need_id, holder_id, colleague_id)
    if colleague is None:
        return
    ways = _with_buttons(unit, colleague)
    if not ways:
        raise NotHandedOverError("no message with buttons reaches them: call them, and record what they say")
    _withdraw_offer(unit, need)
    unit.session.add(Handover(need_id=need.id, offered_by=holder_id, offered_to=colleague.id, offered_at=unit.now))
    unit.session.flush()
    code = code_of(unit, need, others=len(_going_along(unit, need, colleague)))
    for way in ways:
        enqueue(
            unit,
            way.chat,
            "staff.handover_offered",
            language=way.language,
            values={"code": code, "name": contact_ref(holder_id)},
            buttons=[[_button(unit, way, need, one) for one in (TAKE_OVER, LEAVE_IT)]],
            urgent=True,
            method_id=way.method.id,
            dedupe_key=f"{offers_of(need)}{unit.now.isoformat()}:{way.method.id}",
        )
    unit.record_last(HandoverOffered(need.case_id, need.id, holder_id, colleague.id))


def taken_over_on_word(unit: UnitOfWork, need_id: UUID, holder_id: UUID, colleague_id: UUID) -> None:
    """Record that a colleague has said yes to whoever has the case, who answers for that it was said.

    Raises NotHandedOverError.
    """
    need, colleague = _ready(unit, need_id, holder_id, colleague_id)
    if colleague is None:
        return
    offered = unit.session.get(Handover, need.id)
    if offered is not None and offered.offered_to != colleague.id:
        _withdraw_offer(unit, need)
    _move(unit, need, holder_id, colleague)
    unit.record_last(NeedAcceptedOnWord(case_id=need.case_id, need_id=need.id, contact_id=colleague.id))


def answer_offer(unit: UnitOfWork, need_id: UUID, contact_id: UUID, *, takes: bool) -> Ack:
    """Take over what was offered, or leave it: ``YOURS``, ``DECLINED``. Saying it again changes nothing.

    ``TAKEN`` where whoever offered it has it no longer, ``CLOSED`` where it is over, ``NOT_ASKED`` for anybody to whom
    it is not offered now. Of who is being forced a yes counts as a no, and is answered as a yes.
    """
    need = lock_with_its_company(unit, need_id)
    if need.accepted_by == contact_id or (takes and seems_to_have(unit, need, contact_id)):
        return Ack.YOURS
    given = unit.session.get(Handover, need_id)
    if given is None or given.offered_to != contact_id:
        return Ack.NOT_ASKED
    holder_id = given.offered_by
    if need.state == NeedState.CLOSED or is_over(unit, need):
        _withdraw_offer(unit, need)
        return Ack.CLOSED
    if need.accepted_by != holder_id:
        _withdraw_offer(unit, need)
        return Ack.TAKEN
    if not takes or not _may_have(unit, need, contact_id):
        return _refuse(unit, need, holder_id, contact_id, believes=takes and is_coerced(unit, contact_id))
    _move(unit, need, holder_id, unit.session.get_one(Contact, contact_id))
    return Ack.YOURS


def _ready(unit: UnitOfWork, need_id: UUID, holder_id: UUID, colleague_id: UUID) -> tuple[Need, Contact | None]:
    """Lock what is handed over, and see that it can be; nobody for who is being forced."""
    need = lock_with_its_company(unit, need_id)
    if seems_to_have(unit, need, holder_id):
        return need, None
    if need.accepted_by != holder_id or need.kind != NeedKind.COORDINATOR or not is_of_custody(unit, need):
        raise NotHandedOverError("only the coordinator who has a case hands it over, and they have it no longer")
    if is_over(unit, need):
        raise NotHandedOverError("nobody needs to take over what is closed")
    if not _may_have(unit, need, colleague_id):
        raise NotHandedOverError("they cannot take this case over")
    return need, unit.session.get_one(Contact, colleague_id)


def _may_have(unit: UnitOfWork, need: Need, contact_id: UUID) -> bool:
    return any(one.contact_id == contact_id for one in colleagues_for(unit, need))


def _going_along(unit: UnitOfWork, need: Need, colleague: Contact) -> list[Need]:
    """What is followed up with it, but for what a colleague must not have. Whoever leaves it is no reason."""
    beside = held_beside(unit, need)
    case_ids = [one.case_id for one in beside if one.case_id is not None]
    barred = cases_in_conflict(unit, colleague, case_ids, leaving=need.accepted_by) if beside else frozenset()
    return [one for one in beside if one.case_id not in barred and colleague.id not in seated(unit, one)]


def _move(unit: UnitOfWork, need: Need, holder_id: UUID, colleague: Contact) -> None:
    """Give it to them, with what goes along, and tell both. They have come as far with it as whoever had it before."""
    along = _going_along(unit, need, colleague)
    for one in (need, *along):
        one.accepted_by, one.accepted_at, one.reminded_at = colleague.id, unit.now, None
    unit.session.flush()
    for one in along:
        _withdraw_offer(unit, one)
    for one in (need, *along):
        unit.record_last(NeedGivenBack(one.case_id, one.id, holder_id, HANDED_OVER))
        unit.record_last(NeedAccepted(one.case_id, one.id, one.kind, colleague.id))
    code = code_of(unit, need, others=len(along))
    if not _answer_shown(unit, need, colleague.id, "taken_over", {"code": code}):
        for way in ways_to_tell(unit, colleague):
            buttons = holder_buttons(unit, way.chat.id, need) if way.channel == ChannelName.TELEGRAM else []
            once = f"{offers_of(need)}{unit.now.isoformat()}:{way.method.id}"
            tell_holder(unit, way, "taken_over", {"code": code}, buttons, once=once)
    _show_taken(unit, need, holder_id, {"code": code, "name": contact_ref(colleague.id)})
    for way in ways_to_tell(unit, unit.session.get_one(Contact, holder_id)):
        tell_holder(unit, way, "handed_over", {"code": code, "name": contact_ref(colleague.id)})


def _show_taken(unit: UnitOfWork, need: Need, holder_id: UUID, values: dict[str, str]) -> None:
    """Say whose it is now where it was handed to who hands it on: it is theirs no longer."""
    for row in handed_to(unit, need, holder_id):
        reword(unit, row, "staff.taken_by", values, urgent=True)


def _refuse(unit: UnitOfWork, need: Need, holder_id: UUID, contact_id: UUID, *, believes: bool) -> Ack:
    """Tell whoever has it that it stays with them. ``believes``: to the one who was asked it looks like a yes."""
    unit.record_last(HandoverRefused(need.case_id, need.id, contact_id))
    for way in ways_to_tell(unit, unit.session.get_one(Contact, holder_id)):
        tell_holder(unit, way, "handover_refused", {"code": code_of(unit, need), "name": contact_ref(contact_id)})
    if not believes:
        _answer_shown(unit, need, contact_id, "handover_left", {"name": contact_ref(holder_id)})
        return Ack.DECLINED
    believed = FeignedAcceptance(need_id=need.id, contact_id=contact_id, at=unit.now)
    # Anew, also where something is noted of an earlier time: merging keeps what is not said.
    believed.contact_made_at = believed.filed_at = believed.reminded_at = believed.given_back_at = None
    unit.session.merge(believed)
    unit.session.flush()
    _answer_shown(unit, need, contact_id, "taken_over", {})
    return Ack.YOURS


def _answer_shown(unit: UnitOfWork, need: Need, contact_id: UUID, words: str, values: dict[str, str]) -> bool:
    """Put what came of an offer in the place of what offered it; False where it was offered to them by no message."""
    given = unit.session.get(Handover, need.id)
    shown = [] if given is None or given.offered_to != contact_id else _shown(unit, need)
    for row in shown:
        chat = unit.session.get_one(Chat, row.chat_id)
        buttons = holder_buttons(unit, chat.id, need, ()) if words == "taken_over" else []
        said = {"code": code_of(unit, need), **values}
        reword(unit, row, f"staff.{words}", said, buttons=buttons, urgent=True)
    if given is not None:
        unit.session.delete(given)
        unit.session.flush()
    return bool(shown)


def _withdraw_offer(unit: UnitOfWork, need: Need) -> None:
    """Say in the place of an offer that it does not stand any more. Nothing where nobody was asked."""
    given = unit.session.get(Handover, need.id)
    if given is not None:
        _answer_shown(unit, need, given.offered_to, "handover_withdrawn", {})


def _shown(unit: UnitOfWork, need: Need) -> Sequence[Delivery]:
    """The messages of the offer that stands."""
    offers = select(Delivery).where(Delivery.dedupe_key.startswith(offers_of(need)), Delivery.action == "send")
    found = unit.session.scalars(offers.order_by(Delivery.order_key.desc())).all()
    return [one for one in found if one.created_at == found[0].created_at]


def _with_buttons(unit: UnitOfWork, contact: Contact) -> list[Reachable]:
    return [way for way in ways_to(unit, contact) if way.channel == ChannelName.TELEGRAM]


def _button(unit: UnitOfWork, way: Reachable, need: Need, action: str) -> dict[str, Any]:
    return mint(unit, way.chat.id, action, f"button.{action}", subject_id=need.id)
