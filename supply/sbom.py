"""The bill of materials of what runs, in the form of CycloneDX 1.6: made of the lock alone, the same each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from app import VERSION
from supply.licences import OURS, licence_of
from supply.lock import RUNTIME, pins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from supply.lock import Pin

SELF: Final = "panah"
"""By this name the lock speaks of the project itself."""


def document() -> str:
    """Return ``requirements/sbom.json``. It has no date and no serial number: what is the same reads the same."""
    everything = pins(RUNTIME)
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": SELF,
                "name": SELF,
                "version": VERSION,
                "licenses": [{"expression": OURS}],
            }
        },
        "components": [_component(pin) for pin in everything],
        "dependencies": _graph(everything),
    }
    return json.dumps(bill, indent=1) + "\n"


def _component(pin: Pin) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "scope": "required",
        "licenses": [{"expression": licence_of(pin.name)}],
        "purl": pin.purl,
    }


def _graph(everything: Sequence[Pin]) -> list[dict[str, Any]]:
    """Say of everybody whom they need; the lock says of everybody who needs them."""
    refs = {SELF: SELF, **{pin.name: pin.purl for pin in everything}}
    return [
        {"ref": ref, "dependsOn": [pin.purl for pin in everything if name in pin.needed_by]}
        for name, ref in refs.items()
    ]
