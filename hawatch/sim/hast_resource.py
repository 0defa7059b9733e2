"""One resource on one node, as its hastd parent keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hawatch.sim.hast_device import GateDevice
from hawatch.sim.hast_disk import LocalDisk
from hawatch.sim.hast_primary import PrimaryWorker
from hawatch.sim.hast_secondary import SecondaryWorker

if TYPE_CHECKING:
    from hawatch.sim.hastd import Hastd
    from hawatch.sim.node import Node


class Resource:
    """Role, workers and device of one resource. The disk outlives everything else."""

    __slots__ = (
        "device",
        "disk",
        "name",
        "node",
        "primary",
        "provname",
        "role",
        "secondary",
    )

    def __init__(self, node: Node, name: str, disk: LocalDisk) -> None:
        self.node = node
        self.name = name
        self.provname = name
        self.disk = disk
        self.role = "init"
        self.primary: PrimaryWorker | None = None
        self.secondary: SecondaryWorker | None = None
        self.device: GateDevice | None = None

    @property
    def hastd(self) -> Hastd:
        """Return the parent that runs on the node now."""
        return self.node.hastd

    @property
    def peer(self) -> Resource:
        """Return the same resource on the other node."""
        return self.node.peer.resources[self.name]

    @property
    def path(self) -> str:
        """Return the device node's path."""
        return f"/dev/hast/{self.provname}"

    @property
    def status(self) -> str:
        """Return the status word [FACTS B4]."""
        if self.primary is not None and self.primary.alive:
            return "complete" if self.primary.connected else "degraded"
        if self.role == "primary":
            return "degraded"
        return "complete" if self.secondary is not None else "-"

    @property
    def dirty(self) -> int:
        """Return the dirty bytes that `hastctl list` shows."""
        if self.primary is None or self.disk.meta is None:
            return 0
        return self.primary.map.dirty * self.disk.meta.extentsize

    def start_primary(self, *, recovered: bool = False) -> None:
        """Fork a primary's worker, on the device that is left, if there is one.

        recovered: in place of one that died of a signal.
        """
        if self.device is None or self.device.destroyed:
            self.device = GateDevice(self.path)
            self.device.on_destroy.append(self._device_destroyed)
        self.primary = PrimaryWorker(self, self.device)
        self.primary.recovered = recovered
        self.primary.start()

    def start_secondary(self) -> SecondaryWorker | None:
        """Fork a secondary's worker for a primary that connects, or None.

        An older worker is killed without a word [FACTS B12].
        """
        if self.disk.meta is None or self.disk.missing:
            return None
        if self.secondary is not None:
            self.secondary.end()
        self.secondary = SecondaryWorker(self)
        return self.secondary

    def show_device(self) -> None:
        """Let the device node appear, and tell devd, unless it is there already."""
        if self.device is not None and not self.device.visible:
            self.device.visible = True
            name = f"hast/{self.provname}"
            self.node.devd.emit(f"!system=DEVFS subsystem=CDEV type=CREATE cdev={name}")
            self.node.devd.emit(f"!system=GEOM subsystem=DEV type=CREATE cdev={name}")

    def vanish(self) -> None:
        """Lose workers and device with the power; the other side is not told."""
        if self.primary is not None:
            self.primary.alive = False
            if self.primary.connection is not None:
                self.primary.connection.primary_open = False
        if self.secondary is not None:
            self.secondary.alive = False
            if self.secondary.connection is not None:
                self.secondary.connection.secondary_open = False
        if self.device is not None:
            self.device.destroyed = True
        self.primary = self.secondary = self.device = None
        self.role = "init"

    def hook(self, event: str, *words: str) -> None:
        """Run the exec hook, as hastd does: nobody waits for it."""
        self.node.run_hast_hook((event, self.name, *words))

    def say(self, text: str) -> None:
        """Log a line of hastd's with the resource's prefix."""
        self.node.note(f"[{self.name}] ({self.role}) {text}", "hastd")

    def _device_destroyed(self) -> None:
        name = f"hast/{self.provname}"
        self.device = None
        self.node.devd.emit(f"!system=GEOM subsystem=DEV type=DESTROY cdev={name}")
        self.node.devd.emit(f"!system=DEVFS subsystem=CDEV type=DESTROY cdev={name}")
