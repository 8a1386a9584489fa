"""What we cannot read stops nobody else, is kept, and a person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from app.parked import parked_items, retry
from cases.models import ReportMessage
from store.chats import Chat
from store.eventlog import ChainHead

if TYPE_CHECKING:
    from uuid import UUID

    from tests.stories.conftest import Team
    from tests.story import Town

BACK_OFFS = (0.2, 1, 5, 25)


def tried_out(town: Town) -> None:
    """Let an input come to the end of its tries."""
    for seconds in BACK_OFFS:
        town.later(seconds=seconds + 0.1)
    town.rests()


def parked(town: Town) -> dict[str, UUID]:
    with town.house.store.read() as unit:
        return {item.queue: item.id for item in parked_items(unit)}


def test_a_malformed_update_holds_up_nobody_and_coordinators_are_told(town: Town, team: Team) -> None:
    town.expects("handling_failed", parked=2)
    gulnar = town.relative()
    town.sandbox.push_raw_update({"message": {"message_id": 1, "chat": {"id": gulnar.chat_id}, "text": 5}})
    town.sandbox.push_raw_update({"message": "not even a message"})
    town.sandbox.push_raw_update({"something": "of next year"})
    arman = town.relative("Arman")
    arman.writes("they took my brother")
    team.aigerim.sees(town.code_on(arman))
    tried_out(town)
    fault = team.aigerim.sees("FAULT\nSomething could not be processed")
    assert "`panah doctor`" in fault.plain
    team.aigerim.taps("Accept", on=fault)
    team.aigerim.is_told("You have taken FAULT.")
    gulnar.writes("they took my brother")  # her broken message is parked: the next one is heard
    team.aigerim.sees(town.code_on(gulnar))


def cut_the_log(town: Town) -> ChainHead:
    """Take the end off a case's log: nothing can be added to it, so nothing is said to have been."""
    with town.house.store.unit("test") as unit:
        head = unit.session.scalars(select(ChainHead).where(ChainHead.chain.startswith("case:"))).one()
        unit.session.delete(head)
    return head


def mend_the_log(town: Town, head: ChainHead) -> None:
    with town.house.store.unit("test") as unit:
        unit.session.add(ChainHead(chain=head.chain, position=head.position, mac=head.mac))


def test_what_could_not_be_handled_is_handled_when_the_cause_is_mended(town: Town, team: Team) -> None:
    town.expects("handling_failed")
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    town.rests()
    head = cut_the_log(town)
    gulnar.writes("they are driving to the airport")
    tried_out(town)
    team.aigerim.sees("FAULT")
    mend_the_log(town, head)
    with town.house.store.unit("test") as unit:
        assert retry(unit, str(parked(town)["inbox"]))
    gulnar.sees("Added to your report")
    team.dana.taps("Accept", on=team.dana.sees(code))
    town.rests()
    assert parked(town) == {}


def test_a_lost_bookmark_of_the_conversation_turns_nobody_away(town: Town) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    town.rests()
    with town.house.store.unit("test") as unit:
        unit.session.execute(update(Chat).where(Chat.case_id.is_not(None)).values(dialogue=b"damaged"))
    town.later(seconds=5)
    gulnar.writes("they are driving to the airport")
    gulnar.sees(f"Added to your report {code}")
    assert town.case_codes() == [code]


def test_the_same_update_twice_changes_nothing(town: Town, team: Team) -> None:
    gulnar = town.relative()
    first = gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    team.aigerim.taps("Accept")
    gulnar.sees("has taken your report")
    with town.silence(gulnar, team.aigerim, team.timur, team.dana):
        assert first.update_id is not None
        for number in (first.update_id, first.update_id + 1):  # what she wrote, and the tap
            town.sandbox.redeliver(number)
    assert town.case_codes() == [code]
    with town.house.store.read() as unit:
        assert len(unit.session.scalars(select(ReportMessage)).all()) == 1
