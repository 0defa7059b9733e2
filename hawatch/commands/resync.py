"""`hawatch resync`: give this node's copy up and take the other one, guided.

The recovery from a split-brain [FACTS B9, H15], and how a copy is made anew after its
disk was replaced. It runs on the node whose data is given up, never by itself, and only
after a person has seen both copies and typed the resource's name.
"""

from __future__ import annotations

import argparse
import sys

from hawatch.agent import Agent
from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.commands.discarding import (
    Look,
    discard,
    discard_plan,
    look_at,
    refusals,
)
from hawatch.commands.worker import under_lock
from hawatch.deciding.discard import lost
from hawatch.exits import Exit
from hawatch.model.fact import Known
from hawatch.model.plan import Outcome, StepResult
from hawatch.recording.entries import Ended
from hawatch.recording.journal import Journal
from hawatch.showing.copies import copy_lines
from hawatch.showing.cycles import plan_lines, step_lines
from hawatch.showing.times import clock

JOURNAL_LINES = 500
"""How far back the journal is read for what this node did last."""


def main(words: list[str]) -> int:
    """Show both copies, refuse or ask, and only then give this node's up."""
    options = _options(words)
    opened = open_agent(options, pretends=options.dry_run)
    agent, name = opened.agent, options.resource
    service = _service_of(agent, name)
    _judge_nodes(agent, options)
    look = opened.run(look_at(agent, service, name, keeper=options.keeper))
    _show(agent, look)
    refused = refusals(look.copies, although_newer=options.although_newer)
    for reason in refused:
        say(f"refused: {reason}")
    if refused:
        return Exit.WRONG
    if options.dry_run:
        say("plan:")
        for line in plan_lines(discard_plan(agent, look, typed=name)):
            say(line)
        say("dry run: nothing was asked, nothing was changed")
        return Exit.WELL
    if not _typed(name, agent.host.node):
        say("nothing was changed")
        return Exit.USAGE
    with under_lock(opened):
        # Minutes may have passed at the keyboard: everything is looked at again.
        look = opened.run(look_at(agent, service, name, keeper=options.keeper))
        refused = refusals(look.copies, although_newer=options.although_newer)
        if refused:
            raise UsageError("hawatch resync: meanwhile " + "; ".join(refused))
        outcomes = opened.run(discard(agent, look, typed=name))
    return _told(look, outcomes)


def _options(words: list[str]) -> argparse.Namespace:
    made = parser("resync", "Give this node's copy up and take the other one.")
    made.add_argument("resource", help="the HAST resource")
    made.add_argument(
        "--discard",
        metavar="NODE",
        required=True,
        help="the node whose copy is given up: this one",
    )
    made.add_argument(
        "--although-newer",
        action="store_true",
        help="although this copy is the newer one, or the other one is in doubt",
    )
    made.add_argument(
        "--keeper",
        metavar="NODE",
        default="",
        help="the other node's copy is to be kept, although it is not primary",
    )
    made.add_argument(
        "--dry-run", action="store_true", help="show both copies and the plan only"
    )
    return made.parse_args(words)


def _service_of(agent: Agent, resource: str) -> str:
    for name, service in agent.config.services.items():
        if resource in service.resources:
            return name
    known = sorted(n for s in agent.config.services.values() for n in s.resources)
    raise UsageError(
        f"hawatch resync: no resource {resource!r}; one of {', '.join(known)}"
    )


def _judge_nodes(agent: Agent, options: argparse.Namespace) -> None:
    node = agent.host.node
    peer = agent.config.peer_of(node)
    if options.discard == peer:
        raise UsageError(
            f"hawatch resync: this is {node}; run it on {peer}, whose copy is to be "
            "given up"
        )
    if options.discard != node:
        raise UsageError(f"hawatch resync: no node {options.discard!r}; this is {node}")
    if options.keeper not in ("", peer):
        raise UsageError(f"hawatch resync: only {peer} can be the keeper")


def _show(agent: Agent, look: Look) -> None:
    for line in copy_lines(look.copies):
        say(line)
    say(f"last done on {agent.host.node}: {_last_deed(agent, look.service)}")
    say(f"lost with the copy on {agent.host.node}: {lost(look.copies)}")


def _last_deed(agent: Agent, service: str) -> str:
    """Return what the journal says was done last for a service on this node."""
    entries = Journal(agent.store).entries(JOURNAL_LINES)
    if not isinstance(entries, Known):
        return entries.reason
    for entry in reversed(entries.value):
        if isinstance(entry, Ended) and entry.service == service:
            outcome = entry.outcome
            return f"{outcome.step.goal}: {outcome.result}, {clock(entry.wall)}"
    return "nothing that the journal knows"


def _typed(resource: str, node: str) -> bool:
    say(f"The copy of {resource} on {node} will be gone for ever.")
    sys.stdout.write(f"Type the resource's name ({resource}) to give it up: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() == resource


def _told(look: Look, outcomes: tuple[Outcome, ...]) -> int:
    for line in step_lines(outcomes):
        say(line)
    last = outcomes[-1]
    if last.result is not StepResult.REACHED:
        say(f"stopped: {last.step.goal}: {last.text}")
        return Exit.WRONG
    peer = look.copies.peer
    say(f"{peer} sends its whole copy; until that has ended it is the only one")
    if look.copies.keeper:
        say(
            f"{peer} was not primary: if nobody serves, `hawatch status` on it says why"
        )
    return Exit.WELL
