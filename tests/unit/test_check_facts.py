"""Facts are bound by name, once for each subject of the finest scope."""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    DEVICE,
    DIRECTORY,
    a_config,
    a_counters,
    a_memory,
    a_moment,
    a_mount,
    a_peer_report,
    a_resource,
    a_sample,
    a_service_config,
    a_service_report,
    a_snapshot,
    a_sql_answer,
    an_fstab_entry,
    an_in_sync,
    an_rc_status,
)

from hawatch.checking.facts import FACTS, Bound, bind, settings_of
from hawatch.checking.scan import scan
from hawatch.checking.subject import Answer, Look, NotApplicable, Scope, Subject
from hawatch.checking.views import same_host
from hawatch.model.carp import CarpState
from hawatch.model.config import CheckConfig, Config, PeerConfig
from hawatch.model.fact import Known, Unknown
from hawatch.model.finding import Verdict
from hawatch.model.hast import HastErrors, HastRole
from hawatch.model.memory import CarpSince, HeardReport, Memory
from hawatch.model.snapshot import PeerSighting, Snapshot


def bound(
    signature: str,
    config: Config | None = None,
    snapshot: Snapshot | None = None,
    memory: Memory | None = None,
) -> tuple[Bound, ...]:
    """Bind one check of this signature to a look."""
    file, refused = scan(f"def check_it({signature}): pass", "x.py", shipped=False)
    assert not refused
    look = Look(config or a_config(), snapshot or a_snapshot(), memory or a_memory())
    return bind(file.checks[0], look)


def the_fact(name: str, snapshot: Snapshot | None = None, **look: Any) -> Answer:
    """Return one fact's answer about the only subject of its scope."""
    spec = FACTS[name]
    whole = Look(
        look.get("config") or a_config(),
        snapshot or a_snapshot(),
        look.get("memory") or a_memory(),
    )
    (subject,) = whole.subjects(spec.scope)
    return spec.answer(whole, subject)


def value(name: str, snapshot: Snapshot | None = None, **look: Any) -> Any:
    answer = the_fact(name, snapshot, **look)
    assert isinstance(answer, Known), answer
    return answer.value


TWO = a_config(
    services={
        "mysql": a_service_config(resources=("disk0", "disk1"), mounts=("/a", "/b")),
        "web": a_service_config(vhid=2, resources=("disk2",), mounts=()),
    }
)


@pytest.mark.parametrize(
    ("signature", "subjects"),
    [
        ("", ["node"]),
        ("sysctls, settings", ["node"]),
        ("sysctls, owner", ["mysql", "web"]),
        ("owner, latches", ["mysql/disk0", "mysql/disk1", "web/disk2"]),
        ("node, owner, fstab_entry", ["mysql:/a", "mysql:/b"]),
    ],
)
def test_a_check_runs_once_for_each_subject_of_its_finest_fact(
    signature: str, subjects: list[str]
) -> None:
    """Coarser facts come along, and subjects follow the configuration's order."""
    assert [one.subject.text for one in bound(signature, TWO)] == subjects


def test_a_mount_belongs_to_the_resource_whose_device_fstab_has_for_it() -> None:
    """Order in the configuration does not pair mounts with resources; fstab does."""
    snapshot = a_snapshot(
        fstab=Known(
            (
                an_fstab_entry(device="/dev/hast/disk1", directory="/a"),
                an_fstab_entry(device="/dev/hast/disk0", directory="/b"),
            )
        ),
        resources={
            "disk0": Known(a_resource()),
            "disk1": Known(a_resource("secondary", name="disk1", provname="disk1")),
        },
    )
    one, two = bound("hast, fstab_entry", TWO, snapshot)
    assert one.arguments["hast"].name == "disk1"
    assert two.arguments["hast"].name == "disk0"


FOREIGN = (
    "/etc/fstab has /dev/da1 for /var/db/mysql, which is no device of the service mysql"
)


