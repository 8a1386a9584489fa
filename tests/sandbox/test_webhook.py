"""The sandbox brings updates to a webhook as Telegram does: in order, with the secret, until they are taken."""

import json
from collections.abc import Iterator

import pytest

from sandbox import Bot, Sandbox
from tests.listener import Listener
from tests.sandbox.client import Client

SECRET = "invented-secret"


@pytest.fixture
def program() -> Iterator[Listener]:
    """What a webhook leads to."""
    with Listener("/hook") as program:
        yield program


def texts(program: Listener) -> list[str]:
    return [json.loads(heard.body)["message"]["text"] for heard in program.heard]


def test_updates_are_brought_in_order_with_the_secret(
    sandbox: Sandbox, bot: Bot, client: Client, program: Listener
) -> None:
    gulnar = sandbox.phone("Gulnar")
    gulnar.writes("before")
    client.does("setWebhook", url=program.url, secret_token=SECRET)
    gulnar.writes("one")
    gulnar.writes("two")
    sandbox.wait_until(lambda: bot.pending == 0)
    assert texts(program) == ["before", "one", "two"]
    assert {heard.headers["X-Telegram-Bot-Api-Secret-Token"] for heard in program.heard} == {SECRET}


def test_what_is_not_taken_is_brought_again_and_holds_up_what_follows(
    sandbox: Sandbox, bot: Bot, client: Client, program: Listener
) -> None:
    gulnar = sandbox.phone("Gulnar")
    program.status = 503
    client.does("setWebhook", url=program.url)
    gulnar.writes("one")
    gulnar.writes("two")
    sandbox.wait_until(lambda: len(program.heard) > 2)
    assert set(texts(program)) == {"one"}
    assert "503" in client.does("getWebhookInfo")["last_error_message"]
    program.status = 200
    sandbox.wait_until(lambda: bot.pending == 0)
    assert texts(program)[-2:] == ["one", "two"]


def test_an_update_can_be_brought_again(sandbox: Sandbox, bot: Bot, client: Client, program: Listener) -> None:
    client.does("setWebhook", url=program.url)
    sent = sandbox.phone("Gulnar").writes("once")
    sandbox.wait_until(lambda: bot.pending == 0)
    assert sent.update_id is not None
    sandbox.redeliver(sent.update_id)
    sandbox.wait_until(lambda: bot.pending == 0)
    assert texts(program) == ["once", "once"]


def test_nothing_is_brought_during_an_outage_or_after_the_webhook_was_deleted(
    sandbox: Sandbox, bot: Bot, client: Client, program: Listener
) -> None:
    client.does("setWebhook", url=program.url)
    gulnar = sandbox.phone("Gulnar")
    with sandbox.outage():
        gulnar.writes("one")
        sandbox.wait_until(lambda: bot.pending == 1)
    sandbox.wait_until(lambda: bot.pending == 0)
    client.does("deleteWebhook")
    gulnar.writes("two")
    assert [update["message"]["text"] for update in client.updates()] == ["two"]
    assert texts(program) == ["one"]


def test_other_machines_are_never_called_and_a_secret_has_a_shape(sandbox: Sandbox, client: Client, bot: Bot) -> None:
    client.does("setWebhook", url="https://example.org/hook", secret_token=SECRET)
    sandbox.phone("Gulnar").writes("one")
    assert bot.pending == 1
    assert "last_error_message" not in client.does("getWebhookInfo")
    assert client.refused("setWebhook", url="http://example.org/hook")[0] == 400
    assert client.refused("setWebhook", url="https://example.org/hook", secret_token="not this!")[0] == 400
