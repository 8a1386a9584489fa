"""Other messengers over real HTTP, through Apprise's own ``json://`` and ``ntfy://``."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from apprise import Apprise

from alerts.channels.other.channel import HAS_RECEIPTS, AppriseChannel
from alerts.channels.other.schemes import IN_THE_CLEAR, OWN_SERVERS, SERVICES, why_not
from alerts.channels.port import (
    AnswersQuestions,
    Button,
    Channel,
    Outgoing,
    PermanentFailure,
    Redacts,
    Sent,
    TemporaryFailure,
    UnknownOutcome,
)
from tests.alerts.leaks import assert_harmless, assert_logs_are_harmless, closed_port, failure_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytestmark = [
    pytest.mark.anyio,
    # Said when Apprise loads its services, by a module of Python's that one of them uses.
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]

OPEN = Button("Open", url="https://example.org/open/x")


@dataclass
class Messenger:
    """Somebody's server: what it was sent, and what it answers."""

    port: int = 0
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    late: float = 0.0
    moved_to: str = ""

    def address(self, path: str = "CANARY-topic", scheme: str = "json") -> str:
        return f"{scheme}://canary:canary@127.0.0.1:{self.port}/{path}"

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((request.path, await request.json()))
        await asyncio.sleep(self.late)
        headers = {"Location": self.moved_to} if self.moved_to else {}
        return web.json_response({"id": "1"}, status=self.status, headers=headers)


@asynccontextmanager
async def messenger() -> AsyncIterator[Messenger]:
    server = Messenger()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[Messenger]:
    async with messenger() as server:
        yield server


@pytest.fixture
def channel() -> Iterator[AppriseChannel]:
    channel = AppriseChannel(allow_loopback=True, timeout=3)
    yield channel
    channel.close()


def alert(address: str, text: str = "NEW K7M-4TX canary-text") -> Outgoing:
    return Outgoing(address, text, ((Button("Accept", data="a1"), OPEN),), subject="Panah: please open")


# what arrives


async def test_a_message_arrives_with_its_links_below(server: Messenger, channel: AppriseChannel) -> None:
    assert await channel.send(alert(server.address())) == Sent("")
    ((path, said),) = server.got
    assert path == "/CANARY-topic"
    assert (said["title"], said["message"]) == (
        "Panah: please open",
        "NEW K7M-4TX canary-text\n\nOpen:\nhttps://example.org/open/x",
    )
    assert said["attachments"] == []


async def test_ntfy_gets_it_too(server: Messenger, channel: AppriseChannel) -> None:
    await channel.send(alert(server.address(scheme="ntfy")))
    ((_, said),) = server.got
    assert (said["topic"], said["title"]) == ("CANARY-topic", "Panah: please open")
    assert "https://example.org/open/x" in said["message"]


async def test_markup_and_every_script_arrive_as_they_are(server: Messenger, channel: AppriseChannel) -> None:
    text = "<b>*_ & \u2068قاماققا\u2069 拘留 қамауда + % = \U0001f6a8 :smile: \\n {x}\n\"'"
    await channel.send(Outgoing(server.address("?emojis=no"), text))
    assert server.got[0][1]["message"] == text


async def test_many_at_once_all_arrive(server: Messenger, channel: AppriseChannel) -> None:
    await asyncio.gather(*(channel.send(alert(server.address(), f"text {number}")) for number in range(12)))
    assert len({said["message"] for _, said in server.got}) == 12


async def test_nobody_tells_what_became_of_it(channel: AppriseChannel) -> None:
    assert not HAS_RECEIPTS
    assert not isinstance(channel, AnswersQuestions)
    assert not isinstance(channel, Redacts)


async def test_what_was_sent_stays_sent(channel: AppriseChannel) -> None:
    door: Channel = channel
    for call, code in (
        (door.edit("ntfys://t", "", "text", ()), "cannot_edit"),
        (door.answer("cb", "text"), "cannot_answer"),
        (door.delete("ntfys://t", [""]), "cannot_delete"),
        (door.leave("ntfys://t"), "cannot_leave"),
    ):
        error = await failure_of(call, PermanentFailure)
        assert (error.code, error.recipient_gone) == (code, False)


