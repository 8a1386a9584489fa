"""Who is asked, in which order, for how long: ``policy import``, ``policy show``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.commands.shared import as_data, fail, fails_clearly, house

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.needs.preview import NeedNow, StepNow
    from alerts.policy import Policies


@click.group()
def policy() -> None:
    """Who is asked, in which order, for how long."""


@policy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Import nothing; print who would be asked now, by name.")
@fails_clearly
def import_(file: Path, *, dry_run: bool) -> None:
    """Put the policies and rosters of a YAML file in force."""
    from alerts.policy import PolicyError
    from alerts.policy.policies import import_policies

    try:
        text = file.read_text(encoding="utf-8")
        if dry_run:
            _try_out(text)
            return
        with house().store.unit("cli") as unit:
            found = import_policies(unit, text)
    except UnicodeDecodeError:
        fail(f"{file.name}: this is not UTF-8 text; nothing has changed")
    except PolicyError as error:
        fail(f"{file.name}: {error}")
    else:
        click.echo(f"In force: {len(found.policies)} policies, {len(found.rosters)} rosters.")
        _say_what_is_not_looked_at(found)


@policy.command()
@click.option("--now", is_flag=True, help="Print who would be asked now, step by step, by name.")
@as_data
@fails_clearly
def show(*, now: bool, as_json: bool) -> None:
    """Print the policies and rosters in force."""
    from alerts.needs.preview import preview
    from alerts.policy import to_yaml
    from alerts.policy.policies import policies_in_force

    if as_json and not now:
        raise click.UsageError("--json goes with --now; without it the document itself is printed, as YAML")
    with house().store.read() as unit:
        policies = policies_in_force(unit)
        needs = preview(unit, policies) if now else ()
    if as_json:
        click.echo(json.dumps([_as_json(need) for need in needs], ensure_ascii=False))
    elif now:
        _print(policies, needs)
    else:
        click.echo(to_yaml(policies), nl=False)


def _try_out(text: str) -> None:
    from alerts.needs.preview import preview
    from alerts.policy import read_policies

    policies = read_policies(text)
    with house().store.read() as unit:
        needs = preview(unit, policies)
    _print(policies, needs)
    click.echo("Nothing was imported.")


def _print(policies: Policies, needs: Sequence[NeedNow]) -> None:
    click.echo("Asked at this moment about a case of which nothing more is known:")
    for need in needs:
        wanted = "" if need.accepts == 1 else f", {need.accepts} must accept"
        click.echo(f"{need.policy}: {need.need}{wanted}")
        for line in _lines(need.steps):
            click.echo(f"  {line}")
    _say_what_is_not_looked_at(policies)
    for roster in sorted(policies.missing_rosters):
        click.echo(f"There is no roster `{roster}`: every coordinator stands in for it.")


def _say_what_is_not_looked_at(policies: Policies) -> None:
    for one in policies.policies:
        if one.risks is not None:
            click.echo(f"{one.name}: `risk` is not looked at yet; this policy is for every case of its places.")


def _lines(steps: Sequence[StepNow]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        people = "; ".join(f"{person.name} ({', '.join(person.channels)})" for person in step.people)
        yield f"{number}. {people}, for {step.wait}" if people else f"{number}. NOBODY: the next step is taken at once"


def _as_json(need: NeedNow) -> dict[str, Any]:
    return {
        "policy": need.policy,
        "need": need.need,
        "accepts": need.accepts,
        "steps": [
            {
                "wait_seconds": int(step.wait.total_seconds()),
                "people": [{"name": person.name, "channels": list(person.channels)} for person in step.people],
            }
            for step in need.steps
        ],
    }
