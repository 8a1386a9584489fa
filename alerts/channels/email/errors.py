"""What a mail server's refusals mean for us.

Sources: https://www.rfc-editor.org/rfc/rfc5321#section-4.2 (reply codes), https://www.rfc-editor.org/rfc/rfc3463 and
the registry https://www.iana.org/assignments/smtp-enhanced-status-codes (enhanced codes, the finer ones).

A reply that begins with 4 is temporary, greylisting among it. One that begins with 5 is judged by its enhanced code,
then by its reply code; one that no table knows is temporary, because an alert must not be lost to it, and loud.
Only what says that there is no such mailbox gives the address up: a bare 550 is also said by filters.
"""

from __future__ import annotations

import re
import ssl
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

import structlog

from alerts.channels.port import ChannelError, Misconfigured, TemporaryFailure, UnknownOutcome
from alerts.channels.verdicts import Kind, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

log = structlog.get_logger(__name__)

ENHANCED = re.compile(r"^\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})(?=\s|$)", re.MULTILINE)
"""At the beginning of a line only: elsewhere it may be part of a network address."""
FOR_NOW_BEGINS: Final = 4
REFUSALS: Final = (FOR_NOW_BEGINS, 5)
"""First digits of refusals."""
UNUSED: Final = timedelta(seconds=1)
"""No verdict here has a limit that says how long."""


class Stage(Enum):
    """What was being talked about when the server refused."""

    GREETING = auto()
    LOGIN = auto()
    SENDER = auto()
    RECIPIENT = auto()
    """And the message itself."""


NO_MAILBOX = Verdict(Kind.GONE, "no_mailbox", "there is no such mailbox")
FULL = Verdict(Kind.TEMPORARY, "mailbox_full", "the mailbox is full")
TOO_LARGE = Verdict(Kind.PERMANENT, "too_long", "the message is larger than the server takes")
SENDER = Verdict(Kind.MISCONFIGURED, "sender_refused", "the mail server does not let us send as MAIL_FROM")
LOGIN = Verdict(Kind.MISCONFIGURED, "login_refused", "the mail server refuses user and password of SMTP_URL")
POLICY = Verdict(Kind.PERMANENT, "policy", "the recipient's server does not take such messages, or not from us")
UNPROVEN = Verdict(Kind.PERMANENT, "sender_unproven", "MAIL_FROM's domain lacks SPF, DKIM or DMARC for our mail server")
NO_UTF8 = Verdict(Kind.PERMANENT, "no_smtputf8", "a mail server on the way takes no addresses in other scripts")
NO_ROUTE = Verdict(Kind.PERMANENT, "no_route", "the recipient's server cannot be reached, or does not take mail for it")
PROTOCOL = Verdict(Kind.PERMANENT, "protocol", "the mail server did not understand us")
CONTENT = Verdict(Kind.PERMANENT, "content", "the mail server does not take what the message holds")
REFUSED = Verdict(Kind.PERMANENT, "refused", "the mail server does not take the message and does not say why")

IN_GENERAL: Final[Mapping[Stage, Verdict]] = {
    Stage.GREETING: Verdict(Kind.MISCONFIGURED, "turned_away", "the mail server does not talk to us: ask its operator"),
    Stage.LOGIN: LOGIN,
    Stage.SENDER: SENDER,
}

ENHANCED_CODES: Final[Mapping[str, Verdict]] = {
    "5.1.1": NO_MAILBOX,
    "5.1.2": Verdict(Kind.GONE, "no_domain", "there is no such domain"),
    "5.1.3": Verdict(Kind.GONE, "address_invalid", "this is not an e-mail address"),
    "5.1.6": Verdict(Kind.GONE, "mailbox_moved", "the mailbox has moved, and nobody says where to"),
    "5.1.10": Verdict(Kind.GONE, "no_domain", "the domain takes no mail at all"),
    "5.1.0": REFUSED,
    "5.1.7": SENDER,
    "5.1.8": SENDER,
    "5.2.0": REFUSED,
    "5.2.1": Verdict(Kind.PERMANENT, "mailbox_disabled", "the mailbox takes no messages"),
    "5.2.2": FULL,
    "5.2.3": TOO_LARGE,
    "5.3.0": REFUSED,
    "5.3.2": NO_ROUTE,
    "5.3.4": TOO_LARGE,
    "5.4.0": NO_ROUTE,
    "5.4.1": NO_ROUTE,
    "5.4.4": NO_ROUTE,
    "5.4.6": NO_ROUTE,
    "5.4.7": Verdict(Kind.TEMPORARY, "expired", "the message could not be handed on for too long"),
    "5.5.0": PROTOCOL,
    "5.5.1": PROTOCOL,
    "5.5.2": PROTOCOL,
    "5.5.4": PROTOCOL,
    "5.6.0": CONTENT,
    "5.6.1": CONTENT,
    "5.6.7": NO_UTF8,
    "5.6.9": NO_UTF8,
    "5.7.0": POLICY,
    "5.7.1": POLICY,
    "5.7.3": LOGIN,
    "5.7.8": LOGIN,
    "5.7.9": LOGIN,
    "5.7.14": LOGIN,
    "5.7.20": UNPROVEN,
    "5.7.23": UNPROVEN,
    "5.7.25": UNPROVEN,
    "5.7.26": UNPROVEN,
    "5.7.27": UNPROVEN,
}

