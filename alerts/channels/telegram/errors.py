"""What Telegram's refusals mean for us: the table, and the translation into the port's errors.

Telegram documents the status and ``parameters`` of a refusal, not its words; those below were seen in the wild (the
open-source Bot API server has them). Each row matches the beginning of the description, without its "Bad Request: ",
in any case. A refusal that no row knows is temporary, because a page must not be lost to a new wording, and loud.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog

from alerts.channels.port import (
    AddressMoved,
    ChannelError,
    Misconfigured,
    PermanentFailure,
    RateLimited,
    TemporaryFailure,
    UnknownOutcome,
)
from alerts.channels.telegram.failures import (
    ForeignAnswerError,
    NeverSentError,
    NoAnswerError,
    Refusal,
    RefusedError,
)

if TYPE_CHECKING:
    from telegram.error import TelegramError

log = structlog.get_logger(__name__)

NOT_MODIFIED = "not_modified"
WEBHOOK_SET = "webhook_set"
FILE_TOO_LARGE = "file_too_large"
UNSTATED_RETRY = timedelta(seconds=5)
PREFIX = re.compile(r"(\[?error\]?: )?((bad request|forbidden|unauthorized|conflict): )?")


@dataclass(frozen=True)
class Row:
    """Descriptions that begin like this mean the same."""

    beginnings: tuple[str, ...]
    code: str
    meaning: str


RECIPIENT_GONE = (
    Row(("bot was blocked by the user",), "blocked", "the person blocked the bot"),
    Row(("user is deactivated", "user is deleted"), "deactivated", "the account was deleted"),
    Row(("bot can't initiate conversation",), "never_written", "the person has not written to the bot first"),
    Row(("bot can't send messages to", "the bot can't send messages to"), "is_a_bot", "the address is another bot"),
    Row(("bot was kicked",), "kicked", "the bot was removed from the group"),
    Row(("bot is not a member", "bot is not a participant"), "not_member", "the bot is not in the group"),
    Row(("the group chat was deleted", "group chat was deactivated"), "group_deleted", "the group was deleted"),
    Row(
        (
            "chat not found",
            "user not found",
            "peer_id_invalid",
            "user_id_invalid",
            "chat_id is empty",
            "channel_private",
        ),
        "chat_not_found",
        "there is no such chat, or it never wrote to this bot",
    ),
    Row(
        ("chat_write_forbidden", "have no rights to send", "not enough rights to send", "need administrator rights"),
        "may_not_write",
        "the bot may not write in the group",
    ),
    Row(
        ("group chat was upgraded", "group chat was migrated", "chat is migrated"),
        "migrated_nowhere",
        "the group became another one whose address was not told",
    ),
)
"""Nobody can be reached at this address until something changes there."""

THIS_CALL_ONLY = (
    Row(("message is not modified",), NOT_MODIFIED, "the message reads so already"),
    Row(
        ("message to edit not found", "message_id_invalid", "message identifier is not"),
        "edit_gone",
        "the message to edit was deleted",
    ),
    Row(("message can't be edited",), "edit_refused", "the message can no longer be edited"),
    Row(("query is too old", "query_id_invalid"), "press_too_old", "the press is too old to be answered; harmless"),
    Row(("message is too long", "message_too_long"), "too_long", "the text is longer than a message may be"),
    Row(("message text is empty", "text must be non-empty", "message must be non-empty"), "empty", "there is no text"),
    Row(
        ("button_", "can't parse inline keyboard", "inline keyboard button url", "wrong http url", "wrong remote file"),
        "button_refused",
        "a button cannot be shown like this",
    ),
    Row(("strings must be encoded in utf-8",), "not_text", "the text is not proper UTF-8"),
    Row(("file is too big",), FILE_TOO_LARGE, "the file is larger than Telegram hands out to bots"),
    Row(
        ("wrong file_id", "invalid file_id", "wrong file identifier", "file_id_invalid", "file_reference_"),
        "file_gone",
        "Telegram does not know the file (any more)",
    ),
    Row(("voice_messages_forbidden",), "takes_no_voice", "the person takes no voice messages"),
    Row(("chat member status can't be changed in private",), "not_a_group", "a private chat cannot be left"),
)
"""The fault lies in the message, edit or answer; the address is as good as before."""

CONFLICTS = (
    Row(("can't use getupdates method while webhook",), WEBHOOK_SET, "the bot has a webhook; polling is refused"),
    Row(("",), "second_poller", "somebody else asks for this bot's updates: a second program, or a leaked token"),
)


def error_of(error: TelegramError) -> ChannelError:
    """Translate a failed call; the result repeats nothing of Telegram's own words."""
    match error:
        case RefusedError():
            return _refused(error.refusal)
        case ForeignAnswerError():
            return _foreign(error.status)
        case NeverSentError():
            return TemporaryFailure("not_sent", f"no connection to Telegram, nothing was sent ({error.reason})")
        case NoAnswerError():
            return UnknownOutcome("no_answer", f"the request left and no answer came ({error.reason})")
        case _:
            log.error("unknown_failure", channel="telegram", kind=type(error).__name__)
            return TemporaryFailure("unknown", "a call failed in a way we do not know")


