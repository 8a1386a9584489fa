"""The port's values and the fake beside it."""

from __future__ import annotations

import pytest

from alerts.channels.canary import CanaryChannel
from alerts.channels.fake import FakeChannel
from alerts.channels.port import Button, Channel, Outgoing, PermanentFailure, Sent, TemporaryFailure, UnknownOutcome

pytestmark = pytest.mark.anyio
BLOCKED = PermanentFailure("blocked", "the person blocked the bot", recipient_gone=True)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(("data", "url"), [(None, None), ("a", "https://example.org"), ("", None), ("қ" * 33, None)])
def test_a_button_that_no_channel_can_show_cannot_be_made(data: str | None, url: str | None) -> None:
    with pytest.raises(ValueError, match="a button"):
        Button("label", data=data, url=url)


def test_printed_messages_show_neither_where_they_go_nor_what_they_say() -> None:
    message = Outgoing("7000000", "canary", ((Button("Open", url="https://example.org/canary"),),))
    assert "7000000" not in repr(message)
    assert "canary" not in repr(message)


async def test_a_canary_presses_the_button_it_is_sent() -> None:
    pressed: list[str] = []
    channel: Channel = CanaryChannel(pressed.append)
    link = Button("Answer", url="https://example.org/answer/a-token_of-a-button")
    await channel.send(Outgoing("canary", "sing", ((link,),)))
    await channel.send(Outgoing("canary", "sing\nhttps://example.org/answer/another"))
    assert pressed == ["a-token_of-a-button", "another"]
    with pytest.raises(PermanentFailure, match="no_button"):
        await channel.send(Outgoing("canary", "sing"))


async def test_a_canary_whose_answer_cannot_be_kept_is_sent_again() -> None:
    def lose(_: str) -> None:
        raise OSError("disk full")

    with pytest.raises(TemporaryFailure, match="answer_not_kept"):
        await CanaryChannel(lose).send(Outgoing("canary", "https://example.org/answer/token"))


async def test_the_fake_shows_what_a_phone_shows() -> None:
    channel: Channel = FakeChannel()
    fake = channel
    assert isinstance(fake, FakeChannel)
    first = await channel.send(Outgoing("1", "NEW", ((Button("Accept", data="a"),),)))
    await channel.send(Outgoing("1", "second", silent=True))
    await channel.edit("1", first.provider_id, "taken", ())
    assert [(one.text, one.keyboard, one.silent) for one in fake.screen("1")] == [
        ("taken", (), False),
        ("second", (), True),
    ]
    assert fake.screen("2") == []


async def test_the_fake_fails_as_told() -> None:
    fake = FakeChannel([TemporaryFailure("provider_down"), None])
    with pytest.raises(TemporaryFailure):
        await fake.send(Outgoing("1", "lost"))
    assert await fake.send(Outgoing("1", "arrives")) == Sent("1")
    fake.fail_at("1", BLOCKED)
    with pytest.raises(PermanentFailure):
        await fake.send(Outgoing("1", "blocked"))
    await fake.send(Outgoing("2", "another phone"))
    fake.fail_at("1", None)
    fake.fail(TemporaryFailure("provider_down"))
    with pytest.raises(TemporaryFailure):
        await fake.answer("cb", "")
    await fake.answer("cb", "ok")
    await fake.leave("-100")
    assert (fake.answered, fake.left) == ([("cb", "ok")], ["-100"])
    with pytest.raises(PermanentFailure):
        await fake.edit("1", "99", "never shown", ())


async def test_the_fake_can_take_a_message_without_saying_so() -> None:
    fake = FakeChannel()
    fake.lose_answers()
    with pytest.raises(UnknownOutcome):
        await fake.send(Outgoing("1", "arrived"))
    await fake.send(Outgoing("1", "arrived"))
    assert [one.text for one in fake.screen("1")] == ["arrived", "arrived"]
