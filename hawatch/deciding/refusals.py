"""Every reason for not acting, with what a person can do about it.

The messages, `explain` and the runbook are made from this one table.
"""

from __future__ import annotations

from hawatch.model.decision import Refusal

CHOICE = (
    "split-brain: both copies were written; a person has to choose which one is kept "
    "(hawatch resync; see recover-from-split-brain.md)"
)
"""What everybody has to read who looks at a pair after a split-brain [FACTS H15]."""

REMEDIES: dict[Refusal, tuple[str, str]] = {
    Refusal.PEER_UNKNOWN: (
        "nothing was heard from the peer",
        "look at the peer and at the channel: hawatch peer test",
    ),
    Refusal.PEER_STALE_REPORT: (
        "the peer's last report is too old",
        "look at the peer's cron and at the channel: hawatch peer test",
    ),
    Refusal.PEER_NOT_ELIGIBLE: (
        "the peer could not take over",
        "mend what the peer's `hawatch status` names",
    ),
    Refusal.PEER_FAILING: (
        "a check that demotes is failing on the peer too",
        "run `hawatch check` on the peer",
    ),
    Refusal.PEER_LATCHED: (
        "the peer's copy may not be current",
        "let it synchronise, or decide with `hawatch latch clear` on the peer",
    ),
    Refusal.PEER_HOLDS: (
        "the peer still holds the service",
        "find out why the peer serves without the VIP: hawatch status",
    ),
    Refusal.PEER_SILENT_NO_WITNESS: (
        "the peer is silent and no witness says that the network is well here",
        "make sure that the peer is off, then `hawatch switchover --peer-is-off`",
    ),
    Refusal.PEER_SILENT_TOO_SHORT: (
        "the peer is silent, but not for long enough",
        "wait; see witness.promote_after",
    ),
    Refusal.PEER_MAINTENANCE: (
        "the peer is in maintenance",
        "end it with `hawatch maintenance off` on the peer",
    ),
    Refusal.CONFIGURATION_DIFFERS: (
        "the peer's configuration does not know this service",
        "copy hawatch.toml to the peer",
    ),
    Refusal.COPY_NOT_IN_SYNC: (
        "nothing proves that the copy is current",
        "wait until HAST is complete with dirty 0, or decide by hand",
    ),
    Refusal.OWN_COPY_LATCHED: (
        "this node's copy is latched",
        "let it synchronise, or decide with `hawatch latch clear`",
    ),
    Refusal.GENERATIONS_FORBID: (
        "the generation counters of both copies forbid it",
        "compare both dumps; `hawatch resync`; see recover-from-split-brain.md",
    ),
    Refusal.SECONDARY_STILL_CONNECTED: (
        "a primary is still connected to this secondary, so the peer lives",
        "look at the peer: it is primary although CARP does not hear it",
    ),
    Refusal.COOLDOWN: (
        "the last automatic move was too short a time ago",
        "move by hand with `hawatch switchover`, or wait; see limits.cooldown",
    ),
    Refusal.MOVE_LIMIT: (
        "the limit of automatic moves is reached",
        "find the cause, then `hawatch switchover` by hand; see limits.moves",
    ),
    Refusal.NO_LEVER: (
        "no way of handing the VIP over is certain to work",
        "compare advskew, advbase and preempt of both nodes",
    ),
    Refusal.FACT_UNKNOWN: (
        "a fact that it needs is unknown",
        "run `hawatch check` here and mend what it could not find out",
    ),
    Refusal.NOT_MOUNTED: (
        "the file system is not proved to be mounted",
        "look at `mount` and at the sentinel file",
    ),
    Refusal.RESTARTS_USED_UP: (
        "the local restarts are used up",
        "look at the service's own log",
    ),
    Refusal.WORKER_DIED: (
        "the role fell to init although hastd was not restarted: its worker died",
        "look at the local disk and at /var/log/messages, then set the role by hand",
    ),
    Refusal.NOT_RECORDED: (
        "what hawatch remembers is damaged or cannot be written",
        "look at the state directory and its disk",
    ),
    Refusal.POLICY: (
        "the configuration does not allow it",
        "see the option that the detail names",
    ),
}


def sentence(refusal: Refusal) -> str:
    """Return why, as a sentence fragment."""
    return REMEDIES[refusal][0]


def remedy(refusal: Refusal) -> str:
    """Return what a person can do."""
    return REMEDIES[refusal][1]
