"""A tree of plain values as TOML, for trees that were put together in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hawatch.configuring.mistakes import quoted


def to_toml(tree: Mapping[str, Any]) -> str:
    """Given a tree of tables, lists, texts, numbers and booleans, return TOML."""
    return "".join(f"{quoted(key)} = {_value(value)}\n" for key, value in tree.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{quoted(k)} = {_value(v)}" for k, v in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value) if isinstance(value, str) else str(value)
