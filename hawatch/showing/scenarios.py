"""A scenario's report as text: one line each, and the story of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hawatch.sim.expectation import Verdict
    from hawatch.sim.runner import Line, Report

BEFORE = 20
"""Lines of the story that lead up to what went wrong."""

TOLD = {"agent", "step", "client", "power", "fault", "person", "violation", "vip"}
"""Kinds of lines that make up the story; the others are details."""


def one_line(report: Report, seconds: float) -> str:
    """Given a report and the CPU seconds it took, return its line."""
    word = "PASSED" if report.green else "FAILED"
    return f"{report.name} {word} ({report.seconds:g} s in {seconds:.1f} s)"


def failures(report: Report) -> Iterator[str]:
    """Yield what went wrong in a red report, and what led to it."""
    yield f"______ {report.name}: {report.title} ______"
    for harm in report.harm:
        if not harm.accepted:
            where = f"at {harm.at:.1f} s on {harm.node}"
            yield f"NEVER   {harm.wrong} {where}: {harm.text}"
            yield from before(report.story, harm.at)
    for verdict in report.verdicts:
        if not verdict.met:
            yield from _unmet(verdict)
            yield from before(report.story, verdict.at)


def whole(report: Report) -> Iterator[str]:
    """Yield a report with its whole story and every verdict."""
    yield f"______ {report.name}: {report.title} ______"
    yield from (line(one) for one in report.story if one.at >= 0)
    for verdict in report.verdicts:
        if verdict.met:
            yield f"met     {verdict.expected} ({verdict.said})"
        else:
            yield from _unmet(verdict)


def before(story: Sequence[Line], at: float) -> Iterator[str]:
    """Yield the story's last lines up to a time."""
    told = [one for one in story if one.kind in TOLD and 0 <= one.at <= at + 0.5]
    for one in told[-BEFORE:]:
        yield "    " + line(one)


def line(one: Line) -> str:
    """Return one line of the story."""
    return f"{one.at:8.1f} s  {one.node:14}  {one.text}"


def summary(reports: Sequence[Report], seconds: float) -> str:
    """Return the last line."""
    red = sum(not report.green for report in reports)
    parts = [f"{red} failed"] if red else []
    if len(reports) > red:
        parts.append(f"{len(reports) - red} passed")
    text = f" {', '.join(parts) or 'nothing to do'} in {seconds:.1f}s "
    return f"{text:=^78}"


def _unmet(verdict: Verdict) -> Iterator[str]:
    yield f"NOT MET {verdict.expected}"
    yield f"        {verdict.said}"
