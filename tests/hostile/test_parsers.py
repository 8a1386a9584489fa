"""Whatever is fed to a reader of ours, it answers or refuses by the one error it names: nothing else, and in time.

What is tried here besides the readers' own tests: deep nesting, aliases that multiply, bytes that are no text, zero
bytes on their way into the database. Each property has a long run of its own: `./panah test --long`.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.channels.email.address import mailbox
from alerts.channels.email.message import compose, reference_of
from alerts.channels.port import Outgoing, PermanentFailure
from alerts.channels.twilio.status import read_status
from alerts.policy import PolicyError, read_policies
from app.sources import gather
from bot.hearing import heard, read_input
from bot.updates import MalformedUpdateError, Message, address_of, read_update
from cases.codes import leading_code, normalise_code
from contacts.csv_format import read_contacts, write_contacts
from contacts.values import ContactCard, Role
from law.errors import RulesError
from law.loading import read_rulebook
from texts.when import Leaning, read_when

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
TEXTS = st.text(max_size=200) | st.text("0123456789.:-/+ tzапрaйTmÎ\u202e\u200b\x00\n\r\ud800", max_size=40)
LONG = settings(max_examples=5000, suppress_health_check=list(HealthCheck))

DEEP = 100_000
BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
)


def any_update(text: str) -> None:
    """A raw update and all that is read from it."""
    try:
        read = read_update(text)
    except (MalformedUpdateError, ValueError, RecursionError):
        return
    if isinstance(read, Message):
        read_input(read)
        heard(read)


def any_form(text: str) -> None:
    read_status({"MessageSid": text, "MessageStatus": text, "ErrorCode": text, "attempt": text})
    read_status({"CallSid": text, "CallStatus": text, "AnsweredBy": text, "Digits": text})


def any_policy(text: str) -> None:
    with suppress(PolicyError):
        read_policies(text)


def any_time(text: str) -> None:
    for leaning in Leaning:
        read_when(text, "Asia/Almaty", NOW, leaning)


def any_code(text: str) -> None:
    normalise_code(text)
    leading_code(text)


def any_contacts(text: str) -> None:
    read_contacts(text)
    read_contacts(f"name,role,notes,sms,email,regions,other\n{text}")
    read_contacts(text.encode("utf-8", "surrogatepass"))


def any_address(text: str) -> None:
    address_of(text)
    with suppress(PermanentFailure):
        mailbox(text)


READERS: tuple[Callable[[str], None], ...] = (
    any_update, any_form, any_policy, any_time, any_code, any_contacts, any_address,
)  # fmt: skip


@given(TEXTS)
@settings(max_examples=40)
def test_any_text_is_read_or_refused(text: str) -> None:
    for reader in READERS:
        reader(text)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_any_text_is_read_or_refused_for_long(reader: Callable[[str], None]) -> None:
    @LONG
    @given(TEXTS)
    def tried(text: str) -> None:
        reader(text)

    tried()


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEEP,
        '{"a":' * DEEP,
        "{" * DEEP,
        "- " * DEEP,
        "(" * DEEP,
        BOMB,
        "9" * DEEP,
        "\x00" * 5000,
        "\u202e" * 5000,
        "ﷺ" * 5000,
        "a" * DEEP + "!",
        "&a [*a]",
        "!!python/object/apply:os.system [id]",
        "%PDF-" + "\xff" * 5000,
        "1/1/1/" * 5000,
        "in " * 5000,
        "+" * 5000,
        "a@" * 5000,
        "0" * 4000 + ":00",
    ],
    ids=range(19),
)
def test_what_was_made_to_hurt_is_refused_in_time(text: str) -> None:
    began = time.process_time()
    for reader in READERS:
        reader(text)
    assert time.process_time() - began < 5


RULES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["jurisdiction", "sources", "rules", "id", "calendar", "counting", "period", "unit", "value", "law", "x"]
    ), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@given(st.one_of(TEXTS, RULES.map(json.dumps), st.just("[" * 5000), st.just(BOMB)))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_file_of_rules_is_read_or_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "xx.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(RulesError):
        read_rulebook(tmp_path)


@given(st.binary(max_size=300) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_file_of_settings_is_read_or_its_lines_are_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"PANAH_KEY=canary-of-settings\n" + content)
    _, problems = gather({}, file, {"PANAH_KEY", "PANAH_HOME"})
    assert not any("canary-of-settings" in problem for problem in problems)


HEADERS = st.text(st.sampled_from('aя \r\n\t\x00\x0b\x0c\x1c\x85\u2028\u2029:<>@,;"=?\ud800\U0001f600'), max_size=60)


@given(HEADERS, HEADERS, HEADERS)
@settings(max_examples=60)
def test_nothing_in_a_subject_or_text_becomes_a_header(subject: str, text: str, reference: str) -> None:
    message = Outgoing(address="dana@example.org", text=text, subject=f"{subject}\r\nBcc: x@example.org", language="en",
                       reference=reference)  # fmt: skip
    sent = compose(message, mailbox("panah@example.org"), mailbox("dana@example.org"), reference_of(message), NOW)
    read = message_from_bytes(sent.content, policy=default)
    assert set(read.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert read["To"] == "dana@example.org"


@given(HEADERS)
def test_no_address_holds_more_than_an_address(local: str) -> None:
    for address in (f"{local}@example.org", f"dana@{local}", f"dana@example.org{local}x"):
        try:
            found = mailbox(address).address
        except PermanentFailure:
            continue
        assert len(found.split()) == 1
        assert not set(found) & set('\r\n\x00<>,;":')


def test_spreadsheets_and_archives_are_no_contacts_file() -> None:
    for beginning in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b\x08"):
        reading = read_contacts(beginning + b"\x00" * 1000)
        assert not reading.cards
        assert reading.problems
    assert "not a CSV file" in read_contacts(b"PK\x03\x04" + bytes(100)).problems[0].reason


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "=cmd|' /C calc'!A0", " =1", '"=1']


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_exported_cell_runs_in_a_spreadsheet(cell: str) -> None:
    name = f"{cell.strip()} Dana"
    text = write_contacts([ContactCard(name, Role.LAWYER, specialities=(cell,), notes=cell, verified_by=cell)])
    for row in text.splitlines()[1:]:
        for written in row.split(","):
            assert written.strip(' "\t')[:1] not in tuple("=+-@＝＋－＠"), written


@pytest.mark.parametrize(
    "mark", ["\u200b", "\u2060", "\u2063", "\ufeff", "\u202e", "\u2066", "\u180e", "\U000e0041", "\u034f", "\u3164"]
)
def test_two_names_that_look_the_same_are_one(mark: str) -> None:
    reading = read_contacts(f"name,role\nAigerim,coordinator\nAi{mark}gerim,lawyer\n")
    assert [problem.column for problem in reading.problems] == ["name"], ascii(reading.cards)


def test_a_joiner_that_changes_nothing_makes_no_second_name() -> None:
    reading = read_contacts("name,role\nAigerim,coordinator\nAigerim\u200d,lawyer\nAi\u200cgerim,lawyer\n")
    assert [problem.column for problem in reading.problems] == ["name", "name"]
