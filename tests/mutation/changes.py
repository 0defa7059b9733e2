"""What may be changed at one node of a syntax tree, and how.

Only what decides: no words of a message, no annotation, no docstring.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}
CALLS |= {"is_true": "is_false", "is_false": "is_true"}

Place = ast.AST
Change = Callable[[Place], Place | None]


def is_number(node: ast.AST) -> bool:
    """Return whether a node is a number, and neither True nor False."""
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def changes_of(node: ast.AST, function: str) -> Iterator[Change]:
    """Yield the changes of one node; each is given a copy of it."""
    if not function:
        yield from _of_module_constant()
    for kinds, changes in _TABLE:
        if isinstance(node, kinds):
            yield from changes(node)


def _of_module_constant() -> Iterator[Change]:
    for more in (1, -1):

        def moved(node: ast.AST, more: int = more) -> ast.AST:
            node.value.value += more  # type: ignore[attr-defined]
            return node

        yield moved


def _of_if(_: ast.AST) -> Iterator[Change]:
    def negated(node: ast.AST) -> ast.AST:
        node.test = ast.UnaryOp(ast.Not(), node.test)  # type: ignore[attr-defined]
        return node

    yield negated


def _of_filter(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.comprehension)
    for index in range(len(node.ifs)):

        def unfiltered(node: ast.AST, index: int = index) -> ast.AST:
            del node.ifs[index]  # type: ignore[attr-defined]
            return node

        yield unfiltered


def _of_bool(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.BoolOp)

    def swapped(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.BoolOp)
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    yield swapped
    for index in range(len(node.values)):

        def shorter(node: ast.AST, index: int = index) -> ast.AST:
            assert isinstance(node, ast.BoolOp)
            kept = [v for i, v in enumerate(node.values) if i != index]
            return kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)

        yield shorter


def _of_not(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.Not):
        yield lambda node: node.operand  # type: ignore[attr-defined]


def _of_compare(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.Compare)
    for index, operator in enumerate(node.ops):

        def turned(
            node: ast.AST, index: int = index, operator: ast.cmpop = operator
        ) -> ast.AST:
            node.ops[index] = COMPARE[type(operator)]()  # type: ignore[attr-defined]
            return node

        yield turned


def _of_constant(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.Constant)
    if isinstance(node.value, bool):
        yield lambda node: ast.Constant(not node.value)  # type: ignore[attr-defined]
    elif is_number(node):
        yield lambda node: ast.Constant(node.value + 1)  # type: ignore[attr-defined]
        yield lambda node: ast.Constant(node.value - 1)  # type: ignore[attr-defined]


def _of_arithmetic(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.BinOp)
    if type(node.op) in ARITHMETIC:

        def turned(node: ast.AST) -> ast.AST:
            node.op = ARITHMETIC[type(node.op)]()  # type: ignore[attr-defined]
            return node

        yield turned


def _of_call(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.Call)
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:

        def turned(node: ast.AST) -> ast.AST:
            node.func.id = CALLS[node.func.id]  # type: ignore[attr-defined]
            return node

        yield turned


def _of_return(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.Return)
    value = node.value
    if value is None or isinstance(value, ast.Constant | ast.JoinedStr):
        return
    empty = ast.Tuple([], ast.Load()) if isinstance(value, ast.Tuple) else None
    if empty is None or value.elts:  # type: ignore[union-attr]
        yield lambda _: ast.Return(empty or ast.Constant(None))


def _of_statement(node: ast.AST) -> Iterator[Change]:
    """Nothing in its place: a yield, a raise, a change of something."""
    if not isinstance(node, ast.Expr):
        yield lambda _: ast.Pass()
    elif isinstance(node.value, ast.Yield | ast.YieldFrom):
        # It stays a generator.
        yield lambda _: ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load())))
    elif not isinstance(node.value, ast.Constant):
        yield lambda _: ast.Pass()


_TABLE: tuple[tuple[type | tuple[type, ...], Callable[..., Iterator[Change]]], ...] = (
    ((ast.If, ast.IfExp, ast.While), _of_if),
    (ast.comprehension, _of_filter),
    (ast.BoolOp, _of_bool),
    (ast.UnaryOp, _of_not),
    (ast.Compare, _of_compare),
    (ast.Constant, _of_constant),
    (ast.BinOp, _of_arithmetic),
    (ast.Call, _of_call),
    (ast.Return, _of_return),
    ((ast.Expr, ast.Raise, ast.AugAssign, ast.Continue, ast.Break), _of_statement),
)
