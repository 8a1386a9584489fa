"""SMS through Twilio's own library: sent, reported, asked for, redacted, answered."""

import re
from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from sandbox import Phone, Sandbox, StoryError, Text
from tests.sandbox.conftest import Clock, client_of
from tests.sandbox.program import PUBLIC, Program

OURS = "+77000000900"
DANAS = "+77000000001"


@pytest.fixture
def dana(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Dana", role="lawyer", number=DANAS)


def send(twilio: Client, body: str = "K7M needs a lawyer. Reply 1", to: str = DANAS) -> str:
    """Send an SMS that is to be reported on; gives its id."""
    message = twilio.messages.create(to=to, from_=OURS, body=body, status_callback=f"{PUBLIC}/status?attempt=7")
    assert message.status == "queued"
    return str(message.sid)


def refusal(twilio: Client, **message: str) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages.create(**{"to": DANAS, "from_": OURS, "body": "K7M", **message})
    return refused.value.status, refused.value.code


def test_an_sms_arrives_and_is_reported(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    sid = send(twilio)
    assert dana.gets_text("K7M").sender == OURS
    assert dana.gets_text(re.compile(r"Reply \d")).sid == sid
    sandbox.wait_until(lambda: program.statuses() == ["sent", "delivered"])
    first = program.to("/status")[0]
    assert first.genuine
    assert first.path == "/status?attempt=7"
    assert (first.fields["MessageSid"], first.fields["To"], first.fields["From"]) == (sid, DANAS, OURS)
    assert "ErrorCode" not in first.fields


def test_what_became_of_it_can_be_asked(sandbox: Sandbox, twilio: Client, clock: Clock, dana: Phone) -> None:
    before = clock.now()
    sid = send(twilio)
    dana.gets_text("K7M")
    sandbox.wait_until(lambda: twilio.messages(sid).fetch().status == "delivered")
    message = twilio.messages(sid).fetch()
    assert (message.to, message.from_, message.direction) == (DANAS, OURS, "outbound-api")
    assert message.date_sent == before
    assert message.error_code is None
    clock.moves(minutes=5)
    later = send(twilio, "K7M again")
    sandbox.wait_until(lambda: twilio.messages(later).fetch().status == "delivered")
    assert [found.sid for found in twilio.messages.list(to=DANAS)] == [later, sid], "the newest first"
    soon = before + timedelta(minutes=1)
    assert [found.sid for found in twilio.messages.list(to=DANAS, date_sent_after=soon)] == [later]
    assert [found.sid for found in twilio.messages.list(to=DANAS, date_sent_before=soon)] == [sid]
    assert len(twilio.messages.list(date_sent=before.date())) == 2
    assert twilio.messages.list(to="+77000000002") == []


def test_long_lists_come_in_pages(sandbox: Sandbox, twilio: Client, dana: Phone) -> None:
    sids = [send(twilio, f"number {number}") for number in range(7)]
    sandbox.wait_until(lambda: len(dana.sms) == 7)
    assert [found.sid for found in twilio.messages.list(to=DANAS, page_size=3)] == sids[::-1]
    assert len(twilio.messages.list(limit=2)) == 2


def test_redacted_words_are_gone_at_twilio_and_stay_on_the_phone(twilio: Client, dana: Phone) -> None:
    sid = send(twilio)
    dana.gets_text("K7M")
    assert twilio.messages(sid).update(body="").body == ""
    assert twilio.messages(sid).fetch().body == ""
    assert dana.gets_text("K7M").sid == sid
    assert twilio.messages(sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        twilio.messages(sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert twilio.messages.list() == []


def test_a_wrong_token_opens_nothing(sandbox: Sandbox) -> None:
    assert client_of(sandbox).api.accounts(sandbox.twilio.account).fetch().status == "active"
    stranger = client_of(sandbox, token="0" * 32)
    with pytest.raises(TwilioRestException) as refused:
        stranger.api.accounts(sandbox.twilio.account).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert "Authenticate" in refused.value.msg
    assert refusal(stranger) == (401, 20003)
    assert sandbox.twilio.messages() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": "8 700 000"}, 21211),
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"from_": DANAS}, 21266),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"status_callback": "panah"}, 21609),
    ],
)
def test_what_can_never_be_sent_is_refused(twilio: Client, wrong: dict[str, str], code: int) -> None:
    assert refusal(twilio, **wrong) == (400, code)


def test_a_number_that_nobody_has(sandbox: Sandbox, twilio: Client, program: Program) -> None:
    send(twilio, to="+77000000099")
    sandbox.wait_until(lambda: program.statuses() == ["sent", "undelivered"])
    assert program.to("/status")[1].fields["ErrorCode"] == "30005"


