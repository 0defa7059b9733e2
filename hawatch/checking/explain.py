"""A false assert tells the values that it compared.

The file's syntax tree is changed before it is compiled: each `assert` keeps, while it
is evaluated, the values of the operands that decide it. Nothing is evaluated twice,
nothing that Python would not have evaluated is evaluated, and no text is made unless
the assertion is false. A plain `if not ...: raise` is left, which no -O takes away.
"""

from __future__ import annotations

import ast
import enum
import reprlib
import warnings
from collections.abc import Callable
from types import CodeType
from typing import Any, NamedTuple

KEPT = "__hawatch_kept__"
KEEP = "__hawatch_keep__"
KEEP_TRUTH = "__hawatch_keep_truth__"
FALSE = "__hawatch_false__"
MAX_VALUE = 160
MAX_MESSAGE = 2000


class _Values(reprlib.Repr):
    """Bounded texts of values; a value whose repr is broken has one all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = MAX_VALUE
        self.maxtuple = self.maxlist = self.maxdict = self.maxset = 8

    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, enum.StrEnum):
            return str(x.value)
        if isinstance(x, float):
            return f"{x:.6g}"
        try:
            return super().repr1(x, level)
        except Exception as error:  # noqa: BLE001 - a value of the check's author
            return f"<{type(x).__name__} whose repr raises {type(error).__name__}>"

    def repr_instance(self, x: Any, level: int) -> str:
        del level
        return repr(x)


_VALUES = _Values()


def text_of(value: object) -> str:
    """Return a value's text, of bounded length, whatever its own repr does."""
    return shortened(_VALUES.repr(value), MAX_VALUE)


def shortened(text: str, limit: int) -> str:
    """Return a text in one line of at most limit characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


class Kept(NamedTuple):
    """One operand of a test: its source, its value, and whether it was compared."""

    source: str
    value: object
    compared: bool


def keep(kept: list[Kept], source: str, value: Any) -> Any:
    """Keep the value of an operand of a comparison, and return it."""
    kept.append(Kept(source, value, compared=True))
    return value


def keep_truth(kept: list[Kept], source: str, value: Any) -> Any:
    """Keep a value of which only the truth counts, and return it."""
    kept.append(Kept(source, value, compared=False))
    return value


def failed(source: str, kept: list[Kept], *message: object) -> AssertionError:
    """Return the exception of a false test: its operands' values, the author's message.

    Beside a message stand only values that were compared: that something was false is
    what the message says in better words.
    """
    told_values = dict.fromkeys(
        f"{one.source} is {text_of(one.value)}"
        for one in kept
        if one.compared
        or not (message or (one.source == source and one.value is False))
    )
    values = ", ".join(told_values)
    if not message:
        text = f"not true: {source}"
    else:
        text = message[0] if isinstance(message[0], str) else text_of(message[0])
    told = f"{text} ({values})" if values else text
    return AssertionError(shortened(told, MAX_MESSAGE))


HELPERS: dict[str, Callable[..., Any]] = {
    KEEP: keep,
    KEEP_TRUTH: keep_truth,
    FALSE: failed,
}
"""The names that compiled check files use; a module gets them before it is run."""


def parse(text: str, path: str) -> ast.Module:
    """Given a check file's text, return its syntax tree.

    What Python warns of is the author's to see, in pytest, and not cron's to mail.
    Raises SyntaxError, ValueError, RecursionError or MemoryError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, path)


def compile_explained(text: str, path: str) -> CodeType:
    """Given a check file's text, return its code, with asserts that explain themselves.

    optimize=0 keeps __debug__ true whatever PYTHONOPTIMIZE says: a check that loses its
    asserts is green for ever. Raises what `parse` raises.
    """
    tree = _Explainer().visit(parse(text, path))
    ast.fix_missing_locations(tree)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(tree, path, "exec", dont_inherit=True, optimize=0)


class _Explainer(ast.NodeTransformer):
    """Turns `assert TEST, MESSAGE` into statements that keep TEST's operands."""

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        source = ast.unparse(node.test)
        arguments = [ast.Constant(source), _load(KEPT)]
        if node.msg is not None:
            arguments.append(node.msg)
        start: ast.stmt = ast.Assign(
            targets=[ast.Name(id=KEPT, ctx=ast.Store())],
            value=ast.List(elts=[], ctx=ast.Load()),
        )
        test: ast.stmt = ast.If(
            test=ast.UnaryOp(op=ast.Not(), operand=_kept(node.test)),
            body=[ast.Raise(exc=_call(FALSE, *arguments), cause=None)],
            orelse=[],
        )
        return [ast.copy_location(start, node), ast.copy_location(test, node)]


def _kept(node: ast.expr) -> ast.expr:
    """Return a test that keeps its operands: of and, or, not and comparisons."""
    if isinstance(node, ast.BoolOp):
        values = [_kept(value) for value in node.values]
        return ast.copy_location(ast.BoolOp(op=node.op, values=values), node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        kept = ast.UnaryOp(op=node.op, operand=_kept(node.operand))
        return ast.copy_location(kept, node)
    if isinstance(node, ast.Compare):
        compared = ast.Compare(
            left=_operand(node.left, KEEP),
            ops=node.ops,
            comparators=[_operand(other, KEEP) for other in node.comparators],
        )
        return ast.copy_location(compared, node)
    return _operand(node, KEEP_TRUTH)


def _operand(node: ast.expr, keeper: str) -> ast.expr:
    if isinstance(node, ast.Constant):
        return node
    source = ast.Constant(ast.unparse(node))
    return ast.copy_location(_call(keeper, _load(KEPT), source, node), node)


def _load(name: str) -> ast.expr:
    return ast.Name(id=name, ctx=ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=_load(name), args=list(arguments), keywords=[])
