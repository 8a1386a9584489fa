"""The SMS channel: what the wording gives is what is sent; nothing is added, no link is shortened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.channels.impossible import cannot_answer, cannot_delete, cannot_edit, cannot_leave
from alerts.channels.port import Misconfigured, Outgoing, Report, Sent
from alerts.channels.twilio.account import (
    STATUS_PATH,
    TwilioAccount,
    callback_url,
    checked_number,
    readable,
    sid_of,
)
from alerts.channels.twilio.messages import find_message, redact_message, report_of_message

if TYPE_CHECKING:
    from datetime import datetime

SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")
"""A number, a short code, or up to eleven letters (which nobody can answer)."""


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
        """Look for a text like this one among those to this number since then; raises ChannelError."""
        return await find_message(self._account, checked_number(message.address), self._sender, since, message.text)

    async def report(self, provider_id: str) -> Report:
        """Ask how far a message has come; raises ChannelError."""
        return await report_of_message(self._account, provider_id)

    async def redact(self, provider_id: str) -> None:
        """See :func:`redact_message`."""
        await redact_message(self._account, provider_id)

    # What lies in a phone stays there; ``redact`` empties Twilio's copy.
    edit = cannot_edit
    answer = cannot_answer
    delete = cannot_delete
    leave = cannot_leave
