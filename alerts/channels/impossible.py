"""What most channels cannot do: what has reached a phone or a mailbox cannot be changed or taken back.

A channel takes these as its methods: ``edit = cannot_edit``. Each raises PermanentFailure with a code of its own, which
says nothing about the address: the person is as reachable as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.channels.port import PermanentFailure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.channels.port import Keyboard


async def cannot_edit(channel: object, address: str, provider_id: str, text: str, keyboard: Keyboard) -> None:
    """PermanentFailure: it stays as it was sent."""
    del channel, address, provider_id, text, keyboard
    raise PermanentFailure("cannot_edit", "what was sent this way cannot be rewritten")


async def cannot_answer(channel: object, callback_id: str, text: str) -> None:
    """PermanentFailure: there are no buttons."""
    del channel, callback_id, text
    raise PermanentFailure("cannot_answer", "there are no buttons here whose press could be answered")


async def cannot_delete(channel: object, address: str, provider_ids: Sequence[str]) -> None:
    """PermanentFailure: it lies in somebody's phone or mailbox."""
    del channel, address, provider_ids
    raise PermanentFailure("cannot_delete", "what has arrived this way cannot be taken back")


async def cannot_leave(channel: object, address: str) -> None:
    """PermanentFailure: there are no groups."""
    del channel, address
    raise PermanentFailure("cannot_leave", "there are no groups here to leave")
