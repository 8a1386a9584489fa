"""Texts and calls that come in: whether Twilio brings them to us, and whether callers can be spoken to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from alerts.channels.port import ChannelError
from app.backstage import hotline_of
from app.channels import callbacks_at
from app.doctor.findings import Finding, fault, ok, warn
from web.hotline_words import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.settings import Settings

TEXTS: Final = "/webhooks/twilio/sms"


def check_incoming(settings: Settings) -> Iterator[Finding]:
    """Ask Twilio where it brings texts and calls to our numbers, and look at what callers are told."""
    yield from judge_prompts(settings)
    address = callbacks_at(settings)
    if address is None:
        return
    wanted = [
        ("incoming texts", settings.twilio_sms_from, "sms_url", f"{address}{TEXTS}"),
        ("incoming calls", settings.twilio_voice_from, "voice_url", f"{address}{ROOT}"),
    ]
    for name, number, field, url in wanted:
        if number is not None and number.startswith("+"):
            yield _looked_at(settings, name, number, field, url)


def judge_prompts(settings: Settings) -> Iterator[Finding]:
    """Say in which languages callers are spoken to, and which recordings are missing for the others."""
    hotline = hotline_of(settings)
    if hotline is None:
        return
    for language in hotline.languages:
        missing = hotline.missing(language)
        if missing:
            files = ", ".join(f"call.{name}.mp3" for name in missing)
            said = (
                f"callers are not spoken to in {language}: Twilio has no voice for it, and these are missing: {files}"
            )
            yield warn(
                f"calls {language}", said, f"have the texts of these names recorded, into voice/{language}/ of the home"
            )
    yield ok("calls", f"callers are spoken to in {', '.join(hotline.offered)}")


def judge_address(name: str, set_to: str | None, wanted: str) -> Finding:
    """Whether a number's webhook is ours. What stands there instead is not shown: it may hold somebody's secret.

    Behind a ``#`` stands how often Twilio tries, and nothing of where.
    """
    if set_to is None:
        return warn(
            name, "Twilio's account has no such number, so nobody can be asked", "see TWILIO_SMS_FROM and the other"
        )
    if set_to.partition("#")[0].rstrip("/") == wanted:
        return ok(name, "Twilio brings them to us")
    said = "Twilio brings them elsewhere" if set_to else "Twilio brings them nowhere"
    return fault(
        name, f"{said}: who reports so is not heard", f"in Twilio's console set the number's webhook to {wanted}"
    )


def _looked_at(settings: Settings, name: str, number: str, field: str, wanted: str) -> Finding:
    try:
        found = asyncio.run(_ask(settings, number))
    except ChannelError as error:
        return warn(name, error.meaning or error.code, "Twilio could not be asked where it brings them; try again")
    return judge_address(name, None if found is None else str(getattr(found, field) or ""), wanted)


async def _ask(settings: Settings, number: str) -> Any:
    from alerts.channels.twilio.account import TwilioAccount, readable  # heavy, and seldom needed

    token = settings.twilio_auth_token
    async with TwilioAccount(
        settings.twilio_account_sid or "", "" if token is None else token.get_secret_value(), settings.twilio_api_url
    ) as account:
        found = await readable(account.incoming_phone_numbers.list_async(phone_number=number, limit=1, page_size=1))
        return found[0] if found else None
