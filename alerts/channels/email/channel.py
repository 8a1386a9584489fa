"""The e-mail channel: a connection for each message, because alerts are few and connections go stale."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPSenderRefused,
)

from alerts.channels.email.address import mailbox
from alerts.channels.email.errors import NO_UTF8, UNUSED, Stage, lost, refused
from alerts.channels.email.message import compose, reference_of
from alerts.channels.email.server import read_server
from alerts.channels.impossible import cannot_answer, cannot_delete, cannot_edit, cannot_leave
from alerts.channels.port import ChannelError, Misconfigured, Outgoing, PermanentFailure, Sent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from alerts.channels.email.address import Mailbox
    from alerts.channels.email.message import Mail

TIMEOUT = 10.0
"""Seconds for one whole message, waiting for a turn included."""
AT_ONCE = 5
"""Connections side by side; providers turn away who opens many."""
GOODBYE = 1.0
"""Seconds for taking leave, once everything was said."""
STAGES: Mapping[type[SMTPException], Stage] = {
    SMTPConnectResponseError: Stage.GREETING,
    SMTPHeloError: Stage.GREETING,
    SMTPAuthenticationError: Stage.LOGIN,
    SMTPSenderRefused: Stage.SENDER,
}


@dataclass
class _Departure:
    """Whether the message began to leave this machine."""

    begun: bool = False


class EmailChannel:
    """Sends plain text by one outgoing server; a ``Channel`` whose addresses are e-mail addresses.

    ``smtp_url`` is SMTP_URL, ``mail_from`` MAIL_FROM. With ``smtp://`` STARTTLS is required unless the server runs on
    this machine. ``tls_context`` says which certificates are trusted (None: what this machine trusts); with one given,
    STARTTLS is required in any case. Making it connects to nobody. Misconfigured if the settings make no sense.

    That a server has taken a message is all that is known of it. A failure comes back as mail to MAIL_FROM, for a
    person who reads there: anybody can write such a report who has seen the message.
    """

    def __init__(
        self,
        smtp_url: str,
        mail_from: str,
        *,
        tls_context: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._server = read_server(smtp_url)
        self._sender = _sender(mail_from)
        self._start_tls = not self._server.tls and (tls_context is not None or not self._server.local)
        self._tls_context = tls_context or ssl.create_default_context()
        self._timeout = timeout
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def send(self, message: Outgoing) -> Sent:
        """Hand one message to the server; raises ChannelError. The id is the Message-ID, without its brackets."""
        to = mailbox(message.address)
        reference = reference_of(message)
        mail = compose(message, self._sender, to, reference, datetime.now(UTC))
        departure = _Departure()
        failure: ChannelError | None = None
        try:
            async with self._connected() as smtp:
                await self._hand_over(smtp, to, mail, reference, departure)
        except (SMTPException, OSError, ValueError) as error:
            failure = _failure(error, begun=departure.begun)
        # Outside of the handler: what was caught quotes the address.
        if failure is not None:
            raise failure
        return Sent(mail.message_id)

    async def check(self) -> None:
        """Connect, log in, and hang up; raises ChannelError."""
        failure: ChannelError | None = None
        try:
            async with self._connected():
                pass
        except (SMTPException, OSError, ValueError) as error:
            failure = _failure(error, begun=False)
        if failure is not None:
            raise failure

    # Nothing in a mailbox can be changed from outside.
    edit = cannot_edit
    answer = cannot_answer
    delete = cannot_delete
    leave = cannot_leave

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        """Give a connection on which commands may follow; TimeoutError when all of it takes too long."""
        smtp = self._client()
        try:
            async with asyncio.timeout(self._timeout), self._turns:
                await smtp.connect()
                if smtp.is_ehlo_or_helo_needed:
                    await smtp.ehlo()
                yield smtp
            # All is said. A server that takes its leave badly, or late, changes nothing.
            with suppress(SMTPException, OSError):
                await smtp.quit(timeout=GOODBYE)
        finally:
            smtp.close()

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password,
            use_tls=self._server.tls,
            start_tls=self._start_tls,
            tls_context=self._tls_context,
            # By default it would be the name of this machine, which every recipient could read.
            local_hostname=self._sender.domain,
            timeout=self._timeout,
        )

    async def _hand_over(self, smtp: SMTP, to: Mailbox, mail: Mail, reference: str, departure: _Departure) -> None:
        if to.needs_utf8 and not smtp.supports_extension("smtputf8"):
            raise NO_UTF8.as_error(UNUSED)
        utf8 = ["SMTPUTF8", "BODY=8BITMIME"] if to.needs_utf8 else []
        # Only failures are told, and not with the whole message: a mailbox keeps what comes back.
        notified = smtp.supports_extension("dsn")
        await smtp.mail(
            self._sender.address, options=[*utf8, *(["RET=HDRS", f"ENVID={reference}"] if notified else [])]
        )
        await smtp.rcpt(
            to.address, encoding="utf-8" if to.needs_utf8 else "ascii", options=["NOTIFY=FAILURE"] if notified else []
        )
        departure.begun = True
        await smtp.data(mail.content)


def _failure(error: Exception, *, begun: bool) -> ChannelError:
    """Translate what the library raised; its words, which quote addresses, are not repeated."""
    if isinstance(error, SMTPResponseException):
        stage = STAGES.get(type(error), Stage.RECIPIENT)
        return refused(stage, error.code, error.message, begun=begun)
    if isinstance(error, OSError):  # connection errors and timeouts
        return lost(error, begun=begun)
    if isinstance(error, SMTPException) and not begun:
        return Misconfigured("no_tls_or_login", "SMTP_URL: the server offers no STARTTLS, or no way to log in")
    return lost(error, begun=begun)


def _sender(mail_from: str) -> Mailbox:
    try:
        sender = mailbox(mail_from)
    except PermanentFailure:
        sender = None
    if sender is None or sender.needs_utf8:
        raise Misconfigured("mail_from_malformed", "MAIL_FROM is not a plain e-mail address in Latin letters")
    return sender
