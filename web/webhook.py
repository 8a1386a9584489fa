"""``/webhooks/telegram``: what Telegram brings is kept before it is answered, and handled later."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, Response, request

from store.queues import where_it_failed

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger(__name__)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
LARGEST_UPDATE = 1024 * 1024
"""Bytes; Telegram's are a few thousand."""
ENDPOINT = "telegram.receive"


@dataclass(frozen=True)
class Webhook:
    """``secret`` is what Telegram repeats with each call.

    ``keep`` is given the account the address names (or None) and the update as decoded; when it returns, the update
    is committed. It raises ValueError for what is no update, anything else when it could not be kept.
    """

    secret: str = field(repr=False)
    keep: Callable[[str | None, Any], None]


def telegram_webhook(webhook: Webhook) -> Blueprint:
    """Build the route. Telegram brings again whatever is not answered with 200."""
    pages = Blueprint("telegram", __name__)

    @pages.post("/webhooks/telegram")
    def receive() -> Response:
        """Keep one update: 200 it is committed, 403 not Telegram, 400 no update, 503 bring it again."""
        if not _knows(webhook.secret, request.headers.get(SECRET_HEADER, "")):
            return _short(HTTPStatus.FORBIDDEN)
        try:
            webhook.keep(request.args.get("account"), json.loads(request.get_data()))
        except (ValueError, RecursionError):
            log.warning("webhook_malformed")
            return _short(HTTPStatus.BAD_REQUEST)
        except Exception:  # whatever it is: it is not kept, so it must come again
            log.exception("webhook_not_kept", trouble=where_it_failed())
            return _short(HTTPStatus.SERVICE_UNAVAILABLE)
        return _short(HTTPStatus.OK)

    return pages


def _knows(secret: str, said: str) -> bool:
    return hmac.compare_digest(secret.encode(), said.encode("utf-8", "surrogateescape"))


def _short(status: HTTPStatus) -> Response:
    return Response(f"{status.value}\n", status, mimetype="text/plain")
