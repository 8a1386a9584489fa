"""The WhatsApp channel: free words within somebody's day, and after it nothing but the one approved message.

Sources: https://www.twilio.com/docs/whatsapp/api, https://www.twilio.com/docs/content/send-templates-created-with-the-content-template-builder.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alerts.channels.impossible import cannot_answer, cannot_delete, cannot_edit, cannot_leave
from alerts.channels.port import Misconfigured, Outgoing, PermanentFailure, Report, Sent
from alerts.channels.twilio.account import STATUS_PATH, TwilioAccount, callback_url, readable, sid_of
from alerts.channels.twilio.messages import find_message, redact_message, report_of_message
from contacts.values import PHONE_NUMBER

if TYPE_CHECKING:
    from datetime import datetime

PREFIX = "whatsapp:"
HIDDEN = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")
"""Somebody who hides their number: Meta names them to each business by a country and a name of their own."""


class WhatsAppChannel:
    """Sends by WhatsApp; a ``Channel`` that ``AnswersQuestions`` and ``Redacts``.

    Addresses are E.164 numbers, or what Meta names somebody by who hides theirs; without the prefix that Twilio wants.
    ``sender`` is TWILIO_WHATSAPP_FROM, ``template`` TWILIO_WHATSAPP_TEMPLATE (None: nobody can be knocked at).
    ``public_url`` as in :class:`SmsChannel`. Misconfigured if the sender cannot be one.
    """

    def __init__(
        self, account: TwilioAccount, sender: str, template: str | None = None, public_url: str | None = None
    ) -> None:
        if not PHONE_NUMBER.fullmatch(sender):
            raise Misconfigured("sender_malformed", "TWILIO_WHATSAPP_FROM is no number with + and country code")
        self._account = account
        self._sender = f"{PREFIX}{sender}"
        self._template = template
        self._public_url = public_url

    async def send(self, message: Outgoing) -> Sent:
        """Hand one message to Twilio; raises ChannelError. That somebody's day is over is told by a report."""
        told_at = callback_url(self._public_url, STATUS_PATH, message.attempt_id)
        call = self._account.messages.create_async(
            to=_addressed(message.address),
            from_=self._sender,
            **self._content(message),
            **({} if told_at is None else {"status_callback": told_at}),
        )
        return Sent(sid_of(await readable(call)))

    def _content(self, message: Outgoing) -> dict[str, str]:
        if not message.knocks:
            return {"body": message.text}
        if self._template is None:
            raise PermanentFailure("no_template", "TWILIO_WHATSAPP_TEMPLATE was taken away")
        return {"content_sid": self._template}

    async def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """Look for a message like this one; of a knock, whose words stand at Twilio, for any since then."""
        to, text = _addressed(message.address), None if message.knocks else message.text
        return await find_message(self._account, to, self._sender, since, text)

    async def report(self, provider_id: str) -> Report:
        """Ask how far a message has come; raises ChannelError."""
        return await report_of_message(self._account, provider_id)

    async def redact(self, provider_id: str) -> None:
        """See :func:`redact_message`."""
        await redact_message(self._account, provider_id)

    # What lies in a phone, and at Meta, stays there; ``redact`` empties Twilio's copy.
    edit = cannot_edit
    answer = cannot_answer
    delete = cannot_delete
    leave = cannot_leave


def _addressed(address: str) -> str:
    if not (PHONE_NUMBER.fullmatch(address) or HIDDEN.fullmatch(address)):
        raise PermanentFailure("number_invalid", "this is no address of WhatsApp", recipient_gone=True)
    return f"{PREFIX}{address}"
