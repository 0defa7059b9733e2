"""The words of scenarios as a reference, taken from the code that obeys them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import msgspec

from hawatch.sim import (
    actions_agent,
    actions_machine,
    actions_network,
    actions_service,
)
from hawatch.sim.actions import ACTIONS
from hawatch.sim.expectation import Happening, State, Total
from hawatch.sim.expectations import EXPECTATIONS
from hawatch.sim.play import STEP_WORDS

COMMON = {"by", "at", "always", "never", "since", "until", "why"}
"""Fields that are explained once for all expectations."""


def reference() -> str:
    """Return every word that a scenario may use, as Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    for title, module in (
        ("Deeds on the network", actions_network),
        ("Deeds on a machine", actions_machine),
        ("Deeds on mysqld", actions_service),
        ("hawatch and people", actions_agent),
    ):
        here = {w: k for w, k in ACTIONS.items() if k.__module__ == module.__name__}
        yield from _table(title, "do", here, {"time"})
    for title, frame, skipped in (
        ("What is so", State, COMMON),
        ("What happened", Happening, COMMON | {"times", "node"}),
        ("What is counted at the end", Total, {"why"}),
    ):
        there = {w: k for w, k in EXPECTATIONS.items() if issubclass(k, frame)}
        yield from _table(title, "that", there, skipped)
    yield "### Words of some fields"
    yield ""
    for name, words in _choices():
        yield f"`{name}`: {', '.join(f'`{word}`' for word in words)}"
        yield ""


def _table(
    title: str, key: str, kinds: dict[str, type[Any]], skipped: set[str]
) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield f"| `{key}` | fields | what it is |"
    yield "| --- | --- | --- |"
    for word, kind in kinds.items():
        text = " ".join((kind.__doc__ or "").split())
        yield f"| `{word}` | {_fields(kind, skipped)} | {text} |"
    yield ""


def _fields(kind: type[Any], skipped: set[str]) -> str:
    """Return a table's own fields; those that may be left out are in brackets."""
    names = [
        f"`{field.name}`" if field.required else f"[`{field.name}`]"
        for field in msgspec.structs.fields(kind)
        if field.name not in skipped
    ]
    return ", ".join(names)


def _choices() -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the fields that take one of a few words, with these words."""
    found: dict[str, list[str]] = {"step": STEP_WORDS}
    for word, kind in (*ACTIONS.items(), *EXPECTATIONS.items()):
        for field in msgspec.structs.fields(kind):
            for part in (field.type, *get_args(field.type)):
                if isinstance(part, type) and issubclass(part, enum.Enum):
                    name = f"{word}.{field.name}"
                    found[name] = [str(choice.value) for choice in part]
    yield from found.items()
