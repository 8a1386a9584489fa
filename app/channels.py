"""Channels: from settings to what sends. Each channel that is set up has a sender of its own."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alerts.channels.telegram.channel import TelegramChannel
from alerts.channels.telegram.request import AiohttpRequest
from alerts.messages.channel_states import note_channels
from alerts.sending.limits import Limits, limits_of
from alerts.sending.sender import Sender
from app.setting_values import revealed
from contacts.values import ChannelName
from store.chats import WHATSAPP

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncIterator, Callable

    from alerts.channels.port import Channel
    from alerts.channels.twilio.account import TwilioAccount
    from app.settings import Settings
    from app.wiring import House

MAILS_PER_SECOND = 5.0
OTHERS_PER_SECOND = 2.0
WHATSAPPS_PER_SECOND = 20.0
"""A quarter of what WhatsApp lets a new sender send."""
AT_ONCE = 10
"""Calls of one channel under way at a time; Telegram has its own number."""
Opened = AbstractAsyncContextManager["Channel"]


@dataclass(frozen=True)
class Door:
    """How a channel is opened, and how fast it may be used."""

    opens: Callable[[Settings], Opened]
    limits: Callable[[House], Limits]


def configured(house: House) -> list[str]:
    """Return the channels that are set up, in a fixed order."""
    return [channel for channel in DOORS if channel in house.settings.channels]


async def send_by(house: House, channel: str, stop: threading.Event) -> None:
    """Send what the outbox holds for a channel, until ``stop``."""
    door = DOORS[channel]
    at_once = {} if channel == ChannelName.TELEGRAM else {"at_once": AT_ONCE}
    async with door.opens(house.settings) as opened:
        await Sender(house.store, opened, house.wording, name=channel, limits=door.limits(house), **at_once).run(stop)


def _paced(settings: Settings, channel: str, per_second: float) -> Limits:
    """As fast as the provider takes it over all, and no more for one reader than they can bear."""
    return replace(limits_of(channel, per_second), pace=settings.paces[channel])


def say_what_is_set_up(house: House) -> None:
    """Write down which channels there are, for whoever plans on whichever node."""
    with house.store.unit("system") as unit:
        note_channels(unit, house.settings.channels, house.settings.sms_answers_in)


@asynccontextmanager
async def _telegram(settings: Settings) -> AsyncIterator[Channel]:
    async with AiohttpRequest(proxy=settings.telegram_proxy) as request:
        yield TelegramChannel(revealed(settings.telegram_bot_token), settings.telegram_api_url, request)


def twilio_account(settings: Settings) -> TwilioAccount:
    """Make the account that these settings name; nothing is asked of anybody before it is entered."""
    from alerts.channels.twilio.account import TwilioAccount  # heavy, and most programs run without it

    token = revealed(settings.twilio_auth_token)
    return TwilioAccount(settings.twilio_account_sid or "", token, settings.twilio_api_url)


@asynccontextmanager
async def _sms(settings: Settings) -> AsyncIterator[Channel]:
    from alerts.channels.twilio.sms import SmsChannel

    async with twilio_account(settings) as account:
        yield SmsChannel(account, settings.twilio_sms_from or "", callbacks_at(settings))


@asynccontextmanager
async def _voice(settings: Settings) -> AsyncIterator[Channel]:
    from alerts.channels.twilio.voice import VoiceChannel

    async with twilio_account(settings) as account:
        yield VoiceChannel(account, settings.twilio_voice_from or "", callbacks_at(settings))


@asynccontextmanager
async def _whatsapp(settings: Settings) -> AsyncIterator[Channel]:
    from alerts.channels.twilio.whatsapp import WhatsAppChannel

    async with twilio_account(settings) as account:
        sender, template = settings.twilio_whatsapp_from or "", settings.twilio_whatsapp_template
        yield WhatsAppChannel(account, sender, template, callbacks_at(settings))


def _within_days(settings: Settings) -> Limits:
    """Who writes by WhatsApp is answered, within their day; nobody is asked for anything there, so nothing is paced."""
    knocks = settings.twilio_whatsapp_template is not None
    return replace(limits_of(WHATSAPP, WHATSAPPS_PER_SECOND), has_days=True, knocks=knocks)


@asynccontextmanager
async def _email(settings: Settings) -> AsyncIterator[Channel]:
    from alerts.channels.email.channel import EmailChannel

    yield EmailChannel(revealed(settings.smtp_url), settings.mail_from or "")


@asynccontextmanager
async def _other(settings: Settings) -> AsyncIterator[Channel]:
    from alerts.channels.other.channel import AppriseChannel

    yield AppriseChannel(allow_loopback=settings.sandbox)


def callbacks_at(settings: Settings) -> str | None:
    """Where a provider reports to: our public address, or in the sandbox, where nobody is far, our own."""
    return settings.public_url or (settings.web_address if settings.sandbox else None)


DOORS: dict[str, Door] = {
    ChannelName.TELEGRAM: Door(_telegram, lambda house: house.limits),
    ChannelName.SMS: Door(_sms, lambda house: _paced(house.settings, ChannelName.SMS, house.settings.sms_per_second)),
    ChannelName.VOICE: Door(
        _voice, lambda house: _paced(house.settings, ChannelName.VOICE, house.settings.calls_per_second)
    ),
    ChannelName.EMAIL: Door(_email, lambda house: _paced(house.settings, ChannelName.EMAIL, MAILS_PER_SECOND)),
    WHATSAPP: Door(_whatsapp, lambda house: _within_days(house.settings)),
    ChannelName.OTHER: Door(_other, lambda house: _paced(house.settings, ChannelName.OTHER, OTHERS_PER_SECOND)),
}
"""A new channel is a folder in ``alerts/channels/`` and a line here."""
