"""`hawatch demote`: what a failing check would do, by hand."""

from __future__ import annotations

from hawatch.commands.operator import ask


def main(words: list[str]) -> int:
    """Ask for it, as a person."""
    return ask(
        "demote",
        "Let a service go to the other node, or say why not.",
        words,
        forceable=True,
    )
