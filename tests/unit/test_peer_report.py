"""The report tells what this node is, and why it could not take over."""

from __future__ import annotations

from typing import Any

import pytest
from peer_builders import (
    DIRECTORY,
    a_config,
    a_moment,
    a_resource,
    a_snapshot,
    a_vhid,
)

from hawatch.model.carp import CarpState, CarpSysctls, Interface
from hawatch.model.fact import Known, Unknown
from hawatch.model.finding import Standing, Streak
from hawatch.model.hast import Hastd, HastRole, HastStatus
from hawatch.model.latch import InSync, Latch, LatchKind
from hawatch.model.memory import Memory, Move, ServiceMemory
from hawatch.model.report import Duty, Maintenance, PeerReport, ServiceReport
from hawatch.model.snapshot import Snapshot
from hawatch.model.storage import DirectoryProbe, Mount
from hawatch.peer.judge import judge
from hawatch.peer.report import build_report, encode_report, failing_checks

LOST = Unknown("lost")
NOW = a_snapshot().taken.wall
LATCH = Latch(kind=LatchKind.DIVERGED, resource="disk0", since=1.7e9, reason="cut")
FAILING = Streak(standing=Standing.FAILING, fails=3)
SLOW = Mount(device="/dev/ada0p5", directory=DIRECTORY, fstype="ufs")


def a_memory(**changes: Any) -> Memory:
    return Memory(**{"node": "db2", "boot": "there", **changes})


def built(snapshot: Snapshot | None = None, memory: Memory | None = None) -> PeerReport:
    return build_report(
        a_config(),
        snapshot or a_snapshot(),
        memory or a_memory(),
        sequence=12,
        version="1.0.0",
        configuration="0123abcd",
        demoting={"mysql_answers"},
    )


def the_service(report: PeerReport) -> ServiceReport:
    return report.services["mysql"]


def test_a_healthy_standby_could_take_over() -> None:
    """It holds nothing, serves nothing, and has no reason against it."""
    service = the_service(built())
    assert (service.holding, service.serving) == (Known(False), Known(False))
    assert (service.not_eligible, service.failing) == ((), ())
    assert service.carp == Known(a_vhid())


def test_a_healthy_owner_reports_that_it_serves() -> None:
    """Its duty and the evidence for the other copy come from memory."""
    evidence = {"disk0": InSync(since=1.7e9, workerpid=669, boot="there")}
    own = ServiceMemory(duty=Duty.ACTIVE, in_sync=evidence)
    report = built(a_snapshot(active=True), a_memory(services={"mysql": own}))
    service = the_service(report)
    assert (service.duty, service.serving) == (Duty.ACTIVE, Known(True))
    assert service.in_sync == evidence


def test_the_other_node_believes_what_was_built() -> None:
    """The two ends of the channel agree on the words."""
    report = built(memory=a_memory(moves=(Move(service="mysql", at=1e9, rule="r"),)))
    now = a_moment()
    text = encode_report(report)
    judged = judge(text, expected_node="db2", heard=None, now=now, asked=now)
    assert judged == Known(report)
    assert (report.sequence, report.moves) == (12, (1e9,))


def test_a_later_look_makes_a_newer_report() -> None:
    """The clocks of a report are those of its look."""
    report = built(a_snapshot(taken=a_moment(77.0, boot="there")))
    assert (report.monotonic, report.boot) == (77.0, "there")


def with_sysctls(*, allow: bool) -> dict[str, Any]:
    tree = CarpSysctls(allow=allow, preempt=False, demotion=0, log=1)
    return {"sysctls": Known(tree)}


def with_resource(role: HastRole, status: HastStatus) -> dict[str, Any]:
    return {"resources": {"disk0": Known(a_resource(role, status))}}


def with_directory(error: str) -> dict[str, Any]:
    probe = DirectoryProbe(own_device=False, sentinel=False, empty=True, error=error)
    return {"directories": {DIRECTORY: Known(probe)}}


