"""mysqld answers, can write, and runs on one node only.

The VIP is asked from where the answer proves something: the owner asks its own server;
a standby is a client like any other and can only tell what clients see.
"""

from hawatch.api import check, skip, unknown, warn


@check(severity="critical", remedy=("restart", "demote"))
def check_mysqld_answers_on_vip(carp, sql):
    """Protects from a database that is dead or hung while address and disk are well."""
    if carp.settling:
        skip("CARP changed its state a moment ago")
    if not carp.is_master:
        skip("another node holds the address")
    if sql.kind == "starting":
        unknown(f"mysqld is starting: {sql.text}")
    answers = sql.serves or sql.kind == "read-only"
    assert answers, f"no answer on the VIP ({sql.kind}): {sql.text}"
    assert not sql.by_peer, f"the peer {sql.hostname} answered, not this MASTER"
    if sql.kind == "access denied":
        warn(f"the probe is not let in: {sql.text}")
    if sql.kind == "too many connections":
        warn(f"clients are turned away: {sql.text}")
    if not sql.here:
        warn(f"the server calls itself {sql.hostname or 'nothing'}: is it ours?")


@check()
def check_clients_are_served(carp, sql):
    """Protects from a peer that holds the address and does not serve.

    Seen from a standby. A standby whose own mysqld answers has a route left over from
    when it was MASTER, and has learnt nothing about clients.
    """
    if carp.settling or not carp.is_backup:
        skip("this node is no standby")
    if sql.here:
        warn("this standby's own mysqld answered on the VIP")
    if not sql.serves:
        warn(f"the VIP does not answer ({sql.kind}): {sql.text}")
    if not sql.by_peer:
        warn(f"the VIP is answered by {sql.hostname or 'a server without a name'}")


@check(severity="critical")
def check_mysqld_is_writable(carp, sql):
    """Protects from a server that answers questions and refuses every change."""
    if not carp.is_master:
        skip("another node holds the address")
    if not sql.serves and sql.kind != "read-only":
        skip("see mysqld_answers_on_vip")
    read_only = sql.kind == "read-only"
    assert not read_only, "the server answers, and refuses every change"


@check(severity="critical")
def check_commit_canary_is_written(carp, sql):
    """Protects from a server that answers but cannot commit: a full or a stalled disk.

    Runs where the configuration names a canary table.
    """
    if not carp.is_master:
        skip("another node holds the address")
    if sql.committed is None:
        skip("no canary was written")
    assert sql.committed, f"a row could not be committed: {sql.text}"


@check(severity="critical")
def check_services_run_on_the_owner(carp, has_disks, rc):
    """Protects from a service of the list that died while the others live."""
    if carp.settling or not (carp.is_master and has_disks):
        skip("this node is not the owner")
    dead = [status.name for status in rc.all if not status.alive]
    assert not dead, f"not running: {', '.join(dead)}"


@check(severity="critical")
def check_services_rest_on_a_standby(owner, rc):
    """Protects from a second database: one that runs without its disk."""
    if owner:
        skip("this node is the owner")
    assert not rc.alive, f"running on a standby: {', '.join(rc.alive)}"


@check(severity="critical")
def check_rc_knows_its_processes(rc):
    """Protects from a mysqld that lives on with dead files after a forced unmount.

    rc finds it no more, because its pid file went with the file system.
    """
    lost = ", ".join(rc.unknown_to_rc)
    assert not lost, f"rc says stopped, but processes live: {lost}"
