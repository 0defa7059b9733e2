"""The demo as lines, and as a picture of both nodes that follows the story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

    from hawatch.sim.demo import Beat, Ending, NodePicture, Picture

STYLES = {
    "intro": "bold",
    "client": "cyan",
    "mysqld": "yellow",
    "fault": "bold red",
    "violation": "bold white on red",
    "check": "red",
    "agent": "bold magenta",
    "step": "green",
    "carp": "blue",
}
GOOD = {"MASTER", "primary", "answers", "mounted"}
LINES = 14
"""How many lines of the story stay on the screen."""


def line(beat: Beat) -> str:
    """Return a beat as one line: seconds since mysqld died, node, words."""
    return f"{beat.at:+7.1f} s  {beat.node:14}  {beat.text}"


def ending(end: Ending) -> Iterator[str]:
    """Yield the last lines: who serves, how long it took, what was lost."""
    lost = "unknown" if end.rows_lost is None else str(end.rows_lost)
    yield f"{end.serves} serves."
    yield f"Outage: {end.outage:.0f} s (simulated)."
    yield f"Acknowledged rows: {end.rows}, lost: {lost}."
    if end.green:
        yield "Two writers: never. All as it should be."
    else:
        yield "NOT as it should be:"
        yield from (f"  {unmet}" for unmet in end.unmet)


def screen(beats: Sequence[Beat]) -> Group:
    """Return the screen after some beats: both nodes above, the story below."""
    from rich.columns import Columns
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    now = beats[-1].picture
    boxes = [
        Panel(
            _box(node),
            title=node.name,
            width=38,
            border_style="green" if node.name == now.served_by else "dim",
        )
        for node in now.nodes
    ]
    told = [
        Text(line(beat), style=STYLES.get(beat.kind, "")) for beat in beats[-LINES:]
    ]
    return Group(Columns(boxes), Text(_client(now), style="cyan"), Text(""), *told)


def _box(node: NodePicture) -> Text:
    from rich.text import Text

    made = Text()
    rows = (
        ("CARP", node.carp),
        ("HAST", node.hast),
        ("disk", node.mount),
        ("mysqld", node.mysqld),
    )
    for name, value in rows:
        good = bool(GOOD & set(value.split())) and "not" not in value.split()
        made.append(f"{name:7}", style="dim")
        made.append(f"{value}\n", style="green" if good else "")
    made.right_crop(1)
    return made


def _client(now: Picture) -> str:
    where = "nobody answers" if now.served_by == "nobody" else f"-> {now.served_by}"
    return f"client: {now.rows} rows acknowledged  {where}"
