"""Making an incident, and putting people into it: what cannot be is refused before anything is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from cases import intake
from cases.docket.entering import When
from cases.incidents.models import Incident, IncidentCase
from cases.incidents.opening import Happening, IncidentError, add_people, join, leave, open_incident
from cases.incidents.reading import MOST_PEOPLE, Piece
from cases.models import Case
from tests.conftest import START
from tests.quick import quick_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from store.unit_of_work import Store, UnitOfWork

TAKEN = Happening("custody_start", When(START), "Asia/Almaty", "kk")
TWO = [Piece("1. Serik D", "Serik D"), Piece("2. Guldana T", "Guldana T", born="1985-04-03")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with quick_store(tmp_path) as store:
        yield store


def numbers(unit: UnitOfWork, incident_id: UUID) -> list[int]:
    mine = select(IncidentCase.number).where(IncidentCase.incident_id == incident_id)
    return sorted(unit.session.scalars(mine))


@pytest.mark.parametrize(
    ("happening", "people", "why"),
    [
        (replace(TAKEN, measure="released"), TWO, "what happened"),
        (replace(TAKEN, happened=When(START + timedelta(hours=1))), TWO, "lies ahead"),
        (TAKEN, [], "nobody"),
        (TAKEN, TWO * MOST_PEOPLE, "at most"),
    ],
)
def test_what_cannot_be_an_incident_is_none(store: Store, happening: Happening, people: list[Piece], why: str) -> None:
    with pytest.raises(IncidentError, match=why), store.unit("test") as unit:
        open_incident(unit, happening, people)
    with store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(Incident)) == 0
        assert unit.session.scalar(select(func.count()).select_from(Case)) == 0


def test_a_case_is_in_one_incident_and_in_it_once(store: Store) -> None:
    with store.unit("test") as unit:
        one, other = (open_incident(unit, TAKEN, TWO).id for _ in range(2))
        case_id = intake.open_case(unit, language="en").id
        join(unit, one, case_id)
        join(unit, one, case_id)
        assert numbers(unit, one) == [1, 2, 3]
        with pytest.raises(IncidentError, match="another"):
            join(unit, other, case_id)
        assert not leave(unit, other, case_id)
        assert leave(unit, one, case_id)
        join(unit, other, case_id)
        assert (numbers(unit, one), numbers(unit, other)) == ([1, 2], [1, 2, 3])


def test_an_incident_that_is_full_takes_nobody_more(store: Store) -> None:
    with store.unit("test") as unit:
        incident = open_incident(unit, TAKEN, TWO).id
        join(unit, incident, intake.open_case(unit, language="en").id, number=MOST_PEOPLE - 1)
        assert len(add_people(unit, incident, TAKEN, TWO[:1])) == 1
        with pytest.raises(IncidentError, match="at most"):
            add_people(unit, incident, TAKEN, TWO[:1])
        assert numbers(unit, incident) == [1, 2, MOST_PEOPLE - 1, MOST_PEOPLE]
