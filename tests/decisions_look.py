"""What a decision case's node sees in this look, and what its peer says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import builders as b
import msgspec
from decisions_format import Case, Own, Peer
from decisions_words import one_of, parts, read_latch, yes_no

from hawatch.configuring.effective import configuration_hash
from hawatch.model.carp import CarpState, CarpVhid
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.hast import Hastd, HastDump, HastErrors, HastQueues, HastResource
from hawatch.model.report import Maintenance, PeerReport
from hawatch.model.snapshot import PeerSighting, Snapshot

NOW = b.a_moment(100_000.0)
SERVICE = "mysql"
WITNESS = "192.0.2.1"
NOT_SEEN = Unknown("the case says that nobody could find out")
RESTARTED_HASTD = 4711
HAST_WORDS = r"(primary|secondary|init)(?: (complete|degraded|-))?"


def snapshot_of(case: Case, config: Config) -> Snapshot:
    """Return the look of a case."""
    own = case.own
    witnesses: dict[str, Fact[float]] = {
        "none": {},
        "answers": {WITNESS: Known(0.01)},
        "silent": {WITNESS: Unknown(f"no echo from {WITNESS}")},
    }[one_of(own.witness, "none", "answers", "silent")]
    return b.a_snapshot(
        case.node,
        taken=NOW,
        sysctls=_sysctls(own),
        counters=Known(
            b.a_counters(
                sent_inet=1000,
                received_inet=own.heard,
                bad_authentication=own.forged,
            )
        ),
        interfaces={"em0": _interface(own)},
        hastd=_hastd(own),
        resources={"disk0": _resource(own)},
        dumps={"disk0": _dump(own.dump)},
        devices={"disk0": _device(own.device)},
        mounts=_mounts(own),
        fstab=_fstab(own),
        rc={"mysql-server": _rc(own)},
        witnesses=witnesses,
        peer=_sighting(case, config),
    )


def _sysctls(side: Own | Peer) -> Fact[Any]:
    if one_of(side.sysctls, "known", "unknown") == "unknown":
        return NOT_SEEN
    allow = side.allow if isinstance(side, Own) else True
    return Known(b.a_sysctls(allow=allow, preempt=side.preempt, demotion=side.demotion))


def _interface(own: Own) -> Fact[Any]:
    if own.carp == "unknown":
        return NOT_SEEN
    state, _ = parts(own.carp, r"(MASTER|BACKUP|INIT) for (\d+) s")
    return Known(b.an_interface(_vhid(state, own)))


def _vhid(state: str, side: Own | Peer) -> CarpVhid:
    return b.a_vhid(state, advskew=side.advskew, advbase=side.advbase)


def _hastd(own: Own) -> Fact[Hastd]:
    word = one_of(own.hastd, "running", "dead", "stuck", "restarted", "unknown")
    if word == "unknown":
        return NOT_SEEN
    if word == "dead":
        return Known(Hastd(pid=None))
    role = own.hast.split()[0]
    found = b.a_hastd("init" if role in ("unknown", "init") else role)
    pid = RESTARTED_HASTD if word == "restarted" else 790
    return Known(msgspec.structs.replace(found, pid=pid, answering=word != "stuck"))


def _resource(own: Own) -> Fact[HastResource]:
    if own.hast == "unknown":
        return NOT_SEEN
    return Known(
        msgspec.structs.replace(
            _hast(own),
            writes=150 + own.new_writes,
            queues=HastQueues(local=own.queue),
            errors=HastErrors(read=own.read_errors, write=own.write_errors),
        )
    )


def _hast(side: Own | Peer) -> HastResource:
    role, status = parts(side.hast, HAST_WORDS)
    found = b.a_resource(role, dirty=side.dirty)
    if status in ("degraded", "-"):
        worker = side.worker if status == "degraded" else None
        return msgspec.structs.replace(
            found, status=type(found.status)(status), workerpid=worker
        )
    if role == "init":
        return found
    return msgspec.structs.replace(found, workerpid=side.worker)


def _dump(words: str) -> Fact[HastDump]:
    if words == "unknown":
        return NOT_SEEN
    dump = b.a_dump()
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "local": ("localcnt", int),
        "remote": ("remotecnt", int),
        "resuid": ("resuid", int),
        "size": ("datasize", int),
        "prevrole": ("prevrole", type(dump.prevrole)),
    }
    for pair in filter(None, words.split(", ")):
        word, value = parts(pair, r"(\w+) (\w+)")
        field, read = readers[one_of(word, *readers)]
        dump = msgspec.structs.replace(dump, **{field: read(value)})
    return Known(dump)


def _device(word: str) -> Fact[bool]:
    found = one_of(word, "present", "gone", "unknown")
    return NOT_SEEN if found == "unknown" else Known(found == "present")


def _mounts(own: Own) -> Fact[Any]:
    root = b.a_mount(device="/dev/gpt/rootfs", directory="/")
    found = {
        "yes": (b.a_mount(),),
        "no": (),
        "read-only": (b.a_mount(options=("local", "read-only")),),
        "foreign": (b.a_mount(device="/dev/da7p1"),),
        "elsewhere": (b.a_mount(directory="/mnt"),),
        "unknown": None,
    }
    mounts = found[one_of(own.mount, *found)]
    return NOT_SEEN if mounts is None else Known((root, *mounts))


def _fstab(own: Own) -> Fact[Any]:
    word = one_of(own.fstab, "yes", "no", "unknown")
    if word == "unknown":
        return NOT_SEEN
    return Known((b.an_fstab_entry(),) if word == "yes" else ())


def _rc(own: Own) -> Fact[Any]:
    word = one_of(own.service, "running", "dead", "orphaned", "unknown")
    if word == "unknown":
        return NOT_SEEN
    status = b.an_rc_status(alive=word == "running")
    if word == "orphaned":
        status = msgspec.structs.replace(status, processes=(1234,))
    return Known(status)


def _sighting(case: Case, config: Config) -> PeerSighting:
    word = case.peer.word
    path = config.nodes[config.peer_of(case.node)].address
    if not config.peer.enabled:
        return PeerSighting()
    if word == "fresh":
        return PeerSighting(
            paths={path: Known(0.2)}, report=Known(report_of(case, config))
        )
    if word == "mute":
        return PeerSighting(
            paths={path: Known(0.2)}, report=Unknown("the report cannot be read")
        )
    silence_of(word)
    return PeerSighting(
        paths={path: Unknown("timed out")}, report=Unknown("no answer on any path")
    )


def silence_of(word: str) -> tuple[bool, float]:
    """Return whether the peer was never heard, and for how long it is silent."""
    never, seconds = parts(word, r"(never heard, )?silent for (\d+) s")
    return bool(never), float(seconds)


def report_of(case: Case, config: Config) -> PeerReport:
    """Return what the peer says, or said last."""
    peer, name = case.peer, config.peer_of(case.node)
    vhid: Fact[CarpVhid] = NOT_SEEN
    if peer.carp != "unknown":
        state = one_of(peer.carp, "MASTER", "BACKUP", "INIT")
        vhid = Known(_vhid(CarpState(state), peer))
    service = b.a_service_report(
        name,
        duty=peer.duty,
        epoch=peer.epoch,
        carp=vhid,
        resources={"disk0": NOT_SEEN if peer.hast == "unknown" else Known(_hast(peer))},
        dumps={"disk0": _dump(peer.dump)},
        holding=yes_no(peer.holds, NOT_SEEN),
        serving=yes_no(peer.serves, NOT_SEEN),
        failing=peer.failing,
        latches=tuple(
            read_latch(
                words, ours=name, other=case.node, other_word="us", wall=NOW.wall
            )
            for words in peer.latches
        ),
        in_sync={"disk0": b.an_in_sync(workerpid=peer.worker)} if peer.vouches else {},
        not_eligible=peer.not_eligible,
    )
    return b.a_peer_report(
        name,
        configuration=configuration_hash(config),
        wall=NOW.wall,
        sysctls=_sysctls(peer),
        services={SERVICE: service} if peer.knows else {},
        moves=tuple(NOW.wall - age for age in peer.moves),
        maintenance=_announced(peer),
        heard=b.a_moment(NOW.monotonic - peer.heard) if peer.heard else None,
    )


def _announced(peer: Peer) -> Maintenance | None:
    """Return what the peer said of its maintenance: its end counts from that word."""
    notice = maintenance_of(peer.maintenance)
    if notice is None or peer.word in ("fresh", "mute"):
        return notice
    silent = silence_of(peer.word)[1]
    return msgspec.structs.replace(notice, until=notice.until + silent + 10.0)


def maintenance_of(words: str) -> Maintenance | None:
    """Return a notice that began ten minutes ago, for another hour.

    "over: WHY" has ended, "over for 100 s: WHY" so long ago; "off for 100 s: WHY" was
    ended by a person.
    """
    if not words:
        return None
    found = re.fullmatch(r"(?:(over|off)(?: for (\d+) s)?: )?(.+)", words)
    assert found is not None
    how, age, why = found[1], float(found[2] or 1), found[3]
    until = NOW.wall - age if how == "over" else NOW.wall + 3600
    return Maintenance(
        why=why,
        since=NOW.wall - 600,
        until=until,
        begun=b.a_moment(NOW.monotonic - 600),
        ended=b.a_moment(NOW.monotonic - age) if how == "off" else None,
    )
