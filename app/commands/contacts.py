"""Those who help: ``contacts import``, ``export``, ``show``, ``link-code``, ``verify``, ``calendar``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.agreeing import by_two, have_two_agree
from app.commands.shared import FAULT, as_data, fail, fails_clearly, house

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.occasions.verifying import NotSent
    from contacts.models import Contact, ContactMethod
    from store.unit_of_work import UnitOfWork

NO_SUCH = "there is no contact of that name; see `panah contacts show`"


@click.group()
def contacts() -> None:
    """Those who help."""


@contacts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partial", is_flag=True, help="Import the good rows although others are bad.")
@fails_clearly
def import_(file: Path, *, partial: bool) -> None:
    """Import contacts from a CSV file; all of them or, without --partial, none.

    Whoever was marked as having left and stands in it is back.
    """
    from contacts.csv_format import read_contacts
    from contacts.directory import find_contact, put_contact

    reading = read_contacts(file.read_bytes())
    for problem in reading.problems:
        click.echo(f"{file.name}: {problem}", err=True)
    if reading.problems and not partial:
        fail("nothing was imported; mend the file, or use --partial")
    with house().store.unit("cli") as unit:
        known = [find_contact(unit, card.name) for card in reading.cards]
        back = sum(one is not None and one.left_at is not None for one in known)
        for card in reading.cards:
            put_contact(unit, card)
    click.echo(f"Imported {len(reading.cards)} contacts.")
    if back:
        click.echo(f"{back} of them had been marked as having left, and are back: alerted again, let in again.")
    sys.exit(FAULT if reading.problems else 0)


@contacts.command()
@by_two
@fails_clearly
def export(agreed: tuple[str, ...]) -> None:
    """Print all contacts as CSV, in the form `contacts import` takes. Two people have to agree; the log says who."""
    from contacts.csv_format import write_contacts
    from contacts.directory import all_cards
    from contacts.events import ContactsExported

    store = house().store
    who = have_two_agree(lambda: store.unit("cli"), agreed)
    with store.unit("cli") as unit:
        unit.record(ContactsExported(case_id=None, agreed=who))
        cards = list(all_cards(unit))
    click.echo(write_contacts(cards), nl=False)


@contacts.command("link-code")
@click.argument("name")
@fails_clearly
def link_code(name: str) -> None:
    """Print a code that ties a contact's Telegram account to them: they send "/link CODE" to the bot within an hour."""
    from contacts.directory import find_contact
    from contacts.linking import make_link_code

    with house().store.unit("cli") as unit:
        contact = find_contact(unit, name)
        code = None if contact is None or contact.left_at is not None else make_link_code(unit, contact.id)
    if code is None:
        fail(NO_SUCH)
    click.echo(code)


@contacts.command()
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Make the address lead nowhere; the next one is another.")
@fails_clearly
def calendar(name: str, *, revoke: bool) -> None:
    """Print the secret address from which somebody's calendar program reads the dates of the cases they hold.

    Whoever has the address sees codes and times. It stays the same until it is revoked.
    """
    from contacts.calendar_feeds import NoFeedForRoleError, open_feed, revoke_feed

    built = house()
    if not revoke and built.settings.public_url is None:
        fail("set PANAH_PUBLIC_URL to the address at which your pages are reached from outside")
    with built.store.unit("cli") as unit:
        contact = _find(unit, name)
        if revoke:
            there_was = revoke_feed(unit, contact.id)
        else:
            try:
                token = open_feed(unit, contact.id)
            except NoFeedForRoleError as error:
                fail(str(error))
    if revoke:
        click.echo("The address leads nowhere any more." if there_was else "There was no address.")
    else:
        click.echo(f"{built.settings.public_url}/calendar/{token}.ics")


@contacts.command()
@click.argument("name", required=False)
@as_data
@fails_clearly
def show(name: str | None, *, as_json: bool) -> None:
    """Print who helps and by which ways each can be reached, without numbers and addresses."""
    from contacts.directory import active_contacts

    with house().store.read() as unit:
        chosen = list(active_contacts(unit)) if name is None else [_find(unit, name)]
        shown = [_shown(unit, contact) for contact in chosen]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for one in shown:
        ways = " · ".join(f"{channel} {standing}" for channel, standing in one["ways"].items())
        click.echo(f"{one['name']} ({one['role']}): {ways or 'no way to reach them is stated'}")


def _shown(unit: UnitOfWork, contact: Contact) -> dict[str, Any]:
    from contacts.directory import methods_of, name_of
    from contacts.verification import standing_of

    ways = {method.channel: str(standing_of(method)) for method in methods_of(unit, contact.id)}
    return {"name": name_of(unit, contact), "role": contact.role, "ways": ways}


def _find(unit: UnitOfWork, name: str) -> Contact:
    from contacts.directory import find_contact

    contact = find_contact(unit, name)
    if contact is None or contact.left_at is not None:
        fail(NO_SUCH)
    return contact


@contacts.command()
@click.argument("name")
@click.option(
    "--channel", type=click.Choice(["sms", "voice", "email", "other"]), help="This way only, proved before or not."
)
@click.option("--again", is_flag=True, help="Also where somebody said that they do not know us.")
@fails_clearly
def verify(name: str, channel: str | None, *, again: bool) -> None:
    """Have somebody show that they read at the numbers and addresses stated for them.

    A code, a call or a link goes to each that is not proved; nothing else is ever sent there before. Needs `panah up`
    to be running.
    """
    from alerts.occasions.verifying import Sent, methods_to_check, send_check
    from contacts.verification import Standing, standing_of

    with house().store.unit("cli") as unit:
        stated = methods_to_check(unit, _find(unit, name).id)
        chosen = [one for one in stated if one.channel == channel or channel is None]
        if channel is None:
            chosen = [one for one in chosen if standing_of(one) is not Standing.PROVED]
        if not chosen:
            fail(_nothing_to_check(stated, channel))
        results = {method.channel: send_check(unit, method, again=again) for method in chosen}
    for way, result in results.items():
        if isinstance(result, Sent):
            click.echo(f"{way}: {SENT[result.key]}")
        else:
            click.echo(f"{way}: nothing was sent: {_why(result)}", err=True)
    sys.exit(0 if any(isinstance(result, Sent) for result in results.values()) else FAULT)


SENT = {
    "sms.code": "a code is on its way; they answer the text with it within the hour",
    "sms.code_oneway": "a code is on its way; they write “/verify CODE” to the bot in Telegram within the hour",
    "voice.code": "we call them; they press 1",
    "email.code": "a link is on its way; they open it within a day and press the button there",
}


def _nothing_to_check(stated: Sequence[ContactMethod], channel: str | None) -> str:
    if stated and channel is None:
        return "every number and address stated for them is proved already"
    return "nothing of the kind is stated for them; fill it in in the contacts file and import that again"


def _why(result: NotSent) -> str:
    from alerts.occasions.verifying import NotSent

    return {
        NotSent.CHANNEL_OFF: "this channel is not set up here",
        NotSent.STOPPED: "no text arrives there, or STOP was sent from it; any text from that number undoes it",
        NotSent.GIVEN_UP: "somebody there did not expect us, or nothing arrives; correct it, or use --again",
        NotSent.NEEDS_TELEGRAM: "texts to it cannot be answered; link their Telegram first, the code is typed there",
        NotSent.TOO_OFTEN: "three were sent within the hour; wait",
    }[result]
