"""The SMS channel: what the wording gives is what is sent; nothing is added, no link is shortened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.channels.impossible import cannot_answer, cannot_delete, cannot_edit, cannot_leave
from alerts.channels.port import Misconfigured, Outgoing, PermanentFailure, Report, Sent
from alerts.channels.twilio.account import (
    STATUS_PATH,
    UNKNOWN_MESSAGE,
    TwilioAccount,
    about_one,
    begun_since,
    callback_url,
    checked_number,
    checked_sid,
    readable,
    sid_of,
)
from alerts.channels.twilio.status import message_report

if TYPE_CHECKING:
    from datetime import datetime

SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")
"""A number, a short code, or up to eleven letters (which nobody can answer)."""
TRIAL = "Sent from your Twilio trial account - "
"""What a trial account puts before every text."""
LOOKED_AT = 50
"""Messages to one number that are looked through, newest first."""


class SmsChannel:
    """Sends text messages; a ``Channel`` that ``AnswersQuestions`` and ``Redacts``. Addresses are E.164 numbers.

    ``sender`` is TWILIO_SMS_FROM. Twilio reports to ``public_url`` (PANAH_PUBLIC_URL; None: it does not, and must be
    asked). Buttons are not shown: what they offer has to stand in the text. Misconfigured if the sender cannot be one.
    """

    def __init__(self, account: TwilioAccount, sender: str, public_url: str | None = None) -> None:
        if not SENDER.fullmatch(sender):
            raise Misconfigured(
                "sender_malformed", "TWILIO_SMS_FROM is no number with + and no name of up to 11 letters"
            )
        self._account = account
        self._sender = sender
        self._public_url = public_url

    async def send(self, message: Outgoing) -> Sent:
        """Hand one message to Twilio; raises ChannelError. Longer than 1600 characters is PermanentFailure."""
        told_at = callback_url(self._public_url, STATUS_PATH, message.attempt_id)
        call = self._account.messages.create_async(
            to=checked_number(message.address),
            from_=self._sender,
            body=message.text,
            **({} if told_at is None else {"status_callback": told_at}),
        )
        return Sent(sid_of(await readable(call)))

    async def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """Look for a text like this one among those to this number since then; raises ChannelError.

        It finds the newest of several that read alike, also one that failed later: that is told by ``report``.
        """
        # Not filtered by date: Twilio filters by when a message left, and one that still waits has not.
        call = self._account.messages.list_async(
            to=checked_number(message.address), from_=self._sender, limit=LOOKED_AT, page_size=LOOKED_AT
        )
        for one in await readable(call):
            if begun_since(one, since) and _reads_alike(one.body, message.text):
                return Sent(sid_of(one))
        return None

    async def report(self, provider_id: str) -> Report:
        """Ask how far a message has come; raises ChannelError."""
        one = await about_one(self._account.messages(checked_sid(provider_id)).fetch_async())
        return message_report(str(one.status or ""), one.error_code)

    async def redact(self, provider_id: str) -> None:
        """Empty the text in Twilio's records; the number and the time stay there. Raises ChannelError.

        ``MESSAGE/PICTURE`` erases a picture that came with a message. What is gone from them is fine. TemporaryFailure
        while it is still under way.
        """
        sid, _, picture = provider_id.partition("/")
        message = self._account.messages(checked_sid(sid))
        call = message.media(checked_sid(picture)).delete_async() if picture else message.update_async(body="")
        try:
            await about_one(call)
        except PermanentFailure as error:
            if error.code != UNKNOWN_MESSAGE:
                raise

    # What lies in a phone stays there; ``redact`` empties Twilio's copy.
    edit = cannot_edit
    answer = cannot_answer
    delete = cannot_delete
    leave = cannot_leave


def _reads_alike(theirs: str | None, ours: str) -> bool:
    return (theirs or "").removeprefix(TRIAL).strip() == ours.strip()
