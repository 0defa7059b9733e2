"""`hawatch restore`: undo a demotion's raised advskew."""

from __future__ import annotations

from hawatch.commands.operator import ask


def main(words: list[str]) -> int:
    """Ask for it, as a person."""
    return ask(
        "restore",
        "Lower a raised advskew again, even where the VIP then comes back.",
        words,
        forceable=False,
    )
