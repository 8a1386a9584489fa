"""Every bad day Telegram can have, switched on one at a time."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox import Bot, Phone, Sandbox
from tests.sandbox.client import Client

BROKEN = (http.client.RemoteDisconnected, ConnectionResetError)


@pytest.fixture
def aigerim(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Aigerim")


def send(client: Client, phone: Phone) -> tuple[int, dict[str, object]]:
    return client.call("sendMessage", chat_id=phone.chat_id, text="NEW")


def test_too_many_requests_for_one_chat_only(sandbox: Sandbox, client: Client, aigerim: Phone) -> None:
    timur = sandbox.phone("Timur")
    sandbox.faults.too_many_requests(7, chat=aigerim, times=2)
    status, body = send(client, aigerim)
    assert (status, body["parameters"]) == (429, {"retry_after": 7})
    assert send(client, timur)[0] == 200
    assert [send(client, aigerim)[0] for _ in range(2)] == [429, 200]


def test_refusals_last_until_switched_off(sandbox: Sandbox, client: Client, aigerim: Phone) -> None:
    faults = sandbox.faults
    with faults.forbids():
        assert [send(client, aigerim)[0] for _ in range(3)] == [403] * 3
    with faults.rejects("chat not found"):
        assert send(client, aigerim)[1]["description"] == "Bad Request: chat not found"
    with faults.breaks():
        assert send(client, aigerim)[0] == 502
    with faults.migrates(-100123):
        assert send(client, aigerim)[1]["parameters"] == {"migrate_to_chat_id": -100123}
    assert aigerim.messages == []
    assert send(client, aigerim)[0] == 200


@pytest.mark.parametrize("accepted", [True, False])
def test_an_answer_that_never_comes(sandbox: Sandbox, bot: Bot, aigerim: Phone, *, accepted: bool) -> None:
    sandbox.faults.never_answers(accepted=accepted, times=1)
    with Client(sandbox.url, bot.token, timeout=0.2) as client, pytest.raises(TimeoutError):
        send(client, aigerim)
    sandbox.wait_until(lambda: sandbox.calls("sendMessage") and len(aigerim.messages) == int(accepted))
    assert [call.answered for call in sandbox.calls("sendMessage")] == [None]


@pytest.mark.parametrize("accepted", [True, False])
def test_a_connection_that_breaks(sandbox: Sandbox, client: Client, aigerim: Phone, *, accepted: bool) -> None:
    sandbox.faults.drops_connection(accepted=accepted, times=1)
    with pytest.raises(BROKEN):
        send(client, aigerim)
    assert len(aigerim.messages) == int(accepted)
    assert send(client, aigerim)[0] == 200
    assert [call.answered for call in sandbox.calls("sendMessage")] == [None, 200]


def test_an_outage_ends_waiting_polls_too(sandbox: Sandbox, bot: Bot, client: Client, aigerim: Phone) -> None:
    with ThreadPoolExecutor(1) as pool, Client(sandbox.url, bot.token) as poller:
        waiting = pool.submit(poller.updates, timeout=25)
        sandbox.wait_until(lambda: sandbox.calls("getUpdates"))
        with sandbox.outage():
            with pytest.raises(BROKEN):
                waiting.result(15)
            with pytest.raises(BROKEN):
                send(client, aigerim)
            aigerim.writes("written meanwhile")
        assert len(client.updates()) == 1


def test_slowness(sandbox: Sandbox, client: Client, aigerim: Phone) -> None:
    sandbox.faults.slow(0.2, method="sendMessage")
    began = time.monotonic()
    send(client, aigerim)
    assert time.monotonic() - began >= 0.2
    sandbox.faults.slow(1_000, method="sendMessage")
    sandbox.faults.all_off()
    send(client, aigerim)


def test_polling_meets_faults_as_well(sandbox: Sandbox, client: Client) -> None:
    sandbox.faults.breaks(method="getUpdates", times=1)
    assert client.refused("getUpdates") == (502, "Bad Gateway")
    assert client.updates() == []


def test_stopping_releases_calls_that_wait(aigerim: Phone, sandbox: Sandbox, bot: Bot) -> None:
    sandbox.faults.never_answers(accepted=False)
    with ThreadPoolExecutor(1) as pool, Client(sandbox.url, bot.token) as client:
        waiting = pool.submit(send, client, aigerim)
        sandbox.wait_until(lambda: sandbox.calls("sendMessage"))
        began = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - began < 20
        assert waiting.exception(20) is not None
