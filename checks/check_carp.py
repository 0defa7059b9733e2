"""CARP moves the address. Exactly one node holds it, and nothing else may move it."""

from hawatch.api import check, skip, warn


@check(severity="critical")
def check_vhid_is_on_its_interface(service, interface):
    """Protects from a node that can never take the address.

    The vhid must be configured on the interface that hawatch.toml names; a mistyped
    vhid is created silently and never becomes MASTER.
    """
    vhids = [line.vhid for line in interface.vhids]
    assert service.vhid in vhids, f"{interface.name} has no vhid {service.vhid}"


@check(severity="critical")
def check_exactly_one_master(carp, peer_carp):
    """Protects from two servers on one address, and from none.

    Two MASTERs mean that the nodes do not hear each other's adverts: clients reach
    now one, now the other. No MASTER means that nobody answers clients.
    """
    if carp.settling:
        skip("CARP changed its state a moment ago")
    both = carp.is_master and peer_carp.is_master
    assert not both, "both nodes are MASTER"
    assert carp.is_master or peer_carp.is_master, (
        f"no node is MASTER: {carp.state} here, {peer_carp.state} there"
    )


@check(severity="critical")
def check_carp_takes_part(carp, sysctls, fenced):
    """Protects from a node that silently left CARP: its link or its interface is down.

    A vhid in INIT neither holds the address nor waits for it.
    """
    if not sysctls.allow:
        skip("CARP is switched off" if fenced else "see carp_is_allowed")
    if carp.settling:
        skip("CARP changed its state a moment ago")
    assert not carp.is_init, "the vhid is INIT: is the link of its interface down?"


@check()
def check_carp_is_allowed(sysctls, fenced):
    """Protects from a forgotten net.inet.carp.allow=0, with which no vhid ever works.

    hawatch itself sets it to fence a node; then it says so and this is no fault.
    """
    if fenced:
        skip("hawatch holds this node fenced")
    assert sysctls.allow, "net.inet.carp.allow is 0 and hawatch did not set it"


@check()
def check_advskews_differ(carp, peer_carp):
    """Protects from a race: two nodes that are equally fast.

    With equal adverts each failover is a matter of luck. Values of 240 and more all
    count as 240.
    """
    if carp.advbase != peer_carp.advbase:
        skip("the nodes differ by advbase")
    assert carp.counted_skew != peer_carp.counted_skew, (
        f"both nodes advertise a skew of {carp.counted_skew}"
    )


@check()
def check_preempt_is_off(sysctls, carp, peer_carp):
    """Protects from an address that comes back before its disk does.

    With net.inet.carp.preempt=1 the faster node takes the VIP within a second of its
    boot, long before its copy is in sync and mounted. 0 is right for a pair with HAST.
    """
    if sysctls.preempt and carp.counted_skew < peer_carp.counted_skew:
        warn("net.inet.carp.preempt is 1: this node takes the VIP at boot, before HAST")
    if sysctls.preempt:
        warn(
            "net.inet.carp.preempt is 1: changes of advskew move the VIP by themselves"
        )


@check()
def check_adverts_are_authentic(counter_growth):
    """Protects from a password or a list of VIPs that differs between the nodes.

    Adverts with a wrong signature are thrown away without a word in the log, and both
    nodes become MASTER.
    """
    assert counter_growth.bad_authentication == 0, (
        f"{counter_growth.bad_authentication} adverts with a wrong signature "
        f"in {counter_growth.seconds:.0f} s: compare `pass` and the VIPs of both nodes"
    )
    assert counter_growth.bad_vhid == 0, "adverts of a vhid that is not configured here"


@check()
def check_no_second_master_is_heard(all_master, carp, counter_growth):
    """Protects from a second MASTER, and from a switch that echoes our own adverts.

    A node that is MASTER for every vhid hears no adverts.
    """
    if not all_master:
        skip("this node waits for adverts")
    if carp.seconds_in_state <= counter_growth.seconds:
        skip("it was not MASTER for all of the time")
    heard = counter_growth.received
    assert heard == 0, f"{heard} adverts were heard although this node is MASTER"


@check()
def check_demotion_is_explained(sysctls, vhids_in_init):
    """Protects from a demotion that somebody left behind.

    net.inet.carp.demotion is a sum. Each vhid whose interface is down adds to it; what
    remains was added by hand, by a program that died, or by failing transmissions, and
    makes this node lose elections for no visible reason.
    """
    explained = sysctls.ifdown_demotion_factor * vhids_in_init
    rest = sysctls.demotion - explained
    if sysctls.demotion and rest:
        warn(
            f"net.inet.carp.demotion is {sysctls.demotion}, of which no interface "
            f"explains {rest}"
        )
