"""The way out to Telegram where it is blocked: straight, through an HTTP proxy, or through a SOCKS5 proxy."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
import aiohttp_socks

BY_HTTP = ("http", "https")
BY_SOCKS = ("socks5", "socks5h")
"""The two are one here: names are always resolved behind the proxy. Where Telegram is blocked its name often is too,
and a question for it at the local resolver tells who listens there whom we are looking for."""
SOCKS_PORT = 1080
FAILURES = (
    aiohttp.ClientError,
    OSError,
    aiohttp_socks.ProxyError,
    aiohttp_socks.ProxyConnectionError,
    aiohttp_socks.ProxyTimeoutError,
)
"""Everything a call can fail with on its way. What fails at a SOCKS proxy is none of aiohttp's own errors."""


class WayOut:
    """How requests leave this machine. ValueError, which never repeats the address, for a proxy that is not spoken."""

    def __init__(self, proxy: str | None) -> None:
        scheme = "" if proxy is None else urlsplit(proxy).scheme
        if proxy is not None and scheme not in BY_HTTP + BY_SOCKS:
            raise ValueError("TELEGRAM_PROXY: write http://…, https://… or socks5://…; other proxies are not spoken")
        self._socks = proxy if scheme in BY_SOCKS else None
        self.http = proxy if scheme in BY_HTTP else None
        """The proxy to be named with each request; None when the connections themselves go through one, or none."""

    def connector(self, connections: int) -> aiohttp.TCPConnector:
        """Return what opens connections, at most so many; it belongs to the running event loop."""
        settings: dict[str, Any] = {"limit": connections, "ttl_dns_cache": 60}
        if self._socks is None:
            return aiohttp.TCPConnector(**settings)
        proxy = urlsplit(self._socks)
        return aiohttp_socks.ProxyConnector(
            host=proxy.hostname or "",
            port=proxy.port or SOCKS_PORT,
            username=unquote(proxy.username or ""),
            password=unquote(proxy.password or ""),
            rdns=True,
            **settings,
        )
