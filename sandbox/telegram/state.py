"""The world: bots, people, chats and messages. No I/O, no clock of its own, no threads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sandbox.telegram.parameters import Json
from sandbox.telegram.updates import UpdateQueue

FIRST_USER_ID = 7_000_001
FIRST_GROUP_ID = -5_000_001
FIRST_SUPERGROUP_ID = -1_005_000_000_001
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ChatKind(StrEnum):
    """What Telegram calls the type of a chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"


class Standing(StrEnum):
    """How a bot stands in a chat."""

    WELCOME = "member"
    UNKNOWN = "unknown"  # the person never opened the bot
    BLOCKED = "kicked"
    LEFT = "left"
    DEACTIVATED = "deactivated"  # the person's account is gone
    MIGRATED = "migrated"  # the group lives on under another id


@dataclass(slots=True)
class User:
    """A person or a bot, as others see it."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language_code: str | None = None

    def to_json(self) -> dict[str, Json]:
        """Telegram's User object."""
        body: dict[str, Json] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            body["username"] = self.username
        if self.language_code:
            body["language_code"] = self.language_code
        return body


@dataclass(slots=True)
class Message:
    """One message of a chat, in its latest state.

    `content` holds the fields that say what was sent (`text`, `voice`, `reply_to_message` …); `update_id` is set on
    messages of people and says when the bot has collected them.
    """

    id: int
    chat: "Chat"
    sender: User
    sent_at: datetime
    content: dict[str, Json]
    markup: dict[str, Json] | None = None
    silent: bool = False
    protected: bool = False
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    update_id: int | None = None

    @property
    def text(self) -> str:
        """The text or the caption; empty when there is none."""
        return str(self.content.get("text", self.content.get("caption", "")))

    def to_json(self) -> dict[str, Json]:
        """Telegram's Message object."""
        body: dict[str, Json] = {
            "message_id": self.id,
            "from": self.sender.to_json(),
            "chat": self.chat.to_json(),
            "date": int(self.sent_at.timestamp()),
            **self.content,
        }
        if self.edited_at is not None:
            body["edit_date"] = int(self.edited_at.timestamp())
        if self.protected:
            body["has_protected_content"] = True
        if self.markup is not None and "inline_keyboard" in self.markup:
            body["reply_markup"] = self.markup
        return body


@dataclass(slots=True)
class Chat:
    """One chat as one bot sees it. `revision` grows with every change anybody could see."""

    id: int
    kind: ChatKind
    title: str
    members: list[User]
    standing: Standing = Standing.WELCOME
    messages: dict[int, Message] = field(default_factory=dict)
    toasts: list["Toast"] = field(default_factory=list)
    migrated_to: int | None = None
    revision: int = 0

    def to_json(self) -> dict[str, Json]:
        """Telegram's Chat object."""
        named = "first_name" if self.kind is ChatKind.PRIVATE else "title"
        return {"id": self.id, "type": self.kind.value, named: self.title}

    def add(self, sender: User, content: dict[str, Json], at: datetime) -> Message:
        """Append a message under the chat's next id."""
        message = Message(len(self.messages) + 1, self, sender, at, content)
        self.messages[message.id] = message
        self.revision += 1
        return message

    def find(self, message_id: int) -> Message | None:
        """The message, unless it never was or has been deleted."""
        message = self.messages.get(message_id)
        return None if message is None or message.deleted_at is not None else message


@dataclass(frozen=True, slots=True)
class Toast:
    """What answerCallbackQuery shows for a moment (or until closed, when `alert`)."""

    user_id: int
    text: str
    alert: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class CallbackQuery:
    """A tap on a button that waits to be answered."""

    id: str
    user: User
    chat: Chat
    data: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that getFile can name and the file route can serve."""

    id: str
    path: str
    mime_type: str
    content: bytes


def is_on_this_machine(url: str) -> bool:
    """Whether this is an address the sandbox may call by itself."""
    return urlsplit(url).hostname in LOOPBACK


@dataclass(slots=True)
class Webhook:
    """What setWebhook was told."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_at: datetime | None = None


@dataclass(slots=True)
class BotAccount:
    """A bot: its token, its chats, its queue and what it says about itself."""

    token: str
    user: User
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    chats: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, CallbackQuery] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    webhook: Webhook | None = None
    profile: dict[str, Json] = field(default_factory=dict)
    next_query: int = 1


class World:
    """Everything there is. `now` must give aware datetimes: every date and every time limit is read from it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.bots: dict[str, BotAccount] = {}
        self.users: dict[int, User] = {}
        self._next_user = FIRST_USER_ID
        self._next_group = FIRST_GROUP_ID
        self._next_supergroup = FIRST_SUPERGROUP_ID

    def add_bot(self, token: str, name: str, username: str) -> BotAccount:
        """Register a bot; its id is the number before the token's colon. The same token gives the same bot."""
        if token not in self.bots:
            number = int(token.partition(":")[0])
            self.bots[token] = BotAccount(token, User(number, name, is_bot=True, username=username))
        return self.bots[token]

    def replace_token(self, account: BotAccount, token: str) -> None:
        """Give a bot another token; the old one is nobody's from now on. ValueError for a token of another bot."""
        if int(token.partition(":")[0]) != account.user.id or token in self.bots:
            raise ValueError("a bot's token begins with its number, and nobody else has it")
        del self.bots[account.token]
        account.token = token
        self.bots[token] = account

    def add_user(self, name: str, language: str | None, user_id: int | None = None) -> User:
        """Register a person; ValueError when the id is taken."""
        if user_id is None:
            while self._next_user in self.users:
                self._next_user += 1
            user_id = self._next_user
        if user_id in self.users:
            raise ValueError(f"user id {user_id} is taken")
        self.users[user_id] = User(user_id, name, language_code=language)
        return self.users[user_id]

    def open_private_chat(self, bot: BotAccount, user: User, standing: Standing) -> Chat:
        """The chat of a person with a bot; its id is the person's."""
        chat = Chat(user.id, ChatKind.PRIVATE, user.first_name, [user], standing)
        return bot.chats.setdefault(user.id, chat)

    def open_group(self, bot: BotAccount, title: str, members: list[User]) -> Chat:
        """A basic group that the bot is a member of."""
        chat = Chat(self._next_group, ChatKind.GROUP, title, members)
        self._next_group -= 1
        bot.chats[chat.id] = chat
        return chat

    def upgrade_group(self, bot: BotAccount, group: Chat) -> Chat:
        """Turn a group into a supergroup: a new id, a new chat; the old one only points to it."""
        successor = Chat(self._next_supergroup, ChatKind.SUPERGROUP, group.title, group.members)
        self._next_supergroup -= 1
        bot.chats[successor.id] = successor
        group.standing = Standing.MIGRATED
        group.migrated_to = successor.id
        return successor
