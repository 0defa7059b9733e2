"""`hawatch latch`: what must not be forgotten of a copy, and a person's last word."""

from __future__ import annotations

import sys

import msgspec

from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.commands.worker import under_lock
from hawatch.cycle import recall
from hawatch.exits import Exit
from hawatch.model.latch import Latch, LatchKind
from hawatch.model.memory import Memory
from hawatch.recording.memory import save_memory
from hawatch.showing.times import ago


def main(words: list[str]) -> int:
    """Show the latches, or clear one after a typed confirmation."""
    made = parser("latch", "Show or clear what is remembered against a copy.")
    made.add_argument("action", choices=["show", "clear"])
    made.add_argument("resource", nargs="?", help="the HAST resource")
    made.add_argument("kind", nargs="?", choices=[k.value for k in LatchKind])
    options = made.parse_intermixed_args(words)
    opened = open_agent(options)
    agent = opened.agent
    memory = recall(agent).memory
    now = agent.host.now().wall
    held = [latch for own in memory.services.values() for latch in own.latches]
    if options.action == "show":
        for latch in held:
            say(told(latch, now))
        if not held:
            say("no latch is set")
        return Exit.NOTABLE if held else Exit.WELL
    chosen = [
        latch
        for latch in held
        if latch.resource == options.resource and latch.kind == options.kind
    ]
    if not chosen:
        raise UsageError(
            "hawatch latch clear RESOURCE KIND: no such latch; `hawatch latch show`"
        )
    for latch in chosen:
        say(told(latch, now))
    say("hawatch will believe this copy again. Nothing can check that you are right.")
    sys.stdout.write(f"Type the resource's name ({options.resource}) to clear it: ")
    sys.stdout.flush()
    if sys.stdin.readline().strip() != options.resource:
        say("nothing was changed")
        return Exit.USAGE
    with under_lock(opened):
        memory = recall(agent).memory
        problem = save_memory(agent.store, _without(memory, chosen))
    if problem is not None:
        raise UsageError(f"hawatch latch: {problem}")
    say("cleared")
    return Exit.WELL


def told(latch: Latch, now: float) -> str:
    """Return a latch as a line."""
    whose = f" of the copy on {latch.copy_of}" if latch.copy_of else ""
    when = ago(now - latch.since)
    return f"{latch.resource}: {latch.kind}{whose}, since {when}: {latch.reason}"


def _without(memory: Memory, chosen: list[Latch]) -> Memory:
    services = {
        name: msgspec.structs.replace(
            own, latches=tuple(latch for latch in own.latches if latch not in chosen)
        )
        for name, own in memory.services.items()
    }
    return msgspec.structs.replace(memory, services=services)
