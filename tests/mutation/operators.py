"""Small changes of a source text, one at a time, as syntax trees.

A mutant is named by its module, its function and what was changed into what, so that
its name outlives a line that was moved. Messages, annotations and docstrings stay as
they are: nobody decides by them.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import NamedTuple

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
SHORT = 70

Place = ast.AST
Change = Callable[[Place], Place | None]


class Mutant(NamedTuple):
    """One change. function: its qualified name, "" for a constant of the module.

    position: which node of the walk is changed, and by which of its changes.
    """

    path: Path
    function: str
    line: int
    words: str
    position: tuple[int, int]

    @property
    def name(self) -> str:
        """Return what tells this mutant from all others."""
        return f"{self.path.name}:{self.function or 'constants'}: {self.words}"


def mutants_of(path: Path) -> list[Mutant]:
    """Given a source file, return every mutant of it in the order of its lines."""
    found: list[Mutant] = []
    seen: Counter[str] = Counter()
    for index, (node, function) in enumerate(_places(ast.parse(path.read_text()))):
        for which, change in enumerate(_changes(node, function)):
            words = _words(node, change(copy.deepcopy(node)))
            made = Mutant(path, function, _line(node), words, (index, which))
            seen[made.name] += 1
            if seen[made.name] > 1:
                words = f"{words} (number {seen[made.name]})"
                made = made._replace(words=words)
            found.append(made)
    return found


def mutated_tree(mutant: Mutant) -> ast.Module:
    """Return the syntax tree of a mutant's module with the change in it."""
    tree = ast.parse(mutant.path.read_text())
    index, which = mutant.position
    node, function = list(_places(tree))[index]
    after = list(_changes(node, function))[which](copy.deepcopy(node))
    assert after is not None
    _Put(node, ast.copy_location(after, node)).visit(tree)
    return ast.fix_missing_locations(tree)


def mutated_code(mutant: Mutant) -> CodeType:
    """Return the code of the function that a mutant changes."""
    whole = compile(mutated_tree(mutant), str(mutant.path), "exec")
    return next(c for c in _codes(whole) if c.co_qualname == mutant.function)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


class _Put(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _line(node: ast.AST) -> int:
    return node.target.lineno if isinstance(node, ast.comprehension) else node.lineno


def _is_nothing(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.YieldFrom)
    )


def _words(before: ast.AST, after: ast.AST | None) -> str:
    if isinstance(before, ast.If | ast.IfExp | ast.While):
        return f"if {_text(before.test)} -> if not"
    became = "nothing" if _is_nothing(after) else _text(after)
    return f"{_text(before)} -> {became}"


def _text(node: ast.AST | None) -> str:
    text = " ".join(ast.unparse(node).split()) if node is not None else ""
    return text if len(text) <= SHORT else f"{text[: SHORT - 3]}..."


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield every node that may be changed, with the function that it is in."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            yield from _within(statement, statement.name)
        elif isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                if isinstance(inner, ast.FunctionDef):
                    yield from _within(inner, f"{statement.name}.{inner.name}")
        elif isinstance(statement, ast.Assign) and _is_number(statement.value):
            yield statement, ""


def _within(function: ast.FunctionDef, name: str) -> Iterator[tuple[ast.AST, str]]:
    for statement in function.body:
        for node in _walk(statement):
            yield node, name


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.AnnAssign) and child is node.annotation):
            yield from _walk(child)


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _changes(node: ast.AST, function: str) -> Iterator[Change]:
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
    elif _is_number(node):
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
