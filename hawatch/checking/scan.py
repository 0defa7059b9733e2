"""Which checks does a file hold? Read from its syntax tree, without running a line.

A file that hangs or crashes when it is loaded has in this way still checks with names,
severities and arguments, and each of them gets its verdict.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from hawatch.checking.explain import parse
from hawatch.checking.facts import wrong_arguments
from hawatch.checking.nouns import PREFIX, Check, CheckFile, Refused
from hawatch.model.finding import Remedy, Severity

KEYWORDS = ("severity", "remedy", "timeout", "settings")
SETTING_TYPES = (bool, int, float, str)


class Mistaken(Exception):  # noqa: N818 - the adjective is the reason
    """A function that begins like a check and is none; the text says why."""


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The decorator's arguments, typed."""

    severity: Severity = Severity.WARNING
    remedy: tuple[Remedy, ...] = (Remedy.REPORT,)
    timeout: float = 10.0
    settings: Mapping[str, Any] = {}


def scan(text: str, path: str, *, shipped: bool) -> tuple[CheckFile, list[Refused]]:
    """Given a check file's text, return it with its checks, and what it got wrong.

    A file that is no Python is refused as a whole and returned without checks.
    """
    try:
        tree = parse(text, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        refused = Refused(
            name=path.rsplit("/", 1)[-1],
            source=f"{path}:{line}",
            reason=f"{type(error).__name__}: {getattr(error, 'msg', error)}",
        )
        return CheckFile(path=path, text=text, checks=()), [refused]
    checks: list[Check] = []
    mistakes: list[Refused] = []
    for node in _functions(tree):
        name = node.name.removeprefix(PREFIX)
        try:
            check = _check(node, name, path, shipped=shipped)
        except Mistaken as error:
            source = f"{path}:{node.lineno}"
            mistakes.append(Refused(name=name, source=source, reason=str(error)))
        else:
            checks.append(check)
    return CheckFile(path=path, text=text, checks=tuple(checks)), mistakes


def _functions(
    tree: ast.Module,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef
        ) and node.name.startswith(PREFIX):
            yield node


def _check(
    node: ast.FunctionDef | ast.AsyncFunctionDef, name: str, path: str, *, shipped: bool
) -> Check:
    """Return the check that a function declares; raise Mistaken."""
    if isinstance(node, ast.AsyncFunctionDef):
        raise Mistaken("a check is a plain function, not `async def`")
    if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node)):
        raise Mistaken("a check is a plain function, not a generator")
    for part in ast.walk(node):
        if isinstance(part, ast.Assert) and isinstance(part.test, ast.Tuple):
            raise Mistaken(f"line {part.lineno}: an assert of a tuple is always true")
    terms = _terms(node)
    arguments = _arguments(node.args)
    wrong = wrong_arguments(arguments)
    if wrong is not None:
        raise Mistaken(wrong)
    return Check(
        name=name,
        file=path,
        line=node.lineno,
        arguments=arguments,
        shipped=shipped,
        severity=terms.severity,
        remedy=terms.remedy,
        timeout=terms.timeout,
        settings=terms.settings,
        doc=ast.get_docstring(node) or "",
    )


def _arguments(arguments: ast.arguments) -> tuple[str, ...]:
    """Return the names that are facts: those without a default, as pytest has it."""
    if arguments.vararg or arguments.kwarg:
        raise Mistaken("a check names its facts; *args and **kwargs name none")
    if arguments.posonlyargs:
        raise Mistaken("facts are given by name; `/` forbids it")
    plain = arguments.args[: len(arguments.args) - len(arguments.defaults)]
    only = [
        argument
        for argument, default in zip(
            arguments.kwonlyargs, arguments.kw_defaults, strict=True
        )
        if default is None
    ]
    return tuple(argument.arg for argument in [*plain, *only])


def _terms(node: ast.FunctionDef) -> Terms:
    for decorator in node.decorator_list:
        if _is_check(decorator):
            raise Mistaken("write @check() with its parentheses")
        if isinstance(decorator, ast.Call) and _is_check(decorator.func):
            return _read_terms(decorator)
    return Terms()


def _is_check(node: ast.expr) -> bool:
    """Return whether an expression is hawatch.api's decorator by its name."""
    return (isinstance(node, ast.Name) and node.id == "check") or (
        isinstance(node, ast.Attribute) and node.attr == "check"
    )


def _read_terms(call: ast.Call) -> Terms:
    if call.args:
        raise Mistaken(f"@check takes names only: {', '.join(KEYWORDS)}")
    found: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg not in KEYWORDS:
            raise Mistaken(
                f"@check has no {keyword.arg!r}; it has {', '.join(KEYWORDS)}"
            )
        try:
            found[keyword.arg] = ast.literal_eval(keyword.value)
        except ValueError:
            raise Mistaken(f"@check({keyword.arg}=...) must be a literal") from None
    if isinstance(found.get("remedy"), str):
        found["remedy"] = (found["remedy"],)
    try:
        terms = msgspec.convert(found, Terms)
    except msgspec.ValidationError as error:
        raise Mistaken(f"@check: {error}") from None
    if terms.timeout <= 0:
        raise Mistaken("@check(timeout=...) must be more than 0 seconds")
    for name, value in terms.settings.items():
        if not isinstance(value, SETTING_TYPES):
            raise Mistaken(
                f"setting {name!r} must be a number, a text or a truth value"
            )
    return terms
