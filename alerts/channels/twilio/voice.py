"""The voice channel: a call that says its alert, asks for a key, and says it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.channels.impossible import cannot_answer, cannot_delete, cannot_edit, cannot_leave
from alerts.channels.port import Misconfigured, Outgoing, PermanentFailure, Report, Sent
from alerts.channels.twilio.account import (
    STATUS_PATH,
    UNKNOWN_MESSAGE,
    VOICE_PATH,
    TwilioAccount,
    about_one,
    begun_since,
    callback_url,
    checked_number,
    checked_sid,
    readable,
    sid_of,
)
from alerts.channels.twilio.status import call_report
from alerts.channels.twilio.voice_twiml import LONGEST, page
from contacts.values import PHONE_NUMBER

if TYPE_CHECKING:
    from datetime import datetime

RINGS_FOR = 40
"""Seconds a phone rings. Many networks go to voicemail after 25 to 30; longer finds only phones that have none."""
EVENTS = ["initiated", "ringing", "answered", "completed"]
LOOKED_AT = 20
"""Calls to one number that are looked through, newest first."""


class VoiceChannel:
    """Calls and reads the text aloud; a ``Channel`` that ``AnswersQuestions`` and ``Redacts``.

    Addresses are E.164 numbers.

    ``sender`` is TWILIO_VOICE_FROM. Twilio brings pressed keys and reports to ``public_url`` (PANAH_PUBLIC_URL); with
    None the call only speaks. ``message.text`` should be in ``voice_twiml.spoken_language(message.language)`` and say
    which keys there are; it is also what a voicemail box hears, because it cannot be told from a person before the
    call speaks. Misconfigured if the sender is no number.

    No call of ours is recorded, and Twilio's record of it holds no words. What is redacted is what others said who
    called us.
    """

    def __init__(self, account: TwilioAccount, sender: str, public_url: str | None = None) -> None:
        if not PHONE_NUMBER.fullmatch(sender):
            raise Misconfigured("sender_malformed", "TWILIO_VOICE_FROM is no number with + and country code")
        self._account = account
        self._sender = sender
        self._public_url = public_url

    async def send(self, message: Outgoing) -> Sent:
        """Have Twilio place the call; raises ChannelError. That it rings, or is heard, is told by reports."""
        spoken = page(
            message.text, message.language, action=callback_url(self._public_url, VOICE_PATH, message.attempt_id)
        )
        if len(spoken) > LONGEST:
            raise PermanentFailure("too_long", "the text is longer than a call may say")
        told_at = callback_url(self._public_url, STATUS_PATH, message.attempt_id)
        call = self._account.calls.create_async(
            to=checked_number(message.address),
            from_=self._sender,
            twiml=spoken,
            timeout=RINGS_FOR,
            machine_detection="Enable",
            **({} if told_at is None else {"status_callback": told_at, "status_callback_event": EVENTS}),
        )
        return Sent(sid_of(await readable(call)))

    async def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """Look for a call of ours to this number since then; raises ChannelError.

        Twilio's records do not hold what was said: any call since then counts, so ring one number once at a time.
        """
        call = self._account.calls.list_async(
            to=checked_number(message.address), from_=self._sender, limit=LOOKED_AT, page_size=LOOKED_AT
        )
        for one in await readable(call):
            if begun_since(one, since):
                return Sent(sid_of(one))
        return None

    async def report(self, provider_id: str) -> Report:
        """Ask how far a call has come; raises ChannelError."""
        one = await about_one(self._account.calls(checked_sid(provider_id)).fetch_async())
        return call_report(str(one.status or ""), str(one.answered_by or ""))

    async def redact(self, provider_id: str) -> None:
        """Erase a recording at Twilio; one that is gone is fine. Raises ChannelError."""
        try:
            await about_one(self._account.recordings(checked_sid(provider_id)).delete_async())
        except PermanentFailure as error:
            if error.code != UNKNOWN_MESSAGE:
                raise

    # A pressed key is answered by what the web door answers Twilio, see ``voice_twiml.said``.
    edit = cannot_edit
    answer = cannot_answer
    delete = cannot_delete
    leave = cannot_leave
