"""The mail server from a test's side: where it is, its faults, and what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from sandbox.mail.faults import Faults

if TYPE_CHECKING:
    from aiohttp import web

    from sandbox.changes import Changes
    from sandbox.mail.server import MailServer
    from sandbox.mail.state import Mail, PostOffice


class MailService:
    """Mail for everybody. The server begins to listen when somebody first asks where it is."""

    def __init__(
        self, changes: Changes, office: PostOffice, *, login: tuple[str, str] | None = None, starttls: bool = False
    ) -> None:
        self.office = office
        self.faults = Faults()
        self.login = login
        self.certificate: str | None = None
        """What a client must trust for STARTTLS, as PEM; None until the server listens, and where there is no TLS."""
        self._changes = changes
        self._starttls = starttls
        self._server: MailServer | None = None
        self._port = 0

    def mails(self) -> list[Mail]:
        """Every mail that was taken, oldest first; one for each of its recipients."""
        with self._changes.reading():
            return list(self.office.mails)

    async def url(self) -> str:
        """Where it listens, with the login in it when there is one; called inside the event loop."""
        if self._server is None:
            self._server = self._make()
            self._port = await self._server.open()
        login = "" if self.login is None else ":".join(quote(part, safe="") for part in self.login) + "@"
        return f"smtp://{login}127.0.0.1:{self._port}"

    def add_to(self, app: web.Application) -> None:
        """End with this application."""
        app.on_cleanup.append(self._close)

    def _make(self) -> MailServer:
        from sandbox.mail.server import MailServer  # its library takes a tenth of a second to import

        tls = None
        if self._starttls:
            from sandbox.mail import certificate

            tls, self.certificate = certificate.make()
        return MailServer(self.office, self._changes, self.faults, login=self.login, tls=tls)

    async def _close(self, _app: web.Application) -> None:
        if self._server is not None:
            await self._server.close()
