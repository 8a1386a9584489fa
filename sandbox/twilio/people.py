"""What a person with a telephone can do: each act changes the network's world at once."""

from collections.abc import Sequence

from sandbox.twilio.numbers import REPLIES, Keyword, keyword_in
from sandbox.twilio.state import Attached, Call, CallStatus, Line, Message, MessageStatus, Network, Said, new_sid
from sandbox.twilio.whatsapp import PREFIX


def texts(
    network: Network,
    number: str,
    body: str,
    *,
    to: str | None = None,
    spoofed: bool = False,
    files: Sequence[Attached] = (),
) -> Message:
    """Write an SMS, with `files` an MMS. A spoofed one bears this number, but its owner's phone shows nothing of it.

    The words STOP, START and HELP, alone, are understood by Twilio itself, which also answers them.
    """
    now = network.now()
    ours = to or network.number_that_wrote_to(number)
    message = Message(new_sid("SM"), number, ours, body, "inbound", MessageStatus.RECEIVED, now, now, sent_at=now)
    message.attached.extend(files)
    if not spoofed:
        network.show(number, message)
    network.add_message(message)
    keyword = keyword_in(body)
    if keyword is not None:
        _obey(network, keyword, ours=ours, theirs=number)
    return message


def whatsapps(
    network: Network,
    line: Line,
    body: str,
    *,
    profile: str = "",
    files: Sequence[Attached] = (),
    place: tuple[float, float] | None = None,
) -> Message:
    """Write to the program by WhatsApp. Nobody understands STOP there but the program itself."""
    now, ours = network.now(), f"{PREFIX}{network.number}"
    sender = f"{PREFIX}{line.hidden or line.number}"
    message = Message(new_sid("SM"), sender, ours, body, "inbound", MessageStatus.RECEIVED, now, now, sent_at=now)
    message.attached.extend(files)
    message.place, message.profile = place, profile
    network.hears(message)
    network.show(line.number, message)
    return network.add_message(message)


def dials(network: Network, number: str, *, to: str | None = None) -> Call:
    """Call the program; it rings there until the program has said what is to be heard."""
    now = network.now()
    call = Call(new_sid("CA"), number, to or network.number, now, now, is_inbound=True, status=CallStatus.RINGING)
    call.started_at = now
    network.line(number).calls.append(call)
    network.add_call(call)
    network.touch(call)
    return call


def speaks(network: Network, call: Call, words: str) -> None:
    """Say something into a call that one has made or answered; nothing happens when it is over."""
    if call.status is CallStatus.IN_PROGRESS:
        call.said.append(Said(words, "", network.now(), is_mine=True))
        network.touch(call)


def answers(network: Network, call: Call, *, by_machine: bool = False) -> None:
    """Take a call that rings, or let the voicemail take it; nothing happens when it does not ring any more."""
    if call.status is CallStatus.RINGING:
        call.answered_by_machine = by_machine
        call.answered_at = network.now()
        call.status = CallStatus.IN_PROGRESS
        network.touch(call)


def rejects(network: Network, call: Call) -> None:
    """Press the red button while it rings: the caller hears a busy line."""
    if call.status is CallStatus.RINGING:
        ends(network, call, CallStatus.BUSY)


def lets_ring(network: Network, call: Call) -> None:
    """Do not answer until it stops ringing."""
    if call.status is CallStatus.RINGING:
        ends(network, call, CallStatus.NO_ANSWER)


def hangs_up(network: Network, call: Call) -> None:
    """End a call one has answered or made."""
    if call.status is CallStatus.IN_PROGRESS or (call.is_inbound and not call.is_over):
        ends(network, call, CallStatus.COMPLETED)


def presses(network: Network, call: Call, keys: str) -> None:
    """Press keys while talking; nothing happens when the call is over."""
    if call.status is CallStatus.IN_PROGRESS:
        call.pressed.extend(keys)
        call.said.append(Said(keys, "", network.now(), is_key=True))
        network.touch(call)


def ends(network: Network, call: Call, status: CallStatus) -> None:
    """The call is over, unless it was already."""
    if not call.is_over:
        call.status = status
        call.ended_at = network.now()
        call.asks_for_keys = False
        network.touch(call)


def _obey(network: Network, keyword: Keyword, *, ours: str, theirs: str) -> None:
    if keyword is Keyword.STOP:
        network.opted_out.add((ours, theirs))
    if keyword is Keyword.START:
        network.opted_out.discard((ours, theirs))
    now = network.now()
    reply = Message(
        new_sid("SM"), ours, theirs, REPLIES[keyword], "outbound-reply", MessageStatus.DELIVERED, now, now, sent_at=now
    )
    network.show(theirs, reply)  # not among the account's messages: Twilio sends it on its own
