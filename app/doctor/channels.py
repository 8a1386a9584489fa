"""The channels beside Telegram: each is asked, really, whether it would take a message. Nothing is sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from alerts.channels.port import ChannelError, Misconfigured
from app.channels import callbacks_at
from app.doctor.findings import Finding, fault, ok, warn
from app.doctor.incoming import TEXTS as INCOMING
from app.doctor.incoming import check_incoming
from contacts.values import ChannelName
from store.chats import WHATSAPP

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from app.settings import Settings

    Ask = Coroutine[object, object, None]


def check_channels(settings: Settings) -> Iterator[Finding]:
    """Say which channels are off, and ask those that are on."""
    yield judge_choice(settings)
    if settings.twilio_account_sid is not None:
        yield _asked("twilio", _ask_twilio(settings), "Twilio knows the account and its token", "TWILIO_ACCOUNT_SID")
        yield from judge_twilio(settings)
        yield from judge_whatsapp(settings)
        yield from check_incoming(settings)
    if settings.smtp_url is not None:
        yield _asked("email", _ask_mail_server(settings), "the mail server lets us in", "SMTP_URL")
    if settings.other_channels:
        yield ok("other", "on; what Apprise reaches can be asked nothing: only a message shows whether it arrives")


def judge_choice(settings: Settings) -> Finding:
    """Whether one broken provider silences everything."""
    off = [str(channel) for channel in ChannelName if channel not in settings.channels]
    said = f"on: {_list(sorted(settings.channels))}; off: {_list(off)}"
    if len(settings.channels & set(ChannelName)) < 2:  # noqa: PLR2004  one is no channel on the day it is blocked
        return warn(
            "channels",
            f"{said}. Whatever silences this one silences every alert",
            "set up SMS, voice or e-mail as well",
        )
    return ok("channels", said)


def judge_twilio(settings: Settings) -> Iterator[Finding]:
    """What these settings let SMS and voice do, and what they do not."""
    sender = settings.twilio_sms_from
    if sender is None and settings.twilio_voice_from is None and settings.twilio_whatsapp_from is None:
        yield warn("twilio", "neither texts nor calls are on", "set TWILIO_SMS_FROM or TWILIO_VOICE_FROM")
    if sender is not None and not sender.startswith("+"):
        yield warn("sms", "texts come from a name: nobody can answer one", "set TWILIO_SMS_FROM to a number")
    if sender is not None and settings.public_url is None:
        said = "without PANAH_PUBLIC_URL no answer to a text comes in, and whether one arrived is not reported"
        yield warn("sms", said, f"set it, and let Twilio's console bring incoming texts to its {INCOMING}")
    if settings.twilio_voice_from is not None and ChannelName.VOICE not in settings.channels:
        yield fault("voice", "calls are off: they need PANAH_PUBLIC_URL, to which pressed keys come", "set it")


def judge_whatsapp(settings: Settings) -> Iterator[Finding]:
    """What these settings let WhatsApp do. Where it brings what comes in, its provider shows in its console alone."""
    if settings.twilio_whatsapp_from is None:
        return
    if WHATSAPP not in settings.channels:
        yield fault("whatsapp", "it is off: it needs PANAH_PUBLIC_URL, to which messages come", "set it")
        return
    yield ok("whatsapp", f"on; in Twilio's console the sender's webhook has to be {callbacks_at(settings)}{INCOMING}")
    if settings.twilio_whatsapp_template is None:
        said = "a day after somebody's last message nothing reaches them, not even that there is news"
        yield warn("whatsapp", said, "have a template approved, and set TWILIO_WHATSAPP_TEMPLATE to its ContentSid")


def _asked(name: str, ask: Ask, well: str, setting: str) -> Finding:
    """Ask a provider; what it says may hold an address, so only our own words for it are shown."""
    try:
        asyncio.run(ask)
    except Misconfigured as error:
        return fault(name, error.meaning or error.code, f"see {setting} and what belongs to it in .env.example")
    except ChannelError as error:
        return fault(name, error.meaning or error.code, "see the network; is the provider having an outage?")
    return ok(name, well)


async def _ask_twilio(settings: Settings) -> None:
    from alerts.channels.twilio.account import TwilioAccount  # heavy, and seldom needed

    token = settings.twilio_auth_token
    async with TwilioAccount(
        settings.twilio_account_sid or "", "" if token is None else token.get_secret_value(), settings.twilio_api_url
    ) as account:
        await account.check()


async def _ask_mail_server(settings: Settings) -> None:
    from alerts.channels.email.channel import EmailChannel

    url = settings.smtp_url
    await EmailChannel("" if url is None else url.get_secret_value(), settings.mail_from or "").check()


def _list(names: list[str]) -> str:
    return ", ".join(names) or "none"
