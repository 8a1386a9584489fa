"""The small mistakes that can be made in a module: of its tree, one at a time. Pure.

Left alone: annotations, decorators, imports, what an exception says, and sentences: a text with a space in it is read
by people, and other tests ask what it says.
"""

from __future__ import annotations

import ast
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    Choices = Iterator[tuple[str, ast.AST | None]]
    """What is changed, in words, and what stands there then; None: nothing."""

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
LEFT_ALONE = ("annotation", "returns", "decorator_list", "bases", "keywords_of_class", "format_spec")


@dataclass(frozen=True)
class Change:
    """One mistake: where (lines counted from 1, ``until`` inclusive) and what, in words."""

    line: int
    until: int
    what: str


@dataclass(frozen=True)
class _Place:
    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt

    @property
    def node(self) -> Any:
        held = getattr(self.parent, self.field)
        return held if self.index is None else held[self.index]

    @contextmanager
    def holding(self, node: ast.AST | None) -> Iterator[None]:
        """Another node stands here meanwhile; of a list, None takes it out."""
        held = getattr(self.parent, self.field)
        if self.index is None:
            changed: Any = node
        else:
            changed = [*held[: self.index], *([] if node is None else [node]), *held[self.index + 1 :]]
        setattr(self.parent, self.field, changed)
        try:
            yield
        finally:
            setattr(self.parent, self.field, held)


def changes(tree: ast.Module) -> Iterator[Change]:
    """Yield every mistake; until the next is asked for, ``tree`` itself has it in it."""
    for place in list(_places(tree)):
        original = place.node
        for what, node in _choices(original, place):
            if node is not None:
                ast.copy_location(node, original)
                ast.fix_missing_locations(node)
            with place.holding(node):
                yield Change(*head_of(place.statement), what)


def _places(parent: ast.AST, statement: ast.stmt | None = None) -> Iterator[_Place]:
    for field, value in ast.iter_fields(parent):
        if field in LEFT_ALONE:
            continue
        many = isinstance(value, list)
        for index, node in enumerate(value if many else [value]):
            if not isinstance(node, ast.AST) or _is_left_alone(node):
                continue
            inner = node if isinstance(node, ast.stmt) else statement
            if inner is not None:
                yield _Place(parent, field, index if many else None, inner)
            if not isinstance(node, ast.Raise):
                yield from _places(node, inner)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Assert, ast.expr_context)):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    if isinstance(node, ast.Assign) and (ast.unparse(node.targets[0]) == "__all__" or _names_types(node.value)):
        return True
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _names_types(node: ast.expr) -> bool:
    """Whether this is ``One | Other`` or ``Literal["one"]``, which a checker of types reads and nobody else."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Name) and node.value.id == "Literal"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _names_types(node.left) and _names_types(node.right)
    return isinstance(node, ast.Name) and not node.id.isupper()


def head_of(statement: ast.stmt) -> tuple[int, int]:
    """Return the lines of a statement, the last one inclusive; of one with others in it, those of its head."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return statement.lineno, max(last, statement.lineno)


def _choices(node: ast.AST, place: _Place) -> Choices:
    if place.field in ("test", "ifs"):
        yield from _decided(node, place.parent)
    if place.field == "iter":
        yield "goes round never", ast.Tuple([], ast.Load())
    make = CHOICES.get(type(node))
    if make is not None:
        yield from make(node, place)


def _decided(node: ast.AST, parent: ast.AST) -> Choices:
    said = f"`{ast.unparse(node)}`"
    if not isinstance(parent, ast.While):
        yield f"{said} is always true", ast.Constant(True)  # noqa: FBT003  what is written, not a switch
    yield f"{said} is never true", ast.Constant(False)  # noqa: FBT003


def _compare(node: ast.Compare, _: _Place) -> Choices:
    for place, operator in enumerate(node.ops):
        for other in COMPARED[type(operator)]:
            operators = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield _became(node, ast.Compare(node.left, operators, node.comparators))


def _both(node: ast.BoolOp, _: _Place) -> Choices:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield _became(node, ast.BoolOp(other, node.values))
    for place in range(len(node.values)):
        rest = [*node.values[:place], *node.values[place + 1 :]]
        yield _became(node, ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0])


def _unary(node: ast.UnaryOp, _: _Place) -> Choices:
    if isinstance(node.op, (ast.Not, ast.USub)):
        yield _became(node, node.operand)


def _computed(node: ast.BinOp, _: _Place) -> Choices:
    if type(node.op) in COMPUTED:
        yield _became(node, ast.BinOp(node.left, COMPUTED[type(node.op)](), node.right))
        yield _became(node, node.left)


def _constant(node: ast.Constant, place: _Place) -> Choices:
    value = node.value
    if isinstance(place.parent, ast.JoinedStr):
        return
    if isinstance(value, bool):
        yield _became(node, ast.Constant(not value))
    elif isinstance(value, (int, float)):
        for other in (value + 1, value - 1) if value else (1,):
            yield _became(node, ast.Constant(other))
    elif isinstance(value, str) and " " not in value:
        yield _became(node, ast.Constant(f"{value}XX"))


def _returned(node: ast.Return, _: _Place) -> Choices:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield f"`{ast.unparse(node)}` returns nothing", ast.Return(None)


def _left_out(node: ast.AST, _: _Place) -> Choices:
    yield f"without `{_first_line(node)}`", ast.Pass()


def _other_jump(node: ast.AST, _: _Place) -> Choices:
    yield _became(node, ast.Break() if isinstance(node, ast.Continue) else ast.Continue())


def _called(node: ast.Call, _: _Place) -> Choices:
    if isinstance(node.func, ast.Name) and node.func.id in CALLED and not _keeps_no_key(node):
        yield _became(node, ast.Call(ast.Name(CALLED[node.func.id], ast.Load()), node.args, node.keywords))
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield _became(node, ast.Call(node.func, node.args, node.keywords[:place] + node.keywords[place + 1 :]))


def _keeps_no_key(node: ast.Call) -> bool:
    """``list`` has no key: that mistake would only ever be an error."""
    return isinstance(node.func, ast.Name) and node.func.id == "sorted" and bool(node.keywords)


def _sliced(node: ast.Slice, _: _Place) -> Choices:
    if node.lower is not None:
        yield _became(node, ast.Slice(None, node.upper, node.step))
    if node.upper is not None:
        yield _became(node, ast.Slice(node.lower, None, node.step))


def _case(node: ast.match_case, _: _Place) -> Choices:
    yield f"without `case {ast.unparse(node.pattern)}`", None


def _became(node: ast.AST, other: ast.AST) -> tuple[str, ast.AST]:
    return f"`{_first_line(node)}` became `{_first_line(other)}`", other


def _first_line(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node)).partition("\n")[0]


CHOICES: dict[type[ast.AST], Any] = {
    ast.Compare: _compare,
    ast.BoolOp: _both,
    ast.UnaryOp: _unary,
    ast.BinOp: _computed,
    ast.Constant: _constant,
    ast.Return: _returned,
    ast.Expr: _left_out,
    ast.AugAssign: _left_out,
    ast.Raise: _left_out,
    ast.Continue: _other_jump,
    ast.Break: _other_jump,
    ast.Call: _called,
    ast.Slice: _sliced,
    ast.match_case: _case,
}
