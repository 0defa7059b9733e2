"""A mutation tester over hawatch/deciding: every small change has to be noticed.

It is a pytest session of its own. Each test that concerns deciding/ runs once, and it
is written down which functions it enters; then every mutant lives in a forked child,
where the tests that enter the changed function run until one fails. What no test
notices is a survivor: it is killed by a new decision case or unit test, or explained
in survivors.toml.

    python tests/mutation/tester.py               everything (`make mutation`)
    python tests/mutation/tester.py --sample 60   a fixed sample (`make test`)
    python tests/mutation/tester.py gates.py      some modules
    python tests/mutation/tester.py --listed      whether the survivors still live
"""

from __future__ import annotations

import argparse
import functools
import gc
import hashlib
import importlib
import json
import os
import signal
import sys
import time
import tomllib
import types
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol
from killers import TESTS, WORDING
from operators import Mutant, mutants_of, mutated_code, mutated_tree

import hawatch.deciding

HERE = Path(__file__).parent
DECIDING = Path(hawatch.deciding.__file__).parent
EXPLAINED = HERE / "survivors.toml"
OPEN = "open"
"""The reason of a survivor that was there before anybody looked at it."""

DEADLINE = 30
"""Seconds of a child: a mutant that hangs is noticed by that."""


class Fate(NamedTuple):
    """What became of a mutant. killer: the test, "time", or "" for a survivor."""

    mutant: Mutant
    killer: str


def explained() -> dict[str, str]:
    """Return the survivors that are explained, by the mutant's name."""
    rows = tomllib.loads(EXPLAINED.read_text()).get("survivor", [])
    return {row["mutant"]: row["why"] for row in rows}


def write(fates: list[Fate]) -> None:
    """Write survivors.toml anew with what was tried; reasons are kept."""
    reasons = explained()
    tried = {fate.mutant.name for fate in fates}
    alive = {fate.mutant.name for fate in fates if not fate.killer}
    alive |= (reasons.keys() - tried) & {mutant.name for mutant in chosen([], 0)}
    head = EXPLAINED.read_text().split("[[survivor]]")[0]
    rows = (
        f"[[survivor]]\nmutant = {json.dumps(name, ensure_ascii=False)}\n"
        f"why = {json.dumps(reasons.get(name, OPEN), ensure_ascii=False)}\n"
        for name in sorted(alive)
    )
    EXPLAINED.write_text(head + "\n".join(rows))


def chosen(only: list[str], sample: int) -> list[Mutant]:
    """Return the mutants to try: those of some modules, or a fixed sample of all."""
    paths = [path for path in sorted(DECIDING.glob("*.py")) if path.name not in WORDING]
    every = [m for p in paths if not only or p.name in only for m in mutants_of(p)]
    if sample:
        every.sort(key=lambda m: hashlib.sha256(m.name.encode()).digest())
        every = sorted(every[:sample])
    return every


