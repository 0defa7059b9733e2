"""HAST copies the disk. It tells little of itself, so all that it tells is read."""

from hawatch.api import check, skip, unknown, warn


@check(severity="critical", remedy="demote")
def check_hastd_runs(service, hastd):
    """Protects from a disk that was pulled out: hastd is the disk.

    Without hastd the device of a primary is destroyed under its file system, and a
    standby receives no copy.
    """
    assert hastd.pid is not None, f"hastd is not running; {service.name} has no disk"


@check(severity="critical")
def check_hastd_answers(service, hastd):
    """Protects from a hastd that is stuck: no role can be changed any more.

    Reads and writes go on, so nothing is moved; but the next failover will not work.
    """
    if hastd.pid is None:
        skip("hastd is not running")
    assert hastd.answering, f"hastd lives and does not answer; {service.name} is stuck"


@check(severity="critical", remedy="repair")
def check_hast_role_is_not_stale(hast, sysctls, fenced, duty):
    """Protects from a node that takes no part after a reboot.

    hastd starts every resource as `init` and never chooses a role; until somebody does,
    there is no copy. After the death of a worker the role falls to init as well.
    """
    if fenced or not sysctls.allow or duty == "released":
        skip("this node is released")
    assert not hast.is_init, "the role is init: this node takes no part in HAST"


@check(severity="critical")
def check_hast_follows_carp(carp, hast):
    """Protects from an address on one node and the disk on the other.

    Whoever holds the address owns the disk.
    """
    if carp.settling:
        skip("CARP changed its state a moment ago")
    if carp.is_init:
        skip("the link is down: roles stay as they are")
    if hast.is_init:
        skip("see hast_role_is_not_stale")
    assert hast.role == carp.wanted_hast_role, f"CARP is {carp.state}"


@check(severity="critical")
def check_only_one_primary(hast, peer_hast):
    """Protects from two nodes that write: HAST itself does not prevent it."""
    both = hast.is_primary and peer_hast.is_primary
    assert not both, "both nodes are primary: two copies grow apart"


@check()
def check_hast_is_connected(hast):
    """Protects from a pair without a copy.

    A primary that is `degraded` serves alone; every write is missing on the standby.
    """
    if hast.is_init:
        skip("see hast_role_is_not_stale")
    if hast.is_primary:
        assert hast.workerpid is not None, "primary without a worker: the disk is dead"
        assert hast.connected, f"{hast.status}: the standby receives no copy"
    else:
        assert hast.connected, "no primary is connected: this copy grows old"


@check()
def check_copy_is_in_sync(hast, in_sync):
    """Protects from a standby that looks ready and is not.

    HAST says `complete` as soon as it is connected, also during a full resync. The copy
    is current only when, since then, nothing was left to send.
    """
    if not hast.connected:
        skip("see hast_is_connected")
    if not in_sync.proved:
        warn(f"not proved to be in sync: {in_sync.reason}")


@check(settings={"megabytes": 256, "seconds": 60})
def check_dirty_data_drains(hast, dirty_trend, settings):
    """Protects from a standby that cannot keep up.

    A busy primary always has some data on the way; what counts is whether it ever falls
    below the threshold within the time.
    """
    if not (hast.is_primary and hast.connected):
        skip("not a connected primary")
    lowest = dirty_trend.lowest(settings.seconds) / 1048576
    assert lowest <= settings.megabytes, f"{lowest:.0f} MB wait to be copied"


@check(severity="critical", remedy="demote", settings={"errors": 0})
def check_local_disk_has_no_errors(hast, unaccepted_errors, settings):
    """Protects from a dying disk that nobody sees.

    HAST hides read and write errors by using the other node's disk; the service goes on
    with one good copy. Not counted are errors of FLUSH, which many good disks have, and
    those that a person accepted.
    """
    assert unaccepted_errors <= settings.errors, (
        f"{unaccepted_errors} read or write errors of the disk: look at it, then "
        f"`hawatch latch clear {hast.name} suspect-disk`"
    )


@check(severity="critical")
def check_no_latch_is_set(latches):
    """Protects from a copy that must not be served and looks like any other.

    Stale, diverged, inconsistent, split-brain: HAST forgets it, hawatch does not.
    """
    told = "; ".join(
        f"the copy of {latch.copy_of or 'this node'} is {latch.kind}: {latch.reason}"
        for latch in latches
    )
    assert not latches, told


@check(severity="critical")
def check_copies_have_one_history(generations):
    """Protects from a split-brain before hastd finds it.

    Both nodes' disks carry counters of what was written while they were apart. Compared
    in time, they tell that the two will never connect again by themselves.
    """
    assert not generations.split, "both copies were written while they were apart"
    assert not generations.strangers, "the disks belong to two different resources"


@check(severity="critical")
def check_sizes_are_equal(generations):
    """Protects from two disks of different size: HAST connects and hangs up again."""
    if 0 in (generations.here.datasize, generations.there.datasize):
        unknown("hastctl dump shows no size")
    here, there = generations.here, generations.there
    assert here.datasize == there.datasize, "the disks differ in size"
    assert here.extentsize == there.extentsize, "the resources differ in extent size"
