"""What texts and WhatsApp have in common at Twilio: a message is looked for, asked about and erased in one way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.channels.port import PermanentFailure, Report, Sent
from alerts.channels.twilio.account import UNKNOWN_MESSAGE, about_one, begun_since, checked_sid, readable, sid_of
from alerts.channels.twilio.status import message_report

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.channels.twilio.account import TwilioAccount

TRIAL = "Sent from your Twilio trial account - "
"""What a trial account puts before every text."""
LOOKED_AT = 50
"""Messages to one address that are looked through, newest first."""


async def find_message(account: TwilioAccount, to: str, sender: str, since: datetime, text: str | None) -> Sent | None:
    """Look for a message like this one among those to an address since then; raises ChannelError.

    It finds the newest of several that read alike, also one that failed later. ``text`` None: whatever it says.
    """
    # Not filtered by date: Twilio filters by when a message left, and one that still waits has not.
    call = account.messages.list_async(to=to, from_=sender, limit=LOOKED_AT, page_size=LOOKED_AT)
    for one in await readable(call):
        if begun_since(one, since) and (text is None or _reads_alike(one.body, text)):
            return Sent(sid_of(one))
    return None


async def report_of_message(account: TwilioAccount, provider_id: str) -> Report:
    """Ask how far a message has come; raises ChannelError."""
    one = await about_one(account.messages(checked_sid(provider_id)).fetch_async())
    return message_report(str(one.status or ""), one.error_code)


async def redact_message(account: TwilioAccount, provider_id: str) -> None:
    """Empty a message in Twilio's records; the address and the time stay there. Raises ChannelError.

    ``MESSAGE/FILE`` erases a file that came with a message. What is gone from them is fine. TemporaryFailure while it
    is still under way.
    """
    sid, _, file = provider_id.partition("/")
    message = account.messages(checked_sid(sid))
    call = message.media(checked_sid(file)).delete_async() if file else message.update_async(body="")
    try:
        await about_one(call)
    except PermanentFailure as error:
        if error.code != UNKNOWN_MESSAGE:
            raise


def _reads_alike(theirs: str | None, ours: str) -> bool:
    return (theirs or "").removeprefix(TRIAL).strip() == ours.strip()
