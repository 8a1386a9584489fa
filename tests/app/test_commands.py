"""The commands, as an operator types them: what they print, and with which status they end."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click
import pytest
from sqlalchemy import select

from app import VERSION
from app.cli import main
from app.settings import read_settings
from app.troubles import what_is_wrong
from app.wiring import build
from cases.intake import open_case
from contacts.directory import find_contact
from contacts.linking import link_account, make_link_code
from contacts.models import Contact, ContactMethod
from store.chats import find_or_open_chat
from store.inbox import InboxItem, RawInput, keep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.app.conftest import Panah

TEAM = "name,role,languages,sms,notes\nAigerim,coordinator,kk;ru,+77000000001,\nДана,lawyer,ru,,+7 is not a formula\n"
WAYS = "name,role,sms,voice,email\nAigerim,coordinator,+77000000001,+77000000001,a@example.org\n"
CANARY = "Асқар Canary"


def all_commands(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*names, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, *names, name)


@pytest.mark.parametrize("command", [(), *all_commands(main)])
def test_every_command_explains_itself(panah: Panah, command: tuple[str, ...]) -> None:
    said = panah.does(*command, "--help")
    assert said.startswith(f"Usage: panah {' '.join(command)}".rstrip())
    assert said == panah.does(*command, "-h")
    assert "  -h, --help" in said


@pytest.mark.parametrize(
    "wrong",
    [("nonsense",), ("up", "--role", "king"), ("up", "--role", ","), ("contacts", "import"), ("parked", "--jso"),
     ("contacts", "import", "no-such-file.csv"), ("contacts", "link-code"), ("policy",)],
)  # fmt: skip
def test_wrong_use_ends_with_two(ready: Panah, wrong: tuple[str, ...]) -> None:
    assert ready.refuses(*wrong, status=2).startswith(f"Usage: panah {' '.join(_known(wrong))}".rstrip())


def _known(words: tuple[str, ...]) -> list[str]:
    """Those of the words that name commands: the usage of the innermost is shown."""
    command: click.Command | None = main
    named = []
    for word in words:
        command = command.commands.get(word) if isinstance(command, click.Group) else None
        if command is None:
            break
        named.append(word)
    return named


def test_the_version_is_known_without_a_home(panah: Panah) -> None:
    assert panah.does("version") == f"panah {VERSION}\n"


@pytest.mark.parametrize(
    "command", [("up",), ("migrate",), ("parked",), ("audit", "verify"), ("contacts", "export"), ("policy", "show")]
)
def test_a_home_that_is_not_set_up_is_told_what_to_do(panah: Panah, command: tuple[str, ...]) -> None:
    assert panah.refuses(*command).startswith(f"panah: {panah.home} is not set up: a new home is made by `panah init`;")
    assert not panah.home.exists()


class TestCalendar:
    @pytest.fixture
    def ready(self, ready: Panah) -> Panah:
        """Reachable from outside."""
        ready.environment["PANAH_PUBLIC_URL"] = "https://panah.example.org"
        return ready

    def test_the_address_stays_until_it_is_revoked(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        address = ready.does("contacts", "calendar", "Aigerim")
        assert re.fullmatch(r"https://panah\.example\.org/calendar/[A-Za-z0-9_-]{24}\.ics\n", address)
        assert ready.does("contacts", "calendar", "Aigerim") == address
        assert ready.does("contacts", "calendar", "Aigerim", "--revoke") == "The address leads nowhere any more.\n"
        assert ready.does("contacts", "calendar", "Aigerim", "--revoke") == "There was no address.\n"
        assert ready.does("contacts", "calendar", "Aigerim") != address

    def test_without_a_public_address_nothing_is_made_and_the_setting_is_named(self, ready: Panah) -> None:
        del ready.environment["PANAH_PUBLIC_URL"]
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        assert "set PANAH_PUBLIC_URL" in ready.refuses("contacts", "calendar", "Aigerim")
        assert ready.does("contacts", "calendar", "Aigerim", "--revoke") == "There was no address.\n"

    def test_it_is_for_those_who_take_cases(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", "name,role\nMarat,journalist\n"))
        assert "only coordinators and lawyers" in ready.refuses("contacts", "calendar", "Marat")
        assert "no contact of that name" in ready.refuses("contacts", "calendar", "Nobody")


def test_a_wrong_setting_is_told_in_a_line(ready: Panah) -> None:
    assert ready.refuses("parked", PANAH_HOMME="x").startswith("panah: PANAH_HOMME: there is no such setting")


def test_settings_are_read_from_the_file_in_the_folder(ready: Panah) -> None:
    ready.writes(".env", "PANAH_TIMEZONE=Nowhere\n")
    assert "PANAH_TIMEZONE" in ready.refuses("parked")


class TestContacts:
    def test_good_rows_are_imported_and_come_out_again(self, ready: Panah) -> None:
        assert ready.does("contacts", "import", ready.writes("team.csv", TEAM)) == "Imported 2 contacts.\n"
        exported = ready.does("contacts", "export")
        assert exported.splitlines()[1].startswith("Aigerim,coordinator,,kk;ru,")
        assert "'+7 is not a formula" in exported
        ready.does("contacts", "import", ready.writes("again.csv", exported))
        assert ready.does("contacts", "export") == exported

    def test_importing_again_adds_nobody_and_records_nothing(self, ready: Panah) -> None:
        file = ready.writes("team.csv", TEAM)
        ready.does("contacts", "import", file)
        before = events(ready)
        ready.does("contacts", "import", file)
        assert events(ready) == before

    def test_whoever_had_left_and_is_imported_again_is_said_to_be_back(self, ready: Panah) -> None:
        file = ready.writes("team.csv", TEAM)
        assert "back" not in ready.does("contacts", "import", file)
        in_database(ready, "UPDATE contact SET left_at = '2026-01-01 00:00:00.000000'")
        assert "had been marked as having left, and are back" in ready.does("contacts", "import", file)
        assert "back" not in ready.does("contacts", "import", file)

    def test_bad_rows_are_named_and_nothing_is_imported(self, ready: Panah) -> None:
        file = ready.writes("team.csv", TEAM + "Timur,king,,,\n")
        said = ready.refuses("contacts", "import", file)
        assert "team.csv: line 4, role: " in said
        assert "nothing was imported" in said
        assert len(ready.does("contacts", "export").splitlines()) == 1

    def test_the_good_ones_alone_if_one_wants(self, ready: Panah) -> None:
        file = ready.writes("team.csv", TEAM + "Timur,king,,,\n")
        result = ready("contacts", "import", file, "--partial")
        assert (result.exit_code, result.stdout) == (1, "Imported 2 contacts.\n")
        assert "line 4" in result.stderr

    def test_a_link_code_is_printed_alone(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        said = ready.does("contacts", "link-code", "дана")
        assert said.strip().isalnum()
        assert len(said) == len("23456789\n")
        assert ready.does("contacts", "link-code", "  ДАНА ") != said

    def test_it_is_shown_who_can_be_reached_how_and_never_where(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        assert (
            ready.does("contacts", "show")
            == "Aigerim (coordinator): sms unproved\nДана (lawyer): no way to reach them is stated\n"
        )
        in_database(ready, "UPDATE contact_method SET dead_at = '2026-01-01 00:00:00.000000'")
        shown = json.loads(ready.does("contacts", "show", "aigerim", "--json"))
        assert shown == [{"name": "Aigerim", "role": "coordinator", "ways": {"sms": "dead"}}]
        assert "no contact of that name" in ready.refuses("contacts", "show", CANARY)

    def test_a_check_is_sent_to_what_is_stated_and_not_proved(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", WAYS))
        said = ready.does("contacts", "verify", "Aigerim")
        assert said.splitlines() == [
            "voice: we call them; they press 1",
            "email: a link is on its way; they open it within a day and press the button there",
        ]
        assert "link their Telegram first" in ready("contacts", "verify", "Aigerim").stderr
        for _ in range(2):
            ready("contacts", "verify", "Aigerim", "--channel", "voice")
        assert "three were sent within the hour" in ready.refuses("contacts", "verify", "Aigerim", "--channel", "voice")
        assert "+7700" not in said

    def test_what_is_proved_is_checked_again_only_by_name(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", WAYS))
        ready.does("contacts", "verify", "Aigerim")
        in_database(
            ready,
            "UPDATE contact_method SET chat_id = (SELECT id FROM chat LIMIT 1),"
            " verified_at = '2026-01-01 00:00:00.000000'",
        )
        assert "proved already" in ready.refuses("contacts", "verify", "Aigerim")
        assert "they press 1" in ready.does("contacts", "verify", "Aigerim", "--channel", "voice")
        assert "nothing of the kind" in ready.refuses("contacts", "verify", "Aigerim", "--channel", "other")
        assert "no contact of that name" in ready.refuses("contacts", "verify", CANARY)
        ready.refuses("contacts", "verify", "Aigerim", "--channel", "telegram", status=2)

    def test_there_is_no_code_for_a_stranger_or_for_who_has_left(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        assert "no contact of that name" in ready.refuses("contacts", "link-code", CANARY)
        in_database(ready, "UPDATE contact SET left_at = '2026-01-01 00:00:00.000000'")
        assert "no contact of that name" in ready.refuses("contacts", "link-code", "Aigerim")


class TestPolicy:
    def test_it_is_put_in_force_and_shown(self, ready: Panah) -> None:
        shown = ready.does("policy", "show")
        file = ready.writes("policy.yaml", shown)
        assert ready.does("policy", "import", file).startswith("In force: 1 policies")
        assert ready.does("policy", "show") == shown

    @pytest.mark.parametrize("content", ["policies: [", "nothing: here\n", ""])
    def test_a_wrong_one_changes_nothing(self, ready: Panah, content: str) -> None:
        before = ready.does("policy", "show")
        assert "policy.yaml" in ready.refuses("policy", "import", ready.writes("policy.yaml", content))
        assert ready.does("policy", "show") == before

    def test_one_in_another_encoding_is_refused(self, ready: Panah) -> None:
        file = ready.folder / "policy.yaml"
        file.write_bytes("policies: Алматы".encode("cp1251"))
        assert "UTF-8" in ready.refuses("policy", "import", str(file))


NIGHTS = """\
policies:
  - name: nights
    needs:
      coordinator:
        accepts: 2
        steps:
          - {notify: [{roster: nights}], channels: [sms, telegram], wait: 2m}
          - {notify: [{person: Nobody-Knows}], channels: [telegram], wait: 3m}
