"""The simulated machines themselves: power, pauses, tasks, faults, time."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from typing import Any

import pytest
from sim_tools import both, carp_state, run_command, status

from hawatch.host import CommandResult, Ending, SqlQuestion
from hawatch.model.carp import CarpState
from hawatch.model.fact import Known, Unknown
from hawatch.model.services import SqlKind
from hawatch.sim.faults import Fault, FaultKind
from hawatch.sim.host import COMMANDS
from hawatch.sim.network import CLIENT, Kind
from hawatch.sim.node import Node
from hawatch.sim.pair import Start, build_pair
from hawatch.sim.power import Power
from hawatch.sim.services import Mood
from hawatch.sim.settings import NodeSettings, PairSettings, ServiceSettings
from hawatch.sim.world import World

QUIET = (ServiceSettings(write_interval=0.0),)


def a_pair(seed: int = 1, **changes: Any) -> World:
    """Return a settled pair without a client's traffic."""
    return build_pair(PairSettings(services=QUIET, **changes), seed)


def await_on(world: World, node: Node, coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on a node to its end and return its result."""
    results: list[Any] = []
    world.spawn(node.name, coroutine, results.append)
    world.run_while(lambda: not results, limit=200.0)
    return results[0]


def ask_vip(world: World, node: Node, canary: str = "") -> Any:
    """Ask the service's VIP from a node."""
    question = SqlQuestion(
        address="192.168.202.251",
        port=3306,
        user="hawatch",
        password_file="",
        timeout=3.0,
        canary=canary,
    )
    return await_on(world, node, world.host(node.name).ask_sql(question)).value


def test_a_settled_pair_serves_and_is_in_sync() -> None:
    """First node MASTER, primary, mounted, serving; second BACKUP and secondary."""
    world = a_pair()
    first, second = both(world)
    assert (carp_state(first), carp_state(second)) == (
        CarpState.MASTER,
        CarpState.BACKUP,
    )
    assert (status(first), status(second)) == ("complete", "complete")
    assert first.services["mysql-server"].accepting
    assert first.resources["disk0"].disk.differing(second.resources["disk0"].disk) == []
    assert world.violations.found == []


def test_a_seed_repeats_a_run_to_the_last_event() -> None:
    """Two worlds with the same seed and the same calls write the same log."""
    logs = []
    for _ in range(2):
        world = build_pair(PairSettings(), 7)
        first, second = both(world)
        world.network.lose(first.name, second.name, Kind.CARP, 0.3)
        world.run_for(300.0)
        first.crash()
        world.run_for(60.0)
        logs.append((world.log, world.scheduler.events))
    assert logs[0] == logs[1]


def test_a_quiet_hour_is_a_handful_of_events() -> None:
    """Without clients and agents nothing is scheduled, yet every advert is counted."""
    world = a_pair()
    first, second = both(world)
    sent = run_command(world, first, "/usr/bin/netstat -s -p carp").out
    events = world.scheduler.events
    world.run_for(3600.0)
    assert world.scheduler.events - events <= 5
    later = run_command(world, first, "/usr/bin/netstat -s -p carp").out
    heard = run_command(world, second, "/usr/bin/netstat -s -p carp").out
    grown = _count(later, "sent (IPv4)") - _count(sent, "sent (IPv4)")
    assert grown == pytest.approx(3600, abs=2)
    assert _count(heard, "received (IPv4)") == pytest.approx(grown, abs=40)


def _count(text: str, words: str) -> int:
    return next(int(x.split()[0]) for x in text.splitlines() if words in x)


def test_a_quiet_year_takes_seconds() -> None:
    """A year with a row an hour is simulated in a few seconds."""
    service = ServiceSettings(write_interval=3600.0)
    world = build_pair(PairSettings(services=(service,)))
    began = time.monotonic()
    world.run_for(365 * 86400.0)
    assert time.monotonic() - began < 10.0
    assert world.clients["mysql"].successes == pytest.approx(8760, abs=2)


def test_a_folded_stretch_ends_exactly_as_an_unfolded_one() -> None:
    """After a quiet hour the BACKUP still waits T from the last advert it heard."""
    for quiet in (30.0, 3600.25):
        world = a_pair()
        first, second = both(world)
        world.run_for(quiet)
        first.crash()
        began = world.now
        world.run_while(
            lambda n=second: carp_state(n) is not CarpState.MASTER, limit=10.0
        )
        assert 2.15 <= world.now - began <= 3.2


def test_a_wrong_password_makes_two_masters_and_counts() -> None:
    """Both MASTER, bad authentication grows by one a second on both [FACTS A13]."""
    world = a_pair()
    first, second = both(world)
    run_command(world, second, "/sbin/ifconfig em0 vhid 1 pass other")
    world.run_for(10.0)
    assert carp_state(first) is carp_state(second) is CarpState.MASTER
    before = run_command(world, first, "/usr/bin/netstat -s -p carp").out
    world.run_for(10.0)
    after = run_command(world, first, "/usr/bin/netstat -s -p carp").out
    words = "bad authentication"
    assert _count(after, words) - _count(before, words) in (8, 9, 10)


def test_one_way_loss_is_harmless_until_the_master_dies() -> None:
    """A hears B, B does not hear A: nothing changes for a BACKUP [FACTS A9]."""
    world = a_pair()
    first, second = both(world)
    world.network.cut(second.name, first.name, Kind.CARP, both=False)
    world.run_for(60.0)
    assert carp_state(second) is CarpState.BACKUP
    world.network.cut(first.name, second.name, Kind.CARP, both=False)
    world.run_for(5.0)
    assert carp_state(second) is CarpState.MASTER
    world.network.heal_all()
    world.run_for(3.0)
    assert (carp_state(first), carp_state(second)) == (
        CarpState.MASTER,
        CarpState.BACKUP,
    )


def test_a_pulled_cable_is_init_and_demotes() -> None:
    """Link down: INIT, demotion 240, events in order; link up: BACKUP again [A3]."""
    world = a_pair()
    first, second = both(world)
    lines: list[str] = []
    first.on_devd.append(lines.append)
    first.set_link(up=False)
    world.run_for(5.0)
    assert carp_state(first) is CarpState.INIT
    assert first.carp.demotion == 240
    assert carp_state(second) is CarpState.MASTER
    first.set_link(up=True)
    world.run_for(5.0)
    assert (carp_state(first), first.carp.demotion) == (CarpState.BACKUP, 0)
    assert lines == [
        "!system=IFNET subsystem=em0 type=LINK_DOWN",
        "!system=CARP subsystem=1@em0 type=INIT",
        "!system=IFNET subsystem=em0 type=LINK_UP",
        "!system=CARP subsystem=1@em0 type=BACKUP",
    ]


def test_events_wait_for_devd() -> None:
    """While devd is dead the kernel keeps the events; the next one hands them on."""
    world = a_pair()
    first, _second = both(world)
    lines: list[str] = []
    first.on_devd.append(lines.append)
    first.devd.kill()
    first.set_link(up=False)
    world.run_for(60.0)
    assert lines == []
    run_command(world, first, "/usr/sbin/service devd restart")
    world.run_for(0.1)
    assert len(lines) == 2


def test_a_boot_goes_in_rcs_order_and_drops_what_ran() -> None:
    """Crash, boot: CARP first, then devd, hastd in role init, rc.local last [E1]."""
    world = a_pair()
    first, _second = both(world)
    seen: list[tuple[str, float]] = []
    first.on_boot.append(lambda: seen.append(("rc.local", world.now)))
    boot = world.host(first.name).now().boot
    napping = world.spawn(first.name, world.host(first.name).sleep(1000.0))
    first.crash()
    assert not napping.alive
    world.run_for(30.0)
    first.power_on()
    world.run_while(lambda: first.power is not Power.UP, limit=60.0)
    world.run_for(0.1)
    assert first.hastd.alive
    assert first.resources["disk0"].role == "init"
    assert seen[0][0] == "rc.local"
    assert world.host(first.name).now().boot != boot
    assert world.host(first.name).now().monotonic == pytest.approx(17.1, abs=0.2)


def test_what_was_not_synced_is_lost_with_the_power() -> None:
    """A young file without fsync is gone, a synced or old one is not [FACTS E5]."""
    world = a_pair()
    first, _second = both(world)
    first.root.write("/var/db/old", "old", synced=False)
    world.run_for(40.0)
    first.root.write("/var/db/synced", "kept", synced=True)
    first.root.write("/var/db/young", "gone", synced=False)
    first.crash()
    assert first.root.paths() == ["/var/db/old", "/var/db/synced"]


def test_an_orderly_shutdown_waits_for_the_agent_up_to_90_seconds() -> None:
    """rc.shutdown runs the release first; a release that hangs is cut off [E1]."""
    for seconds, least in ((20.0, 20.0), (500.0, 90.0)):
        world = a_pair()
        first, _second = both(world)
        host = world.host(first.name)
        first.on_rc_shutdown.append(
            lambda f=first, h=host, s=seconds: f.spawn(h.sleep(s))
        )
        began = world.now
        first.shutdown()
        world.run_while(lambda f=first: f.power is not Power.OFF, limit=200.0)
        assert least <= world.now - began <= least + 6.0
        world.run_for(30.0)
        assert first.power is Power.UP


def test_a_paused_machine_stands_still_and_wakes_up_as_master() -> None:
    """The peer takes over; on waking both are MASTER until the first advert [H25]."""
    world = a_pair()
    first, second = both(world)
    results: list[Any] = []
    world.spawn(first.name, world.host(first.name).sleep(1.0), results.append)
    world.run_for(0.5)
    first.pause()
    world.run_for(30.0)
    assert results == []
    assert carp_state(second) is CarpState.MASTER
    first.resume()
    world.run_for(0.1)
    assert carp_state(first) is CarpState.MASTER
    world.run_for(3.0)
    assert results == [None]
    assert [carp_state(first), carp_state(second)].count(CarpState.MASTER) == 1


def test_the_vip_is_reached_inside_a_fenced_node() -> None:
    """After allow=0 the node's own clients still get to itself [FACTS A3]."""
    world = a_pair()
    first, second = both(world)
    assert ask_vip(world, second).hostname == first.name
    run_command(world, first, "/sbin/sysctl net.inet.carp.allow=0")
    world.run_for(5.0)
    assert ask_vip(world, first).hostname == first.name
    assert ask_vip(world, second).kind is SqlKind.REFUSED


@pytest.mark.parametrize(
    ("mood", "kind"),
    [
        (Mood.WELL, SqlKind.ANSWERS),
        (Mood.HUNG, SqlKind.TIMEOUT),
        (Mood.FULL_HOUSE, SqlKind.TOO_MANY_CONNECTIONS),
        (Mood.NO_ACCESS, SqlKind.ACCESS_DENIED),
        (Mood.READ_ONLY, SqlKind.READ_ONLY),
    ],
)
def test_mysqld_answers_by_its_mood(mood: Mood, kind: SqlKind) -> None:
    """Each way of being unwell is told apart."""
    world = a_pair()
    first, second = both(world)
    first.services["mysql-server"].mood = mood
    assert ask_vip(world, second).kind is kind


def test_the_canary_commits_through_hast_and_hangs_with_it() -> None:
    """A canary into a silent cut is not answered within 3 s [FACTS B11]."""
    world = a_pair()
    first, second = both(world)
    assert ask_vip(world, first, "db.canary").committed is True
    world.network.cut(first.name, second.name, Kind.HAST)
    assert ask_vip(world, first, "db.canary").kind is SqlKind.TIMEOUT


def test_ssh_answers_times_out_and_is_cut_in_the_middle() -> None:
    """The peer's answer, 255 after ConnectTimeout, 255 after the keepalives [E7]."""
    world = a_pair()
    first, second = both(world)
    line = (
        "/usr/bin/ssh -o ConnectTimeout=3 -o ServerAliveInterval=2 "
        "-o ServerAliveCountMax=2 -p 22 -- root@192.168.202.202 report"
    )

    async def answer(asking: str, asked: str, argv: tuple[str, ...]) -> CommandResult:
        await world.host(asked).sleep(5.0)
        return CommandResult(argv=argv, out=f"{asking} asked {asked} {argv}")

    assert "Connection refused" in run_command(world, first, line).err
    world.answer_ssh = answer
    said = run_command(world, first, line)
    assert said.out == f"{first.name} asked {second.name} ('report',)"
    world.scheduler.call_in(
        1.0, lambda: world.network.cut(first.name, second.name, Kind.SSH)
    )
    cut = run_command(world, first, line)
    assert (cut.status, "not responding" in cut.err) == (255, True)
    lost = run_command(world, first, line)
    assert (lost.status, lost.seconds) == (255, pytest.approx(3.0, abs=0.1))
    assert "Operation timed out" in lost.err


def test_ping_and_knock_tell_the_witness() -> None:
    """An answer, or exit 2 after -t; a knock is known or times out."""
    world = a_pair()
    first, _second = both(world)
    line = "/sbin/ping -c 1 -t 2 192.168.202.1"
    assert run_command(world, first, line).status == 0
    world.witness_up = False
    lost = run_command(world, first, line)
    assert (lost.status, "100.0% packet loss" in lost.out) == (2, True)
    host = world.host(first.name)
    knocked = await_on(world, first, host.knock("192.168.202.1:80", deadline=1.0))
    assert isinstance(knocked, Unknown)
    world.witness_up = True
    knocked = await_on(world, first, host.knock("192.168.202.1:80", deadline=1.0))
    assert isinstance(knocked, Known)


@pytest.mark.parametrize("kind", list(FaultKind))
def test_faults_strike_commands_as_they_say(kind: FaultKind) -> None:
    """Each kind of fault, on a role change, once; the next call is well."""
    world = a_pair()
    _first, second = both(world)
    second.faults.add(
        Fault(("/sbin/hastctl", "role"), kind, seconds=10.0, err="broken\n")
    )
    line = "/sbin/hastctl role init disk0"
    said = run_command(world, second, line, deadline=5.0)
    changed = second.resources["disk0"].role == "init"
    expected = {
        FaultKind.FAIL: (Ending.EXITED, 1, False),
        FaultKind.LIE: (Ending.EXITED, 0, False),
        FaultKind.HANG: (Ending.OVERDUE, None, False),
        FaultKind.LATE: (Ending.OVERDUE, None, False),
        FaultKind.SLOW: (Ending.OVERDUE, None, False),
        FaultKind.DONE_FAIL: (Ending.EXITED, 1, True),
        FaultKind.ABANDON: (Ending.ABANDONED, None, False),
    }
    assert (said.ending, said.status, changed) == expected[kind]
    world.run_for(20.0)
    late = second.resources["disk0"].role == "init"
    assert late is (kind in (FaultKind.LATE, FaultKind.DONE_FAIL))


def test_an_unknown_program_is_refused_by_name() -> None:
    """The product says only known words; another one is a mistake of ours."""
    world = a_pair()
    first, _second = both(world)
    assert "/sbin/newfs" not in COMMANDS
    with pytest.raises(AssertionError, match="newfs"):
        run_command(world, first, "/sbin/newfs /dev/da1")


def test_two_services_and_two_networks_live_side_by_side() -> None:
    """Each vhid folds, each resource replicates, over its own network."""
    second_service = ServiceSettings(
        name="web",
        vhid=2,
        vip="192.168.202.252",
        resource="disk1",
        mount="/var/db/web",
        rc="web-server",
        rc_name="web",
        port=3307,
    )
    settings = PairSettings(
        first=NodeSettings(
            name="db1",
            address="192.168.202.53",
            ether="00:0c:29:75:28:84",
            advskew=0,
            backlink="10.0.0.1",
        ),
        second=NodeSettings(
            name="db2",
            address="192.168.202.202",
            ether="58:9c:fc:0a:20:02",
            advskew=50,
            backlink="10.0.0.2",
        ),
        services=(ServiceSettings(), second_service),
    )
    world = build_pair(settings)
    first, second = both(world)
    world.run_for(60.0)
    assert world.clients["web"].successes >= 58
    second.set_link(up=False)
    world.run_for(60.0)
    assert status(first, "disk1") == "complete"
    second.set_backlink(up=False)
    world.run_for(60.0)
    assert status(first, "disk1") == "degraded"
    shown = run_command(world, first, "/sbin/ifconfig -a").out
    assert "inet 10.0.0.1 netmask" in shown


def test_a_cold_start_elects_by_timers_alone() -> None:
    """Both boot: role init on both, MASTER whoever's T ends first [FACTS H10]."""
    world = build_pair(PairSettings(services=QUIET), start=Start.COLD)
    booted: list[str] = []
    for node in both(world):
        node.on_boot.append(lambda name=node.name: booted.append(name))
    world.run_for(30.0)
    first, second = both(world)
    assert sorted(booted) == sorted([first.name, second.name])
    assert carp_state(first) is CarpState.MASTER
    assert {r.role for n in (first, second) for r in n.resources.values()} == {"init"}


def test_clients_that_lose_the_network_are_an_outage_of_theirs_alone() -> None:
    """The clients' cut is measured; nothing moves and no row is lost."""
    world = build_pair(PairSettings())
    first, _second = both(world)
    world.run_for(10.0)
    world.network.cut(CLIENT, first.name)
    world.run_for(20.0)
    world.network.heal(CLIENT, first.name)
    world.run_for(5.0)
    client = world.clients["mysql"]
    assert len(client.outages) == 1
    assert client.lost_on(first.services["mysql-server"]) == 0
