"""What a scenario expects: the frame of every expectation, and its verdict.

A state is looked at again and again while the scenario plays; what happened is counted
when it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from hawatch.sim.play import Play, Seen, Words, kebab

Seconds = Annotated[float, msgspec.Meta(ge=0.0)]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one expectation. at: when it was decided, scenario seconds."""

    expected: str
    met: bool
    said: str
    at: float


class Expectation(Words, frozen=True, kw_only=True, tag=kebab, tag_field="that"):
    """One expectation. why: for the reader, where it is not obvious."""

    why: str = ""


class State(Expectation, frozen=True, kw_only=True):
    """Something that is so at a time.

    by: at that time at the latest it is so (it need not stay so). at: exactly then.
    always, never: at every look between since and until. Without any of them: at the
    end.
    """

    by: Seconds | None = None
    at: Seconds | None = None
    always: bool = False
    never: bool = False
    since: Seconds = 0.0
    until: Seconds | None = None

    def look(self, play: Play) -> tuple[str, bool]:
        """Return what is so now, and whether that is what is expected."""
        found = self._found(play)
        return found or "nothing", self._holds(found)

    @property
    def text(self) -> str:
        """Return the whole expectation."""
        claim = self._claim()
        span = "" if self.since == 0 else f" from {self.since:g} s"
        span += "" if self.until is None else f" until {self.until:g} s"
        if self.always:
            return f"{claim}, always{span}"
        if self.never:
            return f"never: {claim}{span}"
        if self.by is not None:
            return f"{claim} by {self.by:g} s{span}"
        if self.at is not None:
            return f"{claim} at {self.at:g} s"
        return f"{claim} at the end"

    def _claim(self) -> str:
        """Return what is to be so."""
        raise NotImplementedError

    def _found(self, play: Play) -> str:
        """Return what is so now, "" for nothing."""
        raise NotImplementedError

    def _holds(self, found: str) -> bool:
        """Return whether what was found is what is expected."""
        raise NotImplementedError


class StateWatch:
    """Follows one State through a play."""

    def __init__(self, state: State, end: float) -> None:
        self.state = state
        self._until = end if state.until is None else state.until
        self._verdict: Verdict | None = None
        self._end = end

    def look(self, play: Play) -> None:
        """Look once, if the state still has to be looked at."""
        state, now = self.state, play.time
        if self._verdict is not None or now < state.since:
            return
        if state.always or state.never:
            if now <= self._until:
                found, holds = state.look(play)
                if holds is state.never:
                    self._decide(found, now, met=False)
        elif state.by is not None:
            found, holds = state.look(play)
            if holds or now > state.by:
                self._decide(found, now, met=holds and now <= state.by)
        elif now >= (self._end if state.at is None else state.at):
            found, holds = state.look(play)
            self._decide(found, now, met=holds)

    def verdict(self, play: Play) -> Verdict:
        """Return the verdict when the play is over."""
        if self._verdict is not None:
            return self._verdict
        state = self.state
        if state.always or state.never:
            return self._decide("nothing else was seen", play.time, met=True)
        found, holds = state.look(play)
        return self._decide(found, play.time, met=holds)

    def _decide(self, found: str, at: float, *, met: bool) -> Verdict:
        said = f"at {at:.1f} s: {found}"
        self._verdict = Verdict(expected=self.state.text, met=met, said=said, at=at)
        return self._verdict


class Happening(Expectation, frozen=True, kw_only=True):
    """Something that happens, or never does, between since and until.

    by is another word for until. times: exactly so often; without it, at least once.
    """

    node: str | None = None
    by: Seconds | None = None
    never: bool = False
    since: Seconds = 0.0
    until: Seconds | None = None
    times: int | None = None

    def verdict(self, play: Play) -> Verdict:
        """Return the verdict when the play is over."""
        until = self.by if self.by is not None else self.until
        found = [
            seen
            for seen in self._happened(play)
            if self.node in (None, seen.node)
            and seen.at >= self.since
            and (until is None or seen.at <= until)
        ]
        if self.never:
            met = not found
        elif self.times is not None:
            met = len(found) == self.times
        else:
            met = bool(found)
        when = ", ".join(f"{seen.at:.1f} s on {seen.node}" for seen in found[:4])
        said = f"{len(found)} times: {when}" if found else "it did not happen"
        at = found[0].at if self.never and found else play.time
        return Verdict(expected=self._text(until), met=met, said=said, at=at)

    def _text(self, until: float | None) -> str:
        text = self._claim() + (f" on {self.node}" if self.node else "")
        if self.times is not None:
            text += f", {self.times} times"
        if self.since:
            text += f", from {self.since:g} s"
        if until is not None:
            text += f", by {until:g} s"
        return f"never: {text}" if self.never else text

    def _claim(self) -> str:
        """Return what is to happen."""
        raise NotImplementedError

    def _happened(self, play: Play) -> Sequence[Seen]:
        """Return every such happening on any node, at any time."""
        raise NotImplementedError


class Total(Expectation, frozen=True, kw_only=True):
    """Something that is counted when the play is over."""

    def verdict(self, play: Play) -> Verdict:
        """Return the verdict when the play is over."""
        return self._verdict(play)

    def _verdict(self, play: Play) -> Verdict:
        """Count, and judge the sum."""
        raise NotImplementedError


def of_service(service: str) -> str:
    """Return a service's name as part of a sentence; "" for the only one."""
    return f" of {service}" if service else ""
