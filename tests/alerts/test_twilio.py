"""SMS and voice over real HTTP: what is asked of Twilio, how it fails, and what never gets out."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from alerts.channels.port import (
    AnswersQuestions,
    Arrival,
    Channel,
    ChannelError,
    Misconfigured,
    Outgoing,
    PermanentFailure,
    RateLimited,
    Redacts,
    Report,
    Sent,
    TemporaryFailure,
    UnknownOutcome,
)
from alerts.channels.twilio import errors
from alerts.channels.twilio.account import TwilioAccount
from alerts.channels.twilio.errors import TABLE
from alerts.channels.twilio.messages import TRIAL
from alerts.channels.twilio.sms import SmsChannel
from alerts.channels.twilio.voice import VoiceChannel
from alerts.channels.verdicts import Kind
from tests.alerts.leaks import assert_harmless, assert_logs_are_harmless, closed_port, failure_of
from tests.alerts.twilio_api import ACCOUNT, TOKEN, TwilioApi, twilio_api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

TIMUR = "+77000000001"
OURS = "+77000000000"
PUBLIC = "https://panah.example.org"
ALERT = Outgoing(TIMUR, "NEW K7M-4TX canary-text", attempt_id="a1", reference="r1")
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
KINDS: dict[Kind, type[ChannelError]] = {
    Kind.TEMPORARY: TemporaryFailure,
    Kind.PERMANENT: PermanentFailure,
    Kind.GONE: PermanentFailure,
    Kind.MISCONFIGURED: Misconfigured,
    Kind.LIMITED: RateLimited,
}


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
def sms(account: TwilioAccount) -> SmsChannel:
    return SmsChannel(account, OURS, PUBLIC)


@pytest.fixture
def voice(account: TwilioAccount) -> VoiceChannel:
    return VoiceChannel(account, OURS, PUBLIC)


# what is asked


async def test_a_text_message_says_what_the_wording_says_and_where_to_report(api: TwilioApi, sms: SmsChannel) -> None:
    sent = await sms.send(ALERT)
    assert sent == Sent(api.messages[0]["sid"])
    assert api.asked == [
        (
            "POST",
            MESSAGES,
            {
                "To": [TIMUR],
                "From": [OURS],
                "Body": [ALERT.text],
                "StatusCallback": [f"{PUBLIC}/webhooks/twilio/status?attempt=a1"],
            },
        )
    ]


async def test_every_script_arrives_as_it_is(api: TwilioApi, sms: SmsChannel) -> None:
    text = "<b>& 拘留 қамауда قاماققا + % = \U0001f6a8\n\"'"
    await sms.send(Outgoing(TIMUR, text, attempt_id="a/1?&"))
    fields = api.asked[0][2]
    assert fields["Body"] == [text]
    assert fields["StatusCallback"] == [f"{PUBLIC}/webhooks/twilio/status?attempt=a%2F1%3F%26"]


async def test_a_house_that_cannot_be_reached_asks_for_no_reports(api: TwilioApi, account: TwilioAccount) -> None:
    await SmsChannel(account, "Panah").send(ALERT)
    await VoiceChannel(account, OURS).send(ALERT)
    message, call = (fields for _, _, fields in api.asked)
    assert message == {"To": [TIMUR], "From": ["Panah"], "Body": [ALERT.text]}
    assert "StatusCallback" not in call
    assert "Gather" not in call["Twiml"][0]


async def test_a_call_rings_long_listens_for_machines_and_brings_its_own_words(
    api: TwilioApi, voice: VoiceChannel
) -> None:
    sent = await voice.send(ALERT)
    assert sent == Sent(api.calls[0]["sid"])
    method, path, fields = api.asked[0]
    twiml = fields.pop("Twiml")[0]
    assert (method, path) == ("POST", CALLS)
    assert fields == {
        "To": [TIMUR],
        "From": [OURS],
        "Timeout": ["40"],
        "MachineDetection": ["Enable"],
        "StatusCallback": [f"{PUBLIC}/webhooks/twilio/status?attempt=a1"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    }
    assert f'action="{PUBLIC}/webhooks/twilio/voice?attempt=a1"' in twiml
    assert "canary-text" in twiml


async def test_what_is_too_long_to_be_said_is_not_called_for(api: TwilioApi, voice: VoiceChannel) -> None:
    error = await failure_of(voice.send(Outgoing(TIMUR, "word " * 1000)), PermanentFailure)
    assert (error.code, error.recipient_gone, api.asked) == ("too_long", False, [])


@pytest.mark.parametrize("address", ["", "gulnar", "77000000001", "+7 700 000", "whatsapp:+77000000001", "+0", "+7\n"])
async def test_what_is_no_number_is_not_asked_for(
    api: TwilioApi, sms: SmsChannel, voice: VoiceChannel, address: str
) -> None:
    for channel in (sms, voice):
        error = await failure_of(channel.send(Outgoing(address, "text")), PermanentFailure)
        assert (error.code, error.recipient_gone) == ("number_invalid", True)
    assert api.asked == []


async def test_what_was_sent_stays_sent_and_the_number_stays_good(sms: SmsChannel, voice: VoiceChannel) -> None:
    channels: list[Channel] = [sms, voice]
    for channel in channels:
        for call, code in (
            (channel.edit(TIMUR, "SM1", "text", ()), "cannot_edit"),
            (channel.answer("cb", "text"), "cannot_answer"),
            (channel.delete(TIMUR, ["SM1"]), "cannot_delete"),
            (channel.leave(TIMUR), "cannot_leave"),
        ):
            error = await failure_of(call, PermanentFailure)
            assert (error.code, error.recipient_gone) == (code, False)


async def test_the_account_can_be_checked_without_sending_anything(api: TwilioApi, account: TwilioAccount) -> None:
    await account.check()
    api.refuses(401, 20003)
    assert (await failure_of(account.check(), Misconfigured)).code == "token_refused"
    assert api.messages == api.calls == []


# asking afterwards


async def test_both_can_be_asked_and_made_to_forget(sms: SmsChannel, voice: VoiceChannel) -> None:
    assert isinstance(sms, AnswersQuestions)
    assert isinstance(voice, AnswersQuestions)
    assert isinstance(sms, Redacts)
    assert isinstance(voice, Redacts)


async def test_a_message_whose_answer_never_came_is_found(api: TwilioApi, sms: SmsChannel) -> None:
    began_at = datetime.now(UTC)
    api.takes_and_is_silent()
    await failure_of(sms.send(ALERT), UnknownOutcome)
    api.is_well()
    assert await sms.find(ALERT, began_at) == Sent(api.messages[0]["sid"])


async def test_a_call_whose_answer_never_came_is_found(api: TwilioApi, voice: VoiceChannel) -> None:
    began_at = datetime.now(UTC)
    assert await voice.find(ALERT, began_at) is None
    api.takes_and_is_silent()
    await failure_of(voice.send(ALERT), UnknownOutcome)
    api.is_well()
    assert await voice.find(ALERT, began_at) == Sent(api.calls[0]["sid"])


async def test_other_texts_other_people_and_earlier_days_are_not_taken_for_it(api: TwilioApi, sms: SmsChannel) -> None:
    began_at = datetime.now(UTC)
    earlier = began_at - timedelta(seconds=2)
    api.keep("Messages", to=TIMUR, sender=OURS, body=ALERT.text, at=earlier)
    api.keep("Messages", to=TIMUR, sender=OURS, body="another alert")
    api.keep("Messages", to=TIMUR, sender="+77000000009", body=ALERT.text)
    api.keep("Messages", to="+77000000002", sender=OURS, body=ALERT.text)
    assert await sms.find(ALERT, began_at) is None
    trial = api.keep("Messages", to=TIMUR, sender=OURS, body=f"{TRIAL}{ALERT.text}")
    assert await sms.find(ALERT, began_at) == Sent(trial["sid"])


async def test_a_record_without_a_time_is_no_proof(api: TwilioApi, sms: SmsChannel) -> None:
    api.keep("Messages", to=TIMUR, sender=OURS, body=ALERT.text)["date_created"] = None
    assert await sms.find(ALERT, datetime.now(UTC)) is None


async def test_twilio_says_how_far_things_have_come(api: TwilioApi, sms: SmsChannel, voice: VoiceChannel) -> None:
    message, call = (await sms.send(ALERT)).provider_id, (await voice.send(ALERT)).provider_id
    assert (await sms.report(message)).arrival is Arrival.UNDER_WAY
    api.messages[0].update(status="undelivered", error_code=30003)
    api.calls[0].update(status="completed", answered_by="machine_start")
    assert await sms.report(message) == Report(
        Arrival.FAILED_TEMPORARY, "phone_off", "the phone is off or has no signal"
    )
    assert (await voice.report(call)).code == "voicemail"
    api.calls[0].update(answered_by="human")
    assert await voice.report(call) == Report(Arrival.DELIVERED)


async def test_what_twilio_does_not_know_any_more_is_no_fault_of_the_settings(
    api: TwilioApi, sms: SmsChannel, voice: VoiceChannel
) -> None:
    message, call = (await sms.send(ALERT)).provider_id, (await voice.send(ALERT)).provider_id
    api.messages.clear()
    api.calls.clear()
    for asking in (sms.report(message), voice.report(call)):
        assert (await failure_of(asking, PermanentFailure)).code == "unknown_message"


async def test_the_words_are_taken_out_of_twilios_records(api: TwilioApi, sms: SmsChannel) -> None:
    sent = await sms.send(ALERT)
    assert (await failure_of(sms.redact(sent.provider_id), TemporaryFailure)).code == "not_finished"
    api.messages[0]["status"] = "delivered"
    await sms.redact(sent.provider_id)
    await sms.redact(sent.provider_id)
    assert api.messages[0]["body"] == ""
    api.messages.clear()
    await sms.redact(sent.provider_id)


async def test_pictures_and_recordings_are_erased_there_and_what_is_gone_is_fine(
    api: TwilioApi, sms: SmsChannel, voice: VoiceChannel
) -> None:
    api.says(204, b"")
    await sms.redact("MM1/ME2")
    await voice.redact("RE1")
    assert [(method, path.partition(ACCOUNT)[2]) for method, path, _ in api.asked] == [
        ("DELETE", "/Messages/MM1/Media/ME2.json"),
        ("DELETE", "/Recordings/RE1.json"),
    ]
    api.refuses(404, 20404)
    await sms.redact("MM1/ME2")
    await voice.redact("RE1")


async def test_a_redaction_that_fails_says_so(api: TwilioApi, sms: SmsChannel) -> None:
    api.refuses(401, 20003)
    assert (await failure_of(sms.redact("SM1"), Misconfigured)).code == "token_refused"


@pytest.mark.parametrize("provider_id", ["", "MM1/../Calls/CA1", "../Calls/CA1", "SM1.json?x=", "41", "SM1\n"])
async def test_what_is_no_identifier_is_not_put_into_an_address(
    api: TwilioApi, sms: SmsChannel, voice: VoiceChannel, provider_id: str
) -> None:
    for call in (sms.report(provider_id), sms.redact(provider_id), voice.report(provider_id)):
        assert (await failure_of(call, PermanentFailure)).code == "unknown_message"
    assert api.asked == []


# how it fails


@pytest.mark.parametrize("number", TABLE)
async def test_every_code_means_something(api: TwilioApi, sms: SmsChannel, voice: VoiceChannel, number: int) -> None:
    verdict = TABLE[number]
    api.refuses(400, number)
    for channel in (sms, voice):
        error = await failure_of(channel.send(ALERT), KINDS[verdict.kind])
        assert (error.code, error.meaning) == (verdict.code, verdict.meaning)
        assert getattr(error, "recipient_gone", False) is (verdict.kind is Kind.GONE)


def test_the_tables_know_each_code_once() -> None:
    tables = (
        errors.ACCOUNT,
        errors.SETTINGS,
        errors.RECIPIENT,
        errors.DESTINATION,
        errors.MESSAGE,
        errors.DELIVERY,
        errors.WHATSAPP,
    )
    assert len(TABLE) == sum(map(len, tables))
    assert all(one.code and one.meaning for one in TABLE.values())


async def test_a_code_of_next_year_is_temporary_and_loud(api: TwilioApi, sms: SmsChannel) -> None:
    api.refuses(400, 29999)
    with structlog.testing.capture_logs() as logs:
        error = await failure_of(sms.send(ALERT), TemporaryFailure)
    assert error.code == "unknown_code"
    assert logs == [{"event": "unknown_code", "log_level": "error", "channel": "twilio", "number": 29999}]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [({"Retry-After": "35"}, 35), ({}, 5), ({"Retry-After": "soon"}, 5), ({"Retry-After": "0"}, 5)],
)
async def test_a_limit_says_how_long(api: TwilioApi, sms: SmsChannel, header: dict[str, str], seconds: int) -> None:
    for body in ({"code": 20429, "status": 429}, b"<html>"):
        api.says(429, body, **header)
        assert (await failure_of(sms.send(ALERT), RateLimited)).retry_after == timedelta(seconds=seconds)


async def test_no_limit_lasts_for_days(api: TwilioApi, sms: SmsChannel) -> None:
    api.refuses(429, 20429, **{"Retry-After": "86400"})
    assert (await failure_of(sms.send(ALERT), RateLimited)).retry_after == timedelta(minutes=10)


@pytest.mark.parametrize(
    "case",
    [
        (200, b"<html>Sign in to this network</html>", UnknownOutcome, "unreadable_answer"),
        (201, b"", UnknownOutcome, "unreadable_answer"),
        (201, b'{"sid": "SM', UnknownOutcome, "unreadable_answer"),
        (201, [], UnknownOutcome, "unreadable_answer"),
        (201, {}, UnknownOutcome, "unreadable_answer"),
        (201, {"sid": "../elsewhere"}, UnknownOutcome, "unreadable_answer"),
        (204, b"", UnknownOutcome, "unreadable_answer"),
        (302, b"", TemporaryFailure, "foreign_answer"),
        (403, b"<html>blocked by order</html>", TemporaryFailure, "foreign_answer"),
        (404, b"nothing here", TemporaryFailure, "foreign_answer"),
        (404, [], TemporaryFailure, "foreign_answer"),
        (404, {"detail": "Not Found"}, TemporaryFailure, "foreign_answer"),
        (400, b"[" * 100_000, TemporaryFailure, "foreign_answer"),
        (401, {"status": 401}, Misconfigured, "token_refused"),
        (400, {"code": "21211", "status": 400}, TemporaryFailure, "unknown_code"),
        (503, b"<html>nginx</html>", TemporaryFailure, "provider_down"),
        (500, {"code": 20500, "status": 500}, UnknownOutcome, "provider_failed"),
        (502, b"<html>nginx</html>", UnknownOutcome, "provider_failed"),
        (504, b"<html>nginx</html>", UnknownOutcome, "provider_failed"),
    ],
)
async def test_answers_that_are_not_twilios_condemn_nobody(
    api: TwilioApi, sms: SmsChannel, voice: VoiceChannel, case: tuple[int, Any, type[ChannelError], str]
) -> None:
    status, body, kind, code = case
    api.says(status, body)
    for channel in (sms, voice):
        assert (await failure_of(channel.send(ALERT), kind)).code == code
    assert len(api.asked) == 2


@pytest.mark.parametrize("body", [{}, [], {"messages": 7}, {"messages": [7], "calls": [7]}, b"<html>", b""])
async def test_lists_that_make_no_sense_are_unreadable(
    api: TwilioApi, sms: SmsChannel, voice: VoiceChannel, body: Any
) -> None:
    api.says(200, body)
    for channel in (sms, voice):
        assert (await failure_of(channel.find(ALERT, datetime.now(UTC)))).code == "unreadable_answer"
        if not isinstance(body, dict):
            assert (await failure_of(channel.report("SM1"))).code == "unreadable_answer"


async def test_a_redirection_is_not_followed_with_the_token(api: TwilioApi, sms: SmsChannel) -> None:
    api.says(307, b"", Location=f"{api.url}/elsewhere")
    await failure_of(sms.send(ALERT), TemporaryFailure)
    assert [path for _, path, _ in api.asked] == [MESSAGES]


async def test_no_answer_in_time_is_unknown_because_it_may_have_been_taken(api: TwilioApi, sms: SmsChannel) -> None:
    api.is_silent()
    assert (await failure_of(sms.send(ALERT), UnknownOutcome)).code == "no_answer"
    assert len(api.asked) == 1


async def test_a_connection_that_breaks_after_the_request_is_unknown(api: TwilioApi, voice: VoiceChannel) -> None:
    api.hangs_up()
    await failure_of(voice.send(ALERT), UnknownOutcome)
    api.breaks_off()
    await failure_of(voice.send(ALERT), UnknownOutcome)
    assert len(api.asked) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "http://twilio.invalid"])
async def test_no_connection_is_temporary_because_nothing_was_sent(url: str) -> None:
    async with TwilioAccount(ACCOUNT, TOKEN, url.format(port=closed_port()), timeout=0.5) as account:
        assert (await failure_of(SmsChannel(account, OURS).send(ALERT), TemporaryFailure)).code == "not_sent"


async def test_an_account_that_was_not_entered_is_temporary(api: TwilioApi) -> None:
    channel = SmsChannel(TwilioAccount(ACCOUNT, TOKEN, api.url), OURS)
    assert (await failure_of(channel.send(ALERT), TemporaryFailure)).code == "not_sent"


async def test_twilio_coming_back_needs_no_restart(api: TwilioApi, sms: SmsChannel) -> None:
    api.hangs_up()
    await failure_of(sms.send(ALERT), UnknownOutcome)
    api.is_well()
    assert await sms.send(ALERT) == Sent(api.messages[0]["sid"])


async def test_fifty_at_once_are_fifty_messages(api: TwilioApi, sms: SmsChannel) -> None:
    sent = await asyncio.gather(*(sms.send(ALERT) for _ in range(50)))
    assert len({one.provider_id for one in sent}) == len(api.messages) == 50


@pytest.mark.parametrize(
    ("sid", "token", "code"),
    [
        ("", TOKEN, "account_malformed"),
        ("CANARY", TOKEN, "account_malformed"),
        (f"{ACCOUNT}/../AC0", TOKEN, "account_malformed"),
        (ACCOUNT, "", "token_malformed"),
        (ACCOUNT, "CANARY token", "token_malformed"),
        (ACCOUNT, "CANARY\n", "token_malformed"),
    ],
)
async def test_credentials_that_are_none_are_refused_without_being_repeated(sid: str, token: str, code: str) -> None:
    async def make() -> None:
        TwilioAccount(sid, token)

    assert (await failure_of(make(), Misconfigured)).code == code


@pytest.mark.parametrize("sender", ["", "7700", "+7 700", "canary canary", "12", "имя"])
async def test_senders_that_are_none_are_refused(account: TwilioAccount, sender: str) -> None:
    async def make(kind: Any) -> None:
        kind(account, sender)

    if sender != "7700":  # a short code sends messages, but cannot call
        assert (await failure_of(make(SmsChannel), Misconfigured)).code == "sender_malformed"
    assert (await failure_of(make(VoiceChannel), Misconfigured)).code == "sender_malformed"


# what never gets out


async def test_neither_token_nor_text_nor_number_gets_into_a_log_or_an_error(  # noqa: PLR0917
    api: TwilioApi,
    account: TwilioAccount,
    sms: SmsChannel,
    voice: VoiceChannel,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for channel in (sms, voice):
        sent = await channel.send(ALERT)
        await channel.find(ALERT, datetime.now(UTC))
        await channel.report(sent.provider_id)
    secrets = f"{TOKEN} {TIMUR} {ALERT.text}"
    troubles: list[Any] = [
        lambda: api.refuses(400, 21211),
        lambda: api.refuses(400, 29999),
        lambda: api.says(400, {"code": secrets, "message": secrets, "status": 400}),
        lambda: api.says(200, f"<html>{secrets}".encode()),
        lambda: api.says(502, f"<html>{secrets}".encode()),
        lambda: api.says(201, {"sid": secrets}),
        lambda: api.says(429, {"code": 20429, "message": secrets, "status": 429}),
        api.hangs_up,
        api.is_silent,
    ]
    for trouble in troubles:
        trouble()
        await failure_of(sms.send(ALERT))
        await failure_of(voice.send(ALERT))
        await failure_of(sms.find(ALERT, datetime.now(UTC)))
    async with TwilioAccount(ACCOUNT, TOKEN, f"http://127.0.0.1:{closed_port()}") as nowhere:
        await failure_of(SmsChannel(nowhere, OURS).send(ALERT))
    assert_logs_are_harmless(caplog, capsys)
    assert_harmless(f"{account!r} {sms!r} {voice!r} {ALERT!r}")
