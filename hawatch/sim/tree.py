"""What is wrong with a plain tree that is to become a struct: all of it, with paths.

msgspec itself stops at the first mistake.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

WEEK = 7 * 86400.0
"""The longest time of a scenario: a longer one is a slip of the pen."""


def mistakes_in(value: object, kind: Any, path: str) -> Iterator[tuple[str, str]]:
    """Given a value, the type that it should have and its path, yield what is wrong.

    Each mistake is a path and a text; without any the value can be converted.
    """
    if _is_struct(kind) and isinstance(value, dict):
        for field in msgspec.structs.fields(kind):
            if field.name in value:
                where = f"{path}.{field.name}"
                yield from mistakes_in(value[field.name], field.type, where)
            elif field.required:
                yield path, f"missing required field `{field.name}`"
        return
    items = _items(kind)
    if items is not None and isinstance(value, list):
        for number, item in enumerate(value):
            yield from mistakes_in(item, items, f"{path}[{number}]")
        return
    if isinstance(value, float) and not math.isfinite(value):
        yield path, f"{value} is no finite number"
        return
    try:
        msgspec.convert(value, kind, str_keys=True)
    except msgspec.ValidationError as error:
        wrong, _, where = str(error).partition(" - at `$")
        yield path + where.rstrip("`"), wrong


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _items(kind: Any) -> Any:
    """Return the type of the items of a tuple of any length; None for other types."""
    parts = get_args(kind)
    if get_origin(kind) is tuple and len(parts) == 2 and parts[1] is Ellipsis:
        return parts[0]
    return None
