"""Answering taps."""

from datetime import timedelta
from typing import Final

from sandbox.telegram.errors import bad_request
from sandbox.telegram.parameters import Json, Parameters
from sandbox.telegram.state import BotAccount, Toast, World

# Telegram does not document for how long a tap can be answered; a quarter of an hour is on the generous side.
ANSWERABLE_FOR: Final = timedelta(minutes=15)
LONGEST_ANSWER: Final = 200


def answer_callback_query(world: World, bot: BotAccount, given: Parameters) -> Json:
    """Stop the button's waiting sign and perhaps show a few words. A tap can be answered once."""
    text = given.text("text")
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query = bot.queries.pop(given.text("callback_query_id"), None)
    if query is None or world.now() - query.at > ANSWERABLE_FOR:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    query.chat.revision += 1
    if text:
        query.chat.toasts.append(Toast(query.user.id, text, given.flag("show_alert"), world.now()))
    return True
