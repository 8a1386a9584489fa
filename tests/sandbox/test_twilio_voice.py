"""Calls through Twilio's own library: the phone rings, a voice speaks, keys are pressed."""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.twiml.voice_response import Gather, VoiceResponse

from sandbox import Call, Phone, Sandbox, StoryError
from tests.sandbox.conftest import Clock, client_of
from tests.sandbox.program import PUBLIC, Program

OURS = "+77000000900"
DANAS = "+77000000001"
STEPS = ["initiated", "ringing", "answered", "completed"]


def question() -> str:
    """What the voice says first, twice, as the program's own library writes it."""
    document = VoiceResponse()
    gather = Gather(num_digits=1, timeout=7, action="/key")
    gather.say("A case needs you. Press 1 to accept.", language="en-US", loop=2)
    document.append(gather)
    document.say("We heard nothing. Goodbye.", language="en-US")
    return str(document)


@pytest.fixture
def dana(sandbox: Sandbox, program: Program) -> Phone:
    program.answers["/voice"] = question()
    program.answers["/key"] = "<Response><Say>You have accepted.</Say><Hangup/></Response>"
    return sandbox.phone("Dana", role="lawyer", number=DANAS)


def ring(twilio: Client, **more: object) -> str:
    call = twilio.calls.create(
        **{
            "to": DANAS,
            "from_": OURS,
            "url": f"{PUBLIC}/voice?page=7",
            "status_callback": f"{PUBLIC}/status",
            "status_callback_event": STEPS,
            **more,
        }
    )
    assert call.status == "queued"
    return str(call.sid)


