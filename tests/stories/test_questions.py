"""The few questions: any of them, in any order, at any time; what was answered is on the page of whoever accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town


def test_answers_in_any_order_reach_the_coordinator_and_the_lawyer_is_not_shown_who_to_call(
    town: Town, team: Team
) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    gulnar.taps("Being taken now")
    gulnar.sees("sent away")
    gulnar.taps("Skip")
    town.later(seconds=5)
    gulnar.sees("last seen")
    gulnar.shares_location(43.25, 76.95)
    town.later(seconds=5)
    gulnar.sees("name")
    gulnar.writes("Nurlan Abdrakhmanov")
    gulnar.taps("2 to 5 people")
    town.later(seconds=5)
    gulnar.sees("safe to reach you")
    gulnar.writes("evenings, by message only, +7 700 000 01 07")
    gulnar.taps("No", on=gulnar.sees("outside the country"))
    town.later(seconds=5)
    gulnar.sees("a word")
    gulnar.writes("pomegranate")
    gulnar.sees("true?")
    town.later(seconds=5)
    gulnar.taps("Urgent medical need")
    gulnar.sees("illness")
    gulnar.writes("insulin, twice a day")
    town.later(seconds=5)
    gulnar.taps("That is all")
    gulnar.sees("Thank you")
    gulnar.taps("Being held")  # an older question, answered again
    gulnar.taps("Only write")
    town.rests()

    team.aigerim.taps("Accept")
    team.aigerim.taps("Open")
    page = town.page(team.aigerim.link("Open the page"))
    said = ("they took my brother", "43.25, 76.95", "Nurlan Abdrakhmanov", "evenings, by message", "pomegranate")
    chosen = ("2 to 5 people", "Urgent medical need", "insulin", "Being held", "Only write")
    assert [answer for answer in (*said, *chosen) if answer not in page] == []
    assert "Being taken now" not in page, "the latest answer counts"

    team.dana.taps("Accept")
    team.dana.taps("Open")
    page = town.page(team.dana.link("Open the page"))
    assert "Nurlan Abdrakhmanov" in page
    for secret in ("evenings", "000 01 07", "pomegranate", "Only write"):
        assert secret not in page


def test_status_says_what_is_so(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.command("/status")
    gulnar.sees("There is no report from this chat yet")
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    town.later(seconds=5)
    gulnar.command("/status")
    gulnar.sees(f"Your report {code}\nReceived: 23:00 (Almaty)\nNobody has accepted it yet")
    team.dana.taps("Accept")
    gulnar.sees("has taken")
    gulnar.command("/status")
    gulnar.sees("A person on our team has it")
    stranger = town.relative("Arman")
    stranger.command("/status")
    stranger.sees("There is no report from this chat yet")


def test_stop_is_silence_until_the_next_word(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    gulnar.sees("What is happening")
    gulnar.command("/stop")
    gulnar.sees("We will not write to you any more")
    with town.silence(gulnar):
        town.later(minutes=6)
        team.aigerim.taps("Accept")
        team.aigerim.sees("You have taken")
    gulnar.writes("he called")
    gulnar.sees("has taken your report")
    assert len(town.case_codes()) == 1
    assert [message.plain for message in gulnar.messages].count(gulnar.sees("has taken").plain) == 1


def test_the_language_is_changed_at_a_tap_and_at_a_command(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    team.dana.sees(town.code_on(gulnar))
    gulnar.taps("Қазақша")
    gulnar.sees("Хабарыңызды алдық")
    gulnar.sees("Не болып жатыр")
    town.later(seconds=5)
    gulnar.command("/language ru")
    gulnar.sees("Мы получили ваше сообщение")
    town.later(seconds=5)
    gulnar.command("/language")
    gulnar.taps("中文")
    gulnar.sees("我们已收到您的消息")
    town.later(seconds=5)
    gulnar.command("/help")
    gulnar.sees("/status")
    gulnar.writes("them again")  # words in another language do not undo a choice
    town.later(minutes=5, seconds=5)
    gulnar.sees("目前还没有人接手")


def test_who_may_be_called_says_at_which_number_and_the_coordinator_sees_it(town: Town, team: Team) -> None:
    """Telegram shows nobody's number: a yes alone would be a promise to call that nobody can keep."""
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    gulnar.taps("Yes, call me")
    gulnar.sees("We do not see your number")
    gulnar.is_told("Noted")
    gulnar.writes("+7 700 000 01 07")
    town.rests()
    gulnar.sees("Added to your report")

    team.aigerim.taps("Accept")
    team.aigerim.taps("Open")
    page = town.page(team.aigerim.link("Open the page"))
    assert "Number to call" in page
    assert "+7 700 000 01 07" in page

    team.dana.taps("Accept")
    team.dana.taps("Open")
    assert "000 01 07" not in town.page(team.dana.link("Open the page"))
