"""Which of Apprise's addresses are used, and which never.

A list of what is allowed, because the other one is never complete. Left out are: what stays on this machine (syslog,
desktop notifications), what runs code or hands on to anything (decorators, other Apprise servers), mail, SMS and
Telegram, which have channels of their own that know more, and messengers that answer to the states people fled from.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

VISIBLE = re.compile(r"[!-\[\]-~]{1,2000}")
"""Of ASCII everything that is seen, but for the backslash."""

SERVICES: Final = frozenset(
    {
        *("discord", "gchat", "line", "pbul", "pover", "revolt", "simplepush", "slack", "spush", "threema", "viber"),
        *("webex", "whapi", "whatsapp", "workflow", "workflows", "wxteams", "zulip"),
    }
)
"""Run by somebody, always reached by HTTPS."""

OWN_SERVERS: Final = frozenset(
    {
        *("barks", "deltachats", "evolutions", "gotifys", "jsons", "matrixs", "mmosts", "nctalks", "ntfys"),
        *("rockets", "signals"),
    }
)
"""Run by oneself, or by somebody; by HTTPS. Without the "s" they are spoken to in the clear, on this machine only."""
IN_THE_CLEAR: Final = frozenset(one.removesuffix("s") for one in OWN_SERVERS)

ATTACHING: Final = frozenset({"attach", "attachment", "attachments", "file", "filename"})
"""Parameters that would send files along."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an address is not used."""

    code: str
    meaning: str


INVALID = Refused("address_invalid", "this is no address of Apprise's")
SCHEME = Refused("scheme_refused", "this kind of address is not used: see alerts/channels/other/schemes.py")
CLEAR = Refused("not_encrypted", "this kind of address sends in the clear; write the one with an s at its end")
LOOPBACK = Refused("loopback_refused", "the address leads to this machine or its neighbourhood")
FILES = Refused("files_refused", "the address would send files along")


def why_not(address: str, *, allow_loopback: bool) -> Refused | None:
    """Return why an address is refused; None if it may be used.

    Only what is written is looked at. No name is resolved: in many of these addresses a secret stands where a host
    would, and it would be shown to a name server.
    """
    url = _read(address)
    if url is None:
        return INVALID
    if {name.lower() for name, _ in parse_qsl(url.query, keep_blank_values=True)} & ATTACHING:
        return FILES
    at_home = leads_home(url.hostname or "")
    if at_home and not allow_loopback:
        return LOOPBACK
    if url.scheme in IN_THE_CLEAR:
        return None if at_home else CLEAR
    return None if url.scheme in SERVICES | OWN_SERVERS else SCHEME


def _read(address: str) -> SplitResult | None:
    # Other scripts have digits and dots that become those of a numeric host further on; backslashes are read as
    # slashes by some, and as nothing by others.
    if not VISIBLE.fullmatch(address):
        return None
    try:
        url = urlsplit(address)
    except ValueError:
        return None
    return url if url.scheme and url.netloc and "%" not in (url.hostname or "") else None


def leads_home(host: str) -> bool:
    """Say whether a host is this machine under any of its names, or an address of neighbours only (link-local)."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".localdomain")):
        return True
    found = _numeric(name)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found is not None and (found.is_loopback or found.is_unspecified or found.is_link_local)


def _numeric(host: str) -> IPv4Address | IPv6Address | None:
    """A numeric host, also in the older ways of writing it (``127.1``, ``0x7f000001``)."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None
