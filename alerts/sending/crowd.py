"""What a reader can bear: who has been asked often lately waits, and then hears of everything in one message.

A throttle delays and never drops. When a held-back page may leave, it takes along whatever else waits for the same
reader on the same channel: one message, one answer for all. The pages themselves are then *bundled*: their story goes
on in the bundle's.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, or_, select, update

from alerts.models import DUE, HANDED_OVER, SOUGHT, Alert, Delivery, DeliveryState, Need
from alerts.needs.ways import Reachable
from alerts.policy.throttle import may_go
from alerts.telling.tiers import Asked, Asking, ask_by
from cases.models import Case
from contacts.models import Contact, ContactMethod
from contacts.values import ChannelName
from store.base import OWN, new_id
from store.chats import Chat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from alerts.sending.limits import Limits
    from store.claims import Claim
    from store.unit_of_work import UnitOfWork

MOST_TOGETHER = 20
"""Pages that one message can stand for."""
CODES_SHOWN = {ChannelName.SMS: 3, ChannelName.VOICE: 0}
"""How many codes a bundle names; the others are counted."""
OTHERS_WORDS = {
    ChannelName.TELEGRAM: "page.bundle_other",
    ChannelName.SMS: "sms.bundle_other",
    ChannelName.VOICE: "voice.bundle_other",
}
"""What somebody hears who cannot take it but can wake somebody."""


class Crowd:
    """How often the readers of some claimed messages were asked lately, and what else waits for them.

    One claim's view, inside its transaction.
    """

    def __init__(self, unit: UnitOfWork, limits: Limits, rows: Sequence[Any]) -> None:
        self._unit = unit
        self._pace = limits.pace
        held_back = {row.chat_id for row in rows if self._is_held_back(row)}
        self._asked = _asked_lately(unit, limits, held_back)
        self._gone: set[UUID] = set()

    def _is_held_back(self, row: Any) -> bool:
        """Whether the throttle is about this message: one that was let through before is not held back when retried."""
        return bool(self._pace) and row.asks and not row.first_of_cluster and row.state == DeliveryState.QUEUED

    def calm_at(self, row: Any) -> datetime | None:
        """When this message may leave for its reader's sake; None for now, and then it counts as said."""
        if not self._is_held_back(row) or row.id in self._gone:
            return None
        at = may_go(self._unit.now, self._asked[row.chat_id], self._pace)
        if at is None:
            self._asked[row.chat_id].append(self._unit.now)
        return at

    def is_gone(self, row: Any) -> bool:
        """Whether a bundle of this very claim says it."""
        return row.id in self._gone

    def is_stale(self, row: Any) -> bool:
        """Whether this is a bundle of which nothing is wanted any more."""
        if not row.asks or row.need_id is not None:
            return False
        wanted = exists().where(Delivery.bundle_id == row.id, Delivery.need_id == Need.id, Need.state.in_(SOUGHT))
        return not self._unit.session.scalar(select(wanted))

    def bundle(self, row: Any, held: Claim) -> bool:
        """Put a held-back page and what waits beside it into one new message; whether there was anything beside it."""
        if not row.throttled or row.need_id is None or row.state != DeliveryState.QUEUED:
            return False
        together = _waiting(self._unit, row, held)
        if len(together) < 2:  # noqa: PLR2004  one is no bundle
            return False
        bundle_id = _write_bundle(self._unit, together)
        ids = [page.id for page in together]
        self._unit.session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids))
            .values(state=DeliveryState.BUNDLED, bundle_id=bundle_id, due_at=None, fence=None)
        )
        self._gone.update(ids)
        return True


def _asked_lately(unit: UnitOfWork, limits: Limits, chats: set[UUID]) -> dict[UUID, list[datetime]]:
    asked: dict[UUID, list[datetime]] = defaultdict(list)
    if not chats:
        return asked
    since = unit.now - max(rule.window for rule in limits.pace)
    rows = unit.session.execute(
        select(Delivery.chat_id, Delivery.sent_at).where(
            Delivery.chat_id.in_(chats),
            Delivery.asks.is_(True),
            Delivery.state.in_(HANDED_OVER),
            Delivery.sent_at > since,
        )
    )
    for chat_id, sent_at in rows:
        if chat_id is not None and sent_at is not None:
            asked[chat_id].append(sent_at)
    for times in asked.values():
        times.sort()
    return asked


