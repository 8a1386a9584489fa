"""What a person with a phone can do: each act changes the world and tells the bot by an update."""

from sandbox.telegram import formatting
from sandbox.telegram.parameters import Json
from sandbox.telegram.state import BotAccount, CallbackQuery, Chat, ChatKind, Message, Standing, User, World


def writes(world: World, bot: BotAccount, chat: Chat, user: User, text: str) -> Message:
    """Send words; commands in them are marked, as Telegram does."""
    content: dict[str, Json] = {"text": text}
    commands = formatting.commands_in(text)
    if commands:
        content["entities"] = commands
    return sends(world, bot, chat, user, content)


def sends(world: World, bot: BotAccount, chat: Chat, user: User, content: dict[str, Json]) -> Message:
    """Send anything: `content` holds the fields of the message that say what it is."""
    if chat.standing in {Standing.UNKNOWN, Standing.BLOCKED}:
        _return_to(world, bot, chat, user)
    message = chat.add(user, content, world.now())
    message.update_id = bot.updates.push("message", message.to_json(), at=world.now(), chat_id=chat.id)
    return message


def edits(world: World, bot: BotAccount, message: Message, text: str) -> None:
    """Change one's own words after sending them."""
    message.content = {**message.content, "text": text}
    message.edited_at = world.now()
    message.chat.revision += 1
    message.update_id = bot.updates.push("edited_message", message.to_json(), at=world.now(), chat_id=message.chat.id)


def taps(world: World, bot: BotAccount, user: User, message: Message, data: str) -> CallbackQuery:
    """Press a button. The phone may still show one that the bot has taken away since: `data` is what it shows."""
    query = CallbackQuery(str(bot.user.id * 10_000_000 + bot.next_query), user, message.chat, data, world.now())
    bot.next_query += 1
    bot.queries[query.id] = query
    body = {
        "id": query.id,
        "from": user.to_json(),
        "message": message.to_json(),
        "chat_instance": str(message.chat.id),
        "data": data,
    }
    bot.updates.push("callback_query", body, at=world.now(), chat_id=message.chat.id)
    return query


def blocks(world: World, bot: BotAccount, chat: Chat, user: User) -> None:
    """Block the bot: every message to this chat is refused from now on."""
    _stand(world, bot, chat, user, Standing.BLOCKED)


def unblocks(world: World, bot: BotAccount, chat: Chat, user: User) -> None:
    """Let the bot write again."""
    _stand(world, bot, chat, user, Standing.WELCOME)


def deletes_account(chat: Chat) -> None:
    """Leave Telegram for good. The bot is not told."""
    chat.standing = Standing.DEACTIVATED
    chat.revision += 1


def adds_bot(world: World, bot: BotAccount, group: Chat, by: User) -> None:
    """Bring the bot into a group."""
    _tell_standing(world, bot, group, by=by, before=Standing.LEFT, after=Standing.WELCOME)
    sends(world, bot, group, by, {"new_chat_members": [bot.user.to_json()]})


def upgrades(world: World, bot: BotAccount, group: Chat, by: User) -> Chat:
    """Turn a group into a supergroup; both service messages are sent, as Telegram does."""
    successor = world.upgrade_group(bot, group)
    sends(world, bot, group, by, {"migrate_to_chat_id": successor.id})
    sends(world, bot, successor, by, {"migrate_from_chat_id": group.id})
    return successor


def _return_to(world: World, bot: BotAccount, chat: Chat, user: User) -> None:
    if chat.standing is Standing.BLOCKED:
        unblocks(world, bot, chat, user)
    chat.standing = Standing.WELCOME


def _stand(world: World, bot: BotAccount, chat: Chat, user: User, standing: Standing) -> None:
    before, chat.standing = chat.standing, standing
    chat.revision += 1
    if before is not standing:
        _tell_standing(world, bot, chat, by=user, before=before, after=standing)


def _tell_standing(world: World, bot: BotAccount, chat: Chat, *, by: User, before: Standing, after: Standing) -> None:
    body = {
        "chat": chat.to_json(),
        "from": by.to_json(),
        "date": int(world.now().timestamp()),
        "old_chat_member": _membership(bot, chat, before),
        "new_chat_member": _membership(bot, chat, after),
    }
    bot.updates.push("my_chat_member", body, at=world.now(), chat_id=chat.id)


def _membership(bot: BotAccount, chat: Chat, standing: Standing) -> dict[str, Json]:
    status = {Standing.BLOCKED: "kicked", Standing.LEFT: "left"}.get(standing, "member")
    body: dict[str, Json] = {"user": bot.user.to_json(), "status": status}
    if status == "kicked" and chat.kind is ChatKind.PRIVATE:
        body["until_date"] = 0
    return body
