"""The canary's channel: it ends in this process, where the button in every message is pressed at once."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from alerts.channels.impossible import cannot_answer, cannot_delete, cannot_edit, cannot_leave
from alerts.channels.plain import text_with_links
from alerts.channels.port import PermanentFailure, Sent, TemporaryFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.channels.port import Outgoing

LINK = re.compile(r"/answer/([A-Za-z0-9_-]+)")


class CanaryChannel:
    """Presses what is sent to it. ``answer`` takes the button's token; it is called in a thread and may block."""

    def __init__(self, answer: Callable[[str], None]) -> None:
        self._answer = answer

    async def send(self, message: Outgoing) -> Sent:
        """Press the button of a message; TemporaryFailure when the answer cannot be kept."""
        found = LINK.search(text_with_links(message))
        if found is None:
            raise PermanentFailure("no_button", "A canary came out without the button that answers it.")
        try:
            await asyncio.to_thread(self._answer, found[1])
        except Exception as error:
            raise TemporaryFailure("answer_not_kept", "The canary's answer could not be put into the inbox.") from error
        return Sent(message.attempt_id)

    edit = cannot_edit
    answer = cannot_answer
    delete = cannot_delete
    leave = cannot_leave
