"""The sandbox itself: Telegram, Twilio, a mail server, the phones and the page, started and stopped as one thing."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from sandbox import page
from sandbox.cast import Account, Cast, Handset
from sandbox.changes import Changes
from sandbox.groups import Group
from sandbox.mail.service import MailService
from sandbox.mail.state import PostOffice
from sandbox.page.guard import only_from_this_machine
from sandbox.phones import Phone
from sandbox.server import Server
from sandbox.telegram import people
from sandbox.telegram.faults import Faults
from sandbox.telegram.hub import Hub
from sandbox.telegram.journal import ApiCall
from sandbox.telegram.pushing import Pusher
from sandbox.telegram.routes import BotApi
from sandbox.telegram.state import BotAccount, Standing, User, is_on_this_machine
from sandbox.twilio.numbers import is_number
from sandbox.twilio.service import Twilio
from sandbox.twilio.state import Network
from sandbox.waiting import PATIENCE, wait_for_truth

DEFAULT_TOKEN: Final = "700000:SANDBOX-no-real-bot-has-this"  # noqa: S105 - it opens nothing
DEFAULT_ACCOUNT: Final = "AC" + "5a" * 16
DEFAULT_TWILIO_TOKEN: Final = "5a" * 16
DEFAULT_NUMBER: Final = "+77000000900"
LARGEST_BODY: Final = 50 * 1024 * 1024
RELATIVES: Final = re.compile(r"relative|reporter|friend|person at risk|^$", re.IGNORECASE)


class Bot:
    """One bot of the sandbox, seen from Telegram's side."""

    def __init__(self, hub: Hub, account: BotAccount) -> None:
        self._hub = hub
        self.account = account

    @property
    def token(self) -> str:
        """The token to configure the program with."""
        return self.account.token

    @property
    def id(self) -> int:
        """Telegram's id of the bot."""
        return self.account.user.id

    @property
    def pending(self) -> int:
        """How many updates the program has not confirmed yet."""
        with self._hub.reading():
            return len(self.account.updates)


