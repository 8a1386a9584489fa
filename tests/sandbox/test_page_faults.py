"""The page's switches for Telegram's bad answers do what their words say, to a bot that asks over HTTP."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox import Phone, Sandbox
from sandbox.page.controls import BAD_ANSWERS
from tests.sandbox.client import Client
from tests.sandbox.test_page import Visitor


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Visitor]:
    visitor = Visitor(sandbox)
    yield visitor
    visitor.close()


@pytest.fixture
def aigerim(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Aigerim")


@contextmanager
def switched_on(visitor: Visitor, answer: str) -> Iterator[None]:
    """It is on in here, the page shows that, and nothing else is."""
    assert visitor.posts("controls/answer", {"answer": answer, "on": True}) == 204
    shown = visitor.first_state()["status"]["bad_answers"]
    assert [name for name, on in shown.items() if on] == [answer]
    yield
    assert visitor.posts("controls/answer", {"answer": answer, "on": False}) == 204
    assert set(visitor.first_state()["status"]["bad_answers"].values()) == {False}


def send(client: Client, phone: Phone) -> tuple[int, dict[str, Any]]:
    return client.call("sendMessage", chat_id=phone.chat_id, text="NEW")


@pytest.mark.parametrize(
    "case",
    [
        ("too_many", 429, "Too Many Requests: retry after 5"),
        ("blocked", 403, "Forbidden: bot was blocked by the user"),
        ("rejected", 400, "Bad Request: chat not found"),
        ("broken", 500, "Internal Server Error"),
    ],
)
def test_refusals(visitor: Visitor, client: Client, aigerim: Phone, case: tuple[str, int, str]) -> None:
    answer, status, words = case
    with switched_on(visitor, answer):
        code, body = send(client, aigerim)
        assert (code, body["error_code"], body["description"]) == (status, status, words)
        assert body.get("parameters") == ({"retry_after": 5} if status == 429 else None)
        assert (client.call("getMe")[0] == 200) == (answer != "broken")
    assert send(client, aigerim)[0] == 200
    assert [message.text for message in aigerim.messages] == ["NEW"]


@pytest.mark.parametrize(("answer", "arrived"), [("lost_before", 0), ("lost_after", 1)])
def test_answers_that_never_come(
    visitor: Visitor, sandbox: Sandbox, client: Client, *, answer: str, arrived: int
) -> None:
    aigerim = sandbox.phone("Aigerim")
    with switched_on(visitor, answer):
        with Client(sandbox.url, sandbox.bot().token, timeout=0.3) as hasty, pytest.raises(TimeoutError):
            send(hasty, aigerim)
        sandbox.wait_until(lambda: len(sandbox.calls("sendMessage")) == 1)
        sandbox.wait_until(lambda: len(aigerim.messages) == arrived)
    assert send(client, aigerim)[0] == 200
    assert len(aigerim.messages) == arrived + 1


def test_a_second_poller_ends_a_poll_that_waits_and_every_other(
    visitor: Visitor, sandbox: Sandbox, client: Client, aigerim: Phone
) -> None:
    words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    with ThreadPoolExecutor(1) as pool, Client(sandbox.url, sandbox.bot().token) as poller:
        waiting = pool.submit(poller.refused, "getUpdates", timeout=50)
        sandbox.wait_until(lambda: sandbox.calls("getUpdates"))
        time.sleep(0.1)
        with switched_on(visitor, "second_poller"):
            assert waiting.result(20) == (409, words)
            assert client.refused("getUpdates") == (409, words)
            assert send(client, aigerim)[0] == 200
            aigerim.writes("written meanwhile")
    assert len(client.updates()) == 1


def test_a_good_day_is_shown_whoever_brought_it(visitor: Visitor, sandbox: Sandbox, aigerim: Phone) -> None:
    for answer in BAD_ANSWERS:
        assert visitor.posts("controls/answer", {"answer": answer, "on": True}) == 204
    sandbox.faults.all_off()
    assert visitor.first_state()["status"]["bad_answers"] == dict.fromkeys(BAD_ANSWERS, False)
    assert aigerim.messages == []
