"""The pages no person reads: metrics, readiness, health."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from alerts.messages.outbox import enqueue
from alerts.occasions.canary import send_canary
from alerts.screens.vitals import read_vitals
from app.migration import downgrade, needed, upgrade
from app.parked import QUEUES
from store import leases
from store.base import new_id
from store.chats import find_or_open_chat
from store.engine import open_engine
from store.marks import HANGS_AFTER, Marks
from store.unit_of_work import Store
from web.backstage import Backstage
from web.factory import make_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from store.clock import ManualClock
    from store.unit_of_work import UnitOfWork
    from store.vault import KeyRing


def is_current(unit: UnitOfWork) -> bool:
    return needed(unit.session.connection()) is None


def client_of(store: Store) -> FlaskClient:
    return make_app(store, "Asia/Almaty", Backstage(partial(read_vitals, queues=QUEUES), is_current)).test_client()


def samples(page: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in page.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_metrics_count_and_age_what_waits(store: Store, clock: ManualClock) -> None:
    with store.unit("test") as unit:
        enqueue(unit, find_or_open_chat(unit, "telegram", "7000000"), "reply.help", language="en")
        leases.hold(unit, "telegram:1", new_id(), timedelta(seconds=40))
    store.marks.moved("sender")
    clock.advance(timedelta(seconds=100))
    answer = client_of(store).get("/metrics")
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    found = samples(answer.text)
    assert found['panah_queue_rows{queue="delivery",state="ready"}'] == 1
    assert found['panah_queue_rows{queue="inbox",state="parked"}'] == 0
    assert found['panah_queue_overdue_seconds{queue="delivery"}'] == 100
    assert found['panah_deliveries{channel="telegram",state="queued"}'] == 1
    assert found['panah_oldest_unsent_seconds{channel="telegram"}'] == 100
    assert found["panah_unheard_seconds"] == 60
    assert found['panah_part_idle_seconds{part="sender"}'] < 60


def test_metrics_tell_how_canaries_fare(store: Store, clock: ManualClock) -> None:
    look = partial(read_vitals, queues=QUEUES, canary=True)
    client = make_app(store, "Asia/Almaty", Backstage(look, is_current)).test_client()
    with store.unit("test") as unit:
        send_canary(unit)
    clock.advance(timedelta(seconds=130))
    found = samples(client.get("/metrics").text)
    assert found["panah_canary_missing_seconds"] == 130
    assert "panah_canary_seconds" not in found, "none has come back"
    assert "panah_canary_missing_seconds" not in client_of(store).get("/metrics").text, "none is sent"


def test_metrics_are_well_formed_and_hold_nothing_of_anybody(store: Store) -> None:
    with store.unit("test") as unit:
        enqueue(
            unit,
            find_or_open_chat(unit, "telegram", "7000000"),
            "reply.first",
            language="en",
            values={"code": "K7M-4TX"},
        )
    page = client_of(store).get("/metrics").text
    described = [line.split()[2] for line in page.splitlines() if line.startswith("# TYPE")]
    assert len(described) == len(set(described))
    assert {name.partition("{")[0] for name in samples(page)} <= set(described)
    assert "7000000" not in page
    assert "K7M" not in page
    assert page.endswith("\n")


@pytest.mark.parametrize(
    ("peer", "host", "status"),
    [
        ("127.0.0.1", "localhost:8000", 200),
        ("127.0.0.1", "127.0.0.1:8000", 200),
        ("::1", "[::1]:8000", 200),
        ("127.0.0.1", "panah.example.org", 404),  # through a reverse proxy on this machine
        ("192.0.2.7", "localhost:8000", 404),
        ("192.0.2.7", "panah.example.org", 404),
    ],
)
def test_metrics_are_shown_to_this_machine_only(store: Store, peer: str, host: str, status: int) -> None:
    answer = client_of(store).get("/metrics", environ_base={"REMOTE_ADDR": peer}, headers={"Host": host})
    assert answer.status_code == status


def test_there_are_no_metrics_without_a_backstage(store: Store) -> None:
    assert make_app(store, "Asia/Almaty").test_client().get("/metrics").status_code == 404


def test_a_part_that_hangs_makes_the_process_unready(store: Store) -> None:
    seconds = [0.0]
    store.marks = Marks(lambda: seconds[0])
    client = make_app(store, "Asia/Almaty").test_client()
    store.marks.moved("sender")
    assert client.get("/readyz").status_code == 200
    seconds[0] += HANGS_AFTER + 1
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "hanging: sender\n")
    assert client.get("/healthz").status_code == 200
    store.marks.moved("sender")
    assert client.get("/readyz").status_code == 200


def test_a_pending_migration_makes_the_process_unready(ring: KeyRing, clock: ManualClock, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/panah.db"
    upgrade(url)
    store = Store(open_engine(url), ring, clock)
    client = client_of(store)
    assert client.get("/readyz").text == "ready\n"
    downgrade(url, "base")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "another release" in answer.text
    store.engine.dispose()
    (tmp_path / "panah.db").unlink()
    (tmp_path / "panah.db").mkdir()
    assert client.get("/readyz").text == "the database does not answer\n"
    assert client.get("/healthz").status_code == 200
