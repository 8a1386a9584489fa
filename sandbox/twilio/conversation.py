"""One answered call: the program's TwiML is fetched and carried out until it ends or somebody hangs up."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin

from sandbox.changes import Changes, Watch
from sandbox.twilio import news, twiml
from sandbox.twilio.courier import Courier
from sandbox.twilio.state import Call, Network, Said

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
            elif isinstance(verb, twiml.Say | twiml.Pause):
                await self._speak(script, verb, interruptible=False)
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
