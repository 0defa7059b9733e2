"""What one node's cycle is made of: its host, its configuration, its records."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from hawatch import __version__
from hawatch.checking.engine import policies_of, run_checks
from hawatch.checking.here import LastLook
from hawatch.checking.nouns import Collection
from hawatch.configuring.effective import configuration_hash
from hawatch.host import Host
from hawatch.model.config import Config
from hawatch.model.decision import Decision
from hawatch.model.finding import CheckPolicy, Finding, Remedy
from hawatch.model.memory import HeardReport, Memory
from hawatch.model.plan import Outcome
from hawatch.model.report import PeerReport
from hawatch.model.snapshot import Snapshot
from hawatch.model.trigger import Trigger
from hawatch.observe import observe
from hawatch.peer.report import build_report
from hawatch.recording.store import Store

T = TypeVar("T")

DEFAULT_CONFIG = "/usr/local/etc/hawatch.toml"


class Checker(Protocol):
    """Judges one look; the numbers of each check are known beforehand."""

    @property
    def policies(self) -> Mapping[str, CheckPolicy]:
        """Return each check's fall, rise, severity and remedy."""
        ...

    def __call__(self, snapshot: Snapshot, memory: Memory) -> tuple[Finding, ...]:
        """Return the findings of one look."""
        ...


class Look(Protocol):
    """Looks at a machine once, as `hawatch.observe.observe` does."""

    def __call__(
        self,
        host: Host,
        config: Config,
        *,
        heard: HeardReport | None,
        ask_peer: bool = True,
    ) -> Coroutine[Any, Any, Snapshot]:
        """Return one look at a host; heard is the peer's last believed report."""
        ...


class EngineChecker:
    """The check engine with its collected files, as an agent uses it."""

    def __init__(
        self, collection: Collection, config: Config, *, isolate: bool
    ) -> None:
        self._collection = collection
        self._config = config
        self._isolate = isolate
        self._last = LastLook()
        self.policies: Mapping[str, CheckPolicy] = policies_of(collection, config)

    def __call__(self, snapshot: Snapshot, memory: Memory) -> tuple[Finding, ...]:
        """Return the findings of one look."""
        return run_checks(
            self._collection,
            self._config,
            snapshot,
            memory,
            isolate=self._isolate,
            last=self._last,
        )


class Agent(msgspec.Struct, frozen=True):
    """One node's wiring. pretends: a dry run, whose host and store change nothing.

    look: how the machine is looked at. on_decision hears of a decision before its plan
    is performed, for who watches. on_news is called when messages may wait that should
    not wait for the plan's end. unsaved: what this process's last cycle remembered, if
    it could not be written, and why; the process stays then, for only it knows.
    """

    host: Host
    config: Config
    store: Store
    check: Checker
    pretends: bool = False
    digest: str = ""
    look: Look = observe
    on_decision: Callable[[Decision], None] | None = None
    on_news: Callable[[], None] | None = None
    unsaved: list[tuple[Memory, str]] = []

    def report(self, snapshot: Snapshot, memory: Memory) -> PeerReport:
        """Return this node's report for its peer."""
        return build_report(
            self.config,
            snapshot,
            memory,
            sequence=memory.sequence,
            version=__version__,
            configuration=self.digest or configuration_hash(self.config),
            demoting=[
                name
                for name, policy in self.check.policies.items()
                if Remedy.DEMOTE in policy.remedy
            ],
        )


def wired(
    host: Host, store: Store, config: Config, collection: Collection, *, pretends: bool
) -> Agent:
    """Return the agent of a command: its checks isolated, its dry run changing nothing.

    pretends: host and store are wrapped, so that neither is changed.
    """
    checker = EngineChecker(collection, config, isolate=True)
    if not pretends:
        return Agent(host, config, store, checker)
    from hawatch.dryrun import DryRunHost, DryRunStore

    return Agent(DryRunHost(host), config, DryRunStore(store), checker, pretends)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle, from the bell to the record.

    outcomes are by service. problems are the records that could not be written. again
    asks the driver to ring once more soon.
    """

    triggers: tuple[Trigger, ...]
    snapshot: Snapshot
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    memory: Memory
    problems: tuple[str, ...] = ()
    again: bool = False


class Opened:
    """An agent and how its coroutines are driven.

    simulated says that it is a node of the simulated pair; config_path is the file that
    the processes started from here have to read.
    """

    def __init__(
        self,
        agent: Agent,
        checks: Collection,
        drive: Callable[[Coroutine[Any, Any, Any]], Any],
        *,
        simulated: bool,
        config_path: str = DEFAULT_CONFIG,
    ) -> None:
        self.agent = agent
        self.checks = checks
        self.simulated = simulated
        self.config_path = config_path
        self._drive = drive

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Drive a coroutine of the agent to its end."""
        result: T = self._drive(coroutine)
        return result
