"""What the doctor finds, on homes that are well and on homes that are not."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from alerts.channels.twilio.account import VOICE_PATH
from alerts.messages.outbox import enqueue
from alerts.models import Delivery, ShiftTest
from alerts.occasions.canary import CanaryVitals
from alerts.occasions.people_drill import ring_everybody
from alerts.occasions.shifts import confirm_test
from alerts.policy.policies import import_policies
from alerts.screens.vitals import NO_TIME, ChannelVitals, QueueVitals, Vitals
from alerts.telling.wording import Wording
from app import LOCKED_ON
from app.cli import NOBODY_ELSE, main
from app.doctor import accounts, database, home, network, team, work
from app.doctor.examination import examine
from app.doctor.findings import Finding, Level
from app.doctor.keys import check_epochs, check_ring_copy, judge_backups
from app.evidence.sealing import seal_now
from app.migration import downgrade
from app.settings import read_settings
from app.setup import set_up
from app.troubles import what_is_wrong
from app.wiring import House
from bot.webhook import PATH, webhook_url
from contacts.directory import find_contact, put_contact
from contacts.events import ContactImported
from contacts.linking import link_account, make_link_code
from contacts.models import Contact
from contacts.values import ContactCard, Role
from law.shipped import load_rules
from law.signoff import sign_off
from sandbox import Sandbox
from store.base import new_id
from store.chats import find_or_open_chat
from store.data_keys import Scope
from store.engine import open_engine
from store.unit_of_work import Store
from store.vault import Field, KeyRing, new_key
from tests.accounts import DURESS, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from app.settings import Settings
    from store.clock import ManualClock

TOKEN = "7000001:invented"
SECRET = "canary-webhook-secret"
ROSTER = """\
policies:
  - name: test
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 2
    needs:
      coordinator:
        - {notify: [{roster: duty}], channels: [telegram], wait: 2m}
        - {notify: [{roster: nobody}], channels: [telegram], wait: 2m}
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {every: 1 day, handoff: "09:00", members: [Aigerim, Timur, Stranger]}
"""


def levels(findings: Iterable[Finding]) -> dict[str, Level]:
    return {one.name: one.level for one in findings}


def faults(findings: Iterable[Finding]) -> set[str]:
    return {one.name for one in findings if one.level is Level.FAULT}


# Backups and epochs


def test_backups_grow_old_and_die() -> None:
    now = datetime(2026, 5, 2, tzinfo=UTC)
    held = ("2026-04", "2026-05")

    def judged(*made: tuple[int, str]) -> Finding:
        return judge_backups([(now - timedelta(hours=hours), epoch) for hours, epoch in made], held, now)

    assert judged((1, "2026-05")).level is Level.OK
    assert judged((30, "2026-05")).level is Level.WARN
    assert judged((24 * 9, "2026-04")).level is Level.FAULT
    assert judged().level is Level.WARN
    dead = judged((24 * 60, "2026-03"))
    assert dead.level is Level.WARN
    assert "died with their key epochs" in dead.what
    both = judged((24 * 60, "2026-03"), (20, "2026-04"), (2, "2026-05")).what
    assert "1 die when the next epoch begins" in both
    assert "1 until 2026-03-03 died" in both


def test_a_second_ring_must_be_there_be_current_and_lie_elsewhere(environment: dict[str, str], tmp_path: Path) -> None:
    set_up(read_settings(environment))

    def level(copy: Path | None) -> Level:
        given = environment | ({} if copy is None else {"PANAH_RING_COPY": str(copy)})
        return check_ring_copy(read_settings(given)).level

    assert level(None) is Level.WARN
    copy = tmp_path / "copy.json"
    assert level(copy) is Level.FAULT
    copy.write_bytes(b"another")
    assert level(copy) is Level.FAULT
    copy.write_bytes((tmp_path / "home" / "keyring.json").read_bytes())
    assert level(copy) is Level.WARN, "it lies on the same disk"


# A whole home


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    as_the_command_does = os.umask(NOBODY_ELSE)
    key = tmp_path / "key"
    key.write_text(new_key())
    yield {"PANAH_HOME": str(tmp_path / "home"), "PANAH_KEY_FILE": str(key)}
    os.umask(as_the_command_does)


def report_on(environment: dict[str, str]) -> list[Finding]:
    return list(examine(environment, None, what_is_wrong))


def test_a_new_home_with_a_bot_lacks_its_people_only(environment: dict[str, str]) -> None:
    with Sandbox(token=TOKEN) as sandbox:
        sandbox.bot()
        environment |= {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": sandbox.url}
        set_up(read_settings(environment))
        found = report_on(environment)
    assert faults(found) == {"coordinator", "lawyer"}
    (telegram,) = [one for one in found if one.name == "telegram"]
    assert "panah_sandbox_bot" in telegram.what


def test_settings_that_make_no_sense_are_all_that_is_said(environment: dict[str, str]) -> None:
    found = report_on({**environment, "PANAH_TYPO": "1", "TELEGRAM_MODE": "pigeons"})
    assert [one.name for one in found] == ["settings", "settings"]
    assert faults(found) == {"settings"}


def test_a_home_that_is_not_set_up_is_left_as_it_is(environment: dict[str, str], tmp_path: Path) -> None:
    assert {"home", "key_ring"} <= faults(report_on(environment))
    assert not (tmp_path / "home").exists()


def test_another_key_is_a_fault(environment: dict[str, str]) -> None:
    set_up(read_settings(environment))
    environment |= {"PANAH_KEY": new_key()}
    del environment["PANAH_KEY_FILE"]
    assert "key_ring" in faults(report_on(environment))


def test_a_pending_migration_is_a_fault_and_hides_what_cannot_be_read(environment: dict[str, str]) -> None:
    settings = read_settings(environment)
    set_up(settings)
    downgrade(settings.database, "base")
    found = report_on(environment)
    assert "database" in faults(found)
    assert "log" not in levels(found)


def test_telegram_that_does_not_answer_or_know_us_is_a_fault(environment: dict[str, str]) -> None:
    with Sandbox(token=TOKEN) as sandbox:
        sandbox.bot()
        given = environment | {"TELEGRAM_API_URL": sandbox.url}
        assert faults(network.check_telegram(read_settings(given))) == {"telegram"}
        given["TELEGRAM_BOT_TOKEN"] = "7000002:stranger"
        assert faults(network.check_telegram(read_settings(given))) == {"telegram"}
        with sandbox.outage():
            given["TELEGRAM_BOT_TOKEN"] = TOKEN
            assert faults(network.check_telegram(read_settings(given))) == {"telegram"}


def test_the_command_prints_data_and_ends_with_1_on_a_fault(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(read_settings(environment))
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["doctor", "--json"])
    assert done.exit_code == 1
    (telegram,) = [one for one in json.loads(done.stdout) if one["name"] == "telegram"]
    assert telegram["level"] == "fault"
    assert telegram["what_to_do"]


# The home


def settings_of(environment: dict[str, str], **more: str) -> Settings:
    return read_settings(environment | more)


def test_a_home_others_can_look_into_is_a_fault(environment: dict[str, str]) -> None:
    settings = settings_of(environment)
    set_up(settings)
    assert home.check_folder(settings).level is Level.OK
    settings.ring_path.chmod(0o640)
    assert home.check_folder(settings).level is Level.FAULT


def test_a_key_on_the_disk_of_the_data_is_worth_a_warning(tmp_path: Path) -> None:
    environment = {"PANAH_HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    settings = settings_of(environment)
    set_up(settings)
    found = home.check_key(settings, environment)
    assert found.level is Level.WARN
    assert "disk" in found.what
    settings.key_path.chmod(0o644)
    assert home.check_key(settings, environment).level is Level.FAULT
    settings.key_path.unlink()
    assert home.check_key(settings, environment).level is Level.FAULT


@pytest.mark.parametrize(
    ("given", "level"),
    [({"PANAH_KEY": new_key()}, Level.WARN), ({"PANAH_KEY_COMMAND": "true"}, Level.OK)],
)
def test_where_the_key_comes_from_is_said(given: dict[str, str], level: Level, tmp_path: Path) -> None:
    environment = {"PANAH_HOME": str(tmp_path), **given}
    assert home.check_key(read_settings(environment), environment).level is level


def test_zones_must_know_of_the_move_to_utc_5() -> None:
    assert home.check_zones(datetime(2026, 3, 2, tzinfo=UTC)).level is Level.OK
    assert home.check_zones(datetime(2023, 3, 2, tzinfo=UTC)).level is Level.FAULT  # then it was not so yet


def test_what_is_missing_outside_is_a_warning(environment: dict[str, str]) -> None:
    bare = settings_of(environment)
    assert home.check_heartbeat(bare).level is Level.WARN
    assert home.check_public_url(bare).level is Level.WARN
    full = settings_of(
        environment, HEARTBEAT_URL="https://monitor.example.org/canary", PANAH_PUBLIC_URL="https://panah.example.org"
    )
    assert home.check_heartbeat(full).level is Level.OK
    assert "canary" not in home.check_heartbeat(full).what
    assert home.check_public_url(full).level is Level.OK


# The database


@pytest.fixture
def house(store: Store, clock: ManualClock, database_url: str, tmp_path: Path) -> House:
    settings = read_settings({"PANAH_HOME": str(tmp_path), "DATABASE_URL": database_url})
    return House(settings, store, clock, Wording("Asia/Almaty", "http://localhost:8000"))


def test_it_says_when_the_log_was_sealed_last(house: House, clock: ManualClock) -> None:
    """Each instance has a seal after an hour: what is found of it must not be a fault of the doctor's own."""
    assert "never sealed" in database.check_seals(house).what
    seal_now(house.store, house.settings.seals_path)
    found = database.check_seals(house)
    assert found.level is Level.OK
    assert "seal 1 is from" in found.what
    house.settings.seals_path.unlink()
    assert "is not there" in database.check_seals(house).what
    clock.advance(timedelta(days=1))
    assert "is `panah up` running?" in database.check_seals(house).what_to_do


