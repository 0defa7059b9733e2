"""The site's fence command against the peer: when it is run, and what is believed."""

from __future__ import annotations

import msgspec
import pytest
from acting_bench import Bench

from hawatch.model.plan import FencePeer, StepResult
from hawatch.sim.faults import FaultKind
from hawatch.sim.shell import Reply, Shell

COMMAND = "/usr/local/sbin/power-off"


@pytest.fixture
def bench() -> Bench:
    """Return a pair whose site has a fence command that says it worked."""
    bench = Bench()

    async def power_off(shell: Shell, argv: tuple[str, ...]) -> Reply:
        bench.world.nodes[argv[-1]].crash("was switched off")
        return Reply(out="asking the controller\nconfirmed off\n")

    bench.world.site_commands[COMMAND] = power_off
    witness = msgspec.structs.replace(bench.config.witness, fence=(COMMAND, "-f"))
    bench.config = msgspec.structs.replace(bench.config, witness=witness)
    return bench


def fence(bench: Bench) -> FencePeer:
    """Return the order against the second node."""
    return FencePeer(peer=bench.second.name, deadline=30.0)


def test_exit_0_is_believed_and_the_last_line_is_kept(bench: Bench) -> None:
    """No look of ours can tell a machine that is off from one that is cut off."""
    ended = bench.run(fence(bench))
    assert (ended.result, ended.text) == (StepResult.REACHED, "confirmed off")
    assert bench.commands == [(COMMAND, "-f", bench.second.name)]
    assert not bench.second.running


def test_any_other_exit_confirms_nothing(bench: Bench) -> None:
    """The silence has to last as long as without a fence."""
    bench.fault(FaultKind.FAIL, COMMAND, err="no route to the controller")
    ended = bench.run(fence(bench))
    assert ended.result is StepResult.FAILED
    assert "not confirmed off" in ended.text


def test_a_command_that_does_not_end_leaves_it_unknown(bench: Bench) -> None:
    """The peer may be off, or not."""
    bench.fault(FaultKind.HANG, COMMAND)
    assert bench.run(fence(bench)).result is StepResult.UNKNOWN


def test_a_command_that_others_could_have_written_is_not_run(bench: Bench) -> None:
    """It would run as root."""
    bench.world.untrusted[COMMAND] = "others may write it"
    ended = bench.run(fence(bench))
    assert ended.result is StepResult.FAILED
    assert "others may write it" in ended.text
    assert bench.commands == []


def test_without_the_vip_nobody_is_switched_off(bench: Bench) -> None:
    """The state is read again before what cannot be taken back [DESIGN law 2]."""
    step = FencePeer(peer=bench.first.name, deadline=30.0)
    assert bench.run(step, bench.second).result is StepResult.FAILED
    assert bench.first.running


def test_while_carp_is_unknown_nobody_is_switched_off(bench: Bench) -> None:
    """Not known is not here."""
    bench.fault(FaultKind.FAIL, "/sbin/ifconfig")
    assert bench.run(fence(bench)).result is StepResult.UNKNOWN
    assert bench.second.running


def test_without_a_command_there_is_no_fence(bench: Bench) -> None:
    """An order that was planned with another configuration."""
    witness = msgspec.structs.replace(bench.config.witness, fence=())
    bench.config = msgspec.structs.replace(bench.config, witness=witness)
    assert bench.run(fence(bench)).result is StepResult.FAILED