@pytest.mark.parametrize(
    ("fstab", "reason"),
    [
        (Known(()), "/etc/fstab has no entry for /var/db/mysql"),
        (Unknown("unreadable"), "unreadable"),
        (
            Known((an_fstab_entry(device="/dev/da1"),)),
            FOREIGN,
        ),
    ],
)
def test_a_mount_without_a_resource_has_a_reason_in_its_place(
    fstab: Any, reason: str
) -> None:
    """Facts of the resource are unknown then; facts of the mount are not."""
    (one,) = bound("mount, hast", snapshot=a_snapshot(fstab=fstab))
    assert one.withheld is Verdict.UNKNOWN
    assert one.reason == f"{reason} (hast)"
    (one,) = bound("mount", snapshot=a_snapshot(fstab=fstab))
    assert one.arguments["mount"].device == DEVICE


def test_an_unknown_fact_withholds_the_check_with_its_reason() -> None:
    """Facts that are unknown for one reason share it."""
    (one,) = bound("hast, in_sync, sysctls", snapshot=a_snapshot(hast=Unknown("gone")))
    assert one.withheld is Verdict.UNKNOWN
    assert one.reason == "gone (hast, in_sync)"


def test_what_the_configuration_leaves_out_is_skipped_and_not_unknown() -> None:
    """A pair without SQL probe or peer channel is not full of unknowns."""
    config = a_config(
        peer=PeerConfig(enabled=False),
        services={"mysql": a_service_config(probe=None, rc=())},
    )
    for name in ("peer", "peer_carp", "peer_hast", "generations", "sql", "rc"):
        (one,) = bound(name, config)
        assert one.withheld is Verdict.SKIP, name


def test_every_fact_is_known_of_a_healthy_pair_or_does_not_apply() -> None:
    """No fact is broken, on either node."""
    for node in ("db1", "db2"):
        look = Look(a_config(), a_snapshot(node), a_memory(node))
        for spec in FACTS.values():
            for subject in look.subjects(spec.scope):
                answer = spec.answer(look, subject)
                assert isinstance(answer, Known | NotApplicable), spec.name
                assert spec.doc.startswith("Return "), spec.name


def test_every_fact_of_a_node_that_knows_nothing_is_an_answer() -> None:
    """Where nothing was looked at, facts are unknown and never raise."""
    nothing = Snapshot(node="db1", taken=a_moment())
    memory = Memory(node="db1", boot="boot-1")
    stranger = Snapshot(node="somebody", taken=a_moment())
    for snapshot in (nothing, stranger):
        look = Look(a_config(), snapshot, memory)
        for spec in FACTS.values():
            for subject in look.subjects(spec.scope):
                assert isinstance(
                    spec.answer(look, subject), Known | Unknown | NotApplicable
                )


def test_settings_are_the_configurations_over_the_decorators() -> None:
    """A whole number is taken where a fraction is meant."""
    text = "@check(settings={'a': 1, 'b': 2.0})\ndef check_it(settings): pass"
    check = scan(text, "x.py", shipped=False)[0].checks[0]
    config = a_config(checks={"it": CheckConfig(settings={"b": 3})})
    assert settings_of(check, config) == {"a": 1, "b": 3.0}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"percnt": 1}, "checks.it.settings.percnt: no such setting; this check has"),
        ({"percent": "1"}, "checks.it.settings.percent: int is wanted, not '1'"),
        ({"percent": True}, "checks.it.settings.percent: int is wanted, not True"),
    ],
)
def test_a_wrong_setting_makes_the_check_unknown_and_says_where(
    settings: dict[str, object], reason: str
) -> None:
    """A misspelt number is not silently the default."""
    text = "@check(settings={'percent': 1})\ndef check_it(settings): pass"
    check = scan(text, "x.py", shipped=False)[0].checks[0]
    config = a_config(checks={"it": CheckConfig(settings=settings)})
    (one,) = bind(check, Look(config, a_snapshot(), a_memory()))
    assert one.withheld is Verdict.UNKNOWN
    assert one.reason.startswith(reason)


@pytest.mark.parametrize(
    ("since", "state", "settling"),
    [
        (a_moment(100.0), "MASTER", False),
        (a_moment(997.0), "MASTER", True),
        (a_moment(100.0), "BACKUP", True),
        (a_moment(100.0, boot="boot-0"), "MASTER", True),
        (None, "MASTER", False),
    ],
)
def test_carp_settles_after_a_change_of_state(
    since: Any, state: str, settling: bool
) -> None:
    """A state that is new, or new since the boot, is not judged at once."""
    memory = a_memory(carp=since and CarpSince(state=CarpState("MASTER"), since=since))
    assert value("carp", a_snapshot(carp=state), memory=memory).settling is settling


