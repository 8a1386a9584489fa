"""A drill of people: all who are ever alerted are rung at once, and it is told who answered when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.occasions.people_drill import Rung, Score, latest_score, ring_everybody

if TYPE_CHECKING:
    from tests.story import Town

TEST = "a drill for everybody"


def rings(town: Town) -> Rung:
    with town.house.store.unit("cli") as unit:
        return ring_everybody(unit)


def score(town: Town) -> Score:
    with town.house.store.read() as unit:
        found = latest_score(unit)
        assert found is not None
        return found


def test_all_are_rung_and_who_answered_first_stands_first(town: Town) -> None:
    aigerim, timur, dana = town.team(Aigerim="coordinator", Timur="coordinator", Dana="lawyer")
    unlinked = town.helper("Marat", linked=False)
    unhcr = town.helper("Nora", "unhcr")
    with town.house.store.read() as unit:
        assert latest_score(unit) is None
    with town.silence(unlinked, unhcr):
        assert rings(town) == Rung(3, ("Marat",))
        assert rings(town) == Rung(3, ("Marat",)), "and nobody's telephone rings a second time"
    began = town.clock.now()
    for phone in (aigerim, timur, dana):
        phone.sees(TEST)
        assert sum(message.says(TEST) for message in phone.messages) == 1
    town.later(seconds=40)
    dana.taps("Confirm", on=dana.sees(TEST))
    dana.sees("You can be reached")
    town.later(minutes=5)
    aigerim.taps("Confirm", on=aigerim.sees(TEST))
    aigerim.sees("You can be reached")
    found = score(town)
    assert abs(found.began_at - began) < timedelta(minutes=1)
    assert [(one.name, one.role) for one in found.answers] == [
        ("Dana", "lawyer"),
        ("Aigerim", "coordinator"),
        ("Timur", "coordinator"),
    ]
    quick, slow, silent = (one.after for one in found.answers)
    assert quick is not None
    assert slow is not None
    assert quick < timedelta(minutes=2) < slow
    assert silent is None
    assert (found.in_time, found.silent) == (1, 1)
    assert found.answers[0].ways == (("telegram", "sent"),)


def test_the_next_drill_is_another(town: Town) -> None:
    (aigerim,) = town.team(Aigerim="coordinator")
    rings(town)
    aigerim.taps("Confirm", on=aigerim.sees(TEST))
    aigerim.sees("You can be reached")
    town.later(days=30)
    rings(town)
    assert score(town).silent == 1
