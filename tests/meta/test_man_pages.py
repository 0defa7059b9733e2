"""The manual pages against the program: nothing missing, nothing outdated, no lint."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from hawatch.checking import storage_views, views
from hawatch.checking.collect import collect
from hawatch.checking.facts import FACTS, SETTINGS
from hawatch.cli import COMMANDS
from hawatch.configuring.durations import parse_duration
from hawatch.exits import Exit
from hawatch.model import carp, hast, latch, report, services, storage
from hawatch.model.config import Config

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "man").iterdir())
COMMAND_PAGE = (ROOT / "man/hawatch.8").read_text()
OPTIONS_PAGE = (ROOT / "man/hawatch.toml.5").read_text()
CHECKS_PAGE = (ROOT / "man/hawatch-checks.7").read_text()
GUIDES = [
    ROOT / "docs/how-to/install-on-freebsd.md",
    ROOT / "docs/how-to/replace-the-old-scripts.md",
    ROOT / "port/files/pkg-message.in",
]
CHECKS = collect().checks


def section(page: str, title: str) -> str:
    """Return the text of a page's section (.Sh)."""
    found = re.search(rf"(?ms)^\.Sh {title}$\n(.*?)(?=^\.Sh |\Z)", page)
    assert found is not None, title
    return found[1]