class Sandbox:
    """A local Telegram, Twilio and mail server. Use it as a context manager, or call `start` and `stop`.

    now       the business clock (aware datetimes); real time when not given
    port      0 picks a free one
    token     the bot's; `bot(token)` adds others or, before any phone exists, replaces it
    zone      the time zone in which the page shows times
    limits    whether Telegram's limits on sending are enforced (by the business clock)
    controls  what the page's control bar may do; each is optional and its button is hidden without it.
              "advance": callable(seconds) moves the clock, "kill": callable() ends the program with SIGKILL,
              "status": callable() -> {"program": "running"|"starting"|"stopped", "detail": text,
              "links": [{"label": text, "url": text}]}, asked every second: it must answer at once.
              Hooks are called in threads of their own.

    twilio_account, twilio_token, twilio_number   what the program is configured with to use this Twilio
    public_url   the program's own name for itself, as in the addresses it gives to Twilio
    deliver_to   where it really listens, on this machine; can be set later. Nothing is ever posted elsewhere
    sms_webhook  where SMS from phones are posted; /webhooks/twilio/sms at the program when not given
    speech       characters a voice speaks in a second of the business clock; 0 speaks everything at once
    mail_login   user and password that the mail server asks for; none when not given
    mail_starttls  whether it takes mail only over TLS, with a certificate of its own (`mail.certificate`)
    meanwhile    called again and again while a story looks at a phone in vain: it may move the clock
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        port: int = 0,
        token: str = DEFAULT_TOKEN,
        zone: str = "UTC",
        limits: bool = False,
        controls: Mapping[str, Callable[..., Any]] | None = None,
        twilio_account: str = DEFAULT_ACCOUNT,
        twilio_token: str = DEFAULT_TWILIO_TOKEN,
        twilio_number: str = DEFAULT_NUMBER,
        public_url: str | None = None,
        deliver_to: str | None = None,
        sms_webhook: str | None = None,
        speech: float = 0.0,
        mail_login: tuple[str, str] | None = None,
        mail_starttls: bool = False,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        self._changes = Changes(meanwhile)
        self._hub = Hub(self._changes, now, enforce_limits=limits)
        self._cast = Cast()
        self._token = token
        self._zone = zone
        self._controls = dict(controls or {})
        self._server = Server(self._application, port)
        network = Network(now, twilio_account, twilio_token, twilio_number)
        self.twilio = Twilio(self._changes, network, webhook=sms_webhook, pace=speech)
        self.mail = MailService(self._changes, PostOffice(now), login=mail_login, starttls=mail_starttls)
        self.public_url = public_url
        self.deliver_to = deliver_to

    def start(self) -> Self:
        """Serve; returns when the first request can come."""
        self._server.start()
        return self

    def stop(self) -> None:
        """End the server; stopping again does nothing."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the Bot API is: what the program is given in place of Telegram's own address."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def page_url(self) -> str:
        """Where the phones can be looked at."""
        return f"http://localhost:{self._server.port}/"

    @property
    def twilio_url(self) -> str:
        """Where Twilio's REST API is: what stands in place of https://api.twilio.com."""
        return self.url

    @property
    def smtp_url(self) -> str:
        """Where mail is taken, with the login in it when there is one. The first look makes the server listen."""
        return self._server.run(self.mail.url())

    @property
    def public_url(self) -> str | None:
        """The program's own name for itself."""
        return self.twilio.addresses.public_url

    @public_url.setter
    def public_url(self, url: str | None) -> None:
        self.twilio.addresses.public_url = url

    @property
    def deliver_to(self) -> str | None:
        """Where the program listens; ValueError for an address that is not on this machine."""
        return self.twilio.addresses.deliver_to

    @deliver_to.setter
    def deliver_to(self, url: str | None) -> None:
        if url is not None and not is_on_this_machine(url):
            raise ValueError("the sandbox talks to this machine only")
        self.twilio.addresses.deliver_to = url

    # Who is there

    def bot(self, token: str | None = None, *, name: str = "Panah", username: str = "panah_sandbox_bot") -> Bot:
        """The bot with this token, made when there is none. The first one is the phones' bot.

        RuntimeError when phones were given the default bot already and another is named only now.
        """
        with self._hub.changing() as world:
            if token is None:
                token = next(iter(world.bots), self._token)
            elif self._cast.handsets and list(world.bots) == [self._token] and token != self._token:
                raise RuntimeError("name the bot before the first phone, or give its token to Sandbox(token=...)")
            return Bot(self._hub, world.add_bot(token, name, username))

    def revokes_token(self, bot: Bot | None = None) -> str:
        """Do what @BotFather's /revoke does: the bot gets another token, which is returned; the old one is refused."""
        found = bot or self.bot()
        with self._hub.changing() as world:
            world.replace_token(found.account, f"{found.account.user.id}:{secrets.token_urlsafe(16)}")
        return found.token

    def phone(
        self,
        name: str,
        *,
        role: str = "",
        language: str = "en",
        user_id: int | None = None,
        rings: bool | None = None,
        started: bool = True,
        suggestions: tuple[str, ...] = (),
        bot: Bot | None = None,
        telegram: bool = True,
        number: str | None = None,
        email: str | None = None,
        whatsapp: bool = False,
        hides_number: bool = False,
    ) -> Phone:
        """A person with a phone, who has opened the bot already unless `started` is False (then 400 chat not found).

        `role` is the title on the page; `rings` says whether a page with buttons makes the phone ring there (staff:
        yes, relatives: no, unless said otherwise). `language` is both Telegram's language_code and the page's label.
        `suggestions` are first words the page offers to type while the chat is empty. With a `number` (international
        form) it takes SMS and calls, with an `email` mail; without `telegram` it has nothing else. `whatsapp`: on this
        number there is WhatsApp, which shows it to nobody if `hides_number`.
        """
        if number is not None and not is_number(number):
            raise ValueError("a number looks like +77000000001")
        if whatsapp and number is None:
            raise ValueError("WhatsApp belongs to a number")
        staff = not RELATIVES.search(role)
        with self._hub.changing() as world:
            user = world.add_user(name, language, user_id)
            handset = Handset(
                id=user.id,
                name=name,
                role=role,
                language=language,
                rings=staff if rings is None else rings,
                suggestions=suggestions,
                telegram=self._account(user, bot, started=started) if telegram else None,
                line=None if number is None else self.twilio.network.line(number),
                mailbox=None if email is None else self.mail.office.box(email),
            )
            if handset.line is not None and whatsapp:
                handset.line.whatsapp = True
                handset.line.hidden = f"KZ.{handset.line.number[1:]}" if hides_number else ""
            self._cast.add(handset)
        return Phone(self._hub, self.twilio.network, handset)

    def _account(self, user: User, bot: Bot | None, *, started: bool) -> Account:
        account = (bot or self.bot()).account
        standing = Standing.WELCOME if started else Standing.UNKNOWN
        return Account(user, self._hub.world.open_private_chat(account, user, standing), account)

    def add_phone(
        self,
        *,
        role: str,
        name: str,
        language: str = "en",
        user_id: int | None = None,
        suggestions: tuple[str, ...] = (),
        telegram: bool = True,
        number: str | None = None,
        email: str | None = None,
    ) -> Phone:
        """The same as `phone`, in the words of whoever seeds a demonstration."""
        return self.phone(
            name,
            role=role,
            language=language,
            user_id=user_id,
            suggestions=suggestions,
            telegram=telegram,
            number=number,
            email=email,
        )

    def group(self, title: str, members: list[Phone], *, bot: Bot | None = None) -> Group:
        """A group of these people, who have just brought the bot in."""
        account = (bot or self.bot()).account
        with self._hub.changing() as world:
            people_in_it = [world.users[member.user_id] for member in members]
            chat = world.open_group(account, title, people_in_it)
            people.adds_bot(world, account, chat, people_in_it[0])
        return Group(self._hub, account, chat)

    # What happens

    @property
    def faults(self) -> Faults:
        """The switches for bad days."""
        return self._hub.faults

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Telegram cannot be reached inside the block; polls that wait break at once."""
        switch = self.faults.outage()
        self._hub.announce()
        try:
            yield
        finally:
            switch.off()

    def calls(self, method: str | None = None) -> list[ApiCall]:
        """Every API call received so far, or those of one method, oldest first."""
        return self._hub.journal.of(method)

    def push_raw_update(self, body: dict[str, Any], *, bot: Bot | None = None) -> int:
        """Hand the program any object as an update, malformed ones too; gives its update id."""
        account = (bot or self.bot()).account
        with self._hub.changing() as world:
            return account.updates.push_raw(body, at=world.now())

    def redeliver(self, update_id: int, *, bot: Bot | None = None) -> None:
        """Hand out an update once more although it was confirmed. LookupError when it never was."""
        account = (bot or self.bot()).account
        with self._hub.changing():
            account.updates.redeliver(update_id)

    def wait_until(self, what: Callable[[], object], timeout: float = PATIENCE) -> None:
        """Wait until `what()` is true, looking every few milliseconds; StoryError when it never is."""
        wait_for_truth(self._changes, what, timeout)

    def wait_until_collected(self, timeout: float = PATIENCE) -> None:
        """Wait until the program has confirmed every update."""
        account = self.bot()
        self.wait_until(lambda: account.pending == 0, timeout)

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[only_from_this_machine])
        BotApi(self._hub).add_to(app)
        Pusher(self._hub).add_to(app)
        self.twilio.add_to(app)
        self.mail.add_to(app)
        page.add_to(app, self._hub, self._cast, self.twilio, self.mail, zone=self._zone, controls=self._controls)
        return app
