"""Small changes of a source text, one at a time, as syntax trees.

A mutant is named by its module, its function and what was changed into what, so that
its name outlives a line that was moved. Messages, annotations and docstrings stay as
they are: nobody decides by them.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import NamedTuple

from changes import changes_of, is_number

SHORT = 70


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
        for which, change in enumerate(changes_of(node, function)):
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
    after = list(changes_of(node, function))[which](copy.deepcopy(node))
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
        elif isinstance(statement, ast.Assign) and is_number(statement.value):
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
