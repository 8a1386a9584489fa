"""Who is the wrong person for a case is not asked, whoever names them; what is not known excludes nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from cases import intake
from cases.models import Report
from contacts.directory import all_cards, put_contact

if TYPE_CHECKING:
    from typing import Any

    from tests.stories.conftest import Team
    from tests.story import Town

LAWYERS = """\
policies:
  - name: lawyers
    applies_to: {jurisdictions: [KZ], risk: any}
    needs:
      coordinator:
        - {notify: [{person: Aigerim}], channels: [telegram], wait: 2h}
      lawyer:
        - {notify: [{role: lawyer, match: [speciality]}], channels: [telegram], wait: 5m}
        - {notify: [{role: lawyer}], channels: [telegram], wait: 5m}
"""


def changes(town: Town, name: str, **facts: Any) -> None:
    """What is stated of somebody in the contacts file."""
    with town.house.store.unit("test") as unit:
        (card,) = [card for card in all_cards(unit) if card.name == name]
        put_contact(unit, replace(card, **facts))


def test_who_reported_is_not_asked_to_take_it_until_nobody_else_does(town: Town, team: Team) -> None:
    team.aigerim.command("/report they took Askar at the market")
    town.sandbox.wait_until(town.case_codes)
    team.timur.taps("Decline", on=team.timur.sees("NEW"))
    shout = team.aigerim.sees("NOBODY HAS ACCEPTED")
    assert not any("NEW" in message.plain for message in team.aigerim.messages)
    team.aigerim.taps("Accept", on=shout)
    team.aigerim.is_told("You have taken")


def test_who_must_not_work_beside_the_one_who_has_it_is_passed_over(town: Town) -> None:
    town.policy(LAWYERS)
    aigerim, dana, marat = town.team(Aigerim="coordinator", Dana="lawyer", Marat="lawyer")
    changes(town, "Dana", avoid=("aigerim", "A Firm"))
    gulnar = town.relative()
    with town.silence(dana):
        gulnar.writes("hello")
        code = town.code_on(gulnar)
        aigerim.taps("Accept", on=aigerim.sees(code))
        aigerim.sees("You have taken")
        town.rests()
        gulnar.writes("they took my brother")
        marat.sees(f"LAWYER NEEDED {code}")


def test_it_counts_whichever_of_the_two_says_so(town: Town) -> None:
    town.policy(LAWYERS)
    aigerim, dana, marat = town.team(Aigerim="coordinator", Dana="lawyer", Marat="lawyer")
    changes(town, "Aigerim", avoid=("Dana",))
    gulnar = town.relative()
    with town.silence(dana):
        gulnar.writes("hello")
        code = town.code_on(gulnar)
        aigerim.taps("Accept", on=aigerim.sees(code))
        aigerim.sees("You have taken")
        town.rests()
        gulnar.writes("they took my brother")
        marat.sees(f"LAWYER NEEDED {code}")


def test_a_child_is_for_those_who_know_about_children_once_it_is_known(town: Town) -> None:
    town.policy(LAWYERS)
    _, dana, marat = town.team(Aigerim="coordinator", Dana="lawyer", Marat="lawyer")
    changes(town, "Marat", specialities=("Child", "extradition"))
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    dana.sees(code)
    marat.sees(code)
    with town.house.store.unit("test") as unit:
        report = unit.session.scalars(select(Report)).one()
        intake.record_answer(unit, report, "more", value="child", message_id=None)
    town.later(minutes=5, seconds=1)
    marat.sees("LAWYER NEEDED", after=marat.messages[0])
    town.later(minutes=5, seconds=1)
    again = marat.sees("Round 2")
    with town.silence(dana):
        town.later(minutes=4)
    assert not any("Round 2" in message.plain for message in dana.messages)
    assert code in again.plain
