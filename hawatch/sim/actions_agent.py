"""Deeds on hawatch itself: triggers, the operator's words, and its own accidents."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from hawatch.configuring.mistakes import nearest, one_of, quoted
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import Memory
from hawatch.model.plan import AnyStep
from hawatch.model.report import Maintenance
from hawatch.model.trigger import FORCE, TriggerKind
from hawatch.recording.entries import Ended, Entry, Intent
from hawatch.recording.memory import STATE, load_memory, save_memory
from hawatch.sim.action import OnAgent
from hawatch.sim.agents import NodeAgent
from hawatch.sim.play import Play, step_word
from hawatch.sim.watched import Cut


class Ring(OnAgent, frozen=True, kw_only=True):
    """Somebody rings hawatch's bell; the words may be late or wrong."""

    kind: TriggerKind
    words: tuple[str, ...] = ()

    def act(self, play: Play) -> None:
        """Ring."""
        play.agents[self.node].ring(self.kind, *self.words)


VERBS = ("switchover", "demote", "restore", "takeover")


class Operator(OnAgent, frozen=True, kw_only=True):
    """A person types `hawatch switchover`, `demote`, `restore` or `takeover`."""

    words: tuple[str, ...]

    def doubts(self, services: set[str]) -> Iterator[tuple[str, str, str]]:
        """Yield a verb that there is not, and the names of no service."""
        if not self.words:
            yield "words", "nothing is typed", f"{one_of(VERBS)}, then a service"
            return
        verb, *names = self.words
        if verb not in VERBS:
            yield "words[0]", f"no such verb: {quoted(verb)}", nearest(verb, VERBS)
        for number, name in enumerate(names, 1):
            if name not in services | {FORCE}:
                wrong = f"no such service: {quoted(name)}"
                yield f"words[{number}]", wrong, nearest(name, services | {FORCE})

    def act(self, play: Play) -> None:
        """Type it."""
        play.node(self.node).note("hawatch " + " ".join(self.words), "person")
        play.agents[self.node].ring(TriggerKind.OPERATOR, *self.words)


class MaintenanceOn(OnAgent, frozen=True, kw_only=True):
    """`hawatch maintenance on`, for some minutes."""

    minutes: float = 60.0
    why: str = "work on the machine"

    def act(self, play: Play) -> None:
        """Begin it."""
        now = play.agents[self.node].host.now()
        until = now.wall + 60 * self.minutes
        notice = Maintenance(why=self.why, since=now.wall, until=until, begun=now)
        _remember(self, play, notice)


class MaintenanceOff(OnAgent, frozen=True, kw_only=True):
    """`hawatch maintenance off`."""

    def act(self, play: Play) -> None:
        """End it."""
        _remember(self, play, None)


LOCK_WAIT = 0.1
"""Seconds between two tries for the lock that a cycle holds."""


class ClearLatch(OnAgent, frozen=True, kw_only=True):
    """`hawatch latch clear`: a person vouches for a copy, or for the network.

    Without a kind every kind, without a resource every resource.
    """

    kind: LatchKind | None = None
    resource: str | None = None

    def act(self, play: Play) -> None:
        """Forget the latches that are meant."""
        agent = play.agents[self.node]
        if agent.busy:
            # The command waits for the lock that the cycle holds.
            self._later(play, LOCK_WAIT, lambda: self.act(play))
            return
        play.node(self.node).note(f"hawatch latch clear {self.kind or ''}", "person")
        memory = _memory(agent)
        services = {
            name: msgspec.structs.replace(
                own, latches=tuple(m for m in own.latches if not self._means(m))
            )
            for name, own in memory.services.items()
        }
        save_memory(agent.store, msgspec.structs.replace(memory, services=services))

    def _means(self, latch: Latch) -> bool:
        kind = self.kind in (None, latch.kind)
        return kind and self.resource in (None, latch.resource)


