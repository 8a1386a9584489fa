"""What lies outside: Telegram, and our own address as the world sees it. Real calls, ten seconds each at most."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from alerts.channels.port import ChannelError, Misconfigured
from alerts.channels.telegram.request import AiohttpRequest
from alerts.channels.twilio.account import STATUS_PATH, VOICE_PATH
from app.doctor.findings import Finding, fault, ok, warn
from app.doctor.incoming import TEXTS
from bot.webhook import PATH, webhook_url
from contacts.values import ChannelName
from web.hotline_words import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.channels.telegram.raw import RawBotApi
    from app.settings import Settings

SECONDS = 10.0
PASSED = "/static/mark.svg"
"""A page that says nothing and that every reverse proxy in front of us has to pass on."""
MANY = 100
"""Updates that wait at Telegram; more than this means that nobody takes them."""


def check_telegram(settings: Settings) -> Iterator[Finding]:
    """Ask Telegram who we are and how it hands us messages."""
    if settings.telegram_bot_token is None:
        yield fault("telegram", "TELEGRAM_BOT_TOKEN is not set: nobody can report and nobody is alerted", "set it")
        return
    token = settings.telegram_bot_token.get_secret_value()
    try:
        me, webhook = asyncio.run(_ask(settings, token))
    except Misconfigured as error:
        yield fault("telegram", error.meaning, "take the token from @BotFather again; if it may have leaked, revoke it")
    except ChannelError as error:
        yield fault("telegram", error.meaning, "see TELEGRAM_API_URL, TELEGRAM_PROXY and the network")
    else:
        yield judge_name(settings, f"@{me.get('username', '?')}")
        yield judge_webhook(settings, token, webhook)


def judge_name(settings: Settings, name: str) -> Finding:
    """Judge whether the bot is called what people are told it is."""
    if settings.bot_handle is None:
        return ok("telegram", f"{name}: is this the address you have published? PANAH_BOT_HANDLE has /help say it")
    if settings.bot_handle.lower() != name.lower():
        return fault(
            "telegram",
            f"the bot is {name}, and people are told that it is {settings.bot_handle}",
            "correct PANAH_BOT_HANDLE, or the token",
        )
    return ok("telegram", f"{name}, as people are told")


async def _ask(settings: Settings, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    async with AiohttpRequest(proxy=settings.telegram_proxy) as request:
        api: RawBotApi = request.api(token, settings.telegram_api_url)
        me = await api.post("getMe", {}, SECONDS)
        webhook = await api.post("getWebhookInfo", {}, SECONDS)
    return me if isinstance(me, dict) else {}, webhook if isinstance(webhook, dict) else {}


def judge_webhook(settings: Settings, token: str, told: dict[str, Any]) -> Finding:
    """Judge by what Telegram says of the webhook whether messages come in the way the settings want."""
    url, waiting = told.get("url") or "", told.get("pending_update_count")
    if settings.telegram_mode == "polling" and url:
        return warn(
            "incoming",
            "the bot has a webhook although TELEGRAM_MODE is polling",
            "`panah up` removes it; if it comes back, another program has the token: revoke it",
        )
    if settings.telegram_mode == "webhook" and url != webhook_url(settings.public_url or "", token):
        return fault(
            "incoming",
            "Telegram does not send messages to this Panah's webhook",
            "start `panah up` with the role bot; if this stays, another program has the token: revoke it",
        )
    if isinstance(waiting, int) and waiting > MANY:
        return fault(
            "incoming",
            f"{waiting} messages wait at Telegram and are forgotten after a day",
            "is `panah up` running? in webhook mode: does PANAH_PUBLIC_URL reach it?",
        )
    return ok("incoming", f"messages come by {settings.telegram_mode}")


def check_public_address(settings: Settings) -> Iterator[Finding]:
    """Go to our own pages the way the world does."""
    if settings.public_url is None:
        return
    try:
        found = asyncio.run(_visit(settings.public_url, _doors(settings)))
    except (aiohttp.ClientError, OSError) as error:
        yield warn(
            "public_pages",
            f"PANAH_PUBLIC_URL does not answer from here ({type(error).__name__})",
            "is `panah up` running with the role web? see the reverse proxy, its certificate and the name's address",
        )
    else:
        yield judge_pages(settings.public_url, found)


def _doors(settings: Settings) -> list[str]:
    """Where others bring us something; each refuses whoever cannot show that they may."""
    telegram = [PATH] if settings.telegram_mode == "webhook" else []
    if settings.twilio_account_sid is None:
        return telegram
    calls = [ROOT] if ChannelName.VOICE in settings.channels else []
    return [*telegram, STATUS_PATH, VOICE_PATH, TEXTS, *calls]


@dataclass(frozen=True)
class Visit:
    """The status of our pages as seen from outside: one every proxy passes, the metrics, and each of our doors.

    Doors are asked without secret or signature, and must refuse.
    """

    page: int
    metrics: int
    doors: Mapping[str, int] = field(default_factory=dict)


async def _visit(url: str, doors: list[str]) -> Visit:
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        return Visit(
            page=await _status(session, "GET", f"{url}{PASSED}"),
            metrics=await _status(session, "GET", f"{url}/metrics"),
            doors={path: await _status(session, "POST", f"{url}{path}") for path in doors},
        )


async def _status(session: aiohttp.ClientSession, method: str, url: str) -> int:
    async with session.request(method, url, allow_redirects=False) as answer:
        return answer.status


def judge_pages(url: str, found: Visit) -> Finding:
    """Judge by what a visitor from outside was answered."""
    local = urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}
    if found.page != HTTPStatus.OK:
        said = f"our pages are not there, or are not passed on (status {found.page})"
        return warn("public_pages", said, "see the reverse proxy: it has to pass /open/* and /static/*")
    for path, status in found.doors.items():
        if status != HTTPStatus.FORBIDDEN:
            who = "Telegram cannot bring messages" if path == PATH else "Twilio cannot tell us anything"
            said = f"{who}: {path} is not passed on, or not refused to strangers (status {status})"
            return fault("public_pages", said, f"let the reverse proxy pass {path}; is `panah up` of this release?")
    if found.metrics == HTTPStatus.OK and not local:
        return fault(
            "public_pages",
            "the reverse proxy shows /metrics to the world",
            "let it keep the Host header and refuse /metrics",
        )
    return ok("public_pages", "our pages answer, the metrics stay inside")
