"""getUpdates: the one method that waits."""

import asyncio
from typing import Final

from sandbox.telegram.errors import conflict
from sandbox.telegram.hub import Hub
from sandbox.telegram.parameters import Json, Parameters
from sandbox.telegram.state import BotAccount
from sandbox.telegram.updates import Update, kinds_in

MOST_AT_ONCE: Final = 100
LONGEST_WAIT: Final = 50


class OutageError(Exception):
    """The sandbox's Telegram went away while a poll was waiting."""


async def get_updates(hub: Hub, bot: BotAccount, given: Parameters) -> Json:
    """What is not confirmed yet, at once or as soon as something comes, at the latest after `timeout` seconds."""
    limit = min(MOST_AT_ONCE, max(1, given.integer("limit", MOST_AT_ONCE)))
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + min(LONGEST_WAIT, max(0, given.integer("timeout", 0)))
    ticket = _begin(hub, bot, given)
    arrived = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(arrived.set)

    with hub.reading():
        bot.updates.watch(ticket, wake)
    try:
        while True:
            arrived.clear()
            batch = _collect(hub, bot, ticket, limit)
            if batch or loop.time() >= ends_at:
                return batch
            await _wait(arrived, ends_at - loop.time())
    finally:
        with hub.reading():
            bot.updates.unwatch(ticket)


async def _wait(arrived: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await arrived.wait()
    except TimeoutError:
        return


def _begin(hub: Hub, bot: BotAccount, given: Parameters) -> int:
    with hub.reading():
        _refuse_beside_webhook(bot)
        if given.has("allowed_updates"):
            bot.updates.allowed = frozenset(kinds_in(given.structure("allowed_updates")))
        collected = bot.updates.confirm(given.integer("offset", 0))
        ticket = bot.updates.begin_poll()
    if collected:
        show_collected(hub, bot, collected)
    return ticket


def _collect(hub: Hub, bot: BotAccount, ticket: int, limit: int) -> list[dict[str, Json]]:
    if hub.faults.is_out:
        raise OutageError
    with hub.reading() as world:
        _refuse_beside_webhook(bot)
        return bot.updates.collect(ticket, limit, world.now())


def _refuse_beside_webhook(bot: BotAccount) -> None:
    if bot.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )


def show_collected(hub: Hub, bot: BotAccount, collected: list[Update]) -> None:
    """Let the page show that the program has these."""
    with hub.changing():
        for chat_id in {update.chat_id for update in collected if update.chat_id is not None}:
            chat = bot.chats.get(chat_id)
            if chat is not None:
                chat.revision += 1
