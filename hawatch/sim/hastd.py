"""The hastd parent: one request at a time, in order, even of clients long gone [B7]."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from hawatch.sim.promise import Promise

if TYPE_CHECKING:
    from hawatch.sim.hast_resource import Resource
    from hawatch.sim.node import Node

QUEUE_LENGTH = 13
"""What a listen backlog of 8 holds [seen: x-hastctl-queue-full]."""

ROLE_SECONDS = 0.1
EX_TEMPFAIL = 75


class Order:
    """One request in the control socket. abandoned: its client was killed."""

    __slots__ = ("abandoned", "answer", "perform")

    def __init__(self, perform: Callable[[], Promise[int]]) -> None:
        self.perform = perform
        self.answer: Promise[int] = Promise()
        self.abandoned = False


class Hastd:
    """The parent process. alive: it runs. stopped: SIGSTOP. waiting: for a worker."""

    __slots__ = ("_queue", "alive", "node", "pid", "started", "stopped", "waiting")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.pid = 0
        self.started = 0.0
        self.alive = False
        self.stopped = False
        self.waiting = False
        self._queue: list[Order] = []

    @property
    def queued(self) -> int:
        """Return how many requests wait in the socket."""
        return len(self._queue)

    def start(self) -> None:
        """Start with every resource in role init [FACTS B1]."""
        self.pid = self.node.new_pid()
        self.started = self.node.wall
        self.alive, self.stopped, self.waiting = True, False, False
        self._queue = []
        for resource in self.node.resources.values():
            resource.role = "init"
        self.node.note("hastd started", "hastd")

    def submit(self, perform: Callable[[], Promise[int]]) -> Order | None:
        """Queue a request; None means that the connection was refused."""
        if not self.alive:
            return None
        if (self.stopped or self.waiting) and len(self._queue) >= QUEUE_LENGTH:
            return None
        order = Order(perform)
        self._queue.append(order)
        self._pump()
        return order

    def stop_process(self) -> None:
        """SIGSTOP the parent: the workers go on, nobody answers."""
        self.stopped = True
        self.node.note("hastd stopped by SIGSTOP", "fault")

    def cont_process(self) -> None:
        """SIGCONT the parent: it obeys what was queued, however late."""
        self.stopped = False
        self._pump()

    def kill(self) -> None:
        """SIGKILL the parent: its workers destroy the devices and exit [FACTS B2]."""
        if self.alive:
            self.node.note(f"hastd (pid {self.pid}) was killed", "fault")
            self.die()

    def die(self) -> None:
        """End, with everything that hangs on the parent."""
        self.alive = False
        self.stopped = self.waiting = False
        queue, self._queue = self._queue, []
        for resource in self.node.resources.values():
            if resource.primary is not None:
                worker, resource.primary = resource.primary, None
                worker.end()
            if resource.secondary is not None:
                resource.secondary.end()
            resource.role = "init"
        for order in queue:
            order.answer.settle(69)

    def set_role(self, resource: Resource, role: str) -> Promise[int]:
        """Change a role as control.c does: worker out, worker in, hook, reply [B2]."""
        answer: Promise[int] = Promise()
        old = resource.role
        if role == old:
            return Promise.of(0)
        worker = resource.primary
        if worker is not None and worker.alive and worker.stopped:
            return answer
        connecting = None if worker is None else worker.guard.connecting
        if worker is not None and worker.alive and connecting is not None:
            connecting.then(lambda _ended: self._change(resource, role, answer))
        else:
            self._change(resource, role, answer)
        return answer

    def worker_exited(self, resource: Resource, pid: int, code: int) -> None:
        """Reap a worker that ended by itself; 75 of a primary means once more."""
        if not self.alive:
            return
        resource.say(
            f"Worker process exited ungracefully (pid={pid}, exitcode={code})."
        )
        if resource.primary is not None and resource.primary.pid == pid:
            resource.primary = None
            if code == EX_TEMPFAIL:
                self._restart(resource)
                return
            resource.say("Changing resource role back to init.")
            resource.role = "init"
            if resource.device is not None:
                resource.device.destroy()

    def worker_killed(self, resource: Resource, pid: int, signal: int) -> None:
        """Reap a worker that died of a signal; a primary's is started again."""
        if not self.alive:
            return
        late = self.node.world.rng.random() < 0.1
        self.node.timers.call_in(
            self.node.world.rng.uniform(3.0, 5.0) if late else 0.3,
            lambda: self._reap(resource, pid, signal),
        )

    def _reap(self, resource: Resource, pid: int, signal: int) -> None:
        if not self.alive:
            return
        if self.stopped:
            self.node.timers.call_in(1.0, lambda: self._reap(resource, pid, signal))
            return
        resource.say(f"Worker process killed (pid={pid}, signal={signal}).")
        if resource.primary is not None and resource.primary.pid == pid:
            resource.primary = None
            self._restart(resource)

    def _restart(self, resource: Resource) -> None:
        self.node.timers.call_in(1.0, lambda: self._restart_now(resource))

    def _restart_now(self, resource: Resource) -> None:
        if self.alive and resource.role == "primary" and resource.primary is None:
            resource.say("Restarting worker process.")
            resource.start_primary(recovered=True)

    def _change(self, resource: Resource, role: str, answer: Promise[int]) -> None:
        if not self.alive:
            return
        old = resource.role
        if resource.primary is not None:
            worker, resource.primary = resource.primary, None
            if worker.alive:
                worker.end()
        if resource.secondary is not None:
            resource.secondary.end()
        resource.say(f"Role changed to {role}.")
        resource.role = role
        if role == "primary":
            resource.start_primary()
        resource.hook("role", old, role)
        self.node.role_changed(resource)
        self.node.timers.call_in(ROLE_SECONDS, lambda: answer.settle(0))

    def _pump(self) -> None:
        while self._queue and self.alive and not self.stopped and not self.waiting:
            order = self._queue.pop(0)
            result = order.perform()
            if result.settled:
                self._answer(order, result.value)
            else:
                self.waiting = True
                result.then(partial(self._resume, order))

    def _resume(self, order: Order, code: int) -> None:
        self.waiting = False
        self._answer(order, code)
        self._pump()

    def _answer(self, order: Order, code: int) -> None:
        if order.abandoned:
            self.node.note("Unable to send control response: Broken pipe.", "hastd")
        order.answer.settle(code)
