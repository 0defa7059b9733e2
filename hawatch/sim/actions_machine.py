"""Deeds on a machine: power, clocks, hastd, disks, and what its commands answer."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from hawatch.configuring.mistakes import nearest, quoted
from hawatch.sim.action import OnNode, OnService
from hawatch.sim.faults import Fault, FaultKind
from hawatch.sim.host import COMMANDS
from hawatch.sim.play import Play
from hawatch.sim.power import Power
from hawatch.sim.storage import FS_EXTENT, FS_FULL


class Crash(OnNode, frozen=True, kw_only=True):
    """The node loses its power; with seconds, it comes back after that time."""

    seconds: float | None = None

    def act(self, play: Play) -> None:
        """Cut the power."""
        node = play.node(self.node)
        node.crash()
        if self.seconds is not None:
            self._later(play, self.seconds, node.power_on)


class PowerOn(OnNode, frozen=True, kw_only=True):
    """The node gets power and boots."""

    def act(self, play: Play) -> None:
        """Switch it on."""
        play.node(self.node).power_on()


class Reboot(OnNode, frozen=True, kw_only=True):
    """`reboot`: processes are killed, no rc.shutdown, then a boot."""

    def act(self, play: Play) -> None:
        """Reboot."""
        play.node(self.node).reboot()


class Shutdown(OnNode, frozen=True, kw_only=True):
    """`shutdown -r now`, or `-p` where again is false: rc.shutdown runs."""

    again: bool = True

    def act(self, play: Play) -> None:
        """Shut it down."""
        play.node(self.node).shutdown(reboot=self.again)


class Pause(OnNode, frozen=True, kw_only=True):
    """The virtual machine stands still; with seconds, for that time."""

    seconds: float | None = None

    def act(self, play: Play) -> None:
        """Pause it."""
        node = play.node(self.node)
        node.pause()
        if self.seconds is not None:
            self._later(play, self.seconds, node.resume)


class Resume(OnNode, frozen=True, kw_only=True):
    """A paused virtual machine goes on."""

    def act(self, play: Play) -> None:
        """Let it go on."""
        play.node(self.node).resume()


class StepClock(OnNode, frozen=True, kw_only=True):
    """The wall clock is set forward, or back where seconds is negative."""

    seconds: float

    def act(self, play: Play) -> None:
        """Set the clock."""
        play.node(self.node).clock_step(self.seconds)


class SetClockRight(OnNode, frozen=True, kw_only=True):
    """A wall clock that is behind is set forward to the time that it should show."""

    def act(self, play: Play) -> None:
        """Set the clock."""
        node = play.node(self.node)
        if node.wall_offset < 0:
            node.clock_step(-node.wall_offset)


class KillHastd(OnNode, frozen=True, kw_only=True):
    """SIGKILL for hastd: its workers destroy the devices and exit."""

    def act(self, play: Play) -> None:
        """Kill it."""
        play.node(self.node).hastd.kill()


class StartHastd(OnNode, frozen=True, kw_only=True):
    """`service hastd start`: every role is init."""

    def act(self, play: Play) -> None:
        """Start it, unless it runs."""
        hastd = play.node(self.node).hastd
        if play.node(self.node).power is Power.UP and not hastd.alive:
            hastd.start()


class HangHastd(OnNode, frozen=True, kw_only=True):
    """SIGSTOP for hastd: hastctl hangs, the workers go on."""

    def act(self, play: Play) -> None:
        """Stop it."""
        play.node(self.node).hastd.stop_process()


class ContinueHastd(OnNode, frozen=True, kw_only=True):
    """SIGCONT for hastd: it obeys what was queued."""

    def act(self, play: Play) -> None:
        """Let it go on."""
        play.node(self.node).hastd.cont_process()


class KillWorker(OnService, frozen=True, kw_only=True):
    """SIGKILL for a resource's worker."""

    def act(self, play: Play) -> None:
        """Kill it."""
        resource = play.node(self.node).resources[play.settings(self.service).resource]
        for worker in (resource.primary, resource.secondary):
            if worker is not None:
                worker.kill()


class DiskState(enum.StrEnum):
    """What is wrong with a local disk."""

    WELL = "well"
    READ_ERRORS = "read-errors"
    WRITE_ERRORS = "write-errors"
    MISSING = "missing"


class Disk(OnService, frozen=True, kw_only=True):
    """The local disk under a resource becomes well, sick or missing."""

    state: DiskState

    def act(self, play: Play) -> None:
        """Change the disk."""
        resource = play.node(self.node).resources[play.settings(self.service).resource]
        resource.disk.read_fails = self.state is DiskState.READ_ERRORS
        resource.disk.write_fails = self.state is DiskState.WRITE_ERRORS
        resource.disk.missing = self.state is DiskState.MISSING


class FillFilesystem(OnService, frozen=True, kw_only=True):
    """The service's file system has no space left."""

    full: bool = True

    def act(self, play: Play) -> None:
        """Fill it."""
        settings = play.settings(self.service)
        mount = play.node(self.node).mounts.visible(settings.mount)
        if mount is not None and mount.fs is not None:
            mount.fs.write(FS_FULL, int(self.full), FS_EXTENT)


class FsckAnswers(OnNode, frozen=True, kw_only=True):
    """The exit codes of the next checks of an unclean file system; [] mends it."""

    codes: tuple[int, ...]

    def act(self, play: Play) -> None:
        """Prepare the answers."""
        play.node(self.node).fsck_results[:] = self.codes


FAULTS = {kind.name.lower().replace("_", "-"): kind for kind in FaultKind}
FaultWord = enum.StrEnum(  # type: ignore[misc]
    "FaultWord", {kind.name: word for word, kind in FAULTS.items()}
)


class CommandFault(OnNode, frozen=True, kw_only=True):
    """Commands that begin with these words go wrong: `times` of them, 0 for ever."""

    argv: tuple[str, ...]
    kind: FaultWord
    times: int = 1
    status: int = 1
    out: str = ""
    err: str = ""
    seconds: float = 1.0

    def act(self, play: Play) -> None:
        """Inject the fault."""
        play.node(self.node).faults.add(
            Fault(
                argv=self.argv,
                kind=FAULTS[self.kind],
                count=self.times or None,
                status=self.status,
                out=self.out,
                err=self.err,
                seconds=self.seconds,
            )
        )


class ClearFaults(OnNode, frozen=True, kw_only=True):
    """Every injected command fault is over."""

    def act(self, play: Play) -> None:
        """Clear them."""
        play.node(self.node).faults.clear()


class Run(OnNode, frozen=True, kw_only=True):
    """A person at the terminal runs a command: `hastctl`, `sysctl`, `ifconfig`, ..."""

    argv: tuple[str, ...]

    def doubts(self, services: set[str]) -> Iterator[tuple[str, str, str]]:
        """Yield a program that the simulated machines do not have."""
        del services
        program = self.argv[0] if self.argv else ""
        if program not in COMMANDS:
            wrong = f"no such program: {quoted(program)}" if program else "no program"
            yield "argv", wrong, nearest(program, COMMANDS)

    def act(self, play: Play) -> None:
        """Run it, and do not wait for it."""
        play.node(self.node).note("a person runs " + " ".join(self.argv), "person")
        play.world.spawn(
            self.node, play.world.host(self.node).change(self.argv, deadline=120.0)
        )
