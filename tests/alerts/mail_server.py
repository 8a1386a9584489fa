"""Mail servers for tests: a real one (aiosmtpd) that keeps what it is given, and one that answers as it is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from email.message import EmailMessage
    from pathlib import Path

USER = "panah@example.org"
PASSWORD = "CANARY p@ss/word:"
HOST = "127.0.0.1"


@dataclass
class Kept:
    """What a real server was given, and the name its client gave itself."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    called_themselves: list[str] = field(default_factory=list)
    logged_in: list[bool] = field(default_factory=list)

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  the library's
        self.envelopes.append(envelope)
        self.called_themselves.append(str(session.host_name))
        self.logged_in.append(bool(session.authenticated))
        return "250 kept"

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(bytes(one.content or b""), policy=default) for one in self.envelopes]  # type: ignore[arg-type]


@asynccontextmanager
async def real_server(
    tls: ssl.SSLContext | None = None, *, from_the_start: bool = False, login: bool = False
) -> AsyncIterator[Kept]:
    """aiosmtpd in this event loop: with ``tls`` it requires STARTTLS, or speaks TLS from the start."""
    kept = Kept()
    options: dict[str, Any] = {"enable_SMTPUTF8": True, "ident": "test", "hostname": "mail.example.org"}
    if tls is not None and not from_the_start:
        options |= {"tls_context": tls, "require_starttls": True}
    if login:
        options |= {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": tls is not None}
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(kept, **options), HOST, 0, ssl=tls if from_the_start else None
    )
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
        await server.wait_closed()


def _authenticate(_: SMTP, __: Session, ___: Envelope, ____: str, data: LoginPassword) -> AuthResult:
    return AuthResult(handled=False, success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()))


@dataclass
class Script:
    """A server that answers each command with the line written for it; None: it hangs up, "": it says nothing."""

    port: int = 0
    lines: list[str] = field(default_factory=list)
    extensions: tuple[str, ...] = ()
    answers: dict[str, str | None] = field(default_factory=dict)
    mails: int = 0

    def says(self, command: str, answer: str | None) -> None:
        """``greeting`` and ``end`` (of the message) are commands, too."""
        self.answers[command] = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await self._answer(writer, "greeting", "220 test"):
                await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := (await reader.readline()).decode().strip():
            self.lines.append(line)
            command = line.split()[0].upper()
            usual = {"EHLO": self._hello(), "DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 2.0.0 fine")
            if not await self._answer(writer, command, usual):
                return
            if command == "DATA" and self.answers.get("DATA") is None:
                await reader.readuntil(b"\r\n.\r\n")
                self.mails += 1
                if not await self._answer(writer, "end", "250 2.0.0 kept"):
                    return

    def _hello(self) -> str:
        return "\r\n".join([*(f"250-{one}" for one in ("test", *self.extensions)), "250 8BITMIME"])

    async def _answer(self, writer: asyncio.StreamWriter, command: str, usual: str) -> bool:
        answer = self.answers.get(command, usual)
        if answer is None:
            return False
        if not answer:
            await asyncio.sleep(60)
        writer.write(f"{answer}\r\n".encode())
        await writer.drain()
        return True


@asynccontextmanager
async def scripted_server(*extensions: str) -> AsyncIterator[Script]:
    script = Script(extensions=extensions)
    talks: set[asyncio.Task[None]] = set()

    def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.ensure_future(script.serve(reader, writer))
        talks.add(talk)
        talk.add_done_callback(talks.discard)

    server = await asyncio.start_server(met, HOST, 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        await server.wait_closed()


def certificate(folder: Path, *, host: str = HOST) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's certificate signed by itself, as contexts of the server and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return server, client
