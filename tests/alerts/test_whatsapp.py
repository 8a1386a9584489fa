"""WhatsApp over real HTTP, where it differs from a text: what is asked of Twilio, and for what it is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from alerts.channels.port import (
    AnswersQuestions,
    Arrival,
    Misconfigured,
    Outgoing,
    PermanentFailure,
    Redacts,
    Sent,
    UnknownOutcome,
)
from alerts.channels.twilio.account import TwilioAccount
from alerts.channels.twilio.whatsapp import WhatsAppChannel
from tests.alerts.leaks import failure_of
from tests.alerts.twilio_api import ACCOUNT, TOKEN, TwilioApi, twilio_api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

OURS = "+77000000000"
TOLD = Outgoing("+77000000001", "A person on our team has it.", attempt_id="a1", reference="r1")
KNOCK = replace(TOLD, text="", knocks=True)
TEMPLATE = "HX" + "0" * 32


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def api() -> AsyncIterator[TwilioApi]:
    async with twilio_api() as api:
        yield api


@pytest.fixture
async def account(api: TwilioApi) -> AsyncIterator[TwilioAccount]:
    async with TwilioAccount(ACCOUNT, TOKEN, api.url, timeout=0.5) as account:
        yield account


@pytest.fixture
def whatsapp(account: TwilioAccount) -> WhatsAppChannel:
    return WhatsAppChannel(account, OURS, TEMPLATE, "https://panah.example.org")


async def test_words_leave_as_words_and_a_knock_as_the_approved_message(
    api: TwilioApi, whatsapp: WhatsAppChannel
) -> None:
    assert isinstance(whatsapp, AnswersQuestions)
    assert isinstance(whatsapp, Redacts)
    for message in (TOLD, KNOCK, replace(TOLD, address="KZ.hidden1")):
        await whatsapp.send(message)
    asked = [fields for _, _, fields in api.asked]
    assert [one["To"] for one in asked] == [["whatsapp:+77000000001"]] * 2 + [["whatsapp:KZ.hidden1"]]
    assert {one["From"][0] for one in asked} == {f"whatsapp:{OURS}"}
    assert [one.get("Body") for one in asked] == [[TOLD.text], None, [TOLD.text]]
    assert [one.get("ContentSid") for one in asked] == [None, [TEMPLATE], None]
    assert all(one["StatusCallback"][0].startswith("https://panah.example.org/") for one in asked)


@pytest.mark.parametrize("message", [TOLD, KNOCK])
async def test_one_whose_answer_never_came_is_found(
    api: TwilioApi, whatsapp: WhatsAppChannel, message: Outgoing
) -> None:
    began_at = datetime.now(UTC)
    assert await whatsapp.find(message, began_at) is None
    api.takes_and_is_silent()
    await failure_of(whatsapp.send(message), UnknownOutcome)
    api.is_well()
    assert await whatsapp.find(message, began_at) == Sent(api.messages[0]["sid"])


async def test_what_was_told_by_text_is_not_taken_for_it(api: TwilioApi, whatsapp: WhatsAppChannel) -> None:
    began_at = datetime.now(UTC)
    api.keep("Messages", to=TOLD.address, sender=OURS, body=TOLD.text)
    api.keep("Messages", to=f"whatsapp:{TOLD.address}", sender=f"whatsapp:{OURS}", body="something else")
    assert await whatsapp.find(TOLD, began_at) is None


async def test_twilio_says_how_far_it_has_come(api: TwilioApi, whatsapp: WhatsAppChannel) -> None:
    sent = await whatsapp.send(TOLD)
    api.messages[0].update(status="read")
    assert (await whatsapp.report(sent.provider_id)).arrival is Arrival.READ
    await whatsapp.redact(sent.provider_id)
    assert api.messages[0]["body"] == ""


async def test_what_cannot_be_sent_is_not_asked_for(api: TwilioApi, account: TwilioAccount) -> None:
    with pytest.raises(Misconfigured):
        WhatsAppChannel(account, "77000000000")
    bare = WhatsAppChannel(account, OURS)
    assert (await failure_of(bare.send(KNOCK), PermanentFailure)).code == "no_template"
    assert (await failure_of(bare.send(replace(TOLD, address="Gulnar")), PermanentFailure)).code == "number_invalid"
    assert api.asked == []
