"""The site's fence command in the simulated pair: a peer that is surely off."""

from __future__ import annotations

import pytest
from pair_tools import ASKED_WITNESS, Pair, a_pair, a_pair_config, pair_settings

from hawatch.model.decision import Rule
from hawatch.model.hast import HastRole
from hawatch.model.latch import LatchKind
from hawatch.model.plan import FencePeer, SetRole, StepResult
from hawatch.sim.network import Kind
from hawatch.sim.shell import Reply, Shell
from hawatch.sim.violations import Wrong

PROGRAM = "/usr/local/libexec/switch-off"
FENCE = f'fence = ["{PROGRAM}", "--really"]\nfence_deadline = "10s"'


class Switch:
    """A power switch that the site's command reaches by a network of its own."""

    def __init__(self, pair: Pair, *, works: bool = True, seconds: float = 2.0) -> None:
        self.calls: list[tuple[float, tuple[str, ...]]] = []
        self.works = works
        self.seconds = seconds
        self.pair = pair
        pair.world.site_commands[PROGRAM] = self

    async def __call__(self, shell: Shell, argv: tuple[str, ...]) -> Reply:
        """Switch the node off that the last word names."""
        self.calls.append((self.pair.world.now, argv))
        await shell.nap(self.seconds)
        if not self.works:
            return Reply(1, err="bmc does not answer\n")
        self.pair.world.nodes[argv[-1]].crash("was switched off")
        return Reply(0, "chassis power is off\n")


def a_fencing_pair(witness: str = ASKED_WITNESS, **limits: str) -> Pair:
    return a_pair(config=a_pair_config(witness=f"{witness}\n{FENCE}", **limits))


def test_a_confirmed_fence_replaces_the_rest_of_the_waiting() -> None:
    """A dead owner is switched off after give_up, and the service moves at once."""
    pair = a_fencing_pair()
    switch = Switch(pair)
    died = pair.world.now
    pair.alpha.crash()
    assert pair.until(lambda: pair.serves(pair.beta), 60.0)
    assert [argv for _, argv in switch.calls] == [(PROGRAM, "--really", "alpha")]
    (at, _), took = switch.calls[0], pair.world.now - died
    assert at - died >= pair.config.witness.give_up
    assert took < pair.config.witness.promote_after
    assert pair.harm() == []


def test_a_standby_that_must_not_serve_switches_nobody_off() -> None:
    """A copy that lacks writes is no reason to end the one that has them."""
    pair = a_fencing_pair()
    switch = Switch(pair)
    pair.world.network.cut("alpha", "beta", Kind.HAST)
    pair.run(40.0)
    pair.world.network.cut("alpha", "beta")
    pair.run(120.0)
    assert switch.calls == []
    assert pair.servers() == ["alpha"]
    assert pair.harm() == []


def test_a_node_that_no_witness_answers_switches_nobody_off() -> None:
    """It is the one that is cut off; the other one serves."""
    pair = a_fencing_pair()
    switch = Switch(pair)
    pair.world.network.isolate("beta")
    pair.run(150.0)
    assert switch.calls == []
    assert pair.servers() == ["alpha"]


def test_a_standing_hast_connection_keeps_the_peer_alive() -> None:
    """The peer is silent over ssh and CARP, but its disk is heard: it lives."""
    pair = a_fencing_pair()
    switch = Switch(pair)
    pair.world.network.cut("alpha", "beta", Kind.SSH, Kind.CARP)
    pair.run(150.0)
    assert switch.calls == []
    assert pair.servers() == ["alpha"]
    assert pair.harm() == []


def test_a_fence_that_fails_is_told_and_the_normal_waiting_goes_on() -> None:
    """No second order within the cool-down; silence long enough still counts."""
    pair = a_fencing_pair()
    switch = Switch(pair, works=False)
    died = pair.world.now
    pair.alpha.crash()
    assert pair.until(lambda: bool(switch.calls), 40.0)
    pair.run(8.0)
    decision = pair.decision(pair.beta)
    assert decision.rule is Rule.MASTER_NOT_SERVING
    assert decision.alarm
    assert "fencing it failed: switch-off exit 1: bmc does not" in decision.because
    assert not pair.holds(pair.beta)
    assert pair.until(lambda: pair.serves(pair.beta), 100.0)
    assert pair.world.now - died >= pair.config.witness.promote_after
    assert len(switch.calls) == 1
    assert pair.harm() == []


