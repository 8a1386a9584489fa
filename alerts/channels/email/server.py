"""The outgoing server, as SMTP_URL names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from alerts.channels.port import Misconfigured

DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
HOW_TO_WRITE_IT = (
    "SMTP_URL: write smtp://user:password@host:port (STARTTLS) or smtps://… (TLS from the start); in user and password "
    "every character that is no letter or digit as %40 and the like"
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and as whom. Nothing of it shows in a repr.

    ``tls``: from the first byte. ``local``: it runs on this machine, where nobody listens in between.
    """

    host: str = field(repr=False)
    port: int = field(repr=False)
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    tls: bool
    local: bool


def read_server(smtp_url: str) -> Server:
    """Read SMTP_URL; Misconfigured if it is malformed, without repeating any of it."""
    server = _read(smtp_url)
    if server is None:
        raise Misconfigured("smtp_url_malformed", HOW_TO_WRITE_IT)
    return server


def _read(smtp_url: str) -> Server | None:
    try:
        url = urlsplit(smtp_url)
        port = url.port
        user, password = _decoded(url.username), _decoded(url.password)
    except ValueError:
        return None
    extra = url.path.strip("/") or url.query or url.fragment
    if url.scheme not in DEFAULT_PORTS or not url.hostname or extra or (user is None) is not (password is None):
        return None
    if port == 0 or any(character.isspace() or not character.isprintable() for character in url.hostname):
        return None
    default = DEFAULT_PORTS[url.scheme]
    return Server(url.hostname, port or default, user, password, url.scheme == "smtps", _is_local(url.hostname))


def _decoded(part: str | None) -> str | None:
    return None if part is None else unquote(part, errors="strict")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