def test_a_healthy_database_is_well(house: House) -> None:
    for check in (database.check_space, database.check_log):
        assert check(house).level is Level.OK
    assert levels(work.check_work(house)) == {
        "parked": Level.OK,
        "queues": Level.OK,
        "needs": Level.OK,
        "canary": Level.WARN,  # none has come back yet
    }


def test_an_engine_that_may_forget_is_a_fault(house: House, tmp_path: Path) -> None:
    assert database.check_engine(house).level is Level.FAULT, "the tests' own are told not to care"
    careful = open_engine(f"sqlite:///{tmp_path}/careful.db")
    opened = Store(careful, house.store.ring, house.store.clock)
    assert database.check_engine(replace(house, store=opened)).level is Level.OK
    careful.dispose()


def test_it_says_which_epochs_the_ring_has_and_what_it_has_lost(house: House, clock: ManualClock) -> None:
    def judged(*epochs: str) -> Finding:
        ring = KeyRing(dict.fromkeys(epochs, b"e" * 32), b"r" * 32)
        return check_epochs(replace(house, store=Store(house.store.engine, ring, clock)))

    assert judged("2026-03").level is Level.OK
    with house.store.unit("test") as unit:
        unit.vault.seal(Scope("case", new_id()), Field("case", "note", new_id()), "words")
    assert judged("2026-03").level is Level.OK
    assert judged("2026-02.16", "2026-03").level is Level.OK
    assert "1 data keys are wrapped by others" in judged("2026-02.16").what, "it is an old copy of the ring"
    assert "lies in the future" in judged("2026-03", "2026-04").what
    assert "is not done" in judged("2026-02", "2026-02.16", "2026-03").what
    clock.advance(timedelta(days=14))
    assert "is not done" in judged("2026-03").what
    assert judged("2026-03", "2026-03.16").level is Level.OK


