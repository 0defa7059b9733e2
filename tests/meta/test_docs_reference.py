"""The reference pages against the program: commands, options, checks, exit codes."""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import tomllib
from typing import Any

import msgspec
import pytest
from msgspec import inspect
from pages import DOCS, blocks, headings, rows, section, text_of

from hawatch.checking.collect import collect
from hawatch.checking.facts import scope_of
from hawatch.checking.nouns import Check
from hawatch.checking.subject import Scope
from hawatch.cli import COMMANDS, main
from hawatch.config import parse_config
from hawatch.configuring.durations import parse_duration
from hawatch.exits import Exit, Nagios
from hawatch.model.config import Config
from hawatch.model.latch import LatchKind

COMMANDS_PAGE = DOCS / "reference" / "commands.md"
CHECKS_PAGE = DOCS / "reference" / "checks.md"
CONFIGURATION_PAGE = DOCS / "reference" / "configuration.md"
EXIT_PAGE = DOCS / "reference" / "exit-codes.md"

COMMON = {"-h", "--help", "--config", "--host"}
OPTION = re.compile(r"(?<![\w-])-{1,2}[a-z][a-z-]*")

MORE_HELP: dict[str, tuple[list[str], ...]] = {
    "config": ([], ["init"]),
    "simulate": ([], ["--seeds", "1"]),
}
"""Commands whose words have a help of their own."""

SUBJECTS = {
    Scope.NODE: "for the node",
    Scope.SERVICE: "for each service",
    Scope.RESOURCE: "for each HAST resource",
    Scope.MOUNT: "for each mount point",
}
CHECKS = collect().checks


def test_every_command_has_its_section() -> None:
    """No command is left out, and none is there that is gone."""
    told = {text for level, text in headings(COMMANDS_PAGE) if level == 3}
    assert set(COMMANDS) - told == set()
    assert told - set(COMMANDS) == set()


def helped(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what `hawatch COMMAND --help` prints."""
    for words in MORE_HELP.get(command, ([],)):
        with contextlib.suppress(SystemExit):
            main([command, *words, "--help"])
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_the_options_that_its_section_lists(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page and `--help` name the same options."""
    real = set(OPTION.findall(helped(command, capsys))) - COMMON
    first = [row[0] for row in rows(section(COMMANDS_PAGE, command))]
    told = set(OPTION.findall(" ".join(first))) - COMMON
    assert real == told


def test_the_common_options_are_what_the_page_says() -> None:
    """`--config`, `--host` and `--help` are explained once."""
    text = section(COMMANDS_PAGE, "Options of every command")
    assert set(OPTION.findall(" ".join(row[0] for row in rows(text)))) >= COMMON
    assert importlib.import_module("hawatch.commands.common").DEFAULT_CONFIG in text


def test_every_kind_of_latch_is_explained() -> None:
    """A kind that a person may have to clear is one that a person can read about."""
    told = {row[0].strip("`") for row in rows(section(COMMANDS_PAGE, "latch"))}
    assert told == {kind.value for kind in LatchKind}


def the_tables(kind: inspect.Type, path: str) -> dict[str, type]:
    """Return each table of the file with the struct that it fills."""
    if isinstance(kind, inspect.UnionType):
        kind = next(t for t in kind.types if not isinstance(t, inspect.NoneType))
    if isinstance(kind, inspect.DictType):
        return the_tables(kind.value_type, f"{path}.NAME")
    if not isinstance(kind, inspect.StructType):
        return {}
    found = {f"[{path.lstrip('.')}]": kind.cls} if path else {}
    for field in kind.fields:
        found |= the_tables(field.type, f"{path}.{field.name}")
    return found


TABLES = the_tables(inspect.type_info(Config), "")


def is_table(kind: inspect.Type) -> bool:
    """Return whether an option is a section of its own."""
    return bool(the_tables(kind, "x"))


def test_every_table_of_the_file_has_its_section() -> None:
    """No part of the file is left out, and none is there that is gone."""
    told = {text for _, text in headings(CONFIGURATION_PAGE) if text.startswith("[")}
    assert told == set(TABLES)


def shown(default: Any) -> str:
    """Return the cell that a default wants."""
    return json.dumps(msgspec.to_builtins(default))


def says(cell: str, field: msgspec.structs.FieldInfo) -> bool:
    """Return whether a cell of the page states the default of an option."""
    if field.default is None:
        return cell == "none"
    if field.default is msgspec.NODEFAULT:
        if field.default_factory is msgspec.NODEFAULT:
            return cell == "required"
        return cell == "`{}`"
    value = tomllib.loads(f"value = {cell.strip('`')}")["value"]
    if isinstance(field.default, float):
        value = parse_duration(value)
    return bool(value == msgspec.convert(msgspec.to_builtins(field.default), Any)) or (
        shown(field.default) == json.dumps(value)
    )


@pytest.mark.parametrize("title", TABLES)
def test_a_table_has_the_options_that_its_section_lists(title: str) -> None:
    """Each option with its default, as the program has it."""
    told = {
        row[0].strip("`"): row[2]
        for row in rows(section(CONFIGURATION_PAGE, title))
        if row[0].startswith("`")
    }
    kind = inspect.type_info(TABLES[title])
    assert isinstance(kind, inspect.StructType)
    tables = {field.name for field in kind.fields if is_table(field.type)}
    every = msgspec.structs.fields(TABLES[title])
    fields = {field.name: field for field in every if field.name not in tables}
    assert set(told) == set(fields)
    assert [name for name in fields if not says(told[name], fields[name])] == []


def test_the_example_of_the_page_is_a_configuration_without_a_mistake() -> None:
    """Whoever copies it has a file that loads."""
    (example,) = [b.text for b in blocks(CONFIGURATION_PAGE) if b.language == "toml"]
    assert list(parse_config(example, "the example").nodes) == ["db1", "db2"]


def facts_of(check: Check) -> str:
    """Return the line that stands under a check's name."""
    parts = [
        f"{check.severity}",
        f"remedy: {', then '.join(check.remedy)}",
        SUBJECTS[scope_of(check)],
    ]
    if check.settings:
        pairs = (f"{k} = {json.dumps(v)}" for k, v in check.settings.items())
        parts.append(f"settings: {', '.join(pairs)}")
    return f"*{'; '.join(parts)}*"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_shipped_check_has_its_entry_in_the_runbook(check: Check) -> None:
    """What it protects from, what a failure means, what to look at, what to type."""
    entry = section(CHECKS_PAGE, check.name)
    assert entry.strip().split("\n\n")[0] == facts_of(check)
    protects = re.split(r"[,:] |\. |\.$", " ".join(check.doc.split()))[0]
    assert protects in " ".join(entry.replace("`", "").split())
    assert re.search(r"failure means|[Aa] (failure|warning)", entry)
    assert "Look at: " in entry
    assert re.search(r"^```sh\n\S", entry, re.MULTILINE)


def test_the_runbook_has_no_check_that_is_gone() -> None:
    """An entry whose check was renamed would never be found."""
    told = {text for level, text in headings(CHECKS_PAGE) if level == 3}
    assert told == {check.name for check in CHECKS}


def test_every_exit_code_is_explained() -> None:
    """The page's tables are the program's two enumerations."""
    codes = {int(row[0]) for row in rows(section(EXIT_PAGE, "Exit codes"))}
    assert codes == set(Exit)
    nagios = {int(row[0]): row[1] for row in rows(section(EXIT_PAGE, "check --nagios"))}
    assert nagios == {code.value: code.name for code in Nagios}
    assert all(f"`{name}`" in text_of(EXIT_PAGE) for name in ("run", "check", "status"))
