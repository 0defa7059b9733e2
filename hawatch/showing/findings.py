"""Findings as pytest shows its tests: a line each, failures explained below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hawatch.exits import Exit, Nagios
from hawatch.model.finding import Finding, Severity, Verdict

WORDS = {
    Verdict.OK: "PASSED",
    Verdict.SKIP: "SKIPPED",
    Verdict.WARN: "WARNING",
    Verdict.UNKNOWN: "UNKNOWN",
    Verdict.FAIL: "FAILED",
}
COLOURS = {
    Verdict.OK: "32",
    Verdict.SKIP: "33",
    Verdict.WARN: "33",
    Verdict.UNKNOWN: "35",
    Verdict.FAIL: "31",
}
WIDTH = 78


def lines(
    findings: Sequence[Finding], *, seconds: float, colour: bool = False
) -> Iterator[str]:
    """Yield the screen of `hawatch check`."""
    for finding in findings:
        name = f"{_file(finding)}::{finding.key}"
        note = ""
        if finding.verdict in (Verdict.SKIP, Verdict.WARN):
            note = f" ({finding.message})"
        yield f"{name} {_painted(finding.verdict, colour=colour)}{note}"
    for title, verdict in (("FAILURES", Verdict.FAIL), ("UNKNOWN", Verdict.UNKNOWN)):
        some = [finding for finding in findings if finding.verdict is verdict]
        if some:
            yield ""
            yield f" {title} ".center(WIDTH, "=")
            for finding in some:
                yield f" {finding.key} ({finding.severity}) ".center(WIDTH, "_")
                yield from (f"    {line}" for line in finding.message.splitlines())
                yield f"    {finding.source}"
    yield ""
    yield f" {summary(findings)} in {seconds:.2f}s ".center(WIDTH, "=")


def summary(findings: Sequence[Finding]) -> str:
    """Return the counts by verdict, the worst first."""
    parts = []
    for verdict in sorted(Verdict, key=lambda v: -v.rank):
        count = sum(finding.verdict is verdict for finding in findings)
        if count:
            parts.append(f"{count} {WORDS[verdict].lower()}")
    return ", ".join(parts) or "no checks"


def exit_code(findings: Sequence[Finding]) -> Exit:
    """Return the exit code that these findings deserve."""
    worst = max((finding.verdict.rank for finding in findings), default=0)
    failed = [f for f in findings if f.verdict is Verdict.FAIL]
    if any(finding.severity is not Severity.INFO for finding in failed):
        return Exit.WRONG
    return Exit.NOTABLE if worst >= Verdict.WARN.rank else Exit.WELL


def nagios(findings: Sequence[Finding]) -> tuple[str, Nagios]:
    """Return a plugin's one line and its code."""
    failed = [f for f in findings if f.verdict is Verdict.FAIL]
    critical = [f for f in failed if f.severity is Severity.CRITICAL]
    unknown = [f for f in findings if f.verdict is Verdict.UNKNOWN]
    warned = [f for f in findings if f.verdict is Verdict.WARN]
    for some, code in (
        (critical, Nagios.CRITICAL),
        (failed + warned, Nagios.WARNING),
        (unknown, Nagios.UNKNOWN),
    ):
        if some:
            first = some[0].message.splitlines() or [""]
            more = f" (+{len(some) - 1} more)" if len(some) > 1 else ""
            text = f"{some[0].key}: {first[0]}{more}"
            return f"HAWATCH {code.name} - {text}".replace("|", "/"), code
    return f"HAWATCH OK - {summary(findings)}", Nagios.OK


def _file(finding: Finding) -> str:
    return finding.source.rsplit("/", 1)[-1].rsplit(":", 1)[0]


def _painted(verdict: Verdict, *, colour: bool) -> str:
    word = WORDS[verdict]
    return f"\x1b[{COLOURS[verdict]}m{word}\x1b[0m" if colour else word
