"""Twilio from a test's side: its account, its faults, and what went through it."""

from aiohttp import web

from sandbox.calls import Call
from sandbox.changes import Changes
from sandbox.texts import Text, shown
from sandbox.twilio import people
from sandbox.twilio.addresses import Addresses
from sandbox.twilio.exchange import Exchange
from sandbox.twilio.faults import Faults
from sandbox.twilio.requests import Request, Requests
from sandbox.twilio.routes import Api
from sandbox.twilio.state import Network

INBOUND: str = "/webhooks/twilio/sms"
ANSWERING: str = "/webhooks/twilio/call"


class Twilio:
    """One account at a local Twilio."""

    def __init__(self, changes: Changes, network: Network, *, webhook: str | None, pace: float) -> None:
        self.network = network
        self.faults = Faults()
        self.addresses = Addresses()
        self._changes = changes
        self._webhook = webhook
        self._pace = pace
        self._requests = Requests()

    @property
    def account(self) -> str:
        """The account's SID, which is also the user name."""
        return self.network.account

    @property
    def token(self) -> str:
        """The auth token: the password, and the key of all signatures."""
        return self.network.token

    @property
    def number(self) -> str:
        """The account's number; any other is accepted as a sender just as well."""
        return self.network.number

    def calls_made(self) -> list[Call]:
        """Every call the program has placed, oldest first, live."""
        with self._changes.reading():
            placed = [call for call in self.network.calls.values() if not call.is_inbound]
            return [Call(self._changes, self.network, call) for call in placed]

    def messages(self) -> list[Text]:
        """Every SMS in either direction as Twilio remembers it (redacted or deleted ones too), oldest first."""
        with self._changes.reading():
            return [shown(message, message.body, message.created_at) for message in self.network.messages.values()]

    def requests(self) -> list[Request]:
        """Every request to the API, oldest first."""
        return self._requests.all()

    def problems(self) -> list[str]:
        """What Twilio's debugger would show: addresses of the program that did not answer, documents it cannot read."""
        with self._changes.reading():
            return list(self.network.problems)

    def texts_as(self, number: str, body: str, *, to: str | None = None) -> Text:
        """Write an SMS that claims to come from this number: nobody can tell, and its owner's phone shows nothing."""
        with self._changes.changing():
            message = people.texts(self.network, number, body, to=to, spoofed=True)
            return shown(message, message.body, message.created_at)

    def approves(self, template: str, words: str) -> None:
        """Have a template of WhatsApp approved: by its ContentSid it may be sent at any time."""
        with self._changes.changing():
            self.network.templates[template] = words

    def files(self) -> list[str]:
        """The names of files that came with messages and are not erased, oldest first."""
        with self._changes.reading():
            return [one.sid for message in self.network.messages.values() for one in message.attached]

    def recordings(self) -> list[str]:
        """The names of what was recorded and is not erased, oldest first."""
        with self._changes.reading():
            return list(self.network.recordings)

    def _sms_url(self) -> str | None:
        return self._webhook or self.addresses.of(INBOUND)

    def _voice_url(self) -> str | None:
        return self.addresses.of(ANSWERING)

    def add_to(self, app: web.Application) -> None:
        """Serve with this application."""
        Api(
            self.network, self._changes, self.faults, self._requests, urls=lambda: (self._sms_url(), self._voice_url())
        ).add_to(app)
        Exchange(
            self.network,
            self._changes,
            self.faults,
            self.addresses,
            webhook=self._sms_url,
            answering=self._voice_url,
            pace=self._pace,
        ).add_to(app)
