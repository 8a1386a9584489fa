"""The Telegram bot: ``bot rotate``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.shared import fail, fails_clearly, house

if TYPE_CHECKING:
    from app.rotating import Asked, CutOff
    from app.settings import Settings

SETTING = "TELEGRAM_BOT_TOKEN"


@click.group()
def bot() -> None:
    """The Telegram bot."""


@bot.command()
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds the new token; without it you are asked, and nothing shows.",
)
@click.option("--another-bot", is_flag=True, help="Put another bot in the place of the one you have.")
@fails_clearly
def rotate(*, token_file: Path | None, another_bot: bool) -> None:
    """Take a new token: of the same bot (yours was revoked, or is known to others), or of the one that stands by.

    Telegram is asked first whose token it is. The file that TELEGRAM_BOT_TOKEN_FILE names gets it in place of the old
    one; restart `panah up` then.
    """
    from app.rotating import RotationError, ask_about, note_change, take_away_webhook
    from app.setting_values import TOKEN

    built = house()
    given = click.prompt("New token", hide_input=True) if token_file is None else token_file.read_text(encoding="utf-8")
    token = given.strip()
    if not TOKEN.fullmatch(token):
        fail("this is not a bot's token; @BotFather gives it in the form 123456:ABC-def")
    try:
        asked = ask_about(built.settings, token)
    except RotationError as error:
        fail(str(error))
    if asked.same_bot is another_bot:
        fail(_other_than_said(asked))
    _put(token)
    if asked.webhook_was_set and take_away_webhook(built.settings, token):
        click.echo("A webhook was set on this bot and was taken away; in webhook mode `panah up` sets ours again.")
    with built.store.unit("cli") as unit:
        cut_off = note_change(unit, same_bot=asked.same_bot)
    _say_what_follows(built.settings, asked, cut_off)


def _other_than_said(asked: Asked) -> str:
    if asked.same_bot:
        return f"this is a token of the bot you have ({asked.handle}): leave out --another-bot"
    return (
        f"this token belongs to another bot ({asked.handle}). It reaches nobody until they write to it; to put it in "
        "the place of yours, say --another-bot"
    )


def _put(token: str) -> None:
    from app.rotating import replace_token
    from app.sources import file_behind

    file = file_behind(os.environ, Path(".env"), SETTING)
    if file is None:
        click.echo(f"Put the new token in the place of the old one, where {SETTING} is set. It is not shown here.")
        return
    try:
        replace_token(file, token)
    except OSError as error:
        fail(f"{file} cannot be written ({error.strerror}); put the new token there yourself, then run this again")
    click.echo(f"The new token is in {file}; the old one is not there any more.")


def _say_what_follows(settings: Settings, asked: Asked, cut_off: CutOff) -> None:
    click.echo("Restart `panah up` now: until then it still uses the old token.")
    if settings.bot_handle is not None and settings.bot_handle.lower() != asked.handle.lower():
        click.echo(f"The bot is {asked.handle}, and PANAH_BOT_HANDLE says {settings.bot_handle}: change it.")
    if asked.same_bot:
        click.echo(f"It is the same bot ({asked.handle}): every conversation goes on.")
        click.echo("If the old token was known to others, warn those who wrote meanwhile by another way.")
        return
    click.echo(f"It is another bot ({asked.handle}). Publish its name, and set PANAH_BOT_HANDLE.")
    for name in cut_off.helpers:
        click.echo(f"  {name}: has to open {asked.handle} and send /start; until then no alert by Telegram arrives")
    click.echo(
        f"{cut_off.conversations} conversations of people who reported cannot be reached by another bot, whatever we "
        "do: each goes on when they write to it. Use other ways where a case has one."
    )
    click.echo("What stands in their chats with the old bot cannot be erased by us any more.")
