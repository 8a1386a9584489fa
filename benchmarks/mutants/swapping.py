"""Putting a mistake into the program that runs: the code of one function, or the value of one constant, is exchanged.

Nothing is imported anew, so that a mistake costs a fork and the tests that reach it. What a class states in its body
(members of enumerations, say) is out of reach, and so is what other modules computed of a constant.
What its own module computed of it is computed anew.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

READ_FROM_FILES = ("load_rules",)

Codes = dict[str, CodeType]
"""The code of each function and method of a module, by its qualified name."""


@dataclass(frozen=True)
class NewValue:
    """A name of a module stands for something else, and so do those that are computed of it."""

    names: tuple[str, ...]
    code: CodeType
    named_at: frozenset[int] = frozenset()
    """Lines of its module that name one of them."""


@dataclass(frozen=True)
class NewCode:
    """A function gets other code."""

    function: str
    code: CodeType
    then: NewValue | None = None
    """What its module computed by it while it was imported, to be computed anew."""


def codes(module: CodeType) -> Codes:
    """Return the code of each function; the first of two with one name, as a property and its setter."""
    found: Codes = {}
    for code in _functions(module):
        found.setdefault(code.co_qualname, code)
    return found


def _functions(outer: CodeType) -> Iterator[CodeType]:
    for code in outer.co_consts:
        if not isinstance(code, CodeType) or code.co_name.startswith("<"):
            continue
        if code.co_flags & inspect.CO_OPTIMIZED:
            yield code
        else:
            yield from _functions(code)


def first_difference(before: Codes, after: Codes) -> NewCode | None:
    """Return the function in which two versions of a module differ."""
    return next(
        (
            NewCode(name, code)
            for name, code in after.items()
            if name in before and _parts(before[name]) != _parts(code)
        ),
        None,
    )


def _parts(code: CodeType) -> tuple[Any, ...]:
    """What a code does, wherever it stands: constants with their types, for 1 is True and 0 is 0.0."""
    constants = tuple(_parts(one) if isinstance(one, CodeType) else (type(one), repr(one)) for one in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, constants


def assigned(module: ast.Module, statement: ast.stmt, filename: str) -> NewValue | None:
    """Return the new value of a constant, of the statement of a module that sets it."""
    return _computed_anew(module, [statement], filename) if _targets(statement) else None


def computed_by(module: ast.Module, function: str, filename: str) -> NewValue | None:
    """Return the new values of the constants that a module computes by calling one of its functions."""
    return _computed_anew(module, [one for one in module.body if _targets(one) and _calls(one, function)], filename)


def _calls(statement: ast.stmt, function: str) -> bool:
    called = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(isinstance(one, ast.Name) and one.id == function for one in called)


def _computed_anew(module: ast.Module, first: list[ast.stmt], filename: str) -> NewValue | None:
    """These statements, and those after them that compute something of what they set."""
    changed: set[str] = set()
    again = []
    for statement in module.body:
        if statement in first or (_targets(statement) and changed & _named(statement)):
            changed.update(_targets(statement))
            again.append(_plain(statement))
    if not again:
        return None
    named_at = frozenset(node.lineno for node in ast.walk(module) if isinstance(node, ast.Name) and node.id in changed)
    return NewValue(tuple(sorted(changed)), compile(ast.Module(again, []), filename, "exec"), named_at)


def _named(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _plain(statement: ast.stmt) -> ast.stmt:
    """The same without its annotation, which may name what only a checker of types imports."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ast.copy_location(ast.Assign([statement.target], statement.value), statement)
    return statement


def _targets(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    names = [name for target in targets for name in (target.elts if isinstance(target, ast.Tuple) else [target])]
    constant = isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None
    return [name.id for name in names if isinstance(name, ast.Name)] if constant else []


def put_in(module: ModuleType, new: NewCode | NewValue, house: Iterable[ModuleType]) -> None:
    """Exchange it, in this process. ValueError or LookupError where that cannot be done."""
    if isinstance(new, NewCode):
        function_of(module, new.function).__code__ = new.code
    value = new.then if isinstance(new, NewCode) else new
    if value is not None:
        _set_anew(module, value, house)
    _forget(module)


def _set_anew(module: ModuleType, new: NewValue, house: Iterable[ModuleType]) -> None:
    before, after = dict(vars(module)), dict(vars(module))
    exec(new.code, after)  # noqa: S102  our own module with a mistake in it
    for one, name in itertools.product(house, new.names):
        if vars(one).get(name, after) is before[name]:
            setattr(one, name, after[name])
    values = {id(before[name]): after[name] for name in new.names}
    for owner in (module, *(one for one in vars(module).values() if _is_class_of(one, module))):
        for function in (one for one in vars(owner).values() if isinstance(one, FunctionType)):
            _other_defaults(function, values)


def _is_class_of(one: Any, module: ModuleType) -> bool:
    return isinstance(one, type) and one.__module__ == module.__name__


def _other_defaults(function: FunctionType, values: dict[int, Any]) -> None:
    """Arguments that are a constant where nothing is said."""
    function.__defaults__ = tuple(values.get(id(one), one) for one in function.__defaults__ or ()) or None
    function.__kwdefaults__ = {name: values.get(id(one), one) for name, one in (function.__kwdefaults__ or {}).items()}


def _forget(module: ModuleType) -> None:
    """Empty the caches of its functions, but for what was read from files."""
    for name, value in vars(module).items():
        if isinstance(value, functools._lru_cache_wrapper) and name not in READ_FROM_FILES:  # noqa: SLF001  nameless
            value.cache_clear()


def function_of(module: ModuleType, name: str) -> FunctionType:
    """Return a function or method by its qualified name, without what is wrapped around it; raise LookupError."""
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part, None)
    found = found.fget if isinstance(found, property) else found
    found = getattr(found, "func", found) if isinstance(found, functools.cached_property) else found
    found = inspect.unwrap(getattr(found, "__func__", found))
    if isinstance(found, FunctionType):
        return found
    raise LookupError(name)