def test_a_failover_that_may_lose_something_is_worth_a_warning() -> None:
    assert database.judge_standby("").level is Level.WARN
    assert database.judge_standby("ANY 1 (a, b)").level is Level.OK


def test_the_file_that_was_moved_away_is_not_forgotten(house: House) -> None:
    (house.settings.home / "panah.db").touch()
    found = [one.level for one in database.check_left_behind(house)]
    assert found == ([Level.WARN] if house.store.engine.dialect.name == "postgresql" else [])
    assert list(database.check_standby(house)) == [], "one server has none"


def test_a_team_that_was_never_rung_is_told_to_try(house: House, clock: ManualClock) -> None:
    assert team.check_drill(house).level is Level.WARN
    add(house, "Aigerim")
    with house.store.unit("cli") as unit:
        assert ring_everybody(unit).people == 1
        test_id = unit.session.scalars(select(ShiftTest.id)).one()
        contact = unit.session.scalars(select(ShiftTest.contact_id)).one()
    assert team.check_drill(house).level is Level.WARN, "and who is silent is no success"
    with house.store.unit("test") as unit:
        assert confirm_test(unit, test_id, contact)
    assert team.check_drill(house).level is Level.OK
    clock.advance(timedelta(days=101))
    assert team.check_drill(house).level is Level.WARN


