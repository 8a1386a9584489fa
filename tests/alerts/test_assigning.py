"""A lawyer who is asked by name: rung alone, and the search goes on as if nothing had happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.events import NeedAcceptedOnWord
from alerts.models import Delivery, Need, Page
from alerts.needs.loads import loads
from alerts.policy import escalation
from alerts.policy.policies import ladder_for
from alerts.search.acks import Ack, accept_need, decline_need
from alerts.search.assigning import NotAssignedError, accepted_by_telephone, assign_lawyer, lawyers_among, people_for
from alerts.search.paging import progress_of
from cases.models import Case, Report
from cases.retention import close_case
from contacts.accounts.directory import open_account
from contacts.accounts.roles import AccountRole
from contacts.models import Contact, ContactMethod
from store.eventlog import EventRow
from tests.quick import quick_store as quick_store_in
from tests.web.long_case import lawyer
from tests.web.scene import Scene
from tests.web.test_console import seek

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from store.clock import ManualClock
    from store.unit_of_work import Store, UnitOfWork

ZONE = "Asia/Almaty"


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    with quick_store_in(tmp_path, clock) as store:
        yield store


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene.begin(store)


def case_in(unit: UnitOfWork, scene: Scene) -> Case:
    return unit.session.get_one(Case, scene.case_id)


def ask(scene: Scene, who: UUID) -> None:
    with scene.store.unit("test") as unit:
        assign_lawyer(unit, case_in(unit, scene), who, ZONE)


def test_only_who_was_chosen_is_rung_and_the_next_step_comes_when_it_would_have(
    scene: Scene, clock: ManualClock
) -> None:
    need = seek(scene, "lawyer")
    with scene.store.unit("test") as unit:
        row = unit.session.get_one(Need, need.id)
        row.round, row.step, row.began_at = 1, 0, unit.now
        dana, other = lawyer(unit, "Dana").id, lawyer(unit, "Saule").id
    began = clock.now()
    clock.advance(timedelta(seconds=30))
    for _ in range(2):  # a second press rings nobody a second time
        ask(scene, dana)
    with scene.store.unit("test") as unit:
        pages = unit.session.scalars(select(Page)).all()
        assert [page.contact_id for page in pages] == [dana]
        assert other not in {page.contact_id for page in pages}
        assert len(unit.session.scalars(select(Delivery)).all()) == 1
        row = unit.session.get_one(Need, need.id)
        ladder = ladder_for(unit, row)
        waits = escalation.next_step(ladder, progress_of(unit, row), unit.now)
        assert waits == escalation.WaitUntil(began + ladder.steps[0].wait)
        after = escalation.next_step(ladder, progress_of(unit, row), began + ladder.steps[0].wait)
        assert not isinstance(after, escalation.WaitUntil | escalation.Settled)


def test_who_has_just_said_no_is_not_rung_again(scene: Scene) -> None:
    need = seek(scene, "lawyer")
    with scene.store.unit("test") as unit:
        dana = lawyer(unit, "Dana").id
    ask(scene, dana)
    with scene.store.unit("test") as unit:
        assert decline_need(unit, need.id, dana) is Ack.DECLINED
    with pytest.raises(NotAssignedError, match="just said no"):
        ask(scene, dana)


def test_a_search_begins_where_there_was_none(scene: Scene) -> None:
    seek(scene, "coordinator")
    with scene.store.unit("test") as unit:
        dana = lawyer(unit, "Dana").id
    ask(scene, dana)
    with scene.store.read() as unit:
        assert unit.session.scalars(select(Need.kind).where(Need.kind == "lawyer")).all() == ["lawyer"]


def test_a_lawyer_who_has_it_leaves_nothing_to_assign(scene: Scene) -> None:
    seek(scene, "lawyer")
    with scene.store.unit("test") as unit:
        dana, saule = lawyer(unit, "Dana").id, lawyer(unit, "Saule").id
        assert accepted_by_telephone(unit, case_in(unit, scene), dana, ZONE) is Ack.YOURS
    with pytest.raises(NotAssignedError, match="has it by now"):
        ask(scene, saule)


@pytest.mark.parametrize("why", ["reported", "forced", "left"])
def test_who_cannot_work_on_a_case_is_neither_rung_nor_has_it_on_their_word(scene: Scene, why: str) -> None:
    need = seek(scene, "lawyer")
    with scene.store.unit("test") as unit:
        dana = lawyer(unit, "Dana")
        if why == "reported":
            chat_id = unit.session.scalars(select(Report.chat_id).where(Report.case_id == scene.case_id)).one()
            for method in unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == dana.id)):
                method.chat_id = chat_id
        elif why == "forced":
            account = open_account(unit, "dana", AccountRole.LAWYER)
            account.contact_id, account.coerced_at = dana.id, unit.now
        else:
            dana.left_at = unit.now
    for act in (assign_lawyer, accepted_by_telephone):
        with scene.store.unit("test") as unit, pytest.raises(NotAssignedError):
            act(unit, case_in(unit, scene), dana.id, ZONE)
    with scene.store.read() as unit:
        assert unit.session.get_one(Need, need.id).accepted_by is None
        assert unit.session.scalars(select(Page)).all() == []
        said = select(EventRow).where(EventRow.name == NeedAcceptedOnWord.__name__)
        assert unit.session.scalars(said).all() == []


def test_who_fits_and_can_be_reached_stands_first(scene: Scene) -> None:
    with scene.store.unit("test") as unit:
        case_in(unit, scene).region = "KZ-ALM"
        lawyer(unit, "Far", ("TR",), ("tr",))
        lawyer(unit, "Near", ("KZ-ALM",), ("ug",))
        lawyer(unit, "Gone", ("KZ-ALM",), ("ug",))
        gone = unit.session.scalars(select(Contact).order_by(Contact.created_at.desc(), Contact.id.desc())).first()
        assert gone is not None
        gone.left_at = unit.now
    with scene.store.read() as unit:
        people = people_for(unit, case_in(unit, scene), [], lawyers=True)
        found = lawyers_among(unit, case_in(unit, scene), people, [])
        assert [one.name for one in found] == ["Near", "Far"]
        assert found[0].fits == {"region", "language"}


def test_a_case_that_was_closed_takes_nobodys_room(scene: Scene) -> None:
    need = seek(scene, "lawyer")
    with scene.store.unit("test") as unit:
        dana = lawyer(unit, "Dana")
        dana.max_active_cases = 1
        assert accept_need(unit, need.id, dana.id) is Ack.YOURS

    def room() -> tuple[int, bool, int]:
        with scene.store.read() as unit:
            people = people_for(unit, case_in(unit, scene), [], lawyers=True)
            (found,) = lawyers_among(unit, case_in(unit, scene), people, [])
            return found.cases, found.is_full, loads(unit).get(found.contact_id, 0)

    assert room() == (1, True, 1)
    with scene.store.unit("test") as unit:
        close_case(unit, scene.case_id, by="test", note="he is home")
    assert room() == (0, False, 0)
