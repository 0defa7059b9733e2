"""What is legal in a configuration and yet deserves a second thought.

`config check` tells it and refuses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.configuring.mistakes import Mistake, child
from hawatch.deciding.timers import budget
from hawatch.model.config import Config

STALLED = 90.0
"""The check mount_is_alive's own number of seconds."""


def advice(config: Config) -> tuple[Mistake, ...]:
    """Given a Config without mistakes, return what a person should think about."""
    return (*_lonely_writes(config), *_hanging_writes(config))


def _lonely_writes(config: Config) -> Iterator[Mistake]:
    """A write alone is acknowledged before the other node has looked.

    While the standby is up, it has to notice the broken connection before the owner
    goes on without it; hastd's hook rings it, and the clock where the hook fails.
    """
    if config.hast.timeout < config.agent.interval:
        yield Mistake(
            path="$.hast.timeout",
            wrong=(
                f"{config.hast.timeout:g} s, less than agent.interval "
                f"({config.agent.interval:g} s): where hastd's hook does not ring, "
                "rows may be acknowledged by one node alone before the other has "
                "noticed"
            ),
            right="an interval that is not longer, here and in cron.d",
        )


def _hanging_writes(config: Config) -> Iterator[Mistake]:
    """A write that waits for a vanished peer is taken for a dead disk."""
    check = config.checks.get("mount_is_alive")
    said = check.settings.get("stalled", STALLED) if check is not None else STALLED
    least = budget(config).write_stall
    for name, service in config.services.items():
        if service.fsync and isinstance(said, int | float) and said <= least:
            yield Mistake(
                path=f"{child('$.services', name)}.fsync",
                wrong=(
                    f"a write may wait {least:g} s for a peer that has vanished, and "
                    f"mount_is_alive calls it dead after {said:g} s"
                ),
                right=f"settings = {{ stalled = {least + 50:g} }} for that check",
            )