def _waiting(unit: UnitOfWork, row: Any, held: Claim) -> list[Delivery]:
    """The page, and those like it that nobody else is about to send, oldest first."""
    asked = select(Need.kind, Alert.kind).join(Alert, Alert.id == Need.alert_id)
    kind, why = unit.session.execute(asked.where(Need.id == row.need_id)).one()
    ours = or_(Delivery.fence.is_(None), Delivery.fence == held.fence)
    waiting = (
        select(Delivery)
        .join(Need, Need.id == Delivery.need_id)
        .join(Alert, Alert.id == Need.alert_id)
        .where(
            Delivery.chat_id == row.chat_id,
            Delivery.asks.is_(True),
            Delivery.state == DeliveryState.QUEUED,
            Need.kind == kind,
            Alert.kind.in_(DUE) if why in DUE else Alert.kind.not_in(DUE),
            Need.case_id.is_not(None),
            or_(Delivery.id == row.id, and_(ours, Delivery.first_of_cluster.is_(False), Need.state.in_(SOUGHT))),
        )
        .order_by(Delivery.id != row.id, Delivery.order_key)
        .limit(MOST_TOGETHER)
        .with_for_update(**OWN, skip_locked=True, of=Delivery)
        .execution_options(populate_existing=True)
    )
    return list(unit.session.scalars(waiting))


def _write_bundle(unit: UnitOfWork, pages: list[Delivery]) -> UUID:
    first = pages[0]
    way = _way_of(unit, first)
    kind = unit.session.get_one(Need, first.need_id).kind
    bundle_id = new_id()
    words = _words(unit, way.channel, pages, kind)
    asking = (
        ask_by(unit, way, Asked(kind, bundle_id, action="accept_all", has_page=False), words)
        if way.contact.role == kind
        else Asking(OTHERS_WORDS.get(ChannelName(way.channel), "email.bundle_other"), words[1], [])
    )
    unit.session.add(
        Delivery(
            id=bundle_id,
            channel=first.channel,
            chat_id=first.chat_id,
            method_id=first.method_id,
            action="send",
            template=asking.template,
            values=asking.values,
            buttons=asking.buttons,
            language=first.language,
            silent=all(page.silent for page in pages),
            urgent=any(page.urgent for page in pages),
            order_key=min(page.order_key for page in pages),
            number=asking.number,
            asks=True,
            created_at=min(page.created_at for page in pages),
            due_at=unit.now,
        )
    )
    unit.session.flush()
    return bundle_id


def _way_of(unit: UnitOfWork, page: Delivery) -> Reachable:
    method = unit.session.get_one(ContactMethod, page.method_id)
    contact = unit.session.get_one(Contact, method.contact_id)
    return Reachable(contact, method, unit.session.get_one(Chat, page.chat_id), page.language)


def _words(unit: UnitOfWork, channel: str, pages: list[Delivery], kind: str) -> tuple[str, dict[str, str]]:
    """The codes of all of them; of what is due in the order in which it was asked, so that the worst stands first."""
    needs = [page.need_id for page in pages]
    rows = unit.session.execute(
        select(Need.id, Case.code, Alert.kind)
        .join(Case, Case.id == Need.case_id)
        .join(Alert, Alert.id == Need.alert_id)
        .where(Need.id.in_(needs))
    ).all()
    is_due = any(row.kind in DUE for row in rows)
    code_of: dict[UUID | None, str] = {row.id: row.code for row in rows}
    in_order = list(dict.fromkeys(code_of[need] for need in needs))
    codes = in_order if is_due else sorted(in_order)
    shown = codes[: CODES_SHOWN.get(ChannelName(channel), MOST_TOGETHER)]
    rest = f" +{len(codes) - len(shown)}" if len(shown) < len(codes) else ""
    values = {
        "code": codes[0] + (f" +{len(codes) - 1}" if len(codes) > 1 else ""),
        "codes": ", ".join(shown) + rest,
        "count": str(len(needs) if is_due and channel == ChannelName.TELEGRAM else len(codes)),
        "need": f"@say:need.{kind}",
    }
    return "page.bundle_due" if is_due else "page.bundle", values
