"""Reads YAML with libyaml where PyYAML was built with it, as its wheels are: eight times as quick, at each start."""

from __future__ import annotations

from typing import Any, Final

import yaml

QUICK: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""It does not bear what is nested thousands deep: of a file of somebody else's look first."""


def read_yaml(text: str) -> Any:
    """Return what a file of our own says. Raises YAMLError."""
    return yaml.load(text, QUICK)  # noqa: S506  a SafeLoader
