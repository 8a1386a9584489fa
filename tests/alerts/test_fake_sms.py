"""The fake that only sends, and can be asked afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alerts.channels.fake import FakeChannel, FakeSms
from alerts.channels.port import (
    AnswersQuestions,
    Arrival,
    Channel,
    Outgoing,
    PermanentFailure,
    Redacts,
    Report,
    Sent,
    TemporaryFailure,
    UnknownOutcome,
)

pytestmark = pytest.mark.anyio
TIMUR = "+77000000001"
ALERT = Outgoing(TIMUR, "NEW")
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_only_this_one_can_be_asked() -> None:
    for ability in (AnswersQuestions, Redacts):
        assert isinstance(FakeSms(), ability)
        assert not isinstance(FakeChannel(), ability)


async def test_a_message_whose_answer_was_lost_can_be_found() -> None:
    fake = FakeSms()
    assert await fake.find(ALERT, NOW) is None
    fake.lose_answers()
    with pytest.raises(UnknownOutcome):
        await fake.send(ALERT)
    assert await fake.find(ALERT, NOW) == Sent("1")
    assert await fake.find(Outgoing(TIMUR, "another"), NOW) is None


async def test_it_says_what_became_of_a_message_and_forgets_its_words() -> None:
    fake = FakeSms()
    sent = await fake.send(ALERT)
    assert await fake.report(sent.provider_id) == Report(Arrival.UNDER_WAY)
    fake.came_to(sent.provider_id, Report(Arrival.DELIVERED))
    assert await fake.report(sent.provider_id) == Report(Arrival.DELIVERED)
    await fake.redact(sent.provider_id)
    assert fake.redacted == [sent.provider_id]
    fake.fail(TemporaryFailure("provider_down"))
    with pytest.raises(TemporaryFailure):
        await fake.report(sent.provider_id)


async def test_nothing_that_was_sent_can_be_changed() -> None:
    channel: Channel = FakeSms()
    for call in (channel.edit(TIMUR, "1", "text", ()), channel.delete(TIMUR, ["1"]), channel.answer("cb", "text")):
        with pytest.raises(PermanentFailure):
            await call
    with pytest.raises(PermanentFailure):
        await channel.leave(TIMUR)
