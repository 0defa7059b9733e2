"""What a node remembers between cycles; a damaged memory is unknown, never empty."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.model.carp import CarpCounters, CarpState
from hawatch.model.finding import Streak
from hawatch.model.hast import HastRole
from hawatch.model.latch import HastSeen, InSync, Latch
from hawatch.model.moment import Moment
from hawatch.model.report import Duty, Maintenance, PeerReport

MEMORY_SCHEMA = 1


class SkewRaise(msgspec.Struct, frozen=True, kw_only=True):
    """Our own demotion by advskew, so that it is never stacked and can be undone."""

    interface: str
    vhid: int
    original_advskew: int
    original_advbase: int
    raised_to: int
    since: float
    reason: str


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that was begun and has not reached its end.

    failed says why a step failed, empty where the plan was only cut short. stopped_at:
    the kind of the step that the last attempt did not get past, failed or not known.
    """

    rule: str
    duty: Duty
    because: str
    began: Moment
    attempts: int = 1
    failed: str = ""
    stopped_at: str = ""


class CarpSince(msgspec.Struct, frozen=True, kw_only=True):
    """Since when the vhid is seen in this state, for debouncing."""

    state: CarpState
    since: Moment


class SeenRole(msgspec.Struct, frozen=True, kw_only=True):
    """The last role of a resource that was not init, and under which hastd.

    A role that is init now is stale only where hastd started anew since [FACTS B1, B2].
    """

    role: HastRole
    boot: str
    hastd: int | None


class ServiceMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one service.

    epoch: the number of the last take-over here; each is one more than any that was
    heard of. released_in: the boot in which a shutdown let the service go. restarts,
    heals: wall clock of local restarts and of worker restarts within limits.cooldown.
    restarting: a local restart was begun, and has not ended.
    failed_at: wall clock at which the last take-over that failed here began, or 0.
    in_sync: by resource, while primary. connected: resources whose last look showed
    `complete`.
    """

    duty: Duty = Duty.STANDBY
    epoch: int = 0
    released_in: str = ""
    latches: tuple[Latch, ...] = ()
    raised: SkewRaise | None = None
    restarts: tuple[float, ...] = ()
    restarting: bool = False
    heals: tuple[float, ...] = ()
    failed_at: float = 0.0
    unfinished: Unfinished | None = None
    in_sync: Mapping[str, InSync] = {}
    connected: tuple[str, ...] = ()
    carp: CarpSince | None = None
    peer_in_sync: Mapping[str, InSync] = {}
    roles: Mapping[str, SeenRole] = {}
    seen: Mapping[str, HastSeen] = {}


class HeardReport(msgspec.Struct, frozen=True, kw_only=True):
    """The last good report of the peer and when this node heard it.

    since: the first of the looks in a row that heard one; None where it is not known.
    """

    report: PeerReport
    heard: Moment
    since: Moment | None = None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One automatic move, for the limit and the cool-down.

    at: wall clock seconds. monotonic, boot: the same moment on the clock that never
    steps; boot is empty in a memory of an older version.
    """

    service: str
    at: float
    rule: str
    monotonic: float = 0.0
    boot: str = ""

    def age(self, now: Moment) -> float:
        """Return the seconds since then; across a boot only the wall clock is left.

        A wall clock that was set back puts a move into the future [FACTS H24].
        """
        if self.boot == now.boot:
            return max(0.0, now.monotonic - self.monotonic)
        return abs(now.wall - self.at)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Readings kept for trends: CARP counters, dirty bytes and errors by resource."""

    taken: Moment
    counters: CarpCounters | None = None
    dirty: Mapping[str, int] = {}
    errors: Mapping[str, int] = {}
    used: Mapping[str, int] = {}


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person is told once when it opens and once when it closes."""

    key: str
    opened: float
    severity: str
    text: str
    reminded: float = 0.0


class PeerFence(msgspec.Struct, frozen=True, kw_only=True):
    """The last order to switch the peer off: when it was begun, and what came of it.

    confirmed only where the site's command ended with "confirmed off"; text says why
    not, and is empty where the agent ended before the command did.
    """

    begun: Moment
    confirmed: bool = False
    text: str = ""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """All that one node remembers; last is when the last cycle ended.

    witnessed: the last look in which a witness answered.
    """

    schema: int = MEMORY_SCHEMA
    node: str
    boot: str
    sequence: int = 0
    last: Moment | None = None
    streaks: Mapping[str, Streak] = {}
    services: Mapping[str, ServiceMemory] = {}
    moves: tuple[Move, ...] = ()
    maintenance: Maintenance | None = None
    peer: HeardReport | None = None
    peer_silent_since: Moment | None = None
    witnessed: Moment | None = None
    samples: tuple[Sample, ...] = ()
    incidents: Mapping[str, Incident] = {}
    fence: PeerFence | None = None

    def with_maintenance(self, notice: Maintenance | None, now: Moment) -> Memory:
        """Return the memory with a maintenance begun; None ends the one there is.

        One that was ended is kept: the peer may not have heard so.
        """
        if notice is None and self.maintenance is not None:
            notice = msgspec.structs.replace(self.maintenance, ended=now)
        return msgspec.structs.replace(self, maintenance=notice)
