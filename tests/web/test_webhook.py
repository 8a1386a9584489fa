"""The webhook: what is kept before it is answered, what is refused, and how one changes over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.poller import source_of
from bot.webhook import keep_pushed, webhook_url
from store.inbox import InboxItem, RawInput, keep, position
from tests.conftest import START
from tests.sandbox.client import Client
from tests.story import TOKEN, Town
from tests.web.pushed import SECRET, PushedTown
from web.backstage import Backstage
from web.factory import make_app
from web.webhook import LARGEST_UPDATE, SECRET_HEADER, Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from store.unit_of_work import Store
    from store.vault import KeyRing

SOURCE = source_of(TOKEN)
ACCOUNT = SOURCE.removeprefix("telegram:")
UPDATE = {"update_id": 7, "message": {"chat": {"id": 7000000, "type": "private"}, "text": "they took my brother"}}


def client_of(store: Store) -> FlaskClient:
    def take(account: str | None, update: Any) -> None:
        keep_pushed(store, account or "", update)

    webhook = Webhook(SECRET, take)
    return make_app(store, "UTC", Backstage(lambda _: NotImplemented, lambda _: True, webhook)).test_client()


def brings(
    client: FlaskClient, body: Any = UPDATE, *, secret: str | None = SECRET, account: str = ACCOUNT
) -> TestResponse:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/webhooks/telegram?account={account}", data=data, headers=headers)


def kept(store: Store) -> int:
    with store.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(InboxItem)) or 0


def test_an_update_is_kept_before_it_is_answered_and_once(store: Store) -> None:
    client = client_of(store)
    assert brings(client).status_code == 200
    assert brings(client).status_code == 200
    assert kept(store) == 1
    with store.read() as unit:
        item = unit.session.scalars(select(InboxItem)).one()
        assert (item.source, item.number) == (SOURCE, 7)
        assert b"brother" not in (item.payload or b"")


@pytest.mark.parametrize("secret", [None, "", "x" * 20, SECRET[:-1], SECRET + "x", SECRET.upper()])
def test_whoever_does_not_know_the_secret_is_refused(store: Store, secret: str | None) -> None:
    assert brings(client_of(store), secret=secret).status_code == 403
    assert kept(store) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"{}", b'{"update_id": "x"}', b"7"])
def test_what_is_no_update_is_refused_quietly(store: Store, body: bytes) -> None:
    with capture_logs() as logged:
        assert brings(client_of(store), body).status_code == 400
    assert kept(store) == 0
    assert {entry["event"] for entry in logged} <= {"webhook_malformed", "update_without_number"}


def test_an_account_that_is_none_is_refused(store: Store) -> None:
    assert brings(client_of(store), account="../../etc").status_code == 400


def test_a_body_over_a_megabyte_is_refused_and_one_below_is_not(store: Store) -> None:
    client = client_of(store)
    assert brings(client, b" " * (LARGEST_UPDATE + 1)).status_code == 413
    assert brings(client, {**UPDATE, "padding": "x" * (LARGEST_UPDATE - 1000)}).status_code == 200


def test_while_the_database_is_down_telegram_is_told_to_come_again(store: Store) -> None:
    client = client_of(store)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO lost")
    with capture_logs() as logged:
        assert brings(client).status_code == 503
    assert "brother" not in repr([{**entry, "exc_info": None} for entry in logged])
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE lost RENAME TO inbox")
    assert brings(client).status_code == 200
    assert kept(store) == 1


def test_the_cursor_of_polling_is_not_moved_past_what_was_not_brought(store: Store) -> None:
    with store.unit("test") as unit:
        keep(unit, SOURCE, "telegram", [RawInput(5, None, "{}")])
    brings(client_of(store))
    with store.read() as unit:
        assert position(unit, SOURCE) == 5


def test_there_is_no_webhook_where_there_is_no_secret(store: Store) -> None:
    client = make_app(store, "UTC", Backstage(lambda _: NotImplemented, lambda _: True)).test_client()
    assert brings(client).status_code == 404


def test_the_address_gives_nothing_of_the_token_away() -> None:
    url = webhook_url("https://panah.example.org", TOKEN)
    assert url.startswith("https://panah.example.org/webhooks/telegram?account=")
    assert TOKEN.partition(":")[2] not in url


# Changing over


@pytest.fixture
def pushed_town(database_url: str, ring: KeyRing) -> Iterator[PushedTown]:
    with PushedTown(database_url, ring, START) as town:
        yield town


def test_from_webhook_to_polling_nothing_is_lost(town: Town) -> None:
    """Somebody wrote while the webhook led nowhere; then the program is started for polling."""
    with Client(town.sandbox.url, TOKEN) as telegram:
        telegram.does("setWebhook", url="https://panah.example.org/webhooks/telegram", secret_token=SECRET)
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    gulnar.sees("We have your message")
    (removed,) = town.sandbox.calls("deleteWebhook")
    assert removed.params == {"drop_pending_updates": False}


def test_a_webhook_that_is_set_again_while_we_poll_is_loud(town: Town) -> None:
    town.expects("polling_failed")
    with Client(town.sandbox.url, TOKEN) as intruder:
        intruder.does("setWebhook", url="https://intruder.example.org/")
        town.sandbox.wait_until(lambda: town.sandbox.calls("deleteWebhook"))
        intruder.does("setWebhook", url="https://intruder.example.org/")
        town.sandbox.wait_until(lambda: "polling_failed" in {entry["event"] for entry in town.logged})
        assert len(town.sandbox.calls("deleteWebhook")) == 1
        intruder.does("deleteWebhook")


def test_from_polling_to_webhook_nothing_is_lost(pushed_town: PushedTown) -> None:
    """Telegram is told where to go, with the secret, and to drop nothing; what it brings is not kept twice."""
    gulnar = pushed_town.relative()
    gulnar.writes("they took my brother")
    gulnar.sees("We have your message")
    (told,) = pushed_town.sandbox.calls("setWebhook")
    assert told.params["secret_token"] == SECRET
    assert told.params["drop_pending_updates"] is False
    update_id = gulnar.writes("they took him from the bazaar").update_id
    assert update_id is not None
    pushed_town.rests()
    before = kept(pushed_town.house.store)
    pushed_town.sandbox.redeliver(update_id)
    pushed_town.rests()
    assert kept(pushed_town.house.store) == before
    assert pushed_town.sandbox.calls("getUpdates") == []


def test_a_webhook_somebody_else_changed_is_set_again(pushed_town: PushedTown) -> None:
    pushed_town.expects("webhook_was_changed")
    with Client(pushed_town.sandbox.url, TOKEN) as intruder:
        intruder.does("setWebhook", url="https://intruder.example.org/")
    pushed_town.looks_at_the_webhook()
    gulnar = pushed_town.relative()
    gulnar.writes("they took my brother")
    gulnar.sees("We have your message")
