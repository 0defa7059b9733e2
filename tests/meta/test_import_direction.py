"""Imports go one way: drivers -> cycle -> stations -> pure arithmetic -> nouns."""

from __future__ import annotations

import graphlib
import re
import sys

import pytest
from house import PACKAGE, Import, imports, label, module_name, python_files

NOUNS = {"hawatch", "model"}
PURE = {"host", "exits", "deciding"}
STATIONS = {
    "acting",
    "api",
    "checking",
    "config",
    "configuring",
    "descriptors",
    "discovering",
    "doctoring",
    "dryrun",
    "freebsd",
    "legible",
    "observe",
    "peer",
    "placing",
    "recording",
    "trust",
}
CYCLE = {"agent", "cycle", "thinking"}
DRIVERS = {"live", "notify", "notifying", "showing", "sim"}
COMMANDS = {"__main__", "cli", "commands", "pytest_plugin"}
LAYERS = (NOUNS, PURE, STATIONS, CYCLE, DRIVERS, COMMANDS)

ENDS = {"cli", "commands", "notify", "notifying", "sim"}
"""Parts that nobody may need; the commands import them when they are asked for."""

HEAVY = {"apprise", "psutil", "pymysql", "pytest", "requests", "rich", "tenacity"}
"""Libraries that cost more than a quiet cycle may: imported where they are used."""

ARITHMETIC = {
    "__future__",
    "bisect",
    "collections",
    "datetime",
    "enum",
    "functools",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "msgspec",
    "operator",
    "re",
    "types",
    "typing",
}
"""What pure modules may use besides each other: nothing of it touches a machine."""

PURE_MODULE = re.compile(
    r"hawatch\.(model|host|deciding|freebsd\.(parse_\w+|\w*words))\b"
)
"""What a parser may import of the package."""

FILES = python_files("hawatch")
ALL = [found for path in FILES for found in imports(path)]


def part(module: str) -> str:
    """Return the part of the package that a module belongs to."""
    return module.split(".")[1] if "." in module else module


def home(found: Import) -> str:
    """Return the part of the package that an import stands in."""
    return part(module_name(found.path))


def top(found: Import) -> str:
    """Return the package that an import needs."""
    return found.module.partition(".")[0]


INSIDE = [found for found in ALL if top(found) == "hawatch"]
OUTSIDE = [found for found in ALL if top(found) != "hawatch"]


def layer(name: str) -> int:
    """Return the height of a part, 0 being the nouns."""
    return next(height for height, names in enumerate(LAYERS) if name in names)


def test_every_part_of_the_package_has_its_layer() -> None:
    """A new part is given its place here before anything imports it."""
    parts = {part(module_name(path)) for path in FILES}
    assert parts - set().union(*LAYERS) == set()


def test_no_import_goes_upwards() -> None:
    """What is below does not know what is above."""
    wrong = [
        str(found) for found in INSIDE if layer(part(found.module)) > layer(home(found))
    ]
    assert wrong == []


def test_no_two_parts_import_each_other() -> None:
    """Inside a layer, too, one part comes first."""
    needs: dict[str, set[str]] = {}
    for found in INSIDE:
        if home(found) != part(found.module):
            needs.setdefault(home(found), set()).add(part(found.module))
    order = list(graphlib.TopologicalSorter(needs).static_order())
    assert order.index("model") < order.index("cycle")


def test_nobody_imports_the_command_line_the_simulator_or_the_messenger() -> None:
    """They are ends of the line; the commands reach them when they are asked for."""
    wrong = [
        str(found)
        for found in INSIDE
        if part(found.module) in ENDS
        and home(found) != part(found.module)
        and not (home(found) in COMMANDS and (found.lazy or home(found) == "__main__"))
        and not (home(found) == "notify" and part(found.module) == "notifying")
        and not (home(found) == "cli" and part(found.module) == "commands")
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", ["hawatch/model", "hawatch/deciding"])
def test_nouns_and_decisions_touch_no_machine(folder: str) -> None:
    """No os, no time, no logging, no host: arithmetic on values can be proved."""
    wrong = [
        str(found)
        for path in python_files(folder)
        for found in imports(path)
        if top(found) not in ARITHMETIC | {"hawatch"}
        or (top(found) == "hawatch" and part(found.module) not in {"model", "deciding"})
    ]
    assert wrong == []


def test_parsers_touch_no_machine() -> None:
    """Text in, facts out: a golden file is all that a parser needs."""
    parsers = sorted((PACKAGE / "freebsd").glob("parse_*.py"))
    assert len(parsers) > 5
    wrong = [
        str(found)
        for path in parsers
        for found in imports(path)
        if top(found) not in ARITHMETIC | {"hawatch"}
        or (top(found) == "hawatch" and not PURE_MODULE.match(found.module))
    ]
    assert wrong == []


def test_only_the_messenger_imports_apprise() -> None:
    """The heaviest import lives in a process of its own."""
    users = {home(found) for found in OUTSIDE if top(found) == "apprise"}
    assert users <= {"notify", "notifying"}


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    """An event reaches its first command fast, whatever the others need."""
    wrong = [
        str(found)
        for found in OUTSIDE
        if top(found) in HEAVY and not found.lazy and home(found) != "pytest_plugin"
    ]
    assert wrong == []


def test_the_program_imports_nothing_of_pytest() -> None:
    """The runner is the author's tool; the engine is the program's own."""
    users = {home(found) for found in OUTSIDE if top(found) in {"pytest", "_pytest"}}
    assert users <= {"pytest_plugin"}


def test_a_check_imports_the_api_and_the_standard_library_only() -> None:
    """A check file runs under both engines and next to any other."""
    files = python_files("checks")
    assert files
    wrong = [
        str(found)
        for path in files
        for found in imports(path)
        if top(found) not in sys.stdlib_module_names and found.module != "hawatch.api"
    ]
    assert wrong == []


def test_no_thread_no_mock_and_no_event_loop_is_imported() -> None:
    """A fork copies one thread only, and the only fake is the simulator."""
    forbidden = ("threading", "_thread", "concurrent", "asyncio", "multiprocessing")
    files = python_files("hawatch", "checks", "tests", "bench")
    wrong = [
        str(found)
        for path in files
        for found in imports(path)
        if found.module.startswith("unittest")
        or (top(found) in forbidden and not label(path).startswith("tests/real/"))
    ]
    assert wrong == []
