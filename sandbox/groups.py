"""A group chat with the bot in it."""

from sandbox.seen import Message, seen
from sandbox.telegram import people
from sandbox.telegram import state as telegram
from sandbox.telegram.hub import Hub


class Group:
    """A group chat the bot is in."""

    def __init__(self, hub: Hub, bot: telegram.BotAccount, chat: telegram.Chat) -> None:
        self._hub = hub
        self._bot = bot
        self.chat = chat

    @property
    def chat_id(self) -> int:
        """Telegram's id of the group."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """What the bot has written into it, oldest first, deleted ones included."""
        with self._hub.reading():
            return [seen(message) for message in self.chat.messages.values() if message.sender is self._bot.user]

    @property
    def bot_left(self) -> bool:
        """Whether the bot has left."""
        return self.chat.standing is telegram.Standing.LEFT

    def becomes_supergroup(self) -> "Group":
        """Turn into a supergroup under a new id."""
        with self._hub.changing() as world:
            successor = people.upgrades(world, self._bot, self.chat, self.chat.members[0])
        return Group(self._hub, self._bot, successor)
