"""CARP's own arithmetic: who is faster, who takes over, who yields [FACTS A3-A5, A9].

The kernel compares whole 1/256 seconds, so everything here counts in these ticks and
is exact; seconds appear only where a person or a deadline needs them. A vhid with both
address families has one master-down timer per family; this is the arithmetic of one.
"""

from __future__ import annotations

import enum

import msgspec

from hawatch.model.carp import MAX_SKEW

TICKS = 256
"""Ticks per second: an advskew of 1 delays an advert by one tick."""

JITTER = 13
"""Ticks (0.05 s) within which two timers on two nodes count as equal."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One node's numbers for one vhid.

    advskew is the configured one; demotion is the node's net.inet.carp.demotion, a sum
    that may be negative [FACTS A8]; preempt decides what this node does as BACKUP.
    """

    advbase: int
    advskew: int
    demotion: int = 0
    preempt: bool = False


class CarpOutcome(enum.StrEnum):
    """Who is MASTER in the end, seen from the node that reckons."""

    PEER = "peer"
    OWN = "own"
    UNCERTAIN = "uncertain"


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """What CARP will do, with the phase of the last advert unknown.

    earliest and latest: seconds after the command at which `master` is MASTER; they
    leave out what the command itself and the network take. returns_by_itself: this
    node would take the VIP (back) without anybody's word once its values are settled.
    odds: the share of all phases in which the peer is MASTER in the end, 1.0 or 0.0
    where the outcome is certain.
    """

    master: CarpOutcome
    earliest: float
    latest: float
    returns_by_itself: bool
    because: str
    odds: float


def advertised_skew(side: Side) -> int:
    """Return D, the advskew in this node's adverts [FACTS A4]."""
    return min(max(side.advskew + side.demotion, 0), MAX_SKEW)


def interval_ticks(side: Side) -> int:
    """Return I in ticks: what the nodes compare [FACTS A4]."""
    return side.advbase * TICKS + advertised_skew(side)


def gap_ticks(side: Side) -> int:
    """Return the longest time between two adverts of this node as MASTER, in ticks.

    The second advert after becoming MASTER comes after advbase plus the raw advskew,
    every later one after I [FACTS A4].
    """
    return side.advbase * TICKS + max(advertised_skew(side), side.advskew)


def down_ticks(side: Side) -> int:
    """Return T in ticks: the silence after which this BACKUP becomes MASTER.

    It counts the raw advskew: a demotion does not slow it [FACTS A4].
    """
    return 3 * side.advbase * TICKS + side.advskew


def interval(side: Side) -> float:
    """Return I in seconds."""
    return interval_ticks(side) / TICKS


def master_down(side: Side) -> float:
    """Return T in seconds."""
    return down_ticks(side) / TICKS


def takes_over(backup: Side, master: Side) -> str | None:
    """Return why the BACKUP becomes MASTER on hearing the MASTER's advert, or None.

    The words are the kernel's own [FACTS A5, A11].
    """
    heard = interval_ticks(master)
    if backup.preempt and interval_ticks(backup) < heard:
        return "preempting a slower master"
    if 3 * backup.advbase * TICKS + advertised_skew(backup) < heard:
        return "master will time out"
    return None


def keeps_hearing(backup: Side, master: Side) -> bool:
    """Return whether the MASTER's adverts come before the BACKUP's timer runs out."""
    return gap_ticks(master) + JITTER < down_ticks(backup)


def two_masters(own: Side, peer: Side) -> Prediction:
    """Given two MASTERs that hear each other, return who stays [FACTS A9].

    The slower yields at the first advert that it hears; equal ones yield at random.
    Nothing in CARP asks who holds the data.
    """
    mine, theirs = interval_ticks(own), interval_ticks(peer)
    if mine == theirs:
        return Prediction(
            master=CarpOutcome.UNCERTAIN,
            earliest=0.0,
            latest=max(down_ticks(own), down_ticks(peer)) / TICKS,
            returns_by_itself=False,
            because=f"both advertise every {mine / TICKS:.3f} s: either may yield",
            odds=0.5,
        )
    stays = CarpOutcome.OWN if mine < theirs else CarpOutcome.PEER
    faster = own if mine < theirs else peer
    return Prediction(
        master=stays,
        earliest=0.0,
        latest=gap_ticks(faster) / TICKS,
        returns_by_itself=False,
        because=(
            f"the slower yields: own interval {mine / TICKS:.3f} s, "
            f"the peer's {theirs / TICKS:.3f} s"
        ),
        odds=1.0 if stays is CarpOutcome.PEER else 0.0,
    )
