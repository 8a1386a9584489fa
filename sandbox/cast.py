"""Who plays: every phone with its owner's part in the story, in the order they were added."""

from dataclasses import dataclass, field

from sandbox.mail.state import Mailbox
from sandbox.telegram.state import BotAccount, Chat, User
from sandbox.twilio.state import Line


@dataclass(frozen=True)
class Account:
    """Somebody's Telegram, open at the chat with the bot."""

    user: User
    chat: Chat
    bot: BotAccount


@dataclass(frozen=True)
class Handset:
    """A phone: its owner, what it has (Telegram, a number, a mailbox), and how it looks on the page.

    `id` is the page's; where there is Telegram, it is Telegram's id of the person.
    """

    id: int
    name: str
    role: str
    language: str
    rings: bool
    suggestions: tuple[str, ...] = ()
    telegram: Account | None = None
    line: Line | None = None
    mailbox: Mailbox | None = None

    @property
    def revision(self) -> int:
        """Grows with every change anybody could see on it."""
        return (
            (self.telegram.chat.revision if self.telegram else 0)
            + (self.line.revision if self.line else 0)
            + (self.mailbox.revision if self.mailbox else 0)
        )


@dataclass
class Cast:
    """All phones by their id."""

    handsets: dict[int, Handset] = field(default_factory=dict)

    def add(self, handset: Handset) -> None:
        """One more phone."""
        self.handsets[handset.id] = handset

    def find(self, handset_id: int) -> Handset | None:
        """The phone with this id."""
        return self.handsets.get(handset_id)
