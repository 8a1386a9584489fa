"""The drill for a token that is known to others, or a bot that is lost: asked first, one file changed, people named."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from alerts.telling.wording import Words, render
from app.doctor.network import judge_name
from app.settings import read_settings
from app.wiring import build
from bot.poller import former_source_of, source_of
from cases.intake import open_report
from contacts.directory import find_contact
from contacts.linking import link_account, make_link_code
from sandbox import Sandbox
from store.chats import find_or_open_chat
from store.eventlog import EventRow
from tests.app.test_commands import TEAM
from texts.bidi import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.app.conftest import Panah

OLD = "700000111:the-old-token-of-nobody"
OTHER = "700000222:a-standby-bot-of-nobody"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(token=OLD) as running:
        running.bot()
        running.bot(OTHER, name="Standby", username="standby_bot")
        yield running


@pytest.fixture
def panah_with_bot(ready: Panah, sandbox: Sandbox) -> Panah:
    token = ready.folder / "token"
    token.write_text(OLD)
    ready.environment |= {
        "PANAH_SANDBOX": "1",
        "TELEGRAM_API_URL": sandbox.url,
        "TELEGRAM_BOT_TOKEN_FILE": str(token),
        "PANAH_BOT_HANDLE": "panah_sandbox_bot",
    }
    return ready


def token_file(panah: Panah) -> Path:
    return panah.folder / "token"


def changes(panah: Panah) -> list[object]:
    house = build(read_settings(panah.environment))
    with house.store.read() as unit:
        found = list(unit.session.scalars(select(EventRow.payload).where(EventRow.name == "BotChanged")))
    house.store.engine.dispose()
    return found


def test_a_new_token_of_the_same_bot_takes_the_place_of_the_old(panah_with_bot: Panah, sandbox: Sandbox) -> None:
    new = sandbox.revokes_token()
    said = panah_with_bot.does("bot", "rotate", "--token-file", panah_with_bot.writes("new", f"{new}\n"))
    assert token_file(panah_with_bot).read_text() == f"{new}\n"
    assert stat.S_IMODE(token_file(panah_with_bot).stat().st_mode) == 0o600
    assert "It is the same bot (@panah_sandbox_bot): every conversation goes on." in said
    assert "Restart `panah up` now" in said
    assert "PANAH_BOT_HANDLE" not in said
    assert changes(panah_with_bot) == [{"same_bot": True}]
    assert not any(secret in said for secret in (new, OLD, new.partition(":")[2]))
    assert not [one for one in panah_with_bot.folder.iterdir() if one.name.startswith(".token")]


@pytest.mark.parametrize(
    ("token", "options", "why"),
    [
        ("no token", (), "this is not a bot's token"),
        (OLD, (), "this is the token that is in use"),
        ("700000111:revoked-or-mistyped-token", (), "nothing was changed"),
        (OTHER, (), "belongs to another bot (@standby_bot)"),
    ],
)
def test_a_token_that_will_not_do_changes_nothing(
    panah_with_bot: Panah, token: str, options: tuple[str, ...], why: str
) -> None:
    refused = panah_with_bot.refuses("bot", "rotate", *options, "--token-file", panah_with_bot.writes("new", token))
    assert why in refused
    assert token not in refused
    assert token_file(panah_with_bot).read_text() == OLD
    assert changes(panah_with_bot) == []


def test_the_same_bot_is_not_taken_for_another(panah_with_bot: Panah, sandbox: Sandbox) -> None:
    new = panah_with_bot.writes("new", sandbox.revokes_token())
    assert "leave out --another-bot" in panah_with_bot.refuses("bot", "rotate", "--another-bot", "--token-file", new)
    assert token_file(panah_with_bot).read_text() == OLD


def test_another_bot_reaches_nobody_and_says_whom(panah_with_bot: Panah) -> None:
    panah_with_bot.does("contacts", "import", panah_with_bot.writes("team.csv", TEAM))
    house = build(read_settings(panah_with_bot.environment))
    with house.store.unit("test") as unit:
        aigerim = find_contact(unit, "Aigerim")
        assert aigerim is not None
        chat = find_or_open_chat(unit, "telegram", "7000001")
        link_account(unit, chat, make_link_code(unit, aigerim.id))
        open_report(unit, find_or_open_chat(unit, "telegram", "7000002"), language="en", kind="text", content="help")
    house.store.engine.dispose()
    said = panah_with_bot.does("bot", "rotate", "--another-bot", "--token-file", panah_with_bot.writes("new", OTHER))
    assert token_file(panah_with_bot).read_text() == f"{OTHER}\n"
    assert "  Aigerim: has to open @standby_bot and send /start" in said
    assert "1 conversations of people who reported cannot be reached by another bot" in said
    assert "The bot is @standby_bot, and PANAH_BOT_HANDLE says @panah_sandbox_bot: change it." in said
    assert changes(panah_with_bot) == [{"same_bot": False}]


def test_where_no_file_holds_the_token_the_operator_is_told_and_sees_no_token(
    panah_with_bot: Panah, sandbox: Sandbox
) -> None:
    del panah_with_bot.environment["TELEGRAM_BOT_TOKEN_FILE"]
    new = sandbox.revokes_token()
    said = panah_with_bot.does(
        "bot", "rotate", "--token-file", panah_with_bot.writes("new", new), TELEGRAM_BOT_TOKEN=OLD
    )
    assert "Put the new token in the place of the old one" in said
    assert new not in said


def test_a_new_token_names_the_same_account_and_another_bot_another() -> None:
    assert source_of(OLD) == source_of("700000111:another-token")
    assert source_of(OLD) != source_of(OTHER)
    assert former_source_of(OLD) != source_of(OLD)
    assert OLD.partition(":")[0] not in source_of(OLD)


def test_the_doctor_sees_when_people_are_told_another_name() -> None:
    told = read_settings({"PANAH_BOT_HANDLE": "@Panah_sandbox_bot"})
    assert judge_name(told, "@panah_sandbox_bot").what.endswith("as people are told")
    assert "people are told that it is @Panah_sandbox_bot" in judge_name(told, "@evil_bot").what


@pytest.mark.parametrize("language", ["en", "ru", "kk", "kk-Arab", "ug", "zh", "tr", "uz"])
def test_help_says_by_what_name_we_are_known(ready: Panah, language: str) -> None:
    house = build(read_settings({**ready.environment, "PANAH_BOT_HANDLE": "example_bot"}))
    nameless = build(read_settings(ready.environment))
    with house.store.read() as unit:
        for key in ("reply.help", "staff.help"):
            words = Words(key, {}, [], language)
            assert "@example_bot" in plain(render(unit, house.wording, words)[0])
            assert "{handle}" not in render(unit, nameless.wording, words)[0]
        assert "@example_bot" not in render(unit, house.wording, Words("reply.stopped", {}, [], language))[0]
    for one in (house, nameless):
        one.store.engine.dispose()