rosters:
  - name: nights
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Aigerim]}
"""


class TestWhoWouldRingNow:
    @pytest.fixture
    def staffed(self, ready: Panah) -> Panah:
        """Aigerim has proved her number and linked her account; Дана has not."""
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        house = build(read_settings({**ready.environment, "PANAH_HOME": str(ready.home)}))
        with house.store.unit("test") as unit:
            aigerim = find_contact(unit, "Aigerim")
            assert aigerim is not None
            chat = find_or_open_chat(unit, "telegram", "7000001")
            assert isinstance(link_account(unit, chat, make_link_code(unit, aigerim.id)), Contact)
            sms = unit.session.scalars(
                select(ContactMethod).where(ContactMethod.contact_id == aigerim.id, ContactMethod.channel == "sms")
            ).one()
            sms.chat_id, sms.verified_at = find_or_open_chat(unit, "sms", "+77000000001").id, unit.now
        house.store.engine.dispose()
        return ready

    def test_a_dry_run_names_everybody_and_imports_nothing(self, staffed: Panah) -> None:
        before = staffed.does("policy", "show")
        said = staffed.does("policy", "import", staffed.writes("policy.yaml", NIGHTS), "--dry-run")
        assert "nights: coordinator, 2 must accept" in said
        assert "1. Aigerim (sms, telegram), for 0:02:00" in said
        assert "2. NOBODY" in said
        assert said.endswith("Nothing was imported.\n")
        assert staffed.does("policy", "show") == before

    def test_a_dry_run_of_a_wrong_one_names_the_lines(self, staffed: Panah) -> None:
        file = staffed.writes("policy.yaml", NIGHTS.replace("wait: 3m", "wait: 3 moons"))
        assert "line 8" in staffed.refuses("policy", "import", file, "--dry-run")

    def test_that_risk_is_not_looked_at_is_said(self, staffed: Panah) -> None:
        written = NIGHTS.replace("    needs:", "    applies_to: {risk: [high]}\n    needs:")
        file = staffed.writes("policy.yaml", written)
        for said in (staffed.does("policy", "import", file, "--dry-run"), staffed.does("policy", "import", file)):
            assert "nights: `risk` is not looked at yet" in said

    def test_what_is_in_force_is_shown_as_data(self, staffed: Panah) -> None:
        staffed.does("policy", "import", staffed.writes("policy.yaml", NIGHTS))
        assert "1. Aigerim" in staffed.does("policy", "show", "--now")
        (need,) = json.loads(staffed.does("policy", "show", "--now", "--json"))
        assert (need["policy"], need["need"], need["accepts"]) == ("nights", "coordinator", 2)
        assert need["steps"] == [
            {"wait_seconds": 120, "people": [{"name": "Aigerim", "channels": ["sms", "telegram"]}]},
            {"wait_seconds": 180, "people": []},
        ]
        staffed.refuses("policy", "show", "--json", status=2)

    def test_a_roster_that_is_missing_is_said(self, staffed: Panah) -> None:
        assert "There is no roster `duty`" in staffed.does("policy", "show", "--now")


class TestDeliveries:
    def test_what_was_sent_is_shown_without_where_to_and_what(self, ready: Panah) -> None:
        assert ready.does("deliveries") == "There are none.\n"
        ready.does("contacts", "import", ready.writes("team.csv", WAYS))
        ready.does("contacts", "verify", "Aigerim")
        shown = ready.does("deliveries")
        assert "voice send Aigerim: queued" in shown
        voice, _ = json.loads(ready.does("deliveries", "--json"))
        assert (voice["helper"], voice["state"], voice["attempts"]) == ("Aigerim", "queued", [])
        assert "+7700" not in shown
        assert ready.does("deliveries", "--stuck") == "There are none.\n"

    def test_a_code_nobody_knows_is_a_fault(self, ready: Panah) -> None:
        assert "no case of this code" in ready.refuses("deliveries", "--case", "K7M-4TX")


class TestAudit:
    def test_an_untouched_log_holds(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        assert ready.does("audit", "verify") == (
            "Every chain holds.\nSeals, receipts, messages and files agree with it.\n"
        )
        assert ready.does("audit", "verify", "--json") == "[]\n"

    def test_tampering_is_a_fault_and_located(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        in_database(ready, "UPDATE event SET actor = 'somebody else' WHERE position = 2")
        result = ready("audit", "verify")
        assert result.exit_code == 1
        assert result.stdout.startswith("system: an event was changed at position 2\n")
        result = ready("audit", "verify", "--json")
        assert result.exit_code == 1
        assert json.loads(result.stdout) == [{"chain": "system", "position": 2, "what": "an event was changed"}]

    def test_a_seal_is_printed_and_what_is_not_of_it_is_found(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        line = ready.does("audit", "seal")
        assert (ready.home / "seals.jsonl").read_text() == line
        kept = ready.writes("kept.jsonl", line)
        assert "and so do the seals kept elsewhere" in ready.does("audit", "verify", "--seals", kept)
        in_database(ready, "DELETE FROM event WHERE chain = 'system'")
        in_database(ready, "DELETE FROM chain_head")
        assert ready.does("audit", "seal")
        in_database(ready, "DELETE FROM seal_head")
        in_database(ready, "DELETE FROM seal")
        found = ready("audit", "verify", "--seals", kept)
        assert found.exit_code == 1
        assert "seal 1: the log of" in found.stdout

    def test_evidence_is_written_for_a_case_there_is(self, ready: Panah) -> None:
        house = build(read_settings(ready.environment))
        with house.store.unit("test") as unit:
            code = open_case(unit, language="en").code
        house.store.engine.dispose()
        folder = str(ready.folder / "court")
        said = ready.does("audit", "export", code.lower(), "--to", folder)
        assert said == f"Written: {folder}. Check it with: python3 -I {folder}/check.py\n"
        assert "holds other things already" in ready.refuses("audit", "export", code, "--to", folder)
        data = json.loads(ready.does("audit", "export", code, "--json"))
        assert [one["event"] for one in data["events"]] == ["EvidenceExported"] * 2, "what was refused never left"
        assert "no case of this code" in ready.refuses("audit", "export", "XXX-X2X", "--json")
        ready.refuses("audit", "export", code, status=2)


class TestParked:
    @pytest.fixture
    def item(self, ready: Panah) -> str:
        """Something that could not be handled."""
        house = build(read_settings(ready.environment))
        with house.store.unit("test") as unit:
            keep(unit, "telegram:test", "telegram", [RawInput(1, "7000000", CANARY)])
            row = unit.session.query(InboxItem).one()
            row.due_at, row.parked_at, row.trouble = None, unit.now, "KeyError at handler.py:1"
        house.store.engine.dispose()
        return str(row.id)

    def test_nothing_is_fine(self, ready: Panah) -> None:
        assert ready.does("parked") == "Nothing is parked.\n"
        assert ready.does("parked", "--json") == "[]\n"

    def test_what_waits_is_shown_without_what_it_says(self, ready: Panah, item: str) -> None:
        result = ready("parked")
        assert result.exit_code == 1
        assert result.stdout.startswith(f"inbox {item} parked ")
        assert result.stdout.endswith("UTC: KeyError at handler.py:1\n")
        (one,) = json.loads(ready("parked", "--json").stdout)
        assert (one["queue"], one["id"], one["trouble"]) == ("inbox", item, "KeyError at handler.py:1")
        assert CANARY not in result.output

    def test_it_is_tried_again_when_told(self, ready: Panah, item: str) -> None:
        assert ready.does("parked", "retry", item) == "It is being tried again.\n"
        assert ready.does("parked") == "Nothing is parked.\n"
        assert "no parked item" in ready.refuses("parked", "retry", item)

    @pytest.mark.parametrize("stranger", ["00000000-0000-4000-8000-000000000000", "nonsense"])
    def test_an_unknown_id_is_a_fault(self, ready: Panah, stranger: str) -> None:
        assert "no parked item" in ready.refuses("parked", "retry", stranger)


class TestDatabase:
    def test_migrating_what_is_up_to_date_changes_nothing(self, ready: Panah) -> None:
        assert ready.does("migrate") == "The database is up to date.\n"
        assert list(ready.home.glob("before-*")) == []

    def test_an_older_database_is_named_and_migrated(self, ready: Panah) -> None:
        in_database(ready, "DROP TABLE alembic_version")
        assert "of an earlier release; run `panah migrate`" in ready.refuses("parked")

    def test_a_later_one_is_not_touched(self, ready: Panah) -> None:
        in_database(ready, "UPDATE alembic_version SET version_num = '9999'")
        for command in ("parked", "migrate", "init", "up"):
            assert "of a later release (revision 9999)" in ready.refuses(command)

    def test_an_unreachable_one_is_told_without_its_address(self, ready: Panah) -> None:
        said = ready.refuses("parked", DATABASE_URL="postgresql+psycopg://panah:S3cret@127.0.0.1:1/panah")
        assert "the database does not answer" in said
        assert "S3cret" not in said

    def test_one_that_cannot_be_opened_is_told(self, ready: Panah) -> None:
        said = ready.refuses("parked", DATABASE_URL=f"sqlite:///{ready.folder}/none/panah.db")
        assert "cannot be opened" in said

    def test_a_busy_one_is_told(self) -> None:
        from sqlalchemy.exc import OperationalError

        error = OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked"))
        assert "busy" in what_is_wrong(error)

    def test_a_full_disk_is_told(self) -> None:
        from sqlalchemy.exc import OperationalError

        for said in ("database or disk is full", 'could not extend file "base/1/2": No space left on device'):
            told = what_is_wrong(OperationalError("INSERT", {}, sqlite3.OperationalError(said)))
            assert told.startswith("the disk is full: make room")
            assert "base" not in told

    def test_what_nobody_foresaw_is_told_by_kind_and_place(self, ready: Panah) -> None:
        ready.does("contacts", "import", ready.writes("team.csv", TEAM))
        in_database(ready, "UPDATE contact SET role = 'king'")
        said = ready.refuses("contacts", "export")
        assert re.search(r"something unexpected went wrong \(ValueError at \w+\.py:\d+\)", said)
        assert "king" not in said

    def test_it_may_be_elsewhere(self, ready: Panah, empty_database: str) -> None:
        assert "run `panah migrate`" in ready.refuses("parked", DATABASE_URL=empty_database)
        ready.does("migrate", DATABASE_URL=empty_database)
        ready.does("contacts", "import", ready.writes("team.csv", TEAM), DATABASE_URL=empty_database)
        assert "Aigerim" in ready.does("contacts", "export", DATABASE_URL=empty_database)
        assert "Aigerim" not in ready.does("contacts", "export")


def test_whatever_a_command_writes_only_its_owner_can_read(ready: Panah) -> None:
    ready.does("contacts", "import", ready.writes("team.csv", TEAM))
    ready.does("contacts", "link-code", "Aigerim")
    assert {stat.S_IMODE(file.stat().st_mode) for file in ready.home.iterdir()} == {0o600}


def test_no_name_or_number_is_readable_in_the_file(ready: Panah) -> None:
    ready.does(
        "contacts", "import", ready.writes("team.csv", f"name,role,sms,notes\n{CANARY},lawyer,+77000000009,{CANARY}\n")
    )
    for file in ready.home.iterdir():
        assert b"Canary" not in file.read_bytes()
        assert b"77000000009" not in file.read_bytes()


def in_database(panah: Panah, statement: str) -> None:
    with closing(sqlite3.connect(panah.home / "panah.db")) as database:
        database.execute(statement)
        database.commit()


def events(panah: Panah) -> int:
    with closing(sqlite3.connect(panah.home / "panah.db")) as database:
        count: int = database.execute("SELECT count(*) FROM event").fetchone()[0]
        return count


class TestRoster:
    POLICY = """\
