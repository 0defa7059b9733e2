"""What the secondary decides when a primary connects [FACTS B9]."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from hawatch.sim.hast_disk import Metadata


class Source(enum.StrEnum):
    """Which side's extents win in the sync that follows."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class Meeting:
    """How two copies meet. refused: "", "split-brain" or "mismatch".

    full: every extent is copied. virgin: neither was ever connected.
    """

    source: Source = Source.PRIMARY
    full: bool = False
    virgin: bool = False
    refused: str = ""


def meet(primary: Metadata, secondary: Metadata) -> Meeting:
    """Given both copies' metadata, return how they meet, by secondary.c's table."""
    if secondary.resuid == 0:
        if primary.resuid == 0:
            return Meeting(virgin=True)
        return Meeting(full=True)
    if primary.resuid != secondary.resuid:
        return Meeting(refused="mismatch")
    ahead, known = secondary.localcnt, secondary.remotecnt
    if ahead > primary.remotecnt and known == primary.localcnt:
        return Meeting(source=Source.SECONDARY)
    if ahead == primary.remotecnt and known <= primary.localcnt:
        return Meeting()
    if ahead > primary.remotecnt and primary.localcnt > known:
        return Meeting(refused="split-brain")
    source = Source.SECONDARY if ahead > primary.remotecnt else Source.PRIMARY
    return Meeting(source=source, full=True)
