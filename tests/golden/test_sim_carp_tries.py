"""The simulated CARP against every handover that was tried on a FreeBSD 13.2 pair.

The tries were made at a random moment of the MASTER's advert interval, so each is
played at several: its recorded times must lie between the earliest and the latest.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from sim_tools import both, carp_state, run_command

from hawatch.model.carp import CarpState
from hawatch.sim.pair import build_pair
from hawatch.sim.settings import PairSettings
from hawatch.sim.world import World

FOLDER = Path(__file__).parent / "freebsd-13.2"
CLOCKS = 0.4
"""Seconds by which recorded times may be off: two clocks, and an emulated CPU."""

PHASES = 8
NODE = r"(?P<{0}>\w+)\((?P<{0}base>\d+)/(?P<{0}skew>\d+)\)"
TRY = re.compile(
    r"^(?P<what>.+?) preempt a=(?P<pa>\d) b=(?P<pb>\d) "
    rf"before a={NODE.format('a')} b={NODE.format('b')} -> "
    rf"after (?P<wait>\d+)s a={NODE.format('x')} b={NODE.format('y')} "
    r"\| events after the command \(s\): a: (?P<ea>\S+) b: (?P<eb>\S+)$"
)


class Try(NamedTuple):
    """One recorded try; events are (state, seconds after the command)."""

    what: str
    preempt: tuple[bool, bool]
    skews: tuple[int, int]
    before: tuple[str, str]
    after: tuple[str, str]
    events: tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]
    wait: float

    @property
    def commands(self) -> tuple[str, ...]:
        """Return the command lines of the try, on node a."""
        if self.what.startswith("advbase10+backup"):
            return ("/sbin/ifconfig em0 vhid 1 advbase 10 state backup",)
        if self.what.startswith("advbase10 +"):
            return (
                "/sbin/ifconfig em0 vhid 1 advbase 10",
                "/sbin/sysctl net.inet.carp.demotion=0",
            )
        if self.what.startswith("advbase10"):
            return ("/sbin/ifconfig em0 vhid 1 advbase 10",)
        if self.what.startswith("allow"):
            return ("/sbin/sysctl net.inet.carp.allow=0",)
        skew = re.search(r"(\d+)$", self.what.strip())
        assert skew is not None
        return (f"/sbin/ifconfig em0 vhid 1 advskew {skew[1]} state backup",)


def _events(text: str) -> tuple[tuple[str, float], ...]:
    if text == "-":
        return ()
    pairs = (word.split("@+") for word in text.split(","))
    return tuple((state, float(seconds)) for state, seconds in pairs)


def _read() -> list[Try]:
    tries = []
    for name in ("x-carp-skew-backup.txt", "x-carp-advbase10.txt"):
        for line in (FOLDER / name).read_text().splitlines():
            if (found := TRY.match(line)) is None:
                continue
            tries.append(
                Try(
                    found["what"],
                    (found["pa"] == "1", found["pb"] == "1"),
                    (int(found["askew"]), int(found["bskew"])),
                    (found["a"], found["b"]),
                    (found["x"], found["y"]),
                    (_events(found["ea"]), _events(found["eb"])),
                    float(found["wait"]),
                )
            )
    return tries


TRIES = _read()
KINDS = sorted({(t.what, t.preempt, t.skews, t.before) for t in TRIES})


def _prepared(skews: tuple[int, int], preempt: tuple[bool, bool]) -> World:
    """Return a pair with these settings; node a is MASTER if the wire lets it be."""
    settings = PairSettings()
    quiet = msgspec.structs.replace(settings.services[0], write_interval=0.0)
    world = build_pair(msgspec.structs.replace(settings, services=(quiet,)))
    for node, skew, flag in zip(both(world), skews, preempt, strict=True):
        run_command(world, node, f"/sbin/ifconfig em0 vhid 1 advskew {skew}")
        run_command(world, node, f"/sbin/sysctl net.inet.carp.preempt={int(flag)}")
    world.run_for(10.0)
    if carp_state(both(world)[0]) is not CarpState.MASTER:
        run_command(world, both(world)[0], "/sbin/ifconfig em0 vhid 1 state master")
        world.run_for(10.0)
    return world


def _play(one: Try, phase: float) -> tuple[tuple[str, str], list[dict[str, float]]]:
    """Return both states afterwards, and each node's first time of each state."""
    world = _prepared(one.skews, one.preempt)
    nodes = both(world)
    assert tuple(str(carp_state(node)) for node in nodes) == one.before
    world.run_for(phase)
    began = world.now
    seen: list[dict[str, float]] = [{}, {}]
    for times, node in zip(seen, nodes, strict=True):
        node.on_devd.append(
            lambda line, times=times: (
                times.setdefault(line.rsplit("type=", 1)[1], world.now - began)
                if "CARP" in line
                else None
            )
        )
    for command in one.commands:
        run_command(world, nodes[0], command)
    world.run_until(began + one.wait)
    return (str(carp_state(nodes[0])), str(carp_state(nodes[1]))), seen


def test_every_recorded_try_was_read() -> None:
    """Both transcripts are understood line by line: 73 tries."""
    assert len(TRIES) == 73


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_simulated_handover_ends_and_lasts_as_recorded(
    kind: tuple[object, ...],
) -> None:
    """At every phase the same node is MASTER as recorded, at times that were seen."""
    recorded = [t for t in TRIES if (t.what, t.preempt, t.skews, t.before) == kind]
    runs = [_play(recorded[0], phase / PHASES) for phase in range(PHASES)]
    for after, _times in runs:
        assert {t.after for t in recorded} == {after}
    for one in recorded:
        for side, events in enumerate(one.events):
            for state, seconds in events:
                times = [seen[side][state] for _after, seen in runs]
                assert min(times) - CLOCKS <= seconds <= max(times) + CLOCKS
