"""Phones that tell a story: every act returns at once, every look waits until there is something to see.

Written for plain synchronous tests; safe to use from any thread. Waiting is in real seconds, dates are the business
clock's. A look that waits in vain raises `StoryError` and shows the phone's screen.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sandbox.calls import Call
from sandbox.cast import Account, Handset
from sandbox.groups import Group
from sandbox.mail.state import Mail
from sandbox.seen import Message, line_of, plain, seen
from sandbox.telegram import media, people
from sandbox.telegram import state as telegram
from sandbox.telegram.hub import Hub
from sandbox.telegram.parameters import Json
from sandbox.texts import Text, shown
from sandbox.twilio import people as callers
from sandbox.twilio.attachments import attached
from sandbox.twilio.state import CallStatus, Line, Network
from sandbox.waiting import PATIENCE, StoryError, wait_for

Found = TypeVar("Found")


@dataclass(frozen=True)
class Tap:
    """A button pressed: the id of its callback query."""

    query_id: str
    label: str


class Phone:
    """One person's phone: Telegram, open at the chat with the bot; SMS and calls; mail. It may lack any of them."""

    def __init__(self, hub: Hub, network: Network, handset: Handset) -> None:
        self._hub = hub
        self._network = network
        self._handset = handset

    @property
    def user_id(self) -> int:
        """Telegram's id of the person; without Telegram it only names the phone."""
        return self._handset.id

    @property
    def chat_id(self) -> int:
        """The id of the private chat, which is the person's."""
        return self._chat.id

    @property
    def name(self) -> str:
        """The first name."""
        return self._handset.name

    @property
    def number(self) -> str | None:
        """The telephone number in international form."""
        return self._handset.line.number if self._handset.line else None

    @property
    def email(self) -> str | None:
        """The address of the mailbox."""
        return self._handset.mailbox.address if self._handset.mailbox else None

    @property
    def _account(self) -> Account:
        if self._handset.telegram is None:
            raise StoryError(f"{self.name} has no Telegram")
        return self._handset.telegram

    @property
    def _user(self) -> telegram.User:
        return self._account.user

    @property
    def _bot(self) -> telegram.BotAccount:
        return self._account.bot

    @property
    def _chat(self) -> telegram.Chat:
        return self._account.chat

    @property
    def _line(self) -> Line:
        if self._handset.line is None:
            raise StoryError(f"{self.name} has no number")
        return self._handset.line

    # What the person does in Telegram

    def writes(self, text: str, *, to: Group | None = None, reply_to: Message | None = None) -> Message:
        """Send words, into a group when one is named."""
        with self._hub.changing() as world:
            chat = self._chat if to is None else to.chat
            if reply_to is None:
                return seen(people.writes(world, self._bot, chat, self._user, text))
            answered = chat.messages[reply_to.id].to_json()
            return seen(people.sends(world, self._bot, chat, self._user, {"text": text, "reply_to_message": answered}))

    def command(self, text: str) -> Message:
        """Send a command; the slash may be left out."""
        return self.writes(text if text.startswith("/") else f"/{text}")

    def sends(self, kind: str, *, caption: str = "", file: bytes | None = None, **fields: Json) -> Message:
        """Send a voice note, photo, video, document, location, contact, sticker … `fields` replace the sample's."""
        with self._hub.changing() as world:
            content = media.content_of(self._bot, kind, file=file, fields=fields)
            if caption:
                content["caption"] = caption
            return seen(people.sends(world, self._bot, self._chat, self._user, content))

    def sends_raw(self, content: dict[str, Json], *, to: Group | None = None) -> Message:
        """Send a message with exactly these fields beside its id, sender, chat and date."""
        with self._hub.changing() as world:
            chat = self._chat if to is None else to.chat
            return seen(people.sends(world, self._bot, chat, self._user, content))

    def shares_location(self, latitude: float, longitude: float) -> Message:
        """Send a pin."""
        return self.sends_raw(media.location(latitude, longitude))

    def edits(self, message: Message, text: str) -> None:
        """Change one's own message."""
        with self._hub.changing() as world:
            people.edits(world, self._bot, self._chat.messages[message.id], text)

    def taps(self, label: str, *, on: Message | None = None, timeout: float = PATIENCE) -> Tap:
        """Press a button: of the newest message that has it (waiting for one), or of `on` exactly as it was seen.

        `on` may be out of date or come from another phone: then the tap is what an old or forwarded screen would send.
        """
        message = on or self._wait(
            lambda: self._newest(lambda message: message.button(label) is not None), f"a button {label!r}", timeout
        )
        button = message.button(label)
        if button is None or button.data is None:
            raise StoryError(f"no button {label!r} to press on {self.name}'s phone\n{self.screen()}")
        with self._hub.changing() as world:
            original = self._bot.chats[message.chat_id].messages[message.id]
            return Tap(people.taps(world, self._bot, self._user, original, button.data).id, button.label)

    def link(self, label: str, *, timeout: float = PATIENCE) -> str:
        """The address behind a button that opens a page."""
        message = self._wait(
            lambda: self._newest(
                lambda message: (found := message.button(label)) is not None and found.url is not None
            ),
            f"a link {label!r}",
            timeout,
        )
        button = message.button(label)
        return (button.url if button else None) or ""

    def blocks_the_bot(self) -> None:
        """From now on the bot is refused with 403."""
        with self._hub.changing() as world:
            people.blocks(world, self._bot, self._chat, self._user)

    def unblocks(self) -> None:
        """Let the bot write again."""
        with self._hub.changing() as world:
            people.unblocks(world, self._bot, self._chat, self._user)

    def deletes_account(self) -> None:
        """The person is gone from Telegram: 403 "user is deactivated"."""
        with self._hub.changing():
            people.deletes_account(self._chat)

    # What the person sees in Telegram

    @property
    def messages(self) -> list[Message]:
        """What the bot has written, oldest first, each in its latest state, deleted ones included."""
        return [message for message in self.conversation if message.from_bot]

    @property
    def revision(self) -> int:
        """Grows with every change that shows on this phone in Telegram: whoever remembers it need not look again."""
        with self._hub.reading():
            return self._chat.revision

    def asking(self, *labels: str) -> list[Message]:
        """The messages of the bot with a button like one of these, oldest first; quick, however long the chat is."""
        with self._hub.reading():
            marked = [message for message in self._chat.messages.values() if message.markup and message.sender.is_bot]
            shown = [seen(message) for message in marked if message.deleted_at is None]
        return [message for message in shown if any(message.button(label) is not None for label in labels)]

    @property
    def conversation(self) -> list[Message]:
        """Both sides, oldest first."""
        with self._hub.reading():
            return [seen(message) for message in self._chat.messages.values()] if self._handset.telegram else []

    @property
    def toasts(self) -> list[str]:
        """The short answers to taps this person was shown, oldest first."""
        with self._hub.reading():
            return [toast.text for toast in self._chat.toasts if toast.user_id == self.user_id]

    def screen(self) -> str:
        """Everything on the phone as text, for reading in a failed test."""
        chat = [line_of(message) for message in self.conversation if not message.deleted]
        texts = [f"sms {'me ' if text.mine else 'got'} {text.at:%H:%M:%S} {text.plain}" for text in self.sms]
        texts += [f"whatsapp {'me ' if one.mine else 'got'} {one.at:%H:%M:%S} {one.plain}" for one in self.whatsapp]
        calls = [" / ".join([f"call {call.status}", *(said.text for said in call.said)]) for call in self.calls]
        mails = [f"mail {mail.at:%H:%M:%S} {mail.subject}" for mail in self.mails]
        return "\n".join([f"--- {self.name} ---", *chat, *texts, *calls, *mails, "---"])

    def sees(self, what: str | re.Pattern[str], *, after: Message | None = None, timeout: float = PATIENCE) -> Message:
        """Wait until a message of the bot says this; gives the newest one that does, in its present state.

        `after` leaves out that message and everything before it.
        """
        oldest = after.id if after is not None else 0
        return self._wait(
            lambda: self._newest(lambda message: message.id > oldest and message.says(what)), f"{what!r}", timeout
        )

    def is_told(self, what: str, *, timeout: float = PATIENCE) -> str:
        """Wait for a short answer to a tap that contains this."""
        return self._wait(
            lambda: next((text for text in reversed(self.toasts) if what in plain(text)), None),
            f"a short answer {what!r}",
            timeout,
        )

    # SMS

    @property
    def sms(self) -> list[Text]:
        """The thread of SMS, both sides, oldest first; empty without a number."""
        with self._hub.reading():
            thread = self._handset.line.thread if self._handset.line else []
            return [shown(one.message, one.body, one.at) for one in thread if not one.message.is_whatsapp]

    def texts(self, body: str, *, to: str | None = None, files: tuple[str, ...] = ()) -> Text:
        """Write an SMS to the number that wrote last (or `to`). STOP, START and HELP do what they do at Twilio.

        `files`: kinds of files that go with it (voice, photo, video, document).
        """
        line = self._line
        with self._hub.changing():
            message = callers.texts(self._network, line.number, body, to=to, files=[attached(one) for one in files])
            return shown(message, message.body, message.created_at)

    def gets_text(self, what: str | re.Pattern[str], *, after: Text | None = None, timeout: float = PATIENCE) -> Text:
        """Wait until an SMS says this; gives the newest one that does. `after` leaves out it and what came before."""
        return self._wait(lambda: _newest_text(self.sms, what, after), f"an SMS {what!r}", timeout)

    # WhatsApp

    @property
    def whatsapp(self) -> list[Text]:
        """The chat with the program in WhatsApp, both sides, oldest first; empty without it."""
        with self._hub.reading():
            thread = self._handset.line.thread if self._handset.line else []
            return [shown(one.message, one.body, one.at) for one in thread if one.message.is_whatsapp]

    def whatsapps(
        self, body: str = "", *, files: tuple[str, ...] = (), place: tuple[float, float] | None = None
    ) -> Text:
        """Write by WhatsApp: words, `files` of these kinds (voice, photo, video, document), or a pin."""
        line = self._line
        if not line.whatsapp:
            raise StoryError(f"{self.name} has no WhatsApp")
        with self._hub.changing():
            sent = [attached(one) for one in files]
            message = callers.whatsapps(self._network, line, body, profile=self.name, files=sent, place=place)
            return shown(message, message.body, message.created_at)

    def gets_whatsapp(
        self, what: str | re.Pattern[str], *, after: Text | None = None, timeout: float = PATIENCE
    ) -> Text:
        """Wait until a message of WhatsApp says this; as `gets_text`."""
        return self._wait(lambda: _newest_text(self.whatsapp, what, after), f"on WhatsApp {what!r}", timeout)

    # Calls

    @property
    def calls(self) -> list[Call]:
        """Every call that reached this phone, oldest first, live; empty without a number."""
        with self._hub.reading():
            calls = self._handset.line.calls if self._handset.line else []
            return [Call(self._hub.changes, self._network, call) for call in calls if not call.is_inbound]

    def dials(self, *, to: str | None = None) -> Call:
        """Call the program's number (or `to`); gives the call, in which one hears, presses keys and speaks."""
        line = self._line
        with self._hub.changing():
            return Call(self._hub.changes, self._network, callers.dials(self._network, line.number, to=to))

    def rings(self, *, timeout: float = PATIENCE) -> Call:
        """Wait until the phone rings; gives the call, which can be answered, rejected or left to ring."""
        return self._wait(
            lambda: next((call for call in self.calls if call.status == CallStatus.RINGING), None), "a call", timeout
        )

    # Mail

    @property
    def mails(self) -> list[Mail]:
        """What lies in the mailbox, oldest first; empty without an address."""
        with self._hub.reading():
            return list(self._handset.mailbox.mails) if self._handset.mailbox else []

    def gets_mail(self, what: str | re.Pattern[str], *, after: Mail | None = None, timeout: float = PATIENCE) -> Mail:
        """Wait for a mail whose subject or text says this; gives the newest. `after` leaves out what came before."""
        oldest = after.number if after is not None else 0

        def look() -> Mail | None:
            return next((mail for mail in reversed(self.mails) if mail.number > oldest and mail.says(what)), None)

        return self._wait(look, f"a mail {what!r}", timeout)

    # All of them

    def stays_silent(self, *, for_seconds: float) -> None:
        """Fail when a message, an SMS, a call or a mail comes within so many real seconds."""
        before = self._arrivals()
        ends_at = time.monotonic() + for_seconds
        while (left := ends_at - time.monotonic()) > 0:
            self._hub.changes.wait_for_change(min(left, 0.05))
            if self._arrivals() > before:
                raise StoryError(f"{self.name}'s phone was to stay silent\n{self.screen()}")

    def _arrivals(self) -> int:
        texts = [text for text in (*self.sms, *self.whatsapp) if not text.mine]
        return len(self.messages) + len(texts) + len(self.calls) + len(self.mails)

    def _newest(self, meant: Callable[[Message], bool]) -> Message | None:
        with self._hub.reading():
            theirs = (
                seen(message)
                for message in reversed(self._chat.messages.values())
                if message.sender is self._bot.user and message.deleted_at is None
            )
            return next((message for message in theirs if meant(message)), None)

    def _wait(self, look: Callable[[], Found | None], what: str, timeout: float) -> Found:
        looked_at = -1

        def look_again() -> Found | None:
            nonlocal looked_at
            with self._hub.reading():
                unchanged, looked_at = self._handset.revision == looked_at, self._handset.revision
            return None if unchanged else look()

        found = wait_for(self._hub.changes, look_again, timeout, self._hub.changes.meanwhile)
        if found is None:
            raise StoryError(f"{self.name} did not see {what} within {timeout:g} s\n{self.screen()}")
        return found


def _newest_text(thread: list[Text], what: str | re.Pattern[str], after: Text | None) -> Text | None:
    for text in reversed(thread):
        if after is not None and text.sid == after.sid:
            return None
        if not text.mine and text.says(what):
            return text
    return None
