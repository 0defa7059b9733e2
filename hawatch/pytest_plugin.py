"""The same check files under pytest, unchanged: facts become fixtures.

    pytest --hawatch-host=sim:healthy /usr/local/etc/hawatch/checks.d

An author has pytest's own assertion rewriting, -k, -x and --pdb on a simulated or a
recorded host. This module is loaded in every pytest run on a machine with hawatch:
without its option it imports nothing of it and changes nothing.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from hawatch.checking.facts import Bound
    from hawatch.checking.nouns import Check, Refused
    from hawatch.checking.subject import Look

BOUND = "hawatch_bound"
VERDICT = "hawatch_verdict"
"""The user property of each report that holds hawatch's verdict."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options and their ini settings."""
    group = parser.getgroup("hawatch")
    group.addoption(
        "--hawatch-host",
        metavar="HOST",
        help="run check_*.py files on sim:SCENARIO, freebsd or file:RECORDING",
    )
    group.addoption(
        "--hawatch-config", metavar="FILE", help="the hawatch.toml to check with"
    )
    parser.addini("hawatch_host", "default of --hawatch-host")
    parser.addini("hawatch_config", "default of --hawatch-config")


def pytest_configure(config: pytest.Config) -> None:
    """Look at the host and register the facts, where a host was named."""
    host = config.getoption("--hawatch-host") or config.getini("hawatch_host")
    if not host:
        return
    path = config.getoption("--hawatch-config") or config.getini("hawatch_config")
    from hawatch.checking.source import NoSource, load
    from hawatch.checking.subject import Look

    try:
        look = Look(*load(host, path or None))
    except NoSource as error:
        raise pytest.UsageError(str(error)) from None
    config.addinivalue_line("python_files", "check_*.py")
    config.addinivalue_line("python_functions", "check_*")
    config.pluginmanager.register(Checks(look), "hawatch-checks")
    config.pluginmanager.register(_facts(), "hawatch-facts")


class Checks:
    """The plugin of a run with a host: binds, parametrizes and translates verdicts."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.files: dict[Path, dict[str, Check | Refused]] = {}

    @pytest.fixture(name=BOUND)
    def bound(self, request: pytest.FixtureRequest) -> Bound:
        """Return the check that runs now, with its subject and arguments."""
        one: Bound = request.param
        if one.withheld is not None:
            request.node.user_properties.append((VERDICT, one.withheld))
            if one.withheld == "skip":
                pytest.skip(one.reason)
            pytest.xfail(f"unknown: {one.reason}")
        return one

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a check once for each subject, named in the test's id."""
        from hawatch.checking.facts import bind
        from hawatch.checking.nouns import Refused

        check = self._check(metafunc.definition)
        if check is None or isinstance(check, Refused):
            return
        if BOUND not in metafunc.fixturenames:
            metafunc.fixturenames.append(BOUND)
        found = bind(check, self.look)
        metafunc.parametrize(
            BOUND, found, indirect=True, ids=[one.subject.text for one in found]
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Fail a check that hawatch refuses, in hawatch's words."""
        from hawatch.checking.nouns import Refused

        check = self._check(item)
        if isinstance(check, Refused):
            item.user_properties.append((VERDICT, "unknown"))
            pytest.fail(f"{check.source}: {check.reason}", pytrace=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(
        self, pyfuncitem: pytest.Function
    ) -> Generator[None, object, object]:
        """Call a check, and give its ending pytest's name and ours."""
        if self._check(pyfuncitem) is None:
            return (yield)
        from hawatch.api import Skip, Undecided, Warn
        from hawatch.checking.judge import verdict_of

        try:
            result = yield
        except Exception as ending:
            pyfuncitem.user_properties.append((VERDICT, verdict_of(ending).verdict))
            if isinstance(ending, Skip):
                pytest.skip(str(ending))
            if isinstance(ending, Undecided):
                pytest.xfail(f"unknown: {ending}")
            if isinstance(ending, Warn):
                pyfuncitem.warn(pytest.PytestWarning(f"{pyfuncitem.name}: {ending}"))
                return True
            raise
        pyfuncitem.user_properties.append((VERDICT, "ok"))
        return result

    def _check(self, item: Any) -> Check | Refused | None:
        """Return the check that a test function is, what refuses it, or None."""
        if not isinstance(item, pytest.Function):
            return None
        path, name = Path(item.path), item.originalname
        if not (path.match("check_*.py") and name.startswith("check_")):
            return None
        if path not in self.files:
            from hawatch.checking.scan import scan

            file, refused = scan(path.read_text("utf-8"), str(path), shipped=False)
            self.files[path] = {check.function: check for check in file.checks}
            self.files[path] |= {f"check_{one.name}": one for one in refused}
        return self.files[path].get(name)


def _facts() -> ModuleType:
    """Return a plugin with a fixture for each fact that a check may ask for."""
    from hawatch.checking.facts import legal_names

    plugin = ModuleType("hawatch_facts")
    for name in legal_names():
        setattr(plugin, name, _fact(name))
    return plugin


def _fact(name: str) -> Any:
    """Return the fixture of one fact: its value for the subject that runs now."""

    @pytest.fixture(name=name)
    def fact(hawatch_bound: Bound) -> object:
        return hawatch_bound.arguments[name]

    return fact
