"""Whom a policy means: gaps, absent people and new rules hold up nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.story import Town


def policy(*steps: str, repeat: int = 2, rosters: str = "") -> str:
    """A document with these steps for the coordinator's need."""
    return "\n".join(
        [
            "policies:",
            "  - name: test",
            "    applies_to: {jurisdictions: [KZ], risk: any}",
            f"    repeat: {repeat}",
            "    needs:",
            "      coordinator:",
            *(f"        - {{notify: [{{{who}}}], channels: [telegram], wait: 2m}}" for who in steps),
            rosters,
        ]
    )


DUTY_ROSTER = """\
rosters:
  - name: duty
    timezone: Asia/Almaty
    rotation: {every: 1 week, handoff: "Mon 09:00", members: [Aigerim, Nobody-Knows]}
"""


def test_the_roster_says_whose_week_it_is_and_a_member_nobody_knows_is_passed_over(town: Town) -> None:
    town.policy(policy("roster: duty", "person: Timur", rosters=DUTY_ROSTER))
    phones = town.team(Aigerim="coordinator", Timur="coordinator")
    rung = []
    for _ in range(2):
        gulnar = town.relative()
        gulnar.writes("hello")
        code = town.code_on(gulnar)
        town.rests()
        rung.append([phone.name for phone in phones if any(code in message.plain for message in phone.messages)])
        town.later(weeks=1)
    assert sorted(rung) == [["Aigerim"], ["Timur"]], "the second of each two weeks is a gap, and Timur is asked at once"


def test_without_the_roster_a_policy_names_every_coordinator_is_asked(town: Town) -> None:
    town.policy(policy("roster: nights"))
    aigerim, timur = town.team(Aigerim="coordinator", Timur="coordinator")
    gulnar = town.relative()
    gulnar.writes("hello")
    code = town.code_on(gulnar)
    aigerim.sees(code)
    timur.sees(code)


def test_somebody_unknown_or_not_linked_on_a_step_holds_up_nobody(town: Town) -> None:
    town.policy(policy("person: Somebody-Else", "person: Aigerim", "person: Timur"))
    aigerim = town.helper("Aigerim", linked=False)
    (timur,) = town.team(Timur="coordinator")
    gulnar = town.relative()
    with town.silence(aigerim):
        gulnar.writes("hello")
        timur.sees(town.code_on(gulnar))


def test_a_new_policy_is_climbed_from_its_first_step_by_what_is_being_sought(town: Town) -> None:
    town.policy(policy("person: Aigerim"))
    aigerim, timur, marat = town.team(Aigerim="coordinator", Timur="coordinator", Marat="coordinator")
    gulnar = town.relative()
    gulnar.writes("hello")
    code = town.code_on(gulnar)
    aigerim.taps("Decline", on=aigerim.sees(code))
    shout = timur.sees("NOBODY HAS ACCEPTED")
    with town.silence(aigerim):
        town.policy(policy("role: coordinator", "person: Marat"))
        timur.sees("still nobody", after=shout)
        marat.sees("still nobody")
    with town.silence(aigerim, timur, marat):
        town.policy(policy("role: coordinator", "person: Marat"))  # the same again changes nothing
    timur.taps("Accept")
    gulnar.sees("has taken")
    with town.silence(aigerim, timur, marat):
        town.policy(policy("person: Aigerim"))