LOGINS: Final = frozenset({530, 534, 535, 538})
REPLY_CODES: Final[Mapping[int, Verdict]] = {
    500: PROTOCOL,
    501: PROTOCOL,
    502: PROTOCOL,
    503: PROTOCOL,
    504: PROTOCOL,
    521: NO_ROUTE,
    550: REFUSED,
    551: REFUSED,
    552: FULL,
    553: REFUSED,
    554: REFUSED,
    556: Verdict(Kind.GONE, "no_domain", "the domain takes no mail at all"),
}

FOR_NOW: Final[Mapping[int, Verdict]] = {
    421: Verdict(Kind.TEMPORARY, "server_busy", "the mail server takes nothing now"),
    450: Verdict(Kind.TEMPORARY, "try_later", "the recipient's server asks to try later (busy, or greylisting)"),
    451: Verdict(Kind.TEMPORARY, "try_later", "the recipient's server asks to try later (busy, or greylisting)"),
    452: Verdict(Kind.TEMPORARY, "mailbox_full", "the mailbox or the server is full"),
    454: Verdict(Kind.TEMPORARY, "login_later", "the mail server cannot log anybody in now"),
}
LATER = Verdict(Kind.TEMPORARY, "try_later", "the mail server asks to try later")
UNKNOWN = Verdict(Kind.TEMPORARY, "unknown_refusal", "the mail server refused for a reason we do not know")


def verdict_of(reply_code: int, said: str) -> Verdict:
    """Judge a refusal by its reply code and the enhanced code in its words; repeats nothing of them."""
    enhanced = found[1] if (found := ENHANCED.search(said)) is not None else ""
    if reply_code // 100 == FOR_NOW_BEGINS:
        return FULL if enhanced == "4.2.2" else FOR_NOW.get(reply_code, LATER)
    if reply_code in LOGINS:  # the enhanced code of these is sometimes a general one
        return LOGIN
    verdict = ENHANCED_CODES.get(enhanced) or REPLY_CODES.get(reply_code)
    if verdict is None:
        log.error("unknown_refusal", channel="email", reply=reply_code, enhanced=enhanced)
        return UNKNOWN
    return verdict


def refused(stage: Stage, reply_code: int, said: str, *, begun: bool) -> ChannelError:
    """Return the error for an answer that is not the yes we waited for; ``begun``: the message began to leave."""
    if reply_code // 100 not in REFUSALS:
        return _strange(begun=begun)
    verdict = verdict_of(reply_code, said)
    # Before the recipient was named, no refusal is about the recipient.
    if stage is not Stage.RECIPIENT and verdict.kind in {Kind.PERMANENT, Kind.GONE} and verdict is not TOO_LARGE:
        verdict = IN_GENERAL[stage]
    return verdict.as_error(UNUSED)


def _strange(*, begun: bool) -> ChannelError:
    if begun:
        return UnknownOutcome("unreadable_answer", "the mail server's answer makes no sense; it may have taken it")
    return TemporaryFailure("foreign_answer", "what answers does not speak as a mail server: see SMTP_URL")


def lost(error: BaseException, *, begun: bool) -> ChannelError:
    """Return the error for a connection that failed; ``begun``: after the message began to leave."""
    reason = type(error).__name__
    if begun:
        return UnknownOutcome("no_answer", f"the message left and no answer came ({reason})")
    if _distrusted(error):
        return Misconfigured("certificate_refused", "the certificate is not valid for the host of SMTP_URL")
    return TemporaryFailure("not_sent", f"no connection to the mail server, nothing was sent ({reason})")


def _distrusted(error: BaseException | None) -> bool:
    if error is None:
        return False
    return isinstance(error, ssl.SSLCertVerificationError) or _distrusted(error.__cause__)
