"""Cases from the terminal: what is known of a person, who agreed to what, what an audience would see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from app.commands.agreeing import agreed_if_many, by_two
from app.commands.shared import as_data, fail, fails_clearly, house, the_case

if TYPE_CHECKING:
    from cases.views.audience import AudienceView, Dated

AUDIENCES = ("lawyer", "unhcr", "un", "ngo", "embassy", "press", "press-named", "partner", "family")
KINDS = ("identity", "custody", "proceedings", "return", "family", "reach", "care", "counsel")
WHO = ("person", "prior-instruction", "guardian", "relative", "reporter")
BASES = ("second_source", "document", "lawyer", "official")
A_CODE = click.argument("code")


@click.group()
def case() -> None:
    """Cases: what is known, who agreed to what, what an audience would see.

    Whoever can run these can read every case: they are for the machine's own administrator. Showing a case is logged.
    """


@case.command(name="list")
@as_data
@fails_clearly
def list_cases(*, as_json: bool) -> None:
    """Print every case by code: its state, since when, and what holds it back."""
    from sqlalchemy import select

    from cases.models import Case

    with house().store.read() as unit:
        rows = [
            {
                "code": one.code,
                "state": one.state,
                "opened": one.opened_at.isoformat(timespec="minutes"),
                "region": one.region,
                "suspected": one.hostile_at is not None,
            }
            for one in unit.session.scalars(select(Case).order_by(Case.opened_at, Case.id))
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for one in rows:
        marks = "  SUSPECTED" if one["suspected"] else ""
        click.echo(f"{one['code']}  {one['state']:<12} {one['opened']}  {one['region'] or '-'}{marks}")
    if not rows:
        click.echo("There is no case.")


@case.command()
@A_CODE
@as_data
@fails_clearly
def show(code: str, *, as_json: bool) -> None:
    """Print what was entered about the person of a case, and who agreed to what. The log notes that it was read."""
    from cases.consent.agreeing import standing_of
    from cases.consent.people import facts_of, known_of, known_person
    from cases.events import CaseRead

    with house().store.unit("cli") as unit:
        of = the_case(unit, code)
        person = known_person(unit, of.id)
        facts = [] if person is None else [known_of(unit, one) for one in facts_of(unit, person.id)]
        standing = standing_of(unit, of)
        unit.record(CaseRead(case_id=of.id))
    shown = {
        "code": of.code,
        "state": of.state,
        "frozen": standing.frozen,
        "suspected": standing.hostile,
        "fields": [{"field": one.name, "value": one.value, "source": one.source, "confidence": one.confidence}
                   for one in facts],
        "consent": [
            {
                "for": str(one.audience),
                "of": str(one.kind),
                "granted": one.granted,
                "by": one.authority.name.lower(),
                "at": one.given_at.isoformat(timespec="minutes"),
            }
            for one in standing.decisions
        ],
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    click.echo("\n".join(_told(shown)))


def _told(shown: dict[str, Any]) -> list[str]:
    marks = [name.upper() for name in ("frozen", "suspected") if shown[name]]
    lines = ["  ".join([shown["code"], shown["state"], *marks])]
    lines += [f"  {one['field']:<20} {one['value']}  ({one['confidence']})" for one in shown["fields"]]
    lines += [
        f"  {'yes' if one['granted'] else 'NO':<3} {one['of']} to {one['for']}, said by {one['by']} at {one['at']}"
        for one in shown["consent"]
    ]
    return lines


@case.command()
@A_CODE
@click.option("--for", "audience", type=click.Choice(AUDIENCES), required=True, help="Who is to read it.")
@by_two
@as_data
@fails_clearly
def export(code: str, audience: str, agreed: tuple[str, ...], *, as_json: bool) -> None:
    """Print what an audience may see of a case as things stand, and what stays, and why. The log notes it.

    For a fourth case within a day two people have to agree.
    """
    from cases.consent.vocabulary import Audience
    from cases.events import CaseExported
    from cases.views.audience import view_for_audience

    store = house().store
    with store.read() as unit:
        case_id = the_case(unit, code).id
    who = agreed_if_many(store, case_id, agreed)
    with store.unit("cli") as unit:
        of = the_case(unit, code)
        view = view_for_audience(unit, of, Audience(audience))
        unit.record(CaseExported(case_id=of.id, audience=audience, agreed=who))
    click.echo(json.dumps(_as_data(view), ensure_ascii=False) if as_json else "\n".join(_lines(view)))


def _as_data(view: AudienceView) -> dict[str, Any]:
    return {
        "code": view.code,
        "for": str(view.audience),
        "fields": {one.name: one.value for one in view.fields},
        "dates": [
            {
                "event": one.event,
                "at": one.at.isoformat(),
                "day_only": one.day_only,
                "zone": one.zone,
                "for": None if one.for_at is None else one.for_at.isoformat(),
                "until": None if one.until_at is None else one.until_at.isoformat(),
            }
            for one in view.dates
        ],
        "held_back": {name: str(why) for name, why in view.held_back.items()},
    }


def _lines(view: AudienceView) -> list[str]:
    lines = [f"{view.code} for {view.audience}", "leaves:"]
    lines += [f"  {one.name:<20} {one.value}" for one in view.fields] or ["  nothing"]
    lines += [f"  {one.event:<20} {_when(one)}" for one in view.dates]
    lines.append("stays:")
    lines += [f"  {name:<20} {why}" for name, why in view.held_back.items()] or ["  nothing that is known"]
    return lines


def _when(one: Dated) -> str:
    """A day as it was written down, or an instant by the clock there."""
    at = one.at.astimezone(ZoneInfo(one.zone or "UTC"))
    return at.date().isoformat() if one.day_only else at.isoformat(timespec="minutes")


@case.command()
def fields() -> None:
    """Print every field that can be entered, the class that consent is given for, and who may ever see it."""
    from cases.consent.vocabulary import CEILING, FIELDS

    for name, kind in FIELDS.items():
        click.echo(f"{name:<20} {kind:<12} {', '.join(one for one in CEILING if name in CEILING[one])}")


@case.command()
@A_CODE
@click.argument("name", metavar="FIELD")
@click.option("--value", help="What is known; without it, it is asked for, so that it stands in no list of commands.")
@click.option("--source", default="", help="Who says so.")
@click.option("--confidence", type=click.Choice(("low", "medium", "high")), default="medium", show_default=True)
@click.option("--take-back", is_flag=True, help="The field stands no longer.")
@fails_clearly
def enter(code: str, name: str, **given: Any) -> None:
    """Enter what is known in a FIELD of the person of a case. What stood before stays in the history."""
    from cases.consent.errors import ConsentError
    from cases.consent.people import enter_fact, take_fact_back

    value = given["value"]
    if value is None and not given["take_back"]:
        value = click.prompt("Value", err=True)
    with house().store.unit("cli") as unit:
        of = the_case(unit, code)
        try:
            if given["take_back"]:
                take_fact_back(unit, of.id, name)
            else:
                enter_fact(unit, of.id, name, value, source=given["source"], confidence=given["confidence"])
        except ConsentError as error:
            fail(str(error))
    click.echo("Entered.")


@case.command()
@A_CODE
@click.option("--for", "audience", type=click.Choice(AUDIENCES), required=True, help="Who may learn it.")
@click.option("--of", "kinds", type=click.Choice(KINDS), multiple=True, required=True, help="What; may be repeated.")
@click.option("--by", type=click.Choice(WHO), required=True, help="Who said it.")
@click.option("--how", required=True, help="By what way it was said, and who heard it. It is kept encrypted.")
@click.option("--refused", is_flag=True, help="They said no.")
@fails_clearly
def consent(code: str, audience: str, kinds: tuple[str, ...], by: str, how: str, *, refused: bool) -> None:
    """Enter what somebody said about who may learn what. Nothing is changed: of one authority the later word counts."""
    from cases.consent.agreeing import enter_consent
    from cases.consent.errors import ConsentError
    from cases.consent.vocabulary import Audience, Authority, FieldClass

    with house().store.unit("cli") as unit:
        of = the_case(unit, code)
        try:
            enter_consent(
                unit,
                of.id,
                Audience(audience),
                map(FieldClass, kinds),
                granted=not refused,
                authority=Authority[by.upper().replace("-", "_")],
                how=how,
            )
        except ConsentError as error:
            fail(str(error))
    click.echo("Entered.")


@case.command()
@A_CODE
@fails_clearly
def freeze(code: str) -> None:
    """Stop everything of a case from leaving, at once; whoever has been sent something is asked not to use it."""
    from cases.consent.agreeing import freeze as freeze_case

    with house().store.unit("cli") as unit:
        begun = freeze_case(unit, the_case(unit, code).id)
    click.echo("Nothing of it leaves." if begun else "Nothing of it left before.")


@case.command()
@A_CODE
@fails_clearly
def thaw(code: str) -> None:
    """End a freeze, after the person was asked by a way that is safe. What was called back must be proposed anew."""
    from cases.consent.agreeing import thaw as thaw_case

    with house().store.unit("cli") as unit:
        ended = thaw_case(unit, the_case(unit, code).id)
    click.echo("What was agreed to counts again." if ended else "It was not frozen.")


@case.command("bear-out")
@A_CODE
@click.option("--by", "basis", type=click.Choice(BASES), required=True)
@click.option("--source", required=True, help="Who, and how they know. It is kept encrypted.")
@fails_clearly
def bear_out(code: str, basis: str, source: str) -> None:
    """Enter a source that bears a case out: before that, nobody outside but a lawyer hears of it."""
    from cases.consent.errors import ConsentError
    from cases.verification import Basis
    from cases.verification import bear_out as bear

    with house().store.unit("cli") as unit:
        try:
            state = bear(unit, the_case(unit, code).id, Basis(basis), source)
        except ConsentError as error:
            fail(str(error))
    click.echo(f"The case is {state}.")


@case.command()
@A_CODE
@click.option("--clear", is_flag=True, help="It is no trap.")
@fails_clearly
def suspect(code: str, *, clear: bool) -> None:
    """Hold a report for a trap: its reporter is answered no more, and nothing of it leaves."""
    from cases import verification

    with house().store.unit("cli") as unit:
        of = the_case(unit, code)
        changed = verification.clear(unit, of.id) if clear else verification.suspect(unit, of.id)
    click.echo("Entered." if changed else "It was so before.")


@case.command()
@A_CODE
@fails_clearly
def duress(code: str) -> None:
    """Keep the word that the reporter of a case says when they are made to write. It is asked for, not shown."""
    from sqlalchemy import select

    from cases.consent.errors import ConsentError
    from cases.duress import agree_on_word
    from cases.models import Report

    word = click.prompt("Word", hide_input=True, err=True)
    with house().store.unit("cli") as unit:
        of = the_case(unit, code)
        reports = unit.session.scalars(select(Report.id).where(Report.case_id == of.id)).all()
        if not reports:
            fail("nobody reported this case in a chat")
        try:
            for report_id in reports:
                agree_on_word(unit, report_id, word)
        except ConsentError as error:
            fail(str(error))
    click.echo("Kept. Agree on it in a call, never in the chat.")


@case.command("verify-reporter")
@A_CODE
@fails_clearly
def verify_reporter(code: str) -> None:
    """Say that whoever reported a case is who they say they are."""
    from sqlalchemy import select

    from cases import verification
    from cases.models import Report

    with house().store.unit("cli") as unit:
        of = the_case(unit, code)
        reports = unit.session.scalars(select(Report.id).where(Report.case_id == of.id)).all()
        verified = [verification.verify_reporter(unit, report_id) for report_id in reports]
    click.echo("Verified." if any(verified) else "Nobody was left to be verified.")
