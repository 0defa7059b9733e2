"""From collected files to findings: verdicts, policies, refusals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import a_config, a_memory, a_snapshot

from hawatch.checking.collect import collect
from hawatch.checking.engine import policies_of, run_checks
from hawatch.checking.nouns import Collection
from hawatch.checking.scan import scan
from hawatch.model.config import AgentConfig, CheckConfig
from hawatch.model.fact import Unknown
from hawatch.model.finding import Finding, Remedy, Severity, Verdict


def collected(text: str, *, shipped: bool = False) -> Collection:
    file, refused = scan(text, "/checks.d/check_x.py", shipped=shipped)
    return Collection(files=(file,), refused=tuple(refused))


def findings(text: str, *, isolate: bool = False, **changes: Any) -> list[Finding]:
    """Run a file's checks on the healthy owner."""
    config = a_config(**changes)
    run = run_checks(collected(text), config, a_snapshot(), a_memory(), isolate=isolate)
    return list(run)


def verdict(text: str) -> tuple[Verdict, str]:
    (found,) = findings(text)
    return found.verdict, found.message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", (Verdict.OK, "")),
        ("return False", (Verdict.OK, "")),
        ("assert 1 == 2", (Verdict.FAIL, "not true: 1 == 2")),
        ("raise AssertionError", (Verdict.FAIL, "an assertion failed")),
        ("raise AssertionError('no')", (Verdict.FAIL, "no")),
        ("skip('not here')", (Verdict.SKIP, "not here")),
        ("warn('soon')", (Verdict.WARN, "soon")),
        ("unknown('who knows')", (Verdict.UNKNOWN, "who knows")),
        ("raise KeyError('x')", (Verdict.UNKNOWN, "KeyError: 'x'")),
        ("raise ValueError", (Verdict.UNKNOWN, "ValueError")),
        ("nonsense", (Verdict.UNKNOWN, "NameError: name 'nonsense' is not defined")),
        ("import sys; sys.exit('bye')", (Verdict.UNKNOWN, "SystemExit: bye")),
    ],
)
def test_an_ending_is_a_verdict(body: str, expected: tuple[Verdict, str]) -> None:
    """A false assert is FAIL; any other exception is a broken thermometer."""
    text = f"from hawatch.api import *\ndef check_it():\n    {body}\n"
    assert verdict(text) == expected


def test_a_finding_names_check_subject_service_severity_and_source() -> None:
    """What the rest of hawatch and a person need to find it."""
    text = "from hawatch.api import check\n@check(severity='critical')\n"
    (found,) = findings(text + "def check_it(hast): pass\n")
    assert (found.check, found.subject, found.service) == ("it", "mysql/disk0", "mysql")
    assert found.key == "it[mysql/disk0]"
    assert found.severity is Severity.CRITICAL
    assert found.source == "/checks.d/check_x.py:3"
    (node,) = findings("def check_it(): pass")
    assert (node.subject, node.service) == ("node", None)


def test_an_unknown_fact_makes_the_finding_unknown_and_calls_nothing() -> None:
    """The function never sees a fact that is not there."""
    run = run_checks(
        collected("def check_it(hast): assert False"),
        a_config(),
        a_snapshot(hast=Unknown("hastctl exit 71")),
        a_memory(),
        isolate=False,
    )
    assert [(one.verdict, one.message) for one in run] == [
        (Verdict.UNKNOWN, "hastctl exit 71 (hast)")
    ]


def test_a_disabled_check_is_left_out() -> None:
    """No finding, no streak, no incident."""
    text = "def check_a(): pass\ndef check_b(): pass\n"
    found = findings(text, checks={"a": CheckConfig(enabled=False)})
    assert [one.check for one in found] == ["b"]


def test_a_refused_check_is_a_finding() -> None:
    """UNKNOWN with the reason; the other checks of its file run."""
    ok, refused = findings("def check_a(crap): pass\ndef check_b(): pass\n")
    assert (ok.check, ok.verdict) == ("b", Verdict.OK)
    assert (refused.check, refused.verdict) == ("a", Verdict.UNKNOWN)
    assert refused.message.startswith("refused: there is no fact 'crap'; facts: ")
    assert refused.source == "/checks.d/check_x.py:1"


def test_a_name_in_the_configuration_that_is_no_check_is_a_finding() -> None:
    """A misspelt check would otherwise stay at its defaults for ever."""
    _, wrong = findings("def check_disk(): pass", checks={"dsk": CheckConfig()})
    assert wrong.message == "refused: there is no such check; nearest: disk"
    agent = AgentConfig(granted=("dick",))
    _, wrong = findings("def check_disk(): pass", agent=agent)
    assert (wrong.check, wrong.source) == ("dick", "agent.granted")


