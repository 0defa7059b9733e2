"""The source files of the project, parsed, for the tests that read them."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "hawatch"


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below some folders of the project, sorted."""
    return sorted(path for name in folders for path in (ROOT / name).rglob("*.py"))


def label(path: Path) -> str:
    """Return a file's path inside the project."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    """Return the name under which a file of the package is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class Import(NamedTuple):
    """One imported module; lazy: inside a function."""

    path: Path
    line: int
    module: str
    lazy: bool

    def __str__(self) -> str:
        """Return where it stands and what it imports."""
        return f"{label(self.path)}:{self.line} imports {self.module}"


def imports(path: Path) -> list[Import]:
    """Return a file's imports, without those that only a type checker sees."""
    return [
        Import(path, line, _whole_name(name), lazy)
        for line, name, lazy in _imported(tree(path), lazy=False)
    ]


def _imported(node: ast.AST, *, lazy: bool) -> Iterator[tuple[int, str, bool]]:
    for below in ast.iter_child_nodes(node):
        if isinstance(below, ast.If) and _is_type_checking(below.test):
            continue
        if isinstance(below, ast.Import):
            yield from ((below.lineno, alias.name, lazy) for alias in below.names)
        elif isinstance(below, ast.ImportFrom):
            assert below.level == 0, "imports are absolute"
            for alias in below.names:
                yield below.lineno, f"{below.module}.{alias.name}", lazy
        else:
            function = isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imported(below, lazy=lazy or function)


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _whole_name(name: str) -> str:
    """Return the module of `from module import name`, where name is no module."""
    if not name.startswith("hawatch"):
        return name
    path = ROOT.joinpath(*name.split("."))
    is_module = path.is_dir() or path.with_suffix(".py").is_file()
    return name if is_module else name.rpartition(".")[0]
