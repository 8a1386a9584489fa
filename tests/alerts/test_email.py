"""E-mail over real SMTP: what arrives, how it fails, and what never gets out."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import structlog

from alerts.channels.email.address import mailbox
from alerts.channels.email.channel import EmailChannel
from alerts.channels.email.errors import ENHANCED_CODES, FOR_NOW, LOGINS, REPLY_CODES
from alerts.channels.email.server import read_server
from alerts.channels.port import (
    AnswersQuestions,
    Button,
    Channel,
    ChannelError,
    Misconfigured,
    Outgoing,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from alerts.channels.verdicts import Kind
from tests.alerts.leaks import assert_harmless, assert_logs_are_harmless, closed_port, failure_of
from tests.alerts.mail_server import HOST, PASSWORD, USER, Script, certificate, real_server, scripted_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from email.message import EmailMessage
    from pathlib import Path

pytestmark = pytest.mark.anyio

GULNAR = "gulnar@example.org"
FROM = "panah@example.org"
ALERT = Outgoing(GULNAR, "NEW K7M-4TX canary-text", reference="r1", subject="Panah: please open")
LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
KINDS: dict[Kind, type[ChannelError]] = {
    Kind.TEMPORARY: TemporaryFailure,
    Kind.PERMANENT: PermanentFailure,
    Kind.GONE: PermanentFailure,
    Kind.MISCONFIGURED: Misconfigured,
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with scripted_server() as script:
        yield script


@pytest.fixture
def channel(script: Script) -> EmailChannel:
    return EmailChannel(f"smtp://{HOST}:{script.port}", FROM, timeout=0.5)


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


# what arrives


async def test_an_alert_is_plain_text_without_names_from_and_for_machines_that_do_not_answer() -> None:
    async with real_server() as server:
        sent = await EmailChannel(f"smtp://{HOST}:{server.port}", FROM).send(ALERT)
        (mail,) = server.mails()
    assert sent.provider_id == "r1@example.org"
    assert datetime.now(UTC) - parsedate_to_datetime(mail["Date"]) < timedelta(minutes=1)
    assert str(mail["Date"]).endswith("+0000")
    del mail["Date"], mail["X-Peer"], mail["X-MailFrom"], mail["X-RcptTo"]
    assert dict(mail.items()) == {
        "From": FROM,
        "To": GULNAR,
        "Subject": "Panah: please open",
        "Message-ID": "<r1@example.org>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert text_of(mail) == "NEW K7M-4TX canary-text\n"
    (envelope,) = server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (FROM, [GULNAR])
    assert server.called_themselves == ["example.org"]


async def test_every_script_arrives_as_it_is_and_links_stand_below() -> None:
    text = ".\n.. қамауда \u2068قاماققا\u2069 拘留 = \U0001f6a8\nFrom here\n" + "long " * 500
    keyboard = (
        (Button("Қабылдау", data="a1"), Button("Ашу", url="https://example.org/open/x")),
        (Button("Map", url="https://example.org/map"),),
    )
    message = Outgoing(GULNAR, text, keyboard, subject="Іс: ашыңыз", reference="r1")
    async with real_server() as server:
        await EmailChannel(f"smtp://{HOST}:{server.port}", FROM).send(message)
        (mail,) = server.mails()
    assert mail["Subject"] == "Іс: ашыңыз"
    assert text_of(mail) == f"{text}\n\nАшу:\nhttps://example.org/open/x\n\nMap:\nhttps://example.org/map\n"


async def test_sent_again_it_has_the_same_identifier_by_which_mailboxes_fold_it() -> None:
    nameless = Outgoing(GULNAR, "text")
    odd = Outgoing(GULNAR, "text", reference="r 1\r\nBcc: x@example.org")
    async with real_server() as server:
        channel = EmailChannel(f"smtp://{HOST}:{server.port}", FROM)
        ids = [(await channel.send(one)).provider_id for one in (ALERT, ALERT, odd, odd, nameless, nameless)]
    assert ids[0] == ids[1]
    assert ids[2] == ids[3]
    assert len(set(ids)) == 4
    assert all("\n" not in one and one.endswith("@example.org") for one in ids)


@pytest.mark.parametrize(
    "hidden", ["a\r\nBcc: evil@example.org", "a\nX: y", "a\x00b", "a\u2028Bcc: b", "\ud800", "a" * 999]
)
async def test_nothing_in_a_subject_becomes_a_header(hidden: str) -> None:
    async with real_server() as server:
        await EmailChannel(f"smtp://{HOST}:{server.port}", FROM).send(Outgoing(GULNAR, "text", subject=hidden))
        (mail,) = server.mails()
    assert mail["Bcc"] is mail["X"] is None
    assert len(mail["Subject"]) <= 150
    assert server.envelopes[0].rcpt_tos == [GULNAR]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "gulnar",
        "@example.org",
        "gulnar@",
        "gulnar@example..org",
        "gulnar@-example.org",
        "gulnar@[127.0.0.1]",
        "<gulnar@example.org>",
        "Gulnar <gulnar@example.org>",
        "gulnar@example.org\r\nBcc: x@example.org",
        "gulnar\r\nRCPT TO:<x@example.org>@example.org",
        "gulnar@example.org> NOTIFY=SUCCESS",
        "gul nar@example.org",
        '"gul\\"nar"@example.org',
        "gul\u2028nar@example.org",
        "a@b@example.org",
        ".gulnar@example.org",
        "\ud800@example.org",
        "gulnar@\ud800.org",
        "қ" * 33 + "@example.org",
        "g@" + "a." * 130 + "org",
    ],
)
async def test_what_is_no_address_is_not_tried(script: Script, channel: EmailChannel, address: str) -> None:
    error = await failure_of(channel.send(Outgoing(address, "text")), PermanentFailure)
    assert (error.code, error.recipient_gone) == ("address_invalid", True)
    assert script.lines == []


async def test_a_domain_in_another_script_goes_by_its_ascii_form() -> None:
    async with real_server() as server:
        await EmailChannel(f"smtp://{HOST}:{server.port}", FROM).send(Outgoing("a@панах.example.org", "text"))
    assert server.envelopes[0].rcpt_tos == ["a@xn--80aa2bg7a.example.org"]
    assert server.mails()[0]["To"] == "a@xn--80aa2bg7a.example.org"


async def test_an_address_in_another_script_reaches_who_has_it() -> None:
    async with real_server() as server:
        await EmailChannel(f"smtp://{HOST}:{server.port}", FROM).send(Outgoing("гүлнар@example.org", "text"))
    assert server.envelopes[0].rcpt_tos == ["гүлнар@example.org"]
    assert server.envelopes[0].smtp_utf8


async def test_an_old_server_takes_no_such_address_and_the_error_says_whose_fault_it_is(
    script: Script, channel: EmailChannel
) -> None:
    error = await failure_of(channel.send(Outgoing("гүлнар@example.org", "text")), PermanentFailure)
    assert (error.code, error.recipient_gone) == ("no_smtputf8", False)
    assert not any(line.startswith("MAIL") for line in script.lines)


async def test_only_failures_are_reported_and_without_the_text_where_the_server_can() -> None:
    async with scripted_server("DSN") as able, scripted_server() as unable:
        for server in (able, unable):
            await EmailChannel(f"smtp://{HOST}:{server.port}", FROM).send(ALERT)
    assert able.lines[1:3] == [
        f"MAIL FROM:<{FROM}> RET=HDRS ENVID=r1",
        f"RCPT TO:<{GULNAR}> NOTIFY=FAILURE",
    ]
    assert unable.lines == ["EHLO example.org", f"MAIL FROM:<{FROM}>", f"RCPT TO:<{GULNAR}>", "DATA", "QUIT"]


async def test_what_was_sent_stays_sent_and_nobody_can_be_asked(channel: EmailChannel) -> None:
    door: Channel = channel
    for call, code in (
        (door.edit(GULNAR, "r1", "text", ()), "cannot_edit"),
        (door.answer("cb", "text"), "cannot_answer"),
        (door.delete(GULNAR, ["r1"]), "cannot_delete"),
        (door.leave(GULNAR), "cannot_leave"),
    ):
        error = await failure_of(call, PermanentFailure)
        assert (error.code, error.recipient_gone) == (code, False)
    assert not isinstance(channel, AnswersQuestions)


# secrecy on the way


async def test_starttls_and_login(tmp_path: Path) -> None:
    server_side, client_side = certificate(tmp_path)
    async with real_server(server_side, login=True) as server:
        channel = EmailChannel(f"smtp://{LOGIN}@{HOST}:{server.port}", FROM, tls_context=client_side)
        await channel.check()
        await channel.send(ALERT)
    assert server.logged_in == [True]


async def test_tls_from_the_start_and_login(tmp_path: Path) -> None:
    server_side, client_side = certificate(tmp_path)
    async with real_server(server_side, from_the_start=True) as server:
        channel = EmailChannel(f"smtps://{HOST}:{server.port}", FROM, tls_context=client_side)
        await channel.check()
        await channel.send(ALERT)
    assert len(server.envelopes) == 1


async def test_a_wrong_password_is_for_a_person_to_mend(tmp_path: Path) -> None:
    server_side, client_side = certificate(tmp_path)
    async with real_server(server_side, login=True) as server:
        channel = EmailChannel(f"smtp://canary:canary@{HOST}:{server.port}", FROM, tls_context=client_side)
        for call in (channel.send(ALERT), channel.check()):
            assert (await failure_of(call, Misconfigured)).code == "login_refused"


@pytest.mark.parametrize("from_the_start", [False, True])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path, from_the_start: bool) -> None:
    (tmp_path / "other").mkdir()
    server_side, _ = certificate(tmp_path)
    _, trusts_another = certificate(tmp_path / "other")
    scheme = "smtps" if from_the_start else "smtp"
    async with real_server(server_side, from_the_start=from_the_start) as server:
        channel = EmailChannel(f"{scheme}://{HOST}:{server.port}", FROM, tls_context=trusts_another)
        assert (await failure_of(channel.send(ALERT), Misconfigured)).code == "certificate_refused"
    assert server.envelopes == []


async def test_a_certificate_for_another_host_is_not_trusted(tmp_path: Path) -> None:
    server_side, client_side = certificate(tmp_path, host="127.0.0.9")
    async with real_server(server_side) as server:
        channel = EmailChannel(f"smtp://{HOST}:{server.port}", FROM, tls_context=client_side)
        assert (await failure_of(channel.send(ALERT), Misconfigured)).code == "certificate_refused"


async def test_without_starttls_nothing_is_said(script: Script, tmp_path: Path) -> None:
    _, client_side = certificate(tmp_path)
    channel = EmailChannel(f"smtp://{LOGIN}@{HOST}:{script.port}", FROM, tls_context=client_side)
    assert (await failure_of(channel.send(ALERT), Misconfigured)).code == "no_tls_or_login"
    assert script.lines == ["EHLO example.org"]


async def test_a_server_that_knows_no_login_is_for_a_person_to_mend(script: Script) -> None:
    channel = EmailChannel(f"smtp://{LOGIN}@{HOST}:{script.port}", FROM)
    assert (await failure_of(channel.send(ALERT), Misconfigured)).code == "no_tls_or_login"


# settings


def test_the_address_of_the_server_is_read() -> None:
    server = read_server(f"smtp://{LOGIN}@mail.example.org")
    assert (server.host, server.port, server.user, server.password) == ("mail.example.org", 587, USER, PASSWORD)
    assert (server.tls, server.local) == (False, False)
    server = read_server("smtps://[::1]/")
    assert (server.host, server.port, server.user, server.password) == ("::1", 465, None, None)
    assert (server.tls, server.local) == (True, True)
    assert read_server("smtp://localhost:2525").local
    assert not read_server("smtp://127.0.0.1.example.org").local
    assert_harmless(repr(server) + repr(read_server(f"smtp://{LOGIN}@mail.example.org")))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "canary",
        "mail.example.org:587",
        "http://mail.example.org",
        "smtp://",
        "smtp://user@mail.example.org",
        "smtp://user:canary@",
        "smtp://user:canary@mail.example.org:port",
        "smtp://user:canary@mail.example.org:99999",
        "smtp://mail.example.org:0",
        "smtp://user:canary/word@mail.example.org",
        "smtp://user:%FF@mail.example.org",
        "smtp://[mail.example.org",
        "smtp://mail.example.org/path",
        "smtp://mail.example.org?x=canary",
        "smtp://mail example.org",
    ],
)
async def test_settings_that_make_no_sense_are_refused_without_being_repeated(url: str) -> None:
    async def make() -> None:
        EmailChannel(url, FROM)

    assert (await failure_of(make(), Misconfigured)).code == "smtp_url_malformed"


@pytest.mark.parametrize("mail_from", ["", "canary", "Panah <panah@example.org>", "қ@example.org", "a@b\r\nX: y"])
async def test_senders_that_are_none_are_refused_without_being_repeated(mail_from: str) -> None:
    async def make() -> None:
        EmailChannel("smtp://localhost", mail_from)

    assert (await failure_of(make(), Misconfigured)).code == "mail_from_malformed"


# how it fails


@pytest.mark.parametrize("enhanced", ENHANCED_CODES)
async def test_every_enhanced_code_means_something(script: Script, channel: EmailChannel, enhanced: str) -> None:
    verdict = ENHANCED_CODES[enhanced]
    for command in ("RCPT", "end"):
        script.answers.clear()
        script.says(command, f"550 {enhanced} <{GULNAR}> canary")
        error = await failure_of(channel.send(ALERT), KINDS[verdict.kind])
        assert (error.code, error.meaning) == (verdict.code, verdict.meaning)
        assert getattr(error, "recipient_gone", False) is (verdict.kind is Kind.GONE)


@pytest.mark.parametrize("reply", REPLY_CODES)
async def test_every_reply_code_means_something(script: Script, channel: EmailChannel, reply: int) -> None:
    script.says("RCPT", f"{reply} canary 5.1.1 said within a sentence, or 5.1.1.1 as an address, is no code")
    error = await failure_of(channel.send(ALERT), KINDS[REPLY_CODES[reply].kind])
    assert error.code == REPLY_CODES[reply].code


@pytest.mark.parametrize("reply", sorted(LOGINS))
@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
async def test_a_login_that_is_missing_is_for_a_person_to_mend(
    script: Script, channel: EmailChannel, reply: int, command: str
) -> None:
    script.says(command, f"{reply} 5.7.0 canary")
    assert (await failure_of(channel.send(ALERT), Misconfigured)).code == "login_refused"


@pytest.mark.parametrize("reply", [*FOR_NOW, 432, 455, 499])
@pytest.mark.parametrize("command", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "end"])
async def test_what_begins_with_4_is_tried_again(
    script: Script, channel: EmailChannel, reply: int, command: str
) -> None:
    script.says(command, f"{reply} 4.7.1 greylisted, canary")
    error = await failure_of(channel.send(ALERT), TemporaryFailure)
    assert error.code == (FOR_NOW[reply].code if reply in FOR_NOW else "try_later")


async def test_a_full_mailbox_may_be_emptied(script: Script, channel: EmailChannel) -> None:
    for answer in ("552 5.2.2 canary", "552 canary", "452 4.2.2 canary", "450 4.2.2 canary"):
        script.says("RCPT", answer)
        assert (await failure_of(channel.send(ALERT), TemporaryFailure)).code == "mailbox_full"


async def test_the_enhanced_code_may_stand_in_any_line(script: Script, channel: EmailChannel) -> None:
    script.says("RCPT", "550-The canary\r\n550-5.1.1 does not\r\n550 live here")
    assert (await failure_of(channel.send(ALERT), PermanentFailure)).code == "no_mailbox"


@pytest.mark.parametrize(
    ("command", "answer", "code"),
    [
        ("greeting", "554 5.7.1 canary", "turned_away"),
        ("EHLO", "550 canary", "turned_away"),
        ("MAIL", "550 5.7.1 canary", "sender_refused"),
        ("MAIL", "553 5.1.8 canary", "sender_refused"),
        ("MAIL", "550 5.1.1 canary", "sender_refused"),
    ],
)
async def test_what_is_said_of_us_is_never_held_against_the_recipient(
    script: Script, channel: EmailChannel, command: str, answer: str, code: str
) -> None:
    script.says(command, answer)
    assert (await failure_of(channel.send(ALERT), Misconfigured)).code == code


async def test_a_refusal_of_next_year_is_temporary_and_loud(script: Script, channel: EmailChannel) -> None:
    script.says("RCPT", f"599 5.9.9 <{GULNAR}> canary")
    with structlog.testing.capture_logs() as logs:
        assert (await failure_of(channel.send(ALERT), TemporaryFailure)).code == "unknown_refusal"
    assert logs == [
        {"event": "unknown_refusal", "log_level": "error", "channel": "email", "reply": 599, "enhanced": "5.9.9"}
    ]


@pytest.mark.parametrize("command", ["greeting", "EHLO", "MAIL", "RCPT"])
async def test_a_connection_that_breaks_before_the_message_leaves_is_temporary(
    script: Script, channel: EmailChannel, command: str
) -> None:
    for answer in (None, "", "250-and then", "canary"):
        script.says(command, answer)
        error = await failure_of(channel.send(ALERT), TemporaryFailure)
        assert error.code in {"not_sent", "foreign_answer"}
    assert script.mails == 0


async def test_a_connection_that_breaks_after_the_message_left_is_unknown(
    script: Script, channel: EmailChannel
) -> None:
    for answer in (None, "", "250-and then", "canary", "199 canary"):
        script.says("end", answer)
        await failure_of(channel.send(ALERT), UnknownOutcome)
    assert script.mails == 5


async def test_once_the_server_has_said_yes_nothing_changes_it(script: Script, channel: EmailChannel) -> None:
    for answer in (None, "", "500 canary", "canary"):
        script.says("QUIT", answer)
        await channel.send(ALERT)
    await channel.check()


async def test_no_connection_is_temporary_because_nothing_was_sent() -> None:
    for url in (f"smtp://{HOST}:{closed_port()}", "smtp://mail.invalid", f"smtps://{HOST}:{closed_port()}"):
        channel = EmailChannel(url, FROM, timeout=0.5)
        for call in (channel.send(ALERT), channel.check()):
            assert (await failure_of(call, TemporaryFailure)).code == "not_sent"


async def test_what_is_no_mail_server_is_told_apart(script: Script, channel: EmailChannel) -> None:
    script.says("greeting", "HTTP/1.1 400 canary")
    await failure_of(channel.send(ALERT), TemporaryFailure)


async def test_many_at_once_take_turns_and_all_arrive() -> None:
    async with real_server() as server:
        channel = EmailChannel(f"smtp://{HOST}:{server.port}", FROM)
        await asyncio.gather(*(channel.send(Outgoing(GULNAR, "text", reference=f"r{n}")) for n in range(30)))
    assert len({mail["Message-ID"] for mail in server.mails()}) == 30


async def test_of_many_that_run_out_of_time_none_that_left_is_said_not_to_have(
    script: Script, channel: EmailChannel
) -> None:
    script.says("end", "")
    errors = await asyncio.gather(*(failure_of(channel.send(ALERT)) for _ in range(12)))
    unknown = [one for one in errors if isinstance(one, UnknownOutcome)]
    assert 1 <= script.mails <= len(unknown)
    assert all(isinstance(one, TemporaryFailure) for one in errors if one not in unknown)


# what never gets out


async def test_neither_password_nor_text_nor_address_gets_into_a_log_or_an_error(
    script: Script, channel: EmailChannel, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    await channel.send(ALERT)
    for command in ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "end"):
        for answer in (f"550 5.1.1 {GULNAR} {ALERT.text} canary", f"599 {GULNAR}", f"421 {GULNAR}", GULNAR, None):
            script.answers.clear()
            script.says(command, answer)
            await failure_of(channel.send(ALERT))
    with_password = EmailChannel(f"smtp://{LOGIN}@{HOST}:{script.port}", FROM, timeout=0.5)
    await failure_of(with_password.send(ALERT))
    assert_logs_are_harmless(caplog, capsys)
    assert_harmless(f"{channel!r} {with_password!r} {mailbox(GULNAR)!r} {ALERT!r}")