policies:
  - name: test
    applies_to: {jurisdictions: [KZ], risk: any}
    repeat: 2
    needs:
      coordinator:
        - {notify: [{roster: duty}], channels: [telegram], wait: 2m}
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {every: 1 day, handoff: "09:00", members: [Aigerim, Timur, Nobody-Knows]}
"""
    PEOPLE = "name,role\nAigerim,coordinator\nTimur,coordinator\nДана,lawyer\nMarat,journalist\n"

    @pytest.fixture
    def rota(self, ready: Panah) -> Panah:
        ready.does("contacts", "import", ready.writes("people.csv", self.PEOPLE))
        ready.does("policy", "import", ready.writes("policy.yaml", self.POLICY))
        return ready

    def shifts(self, rota: Panah) -> list[dict[str, str | None]]:
        (shown,) = json.loads(rota.does("roster", "show", "--week", "--json"))
        assert (shown["roster"], shown["timezone"]) == ("duty", "Asia/Almaty")
        found: list[dict[str, str | None]] = shown["shifts"]
        return found

    def wall(self, shift: dict[str, str | None], hours: int = 1) -> str:
        """A time well within a shift, by the clock on the wall."""
        began = datetime.fromisoformat(str(shift["from"])).replace(tzinfo=None)
        return f"{began + timedelta(hours=hours):%Y-%m-%d %H:%M}"

    def test_a_week_is_shown_with_its_gaps(self, rota: Panah) -> None:
        members = [shift["member"] for shift in self.shifts(rota)]
        assert set(members) == {"Aigerim", "Timur", None}
        said = rota.does("roster", "show", "--week")
        assert said.startswith("duty (Asia/Almaty)\n  ")
        assert "NOBODY" in said
        assert len(rota.does("roster", "show").splitlines()) in {2, 3}

    def test_somebody_covers(self, rota: Panah) -> None:
        before = events(rota)
        gap = next(shift for shift in self.shifts(rota)[1:-1] if shift["member"] is None)
        start, end = self.wall(gap), self.wall(gap, 5)
        said = rota.does("roster", "cover", "duty", "дана", "--from", start, "--until", end)
        assert said.startswith("Agreed: ")
        assert start in said
        assert end in said
        covered = [shift for shift in self.shifts(rota) if shift["member"] == "Дана"]
        assert [str(one["from"])[:16].replace("T", " ") for one in covered] == [start]
        assert events(rota) == before + 1

    def test_from_now_on_if_nothing_is_said(self, rota: Panah) -> None:
        rota.does("roster", "cover", "duty", "Дана", "--until", self.wall(self.shifts(rota)[-2]))
        assert self.shifts(rota)[0]["member"] == "Дана"

    def test_two_change_places(self, rota: Panah) -> None:
        shifts = self.shifts(rota)[1:-1]
        one = next(shift for shift in shifts if shift["member"] == "Aigerim")
        other = next(shift for shift in shifts if shift["member"] == "Timur")
        said = rota.does("roster", "swap", "duty", self.wall(one), self.wall(other))
        assert said.startswith("Agreed:\n  Timur: ")
        changed = {shift["from"]: shift["member"] for shift in self.shifts(rota)}
        assert (changed[one["from"]], changed[other["from"]]) == ("Timur", "Aigerim")

    def test_what_cannot_be_agreed_is_said_and_changes_nothing(self, rota: Panah) -> None:
        before, shifts = self.shifts(rota), self.shifts(rota)
        gap = next(shift for shift in shifts[1:-1] if shift["member"] is None)
        mine = next(shift for shift in shifts[1:-1] if shift["member"] == "Aigerim")
        later, earlier = self.wall(gap, 5), self.wall(gap)
        for words, command in (
            ("no roster of that name", ("cover", "nights", "Timur", "--until", later)),
            ("no contact of that name", ("cover", "duty", CANARY, "--until", later)),
            ("only coordinators and lawyers", ("cover", "duty", "Marat", "--until", later)),
            ("must come after", ("cover", "duty", "Timur", "--from", later, "--until", earlier)),
            ("that time is over", ("cover", "duty", "Timur", "--from", "2020-01-01", "--until", "2020-01-02")),
            ("more than a year", ("cover", "duty", "Timur", "--until", "2999-01-01")),
            ("nobody has the shift", ("swap", "duty", earlier, self.wall(mine))),
            ("that time is over", ("swap", "duty", "2020-01-01 12:00", self.wall(mine))),
            ("the same person's", ("swap", "duty", self.wall(mine), self.wall(mine, 2))),
        ):
            assert words in rota.refuses("roster", *command)
        rota.refuses("roster", "cover", "duty", "Timur", status=2)
        rota.refuses("roster", "cover", "duty", "Timur", "--until", "tomorrow", status=2)
        assert [one["member"] for one in self.shifts(rota)] == [one["member"] for one in before]

    def test_without_rosters_it_says_what_to_do(self, ready: Panah) -> None:
        assert "panah policy import" in ready.does("roster", "show")
        assert json.loads(ready.does("roster", "show", "--json")) == []
