"""Which lines of some modules a piece of work runs: each statement of their functions notes itself when it is reached.

A trace function would be called for every call of every function of the program; this costs nothing elsewhere.
"""

from __future__ import annotations

import ast
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.mutants.changing import head_of
from benchmarks.mutants.swapping import codes, function_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

NOTES = "_mutants_notes"
"""What it is called in a module that is watched."""


class Watched:
    """Modules, by their paths, whose functions note what they run."""

    def __init__(self, modules: Mapping[str, ModuleType], sources: Mapping[str, str]) -> None:
        self._seen: dict[str, set[int]] = {path: set() for path in modules}
        self._functions = [
            (function, function.__code__, code)
            for path, module in modules.items()
            for function, code in _noting(module, sources[path], path)
        ]
        for path, module in modules.items():
            setattr(module, NOTES, self._seen[path].update)

    @contextmanager
    def lines(self) -> Iterator[dict[str, set[int]]]:
        """Note what is run meanwhile; what was noted is there when the block has ended."""
        found: dict[str, set[int]] = {}
        for seen in self._seen.values():
            seen.clear()
        for function, _, code in self._functions:
            function.__code__ = code
        try:
            yield found
        finally:
            for function, code, _ in self._functions:
                function.__code__ = code
            found.update({path: set(seen) for path, seen in self._seen.items()})


def _noting(module: ModuleType, source: str, path: str) -> Iterator[tuple[Any, Any]]:
    """Yield the functions of a module and the code that notes."""
    tree = _Notes().visit(ast.parse(source))
    for name, code in codes(compile(ast.fix_missing_locations(tree), path, "exec")).items():
        try:
            function = function_of(module, name)
        except LookupError:
            continue  # nobody can put a mistake into it either
        yield function, code


class _Notes(ast.NodeTransformer):
    """Puts a note before each statement of each function: of its lines, or of those of its head."""

    def __init__(self) -> None:
        self._within = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Go into a function."""
        self._within += 1
        self.generic_visit(node)
        self._within -= 1
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Go through a node, and put notes into lists of statements."""
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody") if self._within else ():
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                setattr(node, field, [one for statement in statements for one in (*_note(statement), statement)])
        return node


def _note(statement: ast.stmt) -> list[ast.stmt]:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return []  # a docstring
    first, last = head_of(statement)
    return ast.parse(f"{NOTES}(range({first}, {last + 1}))").body