def test_a_changed_event_is_a_fault_also_where_only_the_ends_are_compared(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.store.unit("test") as unit:
        unit.record(ContactImported(case_id=None, contact_id=new_id()))
    assert database.check_log(house).level is Level.OK
    monkeypatch.setattr(database, "ALL_OF_IT", 0)
    assert database.check_log(house).level is Level.OK
    with house.store.engine.begin() as connection:
        connection.execute(text("DELETE FROM event"))
    assert database.check_log(house).level is Level.FAULT
    monkeypatch.undo()
    assert database.check_log(house).level is Level.FAULT


def test_the_clock_is_judged_by_postgresql_and_by_what_was_written_down() -> None:
    now = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)

    def judged(**given: timedelta) -> Level:
        theirs, newest = ((now + given[name]) if name in given else None for name in ("theirs", "newest"))
        return database.judge_clock(now, theirs, newest).level

    assert judged() is Level.OK
    assert judged(theirs=timedelta(seconds=1), newest=timedelta(days=-1)) is Level.OK
    assert judged(theirs=timedelta(seconds=-3)) is Level.WARN
    assert judged(theirs=timedelta(seconds=31)) is Level.FAULT
    assert judged(newest=timedelta(hours=1)) is Level.FAULT


def test_the_clock_of_the_database_can_be_read(house: House) -> None:
    assert [one.name for one in database.check_clock(house)] == ["clock"]


def test_a_message_that_does_not_leave_is_a_fault(house: House, clock: ManualClock) -> None:
    with house.store.unit("test") as unit:
        enqueue(unit, find_or_open_chat(unit, "telegram", "7000000"), "reply.help", language="en")
    assert faults(work.check_work(house)) == set()
    clock.advance(timedelta(minutes=2))
    assert faults(work.check_work(house)) == {"queues"}
    with house.store.unit("test") as unit:
        delivery = unit.session.query(Delivery).one()
        delivery.due_at, delivery.parked_at = None, unit.now
    assert faults(work.check_work(house)) == {"parked"}


# The work


HOUR = timedelta(hours=1)
WELL = Vitals({"inbox": QueueVitals(0, 0, 0, NO_TIME)}, {}, {}, NO_TIME)