class Tester:
    """The pytest plugin that takes the place of the loop over the tests."""

    def __init__(self, mutants: list[Mutant], jobs: int) -> None:
        self.mutants, self.jobs = mutants, jobs
        self.fates: list[Fate] = []
        self.enters: dict[tuple[str, str], list[pytest.Item]] = defaultdict(list)
        self.entering: dict[int, list[tuple[str, str]]] = {}

    def pytest_configure(self) -> None:
        """Draw the same examples every time, and not many."""
        from hypothesis import Phase, settings  # pytest has to be first

        # A counterexample is enough: nobody reads the smallest one.
        settings.register_profile(
            "mutation",
            derandomize=True,
            database=None,
            deadline=None,
            max_examples=30,
            phases=(Phase.explicit, Phase.generate),
        )
        settings.load_profile("mutation")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every test once, then every mutant."""
        for item in session.items:
            self._run_once(item)
        if not session.testsfailed:
            running: dict[int, tuple[Mutant, int]] = {}
            for mutant in self.mutants:
                if len(running) >= self.jobs:
                    self._end_one(running)
                pid, answer = self._begin(mutant)
                running[pid] = (mutant, answer)
            while running:
                self._end_one(running)
        return True

    def _run_once(self, item: pytest.Item) -> None:
        entered: set[tuple[str, str]] = set()
        codes: set[types.CodeType] = set()
        inside = f"{DECIDING}{os.sep}"

        def note(frame: types.FrameType, _: str, __: object) -> None:
            # Called for the calls of Python functions only: no local trace is returned.
            code = frame.f_code
            if code not in codes:
                codes.add(code)
                if code.co_filename.startswith(inside):
                    name = code.co_qualname.split(".<locals>")[0]
                    entered.add((Path(code.co_filename).name, name))

        sys.settrace(note)
        try:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        finally:
            sys.settrace(None)
        for place in entered:
            self.enters[place].append(item)

    def _killers(self, mutant: Mutant) -> Iterator[pytest.Item]:
        """Yield the tests that enter the changed function, the most particular first.

        A constant of a module may be read anywhere.
        """
        if mutant.function:
            yield from self.enters[(mutant.path.name, mutant.function)]
            return
        told = set()
        for (module, _), items in self.enters.items():
            for item in items:
                if module == mutant.path.name and item not in told:
                    told.add(item)
                    yield item

    def _begin(self, mutant: Mutant) -> tuple[int, int]:
        answer, told = os.pipe()
        pid = os.fork()
        if pid:
            os.close(told)
            return pid, answer
        code = 1
        try:
            signal.alarm(DEADLINE)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            put_in_place(mutant)
            for item in self._killers(mutant):
                if any(r.failed for r in runtestprotocol(item, log=False)):
                    os.write(told, item.nodeid.encode())
                    break
            code = 0
        finally:
            os._exit(code)

    def _end_one(self, running: dict[int, tuple[Mutant, int]]) -> None:
        pid, status = os.wait()
        mutant, answer = running.pop(pid)
        with os.fdopen(answer, "rb") as told:
            killer = told.read().decode()
        if not killer and status:
            killer = f"ended with status {status}"
        self.fates.append(Fate(mutant, killer))
        if not killer:
            sys.stderr.write(f"alive: {mutant.name} (line {mutant.line})\n")


def put_in_place(mutant: Mutant) -> None:
    """Change the running program: the code of one function, or one constant."""
    module = importlib.import_module(f"hawatch.deciding.{mutant.path.stem}")
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()
    if not mutant.function:
        _put_constant(module, mutant)
        return
    found: Any = module
    for part in mutant.function.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", None) or getattr(found, "__func__", found)
    found = getattr(found, "__wrapped__", found)
    found.__code__ = mutated_code(mutant)


def _put_constant(module: types.ModuleType, mutant: Mutant) -> None:
    """A constant is rebound wherever it was imported under its name."""
    after: dict[str, Any] = {"__name__": module.__name__}
    exec(compile(mutated_tree(mutant), str(mutant.path), "exec"), after)  # noqa: S102
    for name, before in vars(module).items():
        if type(before) in (int, float) and after.get(name) != before:
            for other in [m for n, m in sys.modules.items() if n.startswith("hawatch")]:
                if vars(other).get(name) == before:
                    setattr(other, name, after[name])


def run(mutants: list[Mutant], jobs: int) -> list[Fate]:
    """Try mutants; return what became of each. Raises RuntimeError on red tests."""
    tester = Tester(mutants, jobs)
    files = [str(HERE.parent / name) for name in TESTS]
    options = ["-q", "--no-header", "-p", "no:cacheprovider", "-o", "timeout=0"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    pytest.main([*options, "-o", "addopts=", *files], plugins=[tester])
    if len(tester.fates) != len(mutants):
        raise RuntimeError("the tests are red without any mutant")
    return tester.fates


def main() -> int:
    """Print figures and survivors; return 1 where one of them is not explained."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("modules", nargs="*", help="such as gates.py")
    options.add_argument("--sample", type=int, default=0, help="how many of all")
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options.add_argument("--write", action="store_true", help="survivors.toml anew")
    options.add_argument("--listed", action="store_true", help="only those listed")
    given = options.parse_args()
    began = time.monotonic()
    wanted = chosen(given.modules, given.sample)
    if given.listed:
        wanted = [mutant for mutant in wanted if mutant.name in explained()]
    fates = run(wanted, given.jobs)
    if given.write:
        write(fates)
    alive = [fate.mutant for fate in fates if not fate.killer]
    reasons = explained()
    open_ = [mutant for mutant in alive if mutant.name not in reasons]
    left = sum(reasons.get(mutant.name) == OPEN for mutant in alive)
    sys.stdout.write(
        f"\n{len(fates)} mutants, {len(fates) - len(alive)} killed, "
        f"{len(alive) - len(open_) - left} explained, {left} known and open, "
        f"{len(open_)} new, {time.monotonic() - began:.0f} s\n"
    )
    for mutant in sorted(open_):
        place = mutant.path.relative_to(DECIDING.parent.parent)
        sys.stdout.write(f"{place}:{mutant.line}: {mutant.name}\n")
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(main())