def test_counters_grow_since_the_look_before_and_not_since_this_one() -> None:
    """This look's own sample may be in the memory already."""
    now = a_snapshot(counters=Known(a_counters(bad_authentication=9)))
    earlier = a_sample(990.0, counters=a_counters(bad_authentication=2))
    this = a_sample(1000.0, counters=a_counters(bad_authentication=9))
    growth = value("counter_growth", now, memory=a_memory(samples=(earlier, this)))
    assert (growth.bad_authentication, growth.seconds) == (7, 10.0)


def test_counters_that_fell_or_are_of_another_boot_prove_nothing() -> None:
    """`netstat -sz` resets them; a boot does as well."""
    high = a_counters(received_inet=99)
    reset = the_fact(
        "counter_growth", memory=a_memory(samples=(a_sample(counters=high),))
    )
    assert reset == Unknown("the counters were reset")
    old = a_sample(taken=a_moment(990.0, boot="boot-0"))
    answer = the_fact("counter_growth", memory=a_memory(samples=(old,)))
    assert isinstance(answer, NotApplicable)


def test_the_peer_is_believed_while_its_last_report_is_young() -> None:
    """A single silent look does not make every fact of the peer unknown."""
    silent = a_snapshot(peer=PeerSighting(report=Unknown("ssh timed out")))
    heard = HeardReport(report=a_peer_report(), heard=a_moment(980.0))
    assert value("peer_carp", silent, memory=a_memory(peer=heard)).is_backup
    old = HeardReport(report=a_peer_report(), heard=a_moment(900.0))
    answer = the_fact("peer_carp", silent, memory=a_memory(peer=old))
    assert answer == Unknown("ssh timed out; last heard 100 s ago")
    assert value("peer_contact", silent, memory=a_memory(peer=old)).age == 100.0
    assert value("peer_contact", silent).age == float("inf")


def test_a_report_may_be_as_late_as_the_look_took() -> None:
    """A slow look does not make the clocks differ."""
    report = a_peer_report(wall=a_moment().wall + 4)
    sighting = PeerSighting(report=Known(report))
    assert value("peer", a_snapshot(peer=sighting)).clock_ahead == 4
    assert value("peer", a_snapshot(peer=sighting, seconds=6.0)).clock_ahead == 0
    heard = HeardReport(report=report, heard=a_moment(990.0))
    silent = a_snapshot(peer=PeerSighting(report=Unknown("silent")))
    assert value("peer", silent, memory=a_memory(peer=heard)).clock_ahead == 14


@pytest.mark.parametrize(
    ("snapshot", "owner"),
    [
        (a_snapshot(), Known(value=True)),
        (a_snapshot("db2"), Known(value=False)),
        (a_snapshot("db2", carp="MASTER"), Known(value=True)),
        (a_snapshot("db2", hast="primary"), Known(value=True)),
        (a_snapshot("db2", mounts=Known((a_mount(),))), Known(value=True)),
        (a_snapshot(carp=Unknown("ifconfig hangs")), Known(value=True)),
        (a_snapshot("db2", carp=Unknown("x")), Unknown("x")),
    ],
)
def test_the_owner_holds_the_vip_the_disk_or_a_mount(
    snapshot: Snapshot, owner: Answer
) -> None:
    """One known hold settles it; none settles it only where all is known."""
    assert the_fact("owner", snapshot) == owner


@pytest.mark.parametrize(
    ("change", "proved", "reason"),
    [
        ({}, True, ""),
        ({"in_sync": {}}, False, "dirty has not reached 0 since it connected"),
        (
            {"in_sync": {"disk0": an_in_sync(workerpid=9)}},
            False,
            "the proof is of an earlier connection",
        ),
        (
            {"in_sync": {"disk0": an_in_sync(boot="boot-0")}},
            False,
            "the proof is of an earlier connection",
        ),
    ],
)
def test_the_owners_evidence_is_of_this_very_connection(
    change: dict[str, Any], proved: bool, reason: str
) -> None:
    """A proof of another worker or boot proves nothing [FACTS B10]."""
    found = value("in_sync", memory=a_memory(**change))
    assert (found.proved, found.reason) == (proved, reason)