class DisableAgent(OnAgent, frozen=True, kw_only=True):
    """cron and the events ring in vain: hawatch is switched off."""

    def act(self, play: Play) -> None:
        """Switch it off."""
        play.agents[self.node].enabled = False


class EnableAgent(OnAgent, frozen=True, kw_only=True):
    """hawatch is switched on again."""

    def act(self, play: Play) -> None:
        """Switch it on."""
        play.agents[self.node].enabled = True


class KillAgent(OnAgent, frozen=True, kw_only=True):
    """SIGKILL for the cycle that is at work; the next one starts with the next ring."""

    def act(self, play: Play) -> None:
        """Kill it."""
        play.agents[self.node].kill()


class FillState(OnAgent, frozen=True, kw_only=True):
    """No byte can be written to hawatch's state directory any more, or again."""

    full: bool = True

    def act(self, play: Play) -> None:
        """Fill or free it."""
        store = play.agents[self.node].store
        if self.full:
            store.fill()
        else:
            store.free()


class DamageState(OnAgent, frozen=True, kw_only=True):
    """The file that holds what hawatch remembers is spoiled."""

    def act(self, play: Play) -> None:
        """Spoil it."""
        play.agents[self.node].store.damage(STATE)


class Blow(enum.StrEnum):
    """What hits the node in the middle of a plan."""

    KILL_AGENT = "kill-agent"
    CRASH = "crash"
    PAUSE = "pause"
    FILL_STATE = "fill-state"


class Moment(enum.StrEnum):
    """When, seen from the step: after its intent is written, or after its outcome."""

    BEFORE = "before"
    AFTER = "after"


class CutPlan(OnAgent, frozen=True, kw_only=True):
    """Once, at a step of a plan, something hits the node.

    seconds: how long after that moment. again: after how many seconds a node that lost
    its power is switched on, or a paused one goes on.
    """

    step: str
    when: Moment = Moment.BEFORE
    blow: Blow = Blow.KILL_AGENT
    seconds: float = 0.0
    again: float | None = None

    def act(self, play: Play) -> None:
        """Wait for the step."""
        agent = play.agents[self.node]
        wanted = Intent if self.when is Moment.BEFORE else Ended

        def hit(entry: Entry) -> None:
            if isinstance(entry, wanted) and step_word(_step(entry)) == self.step:
                agent.store.on_entry.remove(hit)
                self._strike(play, agent)

        agent.store.on_entry.append(hit)

    def _strike(self, play: Play, agent: NodeAgent) -> None:
        if self.blow is Blow.FILL_STATE:
            agent.store.fill()
            return
        self._later(play, self.seconds, lambda: self._blow(play, agent))
        if self.seconds == 0:
            raise Cut

    def _blow(self, play: Play, agent: NodeAgent) -> None:
        node = play.node(self.node)
        match self.blow:
            case Blow.KILL_AGENT:
                node.note("hawatch is killed", "fault")
                agent.kill()
            case Blow.CRASH:
                node.crash()
                if self.again is not None:
                    self._later(play, self.again, node.power_on)
            case Blow.PAUSE:
                node.pause()
                if self.again is not None:
                    self._later(play, self.again, node.resume)


def _step(entry: Intent | Ended) -> AnyStep:
    return entry.step if isinstance(entry, Intent) else entry.outcome.step


def _memory(agent: NodeAgent) -> Memory:
    return load_memory(agent.store, agent.node.name, agent.host.now()).memory


def _remember(deed: OnAgent, play: Play, notice: Maintenance | None) -> None:
    """Write a maintenance into the node's memory, as the command does: under the lock.

    Where nothing can be written, the person sees that and gives up.
    """
    agent = play.agents[deed.node]
    if agent.busy:
        play.world.scheduler.call_in(LOCK_WAIT, lambda: _remember(deed, play, notice))
        return
    memory = _memory(agent).with_maintenance(notice, agent.host.now())
    save_memory(agent.store, memory)
