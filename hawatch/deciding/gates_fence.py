"""What is asked before a fence of CARP is lifted: whether it is all that is in the way.

Pure, like the gates.
"""

from __future__ import annotations

import msgspec

from hawatch.deciding.gates import may_promote
from hawatch.deciding.moves import failed_ago
from hawatch.deciding.situation import Situation
from hawatch.model.latch import LatchKind


def may_serve_here(s: Situation) -> bool:
    """Return whether only a fence of CARP keeps the service from being taken here.

    Not where it was just tried in vain: again at every look would take the VIPs of the
    other services along.
    """
    if failed_ago(s) is not None:
        return False
    fence = (LatchKind.FENCED, LatchKind.UNHEARD)
    kept = tuple(latch for latch in s.own.latches if latch.kind not in fence)
    own = msgspec.structs.replace(s.own, latches=kept)
    return not may_promote(msgspec.structs.replace(s, own=own))
