"""What the house promises, looked at while it lives: every message as it leaves, the database between, all at the end.

Each look says in a few words what was promised; what broke it is told with codes and ids, never with what was said.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import exists, func, select

from alerts.channels.port import Sent
from alerts.models import CANARY, CUSTODY, SOUGHT, Alert, Delivery, DeliveryState, Need, NeedState, Page
from alerts.needs.company import company_of
from alerts.policy.night import first_waking_hour
from alerts.search.paging import TIMER as ESCALATE
from alerts.search.planning import FAULT
from app.parked import parked_items
from cases.docket.clocks import COMES_AT_ITS_HOUR, REMOVAL
from cases.docket.models import Deadline, DeadlineState, Watch, WatchState
from cases.docket.vocabulary import ROUTINE
from cases.models import Case, Report, ReportMessage
from cases.retention import ErasedCase, Retention
from cases.sealed.keeping import content_of
from cases.sealed.models import SealedEntry
from cases.urgency import Urgency
from contacts.models import Contact
from dialogue.coming_back import find_by_number
from dialogue.standing import Standing, standing_of
from scheduler.reminding import Reminder, next_reminder
from store.chats import WEB
from store.data_keys import case_scope
from store.eventlog import EventRow
from store.timers import Timer
from store.vault import Field
from tests.simulator.broken import SECRET, Broken
from tests.simulator.nodes import ZONE
from tests.simulator.people import Helper, Reporter
from tests.simulator.waiting import how_many, oldest
from tests.web.form import CODE

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.channels.port import Outgoing
    from alerts.sending.results import Outcome
    from store.unit_of_work import UnitOfWork
    from tests.simulator.visitors import AtTheForm
    from tests.simulator.world import World
    from tests.web.form import Page as FormPage

LOOKS_EVERY: Final = 300.0
LATE: Final = timedelta(minutes=5)
"""What is due may come so late when nothing is wrong."""
RECOVERED_AFTER: Final = 15 * 60.0
"""So many seconds after the last trouble nothing may be late any more."""
LONGEST_REST: Final = timedelta(minutes=12)
"""Longer than an open search rests: the pause between two rounds, or a hold."""
MOST_WAITING: Final = 500
"""More rows than ever wait at once in one queue, in so small a world."""
EXPECTED: Final = frozenset({"sending_failed"})
"""What may be logged as an error: a provider that does not take our settings."""


class Promises:
    """Looks on. Raises Broken."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known_sent: Counter[str] = Counter()
        """How often it was committed of a message that a provider has taken it."""
        self._agreed: dict[tuple[UUID, str], bool] = {}
        self._frozen: set[UUID] = set()
        self._looked_at = 0.0

    # Every message as it leaves

    def sees(self, channel: str, message: Outgoing) -> None:
        """Look at a message that a provider has just taken."""
        reader = self._world.by_address.get((channel, message.address))
        own = set(reader.said) if isinstance(reader, Reporter) else set()
        words = json.dumps([message.text, message.subject, str(message.keyboard), str(message.entry)])
        strange = set(SECRET.findall(words)) - own
        if strange:
            role = reader.role if isinstance(reader, Helper) else "reporter"
            raise Broken("nobody is given away", f"a secret went to a {role} by {channel}: {message.reference}")
        if self._known_sent[message.reference]:
            raise Broken("no message is sent twice", f"{message.reference} was known to be sent")
        with self._world.store.read() as unit:
            row = unit.session.get(Delivery, UUID(message.reference))
            if row is None:
                raise Broken("what leaves is written down", message.reference)
            self._looks_at(unit, row, reader)
            self._world.drills.sees(row, None if row.need_id is None else unit.session.get(Need, row.need_id), message)

    def _looks_at(self, unit: UnitOfWork, row: Delivery, reader: Helper | Reporter | None) -> None:
        need = None if row.need_id is None else unit.session.get(Need, row.need_id)
        if row.asks and need is not None and _is_closed(unit, need.case_id):
            raise Broken("ended cases ring nobody", f"{row.template} by {row.channel}: {row.id}")
        if isinstance(reader, Reporter):
            self._is_the_truth(unit, row)
        if row.dedupe_key is not None and row.dedupe_key.startswith("release:") and "recalled" not in row.template:
            self._may_leave(unit, row)

    def _is_the_truth(self, unit: UnitOfWork, row: Delivery) -> None:
        """What a reporter is told of their report is so when it is told."""
        told = set(row.template.split("|"))
        code = row.values.get("code")
        case = unit.session.scalars(select(Case).where(Case.code == code)).one_or_none() if code else None
        if case is None:
            return
        standing = standing_of(unit, case.id)
        if told & {"reply.taken", "reply.status_taken"} and standing not in (Standing.TAKEN, Standing.CLOSED):
            raise Broken(
                "nobody is told that somebody has it while nobody has", f"{row.template}: {standing}, {row.id}"
            )
        nobody = {"reply.waiting", "reply.waiting_hotlines", "reply.unreached", "reply.unreached_hotlines"}
        if told & nobody and standing is Standing.TAKEN:
            raise Broken("nobody is told that nobody has it while somebody has", f"{row.template}: {row.id}")

    def _may_leave(self, unit: UnitOfWork, row: Delivery) -> None:
        code = row.values.get("code")
        case = unit.session.scalars(select(Case).where(Case.code == code)).one()
        to = "press" if "press" in row.template else "unhcr"
        if case.id in self._frozen or not self._agreed.get((case.id, to), False):
            raise Broken("what was taken back does not leave", f"{row.template}: {row.id}")

    def recorded(self, outcomes: list[Outcome]) -> None:
        """Learn what was committed."""
        self._known_sent.update(
            str(one.job.delivery_id) for one in outcomes if one.job.action == "send" and isinstance(one.result, Sent)
        )

    def agreed(self, case_id: UUID, to: str, *, granted: bool) -> None:
        """Learn what a person said."""
        self._agreed[case_id, to] = granted

    def froze(self, case_id: UUID, *, frozen: bool) -> None:
        """Learn that nothing of a case may leave, or may again."""
        (self._frozen.add if frozen else self._frozen.discard)(case_id)

    def shows(self, who: Helper, path: str, status: int, text: str) -> None:
        """Look at a page that a one-time link has opened."""
        if status >= 500:
            raise Broken("pages answer", f"{path.split('/')[1]}: {status}")
        self._world.seals.shows(who, text)
        self._world.forced.shows(who, text)
        if who.role in ("unhcr", "journalist") and SECRET.search(text) and self._takes_all_back(who):
            raise Broken("what was taken back is not shown", path.split("/")[1])

    def _takes_all_back(self, who: Helper) -> bool:
        to = "press" if who.role == "journalist" else "unhcr"
        may = {case_id for (case_id, reader), granted in self._agreed.items() if granted and reader == to}
        return not may - self._frozen

    def reads(self, who: AtTheForm, page: FormPage, since: datetime) -> None:
        """Look at a page of the form as it was answered; what it tells for the first time was looked at ``since``."""
        if page.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Broken("pages answer", f"the form: {page.status}")
        if set(SECRET.findall(page.html)) - (set() if page.status == HTTPStatus.OK else who.may_see):
            raise Broken("nobody is given away", "a page of the form shows what was said")
        number = who.number or page.number
        if page.number is not None and page.number != number:
            raise Broken("who has a number comes back", "a form that was sent again has another number")
        if number is None:
            return
        with self._world.store.read() as unit:
            chat = find_by_number(unit, number)
            if chat is None or page.status != HTTPStatus.OK:
                self._was_to_be_expected(unit, page.status)
                return
            codes = set(unit.session.scalars(select(Case.code).join(Report).where(Report.chat_id == chat.id)))
            if set(CODE.findall(page.words)) - codes:
                raise Broken("nobody is given away", "a page of the form tells of another report")
            fresh = select(Delivery).where(Delivery.chat_id == chat.id, Delivery.read_at >= since)
            for row in unit.session.scalars(fresh).all():
                self._is_the_truth(unit, row)

    def _was_to_be_expected(self, unit: UnitOfWork, status: int) -> None:
        """A number opens its page, but where its report was erased; a page lives for hours, if clocks are right."""
        if self._is_calm() and not unit.session.scalar(select(exists().where(ErasedCase.case_id.is_not(None)))):
            raise Broken("who has a number comes back", f"the form: {status}")

    # Between

    def between(self, logged: list[Any]) -> None:
        """Look at what was logged, and now and then at the database."""
        self._nothing_went_wrong(logged)
        elapsed = self._world.hands.elapsed
        if elapsed < self._looked_at + LOOKS_EVERY:
            return
        self._looked_at = elapsed
        with self._world.store.read() as unit:
            self._queues_are_short(unit)
            self._nothing_is_parked(unit)
            self._world.ends.between(unit)
            for one in (self._world.seals, self._world.forced, self._world.drills):
                one.between(unit, calm=self._is_calm())
            if self._is_calm():
                self._what_is_due_is_done(unit)
                self._nobody_is_forgotten(unit)
                self._reminders_came(unit)
                self._messages_have_an_end(unit)

    def _is_calm(self) -> bool:
        world = self._world
        quiet_since = max(world.troubled_until, world.faults.last_at)
        return world.hands.off == 0 and world.hands.elapsed > quiet_since + RECOVERED_AFTER

    def _nothing_went_wrong(self, logged: list[Any]) -> None:
        for entry in logged:
            is_expected = entry["event"] in EXPECTED or (entry["event"] == "canary_lost" and self._may_be_lost())
            if entry["log_level"] in ("error", "critical") and not is_expected:
                told = {name: entry.get(name) for name in ("event", "queue", "tries", "trouble")}
                raise Broken("nothing fails", str(told))
            if SECRET.search(str(entry)):
                raise Broken("nothing is said in the log", entry["event"])
        logged.clear()

    def _may_be_lost(self) -> bool:
        return self._world.drills.was_deaf or not self._is_calm()

    def _queues_are_short(self, unit: UnitOfWork) -> None:
        for name, waiting in how_many(unit.session.connection()).items():
            if name != "timer" and waiting > MOST_WAITING:
                raise Broken("no queue grows without bound", f"{waiting} rows wait in {name}")

    def _nothing_is_parked(self, unit: UnitOfWork) -> None:
        """But for words that a provider refused: of those a human is told."""
        found = parked_items(unit)
        others = [(item.queue, item.trouble) for item in found if (item.queue, item.trouble) != ("delivery", "refused")]
        if others:
            raise Broken("nothing is parked", str(others))
        alarmed = unit.session.scalar(select(exists().where(Alert.kind == FAULT)))
        if self._is_calm() and found and not alarmed:
            raise Broken("what is parked is loud", f"nobody was told of {len(found)} refused messages")

    def _what_is_due_is_done(self, unit: UnitOfWork) -> None:
        for name, at in oldest(unit.session.connection()).items():
            if name != "delivery" and at < unit.now - LATE:  # those are held back by limits, by design; see below
                raise Broken("what is due is done", f"in {name} something is due since {unit.now - at}")

    def _nobody_is_forgotten(self, unit: UnitOfWork) -> None:
        """Of every open case somebody has each need, or it is being sought, and looked at again in time."""
        planned = exists().where(Need.case_id == Report.case_id)
        closed = exists().where(Retention.case_id == Report.case_id, Retention.closed_at.is_not(None))
        early = Report.received_at < unit.now - LATE
        forgotten = unit.session.scalar(select(func.count()).select_from(Report).where(~planned, ~closed, early))
        if forgotten:
            raise Broken("every report is somebody's", f"{forgotten} reports need nobody")
        self._every_open_case_is_somebodys(unit)
        sought = select(Need).where(Need.state.in_(SOUGHT), Need.kind != CANARY).order_by(Need.id)
        for need in unit.session.scalars(sought).all():
            self._is_sought(unit, need)

    def _every_open_case_is_somebodys(self, unit: UnitOfWork) -> None:
        """Whoever was ever sought for a case that is open is sought now, or somebody has it who still helps."""
        closed = select(Retention.case_id).where(Retention.closed_at.is_not(None))
        rows = unit.session.execute(
            select(Need, Contact.left_at)
            .join(Alert, Alert.id == Need.alert_id)
            .outerjoin(Contact, Contact.id == Need.accepted_by)
            .where(Alert.kind == CUSTODY, Alert.case_id.not_in(closed))
            .order_by(Need.id)
        ).all()
        looked_after = {(need.alert_id, need.kind) for need, _ in rows if need.state != NeedState.CLOSED}
        for need, left_at in rows:
            if (need.alert_id, need.kind) not in looked_after and not company_of(unit, need):
                raise Broken("every report is somebody's", f"nobody is sought as {need.kind} any more: {need.id}")
            if need.state == NeedState.ACCEPTED and left_at is not None and left_at < unit.now - LATE:
                raise Broken("every report is somebody's", f"who has {need.kind} {need.id} has left")

    def _is_sought(self, unit: UnitOfWork, need: Need) -> None:
        if _is_closed(unit, need.case_id):
            raise Broken("ended cases ring nobody", f"{need.kind} is sought: {need.id}")
        due_at = unit.session.scalar(select(Timer.due_at).where(Timer.kind == ESCALATE, Timer.subject_id == need.id))
        if due_at is None:
            if not self._another_stands_for_it(unit, need):
                raise Broken("a search goes on", f"nobody looks after {need.kind} {need.id}")
            return
        rests = LONGEST_REST if need.urgency == Urgency.NOW else timedelta(hours=11)
        if due_at > unit.now + rests:
            raise Broken("a search goes on", f"{need.kind} {need.id} rests for {due_at - unit.now}")
        waits = need.urgency != Urgency.NOW or self._another_stands_for_it(unit, need)
        asked = unit.session.scalar(select(func.max(Page.asked_at)).where(Page.need_id == need.id))
        moved = max(one for one in (asked, need.began_at, need.opened_at, need.held_until) if one is not None)
        if not waits and moved < unit.now - 3 * LONGEST_REST:
            raise Broken("a search goes on", f"nothing moved for {need.kind} {need.id} since {unit.now - moved}")

    def _another_stands_for_it(self, unit: UnitOfWork, need: Need) -> bool:
        """Whether an earlier seat, or another search of its company, is carried on."""
        earlier = exists().where(
            Need.alert_id == need.alert_id, Need.kind == need.kind, Need.seat < need.seat, Need.state.in_(SOUGHT)
        )
        company = company_of(unit, need)
        beside = (
            select(Need.id)
            .join(Alert, Alert.id == Need.alert_id)
            .join(Timer, Timer.subject_id == Need.id)
            .where(
                Need.case_id.in_(company),
                Need.kind == need.kind,
                Need.state.in_(SOUGHT),
                Alert.kind == CUSTODY,
                Timer.kind == ESCALATE,
                Timer.due_at.is_not(None),
            )
            .limit(1)
        )
        return bool(unit.session.scalar(select(earlier))) or (bool(company) and unit.session.scalar(beside) is not None)

    def _reminders_came(self, unit: UnitOfWork) -> None:
        """No reminder is owed, and no watch was missed in silence."""
        for row in unit.session.scalars(select(Deadline).where(Deadline.state == DeadlineState.RUNNING)).all():
            owed = next_reminder(row.severity, row.safe_at, row.arguable_at, row.rung, unit.now - LATE)
            at_its_hour = row.rule_id in COMES_AT_ITS_HOUR and row.safe_at <= unit.now
            sleeps = _was_night(unit.now, row.zone)
            waits = sleeps and isinstance(owed, Reminder) and owed.urgency is not Urgency.NOW and row.rule_id != REMOVAL
            if isinstance(owed, Reminder) and not at_its_hour and not waits and not _is_closed(unit, row.case_id):
                raise Broken(
                    "no deadline passes silently", f"{row.rule_id}: rung {row.rung}, owed {owed.rung}: {row.id}"
                )
        missed = select(Watch).where(Watch.state == WatchState.WAITING, Watch.due_at < unit.now - LATE)
        for watch in unit.session.scalars(missed).all():
            zone = unit.session.get_one(Case, watch.case_id).timezone or ZONE
            if watch.kind in ROUTINE and _was_night(unit.now, zone):
                continue
            raise Broken("no watch is missed in silence", f"{watch.kind}: {watch.id}")

    def _messages_have_an_end(self, unit: UnitOfWork) -> None:
        """What waits to be sent will be looked at; what rests says why."""
        waits = Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)), Delivery.channel != WEB
        # Of a call that nobody answered, the ladder knows; and what waits for people who come back waits for them.
        resting = select(Delivery.id).where(*waits, Delivery.due_at.is_(None), Delivery.parked_at.is_(None))
        lost = unit.session.scalars(resting.limit(1)).first()
        if lost is not None:
            raise Broken("a message has an end that says so", f"nobody sends {lost}")
        late = unit.now - timedelta(hours=2)
        old = select(Delivery).where(*waits, Delivery.created_at < late, Delivery.action == "send")
        for row in unit.session.scalars(old).all():
            if not row.throttled:
                raise Broken("what is due is done", f"{row.template} waits since {unit.now - row.created_at}: {row.id}")

    # At the end

    def cases(self) -> list[UUID]:
        """Return the ids of all cases, oldest first."""
        with self._world.store.read() as unit:
            return list(unit.session.scalars(select(Case.id).order_by(Case.opened_at, Case.id)))

    def at_the_end(self) -> None:
        """Look at everything once more, when all faults are mended."""
        breaks = self._world.store.verify_log()
        if breaks:
            raise Broken("the log holds", str(breaks[:3]))
        with self._world.store.read() as unit:
            self._world.ends.between(unit)
            for one in (self._world.seals, self._world.forced, self._world.drills):
                one.between(unit, calm=True)
            self._world.seals.at_the_end(unit)
            self._nothing_is_lost(unit)
            self._nothing_is_accepted_twice(unit)
            self._nothing_is_parked(unit)
            self._what_is_due_is_done(unit)
            self._nobody_is_forgotten(unit)
            self._reminders_came(unit)
            self._messages_have_an_end(unit)
        self._world.ends.at_the_end()

    def _nothing_is_lost(self, unit: UnitOfWork) -> None:
        told = {row: _opened(unit, row) for row in unit.session.scalars(select(ReportMessage))}
        self._world.forced.at_the_end(unit, told)
        kept = Counter(word for words in told.values() for word in SECRET.findall(words))
        twice = [word for word, times in kept.items() if times > 1]
        if twice:
            raise Broken("what comes twice counts once", f"{len(twice)} messages were kept twice")
        if any(self._world.seals.holds(word) for word in kept):
            raise Broken("what is sealed stays sealed", "a report tells what is in a file that nobody opened")
        said = {word for one in self._world.reporters for word in one.said}
        self._world.tally.said += len(said)
        sealed = {
            word for row in unit.session.scalars(select(SealedEntry)) for word in SECRET.findall(content_of(unit, row))
        }
        lost = said - set(kept) - sealed - self._world.ends.may_be_gone  # who pressed for it has sealed what they said
        if lost:
            raise Broken("nothing reported is lost", f"{len(lost)} of {len(said)} messages are nowhere")

    def _nothing_is_accepted_twice(self, unit: UnitOfWork) -> None:
        """Between two who have the same thing it was given back, and the log says who has it."""
        holders: dict[str, str | None] = {}
        names = ("NeedAccepted", "NeedGivenBack")
        rows = select(EventRow).where(EventRow.name.in_(names)).order_by(EventRow.chain, EventRow.position)
        for row in unit.session.scalars(rows):
            need, who = row.payload["need_id"], row.payload["contact_id"]
            if row.name == "NeedAccepted" and holders.get(need) is not None:
                raise Broken("nothing is accepted twice", f"{need}: by {holders[need]} and {who}")
            holders[need] = who if row.name == "NeedAccepted" else None
        for need in unit.session.scalars(select(Need)):
            has = None if need.accepted_by is None else str(need.accepted_by)
            if need.state != NeedState.CLOSED and has != holders.get(str(need.id)):
                raise Broken("nothing is accepted twice", f"{need.id}: the log does not say who has it")


def _was_night(now: datetime, zone: str) -> bool:
    """Whether it is night, or was a few minutes ago."""
    return any(first_waking_hour(at, zone) > at for at in (now, now - LATE))


def _is_closed(unit: UnitOfWork, case_id: UUID | None) -> bool:
    closed = exists().where(Retention.case_id == case_id, Retention.closed_at.is_not(None))
    return case_id is not None and bool(unit.session.scalar(select(closed)))


def _opened(unit: UnitOfWork, row: ReportMessage) -> str:
    return unit.vault.open(case_scope(row.case_id), Field("report_message", "content", row.id), row.content)
