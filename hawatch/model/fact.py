"""A fact is known, or unknown with a reason. Never None, never a default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, Union

import msgspec

T = TypeVar("T")
U = TypeVar("U")

REFUSED = "refused"
"""The kind of an unknown: somebody is there, and refused the connection."""


class Known(msgspec.Struct, Generic[T], frozen=True, tag="known", tag_field="fact"):
    """Somebody looked, and this is what was there."""

    value: T


class Unknown(
    msgspec.Struct, frozen=True, tag="unknown", tag_field="fact", omit_defaults=True
):
    """Nobody could find out; the reason is a sentence fragment for a person.

    kind: what of the reason a decision may depend on, "" where none does: the words of
    a person's sentence are never read again. It is set where the system's own answer
    is understood.
    """

    reason: str
    kind: str = ""


Fact = Union[Known[T], Unknown]  # noqa: UP007 - the subscripted alias needs Union


def map_fact(fact: Fact[T], function: Callable[[T], U]) -> Fact[U]:
    """Given a fact and a function, return its fact; unknown stays unknown."""
    if isinstance(fact, Unknown):
        return fact
    return Known(function(fact.value))


def why_unknown(fact: Fact[T]) -> str | None:
    """Return the reason why a fact is unknown, or None where it is known."""
    return fact.reason if isinstance(fact, Unknown) else None


def is_true(fact: Fact[bool]) -> bool:
    """Return whether a yes-or-no fact is known to be yes."""
    return isinstance(fact, Known) and fact.value


def is_false(fact: Fact[bool]) -> bool:
    """Return whether a yes-or-no fact is known to be no."""
    return isinstance(fact, Known) and not fact.value