# which addresses


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address_invalid"),
        ("canary", "address_invalid"),
        ("json://", "address_invalid"),
        ("jsons://[::1", "address_invalid"),
        ("jsons://example.org/a b", "address_invalid"),
        ("jsons://example.org/\n", "address_invalid"),
        ("jsons://example.org\\@127.0.0.1/", "address_invalid"),
        ("jsons://１２７.0.0.1/", "address_invalid"),
        ("jsons://127%2E0.0.1/", "address_invalid"),
        ("jsons://" + "a" * 3000, "address_invalid"),
        ("syslog://local0", "scheme_refused"),
        ("rsyslog://example.org", "scheme_refused"),
        ("dbus://a", "scheme_refused"),
        ("qt://a", "scheme_refused"),
        ("gnome://a", "scheme_refused"),
        ("glib://a", "scheme_refused"),
        ("macosx://a", "scheme_refused"),
        ("windows://a", "scheme_refused"),
        ("blink1://a", "scheme_refused"),
        ("apprises://example.org/token", "scheme_refused"),
        ("mailtos://canary:canary@example.org", "scheme_refused"),
        ("tgram://canary/1", "scheme_refused"),
        ("twilio://canary:canary@1/2", "scheme_refused"),
        ("wechat://canary@1/2", "scheme_refused"),
        ("qq://canary", "scheme_refused"),
        ("file://etc/passwd", "scheme_refused"),
        ("https://example.org", "scheme_refused"),
        ("mydecorator://a", "scheme_refused"),
        ("json://example.org/canary", "not_encrypted"),
        ("NTFY://example.org/canary", "not_encrypted"),
        ("signal://example.org:8080/canary", "not_encrypted"),
        ("jsons://localhost/", "loopback_refused"),
        ("jsons://LOCALHOST./", "loopback_refused"),
        ("jsons://a.localhost/", "loopback_refused"),
        ("jsons://canary@127.0.0.1:8000/", "loopback_refused"),
        ("jsons://127.1/", "loopback_refused"),
        ("jsons://0x7f000001/", "loopback_refused"),
        ("jsons://2130706433/", "loopback_refused"),
        ("jsons://0.0.0.0/", "loopback_refused"),
        ("jsons://[::1]/", "loopback_refused"),
        ("jsons://[::ffff:127.0.0.1]/", "loopback_refused"),
        ("jsons://169.254.169.254/", "loopback_refused"),
        ("jsons://[fe80::1]/", "loopback_refused"),
        ("ntfys://example.org/canary?attach=file:///etc/passwd", "files_refused"),
        ("jsons://example.org/?Attach=x", "files_refused"),
    ],
)
async def test_addresses_that_are_not_used_are_refused_without_being_repeated(address: str, code: str) -> None:
    channel = AppriseChannel()
    error = await failure_of(channel.send(Outgoing(address, "text")), PermanentFailure)
    assert (error.code, error.recipient_gone) == (code, True)
    channel.close()


@pytest.mark.parametrize(
    "address",
    [
        "ntfys://canary-topic",
        "ntfys://ntfy.example.org/canary",
        "signals://signal.example.org/+77000000000/+77000000001",
        "matrixs://canary:canary@matrix.example.org/#room",
        "whatsapp://canary@1234/+77000000001",
        "SLACK://canary/canary/canary",
    ],
)
def test_those_of_the_list_are_used(address: str) -> None:
    assert why_not(address, allow_loopback=False) is None


def test_this_machine_is_reached_only_where_that_is_allowed() -> None:
    assert why_not("signal://localhost:8080/+77000000000", allow_loopback=True) is None
    refused = why_not("signal://signal.example.org/+77000000000", allow_loopback=True)
    assert refused is not None
    assert refused.code == "not_encrypted"


def test_every_listed_service_is_one_that_apprise_has() -> None:
    known = {
        scheme
        for service in Apprise().details()["schemas"]
        for scheme in [*(service["protocols"] or ()), *(service["secure_protocols"] or ())]
    }
    assert known >= SERVICES | OWN_SERVERS | IN_THE_CLEAR


async def test_an_address_that_apprise_cannot_read_is_none(channel: AppriseChannel) -> None:
    error = await failure_of(channel.send(Outgoing("slack://canary", "text")), PermanentFailure)
    assert (error.code, error.recipient_gone) == ("address_invalid", True)


# how it fails


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500, 503])
async def test_whatever_is_no_plain_yes_is_unknown_and_not_repeated(
    server: Messenger, channel: AppriseChannel, status: int
) -> None:
    server.status = status
    error = await failure_of(channel.send(alert(server.address("t?retry=5&wait=0"))), UnknownOutcome)
    assert error.code == "not_confirmed"
    assert len(server.got) == 1


async def test_redirections_are_not_followed_even_if_the_address_asks_for_it(
    server: Messenger, channel: AppriseChannel
) -> None:
    server.status, server.moved_to = 307, f"http://127.0.0.1:{server.port}/elsewhere"
    await failure_of(channel.send(alert(server.address("t?redirect=yes"))), UnknownOutcome)
    assert [path for path, _ in server.got] == ["/t"]


async def test_no_connection_is_unknown_because_apprise_does_not_tell(channel: AppriseChannel) -> None:
    address = f"json://127.0.0.1:{closed_port()}/canary"
    assert (await failure_of(channel.send(alert(address)), UnknownOutcome)).code == "not_confirmed"


async def test_what_does_not_end_in_time_is_unknown(server: Messenger) -> None:
    server.late = 1.0
    channel = AppriseChannel(allow_loopback=True, timeout=0.3)
    await failure_of(channel.send(alert(server.address("t?rto=60&cto=60"))), UnknownOutcome)
    channel.close()


async def test_what_found_no_thread_in_time_was_not_sent(server: Messenger) -> None:
    server.late = 1.0
    channel = AppriseChannel(allow_loopback=True, timeout=0.3)
    errors = await asyncio.gather(*(failure_of(channel.send(alert(server.address()))) for _ in range(12)))
    kinds = [type(one) for one in errors]
    assert set(kinds) == {TemporaryFailure, UnknownOutcome}
    assert len(server.got) <= kinds.count(UnknownOutcome)
    channel.close()


async def test_a_closed_channel_is_temporary(server: Messenger, channel: AppriseChannel) -> None:
    channel.close()
    assert (await failure_of(channel.send(alert(server.address())), TemporaryFailure)).code == "not_sent"
    channel.close()


# what never gets out


async def test_neither_address_nor_text_gets_into_a_log_or_an_error(
    server: Messenger, channel: AppriseChannel, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for scheme in ("json", "ntfy"):
        server.status = 200
        await channel.send(alert(server.address(scheme=scheme)))
        server.status = 401
        await failure_of(channel.send(alert(server.address(scheme=scheme))))
    for address in (f"json://canary:canary@127.0.0.1:{closed_port()}/canary", "slack://canary", "syslog://canary"):
        await failure_of(channel.send(alert(address)))
    assert_logs_are_harmless(caplog, capsys)
    assert_harmless(f"{channel!r}")
