"""Roles: what one process runs. All of them by default; any of them on nodes of their own."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from alerts.channels.telegram.request import AiohttpRequest
from alerts.messages.held import let_go_what_may_leave
from alerts.messages.incoming import drop_what_is_forgotten
from alerts.occasions.counsel_watch import watch_counsel
from alerts.occasions.duty_notices import keep_watch
from alerts.occasions.signoff_reminders import remind_signers
from alerts.screens.vitals import read_vitals
from alerts.search.believing import follow_up_what_is_believed
from alerts.search.following_up import follow_up_left_out
from app.backstage import backstage
from app.canary import EVERY_SECONDS as CANARY_SECONDS
from app.canary import answer_canaries, tend_canary
from app.channels import configured, say_what_is_set_up, send_by
from app.erasing.overwriting import Overwriting
from app.erasing.retention import EVERY_SECONDS as RETENTION_SECONDS
from app.erasing.retention import look_at_closed, terms_of
from app.erasing.sealing import EVERY_SECONDS as SEALED_SECONDS
from app.erasing.sealing import erase_withdrawn
from app.evidence.sealing import EVERY_SECONDS as SEALS_SECONDS
from app.evidence.sealing import tend_seals
from app.hotline import fetch_attachments, fetch_recordings
from app.inbox import inbox_queue
from app.key.ring_keeper import watch_ring
from app.listening import hear
from app.memory import keep_what_was_built
from app.parked import QUEUES
from app.queues import note_parked, reaction_queue, timer_queue
from app.recounting import recount_all
from app.setback import EVERY_SECONDS as SETBACK_SECONDS
from app.setback import undo_setback
from app.settings import Settings, SettingsError
from app.troubles import what_the_database_says
from bot.downloads import Downloads
from bot.tables import Tables
from cases.docket.proposing import forget_proposals
from cases.identity.lookout import keep_lookout
from cases.pictures import look_at_files
from cases.registry.looking import RegistryLookout
from contacts.accounts.kept_answers import forget_old_answers
from contacts.accounts.passkeys import forget_challenges
from contacts.accounts.sessions import forget_old_sessions
from contacts.accounts.throttle import forget_old_tries
from contacts.linking import forget_wrong_codes
from contacts.values import ChannelName
from contacts.verification import forget_expired
from scheduler.heartbeat import EVERY_SECONDS, Heartbeat
from scheduler.ticker import Job, Ticker, run_once
from store.epochs import rotate
from store.queues import Queue, where_it_failed, work_off
from store.sealed import open_sealed
from store.wake import watch_others
from web.server import listen, serve

if TYPE_CHECKING:
    from app.wiring import House
    from store.claims import Claim
    from store.unit_of_work import Store, UnitOfWork

log = structlog.get_logger(__name__)
ROLES = ("web", "bot", "worker")
ENDING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
STOP_WITHIN = 9.0
"""Real seconds a clean end may take (operators and service managers wait ten)."""
BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_AFTER = 60.0
"""Real seconds of running after which an earlier failure is forgotten."""
INBOX_WORKERS = 3
TICK_SECONDS = 1.0
MINUTELY_SECONDS = 60.0
CLOCK_LOOK_SECONDS = 0.05
PICTURES_SECONDS = 10.0

Work = Callable[[threading.Event], None]


@dataclass(frozen=True)
class Part:
    """Something that runs until it is told to stop, in a thread of its own."""

    name: str
    run: Work


class EndedEarlyError(Exception):
    """A part came to its end although nobody had told it to stop."""


def parts_of(house: House, roles: frozenset[str]) -> list[Part]:
    """Return what a process with these roles runs; raises SettingsError when the web address cannot be listened on."""
    store, settings = house.store, house.settings
    parts = [
        Part("watch", lambda stop: watch_others(store.engine, store.wake, stop)),
        Part("ring", lambda stop: watch_ring(house, stop)),
    ]
    if settings.sandbox:
        parts.append(Part("clock", lambda stop: _watch_clock(house, stop)))
    if "web" in roles:
        parts.append(Part("web", _web(house)))
    if "bot" in roles and settings.telegram_bot_token is not None:
        parts.append(Part("poller", lambda stop: asyncio.run(hear(house, stop))))
    if "worker" in roles:
        parts += _worker_parts(house)
    return parts


def look_parked(unit: UnitOfWork, held: Claim) -> None:
    """Write down that a case could not be compared with the others."""
    note_parked(unit, "identity", held.id)


def _worker_parts(house: House) -> list[Part]:
    settings = house.settings
    queues = [inbox_queue(settings.timezone)] * INBOX_WORKERS + [reaction_queue(settings), timer_queue(settings)]
    parts = [Part(queue.name, _off(house, queue)) for queue in queues]
    parts.append(
        Part("identity", lambda stop: keep_lookout(house.store, stop, look_parked, [RegistryLookout(house.store)]))
    )
    parts.append(Part("tick", lambda stop: _tick(house, stop)))
    parts += [_sender(house, channel) for channel in configured(house)]
    if settings.sends_canary:
        parts.append(Part("sender:canary", lambda stop: answer_canaries(house, stop)))
    if settings.telegram_bot_token is not None:
        parts.append(Part("downloads", lambda stop: asyncio.run(_fetch(house, stop))))
        parts.append(Part("tables", lambda stop: asyncio.run(_read_tables(house, stop))))
    if ChannelName.VOICE in settings.channels:
        parts.append(Part("recordings", lambda stop: asyncio.run(fetch_recordings(house, stop))))
    if settings.twilio_account_sid is not None:
        parts.append(Part("attachments", lambda stop: asyncio.run(fetch_attachments(house, stop))))
    return parts


def _jobs(house: House) -> list[Job]:
    store, url, canary = house.store, house.settings.heartbeat_url, house.settings.sends_canary
    jobs = [
        Job("look", lambda: _look(store), TICK_SECONDS),
        Job("setback", lambda: _undo_setback(store), SETBACK_SECONDS),
        *_minutely(store),
    ]
    jobs.append(Job("sealed", lambda: _open_sealed(store), TICK_SECONDS))
    jobs.append(Job("recount", lambda: recount_all(store), MINUTELY_SECONDS))
    jobs.append(Job("seals", lambda: tend_seals(store, house.settings.seals_path), SEALS_SECONDS))
    jobs.append(Job("pictures", lambda: look_at_files(store), PICTURES_SECONDS))
    jobs.append(Job("epochs", lambda: rotate(store), MINUTELY_SECONDS))
    jobs.append(Job("retention", lambda: look_at_closed(store, terms_of(house.settings)), RETENTION_SECONDS))
    jobs.append(Job("traces", Overwriting(store).look, RETENTION_SECONDS))
    jobs.append(Job("withdrawn", lambda: _erase_withdrawn(store), SEALED_SECONDS))
    if canary:
        jobs.append(Job("canary", lambda: tend_canary(store), CANARY_SECONDS))
    if url is not None:
        heart = Heartbeat(store, partial(read_vitals, queues=QUEUES, canary=canary), url)
        jobs.append(Job("heartbeat", heart.beat, EVERY_SECONDS))
    return jobs


def _look(store: Store) -> None:
    store.marks.moved("tick")
    store.wake.ring()


def _open_sealed(store: Store) -> None:
    open_sealed(store)


def _erase_withdrawn(store: Store) -> None:
    erase_withdrawn(store)


def _undo_setback(store: Store) -> None:
    undo_setback(store)


MINUTELY: dict[str, Callable[[UnitOfWork], None]] = {
    "rosters": keep_watch,
    "codes": forget_expired,
    "followed_up": follow_up_left_out,
    "believed": follow_up_what_is_believed,
    "forgotten": drop_what_is_forgotten,
    "held": let_go_what_may_leave,
    "proposals": forget_proposals,
    "tries": forget_old_tries,
    "wrong_codes": forget_wrong_codes,
    "challenges": forget_challenges,
    "kept_answers": forget_old_answers,
    "sessions": forget_old_sessions,
    "signoffs": remind_signers,
    "counsel": watch_counsel,
}
"""What somebody must look at once a minute, each in a unit of its own."""


def _minutely(store: Store) -> list[Job]:
    return [Job(name, partial(_in_unit, store, look), MINUTELY_SECONDS) for name, look in MINUTELY.items()]


def _in_unit(store: Store, look: Callable[[UnitOfWork], None]) -> None:
    with store.unit("system") as unit:
        look(unit)


def _off(house: House, queue: Queue) -> Work:
    return lambda stop: work_off(house.store, queue, stop)


def _web(house: House) -> Work:
    """Take the address now, so that a port in use ends the start and is not tried again and again behind our back."""
    settings = house.settings
    address = (settings.host, settings.port)
    try:
        taken = [listen(address)]
    except OSError as error:
        raise SettingsError(f"PANAH_BIND: cannot listen on {settings.bind} ({error.strerror})") from None

    def run(stop: threading.Event) -> None:
        serve(house.store, taken.pop() if taken else listen(address), settings.timezone, stop, backstage(house))

    return run


async def _fetch(house: House, stop: threading.Event) -> None:
    async with _request(house) as request:
        api = request.api(_token(house), house.settings.telegram_api_url)
        await Downloads(house.store, api).run(stop)


async def _read_tables(house: House, stop: threading.Event) -> None:
    async with _request(house) as request:
        api = request.api(_token(house), house.settings.telegram_api_url)
        await Tables(house.store, api, house.settings.timezone).run(stop)


def _sender(house: House, channel: str) -> Part:
    name = "sender" if channel == ChannelName.TELEGRAM else f"sender:{channel}"
    return Part(name, lambda stop: asyncio.run(send_by(house, channel, stop)))


def _request(house: House) -> AiohttpRequest:
    return AiohttpRequest(proxy=house.settings.telegram_proxy)


def _token(house: House) -> str:
    token = house.settings.telegram_bot_token
    return "" if token is None else token.get_secret_value()


def _tick(house: House, stop: threading.Event) -> None:
    say_what_is_set_up(house)
    for job in _minutely(house.store):
        run_once(job)  # one that fails keeps no other from being looked at, and the ticker from nothing
    ticker = Ticker(_jobs(house))
    ticker.start()
    stop.wait()
    ticker.stop()


def _watch_clock(house: House, stop: threading.Event) -> None:
    """Ring when the sandbox's clock was moved: what waits for a time must look again."""
    path, seen = house.settings.clock_path, None
    while not stop.wait(CLOCK_LOOK_SECONDS):
        stamp = path.stat().st_mtime_ns if path.exists() else None
        if stamp != seen:
            seen = stamp
            house.store.wake.ring()


