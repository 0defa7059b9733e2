"""Both nodes on one screen."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from hawatch.deciding.generations import forecast
from hawatch.exits import Exit
from hawatch.model.carp import CarpState
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known, Unknown, is_true
from hawatch.model.finding import Standing
from hawatch.model.hast import HastResource
from hawatch.model.memory import Memory
from hawatch.model.report import PeerReport, ServiceReport
from hawatch.model.snapshot import Snapshot
from hawatch.showing.times import ago, span

WIDTH = 34


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """The newest report of the other node.

    age: its seconds, 0 for one of this very look. silent: it is older than
    peer.max_age, or of before this node booted.
    """

    report: PeerReport
    age: float
    silent: bool

    @property
    def of_this_look(self) -> bool:
        """Return whether the other node answered just now."""
        return self.age == 0

    def head(self, name: str) -> str:
        """Return what stands above the other node's column."""
        if self.of_this_look:
            return name
        when = ago(self.age)
        return f"{name} (SILENT, {when})" if self.silent else f"{name} ({when})"


def lines(
    config: Config, snapshot: Snapshot, memory: Memory, own: PeerReport
) -> Iterator[str]:
    """Yield the screen; own is this node's report of the same look."""
    peer_name = config.peer_of(snapshot.node)
    word = newest_word(config, snapshot, memory)
    theirs = word.report if word is not None else None
    above = word.head(peer_name) if word is not None else peer_name
    head = f"{'':12}{_cell(snapshot.node + ' (here)')}{above}"
    for name, service in config.services.items():
        yield f"{name}   vhid {service.vhid}   VIP {service.vip}"
        yield head
        other = theirs.services.get(name) if theirs is not None else None
        for label, cell in _rows(own.services[name]).items():
            their_cell = _rows(other)[label] if other is not None else "?"
            yield f"  {label:10}{_cell(cell)}{their_cell}"
        yield from _notes(config, name, memory, own, theirs)
        yield ""
    yield _heard(peer_name, word)
    yield from _node_notes(snapshot, memory, theirs)


def exit_code(memory: Memory, own: PeerReport, word: Word | None) -> Exit:
    """Return WRONG where nobody serves something or a check stands failing.

    Who said some time ago that it serves may be dead since: that is no more than
    NOTABLE while the VIP is not here, and WRONG where it is.
    """
    codes = [_served(service, name, word) for name, service in own.services.items()]
    if any(streak.standing is Standing.FAILING for streak in memory.streaks.values()):
        codes.append(Exit.WRONG)
    if word is None or any(service.latches for service in own.services.values()):
        codes.append(Exit.NOTABLE)
    return max(codes, default=Exit.WELL)


def _served(service: ServiceReport, name: str, word: Word | None) -> Exit:
    """Return WELL where a service is known to be served now, by whomever."""
    if is_true(service.serving):
        return Exit.WELL
    other = word.report.services.get(name) if word is not None else None
    if word is None or other is None or not is_true(other.serving):
        return Exit.WRONG
    if word.of_this_look:
        return Exit.WELL
    carp = service.carp
    here = isinstance(carp, Known) and carp.value.state is CarpState.MASTER
    return Exit.WRONG if here else Exit.NOTABLE


def newest_word(config: Config, snapshot: Snapshot, memory: Memory) -> Word | None:
    """Return the newest word of the peer, from this look or before, if there is one."""
    if isinstance(snapshot.peer.report, Known):
        return Word(report=snapshot.peer.report.value, age=0.0, silent=False)
    if memory.peer is None:
        return None
    now, heard = snapshot.taken, memory.peer.heard
    age = now.seconds_since(heard)
    silent = heard.boot != now.boot or age > config.peer.max_age
    # A stepped clock may say 0 for another boot's word: it is none of this look.
    return Word(report=memory.peer.report, age=max(age, 0.1), silent=silent)


def _rows(service: ServiceReport) -> dict[str, str]:
    carp = service.carp
    rows = {
        "duty": service.duty.value,
        "CARP": carp.reason
        if isinstance(carp, Unknown)
        else f"{carp.value.state} advskew {carp.value.advskew}",
    }
    for name, fact in service.resources.items():
        rows[name] = _resource(fact)
        evidence = service.in_sync.get(name)
        if evidence is not None:
            rows[name] += ", peer in sync"
    rows["holds"] = _yes_no(service.holding)
    rows["serves"] = _yes_no(service.serving)
    rows["failing"] = ", ".join(service.failing) or "-"
    rows["latches"] = (
        ", ".join(f"{m.resource} {m.kind}" for m in service.latches) or "-"
    )
    return rows


def _resource(fact: Fact[HastResource]) -> str:
    if isinstance(fact, Unknown):
        return f"unknown: {fact.reason}"
    found = fact.value
    dirty = f" dirty {found.dirty >> 20} MB" if found.dirty else ""
    return f"{found.role} {found.status}{dirty}"


def _yes_no(fact: Fact[bool]) -> str:
    if isinstance(fact, Unknown):
        return f"unknown: {fact.reason}"
    return "yes" if fact.value else "no"


def _notes(
    config: Config,
    name: str,
    memory: Memory,
    own: PeerReport,
    theirs: PeerReport | None,
) -> Iterator[str]:
    kept = memory.services.get(name)
    if kept is not None and kept.raised is not None:
        raised = kept.raised
        yield (
            f"  advskew raised from {raised.original_advskew} to {raised.raised_to}: "
            f"{raised.reason}"
        )
    if kept is not None and kept.unfinished is not None:
        yield f"  unfinished: {kept.unfinished.because}"
    for latch in kept.latches if kept is not None else ():
        yield f"  latch {latch.resource} {latch.kind}: {latch.reason}"
    other = theirs.services.get(name) if theirs is not None else None
    if other is None:
        return
    for reason in other.not_eligible:
        yield f"  {config.peer_of(own.node)} could not take over: {reason}"
    yield from _forecast(own.services[name], other)


def _forecast(ours: ServiceReport, theirs: ServiceReport) -> Iterator[str]:
    """Yield what would happen if the two copies met the other way round."""
    for name, dump in ours.dumps.items():
        other = theirs.dumps.get(name)
        if isinstance(dump, Known) and isinstance(other, Known):
            outlook = forecast(dump.value, other.value)
            yield f"  {name}, if this node were primary: {outlook.because}"


def _heard(peer: str, word: Word | None) -> str:
    if word is None:
        return f"{peer} was never heard"
    return f"{peer} was heard {ago(word.age)}"


def _node_notes(
    snapshot: Snapshot, memory: Memory, theirs: PeerReport | None
) -> Iterator[str]:
    now = snapshot.taken
    if memory.last is None:
        yield "no cycle has run here yet"
    else:
        yield f"last cycle {ago(now.seconds_since(memory.last))}"
    for where, notice in (
        (snapshot.node, memory.maintenance),
        ("the peer", theirs.maintenance if theirs is not None else None),
    ):
        if notice is not None and notice.in_force(now):
            left = span(notice.left(now))
            yield f"maintenance on {where} for another {left}: {notice.why}"
    for move in memory.moves[-3:]:
        when = ago(now.wall - move.at)
        yield f"automatic move of {move.service} {when} ({move.rule})"
    for incident in memory.incidents.values():
        yield f"open since {ago(now.wall - incident.opened)}: {incident.text}"


def _cell(text: str) -> str:
    return f"{text[: WIDTH - 2]:{WIDTH}}"
