"""What a snapshot says about a service, with every unknown kept unknown."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from peer_builders import (
    DEVICE,
    DIRECTORY,
    a_config,
    a_resource,
    a_snapshot,
    a_vhid,
)

from hawatch.deciding.mount_view import device_of, mount_view
from hawatch.deciding.service_view import ServiceView, service_view
from hawatch.deciding.three import NO, YES, all_known, any_known, not_known
from hawatch.model.carp import Interface
from hawatch.model.fact import Fact, Known, Unknown, why_unknown
from hawatch.model.hast import Hastd, HastRole, HastStatus, HastWorker
from hawatch.model.services import RcStatus
from hawatch.model.storage import DirectoryProbe, FstabEntry, Mount, SkippedLine

LOST = Unknown("lost")


def a_view(*, active: bool = False, **changes: Any) -> ServiceView:
    return service_view(a_config(), a_snapshot(active=active, **changes), "mysql")


def a_mount(device: str = DEVICE, directory: str = DIRECTORY, *options: str) -> Mount:
    return Mount(device=device, directory=directory, fstype="ufs", options=options)


def a_worker(role: HastRole) -> HastWorker:
    return HastWorker(resource="disk0", role=role, pid=669, parent=1, started=1.0)


def an_rc(*, running: bool = False, processes: tuple[int, ...] = ()) -> Fact[RcStatus]:
    return Known(RcStatus(name="mysql-server", running=running, processes=processes))


FACTS = st.lists(st.sampled_from([YES, NO, LOST, Unknown("hidden")]), max_size=5)


@given(FACTS)
def test_any_and_all_follow_kleenes_tables(facts: list[Fact[bool]]) -> None:
    """One yes settles any, one no settles all, else one unknown keeps it unknown."""
    lost = [fact for fact in facts if isinstance(fact, Unknown)]
    if YES in facts:
        assert any_known(facts) == YES
    else:
        assert isinstance(any_known(facts), Unknown) if lost else any_known(facts) == NO
    assert all_known(facts) == not_known(any_known([not_known(f) for f in facts]))


def test_the_reasons_of_unknown_facts_are_joined_once_each() -> None:
    """A person reads every reason, and none twice."""
    facts = [LOST, Unknown("hidden"), NO, LOST]
    assert any_known(facts) == Unknown("lost; hidden")


def test_a_healthy_owner_holds_and_serves() -> None:
    """Primary, mounted and alive is serving."""
    view = a_view(active=True)
    assert (view.holding, view.serving, view.released) == (YES, YES, NO)


def test_a_healthy_standby_has_released() -> None:
    """Secondary, nothing mounted, nothing alive, no device is released."""
    view = a_view()
    assert (view.holding, view.serving, view.released) == (NO, NO, YES)


def test_an_empty_snapshot_leaves_everything_unknown() -> None:
    """Nothing that was not looked at is taken for absent."""
    nothing = {
        "interfaces": {},
        "hastd": LOST,
        "resources": {},
        "dumps": {},
        "devices": {},
        "mounts": LOST,
        "fstab": LOST,
        "rc": {},
    }
    view = a_view(**nothing)
    facts = [view.holding, view.serving, view.released, view.alive, view.mounted]
    facts += [view.primaries["disk0"], view.mounts[DIRECTORY].ready]
    assert all(isinstance(fact, Unknown) for fact in facts)
    assert isinstance(view.carp, Unknown)


@pytest.mark.parametrize(
    "changes",
    [
        {"resources": {"disk0": LOST}, "hastd": LOST},
        {"mounts": LOST},
        {"rc": {"mysql-server": LOST}},
    ],
)
def test_one_unknown_keeps_a_standby_from_being_released(
    changes: dict[str, Any],
) -> None:
    """Released needs proof of every part."""
    view = a_view(**changes)
    assert isinstance(view.holding, Unknown)
    assert isinstance(view.released, Unknown)


@pytest.mark.parametrize(
    "changes",
    [
        {"resources": {"disk0": Known(a_resource(HastRole.PRIMARY))}},
        {"hastd": Known(Hastd(pid=5, workers=(a_worker(HastRole.PRIMARY),)))},
        {"mounts": Known((a_mount(),))},
        {"mounts": Known((a_mount(directory="/mnt"),))},
        {"mounts": Known((a_mount("/dev/hast/other"),))},
        {"rc": {"mysql-server": an_rc(running=True)}},
        {"mounts": Known((a_mount(), a_mount("/dev/ada0p5")))},
        {"rc": {"mysql-server": an_rc(processes=(9,))}},
    ],
)
def test_one_part_that_is_left_is_enough_to_hold(changes: dict[str, Any]) -> None:
    """Whatever else is unknown, one known part left means holding."""
    view = a_view(**{"dumps": {}, "fstab": LOST, **changes})
    assert (view.holding, view.released) == (YES, NO)


def test_a_device_node_that_no_worker_serves_is_released() -> None:
    """A worker killed before its role changes leaves it behind for ever [FACTS B2]."""
    view = a_view(devices={"disk0": YES})
    assert (view.holding, view.released) == (NO, YES)


def test_a_device_node_counts_where_nobody_knows_who_serves_it() -> None:
    """Without the process table nothing says that its worker is gone."""
    view = a_view(devices={"disk0": YES}, hastd=Unknown("ps hangs"))
    assert view.released == NO


def test_without_hastd_and_workers_nobody_is_primary() -> None:
    """Then hastctl cannot answer, but the process table can [FACTS H19]."""
    view = a_view(hastd=Known(Hastd(pid=None)), resources={"disk0": LOST})
    assert view.primaries["disk0"] == NO
    assert view.released == YES


def test_a_stuck_hastd_leaves_the_role_unknown() -> None:
    """A queued role order may be carried out at any moment [FACTS B7]."""
    stuck = Known(Hastd(pid=563, answering=False))
    view = a_view(hastd=stuck, resources={"disk0": LOST})
    assert view.primaries["disk0"] == LOST


def test_an_orphaned_primary_worker_is_primary() -> None:
    """A worker that outlived hastd still serves its device."""
    orphan = Known(Hastd(pid=None, workers=(a_worker(HastRole.PRIMARY),)))
    view = a_view(hastd=orphan, resources={"disk0": LOST})
    assert view.primaries["disk0"] == YES


def test_an_orphaned_secondary_worker_leaves_the_role_unknown() -> None:
    """It may be on its way to another role."""
    orphan = Known(Hastd(pid=None, workers=(a_worker(HastRole.SECONDARY),)))
    view = a_view(hastd=orphan, resources={"disk0": LOST})
    assert view.primaries["disk0"] == LOST


@pytest.mark.parametrize(
    ("changes", "serving"),
    [
        ({"resources": {"disk0": Known(a_resource())}}, NO),
        ({"mounts": Known(())}, NO),
        ({"mounts": Known((a_mount("/dev/ada0p5"),))}, NO),
        ({"mounts": Known((a_mount(DEVICE, DIRECTORY, "read-only"),))}, NO),
        ({"mounts": Known((a_mount(), a_mount("/dev/ada0p5")))}, NO),
        ({"devices": {"disk0": NO}}, NO),
        ({"rc": {"mysql-server": an_rc()}}, NO),
        ({"rc": {"mysql-server": LOST}}, LOST),
        ({"devices": {"disk0": LOST}}, LOST),
        ({"fstab": LOST}, LOST),
        ({"rc": {"mysql-server": LOST}, "mounts": Known(())}, NO),
    ],
)
def test_serving_needs_every_part(changes: dict[str, Any], serving: Fact[bool]) -> None:
    """One part that is known to be missing settles it; one unknown part does not."""
    assert a_view(active=True, **changes).serving == serving


def test_a_listed_mount_without_its_device_node_is_a_zombie() -> None:
    """The mount table lists it until the next I/O [FACTS F7]."""
    mount = a_view(active=True, devices={"disk0": NO}).mounts[DIRECTORY]
    assert (mount.mounted, mount.zombie) == (YES, YES)


def test_a_zombie_is_found_though_hastd_is_dead() -> None:
    """The device path is then taken from the resource's name, provname's default."""
    mount = a_view(
        active=True,
        hastd=Known(Hastd(pid=None)),
        resources={"disk0": LOST},
        devices={"disk0": NO},
    ).mounts[DIRECTORY]
    assert mount.zombie == YES


def test_the_last_of_stacked_mounts_is_the_visible_one() -> None:
    """Programs see what was mounted last [FACTS F1]."""
    stack = Known((a_mount("/dev/ada0p5"), a_mount()))
    mount = a_view(active=True, mounts=stack).mounts[DIRECTORY]
    assert (mount.stacked, mount.right_device, mount.ready) == (YES, YES, YES)


def test_a_foreign_mount_is_not_ours_to_hold() -> None:
    """Another device on the directory is no part of the service."""
    view = a_view(mounts=Known((a_mount("/dev/ada0p5"),)))
    assert (view.mounted, view.holding) == (NO, NO)


@pytest.mark.parametrize("fstab", [LOST, Known(())])
def test_a_mount_that_cannot_be_told_to_be_foreign_is_unknown(fstab: Any) -> None:
    """Without its fstab entry nobody knows which device belongs on the directory."""
    view = a_view(mounts=Known((a_mount("/dev/ufs/data"),)), fstab=fstab)
    assert isinstance(view.mounted, Unknown)


def test_a_label_from_fstab_is_the_right_device() -> None:
    """The right device is what fstab names, not what hast.conf names."""
    entry = FstabEntry(
        device="/dev/ufs/data", directory=DIRECTORY, fstype="ufs", options=()
    )
    view = a_view(
        active=True,
        fstab=Known((entry,)),
        mounts=Known((a_mount("/dev/ufs/data"),)),
    )
    assert view.serving == YES


def test_a_directory_without_fstab_entry_says_so() -> None:
    """The reason names the directory."""
    mount = a_view(fstab=Known(())).mounts[DIRECTORY]
    assert mount.entry == Known(None)
    assert mount.device == Unknown(f"/etc/fstab has no entry for {DIRECTORY}")


def test_a_vhid_of_10_is_not_taken_for_1() -> None:
    """A vhid that is not there is unknown, with the interface's name."""
    other = (a_vhid(vhid=10),)
    em0 = Known(Interface(name="em0", up=True, status="active", vhids=other))
    assert a_view(interfaces={"em0": em0}).carp == Unknown("em0 has no vhid 1")