def test_the_standby_has_its_evidence_from_the_owner() -> None:
    """A standby itself cannot know whether its copy is current [FACTS B4]."""
    assert value("in_sync", a_snapshot("db2")).proved
    report = a_peer_report(
        "db1", services={"mysql": a_service_report("db1", in_sync={})}
    )
    sighting = PeerSighting(report=Known(report))
    assert not value("in_sync", a_snapshot("db2", peer=sighting)).proved


def test_errors_that_fell_began_anew_with_a_new_worker() -> None:
    """5, 7, then 1 after a restart: three errors were added [FACTS B5]."""
    samples = (
        a_sample(970.0, errors={"disk0": 5}),
        a_sample(980.0, errors={"disk0": 7}),
    )
    now = a_snapshot(hast=a_resource(errors=HastErrors(write=1, flush=99)))
    assert value("error_growth", now, memory=a_memory(samples=samples)) == 3


def test_the_dirty_trend_knows_the_lowest_of_the_last_seconds() -> None:
    """One sample proves nothing [FACTS B10]."""
    samples = tuple(
        a_sample(900.0 + 20 * n, dirty={"disk0": dirty})
        for n, dirty in enumerate([0, 5, 9, 7])
    )
    trend = value(
        "dirty_trend",
        a_snapshot(hast=a_resource(dirty=8)),
        memory=a_memory(samples=samples),
    )
    assert (trend.now, trend.seconds) == (8, 100.0)
    assert (trend.lowest(100), trend.lowest(60), trend.lowest(0)) == (0, 7, 8)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("db1", "db1", True),
        ("db1", "DB1.example.org", True),
        ("db1.example.org", "db1", True),
        ("db1.example.org", "db1.example.net", False),
        ("db1", "db2", False),
        ("db1", "db10", False),
    ],
)
def test_host_names_mean_one_machine_with_or_without_domain(
    one: str, other: str, same: bool
) -> None:
    """Mysqld may tell the short name where the configuration has the long one."""
    assert same_host(one, other) is same


def test_a_server_that_says_no_name_is_neither_here_nor_there() -> None:
    """An answer without a host name proves nothing about who gave it."""
    found = value("sql", a_snapshot(sql=a_sql_answer("access denied")))
    assert not found.here
    assert not found.by_peer


def test_rc_services_are_unknown_where_one_is() -> None:
    """A service that could not be asked is not a dead one."""
    config = a_config(services={"mysql": a_service_config(rc=("mysql-server", "more"))})
    answer = the_fact("rc", config=config)
    assert answer == Unknown("not looked at")
    snapshot = a_snapshot(
        rc={
            "mysql-server": Known(an_rc_status(running=False, processes=(7,))),
            "more": Known(an_rc_status(alive=False, name="more")),
        }
    )
    found = value("rc", snapshot, config=config)
    assert found.alive == ("mysql-server",)
    assert found.unknown_to_rc == ("mysql-server",)


def test_a_stacked_mount_shows_the_visible_device() -> None:
    """The last mount of a directory is the one that programs see [FACTS F1]."""
    mounts = (a_mount(), a_mount(device="/dev/da9", options=("read-only",)))
    found = value("mount", a_snapshot(mounts=Known(mounts)))
    assert found.stacked
    assert (found.device, found.writable) == ("/dev/da9", False)


def test_a_device_is_found_on_other_directories() -> None:
    """Both directions of the mount table are read."""
    mounts = (a_mount(), a_mount(directory="/mnt"))
    assert value("mounted_elsewhere", a_snapshot(mounts=Known(mounts))) == ("/mnt",)


def test_facts_speak_the_words_of_the_platform() -> None:
    """The nouns that authors use have the properties that the guide shows."""
    assert value("carp").is_master
    assert value("carp").wanted_hast_role is HastRole.PRIMARY
    assert value("hast").is_primary
    assert value("service").vip == "192.0.2.251"
    assert value("interface").name == "em0"
    assert value("node").peer == "db2"
    assert value("space").used_percent == pytest.approx(40.0)
    assert Subject(scope=Scope.MOUNT, service="a", directory=DIRECTORY).text == (
        f"a:{DIRECTORY}"
    )
