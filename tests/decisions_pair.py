"""Two services of one node in one look: what they share is said once, by the first.

The second one is built as a case of its own and put beside the first: the switch of
CARP, the witness, the peer's voice and what the node remembers of itself are the same.
"""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec
from decisions_build import build
from decisions_format import CORPUS, Case, Strict, a_case

from hawatch.deciding.aftermath import before_plan
from hawatch.deciding.rules import decide_all
from hawatch.deciding.situation import Situation
from hawatch.model.carp import CarpState
from hawatch.model.decision import Decision
from hawatch.model.fact import Known
from hawatch.model.latch import LatchKind
from hawatch.model.trigger import foremost

NAMES = ("mysql", "orders")
TWO_SERVICES = CORPUS / "two_services"
OF_THE_NODE = {
    "own": (
        *("sysctls", "allow", "preempt", "demotion", "heard", "forged"),
        *("hastd", "witness"),
    ),
    "peer": ("word", "sysctls", "preempt", "demotion", "moves", "maintenance"),
    "memory": ("last", "peer_fence", "moves", "maintenance", "damaged"),
}
FENCE = (LatchKind.FENCED, LatchKind.UNHEARD)

Pair = tuple[Situation, Situation]


class PairCase(Strict, frozen=True, kw_only=True):
    """One named look at two services; each table is a case without name and cites."""

    name: str
    cites: tuple[str, ...]
    mysql: dict[str, Any]
    orders: dict[str, Any]

    def cases(self) -> tuple[Case, Case]:
        """Return the two cases."""
        return _read(self.mysql), _read(self.orders)


def load_pairs() -> dict[str, PairCase]:
    """Return every case of two services by file and name."""
    found: dict[str, PairCase] = {}
    for path in sorted(TWO_SERVICES.glob("*.toml")):
        for raw in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            case = msgspec.convert(raw, PairCase, strict=True)
            found[f"{path.stem}/{case.name}"] = case
    return found


def pair_of(first: Case, second: Case) -> Pair:
    """Given a case for each service, return their situations in one look."""
    first, second = _possible(first), _possible(_beside(first, second))
    ours, theirs = build(first), build(second)
    settings = ours.settings
    both = msgspec.structs.replace(
        ours.config,
        services={
            NAMES[0]: settings,
            NAMES[1]: msgspec.structs.replace(settings, vhid=2),
        },
    )
    memory = msgspec.structs.replace(
        ours.memory, services={NAMES[0]: ours.own, NAMES[1]: theirs.own}
    )
    rang = (ours.trigger,)
    return (
        msgspec.structs.replace(
            ours, config=both, memory=memory, trigger=foremost(rang, NAMES[0])
        ),
        msgspec.structs.replace(
            theirs,
            config=both,
            memory=memory,
            service=NAMES[1],
            trigger=foremost(rang, NAMES[1]),
        ),
    )


def both_decided(pair: Pair) -> dict[str, Decision]:
    """Return the decisions of one cycle by service, in the order of performing."""
    return {decision.service: decision for decision in decide_all(pair)}


def afterwards(pair: Pair, *, allow: bool, state: CarpState) -> Pair:
    """Return the look after a cycle in which nothing but CARP's switch changed."""
    decisions = decide_all(pair)
    memory = pair[0].memory
    for decision in decisions:
        memory = before_plan(memory, decision, now=pair[0].now)
    services = {name: _settled(own, allow) for name, own in memory.services.items()}
    memory = msgspec.structs.replace(memory, services=services)
    first, second = (_switched(s, memory, allow, state) for s in pair)
    return first, second


def _settled(own: Any, allow: bool) -> Any:
    kept = tuple(m for m in own.latches if not allow or m.kind not in FENCE)
    return msgspec.structs.replace(own, unfinished=None, latches=kept)


def _switched(s: Situation, memory: Any, allow: bool, state: CarpState) -> Situation:
    sysctls, carp = s.snapshot.sysctls, s.view.carp
    assert isinstance(sysctls, Known)
    changed = msgspec.structs.replace(sysctls.value, allow=allow)
    snapshot = msgspec.structs.replace(s.snapshot, sysctls=Known(changed))
    if isinstance(carp, Known):
        carp = Known(msgspec.structs.replace(carp.value, state=state))
    return msgspec.structs.replace(
        s,
        snapshot=snapshot,
        view=msgspec.structs.replace(s.view, carp=carp),
        memory=memory,
        own=memory.services[s.service],
    )


def _read(raw: dict[str, Any]) -> Case:
    words = dict(raw)
    return a_case(words.pop("base"), **words)


def _beside(first: Case, second: Case) -> Case:
    tables = {
        table: msgspec.structs.replace(
            getattr(second, table),
            **{field: getattr(getattr(first, table), field) for field in fields},
        )
        for table, fields in OF_THE_NODE.items()
    }
    return msgspec.structs.replace(
        second, node=first.node, trigger=first.trigger, config=first.config, **tables
    )


def _possible(case: Case) -> Case:
    """Return the case as a kernel could show it: without CARP every vhid is INIT."""
    if case.own.allow or case.own.carp == "unknown":
        return case
    age = case.own.carp.split(" ", 1)[1]
    own = msgspec.structs.replace(case.own, carp=f"INIT {age}")
    return msgspec.structs.replace(case, own=own)
