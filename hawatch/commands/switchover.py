"""`hawatch switchover`: move a service to the other node, or take it over."""

from __future__ import annotations

from hawatch.commands.operator import ask


def main(words: list[str]) -> int:
    """Ask for it, as a person."""
    return ask(
        "switchover",
        "Move a service to the other node, with all checks first.",
        words,
        forceable=True,
    )
