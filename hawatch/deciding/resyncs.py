"""What a resync toward the peer proves of its copy, and what it leaves out. Pure.

hastd counts an extent as synced even where the local disk failed under it [FACTS B8].
"""

from __future__ import annotations

import msgspec

from hawatch.deciding.copies import (
    CopyLook,
    CopyMemory,
    connected,
    errors_grew,
    same_worker,
    seen_now,
)
from hawatch.model.hast import HastResource
from hawatch.model.latch import InSync, LatchKind


def proof(before: CopyMemory, look: CopyLook, found: HastResource) -> InSync | None:
    """Return the evidence that the peer's copy is current [FACTS B10].

    Complete, and since that connection dirty was 0 once, or the hook told of a syncdone
    that no other event of the connection accompanied. Nothing is proved anew while the
    local disk is suspect; what was proved before stays, for each write goes to both.
    """
    if not connected(found) or found.workerpid is None:
        return None
    peer_worker = seen_now(before.seen, look, found).peer_worker
    held = _held(before, look, found)
    if held is not None:
        return msgspec.structs.replace(
            held,
            peer_worker=peer_worker,
            resuid=look.resuid if look.resuid is not None else held.resuid,
            localcnt=look.localcnt if look.localcnt is not None else held.localcnt,
        )
    told = "syncdone" in look.hints and not look.hints & {"connect", "disconnect"}
    lasted = before.seen is not None and same_worker(before.seen, look, found)
    if found.dirty > 0 and not (told and lasted):
        return None
    if any(latch.kind is LatchKind.SUSPECT_DISK for latch in before.latches):
        return None
    return InSync(
        since=look.now.wall,
        workerpid=found.workerpid,
        boot=look.now.boot,
        resuid=look.resuid,
        localcnt=look.localcnt,
        peer_worker=peer_worker,
    )


def resynced_in_vain(before: CopyMemory, look: CopyLook, found: HastResource) -> bool:
    """Return whether a resync may have met what the local disk could not read.

    An extent counts as synced even then [FACTS B8], and whoever clears what stands
    against the disk does not send it. A copy that is proved needs no resync.
    """
    failed = errors_grew(before.seen, look, found)
    return connected(found) and failed and _held(before, look, found) is None


def _held(before: CopyMemory, look: CopyLook, found: HastResource) -> InSync | None:
    """Return the evidence of this very connection that was there before, if any."""
    held = before.in_sync
    peer_worker = seen_now(before.seen, look, found).peer_worker
    if (
        held is not None
        and (held.workerpid, held.boot) == (found.workerpid, look.now.boot)
        and (held.peer_worker is None or held.peer_worker == peer_worker)
    ):
        return held
    return None