def test_a_need_nobody_took_is_a_fault() -> None:
    assert work.judge_needs(replace(WELL, needs={("lawyer", "paging"): 2})).level is Level.OK
    assert work.judge_needs(replace(WELL, needs={("lawyer", "exhausted"): 1})).level is Level.FAULT


@pytest.mark.parametrize(
    ("took", "age", "missing", "level"),
    [
        (None, None, 0, Level.WARN),
        (0.2, 600, 0, Level.OK),
        (0.2, 600, 60, Level.OK),  # the next one is under way
        (0.2, 600, 121, Level.FAULT),
        (0.2, 1100, 0, Level.FAULT),  # nobody sends any more
    ],
)
def test_a_canary_that_does_not_come_back_is_a_fault(
    took: float | None, age: float | None, missing: float, level: Level
) -> None:
    canary = CanaryVitals(
        None if took is None else timedelta(seconds=took),
        None if age is None else timedelta(seconds=age),
        timedelta(seconds=missing),
    )
    assert work.judge_canary(replace(WELL, canary=canary)).level is level
    assert work.judge_canary(WELL).level is Level.WARN, "it is switched off"


def test_messages_that_do_not_leave_are_a_fault_when_they_are_for_several() -> None:
    def judged(**given: Any) -> Level:
        return work.judge_queues(replace(WELL, channels={"sms": ChannelVitals(oldest_unsent=HOUR, **given)})).level

    assert judged(late_chats=1) is Level.WARN
    assert judged(late_chats=2) is Level.FAULT
    assert judged(overdue=HOUR) is Level.FAULT
    assert judged(late_chats=2, quiet_for=timedelta(seconds=2)) is Level.WARN, "others leave: it works at its limits"


def test_nobody_listening_is_a_fault() -> None:
    assert work.judge_listening(WELL).level is Level.OK
    assert work.judge_listening(replace(WELL, unheard_for=None)).level is Level.WARN
    assert work.judge_listening(replace(WELL, unheard_for=timedelta(minutes=5))).level is Level.FAULT


# The team


def add(house: House, name: str, role: str = "coordinator", country: str | None = "KZ", *, linked: bool = True) -> None:
    with house.store.unit("test") as unit:
        put_contact(unit, ContactCard(name, Role(role), ("KZ",), ("en",), country=country))
        contact = find_contact(unit, name)
        assert contact is not None
        if linked:
            chat = find_or_open_chat(unit, "telegram", f"700{name}")
            assert isinstance(link_account(unit, chat, make_link_code(unit, contact.id)), Contact)


def test_somebody_of_each_role_must_be_linked(house: House) -> None:
    add(house, "Aigerim", linked=False)
    assert faults(team.check_team(house)) == {"coordinator", "lawyer"}
    add(house, "Timur")
    add(house, "Dana", "lawyer")
    assert faults(team.check_team(house)) == set()


def test_rosters_are_looked_through_a_week_ahead(house: House) -> None:
    add(house, "Aigerim")
    add(house, "Timur", linked=False)
    with house.store.unit("test") as unit:
        import_policies(unit, ROSTER)
    said = [one for one in team.check_team(house) if one.name.startswith("roster")]
    assert {one.name for one in said} == {"roster duty", "roster nobody"}
    words = " ".join(one.what for one in said)
    assert "Timur cannot be reached" in words
    assert "not among the contacts" in words
    assert "everybody on it is in KZ" in words
    assert "Aigerim" not in words


def test_a_hole_in_the_present_shift_is_a_fault(house: House) -> None:
    with house.store.unit("test") as unit:
        import_policies(unit, ROSTER.replace("Aigerim, Timur, Stranger", "Stranger"))
    assert "roster duty" in faults(team.check_team(house))


def test_a_roster_across_countries_with_everybody_linked_is_well(house: House) -> None:
    add(house, "Aigerim")
    add(house, "Timur", country="TR")
    with house.store.unit("test") as unit:
        import_policies(unit, ROSTER.replace(", Stranger", ""))
    assert [one.level for one in team.check_team(house) if one.name == "roster duty"] == [Level.OK]


