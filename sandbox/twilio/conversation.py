"""One answered call: the program's TwiML is fetched and carried out until it ends or somebody hangs up."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin

from sandbox.changes import Changes, Watch
from sandbox.telegram.samples import voice_note
from sandbox.twilio import news, people, twiml
from sandbox.twilio.courier import Courier
from sandbox.twilio.state import Call, Network, Recording, Said, Service, new_sid

APOLOGY: Final = "We are sorry, an application error has occurred. Goodbye."
MOST_DOCUMENTS: Final = 100  # a document may lead back to itself, but not for ever


@dataclass(frozen=True)
class Source:
    """Where the next document comes from."""

    url: str
    method: str = "POST"
    fields: dict[str, str] = field(default_factory=dict)


class Conversation:
    """Carries calls out. `pace` is how many characters are spoken in a second; 0 speaks everything at once."""

    def __init__(self, network: Network, changes: Changes, watch: Watch, courier: Courier, pace: float) -> None:
        self._network = network
        self._changes = changes
        self._watch = watch
        self._courier = courier
        self._pace = pace

    async def hold(self, call: Call) -> None:
        """Return when the program has nothing more to say, or the call is over."""
        script = _Script(call, call.answered_at or self._network.now())
        document: str | None = call.twiml
        source = Source(call.url, call.method)
        for _ in range(MOST_DOCUMENTS):
            if not document:
                document = await self._fetch(script, source)
            self._pick_up(call)
            try:
                following = await self._carry_out(script, twiml.read(document or ""), source)
            except twiml.TwimlError as error:
                if not call.is_over:
                    self._network.problems.append(f"12100 {source.url or 'the inline document'}: {error}")
                    await self._say(script, twiml.Say(APOLOGY, "en"), interruptible=False)
                return
            if following is None:
                return
            document, source = None, following

    def _pick_up(self, call: Call) -> None:
        """Whoever has called is answered as soon as the program has something to say."""
        if call.is_inbound and not call.is_over and call.answered_at is None:
            with self._changes.changing():
                people.answers(self._network, call)

    async def _fetch(self, script: "_Script", source: Source) -> str | None:
        with self._changes.changing():
            script.call.pressed.clear()
            fields = news.of_call(self._network, script.call) | source.fields
        began = time.monotonic()
        document = await self._courier.fetch(source.url, fields, method=source.method)
        took = timedelta(seconds=time.monotonic() - began)
        script.at = max(script.at, min(script.at + took, self._network.now()))
        return document

    async def _carry_out(self, script: "_Script", verbs: tuple[twiml.Verb, ...], source: Source) -> Source | None:
        for verb in verbs:
            if script.call.is_over or isinstance(verb, twiml.Hangup):
                return None
            if isinstance(verb, twiml.Redirect):
                return Source(urljoin(source.url, verb.url), verb.method)
            if isinstance(verb, twiml.Gather):
                keys = await self._gather(script, verb)
                if keys is not None:
                    return Source(urljoin(source.url, verb.action), verb.method, {"Digits": keys, "msg": "Gather End"})
            elif isinstance(verb, twiml.Record):
                recording = await self._record(script, verb)
                if recording is not None:
                    return await self._go_on(script, verb, recording, source)
            elif isinstance(verb, twiml.Say | twiml.Pause):
                await self._speak(script, verb, interruptible=False)
        return None

    async def _record(self, script: "_Script", record: twiml.Record) -> Recording | None:
        """What was said after the tone; None when nobody said anything."""
        call = script.call
        with self._changes.changing():
            call.records = True
            call.pressed.clear()
            first = len(call.said)
            self._network.touch(call)
        while await self._goes_on(script, record):
            pass
        with self._changes.changing():
            call.records = False
            spoken = [said for said in call.said[first:] if said.is_mine]
            recording = None
            if spoken:
                seconds = max(1, int((self._network.now() - spoken[0].at).total_seconds()))
                recording = Recording(new_sid("RE"), call.sid, seconds, voice_note(), self._network.now())
                self._network.recordings[recording.sid] = recording
            call.pressed.clear()
            self._network.touch(call)
        return recording

    async def _goes_on(self, script: "_Script", record: twiml.Record) -> bool:
        """Wait until something more is said; False when the recording is over."""
        call, count = script.call, len(script.call.said)
        at_latest = script.at + timedelta(seconds=record.timeout)

        def is_done() -> bool:
            return call.is_over or any(key in record.finish_on for key in call.pressed)

        more = await self._watch.until(lambda: is_done() or len(call.said) > count, at_latest=at_latest)
        script.at = self._network.now() if more else at_latest
        return more and not is_done()

    async def _go_on(
        self, script: "_Script", record: twiml.Record, recording: Recording, source: Source
    ) -> Source | None:
        """Tell of the recording, and go on where the document says; where the caller has hung up nothing is heard."""
        call = script.call
        told = news.of_recording(self._network, recording)
        if record.told:
            url = urljoin(source.url, record.told)
            about = news.of_call(self._network, call) | told | {"RecordingStatus": "completed"}
            self._courier.post(news.Post(Service.VOICE, recording.sid, url, about, is_last=True))
        if not call.is_over:
            return Source(urljoin(source.url, record.action), record.method, told)
        ended = news.of_call(self._network, call) | told | {"Digits": "hangup"}
        url = urljoin(source.url, record.action)
        self._courier.post(news.Post(Service.VOICE, call.sid, url, ended, is_last=True))
        return None

    async def _gather(self, script: "_Script", gather: twiml.Gather) -> str | None:
        """The keys that were pressed; None when nobody pressed any in time, or the call ended meanwhile."""
        call = script.call
        with self._changes.changing():
            call.asks_for_keys = True
            self._network.touch(call)
        for prompt in gather.prompts:
            if not call.pressed:
                await self._speak(script, prompt, interruptible=True)
        while await self._another_key(script, gather):
            pass
        with self._changes.changing():
            keys, call.pressed[:] = _cut("".join(call.pressed), gather), []
            call.asks_for_keys = False
            self._network.touch(call)
        return None if call.is_over or not (keys or gather.posts_silence) else keys

    async def _another_key(self, script: "_Script", gather: twiml.Gather) -> bool:
        """Wait for one more key; False when there will be none, or none is needed."""
        call, count = script.call, len(script.call.pressed)
        if _is_enough(call.pressed, gather):
            return False
        at_latest = script.at + timedelta(seconds=gather.timeout)
        if await self._watch.until(lambda: call.is_over or len(call.pressed) > count, at_latest=at_latest):
            script.at = self._network.now()
            return not call.is_over
        script.at = at_latest
        return False

    async def _speak(self, script: "_Script", prompt: twiml.Say | twiml.Pause, *, interruptible: bool) -> None:
        if isinstance(prompt, twiml.Say):
            await self._say(script, prompt, interruptible=interruptible)
        else:
            await self._last(script, prompt.seconds, interruptible=interruptible)

    async def _say(self, script: "_Script", say: twiml.Say, *, interruptible: bool) -> None:
        call = script.call
        for _ in range(say.loop):
            if call.is_over or (interruptible and call.pressed):
                return
            with self._changes.changing():
                call.said.append(Said(say.text, say.language, self._network.now()))
                self._network.touch(call)
            await self._last(script, self._duration(say), interruptible=interruptible)

    def _duration(self, say: twiml.Say) -> float:
        if self._pace:
            return len(say.text) / self._pace
        return 1.0 if say.loop == twiml.MOST_REPEATS else 0.0  # what is said for ever can never be said at once

    async def _last(self, script: "_Script", seconds: float, *, interruptible: bool) -> None:
        call = script.call
        if not seconds:
            return
        script.at += timedelta(seconds=seconds)
        interrupted = await self._watch.until(
            lambda: call.is_over or (interruptible and bool(call.pressed)), at_latest=script.at
        )
        if interrupted:
            script.at = self._network.now()


@dataclass
class _Script:
    """How far a call has come: `at` is when, in business time, the next thing in it begins.

    Durations are reckoned from there and not from when this machine got round to it, so that a clock that is moved
    a moment too early is not waited for again.
    """

    call: Call
    at: datetime


def _is_enough(pressed: list[str], gather: twiml.Gather) -> bool:
    return bool(gather.finish_on and gather.finish_on in pressed) or 0 < gather.digits <= len(pressed)


def _cut(keys: str, gather: twiml.Gather) -> str:
    before = keys.partition(gather.finish_on)[0] if gather.finish_on else keys
    return before[: gather.digits] if gather.digits else before