def test_a_node_without_an_interface_of_its_own_has_no_known_vhid() -> None:
    """The reason names the node, so that the mistake is found."""
    config = a_config()
    service = msgspec.structs.replace(
        config.services["mysql"], interface={"another": "em0"}
    )
    config = msgspec.structs.replace(config, services={"mysql": service})
    snapshot = a_snapshot(active=True)
    found = service_view(config, snapshot, "mysql").carp
    assert found == Unknown(f"no interface is configured for {snapshot.node}")


def test_hastctls_word_of_being_primary_outweighs_an_empty_process_table() -> None:
    """One of the two is older; nothing is proved to be released by that [law 3]."""
    primary = {"disk0": Known(a_resource(HastRole.PRIMARY))}
    gone = Known(Hastd(pid=None))
    seen = a_view(active=True, hastd=gone, resources=primary)
    assert (seen.primaries["disk0"], seen.devices["disk0"]) == (YES, YES)


def test_where_nothing_is_mounted_the_right_device_is_not() -> None:
    """Known, so that a standby is known to serve nothing."""
    mount = a_view(mounts=Known(())).mounts[DIRECTORY]
    assert (mount.mounted, mount.right_device, mount.ready) == (NO, NO, NO)


def test_one_mount_is_no_stack() -> None:
    """Two are, of whatever devices."""
    assert a_view(active=True).mounts[DIRECTORY].stacked == NO
    two = Known((a_mount(), a_mount()))
    assert a_view(active=True, mounts=two).mounts[DIRECTORY].stacked == YES


