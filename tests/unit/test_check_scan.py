"""What a check file declares is read without running it, and mistakes are refused."""

from __future__ import annotations

import pytest

from hawatch.checking.facts import legal_names
from hawatch.checking.nouns import Check, Refused
from hawatch.checking.scan import scan
from hawatch.model.finding import Remedy, Severity


def the_check(text: str) -> Check:
    file, refused = scan(text, "/etc/checks/check_x.py", shipped=False)
    assert not refused
    (check,) = file.checks
    return check


def the_refusal(text: str) -> Refused:
    file, refused = scan(text, "/etc/checks/check_x.py", shipped=False)
    assert not file.checks
    (one,) = refused
    return one


def test_a_plain_function_is_a_check_with_the_defaults() -> None:
    """The decorator is not needed."""
    check = the_check("def check_it(carp, hast):\n    'Protects.'\n")
    assert check.name == "it"
    assert check.function == "check_it"
    assert check.arguments == ("carp", "hast")
    assert check.severity is Severity.WARNING
    assert check.remedy == (Remedy.REPORT,)
    assert check.doc == "Protects."
    assert check.source == "/etc/checks/check_x.py:1"


@pytest.mark.parametrize("name", ["check", "api.check", "hawatch.api.check"])
def test_the_decorators_words_are_read(name: str) -> None:
    """Severity, remedy, timeout and settings, however the decorator was imported."""
    check = the_check(
        f"@{name}(severity='critical', remedy=('restart', 'demote'), timeout=3,\n"
        "    settings={'percent': 90, 'who': 'me'})\n"
        "def check_it(settings): pass\n"
    )
    assert check.severity is Severity.CRITICAL
    assert check.remedy == (Remedy.RESTART, Remedy.DEMOTE)
    assert check.timeout == 3.0
    assert check.settings == {"percent": 90, "who": "me"}


def test_one_remedy_may_be_written_without_a_tuple() -> None:
    """remedy="demote" is the common case."""
    assert the_check("@check(remedy='demote')\ndef check_x(): pass").remedy == (
        Remedy.DEMOTE,
    )


def test_arguments_with_a_default_are_no_facts() -> None:
    """As in pytest: only names without a default are asked for."""
    check = the_check("def check_it(carp, *, hast, limit=3, other=4): pass")
    assert check.arguments == ("carp", "hast")


def test_other_functions_and_other_decorators_are_left_alone() -> None:
    """Helpers, classes and nested functions are no checks."""
    text = (
        "import functools\n"
        "def helper(): pass\n"
        "class C:\n    def check_method(self): pass\n"
        "@functools.cache\ndef check_it():\n    def check_inner(): pass\n"
    )
    assert the_check(text).name == "it"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("async def check_it(): pass", "not `async def`"),
        ("def check_it():\n    yield", "not a generator"),
        ("def check_it(*carp): pass", "*args and **kwargs name none"),
        ("def check_it(**carp): pass", "*args and **kwargs name none"),
        ("def check_it(carp, /): pass", "`/` forbids it"),
        ("def check_it():\n    assert (1 == 2, 'always')", "always true"),
        ("@check\ndef check_it(): pass", "write @check() with its parentheses"),
        ("@check('critical')\ndef check_it(): pass", "takes names only"),
        ("@check(color='red')\ndef check_it(): pass", "has no 'color'"),
        ("@check(**more)\ndef check_it(): pass", "has no None"),
        ("@check(timeout=N)\ndef check_it(): pass", "must be a literal"),
        ("@check(timeout=0)\ndef check_it(): pass", "more than 0 seconds"),
        ("@check(timeout='1')\ndef check_it(): pass", "Expected `float`"),
        ("@check(severity='bad')\ndef check_it(): pass", "Invalid enum value 'bad'"),
        ("@check(remedy='reboot')\ndef check_it(): pass", "'reboot'"),
        ("@check(settings={'a': []})\ndef check_it(): pass", "setting 'a' must be"),
    ],
)
def test_a_function_that_is_no_check_is_refused_with_the_reason(
    text: str, reason: str
) -> None:
    """Refused at collection, with file and line, and the others of the file run."""
    refused = the_refusal(text)
    assert reason in refused.reason
    assert refused.name == "it"
    assert refused.source.startswith("/etc/checks/check_x.py:")


def test_a_wrong_argument_is_refused_with_the_legal_names_nearest_first() -> None:
    """The author sees the name that was meant."""
    refused = the_refusal("\n\ndef check_it(hst): pass")
    assert refused.source == "/etc/checks/check_x.py:3"
    assert refused.reason.startswith("there is no fact 'hst'; facts: hast, ")
    for name in legal_names():
        assert name in refused.reason


@pytest.mark.parametrize("text", ["def check_it(:", "\0", "x = " + "(" * 5000])
def test_a_file_that_is_no_python_is_refused_as_a_whole(text: str) -> None:
    """One broken file is one finding, and no exception."""
    refused = the_refusal(text)
    assert refused.name == "check_x.py"
    assert "Error" in refused.reason
