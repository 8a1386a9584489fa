"""The chat of a reporter is erased on both sides: at once when they wish it, else within a day. The case stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from alerts.models import ChatLine, Delivery, DeliveryState
from cases.files import LARGEST
from cases.models import Case, ReportMessage
from cases.verification import suspect

if TYPE_CHECKING:
    from sandbox import Message, Phone
    from tests.stories.conftest import Team
    from tests.story import Town

pytestmark = pytest.mark.heavy


def standing(phone: Phone) -> list[str]:
    """What can still be read in a chat, both sides."""
    return [message.plain for message in phone.conversation if not message.deleted]


def reported(town: Town, words: str = "they took my brother") -> tuple[Phone, str]:
    gulnar = town.relative()
    gulnar.writes(words)
    gulnar.sees("What is happening")
    town.rests()
    return gulnar, town.code_on(gulnar)


def wipes(town: Town, gulnar: Phone) -> Message:
    gulnar.command("/wipe")
    told = gulnar.sees("erase")
    town.rests()
    return told


def test_wiping_empties_the_chat_and_keeps_the_case(town: Town, team: Team) -> None:
    gulnar, code = reported(town)
    page = team.aigerim.sees(code)
    gulnar.sends("photo", caption="his paper")
    town.rests()
    told = wipes(town, gulnar)
    assert standing(gulnar) == [told.plain]
    assert "/status" in told.plain
    assert not any(message.deleted for message in team.aigerim.conversation)
    team.aigerim.taps("Accept", on=page)
    assert code in gulnar.sees("has taken your report").plain
    gulnar.command("/status")
    assert code in gulnar.sees("A person on our team has it").plain
    with town.house.store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(ReportMessage)) == 2


def test_a_code_that_was_wrong_does_not_stay_when_all_else_goes(town: Town) -> None:
    gulnar, _ = reported(town)
    gulnar.command("/link WRONG234")
    gulnar.sees("wrong or has expired")
    town.rests()  # until it is written down that it was sent
    told = wipes(town, gulnar)
    assert standing(gulnar) == [told.plain]


def test_what_was_on_its_way_when_all_else_went_goes_too(town: Town) -> None:
    gulnar, _ = reported(town)
    town.sandbox.faults.slow(1, method="sendMessage")
    gulnar.command("/link WRONG234")
    town.sandbox.wait_until(lambda: _is_leaving(town, "staff.link_failed"))
    told = wipes(town, gulnar)
    assert any("wrong or has expired" in message.plain for message in gulnar.conversation)
    assert standing(gulnar) == [told.plain]


def _is_leaving(town: Town, template: str) -> bool:
    with town.house.store.read() as unit:
        leaving = select(Delivery.id).where(Delivery.template == template, Delivery.state == DeliveryState.SENDING)
        return unit.session.scalar(leaving) is not None


def test_a_chat_that_may_be_a_trap_is_erased_and_not_answered(town: Town) -> None:
    stranger, code = reported(town)
    with town.house.store.unit("test") as unit:
        suspect(unit, unit.session.scalars(select(Case.id).where(Case.code == code)).one())
    with town.silence(stranger):
        stranger.command("/wipe")
        town.rests()
        town.later(minutes=2)
        town.rests()
    assert standing(stranger) == []


def test_wiping_takes_many_messages_a_hundred_at_a_time(town: Town) -> None:
    gulnar, _ = reported(town)
    with town.house.store.unit("test") as unit:
        (chat_id,) = unit.session.scalars(select(ChatLine.chat_id))
        unit.session.add_all(ChatLine(chat_id=chat_id, number=1000 + number, said_at=unit.now) for number in range(120))
    told = wipes(town, gulnar)
    assert standing(gulnar) == [told.plain]
    erasing = [call.params["message_ids"] for call in town.sandbox.calls("deleteMessages")]
    sizes = [len(json.loads(numbers) if isinstance(numbers, str) else numbers) for numbers in erasing]
    assert (sizes[0], len(sizes)) == (100, 2)


def test_what_could_not_be_erased_is_said(town: Town) -> None:
    gulnar, _ = reported(town)
    gulnar.sends("video", caption="they are beating him", file_size=LARGEST + 1)
    gulnar.sees("is too large")
    told = wipes(town, gulnar)
    assert "could not erase: 1" in told.plain
    assert [message.plain for message in gulnar.conversation if not message.deleted and not message.from_bot] == [
        "they are beating him"
    ]


def test_a_file_that_is_still_being_fetched_is_erased_as_soon_as_it_is_here(town: Town) -> None:
    gulnar, _ = reported(town)
    with town.sandbox.faults.breaks(code=502, method="getFile", times=3):  # however slow we are, it is not here yet
        sent = gulnar.sends("voice")
        town.rests()
        gulnar.command("/wipe")
        town.rests()
        assert not still(gulnar, sent).deleted
        for _ in range(4):
            town.later(minutes=2)
            town.rests()
    assert still(gulnar, sent).deleted


def still(phone: Phone, message: Message) -> Message:
    return next(one for one in phone.conversation if one.id == message.id)


def test_without_a_wish_everything_is_gone_after_a_day_and_nothing_before(town: Town, team: Team) -> None:
    gulnar, code = reported(town)
    team.aigerim.sees(code)
    team.aigerim.taps("Accept")
    team.dana.taps("Accept")
    gulnar.sees("has taken your report")
    town.later(hours=23)
    gulnar.writes("any news?")
    town.rests()
    assert "they took my brother" in standing(gulnar)
    town.later(hours=1, minutes=1)
    town.rests()
    left = standing(gulnar)
    assert "they took my brother" not in left
    assert "any news?" in left
    assert not any("has taken your report" in text for text in left)
    town.later(hours=23)
    town.rests()
    assert standing(gulnar) == []
    with town.house.store.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(ChatLine)) == 0


def test_what_still_stands_after_forty_hours_is_told_to_the_coordinators(town: Town, team: Team) -> None:
    gulnar, code = reported(town)
    for helper in (team.aigerim, team.dana):
        helper.sees(code)
        helper.taps("Accept")
    gulnar.sees("has taken your report")
    gulnar.sends("video", file_size=LARGEST + 1)
    gulnar.sees("is too large")
    town.later(hours=39)
    town.rests()
    assert not any("still not erased" in message.plain for message in team.aigerim.messages)
    town.later(hours=1, minutes=1)
    assert code in team.aigerim.sees("still not erased").plain
    town.later(hours=12)
    town.rests()
    assert sum("still not erased" in message.plain for message in team.aigerim.messages) == 1


def test_a_program_that_slept_through_the_day_erases_when_it_wakes_without_an_alarm(town: Town, team: Team) -> None:
    gulnar, code = reported(town)
    for helper in (team.aigerim, team.dana):
        helper.sees(code)
        helper.taps("Accept")
    gulnar.sees("has taken your report")
    town.later(hours=41)
    town.rests()
    assert standing(gulnar) == []
    town.later(minutes=30)
    town.rests()
    assert not any("still not erased" in message.plain for message in team.aigerim.messages)


def test_wiping_before_anything_was_reported_is_fine_and_words_beside_it_are_words(town: Town) -> None:
    gulnar = town.relative()
    gulnar.command("/wipe")
    gulnar.sees("is erased")
    assert town.case_codes() == []
    gulnar.writes("/wipe they took my brother")
    gulnar.sees("We have your message")


def test_who_asks_for_it_in_more_words_is_erased_all_the_same(town: Town) -> None:
    gulnar, _ = reported(town)
    gulnar.writes("/wipe please, they are at the door")
    told = gulnar.sees("erase")
    town.rests()
    assert standing(gulnar) == [told.plain]