def test_a_label_from_fstab_is_held_wherever_it_is_mounted() -> None:
    """By its label a HAST device has another name than hastd gave it."""
    entry = FstabEntry(
        device="/dev/ufs/data", directory=DIRECTORY, fstype="ufs", options=()
    )
    elsewhere = Known((a_mount("/dev/ufs/data", "/mnt"),))
    assert a_view(fstab=Known((entry,)), mounts=elsewhere).mounted == YES
    other = Known((a_mount("/dev/ufs/other", "/mnt"),))
    assert a_view(fstab=Known((entry,)), mounts=other).mounted == NO


def test_a_degraded_owner_still_serves() -> None:
    """Clients are served without the other copy."""
    lonely = Known(a_resource(HastRole.PRIMARY, HastStatus.DEGRADED))
    assert a_view(active=True, resources={"disk0": lonely}).serving == YES


def test_a_mount_point_that_a_skipped_line_of_fstab_mentions_is_not_known() -> None:
    """The other mount points keep their entries."""
    entry = FstabEntry(
        device="/dev/hast/disk0", directory="/a", fstype="ufs", options=("rw",)
    )
    snapshot = a_snapshot(
        fstab=Known((entry,)), fstab_skipped=(SkippedLine(3, "/dev/hast/disk1 /b"),)
    )
    assert mount_view(snapshot, "/a", ()).entry == Known(entry)
    assert "line 3" in str(why_unknown(mount_view(snapshot, "/b", ()).entry))


