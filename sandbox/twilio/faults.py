"""Twilio's bad days, switched on by hand; SMS and voice one by one, or for one number.

Every switch applies to the next `times` cases, or until it is switched off; as a context manager it is off at the end:

    faults.refuses_number("+77000000001", 30006)
    with faults.outage("voice"): ...
"""

from dataclasses import dataclass
from typing import Final

from sandbox.switches import Board, Delays, Drop, Silence, Switch
from sandbox.twilio.errors import DELIVERY_ERRORS, RefusedError, broken, number_refused, too_many_requests
from sandbox.twilio.state import CallStatus, Service

SMS_ONLY: Final = frozenset({21610, 21614, 21612, 21408})


@dataclass(frozen=True)
class Refuse:
    """Answer with an error; nothing is accepted."""

    refusal: RefusedError


@dataclass(frozen=True)
class Voicemail:
    """Nobody but a machine answers."""


@dataclass(frozen=True)
class News:
    """What goes wrong with what Twilio posts to the program."""

    dropped: bool = False
    forged: bool = False
    reordered: bool = False
    copies: int = 1
    late_by: float = 0.0


ApiFault = Refuse | Silence | Drop
Fate = CallStatus | Voicemail


class Faults:
    """All switches of one Twilio. Safe to use from any thread; the earliest switch that is meant strikes.

    `service` is "sms", "voice", or None for both; `number` is the phone's, or None for everybody's.
    """

    def __init__(self) -> None:
        self._outages: Board[Drop] = Board()
        self._requests: Board[ApiFault] = Board()
        self._deliveries: Board[int] = Board()
        self._fates: Board[Fate] = Board()
        self._news: Board[News] = Board()
        self._delays = Delays()

    # Of the API

    def outage(self, service: str | None = None) -> Switch[Drop]:
        """Nothing can be reached and nothing comes, until it is switched off; what was to come, comes then."""
        return self._outages.add(Drop(accepted=False), service=_named(service))

    def refuses(
        self, refusal: RefusedError, *, service: str | None = None, number: str | None = None, times: int | None = None
    ) -> Switch[ApiFault]:
        """Answer with this refusal. Without `number` every request is meant, questions too."""
        return self._requests.add(Refuse(refusal), times, service=_named(service), number=number)

    def too_many_requests(
        self, *, service: str | None = None, number: str | None = None, times: int | None = None
    ) -> Switch[ApiFault]:
        """429, code 20429: nothing was accepted."""
        return self.refuses(too_many_requests(), service=service, number=number, times=times)

    def breaks(
        self, *, service: str | None = None, number: str | None = None, times: int | None = None, status: int = 500
    ) -> Switch[ApiFault]:
        """A 5xx answer."""
        return self.refuses(broken(status), service=service, number=number, times=times)

    def never_answers(
        self, *, accepted: bool, service: str | None = None, number: str | None = None, times: int | None = None
    ) -> Switch[ApiFault]:
        """No answer ever comes. With `accepted` the message goes out, or the phone rings, all the same."""
        return self._requests.add(Silence(accepted), times, service=_named(service), number=number)

    def drops_connection(
        self, *, accepted: bool = False, service: str | None = None, number: str | None = None, times: int | None = None
    ) -> Switch[ApiFault]:
        """The connection breaks before the answer."""
        return self._requests.add(Drop(accepted), times, service=_named(service), number=number)

    def slow(self, seconds: float, *, service: str | None = None) -> None:
        """Wait so many real seconds before every answer; 0 ends it."""
        self._delays.put(_named(service), seconds)

    # Of numbers

    def refuses_number(
        self, number: str | None, code: int, *, times: int | None = None
    ) -> Switch[ApiFault] | Switch[int]:
        """A number that cannot be reached.

        21211 (invalid), 21610 (unsubscribed) and the like are refused at once; 30003 (unreachable), 30005 (unknown),
        30006 (landline), 30007 (filtered) are accepted and come back as undelivered.
        """
        if code in DELIVERY_ERRORS:
            return self._deliveries.add(code, times, number=number)
        service = Service.SMS if code in SMS_ONLY else None
        return self.refuses(number_refused(code, number or "+0"), service=service, number=number, times=times)

    def voicemail(self, number: str | None = None, *, times: int | None = None) -> Switch[Fate]:
        """Calls are answered by a machine at once."""
        return self._fates.add(Voicemail(), times, number=number)

    def busy(self, number: str | None = None, *, times: int | None = None) -> Switch[Fate]:
        """Calls find the line busy."""
        return self._fates.add(CallStatus.BUSY, times, number=number)

    def no_answer(self, number: str | None = None, *, times: int | None = None) -> Switch[Fate]:
        """Calls ring and are not answered; the ringing takes no time."""
        return self._fates.add(CallStatus.NO_ANSWER, times, number=number)

    def call_fails(self, number: str | None = None, *, times: int | None = None) -> Switch[Fate]:
        """Calls cannot be connected."""
        return self._fates.add(CallStatus.FAILED, times, number=number)

    # Of what Twilio posts: status callbacks, and SMS from phones

    def late_callbacks(self, seconds: float, *, service: str | None = None, times: int | None = None) -> Switch[News]:
        """They come so many seconds of the business clock later."""
        return self._news.add(News(late_by=seconds), times, service=_named(service))

    def doubled_callbacks(self, *, service: str | None = None, times: int | None = None) -> Switch[News]:
        """Each comes twice."""
        return self._news.add(News(copies=2), times, service=_named(service))

    def reordered_callbacks(self, *, service: str | None = None, times: int | None = None) -> Switch[News]:
        """Those of one message or call come when the last has, the last first."""
        return self._news.add(News(reordered=True), times, service=_named(service))

    def dropped_callbacks(self, *, service: str | None = None, times: int | None = None) -> Switch[News]:
        """They never come."""
        return self._news.add(News(dropped=True), times, service=_named(service))

    def forged_callbacks(self, *, service: str | None = None, times: int | None = None) -> Switch[News]:
        """They bear the signature of somebody who does not know the token."""
        return self._news.add(News(forged=True), times, service=_named(service))

    def all_off(self) -> None:
        """A good day again."""
        self._outages.all_off()
        self._requests.all_off()
        self._deliveries.all_off()
        self._fates.all_off()
        self._news.all_off()
        self._delays.all_off()

    # What they do

    def is_out(self, service: str) -> bool:
        """Whether an outage of this service is on."""
        return self._outages.is_on(service=service)

    def delay_of(self, service: str) -> float:
        """Real seconds to wait before this answer."""
        return self._delays.of(service)

    def of_request(self, service: str, number: str | None) -> ApiFault | None:
        """The fault a request meets, counted."""
        return self._requests.strike(service=service, number=number)

    def of_delivery(self, number: str) -> int | None:
        """Why a message is not delivered, counted."""
        return self._deliveries.strike(number=number)

    def of_call(self, number: str) -> Fate | None:
        """What becomes of a call by itself, counted."""
        return self._fates.strike(number=number)

    def of_news(self, service: str) -> News:
        """What goes wrong with one post, counted."""
        return self._news.strike(service=service) or News()


def _named(service: str | None) -> str | None:
    """The service's name; ValueError when there is no such service."""
    return None if service is None else Service(service).value
