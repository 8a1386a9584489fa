"""A night on which very many write: everybody is rung for, asked three questions, and told how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from alerts.models import Need
from alerts.occasions.surge import MANY
from alerts.search.planning import plan_alert
from cases.events import ReportReceived
from cases.intake import open_report
from store.base import new_id
from store.chats import find_or_open_chat
from store.timers import Timer
from store.unit_of_work import Store
from tests.story import ZONE

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town


def many_wait(town: Town, many: int) -> None:
    """So many others have reported and somebody is sought for each. That they are rung for is told elsewhere."""
    house = town.house
    with Store(house.store.engine, house.store.ring, house.clock).unit("test") as unit:
        for number in range(many):
            chat = find_or_open_chat(unit, "telegram", str(8_000_000 + number))
            case = open_report(unit, chat, language="en", kind="text", content="they took my brother")
            plan_alert(unit, ReportReceived(case_id=case.id, report_id=new_id()), ZONE)
        unit.session.execute(delete(Timer).where(Timer.subject_id.in_(select(Need.id))))


def test_while_very_many_write_three_questions_are_asked_and_the_wait_is_told(town: Town, team: Team) -> None:
    before = town.relative("Early")
    before.writes("they took my brother")
    first = before.sees("Your code")
    assert "Very many people" not in first.plain
    town.rests()
    many_wait(town, MANY - 1)
    town.relative("Another").writes("they took my brother")
    team.aigerim.sees("three questions only, until")

    late = town.relative("Late")
    late.writes("they took my sister")
    assert "it can take 15 minutes or longer" in late.sees("Your code").plain
    code = town.code_on(late)
    team.aigerim.sees("NEW")
    for _ in range(2):
        late.taps("Skip")
        town.rests()
    late.writes("Aigul Examplekyzy")
    late.sees("Thank you")
    assert not any(message.says("safe to reach you") for message in late.messages)

    town.later(hours=2)
    late.writes("she was moved to another town")
    late.sees(f"Added to your report {code}")
    new = town.relative("After")
    new.writes("they took my neighbour")
    assert "Very many people" not in new.sees("Your code").plain
    for _ in range(2):
        new.taps("Skip")
        town.rests()
    new.writes("Serik Example")
    new.sees("How many")
