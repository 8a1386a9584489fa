"""A call that came while the instance was locked: what is kept of it, and how it is reported once there are keys."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from dialogue.calling import answer_call_back, find_call, note_recording, take_call
from texts.catalogue import SOURCE

if TYPE_CHECKING:
    from store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class SealedCall:
    """One step of a call. ``sid``: how the provider names it; the rest is empty where there was none of it."""

    sid: str
    caller: str = field(default="", repr=False)
    recording: str = ""
    """What was said, as the provider names it."""
    back: str = ""
    """The key that answered whether we may call back."""


def pack_call(call: SealedCall) -> str:
    """Return it as one text."""
    return json.dumps(asdict(call))


def hear_sealed_call(unit: UnitOfWork, kept: str) -> None:
    """Report a call that nobody could take, and have fetched what was said in it. Hearing it again changes nothing.

    A helper who called and heard that nobody takes calls has reported nothing, as one who hangs up at the menu.
    """
    sealed = SealedCall(**json.loads(kept))
    call = find_call(unit, sealed.sid) or take_call(unit, sealed.sid, sealed.caller, SOURCE)
    if sealed.recording:
        note_recording(unit, call, sealed.recording)
    if sealed.back:
        answer_call_back(unit, call, sealed.back)