def with_state(state: CarpState) -> dict[str, Any]:
    em0 = Interface(name="em0", up=True, status="active", vhids=(a_vhid(state),))
    return {"interfaces": {"em0": Known(em0)}}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hastd": Known(Hastd(pid=None))}, "hastd is not running here"),
        ({"hastd": Known(Hastd(pid=5, answering=False))}, "hastd does not answer"),
        ({"hastd": LOST}, "hastd is not known: lost"),
        ({"resources": {}}, "HAST disk0 is not known: not looked at"),
        (with_resource(HastRole.INIT, HastStatus.NONE), "the role of disk0 is init"),
        (with_state(CarpState.INIT), "vhid 1 on em0 is INIT"),
        ({"interfaces": {"em0": LOST}}, "the vhid is not known: lost"),
        (with_sysctls(allow=False), "net.inet.carp.allow is 0"),
        ({"sysctls": LOST}, "net.inet.carp is not known: lost"),
        ({"dumps": {"disk0": LOST}}, "metadata of disk0 is not known: lost"),
        ({"rc": {}}, "service mysql-server is not known: not looked at"),
        (
            {"fstab": Known(())},
            f"device of {DIRECTORY} is not known: /etc/fstab has no entry for",
        ),
        ({"fstab": LOST}, f"device of {DIRECTORY} is not known: lost"),
        ({"mounts": LOST}, f"mount {DIRECTORY} is not known: lost"),
        (
            {"mounts": Known((SLOW,))},
            f"something else is mounted on {DIRECTORY}",
        ),
        (with_directory("no such directory"), f"{DIRECTORY} cannot be used: "),
        ({"directories": {DIRECTORY: LOST}}, f"{DIRECTORY} is not known: lost"),
    ],
)
def test_one_obstacle_is_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    """Each reason against a take-over stands alone and in plain words."""
    reasons = the_service(built(a_snapshot(**changes))).not_eligible
    assert len(reasons) == 1
    assert reasons[0].startswith(sentence)


def test_a_latched_copy_is_not_eligible() -> None:
    """The latch and its reason are told."""
    own = ServiceMemory(latches=(LATCH,))
    service = the_service(built(memory=a_memory(services={"mysql": own})))
    assert service.latches == (LATCH,)
    assert service.not_eligible == ("the copy of disk0 is latched diverged: cut",)


def test_maintenance_counts_until_it_ends() -> None:
    """An expired maintenance is neither reported nor an obstacle."""
    running = Maintenance(why="new disk", since=NOW - 60, until=NOW + 60)
    report = built(memory=a_memory(maintenance=running))
    assert report.maintenance == running
    assert the_service(report).not_eligible == ("the node is in maintenance: new disk",)
    over = Maintenance(why="new disk", since=NOW - 60, until=NOW - 1)
    report = built(memory=a_memory(maintenance=over))
    assert report.maintenance is None
    assert the_service(report).not_eligible == ()


@pytest.mark.parametrize(
    ("witnesses", "expected"),
    [
        ({}, None),
        ({"192.0.2.1": LOST}, False),
        ({"192.0.2.1": LOST, "192.0.2.2": Known(0.001)}, True),
    ],
)
def test_a_witness_counts_only_where_one_was_asked(
    witnesses: dict[str, Any], expected: bool | None
) -> None:
    """No witness configured is another thing than no witness answering."""
    assert built(a_snapshot(witnesses=witnesses)).witnessed is expected


def test_only_demoting_checks_of_this_service_or_the_node_are_failing() -> None:
    """Neighbours' troubles and checks that only report are left out."""
    streaks = {
        "answers[mysql]": FAILING,
        "follows[mysql/disk0]": FAILING,
        "mounted[mysql:/var/db/mysql]": FAILING,
        "clock[node]": FAILING,
        "reports[mysql]": FAILING,
        "mounted[mysql2:/srv]": FAILING,
        "answers[mail]": FAILING,
        "well[mysql]": Streak(standing=Standing.WELL, fails=2),
    }
    demoting = {"answers", "follows", "mounted", "clock", "well"}
    assert failing_checks("mysql", streaks, demoting) == (
        "answers",
        "clock",
        "follows",
        "mounted",
    )
