"""A false assert tells the values that it compared, and is otherwise an assert."""

from __future__ import annotations

import enum
import warnings
from types import CodeType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hawatch.checking.explain import (
    HELPERS,
    MAX_MESSAGE,
    compile_explained,
    shortened,
    text_of,
)


def execute(code: CodeType, names: dict[str, Any]) -> None:
    exec(code, names)  # noqa: S102 - running compiled checks is what is tested


class Colour(enum.StrEnum):
    RED = "red"


class Mute:
    def __repr__(self) -> str:
        raise RuntimeError


def run(text: str, **names: Any) -> str | None:
    """Run explained code; return the message of its assertion, or None."""
    namespace = {**HELPERS, **names}
    try:
        execute(compile_explained(text, "check_it.py"), namespace)
    except AssertionError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("assert a == b", "not true: a == b (a is 1, b is 2)"),
        ("assert a == b, 'unequal'", "unequal (a is 1, b is 2)"),
        ("assert a > 5", "not true: a > 5 (a is 1)"),
        ("assert a + b == 4", "not true: a + b == 4 (a + b is 3)"),
        ("assert not a", "not true: not a (a is 1)"),
        ("assert no", "not true: no"),
        ("assert none", "not true: none (none is None)"),
        ("assert no or a > b", "not true: no or a > b (no is False, a is 1, b is 2)"),
        ("assert no and boom()", "not true: no and boom() (no is False)"),
        ("assert a < b < 2", "not true: a < b < 2 (a is 1, b is 2)"),
        ("assert f(3) == a", "not true: f(3) == a (f(3) is 6, a is 1)"),
        ("assert all(x < 2 for x in [1, 2])", "not true: all((x < 2 for x in [1, 2]))"),
        ("assert red == 'blue'", "not true: red == 'blue' (red is red)"),
        ("assert a in ()", "not true: a in () (a is 1, () is ())"),
        ("assert False", "not true: False"),
        ("assert no, 7", "7"),
        ("assert no or a > b, 'why'", "why (a is 1, b is 2)"),
    ],
)
def test_a_false_assert_tells_its_operands(code: str, message: str) -> None:
    """The message has the test, or the author's words, and each operand's value."""
    names = {"a": 1, "b": 2, "no": False, "none": None, "red": Colour.RED}
    assert run(code, f=lambda x: 2 * x, **names) == message


def test_the_message_is_only_made_where_the_test_is_false() -> None:
    """As in Python, the author's message costs nothing while all is well."""
    assert run("assert True, 1 / 0") is None


def test_nothing_is_evaluated_twice_or_that_python_would_not_evaluate() -> None:
    """Operands may have side effects; short circuits stay short."""
    calls: list[str] = []

    def call(name: str, result: object) -> object:
        calls.append(name)
        return result

    run("assert call('a', 1) < call('b', 0) < call('c', 2)", call=call)
    run("assert call('d', 1) or call('e', 1)", call=call)
    assert calls == ["a", "b", "d"]


@pytest.mark.parametrize("place", ["module", "class", "function", "nested", "loop"])
def test_an_assert_is_explained_wherever_it_stands(place: str) -> None:
    """In classes, methods, closures, loops and branches, with their own names."""
    code = {
        "module": "x = 1\nassert x == 2",
        "class": "class C:\n    x = 1\n    assert x == 2",
        "function": "def f(x):\n    assert x == 2\nf(1)",
        "nested": "def f():\n x = 1\n def g():\n  assert x == 2\n g()\nf()",
        "loop": "for x in (2, 1):\n    if x:\n        assert x == 2",
    }[place]
    assert run(code) == "not true: x == 2 (x is 1)"


def test_a_helper_with_asserts_of_its_own_does_not_mix_up_values() -> None:
    """An operand that runs other asserts keeps the outer one's values apart."""
    code = """
def half(x):
    assert x % 2 == 0
    return x // 2
assert half(8) == 5
"""
    assert run(code) == "not true: half(8) == 5 (half(8) is 4)"


def test_names_bound_in_a_test_stay_bound() -> None:
    """A walrus in an assert works as in Python."""
    names: dict[str, Any] = dict(HELPERS)
    execute(compile_explained("assert (x := 3) == 3\ny = x", "check_it.py"), names)
    assert names["y"] == 3


def test_a_value_whose_repr_is_broken_or_huge_has_a_short_text() -> None:
    """Telling a failure never fails, and never floods the log."""
    assert text_of(Mute()) == "<Mute whose repr raises RuntimeError>"
    assert len(text_of("x" * 10**6)) <= 160
    assert len(text_of(list(range(10**6)))) <= 160
    assert len(text_of([["x" * 99] * 99] * 99)) <= 160
    message = run("assert a == 1, long", a=[Mute()], long="x" * 10**6)
    assert message is not None
    assert len(message) == MAX_MESSAGE


def test_a_text_with_line_breaks_becomes_one_line() -> None:
    """A finding is one line in a log, a mail and a screen."""
    assert shortened("a\n  b\tc", 80) == "a b c"


def test_debug_stays_true_under_optimization() -> None:
    """Check files are compiled as if PYTHONOPTIMIZE were not set."""
    assert run("assert __debug__") is None
    assert run("if __debug__:\n    assert 1 == 2") == "not true: 1 == 2"


names = st.sampled_from(["a", "b", "c", "zero", "none", "text", "boom()", "1", "''"])
operators = st.sampled_from(["==", "!=", "<", "<=", "in", "is", "is not"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return larger tests made of smaller ones."""
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, operators, inner, operators, inner).map(
            lambda t: f"({' '.join(t)})"
        ),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        inner.map(lambda t: f"(not {t})"),
        inner.map(lambda t: f"seen({t})"),
    )


def plain(text: str) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code: CodeType = compile(text, "x.py", "exec", optimize=0)
        return code


@given(test=st.recursive(names, grown, max_leaves=8))
def test_an_explained_assert_ends_as_pythons_own_does(test: str) -> None:
    """Pass, failure or exception, and all side effects in order: nothing differs."""

    def outcome(explained: bool) -> tuple[str, list[str]]:
        seen: list[str] = []

        def see(value: object) -> object:
            seen.append(repr(value))
            return value

        values: dict[str, Any] = {"a": 1, "b": 2, "c": [1], "zero": 0}
        values |= {"none": None, "text": "t", "seen": see, **HELPERS}
        text = f"assert {test}"
        code = compile_explained(text, "x.py") if explained else plain(text)
        try:
            execute(code, values)
        except (AssertionError, TypeError, NameError) as error:
            return type(error).__name__, seen
        return "passed", seen

    assert outcome(explained=True) == outcome(explained=False)


@given(st.one_of(st.text(), st.binary(), st.lists(st.integers()), st.floats()))
def test_every_value_has_a_text_of_one_bounded_line(value: object) -> None:
    """Whatever is compared can be told."""
    text = text_of(value)
    assert 0 < len(text) <= 160
    assert len(text.splitlines()) == 1
