"""The channel to other messengers: Apprise says whether somebody took a message, and nothing more."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from alerts.channels.impossible import cannot_answer, cannot_delete, cannot_edit, cannot_leave
from alerts.channels.other.quiet import quiet_loggers
from alerts.channels.other.schemes import INVALID, LOOPBACK, leads_home, why_not
from alerts.channels.plain import text_with_links
from alerts.channels.port import ChannelError, Outgoing, PermanentFailure, Sent, TemporaryFailure, UnknownOutcome

if TYPE_CHECKING:
    from alerts.channels.other.schemes import Refused

HAS_RECEIPTS: Final = False
"""Nobody tells what became of a message: ``Sent`` has no identifier, and no report ever comes. Do not wait for one."""
TIMEOUT = 10.0
"""Seconds for one message, waiting for a thread included."""
THREADS = 4


class AppriseChannel:
    """Sends plain text through Apprise; a ``Channel`` whose addresses are Apprise URLs, which are secrets.

    ``allow_loopback``: addresses on this machine are used, too; for tests and the sandbox, or a Signal bridge of one's
    own. Whatever an address asks for, certificates are checked, redirections not followed, and nothing is repeated.
    """

    def __init__(self, *, allow_loopback: bool = False, timeout: float = TIMEOUT) -> None:
        self._allow_loopback = allow_loopback
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="apprise")
        quiet_loggers()

    def close(self) -> None:
        """Send nothing more; what is under way ends by itself. Closing a closed one changes nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, message: Outgoing) -> Sent:
        """Hand one message on; raises ChannelError. ``Sent("")``: somebody took it.

        Apprise does not say why something failed: whatever is no plain yes after it began may have been taken.
        """
        refused = why_not(message.address, allow_loopback=self._allow_loopback)
        if refused is not None:
            raise _permanent(refused)
        try:
            call = self._threads.submit(_notify, message, self._timeout, allow_loopback=self._allow_loopback)
        except RuntimeError:
            call = None
        if call is None:
            raise _not_sent()
        # The thread ends by itself soon after, by the time limits of its connections.
        waiting = asyncio.wrap_future(call)
        await asyncio.wait({waiting}, timeout=self._timeout)
        failure = call.result() if waiting.done() else _late(still_waiting=call.cancel())
        waiting.cancel()  # of a thread that is late nothing more is wanted, also when this event loop is gone
        if failure is not None:
            raise failure
        return Sent("")

    # Services differ, and Apprise only sends.
    edit = cannot_edit
    answer = cannot_answer
    delete = cannot_delete
    leave = cannot_leave


def _notify(message: Outgoing, seconds: float, *, allow_loopback: bool) -> ChannelError | None:
    """Send it, in a thread. What is made here ends here: some services say goodbye over the network when they end."""
    from apprise import Apprise, AppriseAsset, NotifyFormat  # heavy, see the package

    try:
        service = Apprise.instantiate(message.address, asset=AppriseAsset(async_mode=False))
        if service is None:
            return _permanent(INVALID)
        if not allow_loopback and leads_home(str(getattr(service, "host", None) or "")):
            return _permanent(LOOPBACK)  # Apprise reads addresses in its own way
        service.verify_certificate, service.redirects, service.retry = True, False, 0
        service.socket_connect_timeout = service.socket_read_timeout = seconds
        apprise = Apprise(asset=service.asset)
        apprise.add(service)
        taken = apprise.notify(text_with_links(message), title=message.subject, body_format=NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001  180 services of many authors
        return UnknownOutcome("not_confirmed", f"Apprise failed; it may have been taken ({type(error).__name__})")
    return None if taken else UnknownOutcome("not_confirmed", "Apprise did not say yes; it may have been taken")


def _permanent(refused: Refused) -> PermanentFailure:
    return PermanentFailure(refused.code, refused.meaning, recipient_gone=True)


def _late(*, still_waiting: bool) -> ChannelError:
    return _not_sent() if still_waiting else UnknownOutcome("no_answer", "it did not end in time; it may be taken")


def _not_sent() -> TemporaryFailure:
    return TemporaryFailure("not_sent", "there was no time, or no thread, to send it")
