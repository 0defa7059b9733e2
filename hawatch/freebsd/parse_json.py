"""JSON as FreeBSD's tools print it with `--libxo json`, decoded into typed structs."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from hawatch.freebsd.parse_error import ParseError

T = TypeVar("T")


def decode_json(text: str, shape: type[T], expected: str) -> T:
    """Given a tool's JSON and the struct it should fill, return the struct.

    Raises ParseError where the text is no JSON, was cut short, or lacks a field.
    """
    try:
        return msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ParseError(1, text.split("\n", 1)[0], f"{expected} ({error})") from error
