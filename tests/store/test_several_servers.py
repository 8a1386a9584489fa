"""An address that names several servers: the one that takes writes is used and listened to, and left when it stops."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import exc, make_url

from store.engine import open_engine
from store.outages import is_outage
from store.timers import set_timer
from store.unit_of_work import Store
from store.wake import watch_others

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.clock import ManualClock
    from store.vault import KeyRing

NOBODY = "127.0.0.1:9"
PATIENCE = 60.0


@pytest.fixture
def behind_a_dead_one(database_url: str, ring: KeyRing, clock: ManualClock) -> Iterator[Store]:
    """The database, by an address whose first server is not there."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        pytest.skip("a file has no servers")
    several = url.update_query_dict({"host": (NOBODY, str(url.query["host"]))})
    engine = open_engine(several.render_as_string(hide_password=False))
    yield Store(engine, ring, clock)
    engine.dispose()


def write(store: Store) -> None:
    with store.unit("test") as unit:
        set_timer(unit, "test", uuid4(), unit.now)


def test_the_one_that_is_there_is_used_and_listened_to(store: Store, behind_a_dead_one: Store) -> None:
    stop = threading.Event()
    watching = threading.Thread(target=watch_others, args=(behind_a_dead_one.engine, behind_a_dead_one.wake, stop))
    watching.start()
    try:
        wake = behind_a_dead_one.wake
        assert wake.wait(0, PATIENCE) > 0, "at its beginning it rings once"
        rung = wake.rung
        write(store)
        assert wake.wait(rung, PATIENCE) != rung
    finally:
        stop.set()
        watching.join(PATIENCE)
    write(behind_a_dead_one)


def test_one_that_takes_no_writes_any_more_is_left(behind_a_dead_one: Store) -> None:
    with behind_a_dead_one.engine.begin() as connection:
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    with pytest.raises(exc.DBAPIError) as refused:
        write(behind_a_dead_one)
    assert is_outage(refused.value)
    write(behind_a_dead_one)


def test_whoever_names_several_need_not_say_that_it_must_take_writes(behind_a_dead_one: Store) -> None:
    assert behind_a_dead_one.engine.url.query["target_session_attrs"] == "read-write"
    said = behind_a_dead_one.engine.url.update_query_dict({"target_session_attrs": "any"})
    engine = open_engine(said.render_as_string(hide_password=False))
    assert engine.url.query["target_session_attrs"] == "any"
    engine.dispose()