def run(
    house: House, roles: frozenset[str], ready: Callable[[], None], afterwards: Callable[[], None] = lambda: None
) -> None:
    """Run until SIGTERM, SIGINT or SIGHUP, then end within ten seconds; each part is restarted when it fails.

    ``afterwards`` is called when everything has ended, or has had its ten seconds. Raises SettingsError, before
    anything runs, for settings these roles cannot work with.
    """
    say_what_is_off(house.settings, roles)
    stop = threading.Event()
    # Blocked here and therefore in every thread: whoever asks us to end is heard below and nowhere else.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    threads = [
        threading.Thread(target=supervise, args=(part, stop), name=part.name, daemon=True)
        for part in parts_of(house, roles)
    ]
    for thread in threads:
        thread.start()
    ready()
    keep_what_was_built()
    signal.sigwait(ENDING)
    _end(house, threads, stop, afterwards)


def say_what_is_off(settings: Settings, roles: frozenset[str]) -> None:
    """Log, a line each, what these settings leave out; raises SettingsError when nothing is left to do."""
    if settings.telegram_bot_token is None:
        if roles == {"bot"}:
            raise SettingsError("TELEGRAM_BOT_TOKEN is not set: a process of the role bot alone has nothing to do")
        log.warning("telegram_is_off", why="TELEGRAM_BOT_TOKEN is not set")
    elif settings.public_url is None and not settings.sandbox:
        log.warning("case_pages_cannot_be_opened", why="PANAH_PUBLIC_URL is not set")


