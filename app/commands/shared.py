"""What every command begins and ends with: settings, a house, and one clear sentence when something is wrong."""

from __future__ import annotations

import os
import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

import click

from app.settings import Settings, read_settings
from app.troubles import what_is_wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.wiring import House
    from cases.models import Case
    from store.unit_of_work import UnitOfWork

P = ParamSpec("P")
R = TypeVar("R")
FAULT = 1

FILE = click.Path(path_type=Path, dir_okay=False)
as_data = click.option("--json", "as_json", is_flag=True, help="Print data.")


def settings() -> Settings:
    """Read the settings of this folder's ``.env`` and the environment."""
    return read_settings(os.environ, Path(".env"))


def house() -> House:
    """Build everything for a command that works on a home, for as long as the command runs."""
    from app.wiring import build

    built = build(settings())
    click.get_current_context().call_on_close(built.store.engine.dispose)
    return built


def the_case(unit: UnitOfWork, code: str) -> Case:
    """Return the case of a code, however it is typed; of one that is not there say so, and end with status 1."""
    from sqlalchemy import select

    from cases.codes import normalise_code
    from cases.docket.reading import case_by_code
    from cases.retention import ErasedCase

    wanted = normalise_code(code) or ""
    case = case_by_code(unit, wanted)
    if case is not None:
        return case
    erased = unit.session.scalar(select(ErasedCase.case_id).where(ErasedCase.code == wanted))
    return fail("there is no case of this code" if erased is None else "this case was erased")


def fails_clearly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn whatever goes wrong into a sentence and exit status 1.

    Never a traceback: it could show what people wrote. Of what nobody foresaw the kind and the place are said.
    """

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click knows what these mean
        except Exception as error:  # noqa: BLE001  the last line of defence between data and the terminal
            fail(what_is_wrong(error))

    return wrapped


def fail(why: str) -> NoReturn:
    """Say why on standard error and end with status 1."""
    click.echo(f"panah: {why}", err=True)
    sys.exit(FAULT)
