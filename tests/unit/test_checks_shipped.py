"""Each shipped check, in the states that it is there for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from builders import (
    DIRECTORY,
    a_config,
    a_counters,
    a_directory,
    a_dump,
    a_hastd,
    a_memory,
    a_moment,
    a_mount,
    a_peer_report,
    a_resource,
    a_sample,
    a_service_config,
    a_service_report,
    a_snapshot,
    a_space,
    a_sql_answer,
    a_sysctls,
    a_vhid,
    an_fstab_entry,
    an_interface,
    an_rc_status,
)

from hawatch.checking.collect import collect
from hawatch.checking.engine import run_checks
from hawatch.checking.select import select
from hawatch.model.carp import CarpState
from hawatch.model.config import PeerConfig, WitnessConfig
from hawatch.model.fact import Known, Unknown
from hawatch.model.finding import Verdict
from hawatch.model.hast import HastErrors, HastStatus
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import CarpSince
from hawatch.model.report import Duty, Maintenance
from hawatch.model.snapshot import PeerSighting

SHIPPED = collect()
OK, SKIP, WARN, FAIL, UNKNOWN = (
    Verdict.OK,
    Verdict.SKIP,
    Verdict.WARN,
    Verdict.FAIL,
    Verdict.UNKNOWN,
)
NO = Unknown("the test says so")


NONE: Mapping[str, Any] = {}


class Look(NamedTuple):
    """One state of a node, by its differences from the healthy one."""

    node: str = "db1"
    snapshot: Mapping[str, Any] = NONE
    memory: Mapping[str, Any] = NONE
    config: Mapping[str, Any] = NONE


def owner(**snapshot: Any) -> Look:
    return Look("db1", snapshot)


def standby(**snapshot: Any) -> Look:
    return Look("db2", snapshot)


def peer(node: str = "db2", **changes: Any) -> dict[str, Any]:
    """Return a snapshot's difference: what the peer reports."""
    return {"peer": PeerSighting(report=Known(a_peer_report(node, **changes)))}


def peer_service(node: str = "db2", **changes: Any) -> dict[str, Any]:
    return peer(node, services={"mysql": a_service_report(node, **changes)})


SILENT = owner(peer=PeerSighting(paths={"192.0.2.12": NO}, report=NO))
FENCED = (Latch(kind=LatchKind.FENCED, resource="disk0", since=0.0, reason="isolated"),)
STALE = (Latch(kind=LatchKind.STALE, resource="disk0", since=0.0, reason="cut"),)
JUST_NOW = {"carp": CarpSince(state=CarpState.MASTER, since=a_moment(999.0))}
INIT = {"hast": "init"}
READ_ERROR = a_resource(errors=HastErrors(read=1))
FLUSH_ERRORS = a_resource(errors=HastErrors(flush=9))
NOT_ALLOWED = {"sysctls": Known(a_sysctls(allow=False))}
TWO_WITNESSES = {"witness": WitnessConfig(ping=("192.0.2.1", "192.0.2.2"))}
BOTH_SILENT = {"192.0.2.1": NO, "192.0.2.2": NO}


def samples(**changes: Any) -> dict[str, Any]:
    return {"samples": (a_sample(**changes),)}


def rc(**changes: Any) -> dict[str, Any]:
    return {"rc": {"mysql-server": Known(an_rc_status(**changes))}}


def probed(**changes: Any) -> dict[str, Any]:
    return {"directories": {DIRECTORY: Known(a_directory(**changes))}}


def mounts(*found: Any) -> dict[str, Any]:
    return {"mounts": Known(found)}


def fstab(*lines: Any) -> dict[str, Any]:
    return {"fstab": Known(lines)}


