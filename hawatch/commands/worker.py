"""The driver of a real node: the lock, the spool, and cycles until it is quiet."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import syslog
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hawatch.agent import Result
from hawatch.commands.common import Opened, UsageError
from hawatch.cycle import run_cycle
from hawatch.model.decision import Rule
from hawatch.model.trigger import Trigger
from hawatch.recording import outbox, spool
from hawatch.recording.lock import Lock, LockBusyError

MOST_CYCLES = 20
"""Cycles in one run; cron rings again."""

PAUSE = 1.0
"""Seconds between two cycles of one run, where the first one asked for another."""


LOCK_PATIENCE = 30.0
"""Seconds that a person waits for a cycle to end."""


class NothingToDo(Exception):  # noqa: N818 - a state of affairs, not an error
    """Another cycle is at work, or no trigger waits; the text says which."""


def cycles(
    opened: Opened, trigger: Trigger, *, only_waiting: bool = False
) -> Iterator[Result]:
    """Given an agent and who rang, run cycles under the lock and yield each result.

    Triggers that arrive meanwhile are merged into the next cycle. A cycle that asks for
    another one gets it after a pause. only_waiting begins nothing where the spool is
    empty. Raises NothingToDo.
    """
    if opened.simulated or opened.agent.pretends:
        yield from _without_spool(opened, trigger)
        return
    run_dir = opened.agent.config.agent.run
    _make_run_dir(run_dir)
    if only_waiting and not spool.waiting(run_dir):
        raise NothingToDo("no trigger waits")
    opened.agent = msgspec.structs.replace(
        opened.agent, on_news=lambda: _drain_later(opened)
    )
    triggers: tuple[Trigger, ...] = () if only_waiting else (trigger,)
    lock = Lock(f"{run_dir}/lock")
    try:
        while True:
            with lock:
                yield from _until_quiet(opened, run_dir, triggers)
            # A bell may ring between the last look into the spool and the release of
            # the lock; its own worker found the lock taken and went away.
            if not spool.waiting(run_dir):
                break
            triggers = ()
    except LockBusyError as busy:
        raise NothingToDo(f"a cycle is at work already ({busy})") from None
    _drain_later(opened)


def _without_spool(opened: Opened, trigger: Trigger) -> Iterator[Result]:
    """Run cycles where nobody else rings; what is only shown is shown once."""
    result = opened.run(run_cycle(opened.agent, trigger))
    yield result
    for _ in range(1, MOST_CYCLES):
        if not result.again or opened.agent.pretends:
            return
        opened.run(opened.agent.host.sleep(PAUSE))
        result = opened.run(run_cycle(opened.agent))
        yield result


def _until_quiet(
    opened: Opened, run_dir: str, first: tuple[Trigger, ...]
) -> Iterator[Result]:
    waiting = first
    made = 0
    while True:
        triggers = (*waiting, *spool.take(run_dir))
        result = opened.run(run_cycle(opened.agent, *triggers))
        log(result)
        yield result
        waiting, made = (), made + 1
        more = result.again or spool.waiting(run_dir)
        if more and made < MOST_CYCLES:
            opened.run(opened.agent.host.sleep(PAUSE))
        elif opened.agent.unsaved:
            _next_interval(opened, run_dir)
        else:
            return


def _next_interval(opened: Opened, run_dir: str) -> None:
    """Wait for the next cycle here, since only this process remembers the last one.

    A process that begins without it knows neither that it looked before nor for how
    long the peer has been silent, and an owner that is cut off would never let go.
    """
    left = opened.agent.config.agent.interval
    while left > 0 and not spool.waiting(run_dir):
        opened.run(opened.agent.host.sleep(PAUSE))
        left -= PAUSE


@contextlib.contextmanager
def under_lock(opened: Opened) -> Iterator[None]:
    """Hold the lock of a real node while a person changes what is remembered.

    Raises UsageError where a cycle is at work for too long.
    """
    if opened.simulated or opened.agent.pretends:
        yield
        return
    run_dir = opened.agent.config.agent.run
    _make_run_dir(run_dir)
    try:
        with Lock(f"{run_dir}/lock", wait=LOCK_PATIENCE):
            yield
    except LockBusyError as busy:
        raise UsageError(f"hawatch: a cycle is at work ({busy}); try again") from None


def log(result: Result) -> None:
    """Write one line per decision that is not quiet into the daemon log."""
    syslog.openlog("hawatch", 0, syslog.LOG_DAEMON)
    for decision in result.decisions:
        outcomes = result.outcomes[decision.service]
        quiet = decision.rule is Rule.ALL_WELL and not outcomes
        level = syslog.LOG_DEBUG if quiet else syslog.LOG_INFO
        if decision.alarm:
            level = syslog.LOG_WARNING
        syslog.syslog(
            level, f"{decision.service}: [{decision.rule}] {decision.because}"
        )


def ring_worker(config: str) -> None:
    """Start the worker in a session of its own, and do not wait for it."""
    _detached("--config", config, "run", "--spool")


def _detached(*words: str) -> None:
    """Start hawatch in a session of its own; init takes it over when we are gone."""
    subprocess.Popen(
        [sys.executable, "-m", "hawatch", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


def _drain_later(opened: Opened) -> None:
    """Let a process of its own send what waits: it costs more than the whole cycle."""
    if outbox.pending(opened.agent.store):
        _detached("--config", opened.config_path, "notify", "--drain")


def _make_run_dir(path: str) -> None:
    """Make /var/run/hawatch, which each boot empties; only we may look into it."""
    Path(path).mkdir(mode=0o700, parents=True, exist_ok=True)