@pytest.mark.parametrize(
    ("device", "directory", "held"),
    [
        ("/dev/hast/disk0p1", "/mnt", YES),
        ("/dev/ufs/mysql", DIRECTORY, None),
        ("/dev/gpt/home", "/home", NO),
        ("/dev/da9", DIRECTORY, NO),
    ],
)
def test_a_mount_by_another_name_is_held_or_not_known(
    device: str, directory: str, held: Fact[bool] | None
) -> None:
    """A partition tells its disk; a label on the service's directory does not."""
    mounts = Known((a_mount(device, directory),))
    fact = a_view(mounts=mounts).mounted
    assert fact == held if held else isinstance(fact, Unknown)


@pytest.mark.parametrize(("directory", "held"), [("/orders", NO), (DIRECTORY, YES)])
def test_another_resource_whose_name_goes_on_is_no_partition(
    directory: str, held: Fact[bool]
) -> None:
    """disk0a is held by the service that it is configured for, or lies in our place."""
    resources = {
        name: Known(
            msgspec.structs.replace(
                a_resource(HastRole.SECONDARY), name=name, provname=name
            )
        )
        for name in ("disk0", "disk0a")
    }
    mounts = Known((a_mount("/dev/hast/disk0a", directory),))
    assert a_view(resources=resources, mounts=mounts).mounted == held


def test_a_device_has_the_name_of_hast_conf_where_hastctl_does_not_answer() -> None:
    """`name` in hast.conf need not be the resource's."""
    snapshot = a_snapshot(
        resources={"disk0": LOST}, configured_devices={"disk0": "/dev/hast/data"}
    )
    assert device_of(snapshot, "disk0") == "/dev/hast/data"
    assert device_of(snapshot, "disk1") == "/dev/hast/disk1"


def test_a_mount_point_behind_a_link_has_no_device_that_could_be_mounted() -> None:
    """It is refused with the path to write, before anything is promoted."""
    probe = DirectoryProbe(own_device=False, sentinel=None, empty=True, real="/usr/db")
    snapshot = a_snapshot(directories={DIRECTORY: Known(probe)})
    reason = why_unknown(mount_view(snapshot, DIRECTORY, ("disk0",)).device)
    assert reason is not None
    assert "write /usr/db in hawatch.toml and /etc/fstab" in reason
    same = msgspec.structs.replace(probe, real=DIRECTORY)
    snapshot = a_snapshot(directories={DIRECTORY: Known(same)})
    assert isinstance(mount_view(snapshot, DIRECTORY, ("disk0",)).device, Known)