CASES: list[tuple[str, Verdict, Look]] = [
    ("vhid_is_on_its_interface", OK, owner()),
    (
        "vhid_is_on_its_interface",
        FAIL,
        owner(interfaces={"em0": Known(an_interface(a_vhid(vhid=10)))}),
    ),
    ("vhid_is_on_its_interface", UNKNOWN, owner(interfaces={"em0": NO})),
    ("exactly_one_master", OK, owner()),
    ("exactly_one_master", OK, standby()),
    (
        "exactly_one_master",
        FAIL,
        standby(carp="MASTER")._replace(
            memory={"carp": CarpSince(state=CarpState.MASTER, since=a_moment(900.0))}
        ),
    ),
    ("exactly_one_master", FAIL, Look("db1", {"carp": "BACKUP"}, {"carp": None})),
    ("exactly_one_master", SKIP, Look("db1", {"carp": "BACKUP"})),
    ("exactly_one_master", SKIP, Look("db1", {}, JUST_NOW)),
    ("exactly_one_master", UNKNOWN, SILENT),
    ("exactly_one_master", UNKNOWN, owner(carp=NO)),
    ("carp_takes_part", OK, standby()),
    ("carp_takes_part", FAIL, Look("db1", {"carp": "INIT"}, {"carp": None})),
    ("carp_takes_part", SKIP, Look("db1", {"carp": "INIT"})),
    ("carp_takes_part", SKIP, owner(carp="INIT", **NOT_ALLOWED)),
    ("carp_takes_part", UNKNOWN, owner(carp=NO)),
    ("carp_is_allowed", OK, owner()),
    ("carp_is_allowed", FAIL, owner(**NOT_ALLOWED)),
    ("carp_is_allowed", SKIP, Look("db1", NOT_ALLOWED, {"latches": FENCED})),
    ("carp_is_allowed", UNKNOWN, owner(sysctls=NO)),
    ("advskews_differ", OK, owner()),
    ("advskews_differ", OK, owner(carp=a_vhid(advskew=51))),
    ("advskews_differ", FAIL, owner(carp=a_vhid(advskew=50))),
    (
        "advskews_differ",
        FAIL,
        owner(
            carp=a_vhid(advskew=240),
            **peer_service(carp=Known(a_vhid("BACKUP", advskew=254))),
        ),
    ),
    ("advskews_differ", SKIP, owner(carp=a_vhid(advskew=50, advbase=2))),
    ("advskews_differ", UNKNOWN, SILENT),
    ("preempt_is_off", OK, owner()),
    ("preempt_is_off", WARN, owner(sysctls=Known(a_sysctls(preempt=True)))),
    ("preempt_is_off", WARN, standby(sysctls=Known(a_sysctls(preempt=True)))),
    ("preempt_is_off", UNKNOWN, owner(sysctls=NO)),
    ("adverts_are_authentic", OK, owner()),
    (
        "adverts_are_authentic",
        FAIL,
        owner(counters=Known(a_counters(sent_inet=1000, bad_authentication=9))),
    ),
    (
        "adverts_are_authentic",
        OK,
        Look(
            "db1",
            {"counters": Known(a_counters(bad_authentication=9))},
            samples(counters=a_counters(bad_authentication=9)),
        ),
    ),
    ("adverts_are_authentic", SKIP, Look("db1", {}, {"samples": ()})),
    ("adverts_are_authentic", UNKNOWN, owner(counters=NO)),
    ("no_second_master_is_heard", OK, owner()),
    (
        "no_second_master_is_heard",
        FAIL,
        owner(counters=Known(a_counters(sent_inet=1009, received_inet=9))),
    ),
    (
        "no_second_master_is_heard",
        SKIP,
        standby(counters=Known(a_counters(sent_inet=1009, received_inet=9))),
    ),
    ("no_second_master_is_heard", SKIP, Look("db1", {}, JUST_NOW)),
    ("no_second_master_is_heard", UNKNOWN, owner(counters=NO)),
    ("demotion_is_explained", OK, owner()),
    ("demotion_is_explained", WARN, owner(sysctls=Known(a_sysctls(demotion=480)))),
    (
        "demotion_is_explained",
        OK,
        owner(carp="INIT", sysctls=Known(a_sysctls(demotion=240))),
    ),
    ("demotion_is_explained", UNKNOWN, owner(sysctls=NO)),
    ("wall_clock_runs_evenly", OK, owner()),
    (
        "wall_clock_runs_evenly",
        FAIL,
        owner(taken=a_moment(1000.0, wall=a_moment(1000.0).wall - 30)),
    ),
    ("wall_clock_runs_evenly", SKIP, Look("db1", {}, {"samples": (), "last": None})),
    ("clocks_agree", OK, owner()),
    ("clocks_agree", FAIL, owner(**peer(wall=a_moment().wall + 60))),
    ("clocks_agree", UNKNOWN, SILENT),
    ("hastd_runs", OK, owner()),
    ("hastd_runs", FAIL, owner(hastd=Known(a_hastd("init", pid=None)))),
    ("hastd_runs", UNKNOWN, owner(hastd=NO)),
    ("hastd_answers", OK, owner()),
    ("hastd_answers", FAIL, owner(hastd=Known(a_hastd(answering=False)))),
    ("hastd_answers", SKIP, owner(hastd=Known(a_hastd("init", pid=None)))),
    ("hastd_answers", UNKNOWN, owner(hastd=NO)),
    ("hast_role_is_not_stale", OK, standby()),
    ("hast_role_is_not_stale", FAIL, standby(hast="init")),
    (
        "hast_role_is_not_stale",
        SKIP,
        Look("db2", {"hast": "init"}, {"latches": FENCED}),
    ),
    (
        "hast_role_is_not_stale",
        SKIP,
        Look("db2", INIT, {"duty": Duty.RELEASED}),
    ),
    ("hast_role_is_not_stale", UNKNOWN, standby(hast=NO)),
    ("hast_follows_carp", OK, owner()),
    ("hast_follows_carp", OK, standby()),
    ("hast_follows_carp", FAIL, owner(hast="secondary")),
    ("hast_follows_carp", FAIL, standby(hast="primary")),
    ("hast_follows_carp", SKIP, Look("db1", {"hast": "secondary"}, JUST_NOW)),
    (
        "hast_follows_carp",
        SKIP,
        Look("db1", {"carp": "INIT"}, {"carp": None}),
    ),
    ("hast_follows_carp", SKIP, standby(hast="init")),
    ("hast_follows_carp", UNKNOWN, owner(hast=NO)),
    ("only_one_primary", OK, owner()),
    ("only_one_primary", FAIL, standby(hast="primary")),
    ("only_one_primary", UNKNOWN, SILENT),
    ("hast_is_connected", OK, owner()),
    ("hast_is_connected", OK, standby()),
    ("hast_is_connected", FAIL, owner(hast=a_resource(status=HastStatus.DEGRADED))),
    (
        "hast_is_connected",
        FAIL,
        owner(hast=a_resource(status=HastStatus.NONE, workerpid=None)),
    ),
    (
        "hast_is_connected",
        FAIL,
        standby(hast=a_resource("secondary", status=HastStatus.NONE, workerpid=None)),
    ),
    ("hast_is_connected", SKIP, standby(hast="init")),
    ("hast_is_connected", UNKNOWN, owner(hast=NO)),
    ("copy_is_in_sync", OK, owner()),
    ("copy_is_in_sync", OK, standby()),
    ("copy_is_in_sync", WARN, Look("db1", {}, {"in_sync": {}})),
    ("copy_is_in_sync", SKIP, owner(hast=a_resource(status=HastStatus.DEGRADED))),
    ("copy_is_in_sync", UNKNOWN, owner(hast=NO)),
    ("dirty_data_drains", OK, owner()),
    ("dirty_data_drains", OK, owner(hast=a_resource(dirty=1 << 40))),
    (
        "dirty_data_drains",
        FAIL,
        Look(
            "db1",
            {"hast": a_resource(dirty=1 << 30)},
            samples(dirty={"disk0": 1 << 29}),
        ),
    ),
    ("dirty_data_drains", SKIP, standby()),
    ("dirty_data_drains", UNKNOWN, owner(hast=NO)),
    (
        "local_disk_has_no_errors",
        OK,
        owner(hast=FLUSH_ERRORS),
    ),
    (
        "local_disk_has_no_errors",
        FAIL,
        owner(hast=READ_ERROR),
    ),
    (
        "local_disk_has_no_errors",
        FAIL,
        Look(
            "db2",
            {},
            {
                "samples": (
                    a_sample(980.0, errors={"disk0": 1}),
                    a_sample(990.0, errors={"disk0": 4}),
                )
            },
        ),
    ),
    ("local_disk_has_no_errors", UNKNOWN, owner(hast=NO)),
    ("no_latch_is_set", OK, owner()),
    ("no_latch_is_set", FAIL, Look("db2", {}, {"latches": STALE})),
    ("copies_have_one_history", OK, owner()),
    (
        "copies_have_one_history",
        OK,
        owner(dumps={"disk0": Known(a_dump(localcnt=1))}),
    ),
    (
        "copies_have_one_history",
        FAIL,
        owner(
            dumps={"disk0": Known(a_dump(localcnt=1))},
            **peer_service(dumps={"disk0": Known(a_dump(localcnt=1))}),
        ),
    ),
    (
        "copies_have_one_history",
        FAIL,
        owner(dumps={"disk0": Known(a_dump(resuid=7))}),
    ),
    (
        "copies_have_one_history",
        OK,
        owner(dumps={"disk0": Known(a_dump(resuid=0))}),
    ),
    ("copies_have_one_history", UNKNOWN, owner(dumps={"disk0": NO})),
    ("sizes_are_equal", OK, owner()),
    ("sizes_are_equal", FAIL, owner(dumps={"disk0": Known(a_dump(datasize=7))})),
    ("sizes_are_equal", UNKNOWN, owner(dumps={"disk0": Known(a_dump(datasize=0))})),
    ("sizes_are_equal", UNKNOWN, SILENT),
    ("device_is_mounted", OK, owner()),
    ("device_is_mounted", FAIL, owner(**mounts())),
    ("device_is_mounted", FAIL, owner(**mounts(a_mount(device="/dev/da1")))),
    ("device_is_mounted", FAIL, owner(**mounts(a_mount(options=("read-only",))))),
    ("device_is_mounted", SKIP, standby()),
    ("device_is_mounted", SKIP, Look("db1", mounts(), JUST_NOW)),
    ("device_is_mounted", UNKNOWN, owner(mounts=NO)),
    ("mount_is_alive", OK, owner()),
    ("mount_is_alive", OK, owner(**probed(fsynced=True))),
    ("mount_is_alive", FAIL, owner(**probed(own_device=False))),
    ("mount_is_alive", FAIL, owner(**probed(sentinel=False))),
    ("mount_is_alive", OK, owner(**probed(sentinel=None))),
    ("mount_is_alive", FAIL, owner(**probed(fsynced=False, error="ENXIO"))),
    ("mount_is_alive", OK, owner(**probed(stalled=41.0, error="hanging"))),
    ("mount_is_alive", FAIL, owner(**probed(stalled=91.0, error="hanging"))),
    ("mount_is_alive", OK, owner(**probed(fsynced=None, error="No space left"))),
    ("mount_is_alive", SKIP, standby()),
    ("mount_is_alive", UNKNOWN, owner(directories={DIRECTORY: NO})),
    ("mount_is_no_zombie", OK, owner()),
    ("mount_is_no_zombie", FAIL, owner(devices={"disk0": Known(value=False)})),
    (
        "mount_is_no_zombie",
        FAIL,
        owner(hast=NO, devices={"disk0": Known(value=False)}),
    ),
    ("mount_is_no_zombie", SKIP, standby()),
    ("mount_is_no_zombie", UNKNOWN, owner(devices={"disk0": NO})),
    ("standby_has_nothing_mounted", OK, standby()),
    ("standby_has_nothing_mounted", FAIL, standby(**mounts(a_mount()))),
    ("standby_has_nothing_mounted", FAIL, owner(hast="init")),
    ("standby_has_nothing_mounted", SKIP, owner()),
    ("standby_has_nothing_mounted", UNKNOWN, standby(hast=NO)),
    ("bare_mount_point_is_protected", OK, standby()),
    (
        "bare_mount_point_is_protected",
        WARN,
        standby(**probed(mounted=False, immutable=False)),
    ),
    (
        "bare_mount_point_is_protected",
        FAIL,
        standby(**probed(mounted=False, empty=False)),
    ),
    (
        "bare_mount_point_is_protected",
        UNKNOWN,
        standby(**probed(mounted=False, immutable=None)),
    ),
    ("bare_mount_point_is_protected", SKIP, owner()),
    ("mounts_are_not_stacked", OK, owner()),
    ("mounts_are_not_stacked", FAIL, owner(**mounts(a_mount(), a_mount()))),
    ("mounts_are_not_stacked", UNKNOWN, owner(mounts=NO)),
    ("device_is_mounted_once", OK, owner()),
    (
        "device_is_mounted_once",
        FAIL,
        owner(**mounts(a_mount(), a_mount(directory="/mnt"))),
    ),
    ("device_is_mounted_once", UNKNOWN, owner(fstab=NO)),
    ("disk_has_room", OK, owner()),
    ("disk_has_room", WARN, owner(space={DIRECTORY: Known(a_space(85.0))})),
    ("disk_has_room", FAIL, owner(space={DIRECTORY: Known(a_space(95.0))})),
    ("disk_has_room", SKIP, standby(space={DIRECTORY: Known(a_space(99.0))})),
    ("disk_has_room", UNKNOWN, owner(space={DIRECTORY: NO})),
    ("fstab_leaves_the_mount_to_hawatch", OK, owner()),
    ("fstab_leaves_the_mount_to_hawatch", FAIL, owner(**fstab())),
    (
        "fstab_leaves_the_mount_to_hawatch",
        FAIL,
        owner(**fstab(an_fstab_entry(device="/dev/da1"))),
    ),
    (
        "fstab_leaves_the_mount_to_hawatch",
        FAIL,
        owner(**fstab(an_fstab_entry(options=("rw",)))),
    ),
    (
        "fstab_leaves_the_mount_to_hawatch",
        FAIL,
        owner(**fstab(an_fstab_entry(options=("ro", "noauto")))),
    ),
    (
        "fstab_leaves_the_mount_to_hawatch",
        WARN,
        owner(**fstab(an_fstab_entry(passno=2))),
    ),
    (
        "fstab_leaves_the_mount_to_hawatch",
        OK,
        owner(**fstab(an_fstab_entry(passno=2, options=("rw", "noauto", "failok")))),
    ),
    ("fstab_leaves_the_mount_to_hawatch", UNKNOWN, owner(fstab=NO)),
    ("mysqld_answers_on_vip", OK, owner()),
    *(
        ("mysqld_answers_on_vip", FAIL, owner(sql=kind))
        for kind in ("refused", "timeout", "no route", "error")
    ),
    ("mysqld_answers_on_vip", OK, owner(sql="read-only")),
    ("mysqld_answers_on_vip", FAIL, owner(sql=a_sql_answer(hostname="db2"))),
    ("mysqld_answers_on_vip", WARN, owner(sql=a_sql_answer(hostname="elsewhere"))),
    ("mysqld_answers_on_vip", WARN, owner(sql="access denied")),
    ("mysqld_answers_on_vip", WARN, owner(sql="too many connections")),
    ("mysqld_answers_on_vip", UNKNOWN, owner(sql="starting")),
    ("mysqld_answers_on_vip", UNKNOWN, owner(sql=NO)),
    ("mysqld_answers_on_vip", SKIP, standby(sql="refused")),
    ("mysqld_answers_on_vip", SKIP, Look("db1", {"sql": "refused"}, JUST_NOW)),
    (
        "mysqld_answers_on_vip",
        SKIP,
        Look("db1", {}, {}, {"services": {"mysql": a_service_config(probe=None)}}),
    ),
    ("clients_are_served", OK, standby()),
    ("clients_are_served", WARN, standby(sql="timeout")),
    ("clients_are_served", WARN, standby(sql=a_sql_answer(hostname="db2"))),
    ("clients_are_served", WARN, standby(sql=a_sql_answer(hostname="db3"))),
    ("clients_are_served", SKIP, owner()),
    ("clients_are_served", UNKNOWN, standby(sql=NO)),
    ("mysqld_is_writable", OK, owner()),
    ("mysqld_is_writable", FAIL, owner(sql="read-only")),
    ("mysqld_is_writable", SKIP, owner(sql="refused")),
    ("mysqld_is_writable", SKIP, standby()),
    ("mysqld_is_writable", UNKNOWN, owner(sql=NO)),
    ("commit_canary_is_written", SKIP, owner()),
    ("commit_canary_is_written", OK, owner(sql=a_sql_answer(committed=True))),
    ("commit_canary_is_written", FAIL, owner(sql=a_sql_answer(committed=False))),
    ("commit_canary_is_written", SKIP, standby()),
    ("commit_canary_is_written", UNKNOWN, owner(sql=NO)),
    ("services_run_on_the_owner", OK, owner()),
    ("services_run_on_the_owner", FAIL, owner(**rc(alive=False))),
    (
        "services_run_on_the_owner",
        SKIP,
        owner(hast="secondary", hastd=Known(a_hastd("secondary")), **rc(alive=False)),
    ),
    ("services_run_on_the_owner", SKIP, standby()),
    ("services_run_on_the_owner", UNKNOWN, owner(rc={"mysql-server": NO})),
    ("services_rest_on_a_standby", OK, standby()),
    ("services_rest_on_a_standby", FAIL, standby(**rc())),
    (
        "services_rest_on_a_standby",
        FAIL,
        standby(**rc(alive=False, processes=(7,))),
    ),
    ("services_rest_on_a_standby", SKIP, owner()),
    ("services_rest_on_a_standby", UNKNOWN, standby(rc={"mysql-server": NO})),
    ("rc_knows_its_processes", OK, owner()),
    ("rc_knows_its_processes", FAIL, owner(**rc(running=False, pids=()))),
    ("rc_knows_its_processes", UNKNOWN, owner(rc={"mysql-server": NO})),
    ("peer_answers_on_every_path", OK, owner()),
    ("peer_answers_on_every_path", FAIL, SILENT),
    (
        "peer_answers_on_every_path",
        WARN,
        owner(peer=PeerSighting(paths={"a": Known(0.1), "b": NO})),
    ),
    ("peer_answers_on_every_path", UNKNOWN, owner(peer=PeerSighting())),
    (
        "peer_answers_on_every_path",
        SKIP,
        Look("db1", {}, {}, {"peer": PeerConfig(enabled=False)}),
    ),
    ("peer_report_is_fresh", OK, owner()),
    ("peer_report_is_fresh", FAIL, SILENT),
    (
        "peer_report_is_fresh",
        SKIP,
        Look("db1", {}, {}, {"peer": PeerConfig(enabled=False)}),
    ),
    ("peer_agent_runs", OK, owner(**peer(idle=9.0))),
    ("peer_agent_runs", FAIL, owner(**peer(idle=121.0))),
    ("peer_agent_runs", FAIL, owner(**peer(idle=None))),
    ("peer_agent_runs", UNKNOWN, SILENT),
    ("configuration_is_equal", OK, owner()),
    ("configuration_is_equal", FAIL, owner(**peer(configuration="another"))),
    ("configuration_is_equal", UNKNOWN, SILENT),
    ("versions_are_equal", OK, owner()),
    ("versions_are_equal", WARN, owner(**peer(version="0.0.1"))),
    ("versions_are_equal", UNKNOWN, SILENT),
    ("nobody_is_under_maintenance", OK, SILENT),
    (
        "nobody_is_under_maintenance",
        WARN,
        Look("db1", {}, {"maintenance": Maintenance(why="disk", since=0, until=4e9)}),
    ),
    (
        "nobody_is_under_maintenance",
        OK,
        Look("db1", {}, {"maintenance": Maintenance(why="disk", since=0, until=9)}),
    ),
    (
        "nobody_is_under_maintenance",
        WARN,
        owner(**peer(maintenance=Maintenance(why="disk", since=0, until=9))),
    ),
    ("witnesses_answer", SKIP, owner()),
    (
        "witnesses_answer",
        OK,
        Look("db1", {"witnesses": {"192.0.2.1": Known(0.1)}}, {}, TWO_WITNESSES),
    ),
    (
        "witnesses_answer",
        WARN,
        Look(
            "db1",
            {"witnesses": {**BOTH_SILENT, "192.0.2.1": Known(0.1)}},
            {},
            TWO_WITNESSES,
        ),
    ),
    (
        "witnesses_answer",
        FAIL,
        Look("db1", {"witnesses": BOTH_SILENT}, {}, TWO_WITNESSES),
    ),
    ("witnesses_answer", UNKNOWN, Look("db1", {}, {}, TWO_WITNESSES)),
]
"""(check, verdict, look): the state and what the check must say of it."""