# Outside


def webhook_mode(environment: dict[str, str]) -> Settings:
    return settings_of(
        environment,
        TELEGRAM_MODE="webhook",
        TELEGRAM_WEBHOOK_SECRET=SECRET,
        PANAH_PUBLIC_URL="https://panah.example.org",
    )


def test_how_messages_come_in_must_be_as_the_settings_say(environment: dict[str, str]) -> None:
    polling, pushed = settings_of(environment), webhook_mode(environment)
    ours = webhook_url("https://panah.example.org", TOKEN)
    assert network.judge_webhook(polling, TOKEN, {"url": "", "pending_update_count": 3}).level is Level.OK
    assert network.judge_webhook(polling, TOKEN, {"url": ours}).level is Level.WARN
    assert network.judge_webhook(polling, TOKEN, {"url": "", "pending_update_count": 5000}).level is Level.FAULT
    assert network.judge_webhook(pushed, TOKEN, {"url": ours}).level is Level.OK
    assert network.judge_webhook(pushed, TOKEN, {"url": "https://elsewhere.example.org"}).level is Level.FAULT
    assert network.judge_webhook(pushed, TOKEN, {}).level is Level.FAULT


def test_a_proxy_must_not_show_the_metrics() -> None:
    outside = "https://panah.example.org"
    assert network.judge_pages(outside, network.Visit(200, 404)).level is Level.OK
    assert network.judge_pages(outside, network.Visit(200, 200)).level is Level.FAULT
    assert network.judge_pages("http://localhost:8000", network.Visit(200, 200)).level is Level.OK
    assert network.judge_pages(outside, network.Visit(502, 502)).level is Level.WARN


def test_a_proxy_must_pass_the_webhook_on() -> None:
    outside = "https://panah.example.org"
    assert network.judge_pages(outside, network.Visit(200, 404, {PATH: 403, VOICE_PATH: 403})).level is Level.OK
    assert network.judge_pages(outside, network.Visit(200, 404, {PATH: 404})).level is Level.FAULT
    assert network.judge_pages(outside, network.Visit(200, 404, {PATH: 403, VOICE_PATH: 200})).level is Level.FAULT


def test_an_address_that_does_not_answer_is_a_warning(environment: dict[str, str]) -> None:
    settings = settings_of(environment, PANAH_PUBLIC_URL="http://127.0.0.1:9")
    assert levels(network.check_public_address(settings)) == {"public_pages": Level.WARN}
    assert list(network.check_public_address(settings_of(environment))) == []


def test_it_says_how_old_the_packages_are() -> None:
    fresh = datetime.combine(LOCKED_ON, datetime.min.time(), UTC)
    assert home.check_packages(fresh + timedelta(days=90)).level is Level.OK
    old = home.check_packages(fresh + timedelta(days=91))
    assert (old.level, "91 days ago" in old.what) == (Level.WARN, True)


def test_somebody_can_invite_nobody_is_forced_and_signatures_last(house: House) -> None:
    assert levels(accounts.check_accounts(house)) == {"accounts": Level.WARN}
    join(house.store, "administrator", "admin")
    dana = join(house.store, "Dana", "lawyer")
    assert levels(accounts.check_accounts(house)) == {"accounts": Level.OK}
    rule = load_rules().rules[0]
    with house.store.unit("test") as unit:
        assert dana.contact_id is not None
        sign_off(unit, dana.contact_id, rule, unit.now + timedelta(days=30))
    assert dana.gives(DURESS) is not None
    found = list(accounts.check_accounts(house))
    assert [(one.name, one.level) for one in found] == [
        ("accounts", Level.OK),
        ("accounts", Level.FAULT),
        ("law", Level.WARN),
    ]
    assert "Dana" in found[1].what
