"""Only this machine, and only the page itself: no other site in the same browser may use the sandbox.

The server listens on loopback; what remains is a foreign page that reaches it through the visitor's browser, by a
name that resolves to 127.0.0.1 (refused by the Host header) or by a request across origins (refused by Origin).
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def only_from_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """403 for a Host that is not this machine; 403 or 415 for an act that the page itself did not send."""
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
        raise web.HTTPForbidden(text="This address is only for this machine.")
    if request.path.startswith("/sandbox/") and request.method != "GET":
        _check_act(request)
    return await handler(request)


async def harden(_request: web.Request, response: web.StreamResponse) -> None:
    """Every answer forbids foreign content, framing, sniffing and caching."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _check_act(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden(text="Only the page itself may do this.")
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="JSON, please.")
