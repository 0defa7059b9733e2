"""Two copies of one resource beside each other, for who has to choose one of them."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.discard import Copies
from hawatch.model.fact import Fact, Known
from hawatch.model.hast import HastDump, HastResource
from hawatch.model.latch import Latch

WIDTH = 34


def copy_lines(copies: Copies) -> Iterator[str]:
    """Yield both copies: role, generations, who owned it last, what is held against it.

    HAST keeps no times: localcnt and remotecnt tell who wrote while apart, and the
    owner's number tells who was made the owner later [FACTS B9].
    """
    name, theirs = copies.resource, copies.theirs
    here = copies.view.resources[name]
    there = theirs.resources.get(name) if theirs is not None else None
    ours, other = copies.dumps
    latches = theirs.latches if theirs is not None else ()
    epoch = "?" if theirs is None else str(theirs.epoch)
    yield f"{'':12}{_cell(f'{copies.node} (here, given up)')}{copies.peer} (kept)"
    for label, left, right in (
        (name, _role(here), _role(there)),
        ("metadata", _generations(ours), _generations(other)),
        ("last role", _last_role(ours), _last_role(other)),
        ("owner no.", str(copies.own.epoch), epoch),
        (
            "latches",
            _latches(copies.own.latches, name, copies.node),
            _latches(latches, name, copies.peer),
        ),
    ):
        yield f"  {label:10}{_cell(left)}{right}"


def _role(fact: Fact[HastResource] | None) -> str:
    if not isinstance(fact, Known):
        return "unknown"
    found = fact.value
    dirty = f", {found.dirty >> 20} MB dirty" if found.dirty else ""
    return f"{found.role} {found.status}{dirty}"


def _generations(dump: HastDump | None) -> str:
    if dump is None:
        return "unknown"
    if dump.resuid == 0:
        return "never connected since it was made"
    return f"localcnt {dump.localcnt}, remotecnt {dump.remotecnt}"


def _last_role(dump: HastDump | None) -> str:
    return "unknown" if dump is None else str(dump.prevrole)


def _latches(latches: tuple[Latch, ...], resource: str, node: str) -> str:
    held = [
        latch.kind
        for latch in latches
        if latch.resource == resource and latch.copy_of in ("", node)
    ]
    return ", ".join(held) or "-"


def _cell(text: str) -> str:
    return f"{text:{WIDTH}}"
