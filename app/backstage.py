"""What stands behind the pages no person reads, put together from the rooms they may not enter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from alerts.screens.vitals import read_vitals
from app.channels import callbacks_at
from app.drills import Drills
from app.housekeeping import Keeper
from app.migration import SchemaError, needed
from app.parked import QUEUES
from bot.webhook import account_of, keep_pushed
from contacts.values import ChannelName
from store.chats import WHATSAPP
from store.clock import SystemClock
from web.backstage import Backstage
from web.hotline_words import Hotline
from web.twilio import Twilio
from web.webhook import Webhook

if TYPE_CHECKING:
    from app.settings import Settings
    from app.wiring import House
    from store.unit_of_work import Store, UnitOfWork


def backstage(house: House) -> Backstage:
    """Build it for one process."""
    return Backstage(
        look=partial(read_vitals, queues=QUEUES, canary=house.settings.sends_canary),
        is_current=_is_current,
        webhook=_webhook(house.store, house.settings),
        twilio=_twilio(house),
        keeping=Keeper(house.settings, house.store),
        drills=Drills(house.settings.home, SystemClock().now),
        is_secure=(house.settings.public_url or "").startswith("https://"),
        leave_to=house.settings.leave_to,
        hotlines=house.settings.fallback_hotlines,
        number=house.settings.number_for_families,
        address=house.settings.web_address,
        queues=QUEUES,
    )


def _is_current(unit: UnitOfWork) -> bool:
    try:
        return needed(unit.session.connection()) is None
    except SchemaError:
        return False


def _twilio(house: House) -> Twilio | None:
    """What believes Twilio, where it is set up and knows an address of ours."""
    token, address = house.settings.twilio_auth_token, callbacks_at(house.settings)
    if token is None or address is None:
        return None
    takes_whatsapp = WHATSAPP in house.settings.channels
    return Twilio(token.get_secret_value(), address, house.wording, hotline_of(house.settings), takes_whatsapp)


def hotline_of(settings: Settings) -> Hotline | None:
    """How callers are spoken to, where calls are set up."""
    if ChannelName.VOICE not in settings.channels:
        return None
    return Hotline(settings.call_languages, settings.voice_path)


def _webhook(store: Store, settings: Settings) -> Webhook | None:
    if settings.telegram_mode != "webhook" or settings.telegram_webhook_secret is None:
        return None
    token = settings.telegram_bot_token
    ours = account_of("" if token is None else token.get_secret_value())

    def keep(account: str | None, update: Any) -> None:
        keep_pushed(store, account or ours, update)

    return Webhook(settings.telegram_webhook_secret.get_secret_value(), keep)
