"""The sums of configured times that the deadlines, the pages and the relations need.

Two nodes that cannot hear each other agree on nothing but the clock. That an isolated
owner has let go before its peer takes over is therefore a sum of configured numbers;
whether the sums come out is judged in inequalities.py.
"""

from __future__ import annotations

import msgspec

from hawatch.model.config import Config

CARP_TAKEOVER = 4.0
"""Seconds: T of a BACKUP with advbase 1 and the largest advskew [FACTS A4]."""

SECONDARY_SILENCE = 20.0
"""Seconds after which a secondary's worker gives up a silent connection: a constant
of hastd, whatever `timeout` says [FACTS B11]."""

ROLE_MARGIN = 5.0
"""Seconds for hastctl and its queue beyond hast.conf's timeout [FACTS B2]."""

VIP_STEP = 5.0
"""Seconds granted to dropping or handing over one VIP on the way down."""

LEAST_START = 30.0
"""Seconds that a database deserves for its crash recovery [FACTS I]."""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """The sums, in seconds, for people and for deadlines.

    carp_takeover: a dead MASTER's VIP is with the peer. write_stall: a write waits
    when the peer vanishes. device_wait: /dev/hast/NAME after a promotion against a
    silent peer. release: everything on a node is let go, at worst. owner_gone: an
    isolated owner has surely let go. peer_moves: a standby promotes at the earliest.
    """

    carp_takeover: float
    write_stall: float
    device_wait: float
    release: float
    owner_gone: float
    peer_moves: float


def budget(config: Config) -> Budget:
    """Given a configuration, return its sums.

    write_stall: 20.3 s were seen at the default timeout, and twice the timeout in 2 of
    8 cuts [FACTS B11]. device_wait: the connection attempt and two handshake reads may
    each take `timeout` [FACTS B3]. release: services are let go one after the other,
    and of each every rc service, mount and role, each up to its own deadline.
    owner_gone: counted from the cut. The first look that sees it comes up to one
    interval later and itself lasts up to peer.timeout; the look at which give_up has
    passed (and the last report is no longer fresh: peer.max_age) comes up to one more
    interval late; then everything is released.
    """
    release = sum(
        VIP_STEP
        + len(service.rc) * service.stop_deadline
        + len(service.mounts) * service.unmount_deadline
        + len(service.resources) * config.hast.role_deadline
        for service in config.services.values()
    )
    lag = 2 * config.agent.interval + config.peer.timeout
    patience = max(config.witness.give_up, config.peer.max_age)
    return Budget(
        carp_takeover=CARP_TAKEOVER,
        write_stall=2 * config.hast.timeout,
        device_wait=3 * config.hast.timeout + 10.0,
        release=release,
        owner_gone=patience + lag + release,
        peer_moves=config.witness.promote_after,
    )


def stalled_looks(config: Config) -> int:
    """Return how many looks in a row a vanished peer alone can make a write fail.

    A check that writes (a commit canary, an fsync) and whose `fall` is not larger
    takes the standby's death for the owner's [FACTS B11, H2].
    """
    return int(budget(config).write_stall // config.agent.interval) + 1
