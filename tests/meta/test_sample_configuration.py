"""etc/hawatch.toml against the model: nothing missing, nothing outdated."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from hawatch.checking.collect import collect
from hawatch.config import parse_config
from hawatch.configuring.durations import parse_duration
from hawatch.model.config import Config

SAMPLE = Path(__file__).parents[2] / "etc" / "hawatch.toml"
OPTION = re.compile(r"#(\[[^]]+\]|[a-z_]+ = .*)")
REMARK = re.compile(r"  # an example; (?:there is no default|the default is (.+))$")

Options = dict[tuple[type, str], inspect.Field]
Lines = list[tuple[type, str, str]]


def options(kind: Any) -> Iterator[tuple[type, inspect.Field]]:
    """Yield every option that is a value, with the struct that it belongs to."""
    if isinstance(kind, inspect.DictType):
        yield from options(kind.value_type)
    for one in kind.types if isinstance(kind, inspect.UnionType) else ():
        yield from options(one)
    if isinstance(kind, inspect.StructType):
        for field in kind.fields:
            below = list(options(field.type))
            yield from below or [(kind.cls, field)]


def table_of(kind: Any, header: list[str]) -> type:
    """Given a table's header, return the struct that the table fills."""
    if isinstance(kind, inspect.UnionType):
        kind = kind.types[0]
    if isinstance(kind, inspect.DictType):
        return table_of(kind.value_type, header[1:])
    if not header:
        return kind.cls
    fields = {field.name: field.type for field in kind.fields}
    return table_of(fields[header[0]], header[1:])


def sample_lines() -> Lines:
    """Return struct, option and rest of the line for each option, active or not."""
    result: Lines = []
    table: type = Config
    for line in SAMPLE.read_text().splitlines():
        match = OPTION.fullmatch(line)
        text = match[1] if match else line
        if text.startswith("["):
            header = [part.strip('"') for part in text.strip("[]").split(".")]
            table = table_of(inspect.type_info(Config), header)
        elif not text.startswith("#") and text.strip():
            name, _, rest = text.partition(" = ")
            result.append((table, name, rest if match else ""))
    return result


def default_of(struct: type, name: str) -> Any:
    """Return an option's default as plain values, None where it has none."""
    field = next(f for f in msgspec.structs.fields(struct) if f.name == name)
    if field.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None


COMMENTED = [line for line in sample_lines() if line[2]]


def test_the_sample_is_a_configuration_without_a_mistake() -> None:
    """The sample loads as it is, on either of its nodes."""
    text = SAMPLE.read_text()
    config = parse_config(text, "sample", node="freebsd-bhyve.example.org")
    assert list(config.nodes) == ["freebsd-esxi", "freebsd-bhyve"]
    assert config.services["mysql"].vip == "192.168.202.251"


def test_the_sample_with_every_option_taken_in_has_no_mistake() -> None:
    """Whoever takes the "#" away, everywhere, gets a configuration that loads."""
    lines = SAMPLE.read_text().splitlines()
    text = "\n".join(
        match[1] if (match := OPTION.fullmatch(line)) else line for line in lines
    )
    known = {check.name: check.settings for check in collect().checks}
    config = parse_config(text, "all options", known_checks=lambda _: known)
    assert set(config.checks) <= known.keys()
    assert config.services["mysql"].preferred == "freebsd-esxi"
    assert "mail" in config.notify.urls


def test_every_option_of_the_model_stands_in_the_sample() -> None:
    """An option that the sample does not explain is an option nobody finds."""
    shown = {(struct, name) for struct, name, _ in sample_lines()}
    known = {
        (struct, field.name) for struct, field in options(inspect.type_info(Config))
    }
    assert known - shown == set()
    assert shown - known == set()


@pytest.mark.parametrize(
    ("struct", "name", "rest"), COMMENTED, ids=lambda value: str(value)[:40]
)
def test_a_commented_option_shows_its_default(
    struct: type, name: str, rest: str
) -> None:
    """A commented line either is the default, or says that it is an example."""
    remark = REMARK.search(rest)
    shown = tomllib.loads(f"value = {rest}")["value"]
    default = default_of(struct, name)
    if remark:
        shown = tomllib.loads(f"value = {remark[1]}")["value"] if remark[1] else None
    elif isinstance(default, float):
        shown = parse_duration(shown)
    elif isinstance(default, tuple):
        default = list(default)
    assert default == shown
