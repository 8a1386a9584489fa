"""Chats and the files people sent into them."""

from sandbox.telegram import media
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.finding import known_chat, open_chat
from sandbox.telegram.parameters import Json, Parameters
from sandbox.telegram.state import BotAccount, ChatKind, Standing, World


def get_chat(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """Everything about a chat that does not need an account of flesh and blood."""
    chat = known_chat(bot, given)
    return {
        **chat.to_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def leave_chat(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """Leave a group; a private chat cannot be left."""
    chat = open_chat(bot, given)
    if chat.kind is ChatKind.PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    chat.standing = Standing.LEFT
    chat.revision += 1
    return True


def send_action(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """The sign that the bot is typing; accepted and not shown."""
    open_chat(bot, given)
    return True


def get_file(_world: World, bot: BotAccount, given: Parameters) -> Json:
    """Where a file can be fetched."""
    stored = bot.files.get(given.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return {**media.described(stored), "file_path": stored.path}
