"""What this node does not know of itself, or has in its way, when it is to serve. Pure.

One list for two questions: whether this node may take the service over (gates.py), and
whether it says to its peer that it could (peer/eligible.py). An owner that hands over
believes the second one; what only the first one asked would leave nobody serving.
"""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.deciding.service_view import ServiceView
from hawatch.model.decision import Refusal, Refused, refuse
from hawatch.model.fact import Known, is_true, why_unknown
from hawatch.model.snapshot import Snapshot


def own_facts(snapshot: Snapshot, view: ServiceView) -> Iterator[Refused]:
    """Given a look and a service's view of it, yield each obstacle once."""
    hastd = snapshot.hastd
    if isinstance(hastd, Known) and hastd.value.pid is None:
        yield refuse(Refusal.FACT_UNKNOWN, "hastd is not running here")
    needed: dict[str, str | None] = {"hastd": why_unknown(hastd)}
    needed |= {f"HAST {n}": why_unknown(f) for n, f in view.resources.items()}
    needed |= {f"metadata of {n}": why_unknown(f) for n, f in view.dumps.items()}
    needed |= {f"service {n}": why_unknown(f) for n, f in view.rc.items()}
    for path, mount in view.mounts.items():
        needed[f"mount {path}"] = why_unknown(mount.mounted)
        needed[f"device of {path}"] = why_unknown(mount.device)
    for name, reason in needed.items():
        if reason is not None:
            yield refuse(Refusal.FACT_UNKNOWN, f"{name} is not known: {reason}")
    for path, mount in view.mounts.items():
        if is_true(mount.mounted) and not is_true(mount.right_device):
            yield refuse(Refusal.NOT_MOUNTED, f"something else is mounted on {path}")