def test_an_sms_from_a_phone_is_posted(sandbox: Sandbox, program: Program, dana: Phone) -> None:
    written = dana.texts("100A")
    sandbox.wait_until(lambda: program.to("/webhooks/twilio/sms"))
    (posted,) = program.to("/webhooks/twilio/sms")
    assert posted.genuine
    assert posted.fields["MessageSid"] == written.sid
    assert (posted.fields["From"], posted.fields["To"], posted.fields["Body"]) == (DANAS, OURS, "100A")


def test_an_sms_goes_to_whoever_wrote_last(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    twilio.messages.create(to=DANAS, from_="+77000000901", body="from another number of ours")
    dana.gets_text("another")
    dana.texts("1")
    sandbox.wait_until(lambda: program.to("/webhooks/twilio/sms"))
    assert program.posted[-1].fields["To"] == "+77000000901"


def test_the_program_may_answer_in_its_document(sandbox: Sandbox, program: Program, dana: Phone) -> None:
    program.answers["/webhooks/twilio/sms"] = "<Response><Message>You have K7M.</Message></Response>"
    dana.texts("100A")
    assert dana.gets_text("You have K7M").sender == OURS
    sandbox.wait_until(lambda: [text.status for text in sandbox.twilio.messages()] == ["received", "delivered"])


def test_what_came_in_while_the_program_was_away_can_be_asked_for(
    sandbox: Sandbox, twilio: Client, program: Program, dana: Phone
) -> None:
    program.status = 503
    dana.texts("100A")
    sandbox.wait_until(sandbox.twilio.problems)
    assert "503" in sandbox.twilio.problems()[0]
    (message,) = twilio.messages.list(to=OURS)
    assert (message.direction, message.status, message.body) == ("inbound", "received", "100A")


def test_a_sender_can_be_forged(sandbox: Sandbox, program: Program, dana: Phone) -> None:
    sandbox.twilio.texts_as(DANAS, "100A")
    sandbox.wait_until(lambda: program.to("/webhooks/twilio/sms"))
    assert program.posted[0].genuine, "not even Twilio can tell"
    assert program.posted[0].fields["From"] == DANAS
    assert dana.sms == []


def test_stop_stops_and_start_starts_again(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    send(twilio, "first")
    dana.gets_text("first")
    dana.texts(" Stop ")
    dana.gets_text("You have successfully been unsubscribed")
    assert refusal(twilio) == (400, 21610)
    assert twilio.messages.create(to=DANAS, from_="+77000000901", body="from another number").status == "queued"
    dana.texts("START", to=OURS)
    dana.gets_text("re-subscribed")
    send(twilio, "second")
    dana.gets_text("second")
    sandbox.wait_until(lambda: len(program.to("/webhooks/twilio/sms")) == 2)
    assert len(sandbox.twilio.messages()) == 5, "Twilio's own answers are not the account's"


def test_words_that_only_contain_stop_change_nothing(twilio: Client, program: Program, dana: Phone) -> None:
    dana.texts("please stop them")
    send(twilio)
    dana.gets_text("K7M")
    assert program.url


def test_looking_in_vain_shows_the_screen(twilio: Client, dana: Phone) -> None:
    send(twilio, "something else")
    dana.gets_text("something")
    with pytest.raises(StoryError, match=r"(?s)an SMS 'K7M'.*something else"):
        dana.gets_text("K7M", timeout=0.05)
    first: Text = dana.gets_text("something")
    with pytest.raises(StoryError):
        dana.gets_text("something", after=first, timeout=0.05)


def test_a_phone_may_have_nothing_but_a_number(sandbox: Sandbox, twilio: Client) -> None:
    phone = sandbox.phone("Gulnar", role="relative", number=DANAS, telegram=False)
    send(twilio)
    phone.gets_text("K7M")
    phone.stays_silent(for_seconds=0.05)
    assert phone.messages == []
    with pytest.raises(StoryError, match="no Telegram"):
        phone.writes("hello")
    with pytest.raises(StoryError, match="no number"):
        sandbox.phone("Timur").texts("hello")
    with pytest.raises(ValueError, match="looks like"):
        sandbox.phone("Timur", number="8 700 000 00 01")


def test_other_machines_are_never_called(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    twilio.messages.create(to=DANAS, from_=OURS, body="K7M", status_callback="https://example.org/status")
    dana.gets_text("K7M")
    sandbox.wait_until(lambda: len(sandbox.twilio.problems()) == 2)
    assert "nothing was sent" in sandbox.twilio.problems()[0]
    assert program.posted == []
    with pytest.raises(ValueError, match="this machine only"):
        sandbox.deliver_to = "https://example.org"


def test_addresses_on_this_machine_are_called_as_they_are(sandbox: Sandbox, twilio: Client, program: Program) -> None:
    sandbox.public_url = sandbox.deliver_to = None
    twilio.messages.create(to=DANAS, from_=OURS, body="K7M", status_callback=f"{program.url}/status")
    sandbox.wait_until(lambda: program.statuses() == ["sent", "undelivered"])
    assert not program.posted[0].genuine, "signed for this address, not for the public one"
