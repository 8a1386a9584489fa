"""What callers are told, in which language and by which voice. Reads no request and no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.channels.twilio.hotline_twiml import Prompt, ask_once, end, menu, take_message
from alerts.channels.twilio.voice_twiml import VOICES
from alerts.sending.recorded import recording_of
from texts.catalogue import SOURCE, say_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROOT: Final = "/webhooks/twilio/call"
PROMPTS: Final = ("menu", "notice", "nothing", "thanks", "ask_back", "goodbye", "trouble")
"""What is said in a call: texts ``call.NAME`` and, where somebody has spoken them, recordings of that name."""
LOCKED: Final = "locked"
"""Said while the instance is locked. A language whose prompts were all recorded before there was this one says
``trouble`` in its place."""
MOST_LANGUAGES: Final = 9
"""There is a key for each."""


@dataclass(frozen=True)
class Hotline:
    """In which languages callers are spoken to, in the order of the keys, and where recordings of the prompts lie."""

    languages: tuple[str, ...]
    recordings: Path | None = None

    def recording(self, language: str, name: str) -> Path | None:
        """Where a prompt lies that somebody has spoken."""
        return recording_of(self.recordings, language, f"call.{name}")

    def missing(self, language: str) -> tuple[str, ...]:
        """Return the prompts that can be said in a language neither by a voice nor by a recording."""
        if language in VOICES:
            return ()
        return tuple(name for name in PROMPTS if self.recording(language, name) is None)

    @property
    def offered(self) -> tuple[str, ...]:
        """The languages in which everything can be said; English where there is none."""
        whole = tuple(one for one in self.languages if not self.missing(one))
        return whole[:MOST_LANGUAGES] or (SOURCE,)

    def chosen(self, key: str) -> str | None:
        """The language of a key; None for any other."""
        number = int(key) if key.isascii() and key.isdecimal() else 0
        return self.offered[number - 1] if 1 <= number <= len(self.offered) else None


@dataclass(frozen=True)
class Speech:
    """The documents of a call. ``public_url``: where the provider finds its steps, and the recordings."""

    hotline: Hotline
    public_url: str

    def welcome(self) -> str:
        """Tell which languages there are, and take a key."""
        keys = enumerate(self.hotline.offered, start=1)
        return menu([self._say(one, "menu", key=str(key)) for key, one in keys], action=self._at("language"))

    def listen(self, language: str) -> str:
        """Warn, and record what is said."""
        notice, nothing = self._say(language, "notice"), self._say(language, "nothing")
        return take_message(notice, nothing, recorded=self._at("recorded"), told=self._at("recording"))

    def thank(self, language: str) -> str:
        """Thank for a message, and ask whether we may call back."""
        return ask_once((self._say(language, "thanks"), self._say(language, "ask_back")), action=self._at("back"))

    def goodbye(self, language: str) -> str:
        """End the call."""
        return end((self._say(language, "goodbye"),))

    def trouble(self, others: str | None) -> str:
        """Say that nothing can be kept, in every language of the menu, and whom else to call (``others``)."""
        return self._to_all(dict.fromkeys(self.hotline.offered, "trouble"), others)

    def locked(self, others: str | None) -> str:
        """Say that nobody can take a call now, in every language of the menu, and whom else to call (``others``)."""
        told = {one: LOCKED if self._can_say(one, LOCKED) else "trouble" for one in self.hotline.offered}
        return self._to_all(told, others)

    def _to_all(self, names: Mapping[str, str], others: str | None) -> str:
        numbers = [] if others is None else [Prompt(self.hotline.offered[0], others)]
        return end([*(self._say(language, name) for language, name in names.items()), *numbers])

    def _can_say(self, language: str, name: str) -> bool:
        return language in VOICES or self.hotline.recording(language, name) is not None

    def _say(self, language: str, name: str, **values: str) -> Prompt:
        if self.hotline.recording(language, name) is not None:
            return Prompt(language, url=f"{self.public_url}/voice/{language}/call.{name}.mp3")
        return Prompt(language, say_plain(f"call.{name}", language, **values))

    def _at(self, step: str) -> str:
        return f"{self.public_url}{ROOT}/{step}"
