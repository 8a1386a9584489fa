"""``cards``: what helpers carry on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.agreeing import by_two, have_two_agree
from app.commands.shared import fail, fails_clearly, house

if TYPE_CHECKING:
    from app.cards import Public
    from app.settings import Settings

STAFF = ("en", "ru", "kk", "ug")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--language", type=click.Choice(STAFF), default="en", show_default=True, help="What it is written in.")
@by_two
@fails_clearly
def cards(file: Path, language: str, agreed: tuple[str, ...]) -> None:
    """Write cards as PDF into FILE: who telephones whom, and what is done first when nothing works.

    Names and numbers of those who help stand on them in plain, so two people have to agree, and the log says who. Print
    both sides, cut in four, and destroy FILE.
    """
    from app.cards import MOST, card, draw, people_in_order, phone_tree
    from contacts.events import ContactsExported
    from texts.dates import local_date

    built = house()
    if file.exists():
        fail(f"{file} exists; give another name")
    if not file.parent.is_dir():
        fail(f"there is no folder {file.parent}")
    with built.store.read() as unit:
        people = people_in_order(unit)
    if not people:
        fail("nobody helps yet: `panah contacts import FILE.csv`")
    who = have_two_agree(lambda: built.store.unit("cli"), agreed)
    with built.store.unit("cli") as unit:
        unit.record(ContactsExported(case_id=None, agreed=who))
        day = local_date(unit.now, built.settings.timezone, language)
    chosen = built.settings
    drawn = draw(card(phone_tree(people[:MOST]), _public(chosen), chosen.hotlines, day, language))
    with file.open("xb") as pages:
        pages.write(drawn)
    click.echo(f"{len(people[:MOST])} people are on it: {file}")
    if len(people) > MOST:
        click.echo(f"{len(people) - MOST} more do not fit; whoever is last on it can be given their numbers.")


def _public(chosen: Settings) -> Public:
    from app.cards import Public

    return Public(
        bot=chosen.bot_handle,
        form=None if chosen.public_url is None else f"{chosen.public_url}/report",
        number=chosen.number_to_report_by,
    )
