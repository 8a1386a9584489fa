"""``registry import``, ``imports``, ``undo``, ``search``, ``show``, ``decide``, ``erase``, ``statistics``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from app.commands.shared import fail, fails_clearly, house

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from cases.registry.importing import Plan
    from cases.registry.listing import Listing
    from store.unit_of_work import Store

SHOWN_AT_MOST: Final = 50
NO_SUCH = "there is no such entry; see `panah registry search NAME`"


@click.group()
def registry() -> None:
    """People whom others have documented; apart from the cases."""


@registry.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="A short word for whose list it is.")
@click.option("--map", "headings", multiple=True, metavar="FIELD=HEADING", help="Which column a field is.")
@click.option("--value", "values", multiple=True, metavar="FIELD:WORD=VALUE", help="What a word in it stands for.")
@click.option("--set", "constants", multiple=True, metavar="FIELD=VALUE", help="What holds for every line.")
@click.option("--dates", type=click.Choice(["day-first", "month-first"]), help="How 03/04/2018 is to be read.")
@click.option("--by", "who", default="cli", help="The word by which whoever does it is noted down.")
@click.option("--write", is_flag=True, help="Take it in. Without this it is only looked at.")
@fails_clearly
def import_(
    *,
    file: Path,
    source: str,
    headings: Sequence[str],
    values: Sequence[str],
    constants: Sequence[str],
    dates: str | None,
    who: str,
    write: bool,
) -> None:
    """Look at a list (CSV) and say what taking it in would change; with --write, take it in.

    Fields: id, name, name_latin, name_cyrillic, name_arabic, name_chinese, born, document, region, place, since, until,
    status, happened, basis, url, note. A column that is called like a field is that field, and needs no --map; what is
    left of the others is said, and not kept.
    """
    from cases.registry.importing import RegistryError, plan_import, refuse_source, write_import
    from cases.registry.listing import MappingError, Reading, read_listing
    from cases.registry.proposing import settle
    from cases.registry.shelf import Shelf
    from cases.registry.vocabulary import First

    store = house().store
    try:
        refuse_source(source)
        first = None if dates is None else First(dates.removesuffix("-first"))
        how = Reading(dict(map(_pair, headings)), dict(map(_meaning, values)), dict(map(_pair, constants)), first)
        listing = read_listing(file.read_bytes(), how)
        with store.read() as unit:
            plan = plan_import(unit, source, listing)
        _tell(listing, plan)
        _tell_likely(store, plan)
        if not write:
            click.echo("Nothing was written; --write takes it in.")
            return
        import_id = write_import(store, source, listing, by=_who(who))
    except (MappingError, RegistryError) as error:
        fail(str(error))
    settle(store, Shelf(), by=_who(who))
    if import_id is None:
        click.echo("Nothing to take in: all of it stands already.")
    else:
        click.echo(f"Taken in as {import_id}.")


def _pair(given: str) -> tuple[str, str]:
    from cases.registry.listing import MappingError

    field, equals, meant = given.partition("=")
    if not equals or not field.strip() or not meant.strip():
        raise MappingError("--map and --set take FIELD=…, --value takes FIELD:WORD=VALUE")
    return field.strip(), meant.strip()


def _meaning(given: str) -> tuple[tuple[str, str], str]:
    from cases.registry.listing import MappingError

    word, meant = _pair(given)
    field, colon, written = word.partition(":")
    if not colon or not written.strip():
        raise MappingError("--value takes FIELD:WORD=VALUE, such as status:释放=released")
    return (field.strip(), written.strip()), meant


def _who(who: str) -> str:
    return who if who == "cli" else f"cli:{' '.join(who.split())}"[:64]


def _tell(listing: Listing, plan: Plan) -> None:
    columns = sorted(listing.read.items(), key=lambda one: one[1])
    click.echo(f"read: {', '.join(f'{name} (column {at + 1})' for name, at in columns)}")
    if listing.left:
        click.echo(f"not read, and not kept: {', '.join(listing.left)}")
    click.echo(f"new: {len(plan.fresh)} · changed: {len(plan.changed)} · as it stands: {plan.same}")
    if plan.erased:
        click.echo(f"erased here before, and not taken in again: {len(plan.erased)}")
    if listing.refused:
        click.echo(f"refused: {len(listing.refused)}")
    _shorten((f"  {refusal}" for refusal in listing.refused), len(listing.refused), err=True)


def _tell_likely(store: Store, plan: Plan) -> None:
    from cases.registry.proposing import likely_in
    from cases.registry.shelf import Shelf

    shelf = Shelf()
    with store.read() as unit:
        shelf.follow(unit)
    likely = list(likely_in(shelf, plan.fresh))
    if likely:
        click.echo(f"may be somebody who is in it already, or twice in this list: {len(likely)}")
    _shorten((f"  line {one.line} ~ {one.other}: {', '.join(one.reasons)}" for one in likely), len(likely))


def _shorten(lines: Iterable[str], count: int, *, err: bool = False) -> None:
    for number, line in enumerate(lines):
        if number == SHOWN_AT_MOST:
            click.echo(f"  … and {count - SHOWN_AT_MOST} more", err=err)
            return
        click.echo(line, err=err)


@registry.command()
@fails_clearly
def imports() -> None:
    """Print every file that was taken in: when, by whom, of which source, its SHA-256.

    What was interrupted goes on when its command is given again.
    """
    from sqlalchemy import select

    from cases.registry.models import RegistryImport

    with house().store.read() as unit:
        for row in unit.session.scalars(select(RegistryImport).order_by(RegistryImport.made_at, RegistryImport.id)):
            state = "undone" if row.undone_at else "taken in" if row.finished_at else "interrupted"
            if state != "interrupted" and row.compared_at is None:
                state += ", what follows was interrupted"
            click.echo(
                f"{row.id}  {row.made_at:%Y-%m-%d %H:%M} UTC  {row.source}  {row.lines}  {state}  "
                f"{row.made_by}  {row.digest.hex()}"
            )


@registry.command()
@click.argument("import_id", type=click.UUID)
@fails_clearly
def undo(import_id: UUID) -> None:
    """Take a whole import back: what it made is erased, what it changed is as it was before."""
    from app.erasing.erasure import overwrite_traces
    from cases.registry.importing import RegistryError, undo_import
    from cases.registry.proposing import settle
    from cases.registry.shelf import Shelf

    store = house().store
    try:
        gone = undo_import(store, import_id, by="cli")
    except RegistryError as error:
        fail(str(error))
    traces = overwrite_traces(store.engine)
    settle(store, Shelf(), by="cli")
    click.echo(f"Taken back; {gone} entries are gone. On the disk: {traces.how}.")


@registry.command()
@click.argument("name")
@fails_clearly
def search(name: str) -> None:
    """Print who is in it by this name, in any script, and log that each was shown."""
    from cases.registry.events import RegistryEntryShown
    from cases.registry.shelf import Shelf

    store, shelf = house().store, Shelf()
    with store.read() as unit:
        shelf.follow(unit)
    found = shelf.named(name)
    with store.unit("cli") as unit:
        for one in found:
            unit.record(RegistryEntryShown(case_id=None, entry_id=one.entry_id))
    for one in found:
        click.echo(f"{one.code}  {one.source}  {' / '.join(one.names)}{f'  {one.born}' if one.born else ''}")
    if not found:
        click.echo("Nobody of this name was found.")


@registry.command()
@click.argument("code")
@fails_clearly
def show(code: str) -> None:
    """Print an entry, with the file and the line each word of it is from, and log that it was shown."""
    from cases.registry.entries import entry_by_code
    from cases.registry.events import RegistryEntryShown
    from cases.registry.proposing import pairs_of

    with house().store.unit("cli") as unit:
        entry = entry_by_code(unit, code.strip().upper())
        if entry is None:
            fail(NO_SUCH)
        unit.record(RegistryEntryShown(case_id=None, entry_id=entry.id))
        pairs = pairs_of(unit, entry.id)
    click.echo(f"{entry.code}  {entry.source}")
    for one in entry.fields:
        before = "" if one.stands else "before: "
        click.echo(
            f"  {before}{one.field}: {one.value}  [line {one.line} of {one.digest[:12]}, "
            f"{one.entered_at:%Y-%m-%d}, {one.entered_by}]"
        )
    for pair in pairs:
        click.echo(f"  may be {pair.code} ({pair.state}): {', '.join(pair.reasons)}")


@registry.command()
@click.argument("code")
@click.argument("other")
@click.argument("answer", type=click.Choice(["same", "other"]))
@fails_clearly
def decide(code: str, other: str, answer: str) -> None:
    """Say whether two entries are of one person. Both stay as they are; they are counted once."""
    from cases.registry.entries import entry_by_code
    from cases.registry.proposing import decide_pair, pairs_of

    with house().store.unit("cli") as unit:
        entry = entry_by_code(unit, code.strip().upper())
        pairs = [] if entry is None else pairs_of(unit, entry.id)
        pair = next((one for one in pairs if one.code == other.strip().upper()), None)
        if entry is None or pair is None:
            fail("nothing was proposed between these two; see `panah registry show CODE`")
        decide_pair(unit, entry.id, pair.id, same=answer == "same")
    click.echo("Noted.")


@registry.command()
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask.")
@fails_clearly
def erase(code: str, *, yes: bool) -> None:
    """Erase an entry for good. It is not taken in again from the same source."""
    from app.erasing.erasure import overwrite_traces
    from cases.registry.erasing import erase_entry

    store = house().store
    if not yes:
        click.confirm("Erase this entry for good?", abort=True)
    if not erase_entry(store, code.strip().upper(), by="cli"):
        fail(NO_SUCH)
    click.echo(f"Erased. On the disk: {overwrite_traces(store.engine).how}.")


@registry.command()
@fails_clearly
def statistics() -> None:
    """Print what it comes to as CSV, and beside it what the numbers cannot say. Small cells are refused."""
    from cases.registry.counting import BIAS, count, lines_of
    from cases.registry.shelf import Shelf
    from texts.catalogue import say_plain

    store, shelf = house().store, Shelf()
    with store.read() as unit:
        shelf.follow(unit)
        counted = count(shelf.figures(unit), unit.now.year)
    told = lines_of(counted)
    if not told:
        fail("there are fewer than five people in it: nothing can be told")
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("table", "of", "shown", "number"))
    for one in told:
        rows.writerow((one.table, _harmless(one.of), one.mark, "" if one.number is None else one.number))
    for note in BIAS:
        click.echo(f"# {say_plain(f'web.registry_bias.{note}', 'en')}", err=True)


def _harmless(cell: str) -> str:
    from contacts.csv_format import harmless

    return harmless(cell)
