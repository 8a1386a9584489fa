"""The Telegram adapter over real HTTP: what it says, how it fails, and what it never lets out."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import traceback
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import TelegramError

from alerts.channels.port import (
    AddressMoved,
    Button,
    ChannelError,
    Misconfigured,
    Outgoing,
    PermanentFailure,
    RateLimited,
    Sent,
    TemporaryFailure,
    UnknownOutcome,
)
from alerts.channels.telegram.channel import TelegramChannel
from alerts.channels.telegram.request import AiohttpRequest
from tests.alerts.bot_api import TOKEN, BotApi, bot_api, message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.anyio

ADDRESS = "7000000"
PAGE = Outgoing(
    ADDRESS, "NEW K7M-4TX canary-text", ((Button("Accept", data="a1"), Button("Open", url="https://example.org/x")),)
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with bot_api() as api:
        yield api


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest(timeout=1.5) as request:
        yield request


@pytest.fixture
def channel(api: BotApi, request_: AiohttpRequest) -> TelegramChannel:
    return TelegramChannel(TOKEN, api.url, request_)


async def failure_of(call: Any, kind: type[ChannelError]) -> Any:
    with pytest.raises(ChannelError) as caught:
        await call
    assert type(caught.value) is kind, repr(caught.value)
    return caught.value


# what it says


async def test_a_page_is_plain_text_with_buttons_and_no_preview(api: BotApi, channel: TelegramChannel) -> None:
    assert await channel.send(PAGE) == Sent("1")
    method, said = api.calls[0]
    assert (method, said["chat_id"], said["text"]) == ("sendMessage", ADDRESS, PAGE.text)
    assert json.loads(said["link_preview_options"]) == {"is_disabled": True}
    assert json.loads(said["reply_markup"]) == {
        "inline_keyboard": [
            [{"text": "Accept", "callback_data": "a1"}, {"text": "Open", "url": "https://example.org/x"}]
        ]
    }
    assert "parse_mode" not in said
    assert said["disable_notification"] == said["protect_content"] == "false"


async def test_markup_and_every_script_arrive_as_they_are(api: BotApi, channel: TelegramChannel) -> None:
    text = "<b>*_ & \u2068قاماققا ئېلىندى\u2069 拘留 қамауда + % = \U0001f6a8\n\"'"
    await channel.send(Outgoing(ADDRESS, text, silent=True, protected=True))
    said = api.calls[0][1]
    assert said["text"] == text
    assert said["disable_notification"] == said["protect_content"] == "true"


async def test_an_edit_without_buttons_takes_them_away(api: BotApi, channel: TelegramChannel) -> None:
    await channel.edit(ADDRESS, "41", "taken", ())
    method, said = api.calls[0]
    assert (method, said["message_id"], said["text"]) == ("editMessageText", "41", "taken")
    assert "reply_markup" not in said


async def test_presses_are_answered_and_groups_left(api: BotApi, channel: TelegramChannel) -> None:
    api.says(200, {"ok": True, "result": True})
    await channel.answer("cb1", "You took it")
    await channel.answer("cb2", "")
    await channel.leave("-100")
    assert api.calls == [
        ("answerCallbackQuery", {"callback_query_id": "cb1", "text": "You took it"}),
        ("answerCallbackQuery", {"callback_query_id": "cb2"}),
        ("leaveChat", {"chat_id": "-100"}),
    ]


async def test_nothing_is_asked_of_telegram_before_the_first_message(api: BotApi, channel: TelegramChannel) -> None:
    del channel
    assert api.calls == []


async def test_fifty_at_once_share_one_session_and_its_connections(api: BotApi) -> None:
    async with AiohttpRequest(timeout=30) as patient:  # fifty at once may take a busy machine its time
        channel = TelegramChannel(TOKEN, api.url, patient)
        for _ in range(2):
            sent = await asyncio.gather(*(channel.send(PAGE) for _ in range(50)))
            assert len({one.provider_id for one in sent}) == 50
    assert len(api.connections) <= 50


async def test_uploads_go_as_multipart(api: BotApi, request_: AiohttpRequest) -> None:
    bot = Bot(TOKEN, base_url=f"{api.url}/bot", request=request_, get_updates_request=request_)
    await bot.send_document(ADDRESS, b"bytes of a paper", filename="paper.txt", caption="қағаз")
    method, said = api.calls[0]
    assert (method, said["chat_id"], said["caption"]) == ("sendDocument", ADDRESS, "қағаз")
    assert said["document"] == ("paper.txt", b"bytes of a paper")


# how it fails


REFUSALS: list[tuple[int, str, type[ChannelError], str, bool | None]] = [
    (403, "Forbidden: bot was blocked by the user", PermanentFailure, "blocked", True),
    (403, "Forbidden: user is deactivated", PermanentFailure, "deactivated", True),
    (403, "Forbidden: bot can't initiate conversation with a user", PermanentFailure, "never_written", True),
    (403, "Forbidden: bot can’t initiate conversation with a user", PermanentFailure, "never_written", True),
    (403, "Forbidden: the bot can't send messages to the bot", PermanentFailure, "is_a_bot", True),
    (403, "Forbidden: bot was kicked from the supergroup chat", PermanentFailure, "kicked", True),
    (403, "Forbidden: bot is not a member of the channel chat", PermanentFailure, "not_member", True),
    (403, "Forbidden: the group chat was deleted", PermanentFailure, "group_deleted", True),
    (403, "Forbidden: a wording of next year", PermanentFailure, "forbidden", True),
    (400, "Bad Request: chat not found", PermanentFailure, "chat_not_found", True),
    (400, "[Error]: Bad Request: user not found", PermanentFailure, "chat_not_found", True),
    (400, "Error: PEER_ID_INVALID", PermanentFailure, "chat_not_found", True),
    (400, "Bad Request: not enough rights to send text messages to the chat", PermanentFailure, "may_not_write", True),
    (400, "Bad Request: group chat was upgraded to a supergroup chat", PermanentFailure, "migrated_nowhere", True),
    (400, "Bad Request: message is too long", PermanentFailure, "too_long", False),
    (400, "Bad Request: message text is empty", PermanentFailure, "empty", False),
    (400, "Bad Request: BUTTON_DATA_INVALID", PermanentFailure, "button_refused", False),
    (400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", PermanentFailure, "takes_no_voice", False),
    (400, "Bad Request: message to edit not found", PermanentFailure, "edit_gone", False),
    (400, "Bad Request: message can't be edited", PermanentFailure, "edit_refused", False),
    (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
        PermanentFailure,
        "press_too_old",
        False,
    ),
    (413, "Request Entity Too Large", PermanentFailure, "too_large", False),
    (400, "Bad Request: a wording of next year", TemporaryFailure, "unknown_refusal", None),
    (418, "I am a teapot", TemporaryFailure, "unknown_refusal", None),
    (401, "Unauthorized", Misconfigured, "token_refused", None),
    (404, "Not Found", Misconfigured, "no_such_bot", None),
    (409, "Conflict: terminated by other getUpdates request", Misconfigured, "second_poller", None),
    (409, "Conflict: can't use getUpdates method while webhook is active", Misconfigured, "webhook_set", None),
    (500, "Internal Server Error", TemporaryFailure, "provider_down", None),
    (502, "Bad Gateway", TemporaryFailure, "provider_down", None),
    (504, "Gateway Timeout", UnknownOutcome, "gateway_timeout", None),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal[0]} {refusal[1][:40]}")
async def test_every_refusal_means_something(
    api: BotApi, channel: TelegramChannel, refusal: tuple[int, str, type[ChannelError], str, bool | None]
) -> None:
    status, description, kind, code, gone = refusal
    api.refuses(status, description)
    error = await failure_of(channel.send(PAGE), kind)
    assert error.code == code
    assert error.meaning
    assert getattr(error, "recipient_gone", None) == gone
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    ("said", "wait"), [({"retry_after": 35}, 35), ({"retry_after": 0.5}, 0.5), ({}, 5), ({"retry_after": "?"}, 5)]
)
async def test_a_rate_limit_says_how_long(
    api: BotApi, channel: TelegramChannel, said: dict[str, Any], wait: float
) -> None:
    api.refuses(429, "Too Many Requests: retry after 35", **said)
    error = await failure_of(channel.send(PAGE), RateLimited)
    assert error.retry_after == timedelta(seconds=wait)


async def test_a_group_that_moved_says_where_to_but_not_to_everybody(api: BotApi, channel: TelegramChannel) -> None:
    api.refuses(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100700)
    error = await failure_of(channel.send(PAGE), AddressMoved)
    assert error.new_address == "-100700"
    assert "100700" not in f"{error} {error!r}"


@pytest.mark.parametrize(
    "case",
    [
        (200, b"<html>Sign in to this network</html>", UnknownOutcome, "unreadable_answer"),
        (200, b"", UnknownOutcome, "unreadable_answer"),
        (200, b'{"ok": true, "res', UnknownOutcome, "unreadable_answer"),
        (200, [], UnknownOutcome, "unreadable_answer"),
        (200, {"ok": False}, UnknownOutcome, "unreadable_answer"),
        (200, {"ok": True, "result": True}, UnknownOutcome, "unreadable_answer"),
        (200, {"ok": True, "result": {"message_id": 1}}, UnknownOutcome, "unreadable_answer"),
        (200, b"[" * 100_000, UnknownOutcome, "unreadable_answer"),
        (302, b"", TemporaryFailure, "foreign_answer"),
        (403, b"<html>blocked by order</html>", TemporaryFailure, "foreign_answer"),
        (404, b"nothing here", TemporaryFailure, "foreign_answer"),
        (403, {"description": 7}, TemporaryFailure, "foreign_answer"),
        (403, [], TemporaryFailure, "foreign_answer"),
        (502, b"<html>nginx</html>", TemporaryFailure, "provider_down"),
        (504, b"<html>nginx</html>", UnknownOutcome, "gateway_timeout"),
    ],
)
async def test_answers_that_are_not_telegrams_condemn_nobody(
    api: BotApi, channel: TelegramChannel, case: tuple[int, Any, type[ChannelError], str]
) -> None:
    status, body, kind, code = case
    api.says(status, body)
    assert (await failure_of(channel.send(PAGE), kind)).code == code


async def test_a_redirection_is_not_followed_with_the_token(api: BotApi, channel: TelegramChannel) -> None:
    api.says(200, {"ok": True, "result": message(1)})
    original = api.answer
    assert original is not None

    async def redirect(request: Any) -> Any:
        answer = await original(request)
        answer.set_status(307)
        answer.headers["Location"] = f"{api.url}/bot{TOKEN}/elsewhere"
        return answer

    api.answer = redirect
    await failure_of(channel.send(PAGE), TemporaryFailure)
    assert [method for method, _ in api.calls] == ["sendMessage"]


async def test_no_answer_in_time_is_unknown_because_it_may_have_arrived(api: BotApi, channel: TelegramChannel) -> None:
    api.is_silent()
    assert (await failure_of(channel.send(PAGE), UnknownOutcome)).code == "no_answer"
    assert len(api.calls) == 1


async def test_a_connection_that_breaks_after_the_request_is_unknown(api: BotApi, channel: TelegramChannel) -> None:
    api.hangs_up()
    await failure_of(channel.send(PAGE), UnknownOutcome)
    api.breaks_off()
    await failure_of(channel.send(PAGE), UnknownOutcome)
    assert len(api.calls) == 2


async def test_no_connection_is_temporary_because_nothing_was_sent(request_: AiohttpRequest) -> None:
    channel = TelegramChannel(TOKEN, f"http://127.0.0.1:{closed_port()}", request_)
    assert (await failure_of(channel.send(PAGE), TemporaryFailure)).code == "not_sent"


async def test_a_host_that_does_not_exist_is_temporary(request_: AiohttpRequest) -> None:
    channel = TelegramChannel(TOKEN, "http://telegram.invalid", request_)
    assert (await failure_of(channel.send(PAGE), TemporaryFailure)).code == "not_sent"


async def test_time_that_ran_out_while_waiting_for_a_connection_is_temporary(api: BotApi) -> None:
    async with AiohttpRequest(timeout=0.2, connections=1) as request:
        api.is_silent()
        occupying = asyncio.create_task(
            failure_of(request.api(TOKEN, api.url).post("getUpdates", {}, 2), UnknownOutcome)
        )
        await asyncio.sleep(0.05)
        waiting = await failure_of(TelegramChannel(TOKEN, api.url, request).send(PAGE), TemporaryFailure)
        await occupying
    assert waiting.code == "not_sent"
    assert [method for method, _ in api.calls] == ["getUpdates"]


async def test_a_closed_request_is_temporary(api: BotApi) -> None:
    async with AiohttpRequest() as request:
        channel = TelegramChannel(TOKEN, api.url, request)
        await channel.send(PAGE)
    sent = len(api.calls)
    assert sent == 1
    assert (await failure_of(channel.send(PAGE), TemporaryFailure)).code == "not_sent"
    assert len(api.calls) == sent, "nothing left after it was closed"


async def test_telegram_coming_back_needs_no_restart(api: BotApi, channel: TelegramChannel) -> None:
    api.hangs_up()
    await failure_of(channel.send(PAGE), UnknownOutcome)
    api.answer = None
    assert await channel.send(PAGE) == Sent("2")


async def test_an_edit_that_changes_nothing_is_done(api: BotApi, channel: TelegramChannel) -> None:
    api.refuses(
        400, "Bad Request: message is not modified: specified new message content and reply markup are the same"
    )
    await channel.edit(ADDRESS, "1", "same", ())
    assert [method for method, _ in api.calls] == ["editMessageText"]
    api.refuses(400, "Bad Request: message can't be edited")
    await failure_of_any(channel.edit(ADDRESS, "1", "other", ()))


async def test_an_edit_of_nothing_is_not_tried(api: BotApi, channel: TelegramChannel) -> None:
    assert (await failure_of(channel.edit(ADDRESS, "", "text", ()), PermanentFailure)).code == "edit_gone"
    assert api.calls == []


async def test_leaving_a_group_twice_is_fine(api: BotApi, channel: TelegramChannel) -> None:
    api.refuses(403, "Forbidden: bot is not a member of the supergroup chat")
    await channel.leave("-100")
    api.refuses(400, "Bad Request: chat member status can't be changed in private chats")
    assert (await failure_of(channel.leave(ADDRESS), PermanentFailure)).code == "not_a_group"


@pytest.mark.parametrize("token", ["", "sesame", "1:a/../../etc", "1:a\n", "1:{token}", "1:a?b"])
async def test_a_token_that_is_none_is_refused_without_being_repeated(token: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        TelegramChannel(token, "http://127.0.0.1", AiohttpRequest())
    assert not token or token not in str(caught.value)


async def test_proxies_that_are_not_spoken_are_refused_without_being_repeated() -> None:
    with pytest.raises(ValueError, match="TELEGRAM_PROXY") as caught:
        AiohttpRequest(proxy="socks4://user:canary@proxy.example.org:1080")
    assert "canary" not in str(caught.value)


async def test_a_proxy_is_used_and_its_absence_is_temporary(api: BotApi) -> None:
    async with AiohttpRequest(proxy=api.url, timeout=0.5) as request:
        await TelegramChannel(TOKEN, "http://telegram.invalid", request).send(PAGE)
    assert len(api.calls) == 1
    async with AiohttpRequest(proxy=f"http://user:canary@127.0.0.1:{closed_port()}", timeout=0.5) as request:
        error = await failure_of(TelegramChannel(TOKEN, api.url, request).send(PAGE), TemporaryFailure)
    assert_says_nothing(error)


async def test_below_the_channel_too_errors_carry_nothing_of_their_causes(
    api: BotApi, request_: AiohttpRequest
) -> None:
    for url in (
        f"{api.url}/bot{TOKEN}/sendMessage",
        f"http://127.0.0.1:{closed_port()}/bot{TOKEN}",
        f"nonsense://{TOKEN}",
    ):
        api.is_silent()
        with pytest.raises(TelegramError) as caught:
            await request_.do_request(url, "POST")
        assert_says_nothing(caught.value)


# raw calls


async def test_updates_come_as_they_are_even_malformed_ones(api: BotApi, request_: AiohttpRequest) -> None:
    updates = [{"update_id": 1, "message": "nonsense"}, {"update_id": 2}, 3]
    api.says(200, {"ok": True, "result": updates})
    assert await request_.api(TOKEN, api.url).post("getUpdates", {"offset": 5, "timeout": 0}, 1) == updates
    assert api.calls == [("getUpdates", {"offset": 5, "timeout": 0})]


@pytest.mark.parametrize(
    "case",
    [
        (409, {"ok": False, "error_code": 409, "description": "Conflict: terminated"}, Misconfigured, "second_poller"),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, Misconfigured, "token_refused"),
        (200, {"ok": False, "error_code": 401, "description": "Unauthorized"}, Misconfigured, "token_refused"),
        (200, b"<html>", UnknownOutcome, "unreadable_answer"),
        (200, {"ok": True}, UnknownOutcome, "unreadable_answer"),
        (404, b"<html>", TemporaryFailure, "foreign_answer"),
        (502, b"<html>", TemporaryFailure, "provider_down"),
    ],
)
async def test_raw_calls_fail_in_the_same_words(
    api: BotApi, request_: AiohttpRequest, case: tuple[int, Any, type[ChannelError], str]
) -> None:
    status, body, kind, code = case
    api.says(status, body)
    error = await failure_of(request_.api(TOKEN, api.url).post("getUpdates", {}, 1), kind)
    assert error.code == code
    assert_says_nothing(error)


async def test_a_raw_call_has_its_own_time(api: BotApi, request_: AiohttpRequest) -> None:
    async def late(_: Any) -> Any:
        await asyncio.sleep(0.6)
        return await quick(_)

    api.says(200, {"ok": True, "result": []})
    assert api.answer is not None
    quick, api.answer = api.answer, late
    assert await request_.api(TOKEN, api.url).post("getUpdates", {}, 5) == []
    await failure_of(request_.api(TOKEN, api.url).post("getUpdates", {}, 0.1), UnknownOutcome)


# what never gets out


async def test_neither_token_nor_text_nor_address_gets_into_a_log_or_an_error(
    api: BotApi,
    channel: TelegramChannel,
    request_: AiohttpRequest,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    await channel.send(PAGE)
    raw = request_.api(TOKEN, api.url)
    troubles: list[Any] = [
        lambda: api.refuses(400, f"Bad Request: wrong {TOKEN} {ADDRESS} {PAGE.text}"),
        lambda: api.refuses(403, f"Forbidden: {TOKEN} {ADDRESS} {PAGE.text}", strange=PAGE.text),
        lambda: api.refuses(429, f"{TOKEN} {PAGE.text}", retry_after=3),
        lambda: api.says(200, f"<html>{TOKEN} {PAGE.text}".encode()),
        lambda: api.says(502, f"<html>{TOKEN} {PAGE.text}".encode()),
        lambda: api.says(200, {"ok": True, "strange": PAGE.text}),
        api.hangs_up,
        api.is_silent,
    ]
    errors: list[ChannelError] = []
    for trouble in troubles:
        trouble()
        errors += [
            await failure_of_any(channel.send(PAGE)),
            await failure_of_any(raw.post("getMe", {"a": PAGE.text}, 0.3)),
        ]
    elsewhere = TelegramChannel(TOKEN, f"http://127.0.0.1:{closed_port()}", request_)
    errors.append(await failure_of_any(elsewhere.send(PAGE)))
    for error in errors:
        assert_says_nothing(error)
    assert_harmless(
        caplog.text + "".join(repr(record.__dict__) for record in caplog.records if record.name != "asyncio")
    )
    assert_harmless("".join(capsys.readouterr()))
    assert_harmless(f"{channel!r} {raw!r} {request_!r} {PAGE!r}")


async def failure_of_any(call: Any) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await call
    return caught.value


def assert_says_nothing(error: BaseException) -> None:
    """Neither the error nor anything it was caused by shows what must stay inside."""
    assert error.__cause__ is None
    assert error.__context__ is None
    assert_harmless("".join([str(error), repr(error), repr(error.args), *traceback.format_exception_only(error)]))


def assert_harmless(said: str) -> None:
    for secret in (TOKEN, "CANARY", "canary", ADDRESS, "example.org"):
        assert secret not in said


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# what is spoken


async def test_a_recording_goes_with_its_words_and_buttons_below(
    api: BotApi, channel: TelegramChannel, tmp_path: Path
) -> None:
    recording = tmp_path / "reply.first.mp3"
    recording.write_bytes(b"ID3 invented")
    assert await channel.send(replace(PAGE, recording=recording, silent=True)) == Sent("1")
    ((method, said),) = api.calls
    assert (method, said["caption"], said["voice"][1]) == ("sendVoice", PAGE.text, b"ID3 invented")
    assert said["disable_notification"] == "true"
    assert "Accept" in said["reply_markup"]


async def test_who_takes_no_voice_messages_gets_the_words(
    api: BotApi, channel: TelegramChannel, tmp_path: Path
) -> None:
    recording = tmp_path / "reply.first.mp3"
    recording.write_bytes(b"ID3 invented")

    async def no_voices(request: web.Request) -> web.Response:
        if request.match_info["method"] == "sendVoice":
            refusal = {"ok": False, "error_code": 400, "description": "Bad Request: VOICE_MESSAGES_FORBIDDEN"}
            return web.json_response(refusal, status=400)
        return web.json_response({"ok": True, "result": message(7)})

    api.answer = no_voices
    assert await channel.send(replace(PAGE, recording=recording)) == Sent("7")
    api.calls.clear()
    api.refuses(403, "Forbidden: bot was blocked by the user")
    failure = await failure_of(channel.send(replace(PAGE, recording=recording)), PermanentFailure)
    assert failure.recipient_gone
    assert [method for method, _ in api.calls] == ["sendVoice"], "nobody is there to read it either"


async def test_a_recording_that_failed_for_the_moment_is_sent_again_and_not_given_up_for_words(
    api: BotApi, channel: TelegramChannel, tmp_path: Path
) -> None:
    recording = tmp_path / "reply.first.mp3"
    recording.write_bytes(b"ID3 invented")
    api.refuses(503, "Service Unavailable")
    await failure_of(channel.send(replace(PAGE, recording=recording)), TemporaryFailure)
    assert [method for method, _ in api.calls] == ["sendVoice"]


@pytest.mark.parametrize("words", ["x" * 1025, "short"])
async def test_what_cannot_be_spoken_is_written(
    api: BotApi, channel: TelegramChannel, tmp_path: Path, words: str
) -> None:
    gone = tmp_path / "reply.first.mp3"
    if len(words) > 1024:
        gone.write_bytes(b"ID3 invented")
    await channel.send(Outgoing(ADDRESS, words, recording=gone))
    assert [method for method, _ in api.calls] == ["sendMessage"]