def test_without_a_witness_only_a_confirmed_fence_lets_the_standby_serve() -> None:
    """Silence alone is no proof there; being switched off is."""
    pair = a_fencing_pair(witness="")
    switch = Switch(pair, works=False)
    pair.alpha.crash()
    pair.run(150.0)
    assert len(switch.calls) == 1
    assert pair.servers() == []
    fenced = a_fencing_pair(witness="")
    Switch(fenced)
    fenced.alpha.crash()
    assert fenced.until(lambda: fenced.serves(fenced.beta), 80.0)


def test_a_fence_that_does_not_end_confirms_nothing() -> None:
    """A command that is killed at its deadline leaves it unknown whether it worked."""
    pair = a_fencing_pair(witness="")
    switch = Switch(pair, seconds=60.0)
    pair.alpha.crash()
    pair.run(120.0)
    assert len(switch.calls) == 1
    outcomes = pair.steps(pair.beta, FencePeer)
    assert [outcome.result for outcome in outcomes] == [StepResult.UNKNOWN]
    assert not pair.holds(pair.beta)


def test_a_command_that_others_could_have_written_is_not_run() -> None:
    """It would run as root; the refusal names the file."""
    pair = a_fencing_pair()
    switch = Switch(pair)
    pair.world.untrusted[PROGRAM] = f"{PROGRAM} can be written by others"
    pair.alpha.crash()
    pair.run(40.0)
    assert switch.calls == []
    (outcome,) = pair.steps(pair.beta, FencePeer)
    assert outcome.result is StepResult.FAILED
    assert f"{PROGRAM} can be written by others" in outcome.text


def test_an_agent_killed_while_it_fences_does_not_shoot_twice() -> None:
    """The order is remembered before it is given; what came of it is not known."""
    pair = a_fencing_pair()
    switch = Switch(pair, seconds=5.0)
    pair.alpha.crash()
    assert pair.until(lambda: bool(switch.calls), 40.0)
    pair.agent(pair.beta).kill()
    pair.run(12.0)
    assert "the agent ended before the fence" in pair.decision(pair.beta).because
    assert pair.until(lambda: pair.serves(pair.beta), 100.0)
    assert len(switch.calls) == 1


def test_an_agent_killed_after_a_confirmed_fence_goes_on_with_what_it_knows() -> None:
    """What was confirmed is on the disk before anything is grabbed."""
    pair = a_fencing_pair(witness="")
    switch = Switch(pair)
    pair.alpha.crash()
    assert pair.until(lambda: bool(pair.steps(pair.beta, FencePeer)), 60.0)
    assert pair.until(lambda: bool(pair.steps(pair.beta, SetRole)), 30.0)
    pair.agent(pair.beta).kill()
    assert pair.until(lambda: pair.serves(pair.beta), 60.0)
    assert len(switch.calls) == 1


def test_a_fenced_peer_that_was_heard_again_is_no_longer_off() -> None:
    """Somebody switched it on again: what was confirmed then says nothing now."""
    pair = a_fencing_pair(witness="")
    Switch(pair)
    pair.beta.services["mysql-server"].will_not_start = True
    pair.alpha.crash()
    assert pair.until(lambda: pair.memory(pair.beta).fence is not None, 60.0)
    pair.alpha.power_on()
    pair.run(60.0)
    pair.world.network.isolate("alpha")
    pair.run(30.0)
    fence = pair.memory(pair.beta).fence
    assert fence is not None
    assert fence.confirmed
    assert not pair.result(pair.beta).decisions[0].plan


@pytest.mark.parametrize("preempt", [(False, False), (True, True)])
def test_two_nodes_that_reach_the_witness_but_not_each_other_are_safe_with_a_fence(
    preempt: tuple[bool, bool],
) -> None:
    """The owner is switched off before the standby writes: never two writers.

    What the owner acknowledged alone until then is on its copy only; that it is not
    thrown away without a person's word is all that can be promised.
    """
    config = a_pair_config(witness=f"{ASKED_WITNESS}\n{FENCE}")
    pair = a_pair(config=config, settings=pair_settings(preempt=preempt))
    Switch(pair)
    pair.world.network.cut("alpha", "beta")
    assert pair.until(lambda: pair.serves(pair.beta), 80.0)
    assert not pair.alpha.running
    pair.world.network.heal_all()
    pair.alpha.power_on()
    pair.run(90.0)
    assert pair.servers() == ["beta"]
    assert not {Wrong.DUAL_MOUNT, Wrong.DUAL_WRITERS} & pair.wrongs()
    assert LatchKind.SPLIT_BRAIN in pair.latches(pair.alpha)
    assert pair.role(pair.alpha) is HastRole.INIT
    assert "hawatch resync" in " ".join(pair.asks_a_person())
