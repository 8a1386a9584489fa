"""From the parameters of a call to the chat or message it speaks of, refused as Telegram refuses."""

from sandbox.telegram.errors import RefusedError, bad_request, forbidden
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.state import BotAccount, Chat, ChatKind, Message, Standing


def known_chat(bot: BotAccount, given: Parameters) -> Chat:
    """The chat named by `chat_id`; 400 when the bot has never met it."""
    named = given.text("chat_id")
    if not named:
        raise bad_request("chat_id is empty")
    try:
        chat = bot.chats.get(int(named))
    except ValueError:
        chat = None
    if chat is None or chat.standing is Standing.UNKNOWN:
        raise bad_request("chat not found")
    return chat


def open_chat(bot: BotAccount, given: Parameters) -> Chat:
    """The same, and the bot may write there; 403 when it may not, 400 with the new id when the group moved."""
    chat = known_chat(bot, given)
    refusal = _refusal(chat)
    if refusal is not None:
        raise refusal
    return chat


def _refusal(chat: Chat) -> RefusedError | None:
    private = chat.kind is ChatKind.PRIVATE
    match chat.standing:
        case Standing.WELCOME:
            return None
        case Standing.BLOCKED:
            return forbidden("bot was blocked by the user" if private else "bot was kicked from the group chat")
        case Standing.DEACTIVATED:
            return forbidden("user is deactivated")
        case Standing.MIGRATED:
            return migrated(chat.migrated_to or 0)
        case _:
            return forbidden("bot is not a member of the group chat")


def migrated(chat_id: int) -> RefusedError:
    """400: the group lives on as a supergroup under this id."""
    return RefusedError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat_id)


def own_message(bot: BotAccount, given: Parameters, *, what: str) -> Message:
    """The bot's own message named by the call. `what` ends the refusal: "message to `what` not found"."""
    message = open_chat(bot, given).find(given.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {what} not found")
    if message.sender is not bot.user:
        raise bad_request(f"message can't be {what}ed")
    return message