def test_a_call_is_answered_and_accepted(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    sid = ring(twilio, machine_detection="Enable")
    call = dana.rings()
    assert (call.sid, call.caller, call.status) == (sid, OURS, "ringing")
    call.answers()
    assert call.hears("Press 1") == "A case needs you. Press 1 to accept."
    assert twilio.calls(sid).fetch().status == "in-progress"
    call.presses("1")
    call.hears("You have accepted")
    assert call.is_over() == "completed"

    (first,) = program.to("/voice")
    assert first.genuine
    assert first.path == "/voice?page=7"
    assert (first.fields["CallSid"], first.fields["CallStatus"], first.fields["AnsweredBy"]) == (
        sid,
        "in-progress",
        "human",
    )
    (key,) = program.to("/key")
    assert key.genuine
    assert key.fields["Digits"] == "1"
    sandbox.wait_until(lambda: program.statuses() == ["initiated", "ringing", "in-progress", "completed"])
    last = program.to("/status")[-1]
    assert last.genuine
    assert (last.fields["SequenceNumber"], last.fields["CallDuration"]) == ("3", "0")
    assert twilio.calls(sid).fetch().answered_by == "human"


def test_silence_falls_through_in_business_time(twilio: Client, clock: Clock, dana: Phone) -> None:
    ring(twilio)
    call = dana.rings().answers()
    call.hears("Press 1")
    with pytest.raises(StoryError):
        call.hears("Goodbye", timeout=0.1)
    clock.moves(seconds=8)
    call.hears("We heard nothing")
    assert call.is_over() == "completed"
    assert [said.text for said in call.said].count("A case needs you. Press 1 to accept.") == 2
    assert call.said[0].language == "en-US"


def test_a_phone_that_nobody_takes_stops_ringing(
    sandbox: Sandbox, twilio: Client, program: Program, clock: Clock, dana: Phone
) -> None:
    ring(twilio, timeout=25)
    call = dana.rings()
    clock.moves(seconds=24)
    assert call.status == "ringing"
    clock.moves(seconds=2)
    assert call.is_over() == "no-answer"
    sandbox.wait_until(lambda: program.statuses() == ["initiated", "ringing", "no-answer"])
    assert program.to("/voice") == []


def test_rejecting_hanging_up_and_letting_it_ring(twilio: Client, dana: Phone) -> None:
    ring(twilio)
    dana.rings().rejects()
    ring(twilio)
    dana.rings().lets_ring()
    ring(twilio)
    call = dana.rings().answers()
    call.hears("Press 1")
    call.hangs_up()
    assert call.is_over() == "completed"
    assert [call.status for call in dana.calls] == ["busy", "no-answer", "completed"]
    call.presses("1")
    call.answers()
    call.rejects()
    assert call.status == "completed"


def test_only_the_end_is_told_unless_more_is_asked_for(
    sandbox: Sandbox, twilio: Client, program: Program, dana: Phone
) -> None:
    twilio.calls.create(to=DANAS, from_=OURS, url=f"{PUBLIC}/voice", status_callback=f"{PUBLIC}/status")
    dana.rings().rejects()
    sandbox.wait_until(lambda: program.statuses() == ["busy"])
    assert program.to("/status")[0].fields["SipResponseCode"] == "486"


def test_a_machine_answers(twilio: Client, clock: Clock, dana: Phone) -> None:
    sid = ring(twilio, machine_detection="DetectMessageEnd")
    call = dana.rings().goes_to_voicemail()
    call.hears("Press 1")
    clock.moves(seconds=8)
    assert call.is_over() == "completed"
    assert twilio.calls(sid).fetch().answered_by == "machine_end_beep"
    assert dana.calls[0].answered_by == "machine_end_beep"


def test_machine_detection_must_be_asked_for(twilio: Client, dana: Phone) -> None:
    sid = ring(twilio)
    dana.rings().goes_to_voicemail().hears("Press 1")
    assert twilio.calls(sid).fetch().answered_by is None


def test_the_caller_may_give_up(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    sid = ring(twilio)
    call = dana.rings()
    assert twilio.calls(sid).update(status="canceled").status == "canceled"
    assert call.is_over() == "canceled"
    sandbox.wait_until(lambda: program.statuses()[-1:] == ["canceled"])
    talked = ring(twilio)
    call = dana.rings().answers()
    call.hears("Press 1")
    assert twilio.calls(talked).update(status="canceled").status == "in-progress", "only ringing can be canceled"
    assert twilio.calls(talked).update(status="completed").status == "completed"
    assert call.is_over() == "completed"
    with pytest.raises(TwilioRestException) as refused:
        twilio.calls(talked).update(status="completed")
    assert refused.value.code == 21220


def test_calls_can_be_looked_for(sandbox: Sandbox, twilio: Client, clock: Clock, dana: Phone) -> None:
    began = clock.now()
    first = ring(twilio)
    dana.rings().rejects()
    clock.moves(minutes=10)
    second = ring(twilio)
    dana.rings()
    assert [call.sid for call in twilio.calls.list(to=DANAS)] == [second, first]
    assert [call.sid for call in twilio.calls.list(to=DANAS, start_time_after=began + timedelta(minutes=1))] == [second]
    assert [call.sid for call in twilio.calls.list(status="busy")] == [first]
    assert twilio.calls.list(to="+77000000002") == []
    assert [call.sid for call in sandbox.twilio.calls_made()] == [first, second]


def test_words_may_come_with_the_call(twilio: Client, dana: Phone) -> None:
    twilio.calls.create(to=DANAS, from_=OURS, twiml="<Response><Say language='ru-RU'>Есть дело.</Say></Response>")
    call = dana.rings().answers()
    call.hears("Есть дело")
    assert call.is_over() == "completed"


def test_marks_for_the_voice_are_not_read_aloud(twilio: Client, dana: Phone) -> None:
    spelled = "Case <say-as interpret-as='characters'>K7M</say-as>.<break time='1s'/>Press <emphasis>1</emphasis>."
    twilio.calls.create(to=DANAS, from_=OURS, twiml=f"<Response><Say>{spelled}</Say></Response>")
    assert dana.rings().answers().hears("Case") == "Case K7M. Press 1."


def test_one_document_leads_to_another(twilio: Client, program: Program, clock: Clock, dana: Phone) -> None:
    program.answers["/voice"] = (
        "<Response><Pause length='2'/><Redirect>/more?part=2</Redirect><Say>never</Say></Response>"
    )
    program.answers["/more"] = (
        "<Response><Gather finishOnKey='#' action='key' timeout='3'><Say>Your code?</Say></Gather></Response>"
    )
    ring(twilio)
    call = dana.rings().answers()
    clock.moves(seconds=3)
    call.hears("Your code?")
    call.presses("47").presses("11#")
    call.hears("You have accepted")
    assert program.to("/key")[0].fields["Digits"] == "4711"
    assert program.to("/more")[0].path == "/more?part=2"


def test_speech_can_take_its_time(clock: Clock) -> None:
    with Sandbox(now=clock.now, speech=10) as sandbox, Program(sandbox.twilio.token) as program:
        sandbox.public_url, sandbox.deliver_to = PUBLIC, program.url
        program.answers["/voice"] = question()
        program.answers["/key"] = "<Response><Say>Thank you.</Say></Response>"
        dana = sandbox.phone("Dana", number=DANAS)
        ring(client_of(sandbox))
        call = dana.rings().answers()
        call.hears("Press 1")
        assert len(call.said) == 1, "the second time comes later"
        call.presses("1")
        call.hears("Thank you")
        assert len(call.said) == 2, "a key interrupts"


@pytest.mark.parametrize("document", ["", "no XML", "<Html/>", "<Response><Dance/></Response>"])
def test_a_document_that_cannot_be_read(
    sandbox: Sandbox, twilio: Client, program: Program, dana: Phone, document: str
) -> None:
    program.answers["/voice"] = document
    ring(twilio)
    call: Call = dana.rings().answers()
    call.hears("application error")
    assert call.is_over() == "completed"
    assert sandbox.twilio.problems()


def test_a_program_that_is_away(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    program.status = 500
    ring(twilio)
    dana.rings().answers().hears("application error")
    assert any("answered 500" in problem for problem in sandbox.twilio.problems())


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"to": "8700"}, 21211), ({"from_": ""}, 21213), ({"url": "panah"}, 21205), ({"url": ""}, 21205)],
)
def test_calls_that_can_never_be_placed(twilio: Client, dana: Phone, wrong: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        ring(twilio, **wrong)
    assert refused.value.code == code
    assert dana.calls == []


def test_a_number_that_nobody_has(sandbox: Sandbox, twilio: Client, program: Program, dana: Phone) -> None:
    ring(twilio, to="+77000000099")
    sandbox.wait_until(lambda: program.statuses() == ["initiated", "failed"])
    assert dana.calls == []
