"""What a bot may ask for. Each method is a function of (world, bot, parameters) and gives the result's JSON."""

from collections.abc import Callable
from typing import Final

from sandbox.telegram.methods import account, buttons, chats, messages
from sandbox.telegram.parameters import Json, Parameters
from sandbox.telegram.state import BotAccount, World

Method = Callable[[World, BotAccount, Parameters], Json]

METHODS: Final[dict[str, Method]] = {
    "getMe": account.get_me,
    "setMyCommands": account.set_commands,
    "getMyCommands": account.get_commands,
    "deleteMyCommands": account.delete_commands,
    "setMyDescription": account.set_description,
    "getMyDescription": account.get_description,
    "setMyShortDescription": account.set_short_description,
    "getMyShortDescription": account.get_short_description,
    "setMyName": account.set_name,
    "getMyName": account.get_name,
    "setWebhook": account.set_webhook,
    "deleteWebhook": account.delete_webhook,
    "getWebhookInfo": account.get_webhook_info,
    "sendMessage": messages.send_message,
    "sendDocument": messages.send_document,
    "sendVoice": messages.send_voice,
    "editMessageText": messages.edit_text,
    "editMessageReplyMarkup": messages.edit_markup,
    "deleteMessage": messages.delete_message,
    "deleteMessages": messages.delete_messages,
    "sendChatAction": chats.send_action,
    "getChat": chats.get_chat,
    "leaveChat": chats.leave_chat,
    "getFile": chats.get_file,
    "answerCallbackQuery": buttons.answer_callback_query,
}

# What counts against the limits on sending.
SENDING: Final = frozenset({"sendMessage", "sendDocument", "sendVoice"})

# getUpdates waits, so it lives with the routes; its name is known here for everybody.
POLLING: Final = "getUpdates"

_BY_LOWER_CASE: Final = {name.lower(): name for name in (*METHODS, POLLING)}


def proper_name(asked: str) -> str | None:
    """The method's name in its own spelling (Telegram ignores case), or None when there is no such method."""
    return _BY_LOWER_CASE.get(asked.lower())
