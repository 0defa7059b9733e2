"""What the rules were given for one service, in a line a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from hawatch.deciding.situation import Situation
from hawatch.model.fact import Fact, Unknown
from hawatch.model.hast import HastResource
from hawatch.model.snapshot import NOT_ASKED
from hawatch.model.storage import Mount
from hawatch.showing.times import span

T = TypeVar("T")


def fact_lines(s: Situation) -> Iterator[str]:
    """Yield the facts that a decision about a service is made of, known or not."""
    view = s.view
    since = s.own.carp
    lasted = f" for {span(s.now.seconds_since(since.since))}" if since else ""
    yield _line("CARP", view.carp, lambda v: f"{v.state}{lasted}, advskew {v.advskew}")
    yield _line(
        "CARP allowed",
        s.snapshot.sysctls,
        lambda v: f"{_yes(v.allow)}; preempt {_yes(v.preempt)}, demotion {v.demotion}",
    )
    yield _line(
        "hastd",
        s.snapshot.hastd,
        lambda v: "not running" if v.pid is None else f"running, pid {v.pid}",
    )
    for name, resource in view.resources.items():
        yield _line(f"HAST {name}", resource, _resource)
    for directory, mount in view.mounts.items():
        yield _line(f"mount {directory}", mount.visible, _mount)
    for name, status in view.rc.items():
        yield _line(name, status, lambda v: "alive" if v.alive else "not running")
    yield _line("SQL", view.sql, lambda v: f"{v.kind}, {v.text}" if v.text else v.kind)
    yield _line("holds", view.holding, _yes)
    yield _line("serves", view.serving, _yes)
    for address, answer in s.snapshot.witnesses.items():
        yield _line(f"witness {address}", answer, lambda v: f"answers in {v:.3f} s")
    yield from _peer(s)
    yield from _remembered(s)


def _line(label: str, fact: Fact[T], told: Callable[[T], str]) -> str:
    if isinstance(fact, Unknown):
        return f"{label}: unknown ({fact.reason})"
    return f"{label}: {told(fact.value)}"


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _resource(resource: HastResource) -> str:
    return f"{resource.role}, {resource.status}, dirty {resource.dirty} bytes"


def _mount(mount: Mount | None) -> str:
    if mount is None:
        return "not mounted"
    return f"{mount.device}{'' if mount.writable else ', read-only'}"


def _peer(s: Situation) -> Iterator[str]:
    """Yield what the peer said, in this look or at last."""
    sighting, service = s.snapshot.peer.report, s.word.service
    if s.word.fresh:
        heard = "heard in this look"
    elif sighting == NOT_ASKED:
        heard = "not asked in this look"
    elif s.word.report is None:
        heard = "never heard"
    else:
        heard = f"silent for {span(s.word.silent_for)}; its last word"
    why = f" ({sighting.reason})" if isinstance(sighting, Unknown) else ""
    if service is None:
        yield f"peer {s.peer}: {heard}{why}"
        return
    yield f"peer {s.peer}: {heard}{why}: it is {service.duty}"
    yield _line("  its CARP", service.carp, lambda v: f"{v.state}, skew {v.advskew}")
    for name, resource in service.resources.items():
        yield _line(f"  its HAST {name}", resource, _resource)
    yield _line("  it holds", service.holding, _yes)
    yield _line("  it serves", service.serving, _yes)
    if service.failing:
        yield f"  failing there: {', '.join(service.failing)}"
    for reason in service.not_eligible:
        yield f"  it could not take over: {reason}"


def _remembered(s: Situation) -> Iterator[str]:
    """Yield what was remembered and weighs: latches, debts, what was begun."""
    yield f"remembered: duty {s.own.duty}, copy of the peer proved: " + (
        ", ".join(s.own.in_sync) or "none"
    )
    for latch in s.own.latches:
        yield f"  latch: {latch.resource} {latch.kind} of {latch.copy_of or 'here'}"
    if s.own.raised is not None:
        yield f"  advskew is raised to {s.own.raised.raised_to}"
    if s.own.unfinished is not None:
        yield f"  unfinished: {s.own.unfinished.because}"
    if s.damaged is not None:
        yield f"  damaged: {s.damaged}"