def entries(text: str, macro: str) -> dict[str, tuple[str, str]]:
    """Return each list entry by its name: the rest of its line, and its text."""
    found: dict[str, tuple[str, str]] = {}
    pattern = rf"(?ms)^\.It {macro} (\S+)(.*?)$\n(.*?)(?=^\.It |^\.El|^\.S[hs] )"
    for name, rest, body in re.findall(pattern, text):
        before = found.get(name, ("", ""))
        found[name] = (before[0] + rest, before[1] + body)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_mandoc_has_nothing_to_warn_of(page: Path) -> None:
    """FreeBSD's man(1) is mandoc: what it warns of, somebody sees."""
    if shutil.which("mandoc") is None:
        text = "not installed: mandoc (see tests/real/install.sh)"
        pytest.fail(text) if os.environ.get("CI") else pytest.skip(text)
    argv = ["mandoc", "-T", "lint", "-W", "warning", str(page)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_its_own_name(page: Path) -> None:
    """The file's name, the title and the section are one."""
    name, _, number = page.name.rpartition(".")
    text = page.read_text()
    assert f"\n.Dt {name.upper()} {number}\n" in text
    assert f"\n.Nm {name}\n" in text


def test_every_command_is_in_the_page() -> None:
    """A command without a word is a command nobody finds; none is invented."""
    assert set(entries(section(COMMAND_PAGE, "COMMANDS"), "Ic")) == set(COMMANDS)


WITH_OPTIONS = [
    name
    for name in COMMANDS
    if name != "event" and (ROOT / f"hawatch/commands/{name}.py").exists()
]


@pytest.mark.parametrize("command", WITH_OPTIONS)
def test_every_option_of_a_command_is_in_its_entry(command: str) -> None:
    """The words of `hawatch COMMAND --help`, both ways."""
    module = importlib.import_module(f"hawatch.commands.{command}")
    said = io.StringIO()
    for words in ([], ["init"])[: 2 if command == "config" else 1]:
        with contextlib.redirect_stdout(said), pytest.raises(SystemExit):
            module.main([*words, "--help"])
    flags = set(re.findall(r"(?m)^  (-\w)?(?:, )?(--[\w-]+)?", said.getvalue()))
    real = {flag for pair in flags for flag in pair if flag}
    real -= {"-h", "--help", "--config", "--host"}
    body = "".join(entries(section(COMMAND_PAGE, "COMMANDS"), "Ic")[command])
    told = {f"-{flag}" for flag in re.findall(r"\bFl (-?[\w-]+)", body)}
    assert told == real


def test_every_exit_code_is_in_the_page() -> None:
    """The numbers are periodic(8)'s own."""
    told = entries(section(COMMAND_PAGE, "EXIT STATUS"), "Li")
    assert {int(code) for code in told} == {int(code) for code in Exit}


def test_every_knob_of_rc_and_periodic_is_in_the_page() -> None:
    """What the scripts give a default to is what an administrator may set."""
    knobs = set()
    for script in (
        "periodic/daily/407.status-hawatch",
        "periodic/security/410.hawatch",
    ):
        knobs |= set(re.findall(r'(?m)^: "\$\{(\w+):=', (ROOT / script).read_text()))
    rc = (ROOT / "etc/rc.d/hawatch").read_text()
    knobs |= set(re.findall(r': "\$\{(\w+):=', rc))
    files = section(COMMAND_PAGE, "FILES")
    assert set(re.findall(r"\.Va (\w+)", files)) == knobs


Fields = dict[tuple[str, str], msgspec.inspect.Field]


def fields(kind: Any, header: tuple[str, ...] = ()) -> Fields:
    """Return every option of the model by its table's header and its name."""
    if isinstance(kind, inspect.DictType):
        return fields(kind.value_type, (*header, "NAME"))
    if isinstance(kind, inspect.UnionType):
        return {k: f for one in kind.types for k, f in fields(one, header).items()}
    if not isinstance(kind, inspect.StructType):
        return {}
    found: Fields = {}
    for field in kind.fields:
        below = fields(field.type, (*header, field.name))
        found |= below or {(".".join(header), field.name): field}
    return found


def told_options() -> dict[tuple[str, str], str | None]:
    """Return every option of the page with its default as TOML, None without one."""
    found: dict[tuple[str, str], str | None] = {}
    for header, body in re.findall(
        r"(?ms)^\.Ss \[([\w.]+)\]$\n(.*?)(?=^\.S[sh] |\Z)", OPTIONS_PAGE
    ):
        for name, (rest, _) in entries(body, "Ic").items():
            value = re.fullmatch(r" No = (?:Li )?(.+)", rest)
            shown = value[1].replace(r"\(dq", '"') if value else None
            found[header, name] = shown
    return found


MODEL = fields(inspect.type_info(Config))


def test_every_configuration_option_is_in_the_page() -> None:
    """Option by option, table by table, and none is invented."""
    assert set(told_options()) == set(MODEL)


@pytest.mark.parametrize("option", sorted(MODEL), ids=".".join)
def test_an_option_is_told_with_its_default(option: tuple[str, str]) -> None:
    """A default that the page invents would be believed."""
    field, shown = MODEL[option], told_options()[option]
    default = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    if default is msgspec.NODEFAULT or default is None:
        assert shown is None
        return
    assert shown is not None
    value = tomllib.loads(f"value = {shown}")["value"]
    if isinstance(default, float):
        value = parse_duration(value)
    assert value == msgspec.json.decode(msgspec.json.encode(default))


def test_every_fact_is_in_the_page() -> None:
    """The names that an author may use as arguments; none is invented."""
    told = entries(section(CHECKS_PAGE, "FACTS"), "Fa")
    assert set(told) == set(FACTS)


def test_a_fact_stands_under_its_own_scope() -> None:
    """The scope decides how often a check runs."""
    titles = ("Of the node", "Of a service", "Of a HAST resource", "Of a mount point")
    text = section(CHECKS_PAGE, "FACTS")
    for scope, title in enumerate(titles):
        found = re.search(rf"(?ms)^\.Ss {title}$\n(.*?)(?=^\.Ss |\Z)", text)
        assert found is not None
        names = {name for name, spec in FACTS.items() if spec.scope == scope}
        assert set(entries(found[1], "Fa")) == names


def test_what_a_fact_is_said_to_have_it_has() -> None:
    """Every attribute of the page exists in some noun that checks get."""
    modules = (views, storage_views, carp, hast, latch, report, services, storage)
    nouns = [noun for module in modules for noun in vars(module).values()]
    known = {name for noun in nouns if isinstance(noun, type) for name in dir(noun)}
    told = set(re.findall(r"\bVa (\w+)", section(CHECKS_PAGE, "FACTS")))
    assert told - known == set()


def test_every_shipped_check_is_in_the_page() -> None:
    """By the name that the configuration uses; none is invented."""
    told = entries(section(CHECKS_PAGE, "SHIPPED CHECKS"), "Ic")
    assert set(told) == {check.name for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_shipped_check_is_told_as_it_is(check: Any) -> None:
    """Its severity, its remedies and its settings."""
    told = entries(section(CHECKS_PAGE, "SHIPPED CHECKS"), "Ic")
    rest, body = told[check.name]
    words = rest.removeprefix(" Pq ").split(" , ")
    assert words == [str(check.severity), *map(str, check.remedy)]
    shown = dict(re.findall(r"\.Ql (\w+) = (\S+)", body))
    assert shown == {name: repr(value) for name, value in check.settings.items()}


def test_the_pages_example_is_a_check() -> None:
    """The example of the page is taken by the engine."""
    from hawatch.checking.scan import scan

    example = re.search(r"(?s)\.Bd -literal -offset indent\n(.*?)\.Ed", CHECKS_PAGE)
    assert example is not None
    file, mistakes = scan(example[1], "check_binlogs.py", shipped=False)
    assert mistakes == []
    (check,) = file.checks
    assert check.name == "binlogs_have_room"
    assert set(check.arguments) <= {*FACTS, SETTINGS}


def test_the_pages_configuration_is_without_a_mistake() -> None:
    """The smallest file of the page loads."""
    from hawatch.config import parse_config

    example = re.search(r"(?s)\.Bd -literal -offset indent\n(.*?)\.Ed", OPTIONS_PAGE)
    assert example is not None
    assert list(parse_config(example[1], "page").nodes) == ["db1", "db2"]


def pasted(guide: Path) -> list[str]:
    """Return the lines of a guide that are there to be pasted."""
    text = guide.read_text()
    blocks = re.findall(r"(?ms)^```sh$\n(.*?)^```$", text)
    if guide.suffix != ".md":
        blocks = re.findall(r"(?m)^\t(.*)$", text)
    return "\n".join(blocks).splitlines()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_a_guide_names_commands_that_exist(guide: Path) -> None:
    """What a person pastes must be there, options included."""
    body = section(COMMAND_PAGE, "COMMANDS")
    calls = [line.split("#")[0].split() for line in pasted(guide)]
    calls = [words for words in calls if words[:1] == ["hawatch"]]
    assert calls
    for _, command, *words in calls:
        assert command in COMMANDS
        entry = "".join(entries(body, "Ic")[command])
        told = {f"-{flag}" for flag in re.findall(r"\bFl (-?[\w-]+)", entry)}
        assert {word for word in words if word.startswith("-")} <= told
