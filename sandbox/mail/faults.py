"""A mail server's bad days, switched on by hand, for one address or for everybody.

Every switch applies to the next `times` cases, or until it is switched off; as a context manager it is off at the end.
"""

from dataclasses import dataclass

from sandbox.switches import Board, Delays, Drop, Silence, Switch


@dataclass(frozen=True)
class Reply:
    """A refusal in SMTP's words: a code and a text."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Faults:
    """All switches of one mail server. Safe to use from any thread."""

    def __init__(self) -> None:
        self._outages: Board[Drop] = Board()
        self._refusals: Board[Reply] = Board()
        self._ends: Board[Reply | Drop | Silence] = Board()
        self._delays = Delays()

    def outage(self) -> Switch[Drop]:
        """Every connection breaks at once, until it is switched off."""
        return self._outages.add(Drop(accepted=False))

    def rejects(
        self,
        address: str | None = None,
        *,
        code: int = 550,
        text: str = "5.1.1 No such user here",
        times: int | None = None,
    ) -> Switch[Reply]:
        """An address is refused (RCPT), for good unless the code is a 4xx."""
        return self._refusals.add(Reply(code, text), times, address=_folded(address))

    def greylists(self, address: str | None = None, *, times: int | None = 1) -> Switch[Reply]:
        """451: come back later. Once, unless said otherwise."""
        return self.rejects(address, code=451, text="4.7.1 Greylisted, please try again later", times=times)

    def refuses_mail(
        self, code: int = 554, text: str = "5.7.1 Message refused", *, times: int | None = None
    ) -> Switch[Reply | Drop | Silence]:
        """The mail itself is refused, after all of it was sent."""
        return self._ends.add(Reply(code, text), times)

    def drops_after_data(self, *, accepted: bool, times: int | None = None) -> Switch[Reply | Drop | Silence]:
        """The connection breaks after the mail was sent and before the reply. With `accepted` it has arrived."""
        return self._ends.add(Drop(accepted), times)

    def never_answers(self, *, accepted: bool, times: int | None = None) -> Switch[Reply | Drop | Silence]:
        """No reply to the mail ever comes. With `accepted` it has arrived."""
        return self._ends.add(Silence(accepted), times)

    def slow(self, seconds: float) -> None:
        """Wait so many real seconds before every mail is taken; 0 ends it."""
        self._delays.put(None, seconds)

    def all_off(self) -> None:
        """A good day again."""
        self._outages.all_off()
        self._refusals.all_off()
        self._ends.all_off()
        self._delays.all_off()

    @property
    def is_out(self) -> bool:
        """Whether an outage is on."""
        return self._outages.is_on()

    @property
    def delay(self) -> float:
        """Real seconds to wait before a mail is taken."""
        return self._delays.of("mail")

    def of_address(self, address: str) -> Reply | None:
        """Why an address is refused, counted."""
        return self._refusals.strike(address=_folded(address))

    def of_mail(self) -> Reply | Drop | Silence | None:
        """What goes wrong after a mail was sent, counted."""
        return self._ends.strike()


def _folded(address: str | None) -> str | None:
    return None if address is None else address.casefold()
