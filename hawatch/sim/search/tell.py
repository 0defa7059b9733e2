"""What a search says to people: verdicts as lines, a tally as a page."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.sim.search.play import Verdict
from hawatch.sim.search.run import Tally

HOUR = 3600.0


def verdict_line(verdict: Verdict) -> str:
    """Return a failing seed in one line."""
    harm = verdict.harm[0]
    where = f" on {harm.node}" if harm.node else ""
    return (
        f"seed {verdict.seed} ({', '.join(verdict.episodes)}): {harm.what}{where} "
        f"at {harm.at:.1f} s: {harm.text}"
    )


def tally_lines(tally: Tally) -> Iterator[str]:
    """Yield the sum of a search."""
    rate = 60.0 * tally.seeds / tally.seconds if tally.seconds else 0.0
    yield (
        f"{tally.seeds} seeds, {tally.simulated / HOUR:.0f} simulated hours in "
        f"{tally.seconds:.0f} s ({rate:.0f} seeds a minute)"
    )
    yield (
        f"{tally.rows} rows acknowledged, {tally.moves} automatic moves, a person "
        f"called in {tally.called} seeds"
    )
    bad = len(tally.failed)
    yield f"{bad} seeds with harm" if bad else "no never came true"
