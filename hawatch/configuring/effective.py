"""A Config -> TOML with every default, secrets masked; and the hash of its meaning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from hawatch.configuring.durations import write_duration
from hawatch.configuring.mistakes import child, quoted
from hawatch.model.config import Config, NotifyUrl
from hawatch.model.newest import kept_for_newest

_MASK = "********"
_UNORDERED = ("fsck_yes", "granted", "severities")


def show_config(config: Config) -> str:
    """Given a Config, return it as TOML, defaults included.

    What has no value has no line. Inline notification URLs and the ping's URL carry
    secrets: only their scheme is shown.
    """
    lines = _section(inspect.type_info(Config), _masked(config), "$")
    return "\n".join(lines).lstrip("\n") + "\n"


@kept_for_newest(2)
def configuration_hash(config: Config) -> str:
    """Given a Config, return 16 hex digits that are equal where the meaning is equal.

    The order of tables and of lists without an order does not count, nor do comments
    and the spelling of durations.
    """
    plain = msgspec.to_builtins(_sorted_lists(config))
    meaning = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(meaning.encode()).hexdigest()[:16]


def _masked(config: Config) -> Config:
    def mask(url: str) -> str:
        return url and f"{url.partition('://')[0]}://{_MASK}"

    urls = {
        name: msgspec.structs.replace(entry, url=mask(entry.url))
        for name, entry in config.notify.urls.items()
    }
    notify = msgspec.structs.replace(
        config.notify, urls=urls, ping=mask(config.notify.ping)
    )
    return msgspec.structs.replace(config, notify=notify)


def _sorted_lists(config: Config) -> Config:
    """Return the Config with its lists sorted where their order means nothing."""

    def tidy(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: tidy(entry) for key, entry in value.items()}
        if not isinstance(value, msgspec.Struct):
            return value
        fields = {name: tidy(getattr(value, name)) for name in value.__struct_fields__}
        unordered = _UNORDERED + ("checks",) * isinstance(value, NotifyUrl)
        for name in set(unordered) & fields.keys():
            fields[name] = tuple(sorted(fields[name]))
        return type(value)(**fields)

    result: Config = tidy(config)
    return result


def _section(kind: inspect.Type, value: Any, path: str) -> Iterator[str]:
    """Yield the lines of one table and of the tables below it."""
    entries = list(_entries(kind, value))
    plain = [entry for entry in entries if not _is_table(entry[2])]
    if path != "$" and (plain or not entries):
        yield f"\n[{path[2:]}]"
    for key, entry_kind, entry in plain:
        if entry is not None:
            yield f"{child('', key)[1:]} = {_value(entry_kind, entry)}"
    for key, entry_kind, entry in entries:
        if _is_table(entry):
            yield from _section(entry_kind, entry, child(path, key))


def _entries(kind: inspect.Type, value: Any) -> Iterator[tuple[str, inspect.Type, Any]]:
    """Yield name, type and value of what a struct or a table holds."""
    for one in kind.types if isinstance(kind, inspect.UnionType) else (kind,):
        if isinstance(one, inspect.StructType):
            for field in one.fields:
                yield field.name, field.type, getattr(value, field.name)
        elif isinstance(one, inspect.DictType):
            for key, entry in value.items():
                yield key, one.value_type, entry
        elif isinstance(one, inspect.AnyType):
            for key, entry in value.items():
                yield key, one, entry


def _is_table(value: object) -> bool:
    return isinstance(value, msgspec.Struct | Mapping)


def _value(kind: inspect.Type, value: Any) -> str:
    """Return one value as TOML; JSON's texts, numbers and booleans are TOML's, too."""
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    if any(isinstance(one, inspect.Metadata) for one in kinds):
        return write_duration(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(inspect.AnyType(), item) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = (f"{quoted(k)} = {_value(kind, v)}" for k, v in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return quoted(value) if isinstance(value, str) else json.dumps(value)
