"""Every bad day Twilio can have, switched on one at a time."""

import time
from collections.abc import Callable

import pytest
from requests.exceptions import ConnectionError as BrokenError
from requests.exceptions import ReadTimeout
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from sandbox import Phone, Sandbox
from tests.sandbox.conftest import Clock, client_of
from tests.sandbox.program import PUBLIC, Program

OURS = "+77000000900"
DANAS = "+77000000001"
TIMURS = "+77000000002"
STEPS = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture
def dana(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Dana", role="lawyer", number=DANAS)


def send(twilio: Client, to: str = DANAS) -> str:
    sent = twilio.messages.create(to=to, from_=OURS, body="K7M", status_callback=f"{PUBLIC}/status")
    return str(sent.sid)


def ring(twilio: Client, to: str = DANAS, **more: str) -> str:
    sent = twilio.calls.create(
        to=to,
        from_=OURS,
        twiml="<Response><Say>K7M</Say></Response>",
        status_callback=f"{PUBLIC}/status",
        status_callback_event=STEPS,
        **more,
    )
    return str(sent.sid)


def refusal(act: Callable[[Client], str], twilio: Client) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        act(twilio)
    return refused.value.status, refused.value.code


def test_sms_can_be_out_while_voice_works(sandbox: Sandbox, twilio: Client, dana: Phone) -> None:
    with sandbox.twilio.faults.outage("sms"):
        with pytest.raises(BrokenError):
            send(twilio)
        ring(twilio)
        dana.rings().rejects()
        assert twilio.api.accounts(sandbox.twilio.account).fetch().sid == sandbox.twilio.account
    with sandbox.twilio.faults.outage("voice"):
        with pytest.raises(BrokenError):
            ring(twilio)
        send(twilio)
        dana.gets_text("K7M")
    with sandbox.twilio.faults.outage(), pytest.raises(BrokenError):
        twilio.api.accounts(sandbox.twilio.account).fetch()
    assert len(sandbox.twilio.messages()) == 1
    with pytest.raises(ValueError, match="fax"):
        sandbox.twilio.faults.outage("fax")


def test_what_came_during_an_outage_comes_after_it(sandbox: Sandbox, program: Program, dana: Phone) -> None:
    with sandbox.twilio.faults.outage("sms"):
        dana.texts("100A")
        time.sleep(0.05)
        assert program.posted == []
    sandbox.twilio.faults.outage("voice")
    sandbox.phone("Timur").writes("anything at all")
    sandbox.wait_until(lambda: program.to("/webhooks/twilio/sms"))


def test_too_much_and_broken(sandbox: Sandbox, twilio: Client, dana: Phone) -> None:
    faults = sandbox.twilio.faults
    faults.too_many_requests(times=2)
    assert refusal(send, twilio) == (429, 20429)
    assert refusal(ring, twilio) == (429, 20429)
    with faults.breaks(service="voice"):
        assert refusal(ring, twilio) == (500, 20500)
        send(twilio)
    with faults.breaks(status=503, number=DANAS):
        assert refusal(send, twilio) == (503, 20503)
        send(twilio, to=TIMURS)
    assert len(dana.sms) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_an_answer_that_never_comes(sandbox: Sandbox, dana: Phone, *, accepted: bool) -> None:
    sandbox.twilio.faults.never_answers(accepted=accepted, times=2)
    impatient = client_of(sandbox, timeout=0.5)
    with pytest.raises(ReadTimeout):
        send(impatient)
    with pytest.raises(ReadTimeout):
        ring(impatient)
    sandbox.wait_until(lambda: (len(dana.sms), len(dana.calls)) == (int(accepted), int(accepted)))
    assert {asked.answered for asked in sandbox.twilio.requests()} == {None}


@pytest.mark.parametrize("accepted", [True, False])
def test_a_connection_that_breaks(sandbox: Sandbox, twilio: Client, dana: Phone, *, accepted: bool) -> None:
    sandbox.twilio.faults.drops_connection(accepted=accepted, times=1)
    with pytest.raises(BrokenError):
        send(twilio)
    sandbox.wait_until(lambda: len(dana.sms) == int(accepted))
    assert len(twilio.messages.list(to=DANAS)) == int(accepted), "so it can be found out"


def test_numbers_that_are_refused_at_once(sandbox: Sandbox, twilio: Client, dana: Phone) -> None:
    faults = sandbox.twilio.faults
    with faults.refuses_number(DANAS, 21211):
        assert refusal(send, twilio) == (400, 21211)
        assert refusal(ring, twilio) == (400, 21211)
        send(twilio, to=TIMURS)
    with faults.refuses_number(DANAS, 21610):
        assert refusal(send, twilio) == (400, 21610)
        ring(twilio)
    assert dana.sms == []


@pytest.mark.parametrize("code", [30003, 30005, 30006, 30007])
def test_numbers_that_are_found_out_later(
    sandbox: Sandbox, twilio: Client, program: Program, dana: Phone, code: int
) -> None:
    sandbox.twilio.faults.refuses_number(DANAS, code, times=1)
    sid = send(twilio)
    sandbox.wait_until(lambda: program.statuses() == ["sent", "undelivered"])
    assert program.posted[-1].fields["ErrorCode"] == str(code)
    message = twilio.messages(sid).fetch()
    assert (message.status, message.error_code) == ("undelivered", code)
    assert message.error_message
    assert dana.sms == []
    send(twilio)
    dana.gets_text("K7M")


def test_what_becomes_of_calls_by_themselves(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    faults = sandbox.twilio.faults
    for switch in (faults.busy, faults.no_answer, faults.call_fails):
        switch(DANAS, times=1)
        ring(twilio)
    sandbox.wait_until(lambda: len(program.statuses()) == 7)
    assert [call.status for call in sandbox.twilio.calls_made()] == ["busy", "no-answer", "failed"]
    assert len(dana.calls) == 2, "a call that fails does not reach the phone"


def test_a_voicemail_answers_by_itself(sandbox: Sandbox, twilio: Client, dana: Phone) -> None:
    sandbox.twilio.faults.voicemail(DANAS)
    sid = ring(twilio, machine_detection="Enable")
    sandbox.wait_until(lambda: dana.calls)
    assert dana.calls[0].is_over() == "completed"
    assert dana.calls[0].hears("K7M")
    assert twilio.calls(sid).fetch().answered_by == "machine_start"


def test_callbacks_can_be_late_doubled_dropped_and_forged(
    sandbox: Sandbox, twilio: Client, program: Program, clock: Clock, dana: Phone
) -> None:
    faults = sandbox.twilio.faults
    with faults.doubled_callbacks():
        send(twilio)
        sandbox.wait_until(lambda: program.statuses() == ["sent", "sent", "delivered", "delivered"])
    program.posted.clear()
    with faults.dropped_callbacks(times=1):
        send(twilio)
        sandbox.wait_until(lambda: program.statuses() == ["delivered"])
    program.posted.clear()
    with faults.forged_callbacks(service="sms"):
        send(twilio)
        sandbox.wait_until(lambda: len(program.posted) == 2)
        assert not any(posted.genuine for posted in program.posted)
    program.posted.clear()
    faults.late_callbacks(600, times=1)
    send(twilio)
    dana.texts("100A")
    sandbox.wait_until(lambda: program.to("/webhooks/twilio/sms"))
    assert program.statuses() == []
    clock.moves(minutes=10)
    sandbox.wait_until(lambda: program.statuses() == ["sent", "delivered"])


def test_callbacks_can_come_in_the_wrong_order(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    sandbox.twilio.faults.reordered_callbacks()
    send(twilio)
    sandbox.wait_until(lambda: program.statuses() == ["delivered", "sent"])
    program.posted.clear()
    ring(twilio)
    dana.rings().answers().is_over()
    sandbox.wait_until(lambda: program.statuses() == ["completed", "in-progress", "ringing", "initiated"])


def test_slowness_and_a_good_day_again(sandbox: Sandbox, twilio: Client, dana: Phone) -> None:
    faults = sandbox.twilio.faults
    faults.slow(0.2, service="sms")
    began = time.monotonic()
    send(twilio)
    assert time.monotonic() - began >= 0.2
    faults.outage()
    faults.breaks()
    faults.refuses_number(None, 21211)
    faults.all_off()
    began = time.monotonic()
    send(twilio)
    assert time.monotonic() - began < 0.2
    dana.gets_text("K7M")


def test_stopping_releases_what_waits(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    sandbox.twilio.faults.late_callbacks(600)
    send(twilio)
    ring(twilio)
    call = dana.rings()
    began = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - began < 2
    assert call.status == "ringing"
    assert program.posted == []
