"""SMTP on the loopback address, inside the sandbox's event loop."""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from sandbox.mail import reading
from sandbox.mail.faults import Reply
from sandbox.mail.state import Mail, PostOffice
from sandbox.switches import Drop, Silence

if TYPE_CHECKING:
    import ssl

    from aiosmtpd.smtp import Envelope, Session

    from sandbox.changes import Changes
    from sandbox.mail.faults import Faults

HOST: Final = "127.0.0.1"
NAME: Final = "mail.example.org"
LARGEST: Final = 10 * 1024 * 1024
TAKEN: Final = "250 2.0.0 OK"
HUNG_UP: Final = "421 4.3.2 Service not available"


class MailServer:
    """Takes mail from `open` to `close`; both are called inside the event loop."""

    def __init__(
        self,
        office: PostOffice,
        changes: Changes,
        faults: Faults,
        *,
        login: tuple[str, str] | None,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._talk = _Talk(office, changes, faults, login)
        self._faults = faults
        self._login = login
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    async def open(self) -> int:
        """Listen on a free port; gives its number."""
        self._server = await asyncio.get_running_loop().create_server(self._connection, HOST, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening and break what is open."""
        if self._server is not None:
            self._server.close()
        self._talk.stopping.set()
        for connection in tuple(self._open):
            connection.break_off()
        await asyncio.sleep(0)

    def _connection(self) -> _Connection:
        return _Connection(
            self._talk,
            faults=self._faults,
            open_ones=self._open,
            hostname=NAME,
            ident="Sandbox",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            auth_require_tls=self._tls is not None,
            authenticator=self._talk.check if self._login is not None else None,
            auth_exclude_mechanism=None if self._login is not None else ["PLAIN", "LOGIN"],
            loop=asyncio.get_running_loop(),
        )


class _Connection(SMTP):
    """One client; during an outage it is cut off before the first word."""

    def __init__(self, talk: _Talk, *, faults: Faults, open_ones: set[_Connection], **options: Any) -> None:
        super().__init__(talk, **options)
        self._faults = faults
        self._open_ones = open_ones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._faults.is_out and isinstance(transport, asyncio.Transport):
            transport.abort()
            return
        self._open_ones.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open_ones.discard(self)
        if self.transport is not None:
            super().connection_lost(error)

    def break_off(self) -> None:
        """End it without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class _Talk:
    """What is answered to a client's commands; the method names are the library's."""

    def __init__(self, office: PostOffice, changes: Changes, faults: Faults, login: tuple[str, str] | None) -> None:
        self._office = office
        self._changes = changes
        self._faults = faults
        self._login = login
        self.stopping = asyncio.Event()

    def check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        """Whether name and password are right."""
        user, password = self._login or ("", "")
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        right = hmac.compare_digest(given.login, user.encode()) and hmac.compare_digest(
            given.password, password.encode()
        )
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: _Connection, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        """Who writes."""
        if self._faults.is_out:
            return _hang_up(server)
        if self._login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return TAKEN

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: _Connection, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """To whom."""
        if self._faults.is_out:
            return _hang_up(server)
        refusal = self._faults.of_address(address)
        if refusal is not None:
            return str(refusal)
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: _Connection, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        """The mail itself."""
        if self._faults.delay:
            await asyncio.sleep(self._faults.delay)
        if self._faults.is_out:
            return _hang_up(server)
        fault = self._faults.of_mail()
        if isinstance(fault, Reply):
            return str(fault)
        if fault is None or fault.accepted:
            self._keep(envelope)
        if isinstance(fault, Drop):
            return _hang_up(server)
        if isinstance(fault, Silence):
            await self.stopping.wait()
        return TAKEN

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        message = reading.parse(raw)
        for recipient in envelope.rcpt_tos:
            with self._changes.changing():
                self._office.keep(
                    Mail(
                        number=len(self._office.mails) + 1,
                        sender=envelope.mail_from or "",
                        recipient=recipient,
                        subject=str(message.get("Subject", "")),
                        text=reading.words_of(message),
                        links=reading.links_of(message),
                        at=self._office.now(),
                        headers=reading.headers_of(message),
                        raw=raw,
                    )
                )


def _hang_up(server: _Connection) -> str:
    server.break_off()
    return HUNG_UP
