"""The program's own Telegram library against the sandbox: what it sends is understood, what it gets can be read."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest
import telegram
from telegram import error

from sandbox import Bot, Phone, Sandbox

Result = TypeVar("Result")


@pytest.fixture
def aigerim(sandbox: Sandbox) -> Phone:
    return sandbox.phone("Aigerim", language="kk")


def run(sandbox: Sandbox, talk: Callable[[telegram.Bot], Awaitable[Result]]) -> Result:
    async def conversation() -> Result:
        base, files = f"{sandbox.url}/bot", f"{sandbox.url}/file/bot"
        async with telegram.Bot(sandbox.bot().token, base_url=base, base_file_url=files) as library:
            return await talk(library)

    return asyncio.run(conversation())


def test_sending_editing_and_deleting(sandbox: Sandbox, aigerim: Phone) -> None:
    keyboard = telegram.InlineKeyboardMarkup(
        [[telegram.InlineKeyboardButton("Accept", callback_data="a:1")]],
    )

    async def talk(library: telegram.Bot) -> telegram.Message:
        sent = await library.send_message(
            aigerim.chat_id, "<b>NEW</b> K7M", parse_mode="HTML", reply_markup=keyboard, disable_notification=True
        )
        await library.send_message(aigerim.chat_id, "noted", reply_parameters=telegram.ReplyParameters(sent.message_id))
        edited = await sent.edit_text("Timur took it")
        assert isinstance(edited, telegram.Message)
        assert edited.edit_date is not None
        await library.edit_message_reply_markup(aigerim.chat_id, sent.message_id, reply_markup=keyboard)
        await library.delete_messages(aigerim.chat_id, [sent.message_id + 1])
        return sent

    sent = run(sandbox, talk)
    assert sent.text == "NEW K7M"
    assert [entity.type for entity in sent.entities] == ["bold"]
    first, second = aigerim.messages
    assert (first.text, first.silent, first.edited) == ("Timur took it", True, True)
    assert [button.data for button in first.buttons] == ["a:1"]
    assert second.deleted
    assert second.content["reply_to_message"]["text"] == "NEW K7M"


def test_every_kind_of_update_can_be_read(sandbox: Sandbox, bot: Bot, aigerim: Phone) -> None:
    async def page(library: telegram.Bot) -> None:
        button = telegram.InlineKeyboardButton("Accept", callback_data="a:1")
        await library.send_message(aigerim.chat_id, "NEW", reply_markup=telegram.InlineKeyboardMarkup([[button]]))

    run(sandbox, page)
    kinds = [
        "voice",
        "photo",
        "video",
        "video_note",
        "audio",
        "animation",
        "document",
        "location",
        "contact",
        "sticker",
    ]
    aigerim.command("/start")
    for kind in kinds:
        aigerim.sends(kind)
    words = aigerim.writes("they took my brother")
    aigerim.edits(words, "they took my elder brother")
    aigerim.taps("Accept")
    aigerim.blocks_the_bot()
    aigerim.unblocks()
    sandbox.group("Shift", [aigerim]).becomes_supergroup()

    updates = run(sandbox, lambda library: library.get_updates(allowed_updates=telegram.Update.ALL_TYPES))
    assert len(updates) == bot.pending
    start, *sent = updates[: 1 + len(kinds)]
    assert start.message is not None
    assert start.message.from_user is not None
    assert start.message.from_user.language_code == "kk"
    assert [entity.type for entity in start.message.entities] == ["bot_command"]
    assert [kind for kind, update in zip(kinds, sent, strict=True) if getattr(update.message, kind)] == kinds
    rest = updates[1 + len(kinds) :]
    assert rest[1].edited_message is not None
    assert rest[2].callback_query is not None
    assert rest[2].callback_query.data == "a:1"
    assert isinstance(rest[2].callback_query.message, telegram.Message)
    standing = [update.my_chat_member.new_chat_member.status for update in rest if update.my_chat_member]
    assert standing == ["kicked", "member", "member"]
    assert rest[-1].message is not None
    assert rest[-1].message.migrate_from_chat_id is not None


def test_files_come_down_and_go_up(sandbox: Sandbox, aigerim: Phone) -> None:
    aigerim.sends("voice", file=b"OggS a recording")

    async def talk(library: telegram.Bot) -> bytes:
        update = (await library.get_updates())[0]
        assert update.message is not None
        assert update.message.voice is not None
        file = await update.message.voice.get_file()
        await library.send_document(aigerim.chat_id, b"%PDF paper", filename="paper.pdf", caption="a paper")
        return bytes(await file.download_as_bytearray())

    assert run(sandbox, talk) == b"OggS a recording"
    assert aigerim.sees("a paper").content["document"]["file_name"] == "paper.pdf"


def test_the_bot_can_be_set_up(sandbox: Sandbox, aigerim: Phone) -> None:
    async def talk(library: telegram.Bot) -> None:
        await library.set_my_commands([telegram.BotCommand("status", "how far it is")], language_code="en")
        assert [one.command for one in await library.get_my_commands(language_code="en")] == ["status"]
        await library.set_my_description("Help when somebody is taken")
        assert (await library.get_my_description()).description == "Help when somebody is taken"
        assert (await library.get_chat(aigerim.chat_id)).first_name == "Aigerim"
        await library.set_webhook("https://example.org/hook")
        assert (await library.get_webhook_info()).url == "https://example.org/hook"
        with pytest.raises(error.Conflict):
            await library.get_updates()
        await library.delete_webhook(drop_pending_updates=True)
        await library.send_chat_action(aigerim.chat_id, "typing")

    run(sandbox, talk)


def test_refusals_become_the_right_exceptions(
    sandbox: Sandbox, aigerim: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # without it the library warns of its next major

    async def talk(library: telegram.Bot) -> None:
        with sandbox.faults.too_many_requests(9), pytest.raises(error.RetryAfter) as slow:
            await library.send_message(aigerim.chat_id, "x")
        assert slow.value.retry_after == timedelta(seconds=9)
        with sandbox.faults.migrates(-100_500), pytest.raises(error.ChatMigrated) as moved:
            await library.send_message(aigerim.chat_id, "x")
        assert moved.value.new_chat_id == -100_500
        aigerim.blocks_the_bot()
        with pytest.raises(error.Forbidden, match="blocked by the user"):
            await library.send_message(aigerim.chat_id, "x")
        with pytest.raises(error.BadRequest, match=r"(?i)chat not found"):
            await library.send_message(12345, "x")
        with sandbox.faults.breaks(), pytest.raises(error.NetworkError):
            await library.send_message(aigerim.chat_id, "x")
        with sandbox.faults.never_answers(accepted=False, times=1), pytest.raises(error.TimedOut):
            await library.send_message(aigerim.chat_id, "x", read_timeout=0.2)

    run(sandbox, talk)
