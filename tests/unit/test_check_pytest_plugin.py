"""The plugin for authors: silent without its option, plain with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from builders import a_config, a_memory, a_snapshot

from hawatch.checking.source import save_recording

CHECK = """
from hawatch.api import check, warn

@check(settings={"percent": 30})
def check_room(space, settings):
    if space.used_percent > 99:
        warn("full")
    assert space.used_percent < settings.percent

def check_master(carp):
    assert carp.is_master
"""


@pytest.fixture
def author(pytester: pytest.Pytester) -> pytest.Pytester:
    """An author's directory with a check file and a recorded look."""
    pytester.path.joinpath("check_mine.py").write_text(CHECK)
    save_recording(
        str(pytester.path / "look.json"), a_config(), a_snapshot(), a_memory()
    )
    return pytester


def test_without_the_option_nothing_is_collected_or_imported(
    author: pytest.Pytester,
) -> None:
    """Every pytest run on the machine loads the plugin; it must cost nothing."""
    author.makepyfile(
        test_it="""
        import sys
        def test_it():
            assert "hawatch.pytest_plugin" in sys.modules
            assert "hawatch.checking" not in sys.modules
            assert "msgspec" not in sys.modules
        """
    )
    done = author.runpytest_subprocess("-p", "no:cacheprovider")
    done.assert_outcomes(passed=1)


def test_a_failing_check_is_explained_by_pytest(author: pytest.Pytester) -> None:
    """Assertion rewriting works in check files that are found in a directory."""
    done = author.runpytest_subprocess("--hawatch-host=file:look.json")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            "*assert space.used_percent < settings.percent*",
            "E*assert 40.0 < 30*",
            "FAILED check_mine.py::check_room[[]mysql:/var/db/mysql[]]*",
        ]
    )


def test_k_and_ids_choose_checks_and_subjects(author: pytest.Pytester) -> None:
    """Pytest's own options work on checks."""
    done = author.runpytest_subprocess("--hawatch-host=file:look.json", "-k", "master")
    done.assert_outcomes(passed=1, deselected=1)
    one = "check_mine.py::check_master[mysql]"
    done = author.runpytest_subprocess("--hawatch-host=file:look.json", one)
    done.assert_outcomes(passed=1)


def test_the_host_may_stand_in_the_ini_file(author: pytest.Pytester) -> None:
    """An author types `pytest` and no more."""
    author.makeini("[pytest]\nhawatch_host = file:look.json\n")
    author.runpytest_subprocess().assert_outcomes(passed=1, failed=1)


def test_ordinary_tests_run_beside_checks_and_know_no_facts(
    author: pytest.Pytester,
) -> None:
    """A test that takes a fact's name by mistake is an error and not a green test."""
    author.makepyfile(
        test_plain="def test_plain(tmp_path): pass\ndef test_fact(carp): pass\n"
    )
    done = author.runpytest_subprocess("--hawatch-host=file:look.json", "test_plain.py")
    done.assert_outcomes(passed=1, errors=1)


def test_a_host_that_cannot_be_had_is_a_usage_error(author: pytest.Pytester) -> None:
    """One sentence, exit code 4, no traceback."""
    done = author.runpytest_subprocess("--hawatch-host=file:nothing.json")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: nothing.json: No such file or directory"])


def test_a_refused_check_is_an_error_in_hawatchs_words(author: pytest.Pytester) -> None:
    """With the legal names, and without costing the others."""
    author.path.joinpath("check_more.py").write_text(
        "def check_a(crap): pass\ndef check_b(carp): pass\n"
    )
    done = author.runpytest_subprocess("--hawatch-host=file:look.json", "check_more.py")
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["*check_more.py:1: there is no fact 'crap'; facts: *"])


def test_warn_is_a_warning_and_unknown_an_expected_failure(
    author: pytest.Pytester,
) -> None:
    """Each verdict has a name in pytest's report."""
    author.path.joinpath("check_more.py").write_text(
        "from hawatch.api import *\n"
        "def check_a(): warn('soon')\n"
        "def check_b(): unknown('who knows')\n"
        "def check_c(): skip('not here')\n"
    )
    done = author.runpytest_subprocess(
        "--hawatch-host=file:look.json", "-rsx", "check_more.py"
    )
    done.assert_outcomes(passed=1, skipped=1, xfailed=1, warnings=1)
    done.stdout.fnmatch_lines(
        ["*PytestWarning: check_a[[]node[]]: soon", "*unknown: who knows*"]
    )


def test_the_plugin_works_with_warnings_as_errors_and_without_assert_rewriting(
    author: pytest.Pytester,
) -> None:
    """A stricter author's settings do not break it."""
    done = author.runpytest_subprocess(
        "-W", "error", "--assert=plain", "--hawatch-host=file:look.json", "-k", "master"
    )
    done.assert_outcomes(passed=1, deselected=1)


def test_hawatch_checks_without_pytest_installed(tmp_path: Path) -> None:
    """Pytest is the author's tool; the agent does not need it."""
    code = (
        "import sys\n"
        "sys.modules['pytest'] = None\n"
        "import hawatch.api, hawatch.checking.engine, hawatch.checking.collect\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
