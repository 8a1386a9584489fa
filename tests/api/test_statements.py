"""How often the database is asked: as often for many as for few, the door's own three statements among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contacts.directory import put_contact
from contacts.values import ContactCard, Role
from tests.api.release import proposed
from tests.web.queries import counted
from tests.web.scene import Scene

if TYPE_CHECKING:
    from store.unit_of_work import Store
    from tests.api.caller import Caller

LISTS = ("/board", "/contacts", "/releases", "/deadlines", "/channels")
MOST = 8
HEARING = {"event": "hearing_scheduled", "happened": "2026-03-01", "appointed": "2026-03-20T10:00", "source": "court"}


def asked(hers: Caller, store: Store) -> dict[str, int]:
    found = {}
    for path in LISTS:
        with counted(store) as so_far:
            hers.gets(path)
        found[path] = so_far.count
    return found


def test_lists_ask_as_often_for_many_as_for_few(hers: Caller, scene: Scene, quick_store: Store) -> None:
    scene.helper("Aigerim")
    proposed(scene)
    hers.posts(f"/cases/{scene.code}/events", {**HEARING, "version": 0}, 201)
    few = asked(hers, quick_store)
    for number in range(12):
        with quick_store.unit("test") as unit:
            put_contact(
                unit, ContactCard(f"Helper {number}", Role.LAWYER, ("KZ",), ("en",), sms=f"+770000001{number:02}")
            )
        hers.posts(f"/cases/{scene.code}/events", {**HEARING, "version": number + 1}, 201)
    for name in ("Bolat", "Serik"):
        proposed(Scene.begin(quick_store, "they took another one"), name)
    many = asked(hers, quick_store)
    assert many == few
    assert all(count <= MOST for count in many.values()), many
