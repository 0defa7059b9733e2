"""Both nodes of a simulated pair under hawatch: who rings, and when the cycles run.

Each node has what a real one has: cron, devd's events, hastd's hook, a boot, a
shutdown, a state directory that loses what was not synced, and a peer that answers ssh.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Coroutine
from typing import Any

from hawatch.agent import Agent, EngineChecker, Result
from hawatch.checking.nouns import Collection
from hawatch.cycle import run_cycle
from hawatch.freebsd.parse_devd import parse_event
from hawatch.freebsd.parse_error import ParseError
from hawatch.host import CommandResult
from hawatch.live import live_report
from hawatch.model.config import Config
from hawatch.model.decision import Decision, Rule
from hawatch.model.plan import Outcome
from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.observe import observe
from hawatch.peer.report import encode_report
from hawatch.recording.entries import Ended, Entry
from hawatch.sim.node import Node
from hawatch.sim.promise import Promise
from hawatch.sim.quick_look import QuickLook
from hawatch.sim.task import Task
from hawatch.sim.watched import Cut, WatchedHost, WatchedStore
from hawatch.sim.world import World

AGAIN = 1.0
"""Seconds after which a cycle that asked for another one gets it."""

WITHOUT_DIGITS = str.maketrans("", "", string.digits)

QUIET = {Rule.ALL_WELL, Rule.LOOK_AGAIN}


Spared = Callable[["NodeAgent", TriggerKind, tuple[str, ...]], bool]


class NodeAgent:
    """One node's agent: at most one cycle at a time, rings in between are merged.

    results holds the last ones, the newest at the end. on_result is called after each
    cycle, before_cycle before each, on_begun before a plan is performed. spared tells
    of a ring whether it needs no look. isolate: checks run in forked children, as on a
    real node.
    """

    def __init__(
        self,
        world: World,
        node: Node,
        config: Config,
        checks: Collection,
        *,
        isolate: bool = False,
        quick: bool = False,
    ) -> None:
        self.world = world
        self.node = node
        self.store = WatchedStore()
        self.store.on_entry.append(self._journaled)
        self.host = WatchedHost(world, node)
        self.agent = Agent(
            self.host,
            config,
            self.store,
            EngineChecker(checks, config, isolate=isolate),
            look=QuickLook(node) if quick else observe,
            on_decision=self._begun,
        )
        self.results: list[Result] = []
        self.on_result: list[Callable[[NodeAgent, Result], None]] = []
        self.on_begun: list[Callable[[NodeAgent, Decision], None]] = []
        self.before_cycle: list[Callable[[], None]] = []
        self.spared: Spared | None = None
        self.enabled = True
        self._steps_told: dict[str, int] = {}
        self._said: dict[str, str] = {}
        self._boots = node.boot_count
        self._task: Task[Result] | None = None
        self._waiting: list[Trigger] = []
        node.on_devd.append(self._devd)
        node.on_hast_hook.append(self._hook)
        node.on_boot.append(self._boot)
        node.on_rc_shutdown.append(self._shutdown)

    def start(self, delay: float) -> None:
        """Let cron begin after some seconds."""
        self.node.timers.call_in(delay, self._cron)

    def ring(self, kind: TriggerKind, *words: str) -> None:
        """Ring the bell: a cycle begins, or the one at work is followed by another."""
        if not self.enabled or not self.node.running:
            return
        self.notice_boot()
        if self.spared is not None and self.spared(self, kind, words):
            return
        self._waiting.append(Trigger(kind=kind, words=words, at=self.node.wall))
        if self._task is None or not self._task.alive:
            self._begin()

    def notice_boot(self) -> None:
        """At the first deed of a boot, lose what no boot survives.

        devd rings and the peer asks long before rc.local is reached.
        """
        if self._boots != self.node.boot_count:
            self._boots = self.node.boot_count
            self._task, self._waiting = None, []
            self._process_ends()
            self.store.crash()

    @property
    def busy(self) -> bool:
        """Return whether a cycle is at work."""
        return self._task is not None and self._task.alive

    @property
    def idle(self) -> bool:
        """Return whether no cycle is at work, and none waits."""
        return not self.busy and not self._waiting

    @property
    def last(self) -> Result | None:
        """Return the newest result."""
        return self.results[-1] if self.results else None

    def kill(self) -> None:
        """SIGKILL the cycle that is at work, between two instructions."""
        if self._task is not None:
            self._task.kill()
            self._task = None
        self._process_ends()

    def _process_ends(self) -> None:
        """Forget what lives in a process only."""
        self.agent.unsaved.clear()

    def _begin(self) -> Task[Result]:
        for listener in self.before_cycle:
            listener()
        triggers, self._waiting = tuple(self._waiting), []
        self._task = self.world.spawn(
            self.node.name, self._cycle(triggers), self._ended
        )
        return self._task

    async def _cycle(self, triggers: tuple[Trigger, ...]) -> Result:
        """Run a cycle; one that was cut by who listens never comes back."""
        self._steps_told = {}
        try:
            return await run_cycle(self.agent, *triggers)
        except Cut:
            self.node.timers.call_in(0.0, self.kill)
            return await Promise[Result]()

    def _ended(self, result: Result) -> None:
        self._task = None
        self.results = [*self.results[-49:], result]
        for decision in result.decisions:
            told = self._steps_told.get(decision.service)
            if told is None:
                self._tell_decision(decision)
            for outcome in result.outcomes[decision.service][told or 0 :]:
                self._tell(outcome)
        for listener in self.on_result:
            listener(self, result)
        if self._waiting:
            self._begin()
        elif result.again:
            self.node.timers.call_in(AGAIN, lambda: self.ring(TriggerKind.CRON))

    def _begun(self, decision: Decision) -> None:
        """Tell a decision before its plan is performed."""
        for listener in self.on_begun:
            listener(self, decision)
        self._said.pop(decision.service, None)
        self._tell_decision(decision)
        self._steps_told[decision.service] = 0

    def _tell_decision(self, decision: Decision) -> None:
        """Tell a decision, unless only its numbers differ from the last one."""
        text = f"[{decision.rule}] {decision.because}"
        story = text.translate(WITHOUT_DIGITS)
        if decision.rule not in QUIET and self._said.get(decision.service) != story:
            self.node.note(text, "agent")
        self._said[decision.service] = story

    def _journaled(self, entry: Entry) -> None:
        """Tell of a plan's steps while they are at work."""
        if isinstance(entry, Ended) and entry.service in self._steps_told:
            self._steps_told[entry.service] += 1
            self._tell(entry.outcome)

    def _tell(self, outcome: Outcome) -> None:
        text = f"{outcome.step.goal}: {outcome.result} {outcome.text}".rstrip()
        self.node.note(f"{text} ({outcome.seconds:.1f} s)", "step")

    def _cron(self) -> None:
        self.ring(TriggerKind.CRON)
        self.node.timers.call_in(self.agent.config.agent.interval, self._cron)

    def _devd(self, line: str) -> None:
        try:
            event = parse_event(line)
        except ParseError:
            return
        if event.system == "CARP":
            self.ring(TriggerKind.CARP, event.type, event.subsystem)

    def _hook(self, words: tuple[str, ...]) -> None:
        self.ring(TriggerKind.HAST, *words)

    def _boot(self) -> None:
        self.ring(TriggerKind.BOOT)
        self.node.timers.call_in(self.agent.config.agent.interval, self._cron)

    def _shutdown(self) -> Task[Result] | None:
        if not self.enabled:
            return None
        self.kill()
        self._waiting = [Trigger(kind=TriggerKind.RELEASE, at=self.node.wall)]
        return self._begin()


class PairAgents:
    """The agents of both nodes, and the ssh channel between them."""

    def __init__(
        self,
        world: World,
        config: Config,
        checks: Collection,
        *,
        isolate: bool = False,
        quick: bool = False,
    ) -> None:
        self.world = world
        self.config = config
        self.agents = {
            name: NodeAgent(world, node, config, checks, isolate=isolate, quick=quick)
            for name, node in world.nodes.items()
        }
        world.answer_ssh = self._answer

    def start(self) -> None:
        """Let cron begin on both nodes, half an interval apart."""
        half = self.config.agent.interval / 2
        for position, agent in enumerate(self.agents.values()):
            agent.start(0.1 + position * half)

    def __getitem__(self, node: str) -> NodeAgent:
        """Return a node's agent."""
        return self.agents[node]

    def _answer(
        self, asking: str, asked: str, argv: tuple[str, ...]
    ) -> Coroutine[Any, Any, CommandResult]:
        del asking
        return self._report(asked, argv)

    async def _report(self, asked: str, argv: tuple[str, ...]) -> CommandResult:
        """Run the forced command on the node that was asked."""
        self.agents[asked].notice_boot()
        report = await live_report(self.agents[asked].agent)
        return CommandResult(argv=argv, out=encode_report(report))