def _end(house: House, threads: list[threading.Thread], stop: threading.Event, afterwards: Callable[[], None]) -> None:
    deadline = time.monotonic() + STOP_WITHIN
    stop.set()
    house.store.wake.ring()
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0))
    unfinished = [thread.name for thread in threads if thread.is_alive()]
    log.info("stopped", unfinished=unfinished)
    afterwards()
    if unfinished:
        # Python would wait for what they wait for. Nothing is lost: all work is rows, and leases end by themselves.
        os._exit(1)
    house.store.engine.dispose()


def supervise(part: Part, stop: threading.Event) -> None:
    """Run a part again and again, with longer and longer pauses, until ``stop``."""
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        try:
            _run_until_told(part, stop)
        except BaseException as error:  # in its thread even a cancelled task or a SystemExit is only a failure
            failures = 1 if time.monotonic() - began > STEADY_AFTER else failures + 1
            pause = BACK_OFF[min(failures, len(BACK_OFF)) - 1]
            meaning = {"meaning": what_the_database_says(error)} if isinstance(error, DBAPIError) else {}
            log.exception(
                "part_failed", part=part.name, trouble=where_it_failed(), times=failures, again_in=pause, **meaning
            )
            stop.wait(pause)


def _run_until_told(part: Part, stop: threading.Event) -> None:
    part.run(stop)
    if not stop.is_set():
        raise EndedEarlyError
