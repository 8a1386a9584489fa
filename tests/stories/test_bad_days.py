"""Telegram's bad days: nothing is lost, nobody waits for somebody else's trouble."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from alerts.models import Attempt
from contacts.directory import find_contact
from contacts.models import ContactMethod
from sandbox.telegram.errors import unauthorized
from store.chats import find_chat

if TYPE_CHECKING:
    from tests.stories.conftest import Team
    from tests.story import Town

SOON = 25.0
"""Real seconds; a job that looks for such a clock every thirty might mend it too."""


def outcomes(town: Town) -> Counter[str | None]:
    """How the provider calls ended."""
    with town.house.store.read() as unit:
        return Counter(unit.session.scalars(select(Attempt.outcome)))


def dead(town: Town, name: str) -> bool:
    """Whether a helper counts as out of reach."""
    with town.house.store.read() as unit:
        contact = find_contact(unit, name)
        assert contact is not None
        method = unit.session.scalars(select(ContactMethod).where(ContactMethod.contact_id == contact.id)).one()
        return method.dead_at is not None


def test_who_blocked_the_bot_is_passed_over_in_the_same_second_until_they_write_again(town: Town, team: Team) -> None:
    gulnar = town.relative()
    with town.sandbox.faults.forbids(chat=team.aigerim):
        gulnar.writes("hello")
        began = town.clock.now()
        team.timur.sees(town.code_on(gulnar))
        assert (town.clock.now() - began).total_seconds() < 60
    assert team.timur.sees("Aigerim can no longer be reached").silent
    assert dead(town, "Aigerim")
    team.aigerim.writes("I am back")
    town.rests()
    assert not dead(town, "Aigerim")
    town.later(minutes=3, seconds=1)
    team.aigerim.sees("Round 2")


def test_who_blocks_the_bot_with_a_page_in_hand_is_not_waited_for(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("hello")
    code = town.code_on(gulnar)
    team.aigerim.sees(code)
    team.aigerim.blocks_the_bot()
    team.timur.sees(code)
    town.rests()
    assert dead(town, "Aigerim")
    team.aigerim.unblocks()
    town.rests()
    assert not dead(town, "Aigerim")


def test_those_who_took_it_hear_that_the_reporter_is_out_of_reach(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("hello")
    team.aigerim.taps("Accept")
    gulnar.sees("has taken")
    gulnar.blocks_the_bot()
    team.aigerim.sees("the reporter can no longer be reached in Telegram")


def test_a_limit_on_one_chat_stops_nobody_else(town: Town, team: Team) -> None:
    gulnar = town.relative()
    with town.sandbox.faults.too_many_requests(30, chat=team.aigerim, times=1):
        gulnar.writes("they took my brother")
        code = town.code_on(gulnar)
        team.dana.sees(code)
        with town.silence(team.aigerim):
            town.later(seconds=20)
    town.later(seconds=10)
    team.aigerim.sees(code)
    assert outcomes(town)["RateLimited"] == 1


def test_a_page_whose_answer_was_lost_is_sent_again_and_written_down(town: Town, team: Team) -> None:
    gulnar = town.relative()
    with town.sandbox.faults.drops_connection(chat=team.aigerim, accepted=True, times=1):
        gulnar.writes("hello")
        first = team.aigerim.sees(town.code_on(gulnar))
        town.later(seconds=2)
    second = team.aigerim.sees("NEW", after=first)
    assert outcomes(town)["UnknownOutcome"] == 1
    team.aigerim.taps("Accept", on=first)
    gulnar.sees("has taken")
    team.aigerim.sees("You have taken", after=first)
    assert second.plain == first.plain


def test_accepting_a_page_whose_answer_was_lost_opens_the_case_all_the_same(town: Town, team: Team) -> None:
    gulnar = town.relative()
    with town.sandbox.faults.drops_connection(chat=team.aigerim, accepted=True, times=1):
        gulnar.writes("hello")
        code = town.code_on(gulnar)
        team.aigerim.taps("Accept", on=team.aigerim.sees(code))  # before it could be sent again
    gulnar.sees("has taken")
    taken = team.aigerim.sees(f"You have taken {code}")
    assert [button.label for button in taken.buttons][:1] == ["Open"]
    town.rests()
    assert not [message for message in team.aigerim.messages if message.button("Accept")]


def test_a_clock_that_is_set_back_holds_up_no_message(town: Town, team: Team) -> None:
    gulnar, zarina = town.relative(), town.relative("Zarina")
    gulnar.writes("they took my brother")
    team.aigerim.sees(town.code_on(gulnar))
    town.later(hours=-3)
    zarina.writes("they took my sister")
    zarina.sees("We have your message", timeout=SOON)
    team.aigerim.sees(town.code_on(zarina), timeout=SOON)


def test_a_page_that_telegram_will_not_take_goes_to_the_next_person_and_is_shown(town: Town, team: Team) -> None:
    town.expects(parked=1)
    gulnar = town.relative()
    with town.sandbox.faults.rejects("BUTTON_DATA_INVALID", chat=team.aigerim, times=1):
        gulnar.writes("hello")
        team.timur.sees(town.code_on(gulnar))
    team.aigerim.sees("FAULT")
    assert not dead(town, "Aigerim")


def test_half_a_minute_without_telegram_loses_nothing(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("they took my brother")
    code = town.code_on(gulnar)
    team.dana.sees(code)
    with town.sandbox.outage():
        gulnar.writes("they are driving to the airport")
        team.dana.taps("Accept")
        for _ in range(3):
            town.later(seconds=10)
    town.later(seconds=30)
    gulnar.sees("has taken your report")
    team.dana.sees("You have taken")
    team.dana.taps("Open")
    assert "airport" in town.page(team.dana.link("Open the page"))


def test_a_server_fault_is_waited_out(town: Town, team: Team) -> None:
    gulnar = town.relative()
    with town.sandbox.faults.breaks(times=3, code=500), town.sandbox.faults.breaks(method="getUpdates", times=1):
        gulnar.writes("hello")
        for seconds in (2, 5, 10):
            town.later(seconds=seconds)
    team.aigerim.sees(town.code_on(gulnar))


def test_a_refused_token_is_shown_and_mended(town: Town, team: Team) -> None:
    town.expects("polling_failed", "sending_failed")
    gulnar = town.relative()
    with town.sandbox.faults.refuses(unauthorized()):
        gulnar.writes("they took my brother")
        town.sandbox.wait_until(lambda: town.heard_of("polling_failed", code="token_refused"))
    town.later(seconds=16)
    team.dana.sees(town.code_on(gulnar))
    with town.sandbox.faults.refuses(unauthorized(), method="sendMessage"):
        team.dana.taps("Accept")
        town.sandbox.wait_until(lambda: town.heard_of("sending_failed", code="token_refused"))
    town.later(seconds=20)
    gulnar.sees("has taken")


def test_a_group_that_becomes_another_is_left_all_the_same(town: Town, team: Team) -> None:
    gulnar = town.relative()
    with town.silence(team.aigerim, team.timur):
        group = town.sandbox.group("Neighbours", [gulnar, team.aigerim])
        gulnar.writes("they took my brother", to=group)
        town.sandbox.wait_until(lambda: group.bot_left)
        town.rests()
    assert group.messages == []
    assert town.case_codes() == []
    moving = town.sandbox.group("Others", [gulnar])
    moved = moving.becomes_supergroup()
    town.sandbox.wait_until(lambda: moved.bot_left)


def test_who_took_it_and_blocks_the_bot_has_it_no_longer(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("hello")
    code = town.code_on(gulnar)
    team.aigerim.taps("Accept")
    first = gulnar.sees("has taken")
    team.aigerim.blocks_the_bot()
    page = team.timur.sees(f"NEW {code}")
    town.rests()  # before anybody takes it anew: who never had it taken from them is not told twice
    team.timur.taps("Accept", on=page)
    gulnar.sees("has taken", after=first)


def test_a_page_that_cannot_be_worded_is_not_waited_for(town: Town, team: Team) -> None:
    with town.house.store.unit("test") as unit:
        chat = find_chat(unit, "telegram", str(team.aigerim.chat_id))
        assert chat is not None
        chat.address = b"no ciphertext of ours"
    gulnar = town.relative()
    gulnar.writes("hello")
    team.timur.sees(f"NEW {town.code_on(gulnar)}")
    team.timur.sees("could not be processed")
    town.expects(parked=2)  # her page, and the one about it


def test_nobody_has_accepted_is_never_the_last_word(town: Town, team: Team) -> None:
    gulnar = town.relative()
    gulnar.writes("hello")
    code = town.code_on(gulnar)
    team.aigerim.sees(code)
    with town.sandbox.faults.breaks(chat=gulnar, times=50, code=500):
        town.later(minutes=5, seconds=1)
        town.rests()
        team.aigerim.taps("Accept")
        town.rests()
    for _ in range(3):
        town.later(minutes=1)
    gulnar.sees("has taken")
    assert "nobody has accepted" not in gulnar.screen()
