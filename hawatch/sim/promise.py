"""What simulated coroutines wait for: a value that comes later, or a while."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class Nap:
    """Some seconds of the waiting task's own node."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __await__(self) -> Generator[Nap, None, None]:
        yield self


class Promise(Generic[T]):
    """Settled once; whoever asked `then` before or after hears of it."""

    __slots__ = ("_callbacks", "_value", "settled")

    def __init__(self) -> None:
        self.settled = False
        self._value: T | None = None
        self._callbacks: list[Callable[[T], None]] = []

    @classmethod
    def of(cls, value: T) -> Promise[T]:
        """Return a promise that is settled already."""
        promise: Promise[T] = cls()
        promise.settle(value)
        return promise

    @property
    def value(self) -> T:
        """Return the value of a settled promise."""
        return cast(T, self._value)

    def settle(self, value: T) -> None:
        """Give the value and tell who waits; a second value is ignored."""
        if self.settled:
            return
        self.settled = True
        self._value = value
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(value)

    def then(self, callback: Callable[[T], None]) -> None:
        """Call back with the value, at once where it is there already."""
        if self.settled:
            callback(self.value)
        else:
            self._callbacks.append(callback)

    def __await__(self) -> Generator[Promise[Any], None, T]:
        if not self.settled:
            yield self
        return self.value
