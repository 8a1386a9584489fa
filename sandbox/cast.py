"""Who plays: every phone with its owner's part in the story, in the order they were added."""

from dataclasses import dataclass, field

from sandbox.telegram.state import BotAccount, Chat, User


@dataclass(frozen=True)
class Handset:
    """A phone: its owner, the chat with the bot it shows, and how it looks on the page."""

    user: User
    chat: Chat
    bot: BotAccount
    role: str
    language: str
    rings: bool
    suggestions: tuple[str, ...] = ()


@dataclass
class Cast:
    """All phones by their owner's id."""

    handsets: dict[int, Handset] = field(default_factory=dict)

    def add(self, handset: Handset) -> None:
        """One more phone."""
        self.handsets[handset.user.id] = handset

    def find(self, user_id: int) -> Handset | None:
        """The phone of this person."""
        return self.handsets.get(user_id)