def test_the_configuration_lies_over_the_decorator() -> None:
    """Severity, remedy, fall and rise."""
    text = "@check(severity='critical', remedy='demote')\ndef check_it(): pass"
    one = policies_of(collected(text, shipped=True), a_config())["it"]
    assert (one.severity, one.remedy) == (Severity.CRITICAL, (Remedy.DEMOTE,))
    assert (one.fall, one.rise) == (3, 5)
    over = CheckConfig(fall=1, rise=2, severity=Severity.INFO, remedy=(Remedy.REPORT,))
    one = policies_of(collected(text, shipped=True), a_config(checks={"it": over}))[
        "it"
    ]
    assert (one.severity, one.remedy) == (Severity.INFO, (Remedy.REPORT,))
    assert (one.fall, one.rise) == (1, 2)


def test_a_site_check_may_only_report_until_it_is_granted_more() -> None:
    """Neither its decorator nor a [checks] section alone lets it move the service."""
    text = "@check(remedy='demote')\ndef check_it(): pass"
    over = {"it": CheckConfig(remedy=(Remedy.DEMOTE,))}
    for config in (a_config(), a_config(checks=over)):
        assert policies_of(collected(text), config)["it"].remedy == (Remedy.REPORT,)
    granted = a_config(agent=AgentConfig(granted=("it",)))
    assert policies_of(collected(text), granted)["it"].remedy == (Remedy.DEMOTE,)


def test_the_configured_timeout_is_the_one_that_counts() -> None:
    """Configuration over decorator, here as elsewhere."""
    text = "def check_it():\n    import time; time.sleep(9)\n"
    (found,) = findings(text, isolate=True, checks={"it": CheckConfig(timeout=0.2)})
    assert found.message == "overdue after 0.2 s"


@pytest.mark.parametrize("isolate", [False, True])
def test_a_file_that_cannot_be_loaded_makes_all_its_checks_unknown(
    isolate: bool,
) -> None:
    """With the reason, and one finding for each check."""
    found = findings("1 / 0\ndef check_a(): pass\ndef check_b(): pass", isolate=isolate)
    expected = "the file could not be loaded: ZeroDivisionError: division by zero"
    assert [one.message for one in found] == [expected, expected]


@pytest.mark.parametrize("isolate", [False, True])
def test_a_check_file_may_have_dataclasses_and_helpers(isolate: bool) -> None:
    """The file is a module like any other."""
    text = """
from __future__ import annotations
from dataclasses import dataclass
@dataclass
class Limit:
    percent: float
    def holds(self, used):
        assert used < self.percent
def check_it(space):
    Limit(30.0).holds(space.used_percent)
"""
    (found,) = findings(text, isolate=isolate)
    assert found.verdict is Verdict.FAIL
    expected = "not true: used < self.percent (used is 40, self.percent is 30)"
    assert found.message == expected


def test_an_edited_file_is_seen() -> None:
    """Nothing of an earlier text is kept, in one process."""
    assert verdict("def check_it(): pass")[0] is Verdict.OK
    assert verdict("def check_it(): assert 1 > 2")[0] is Verdict.FAIL


def test_findings_come_in_the_order_of_the_files_whichever_is_faster() -> None:
    """Screens and records stay the same from one cycle to the next."""
    slow, _ = scan(
        "def check_z():\n    import time; time.sleep(0.2)", "/a.py", shipped=False
    )
    fast, _ = scan("def check_a(): pass", "/b.py", shipped=False)
    run = run_checks(
        Collection(files=(slow, fast)),
        a_config(),
        a_snapshot(),
        a_memory(),
        isolate=True,
    )
    assert [one.check for one in run] == ["z", "a"]


def test_the_shipped_checks_say_the_same_inline_and_in_bulkheads() -> None:
    """The simulator's findings are the agent's."""
    collection = collect()
    for node in ("db1", "db2"):
        runs = [
            run_checks(
                collection, a_config(), a_snapshot(node), a_memory(node), isolate=way
            )
            for way in (False, True)
        ]
        inline, isolated = [
            [(one.key, one.verdict, one.message) for one in run] for run in runs
        ]
        assert inline == isolated


def test_starting_the_engine_imports_nothing_heavy(tmp_path: Path) -> None:
    """No pytest, apprise, psutil, pymysql or rich, and no asyncio or threads."""
    (tmp_path / "check_it.py").write_text("from hawatch.api import *\n")
    code = (
        "import sys, hawatch.api, hawatch.checking.engine, hawatch.checking.source\n"
        "from hawatch.checking.collect import collect\n"
        f"collect([{str(tmp_path)!r}])\n"
        "heavy = 'pytest _pytest apprise requests psutil pymysql rich tenacity asyncio "
        "concurrent multiprocessing'.split()\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"
