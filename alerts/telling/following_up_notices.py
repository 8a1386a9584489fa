"""What whoever took a need is told about it afterwards, and what the coordinators are told when it was given back.

In Telegram with buttons. Whoever has no account there hears the code and what is to be done by their other channels,
and answers as they answer an alert: A or D, a button behind a link, a key. They are not called for what asks nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.events import MilestoneReached, NeedGivenBack
from alerts.messages.buttons import mint
from alerts.messages.outbox import enqueue, reword
from alerts.models import SOUGHT, Delivery, FeignedAcceptance, Need
from alerts.needs.milestone_buttons import reminder_buttons
from alerts.telling.page_words import code_of
from alerts.telling.recipients import everybody_reachable, tell_holder, ways_to_tell
from alerts.telling.settled import handed_to, rewrite, shown_to
from alerts.telling.tiers import Asked, Asking, ask_by, language_on
from alerts.telling.wording import contact_ref, say_ref
from contacts.models import Contact
from contacts.values import ChannelName

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from alerts.needs.ways import Reachable
    from alerts.policy.milestones import Milestone
    from store.eventlog import Event
    from store.unit_of_work import UnitOfWork

ABOUT = "about"
"""The value of a reminder that names the need it is about. It does not ask for it: somebody has it."""
REACHES = "reaches"
"""Which milestone a yes to it says is reached."""
FOLLOW_UP = "follow_up"
"""What an answer link in a reminder is for."""
_MINUTE = timedelta(minutes=1)


def remind(unit: UnitOfWork, need: Need, milestone: Milestone, grace: timedelta, *, others: int = 0) -> None:
    """Say what is missing, and that others will be asked when the grace is over; of so many others, too."""
    if need.accepted_by is not None:
        once = f"{_reminders(need, milestone)}{need.reminded_at}"
        _remind(unit, need, need.accepted_by, (milestone, grace), once=once, others=others)


def feign_reminder(
    unit: UnitOfWork,
    need: Need,
    said: FeignedAcceptance,
    missing: tuple[Milestone, timedelta],
    reached: Collection[Milestone],
    *,
    others: int = 0,
) -> None:
    """Say the same to who is being forced and believes to have it. ``missing``: the milestone, and its grace."""
    once = f"believed:{need.id}:{missing[0]}:{said.reminded_at}"
    _remind(unit, need, said.contact_id, missing, once=once, others=others, reached=reached)


def _remind(
    unit: UnitOfWork,
    need: Need,
    contact_id: UUID,
    missing: tuple[Milestone, timedelta],
    *,
    once: str,
    others: int,
    reached: Collection[Milestone] | None = None,
) -> None:
    milestone, grace = missing
    values = {
        "code": code_of(unit, need, others=others),
        "minutes": str(grace // _MINUTE),
        "milestone": say_ref(f"milestone.{milestone}"),
        ABOUT: str(need.id),
        REACHES: str(milestone),
    }
    for way in _ways(unit, contact_id, calls=True):
        asking = _reminding(unit, need, way, values, reached)
        enqueue(
            unit,
            way.chat,
            asking.template,
            language=language_on(way.channel, way.language),
            values=asking.values,
            buttons=asking.buttons,
            urgent=True,
            method_id=way.method.id,
            number=asking.number,
            dedupe_key=f"{once}:{way.method.id}",
        )


def _reminding(
    unit: UnitOfWork, need: Need, way: Reachable, values: dict[str, str], reached: Collection[Milestone] | None
) -> Asking:
    if way.channel == ChannelName.TELEGRAM:
        return Asking("staff.remind", values, reminder_buttons(unit, way.chat.id, need, reached))
    asking = ask_by(unit, way, Asked(need.kind, need.id, FOLLOW_UP, has_page=False), ("page.remind", values))
    return Asking(asking.template, {**values, **asking.values}, asking.buttons, asking.number)


def reminder_heard_at(unit: UnitOfWork, need: Need, milestone: Milestone) -> datetime | None:
    """When the last reminder left; now, while it is still being tried; None when it never will."""
    prefix = f"{_reminders(need, milestone)}{need.reminded_at}:"
    left_at, waiting = unit.session.execute(
        select(func.min(Delivery.sent_at), func.count(Delivery.due_at)).where(_keyed(prefix))
    ).one()
    return left_at or (unit.now if waiting else None)


def _reminders(need: Need, milestone: Milestone) -> str:
    return f"remind:{need.id}:{milestone}:"


def _keyed(prefix: str) -> ColumnElement[bool]:
    return Delivery.dedupe_key.startswith(prefix, autoescape=True)


def show_next(unit: UnitOfWork, event: Event) -> None:
    """Put what comes next under the message that says who has it. Repeating it changes nothing."""
    if isinstance(event, MilestoneReached):
        for row in shown_to(unit, unit.session.get_one(Need, event.need_id), event.contact_id):
            rewrite(unit, row)


def tell_given_back(unit: UnitOfWork, event: Event) -> None:
    """Tell whoever had it, and once the coordinators, that it was given back; for who cannot be reached others do."""
    if not isinstance(event, NeedGivenBack) or event.why in ("unreachable", "handed_over"):
        return None  # they hear nothing of it, or have heard
    if event.why in ("case", "dismissed"):  # of one who was dismissed more is said than that, elsewhere
        return say_given_back(unit, unit.session.get_one(Need, event.need_id), event.contact_id)
    need = unit.session.get_one(Need, event.need_id)
    say_given_back(unit, need, event.contact_id)
    _tell_who_had_it(unit, need, event.contact_id, event.why, again=need.state in SOUGHT)
    if event.why != "parted":
        _tell_coordinators(unit, need, event)
    return None


def feign_next(unit: UnitOfWork, need: Need, contact_id: UUID) -> None:
    """Put what they believe to come next under the messages of who is being forced, as :func:`show_next` does."""
    for row in shown_to(unit, need, contact_id):
        rewrite(unit, row)


def feign_given_back(unit: UnitOfWork, need: Need, contact_id: UUID, why: str, with_it: Collection[Need] = ()) -> None:
    """Tell who is being forced what others hear whose case was given back, ``with_it`` the others that went along.

    Nobody else hears of it. ``why`` as in :class:`alerts.events.NeedGivenBack`.
    """
    for one in (need, *with_it):
        say_given_back(unit, one, contact_id)
    _tell_who_had_it(unit, need, contact_id, why, again=True)


def say_given_back(unit: UnitOfWork, need: Need, contact_id: UUID) -> None:
    """Rewrite what asked whoever had it, or handed it to them, so that nothing there says any more that it is theirs.

    It is all they are shown of what goes with a case: of that they hear once.
    """
    for row in (*shown_to(unit, need, contact_id), *handed_to(unit, need, contact_id)):
        reword(unit, row, "staff.you_gave_back", {"code": code_of(unit, need)})


def _tell_who_had_it(unit: UnitOfWork, need: Need, contact_id: UUID, why: str, *, again: bool) -> None:
    """Say that it is theirs no longer, with the button that takes it ``again``: somebody may be on it after all."""
    words = {"wish": "gave_back", "parted": "parted"}.get(why, "went_stale")
    for way in _ways(unit, contact_id):
        taking = again and way.channel == ChannelName.TELEGRAM
        accept = [[mint(unit, way.chat.id, "accept", "button.accept", subject_id=need.id, once=True)]] if taking else []
        offers = need if taking and need.state in SOUGHT else None  # else who is being forced would hear nothing
        tell_holder(unit, way, words, {"code": code_of(unit, need)}, accept, offers=offers)


def _tell_coordinators(unit: UnitOfWork, need: Need, event: NeedGivenBack) -> None:
    values = {
        "code": code_of(unit, need),
        "name": contact_ref(event.contact_id),
        "need": say_ref(f"need.{need.kind}"),
    }
    words = "staff.given_back" if event.why == "wish" else "staff.given_back_stale"
    for way in everybody_reachable(unit, ("coordinator",)):
        if way.contact.id != event.contact_id:
            enqueue(unit, way.chat, words, language=way.language, values=values, silent=True)


def say_no_lawyer(unit: UnitOfWork, need: Need, contact_id: UUID, *, others: int = 0) -> None:
    """Tell the coordinator who took a case that no lawyer has it yet, and how many others of its incident want one."""
    code = code_of(unit, need, others=others)
    for way in _ways(unit, contact_id):
        tell_holder(unit, way, "no_lawyer", {"code": code})


def _ways(unit: UnitOfWork, contact_id: UUID, *, calls: bool = False) -> list[Reachable]:
    return ways_to_tell(unit, unit.session.get_one(Contact, contact_id), calls=calls)
