"""Updates come again until they are confirmed: the promise that nothing reported is lost begins here."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox import Bot, Sandbox
from tests.sandbox.client import Client
from tests.sandbox.conftest import Clock

LONG_POLL = 25
"""Seconds; far more than anything here takes on a busy machine."""


def texts(updates: list[dict[str, object]]) -> list[object]:
    return [update["message"]["text"] for update in updates]  # type: ignore[index]


def test_unconfirmed_updates_come_again_after_a_crash(sandbox: Sandbox, bot: Bot, client: Client) -> None:
    gulnar = sandbox.phone("Gulnar")
    gulnar.writes("one")
    gulnar.writes("two")
    assert texts(client.updates()) == ["one", "two"]

    with Client(sandbox.url, bot.token) as restarted:
        assert texts(restarted.updates()) == ["one", "two"]


def test_an_offset_confirms_what_is_below_it(sandbox: Sandbox, bot: Bot, client: Client) -> None:
    gulnar = sandbox.phone("Gulnar")
    for text in ("one", "two", "three"):
        gulnar.writes(text)
    first, second, _ = (update["update_id"] for update in client.updates())
    assert second == first + 1

    assert texts(client.updates(offset=second + 1)) == ["three"]
    assert bot.pending == 1
    assert texts(client.updates(offset=first)) == ["three"], "an old offset brings nothing back"


def test_a_negative_offset_forgets_all_but_the_last(sandbox: Sandbox, client: Client) -> None:
    gulnar = sandbox.phone("Gulnar")
    for text in ("one", "two", "three"):
        gulnar.writes(text)
    assert texts(client.updates(offset=-1)) == ["three"]
    assert texts(client.updates()) == ["three"]


def test_a_limit_is_kept(sandbox: Sandbox, client: Client) -> None:
    gulnar = sandbox.phone("Gulnar")
    for number in range(120):
        gulnar.writes(str(number))
    assert len(client.updates()) == 100
    assert texts(client.updates(limit=2)) == ["0", "1"]


def test_a_long_poll_wakes_at_once(sandbox: Sandbox, client: Client) -> None:
    gulnar = sandbox.phone("Gulnar")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.updates, timeout=LONG_POLL)
        time.sleep(0.05)
        began = time.monotonic()
        gulnar.writes("help")
        assert texts(waiting.result()) == ["help"]
        assert time.monotonic() - began < LONG_POLL / 2


def test_a_long_poll_ends_empty(client: Client) -> None:
    began = time.monotonic()
    assert client.updates(timeout=1) == []
    assert 0.9 < time.monotonic() - began < LONG_POLL


def test_a_second_poll_terminates_the_first(sandbox: Sandbox, bot: Bot, client: Client) -> None:
    gulnar = sandbox.phone("Gulnar")
    with ThreadPoolExecutor(2) as pool, Client(sandbox.url, bot.token) as other:
        first = pool.submit(client.call, "getUpdates", timeout=LONG_POLL)
        sandbox.wait_until(lambda: sandbox.calls("getUpdates"))
        time.sleep(0.05)
        second = pool.submit(other.updates, timeout=LONG_POLL)
        status, body = first.result()
        assert status == 409
        assert body["description"] == (
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        gulnar.writes("still heard")
        assert texts(second.result()) == ["still heard"]


def test_polling_beside_a_webhook_is_a_conflict(client: Client) -> None:
    client.does("setWebhook", url="https://example.org/hook", secret_token="s3cret")
    status, why = client.refused("getUpdates")
    assert status == 409
    assert "webhook is active" in why
    assert client.does("getWebhookInfo")["url"] == "https://example.org/hook"
    client.does("deleteWebhook")
    assert client.updates() == []


def test_only_wanted_kinds_are_queued(sandbox: Sandbox, client: Client) -> None:
    gulnar = sandbox.phone("Gulnar")
    client.updates(allowed_updates=["callback_query"])
    gulnar.writes("not asked for")
    client.updates(allowed_updates=[])
    gulnar.writes("asked for")
    assert texts(client.updates()) == ["asked for"]


def test_updates_are_kept_for_a_day(sandbox: Sandbox, client: Client, clock: Clock) -> None:
    gulnar = sandbox.phone("Gulnar")
    gulnar.writes("yesterday")
    clock.moves(hours=23)
    gulnar.writes("an hour ago")
    clock.moves(hours=2)
    assert texts(client.updates()) == ["an hour ago"]


def test_a_confirmed_update_can_be_delivered_again(sandbox: Sandbox, client: Client) -> None:
    sent = sandbox.phone("Gulnar").writes("once")
    assert sent.update_id is not None
    client.updates(offset=sent.update_id + 1)

    sandbox.redeliver(sent.update_id)
    again = client.updates(offset=sent.update_id + 1)
    assert [update["update_id"] for update in again] == [sent.update_id]
    assert client.updates(offset=sent.update_id + 1) == []
    with pytest.raises(LookupError):
        sandbox.redeliver(1)


def test_a_malformed_update_is_handed_out_as_it_is(sandbox: Sandbox, client: Client) -> None:
    update_id = sandbox.push_raw_update({"message": {"chat": "nonsense"}})
    assert client.updates() == [{"update_id": update_id, "message": {"chat": "nonsense"}}]


def test_thousands_of_updates_are_quick(sandbox: Sandbox, bot: Bot, client: Client) -> None:
    gulnar = sandbox.phone("Gulnar")
    began = time.monotonic()
    for number in range(5_000):
        gulnar.writes(str(number))
    offset, seen = 0, 0
    while batch := client.updates(offset=offset):
        seen += len(batch)
        offset = batch[-1]["update_id"] + 1
    assert seen == 5_000
    assert bot.pending == 0
    assert time.monotonic() - began < LONG_POLL


def test_phones_may_be_used_from_many_threads(sandbox: Sandbox, client: Client) -> None:
    phones = [sandbox.phone(f"Person {number}") for number in range(8)]
    threads = [
        threading.Thread(target=lambda phone=phone: [phone.writes(str(n)) for n in range(50)]) for phone in phones
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = []
    offset = 0
    while batch := client.updates(offset=offset):
        ids += [update["update_id"] for update in batch]
        offset = ids[-1] + 1
    assert ids == list(range(ids[0], ids[0] + 400))
