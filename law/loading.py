"""From files to a rulebook: every fault is named with its file, its rule and what to do about it."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import yaml

from law.calendars import Calendar, Holiday
from law.errors import RulesError
from law.rules import (
    EVERYWHERE,
    Card,
    Counting,
    Doubt,
    Extension,
    Instrument,
    Jurisdiction,
    Kind,
    Lever,
    Period,
    Point,
    Rule,
    Rulebook,
    Source,
    Track,
    Unit,
)
from texts.quick_yaml import QUICK, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

RULES: Final = Path(__file__).parent / "rules"
SCHEMA: Final = Path(__file__).parent / "schema.json"
ALIAS: Final = "an alias"
DEEPEST: Final = 32
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_rulebook(folder: Path) -> Rulebook:
    """Read every ``*.yaml`` of a folder; raise RulesError with all faults that were found, one a line."""
    files = {path.name: _read(path) for path in sorted(folder.glob("*.yaml"))}
    _stop_at([fault for name, data in files.items() for fault in _against_schema(name, data)])
    _stop_at(_inconsistent(files))
    return _rulebook(files)


def jurisdictions() -> frozenset[str]:
    """Return the jurisdictions there are rules for: each has a file named after it. Reads none of them."""
    return frozenset(path.stem for path in RULES.glob("*.yaml"))


def _read(path: Path) -> Any:
    """Return what stands in a file. Everything stands in it once, and few levels deep.

    With aliases a short file becomes one that nobody can look through; and the quick reader does not bear great depth.
    """
    try:
        text = path.read_text(encoding="utf-8")
        _look_through(text)
        return read_yaml(text)
    except UnicodeDecodeError:
        raise RulesError(f"{path.name}: this is not text; save it as UTF-8") from None
    except RecursionError:
        raise RulesError(f"{path.name}: what stands in it is nested too deeply") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}"
        if getattr(error, "problem", None) == ALIAS:
            raise RulesError(f"{path.name}{where}: aliases are not read; write it out") from None
        raise RulesError(f"{path.name}{where}: this is not YAML; look at indentation, quotes and colons") from None


def _look_through(text: str) -> None:
    """Raise YAMLError at an alias, RecursionError beyond ``DEEPEST``."""
    depth = 0
    for event in yaml.parse(text, QUICK):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem=ALIAS, problem_mark=event.start_mark)  # type: ignore[arg-type]  # libyaml's marks name lines too
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RecursionError


def _stop_at(faults: Iterable[str]) -> None:
    found = "\n".join(faults)
    if found:
        raise RulesError(found)


def _against_schema(name: str, data: Any) -> list[str]:
    from jsonschema import Draft202012Validator

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    errors = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda error: list(map(str, error.path)))
    return [f"{name}: {_place(data, error.absolute_path)}: {_what_to_do(error)}" for error in errors]


def _place(data: Any, path: Iterable[str | int]) -> str:
    """Say where, by ids instead of positions: ``rules kz.coao.motion_3d, period, unit``."""
    words: list[str] = []
    for step in path:
        data = data[step]
        if isinstance(step, str):
            words.append(step)
        elif isinstance(data, dict) and isinstance(data.get("id"), str) and words:
            words[-1] += f" {data['id']}"
        else:
            words.append(f"number {step + 1}")
    return ", ".join(words) or "the file"


def _what_to_do(error: Any) -> str:
    said = str(error.message)
    match error.validator:
        case "required":
            return f"{said}; add it"
        case "additionalProperties":
            return f"{said}; remove it, or look for a misspelling"
        case "enum":
            return f"{said}; write one of these"
        case "type":
            return f"{said}; dates and articles want quotes"
    return f"{said}; see docs/law.md"


def _inconsistent(files: Mapping[str, Any]) -> Iterable[str]:
    """What a schema cannot see: ids used twice, references that lead nowhere."""
    if EVERYWHERE not in {data["jurisdiction"] for data in files.values()}:
        yield f"the file of {EVERYWHERE} is missing; it holds what is common to all"
    rules = [one["id"] for data in files.values() for one in data["rules"]]
    sources = {key for data in files.values() for key in data["sources"]}
    used = {key for data in files.values() for key in (*_cited(data), *_relied_on(data))}
    for name, data in files.items():
        for one in data["rules"]:
            for fault in _faults_of_rule(one, data, files, rules):
                yield f"{name}: rules {one['id']}: {fault}"
        for doubt in data.get("doubts", []):
            for missing in sorted(set(doubt["rules"]) - set(rules)):
                yield f"{name}: doubts {doubt['id']}: there is no rule {missing}; name one that exists"
        for missing in sorted(set(_cited(data)) - sources):
            yield f"{name}: there is no source {missing}; add it under sources"
        for idle in sorted(set(data["sources"]) - used):
            yield f"{name}: nothing cites the source {idle}; cite it where it was read for, or take it away"


def _faults_of_rule(
    one: Mapping[str, Any], data: Mapping[str, Any], files: Mapping[str, Any], rules: Sequence[str]
) -> Iterable[str]:
    if rules.count(one["id"]) > 1:
        yield "the id is used twice; give one of them another"
    if one["counting_rule"] not in {counting["id"] for of in files.values() for counting in of["counting"]}:
        yield f"there is no counting rule {one['counting_rule']}; add it under counting"
    for cited in (one["source"], *one["source"].get("also", ())):
        if cited["ref"] not in data["sources"]:
            yield f"there is no source {cited['ref']} in this file; add it under sources"
    if "only_in" in one and one["only_in"] not in {group for of in files.values() for group in of.get("groups", {})}:
        yield f"there is no group {one['only_in']}; add it under groups"
    if one.get("passing_harms") and one["kind"] != Kind.INFO:
        yield "only a moment says whether its passing harms; make its kind info, or take passing_harms away"
    if one["period"]["value"] is None and one["direction"] == "before_trigger":
        yield "a date of a ruling is not counted backwards; make it after_trigger"


def _cited(data: Mapping[str, Any]) -> Iterable[str]:
    for one in [*data["counting"], *data.get("instruments", []), *data.get("doubts", [])]:
        yield from one.get("sources", ())
    for card in data.get("know_your_rights", []):
        for point in card["points"]:
            yield from point["sources"]


def _relied_on(data: Mapping[str, Any]) -> Iterable[str]:
    """The sources of rules and levers, looked for in their own file, and that of the calendar."""
    for one in [*data["rules"], *data.get("levers", [])]:
        yield one["source"]["ref"]
        yield from (cited["ref"] for cited in one["source"].get("also", ()))
    if data["calendar"]["source"] is not None:
        yield data["calendar"]["source"]


def _rulebook(files: Mapping[str, Any]) -> Rulebook:
    countings = {one["id"]: _counting(one) for data in files.values() for one in data["counting"]}
    groups = {name: tuple(codes) for data in files.values() for name, codes in data.get("groups", {}).items()}
    everything = list(files.values())
    return Rulebook(
        rules=tuple(_rule(data, one, countings, groups) for data in everything for one in data["rules"]),
        jurisdictions={data["jurisdiction"]: _jurisdiction(data) for data in everything},
        countings=countings,
        doubts=tuple(_doubt(data, one) for data in everything for one in data.get("doubts", [])),
        cards=tuple(_card(data, one) for data in everything for one in data.get("know_your_rights", [])),
        levers=tuple(_lever(data, one) for data in everything for one in data.get("levers", [])),
        instruments=tuple(_instrument(one) for data in everything for one in data.get("instruments", [])),
        sources={id_: _source(data, {"ref": id_, "article": ""}) for data in everything for id_ in data["sources"]},
    )


def _counting(one: Mapping[str, Any]) -> Counting:
    times = {name: time.fromisoformat(one[name]) for name in ("day_ends_at", "office_closes_at") if name in one}
    return Counting(**{**one, **times, "sources": tuple(one["sources"]), "reading": tuple(one["reading"])})


def _rule(
    data: Mapping[str, Any],
    one: Mapping[str, Any],
    countings: Mapping[str, Counting],
    groups: Mapping[str, tuple[str, ...]],
) -> Rule:
    safe = one.get("safe_period")
    return Rule(
        id=one["id"],
        jurisdiction=data["jurisdiction"],
        title=one["title"],
        kind=Kind(one["kind"]),
        track=Track(one["track"]),
        trigger_event=one["trigger_event"],
        safe_trigger_event=one.get("safe_trigger_event"),
        period=_period(one["period"]),
        safe_period=None if safe is None else _period(safe),
        safe_note=one.get("safe_note", ""),
        direction=one["direction"],
        extensions=tuple(_extension(step) for step in one.get("extensions", [])),
        counting=countings[one["counting_rule"]],
        roll_if_non_working=one["roll_if_non_working"],
        only_in=groups[one["only_in"]] if "only_in" in one else (),
        action_required=one["action_required"],
        addressee=one.get("addressee", ""),
        consequence_if_missed=one.get("consequence_if_missed", ""),
        source=_source(data, one["source"]),
        as_of=one["as_of"],
        confidence=one["confidence"],
        needs_recheck=one["needs_recheck"],
        notes=one.get("notes", ""),
        also=tuple(_source(data, cited) for cited in one["source"].get("also", ())),
        passing_harms=one.get("passing_harms", False),
    )


def _period(one: Mapping[str, Any]) -> Period:
    return Period(**{**one, "unit": Unit(one["unit"])})


def _extension(one: Mapping[str, Any]) -> Extension:
    return Extension(one.get("plus"), one.get("up_to"), Unit(one["unit"]), one["ground"])


def _source(data: Mapping[str, Any], cited: Mapping[str, Any]) -> Source:
    of = data["sources"][cited["ref"]]
    return Source(
        id=cited["ref"],
        law=of["law"],
        article=cited["article"],
        edition=of["edition"],
        edition_date=of["edition_date"],
        edition_confirmed=of["edition_confirmed"],
        url=of["url"],
    )


def _jurisdiction(data: Mapping[str, Any]) -> Jurisdiction:
    return Jurisdiction(
        code=data["jurisdiction"],
        name=data["name"],
        zone=ZoneInfo(data["zone"]),
        calendar=_calendar(data["jurisdiction"], data["calendar"]),
        not_researched=tuple(data.get("not_researched", [])),
    )


def _calendar(jurisdiction: str, one: Mapping[str, Any]) -> Calendar:
    return Calendar(
        jurisdiction=jurisdiction,
        weekend=frozenset(WEEKDAYS.index(name) for name in one["weekend"]),
        fixed=tuple(_holiday(holiday) for holiday in one["fixed"]),
        movable=frozenset(date.fromisoformat(holiday["date"]) for holiday in one["movable"]),
        published={int(year): frozenset(map(date.fromisoformat, days)) for year, days in one["days_off"].items()},
        warning=one["warning"],
    )


def _holiday(one: Mapping[str, Any]) -> Holiday:
    first, last = _month_and_day(one["from"]), _month_and_day(one["to"])
    return Holiday(first, last, one["name"], one["moves"], one.get("since"), one.get("until"))


def _month_and_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    return int(month), int(day)


def _doubt(data: Mapping[str, Any], one: Mapping[str, Any]) -> Doubt:
    lists = {name: tuple(one.get(name, ())) for name in ("rules", "sources")}
    return Doubt(**{**one, **lists, "jurisdiction": data["jurisdiction"]})


def _card(data: Mapping[str, Any], one: Mapping[str, Any]) -> Card:
    points = tuple(Point(each["point"], tuple(each["sources"]), each["article"]) for each in one["points"])
    return Card(one["id"], data["jurisdiction"], one["title"], points)


def _lever(data: Mapping[str, Any], one: Mapping[str, Any]) -> Lever:
    return Lever(one["id"], data["jurisdiction"], one["text"], _source(data, one["source"]), one["confidence"])


def _instrument(one: Mapping[str, Any]) -> Instrument:
    optional = ("kazakhstan", "interim", "exhaustion", "time_limit", "procedures", "languages", "contact", "note")
    return Instrument(
        id=one["id"],
        name=one["name"],
        content=_texts(one.get("content", [])),
        sources=_texts(one["sources"]),
        confidence=one["confidence"],
        **{name: one.get(name, "") for name in optional},
    )


def _texts(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(given)