def _foreign(status: int) -> ChannelError:
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return UnknownOutcome("unreadable_answer", "the answer could not be read; the message may have been taken")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _server_failed(status)
    return TemporaryFailure(
        "foreign_answer", "something else answers in Telegram's place: see TELEGRAM_API_URL, the proxy, the network"
    )


def _server_failed(status: int) -> ChannelError:
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        return UnknownOutcome("gateway_timeout", "Telegram's own time ran out; the message may have been taken")
    return TemporaryFailure("provider_down", "Telegram has a fault of its own")


def _refused(refusal: Refusal) -> ChannelError:
    if refusal.new_address is not None:
        return AddressMoved("migrated", "the group has a new address", new_address=refusal.new_address)
    if refusal.retry_after is not None or refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited("rate_limited", "too many calls", retry_after=refusal.retry_after or UNSTATED_RETRY)
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _server_failed(refusal.status)
    return _by_status(refusal) or _by_words(refusal) or _unknown(refusal)


def _by_status(refusal: Refusal) -> ChannelError | None:
    match refusal.status:
        case HTTPStatus.UNAUTHORIZED:
            return Misconfigured("token_refused", "Telegram does not accept the bot token: it was revoked or mistyped")
        case HTTPStatus.NOT_FOUND:
            return Misconfigured("no_such_bot", "there is no such bot or method: see the token and TELEGRAM_API_URL")
        case HTTPStatus.CONFLICT:
            row = _row(CONFLICTS, refusal) or CONFLICTS[-1]
            return Misconfigured(row.code, row.meaning)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return PermanentFailure("too_large", "the file is larger than Telegram takes")
    return None


def _by_words(refusal: Refusal) -> ChannelError | None:
    gone = _row(RECIPIENT_GONE, refusal)
    if gone is not None:
        return PermanentFailure(gone.code, gone.meaning, recipient_gone=True)
    row = _row(THIS_CALL_ONLY, refusal)
    if row is not None:
        return PermanentFailure(row.code, row.meaning)
    if refusal.status == HTTPStatus.FORBIDDEN:
        _report(refusal)
        return PermanentFailure("forbidden", "Telegram lets nothing through to this address", recipient_gone=True)
    return None


def _unknown(refusal: Refusal) -> ChannelError:
    _report(refusal)
    return TemporaryFailure("unknown_refusal", "Telegram refused for a reason we do not know")


def _row(rows: tuple[Row, ...], refusal: Refusal) -> Row | None:
    said = refusal.description.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    said = said[len(match[0]) :] if (match := PREFIX.match(said)) else said
    return next((row for row in rows if said.startswith(row.beginnings)), None)


def _report(refusal: Refusal) -> None:
    """Say that a row is missing, by a fingerprint: the words themselves can quote ours."""
    fingerprint = hashlib.sha256(refusal.description.encode(errors="replace")).hexdigest()[:8]
    log.error("unknown_refusal", channel="telegram", status=refusal.status, fingerprint=fingerprint)
