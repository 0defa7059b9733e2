"""When the peer last asked this node: a sign of its life, and a promise to it.

An owner that was just answered counts its time to let go from that answer. A standby
must not have begun to count before it: on a network that is well for less than one
interval, the owner may hear the standby while the standby's own question is not due.
"""

from __future__ import annotations

import contextlib

import msgspec

from hawatch.model.moment import Moment
from hawatch.recording.store import Store

ASKED = "asked.json"


def note_asked(store: Store, at: Moment) -> None:
    """Write when the peer was answered; what cannot be written stops no answer."""
    with contextlib.suppress(OSError):
        store.replace(ASKED, msgspec.json.encode(at), durable=False)


def last_asked(store: Store) -> Moment | None:
    """Return when the peer was last answered; None where that is not known."""
    try:
        data = store.read(ASKED)
        return None if data is None else msgspec.json.decode(data, type=Moment)
    except (OSError, msgspec.DecodeError):
        return None
