"""The bill of materials names everything that is locked, and is one by its own schema."""

from __future__ import annotations

import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply import sbom
from supply.lock import FOLDER, RUNTIME, pins
from tests.launcher import test_locks

BILL = (FOLDER / "sbom.json").read_text(encoding="utf-8")


def test_the_bill_is_the_one_that_the_lock_makes() -> None:
    assert sbom.document() == BILL, "write it anew: python -m supply sbom"


def test_it_is_a_bill_by_the_schema_of_cyclonedx() -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(BILL) is None
    assert validator.validate_str(BILL.replace('"library"', '"something"', 1)) is not None


def test_it_names_every_pin_of_the_lock_and_no_other() -> None:
    named = {one["name"]: one["version"] for one in json.loads(BILL)["components"]}
    assert named == {pin.name: pin.version for pin in pins(RUNTIME)} == test_locks.pins("runtime.txt")


def test_everything_in_it_is_needed_by_the_program_or_by_what_it_needs() -> None:
    bill = json.loads(BILL)
    needs = {one["ref"]: set(one["dependsOn"]) for one in bill["dependencies"]}
    reached, ahead = set(), {"panah"}
    while ahead:
        ref = ahead.pop()
        reached.add(ref)
        ahead |= needs[ref] - reached
    assert reached == {"panah", *(one["bom-ref"] for one in bill["components"])}
