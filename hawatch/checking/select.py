"""Pick checks by name, or with a -k expression as pytest has it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from hawatch.checking.facts import nearest
from hawatch.checking.nouns import PREFIX, Check, Collection


def select(
    collection: Collection, names: Sequence[str] = (), expression: str = ""
) -> Collection:
    """Given names and an expression, return the collection with what both choose.

    names: checks by name, with or without `check_`; none means all. expression: words
    joined by `and`, `or`, `not` and parentheses; a word stands for every check that has
    it in its name or in the name of its file.

    Raises ValueError where a name is no check's, or the expression is none.
    """
    if not names and not expression:
        return collection
    wanted = {name.removeprefix(PREFIX) for name in names}
    known = {check.name for check in collection.checks}
    known |= {refused.name for refused in collection.refused}
    for name in sorted(wanted - known):
        close = ", ".join(nearest(name, tuple(sorted(known)))[:3])
        raise ValueError(f"there is no check {name!r}; nearest: {close}")
    matches = matcher(expression) if expression else lambda _: True

    def chosen(name: str, path: str) -> bool:
        text = f"{name} {Path(path).stem}".lower()
        return (not wanted or name in wanted) and matches(text)

    def keep(check: Check) -> bool:
        return chosen(check.name, check.file)

    files = [
        msgspec.structs.replace(file, checks=tuple(filter(keep, file.checks)))
        for file in collection.files
    ]
    return Collection(
        files=tuple(file for file in files if file.checks),
        refused=tuple(
            refused
            for refused in collection.refused
            if chosen(refused.name, refused.source.rsplit(":", 1)[0])
        ),
        selected=True,
    )


def matcher(expression: str) -> Callable[[str], bool]:
    """Given a -k expression, return the function that tells whether a text matches.

    Raises ValueError where it is not made of words, and, or, not and parentheses.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ValueError(f"-k {expression!r}: words, and, or, not, ( )") from error
    return _compiled(tree, expression)


def _compiled(node: ast.expr, expression: str) -> Callable[[str], bool]:
    if isinstance(node, ast.Name):
        word = node.id.lower()
        return lambda text: word in text
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _compiled(node.operand, expression)
        return lambda text: not inner(text)
    if isinstance(node, ast.BoolOp):
        parts = [_compiled(value, expression) for value in node.values]
        settles = all if isinstance(node.op, ast.And) else any
        return lambda text: settles(part(text) for part in parts)
    raise ValueError(f"-k {expression!r}: words, and, or, not, ( )")
