"""The other node: whether it is heard, and whether it is set up alike."""

from hawatch.api import check, warn


@check()
def check_peer_answers_on_every_path(peer_paths):
    """Protects from a path that is lost long before it is needed.

    One path is enough to talk; with the last one goes every automatic failover.
    """
    silent = "; ".join(f"{path}: {why}" for path, why in peer_paths.silent.items())
    assert peer_paths.answering, f"the peer answers on no path ({silent})"
    if silent:
        warn(f"the peer is silent on one path ({silent})")


@check()
def check_peer_report_is_fresh(peer_contact):
    """Protects from an old word: without a fresh one nothing moves by itself."""
    assert peer_contact.fresh, (
        f"no report that is younger than {peer_contact.max_age:.0f} s: "
        f"{peer_contact.silence}"
    )


@check(severity="critical", settings={"seconds": 120})
def check_peer_agent_runs(peer, settings):
    """Protects from a node that answers but acts no more: its cron is dead.

    sshd makes the report even then, and nothing on that node would be noticed or moved.
    A cycle that is at work for minutes (a long fsck) looks the same for that long.
    """
    assert peer.idle is not None, f"no cycle has ever run on {peer.name}"
    assert peer.idle < settings.seconds, f"no cycle has ended lately on {peer.name}"


@check()
def check_configuration_is_equal(configuration, peer):
    """Protects from two nodes that follow different rules.

    hawatch.toml is one file; the same copy belongs on both nodes.
    """
    assert configuration == peer.configuration, "hawatch.toml differs from the peer's"


@check(severity="info")
def check_versions_are_equal(node, peer):
    """Protects from an upgrade that was done on one node only."""
    if node.version != peer.version:
        warn(f"hawatch {node.version} here, {peer.version} on {peer.name}")


@check(severity="info")
def check_nobody_is_under_maintenance(maintenance):
    """Protects from a forgotten maintenance: until it ends, nothing moves."""
    if maintenance.sentence:
        warn(maintenance.sentence)


@check()
def check_witnesses_answer(witnesses):
    """Protects from a witness that is missed only when it should testify."""
    silent = "; ".join(f"{name}: {why}" for name, why in witnesses.silent.items())
    assert witnesses.answering, f"no witness answers ({silent})"
    if silent:
        warn(f"a witness is silent ({silent})")
