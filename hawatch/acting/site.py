"""Where a plan is performed, and the small readings that steps share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from hawatch.freebsd import look, look_rc
from hawatch.host import CommandResult, Ending, Host
from hawatch.model.carp import CarpState, CarpVhid
from hawatch.model.config import Config, ServiceConfig
from hawatch.model.fact import Fact, Known, Unknown, map_fact
from hawatch.model.hast import HastResource
from hawatch.model.plan import StepResult
from hawatch.model.services import RcStatus
from hawatch.model.storage import Mount

POLL = 0.05
"""Seconds between two looks for a goal: a device node is there within milliseconds."""

SLOW_POLL = 0.25
"""Seconds between two looks that cost a process each."""


class Ended(msgspec.Struct, frozen=True):
    """How a step ended, and what to tell a person."""

    result: StepResult
    text: str = ""

    @classmethod
    def reached(cls, text: str = "") -> Ended:
        """Return that the goal was read back."""
        return cls(StepResult.REACHED, text)

    @classmethod
    def failed(cls, text: str) -> Ended:
        """Return that the goal is known not to be reached."""
        return cls(StepResult.FAILED, text)

    @classmethod
    def unknown(cls, text: str) -> Ended:
        """Return that nobody can tell: a look failed, or an order may come late."""
        return cls(StepResult.UNKNOWN, text)


class ChangeRefused(Exception):  # noqa: N818 - not an error: a dry run's answer
    """A dry run met a command that would change the machine; it names the command."""


class Site:
    """One service on one host, as the steps see it."""

    def __init__(
        self, host: Host, config: Config, service: str, *, pretends: bool = False
    ) -> None:
        self.host = host
        self.config = config
        self.service = service
        self.pretends = pretends

    @property
    def settings(self) -> ServiceConfig:
        """Return the service's configuration."""
        return self.config.services[self.service]

    @property
    def interface(self) -> str:
        """Return the interface that carries the VIP on this node."""
        return self.settings.interface_of(self.host.node)

    def clock(self) -> float:
        """Return the host's monotonic seconds."""
        return self.host.now().monotonic

    async def change(self, argv: Sequence[str], deadline: float) -> CommandResult:
        """Run a changing command under a deadline.

        Raises ChangeRefused where the host only pretends (a dry run).
        """
        result = await self.host.change(argv, deadline=max(deadline, 0.1))
        if result.ending is Ending.REFUSED:
            raise ChangeRefused(" ".join(argv))
        return result

    async def vhid(self) -> Fact[CarpVhid]:
        """Read the service's vhid now."""
        fact = await look.read_interface(self.host, self.interface)
        if isinstance(fact, Unknown):
            return fact
        for vhid in fact.value.vhids:
            if vhid.vhid == self.settings.vhid:
                return Known(vhid)
        return Unknown(f"{self.interface} has no vhid {self.settings.vhid}")

    async def is_master(self) -> Fact[bool]:
        """Read now whether the VIP is here: the state again before what is final."""
        return map_fact(await self.vhid(), lambda v: v.state is CarpState.MASTER)

    async def resource(self, name: str) -> Fact[HastResource]:
        """Read one HAST resource now."""
        return (await look.read_resources(self.host, (name,)))[name]

    async def mounts_of(self, device: str, directory: str) -> Fact[tuple[Mount, ...]]:
        """Read which mounts a device or a directory has now."""
        return map_fact(
            await look.read_mounts(self.host),
            lambda mounts: tuple(
                m for m in mounts if device == m.device or m.directory == directory
            ),
        )

    async def rc(self, name: str) -> Fact[RcStatus]:
        """Read one rc service now, by rc and by process."""
        first = self.settings.rc[:1] == (name,)
        return await look.read_rc(
            self.host,
            name,
            self.settings.process if first else "",
            self.host.processes(),
            directories=self.settings.mounts,
        )

    async def left_of(self, name: str) -> Fact[RcStatus]:
        """Read what is left of an rc service whose script gives no answer.

        The process table tells, where it is known which process to look for.
        """
        settings = self.settings
        if settings.rc[:1] != (name,) or not settings.process:
            return await self.rc(name)
        silent = RcStatus(name=name, running=False)
        table = self.host.processes()
        return look_rc.with_processes(silent, settings.process, table, settings.mounts)

    async def until(
        self,
        goal: Callable[[], Awaitable[Fact[bool]]],
        deadline: float,
        *,
        every: float = SLOW_POLL,
    ) -> Fact[bool]:
        """Look again and again until a goal is known true or the time is over.

        deadline is a monotonic moment. Returns the last look's answer.
        """
        while True:
            answer = await goal()
            if isinstance(answer, Known) and answer.value:
                return answer
            if self.clock() + every >= deadline:
                return answer
            await self.host.sleep(every)


def told(answer: Fact[bool], failure: str) -> Ended:
    """Return how a step ended whose goal was read last as `answer`."""
    if isinstance(answer, Unknown):
        return Ended.unknown(f"{failure}: {answer.reason}")
    return Ended.reached() if answer.value else Ended.failed(failure)