NEVER_UNKNOWN = {
    "wall_clock_runs_evenly",
    "no_latch_is_set",
    "nobody_is_under_maintenance",
    "peer_report_is_fresh",
}
"""Checks of what the agent itself remembers, which is always known."""


@pytest.mark.parametrize(
    ("check", "expected", "look"),
    [pytest.param(*case, id=f"{case[0]}-{case[1]}") for case in CASES],
)
def test_a_shipped_check_says_what_the_state_means(
    check: str, expected: Verdict, look: Look
) -> None:
    """The verdict for this state, with words where it is not OK."""
    (found,) = run_checks(
        select(SHIPPED, [check]),
        a_config(**look.config),
        a_snapshot(look.node, **look.snapshot),
        a_memory(look.node, **look.memory),
        isolate=False,
    )
    assert found.verdict is expected, found.message
    assert bool(found.message) is (expected is not OK)
    assert len(found.message) < 160


def test_each_shipped_check_is_tried_well_ill_and_unknown() -> None:
    """A check that is not in the table, or cannot fail, is not finished."""
    tried: dict[str, set[Verdict]] = {}
    for check, verdict, _ in CASES:
        tried.setdefault(check, set()).add(verdict)
    for one in SHIPPED.checks:
        verdicts = tried.pop(one.name)
        assert OK in verdicts, one.name
        assert verdicts & {WARN, FAIL}, one.name
        assert UNKNOWN in verdicts or one.name in NEVER_UNKNOWN, one.name
    assert not tried


@pytest.mark.parametrize("node", ["db1", "db2"])
def test_a_healthy_node_passes_all_checks(node: str) -> None:
    """A quiet night: nothing but passes and what does not apply."""
    run = run_checks(
        SHIPPED, a_config(), a_snapshot(node), a_memory(node), isolate=False
    )
    assert {one.verdict for one in run} == {OK, SKIP}


def test_only_checks_that_a_move_can_help_ask_for_one() -> None:
    """A move for a full disk or a split brain would be harm."""
    remedies = {
        check.name: tuple(remedy.value for remedy in check.remedy)
        for check in SHIPPED.checks
        if check.remedy != ("report",)
    }
    assert remedies == {
        "mysqld_answers_on_vip": ("restart", "demote"),
        "hastd_runs": ("demote",),
        "local_disk_has_no_errors": ("demote",),
        "device_is_mounted": ("demote",),
        "mount_is_alive": ("demote",),
        "mount_is_no_zombie": ("demote",),
        "hast_role_is_not_stale": ("repair",),
    }
