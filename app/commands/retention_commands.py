"""How long a case is kept: ``case close | reopen | keep | confirm | erase | retention``.

:func:`under` puts them into the group of commands about cases.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.shared import FAULT, as_data, fail, fails_clearly, house, the_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.erasing.erasure import Erased
    from app.wiring import House
    from cases.models import Case
    from store.unit_of_work import UnitOfWork

by_whom = click.option("--by", default="", help="The helper who says so, as in the contacts file.")


def under(group: click.Group) -> click.Group:
    """Put these commands into a group; return it."""
    for command in (close, reopen, keep, confirm, erase, retention):
        group.add_command(command)
    return group


@click.command()
@click.argument("code")
@click.option("--note", required=True, help="Why. It is kept encrypted.")
@click.option("--no-case", is_flag=True, help="It never was one: a mistake, a test, a flood. It is erased sooner.")
@by_whom
@fails_clearly
def close(code: str, note: str, by: str, *, no_case: bool) -> None:
    """Close the case CODE: nobody is asked about it any more. Whatever comes in afterwards opens it again."""
    from cases.retention import close_case

    def act(unit: UnitOfWork, case: Case) -> None:
        close_case(unit, case.id, by=unit.actor, note=note, no_case=no_case)

    _change(code, by, act)
    click.echo("Closed.")


@click.command()
@click.argument("code")
@by_whom
@fails_clearly
def reopen(code: str, by: str) -> None:
    """Open the closed case CODE again."""
    from cases.retention import reopen_case

    _change(code, by, lambda unit, case: reopen_case(unit, case.id, by=unit.actor))
    click.echo("Open.")


@click.command()
@click.argument("code")
@click.option("--note", default="", help="Why: which remedy is open. It is kept encrypted.")
@click.option("--no-longer", is_flag=True, help="It need not be kept any more.")
@by_whom
@fails_clearly
def keep(code: str, note: str, by: str, *, no_longer: bool) -> None:
    """Keep the case CODE whatever its age: a remedy is open somewhere that no clock here knows of."""
    from cases.retention import keep_case

    _change(code, by, lambda unit, case: keep_case(unit, case.id, by=unit.actor, note=note, keep=not no_longer))
    click.echo("No longer kept for a remedy." if no_longer else "Kept.")


@click.command()
@click.argument("code")
@click.option("--by", required=True, help="The coordinator who says so, as in the contacts file.")
@fails_clearly
def confirm(code: str, by: str) -> None:
    """Note that a coordinator agrees: the closed case CODE is erased when its time has come."""
    from cases.retention import confirm_erasure

    _change(code, by, lambda unit, case: confirm_erasure(unit, case.id, by=unit.actor), roles=("coordinator",))
    click.echo("Confirmed.")


@click.command()
@click.argument("code")
@click.option("--by", required=True, help="The coordinator who says so, as in the contacts file.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_data
@fails_clearly
def erase(code: str, by: str, *, yes: bool, as_json: bool) -> None:
    """Erase the closed case CODE now, before its time, and show that nothing is left of it."""
    from app.erasing.erasure import erase_case, overwrite_traces, rows_left

    built = house()
    with built.store.read() as unit:
        case, actor = the_case(unit, code), _actor(unit, by, ("coordinator",))
        case_id, written = case.id, case.code
    if not yes and not _agrees(written):
        fail("nothing was done")
    pieces = _look_for(built)
    erased = _or_fail(lambda: erase_case(built.store, case_id, by=actor))
    before = pieces(erased)
    folded = overwrite_traces(built.store.engine, set(erased.rows))
    with built.store.read() as unit:
        left = rows_left(unit, erased)
    breaks = built.store.verify_log()
    after = pieces(erased)
    proof = {
        "code": erased.code,
        "rows_erased": erased.rows,
        "data_keys_destroyed": len(erased.scopes),
        "conversations_erased": erased.chats,
        "rows_left": left,
        "pieces_looked_for": len(erased.pieces),
        "found_before_overwriting": before,
        "found_afterwards": after,
        "traces": folded.how,
        "event_log_holds": not breaks,
        "backups_die_with": built.store.ring.current_epoch,
    }
    _print_proof(proof, as_json=as_json)
    sys.exit(FAULT if left or after or breaks or not folded.done else 0)


def _look_for(built: House) -> Callable[[Erased], int | None]:
    """Return what counts pieces of ciphertext in SQLite's files; None where the files are a server's.

    Our own connections are given up first: a database file that is opened and closed beside them takes their locks.
    """
    from app.erasing.traces import count_in

    path = built.store.engine.url.database
    if built.store.engine.dialect.name != "sqlite" or path is None:
        return lambda _: None

    def look(erased: Erased) -> int:
        built.store.engine.dispose()
        return count_in([Path(f"{path}{end}") for end in ("", "-wal")], erased.pieces)

    return look


def _print_proof(proof: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(proof))
        return
    rows = sum(proof["rows_erased"].values())
    click.echo(f"{proof['code']} is erased: {rows} rows of {len(proof['rows_erased'])} tables,")
    click.echo(f"{proof['data_keys_destroyed']} data keys, {proof['conversations_erased']} conversations.")
    click.echo(f"Rows that still carry its id: {sum(proof['rows_left'].values())}.")
    if proof["found_afterwards"] is not None:
        click.echo(
            f"Pieces of its ciphertext and keys in the files: {proof['found_before_overwriting']} before, "
            f"{proof['found_afterwards']} now, of {proof['pieces_looked_for']} looked for."
        )
    click.echo(f"On the disk: {proof['traces']}.")
    click.echo(
        f"The event log {'holds' if proof['event_log_holds'] else 'DOES NOT HOLD'}; what is left in it are codes."
    )
    click.echo(
        f"Backups made until now can still give it to whoever has the key ring and the key, until the epoch "
        f"{proof['backups_die_with']} is destroyed: in 31 days at the latest, or at once by `panah key renew`."
    )


@click.command()
@as_data
@fails_clearly
def retention(*, as_json: bool) -> None:
    """Print every closed or kept case, when it is erased, and what that waits for."""
    from sqlalchemy import select

    from app.erasing.retention import terms_of
    from cases.models import Case
    from cases.retention import Retention, erased_on, standing_of_case

    built = house()
    shown = []
    with built.store.read() as unit:
        for row in unit.session.scalars(select(Retention).order_by(Retention.closed_at)):
            standing = standing_of_case(unit, row)
            on = erased_on(standing, terms_of(built.settings))
            waits = on is not None and not standing.no_case and not standing.confirmed
            shown.append(
                {
                    "code": unit.session.get_one(Case, row.case_id).code,
                    "closed": None if row.closed_at is None else row.closed_at.isoformat(),
                    "kept": standing.kept or standing.remedy_open,
                    "erased_on": None if on is None else on.isoformat(),
                    "waits_for_a_coordinator": waits,
                }
            )
    if as_json:
        click.echo(json.dumps(shown))
        return
    for one in shown:
        state = (
            "kept" if one["kept"] else "open" if one["closed"] is None else f"erased on {str(one['erased_on'])[:10]}"
        )
        condition = ", once a coordinator confirms" if one["waits_for_a_coordinator"] else ""
        click.echo(f"{one['code']}  {state}{condition}")
    if not shown:
        click.echo("No case is closed, and none is kept.")


def _change(code: str, by: str, act: Callable[[UnitOfWork, Case], Any], roles: tuple[str, ...] = ()) -> None:
    with house().store.unit("cli") as unit:
        unit.actor = _actor(unit, by, roles)
        case = the_case(unit, code)
        _or_fail(lambda: act(unit, case))


def _or_fail(act: Callable[[], Any]) -> Any:
    from cases.retention import RetentionError

    try:
        return act()
    except RetentionError as error:
        fail(str(error))


def _agrees(code: str) -> bool:
    if not sys.stdin.isatty():
        fail("there is no terminal to ask whether you mean it (--yes)")
    return click.prompt(f"There is no way back. Type {code} to erase it", err=True) == code


def _actor(unit: UnitOfWork, by: str, roles: tuple[str, ...]) -> str:
    from contacts.directory import find_contact

    if not by:
        return "cli"
    contact = find_contact(unit, by)
    if contact is None or contact.left_at is not None:
        fail("there is no helper of this name")
    if roles and contact.role not in roles:
        fail(f"only a {roles[0]} can say so")
    return f"contact:{contact.id}"
