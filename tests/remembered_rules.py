"""Rules of addresses that remember how they are written: thousands of tests build the same application anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import Flask
from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping


class RememberedRule(Rule):
    """A rule whose builder of addresses is compiled once a process; it takes its rule as an argument, and keeps none.

    Compiling these was four fifths of what an application costs to build.
    """

    _compiled: ClassVar[dict[Hashable, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults: Mapping[str, Any] = self.defaults or {}
        written = (self.rule, append_unknown, tuple(self._trace), tuple(sorted(defaults.items())))
        if written not in self._compiled:
            self._compiled[written] = super()._compile_builder(append_unknown)
        return self._compiled[written]


def remember_rules() -> None:
    """Have every application of this process built with such rules."""
    Flask.url_rule_class = RememberedRule
