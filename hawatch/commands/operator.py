"""The operator's verbs: the same cycle, with a person as its trigger."""

from __future__ import annotations

from collections.abc import Iterable

from hawatch.agent import Result
from hawatch.commands.common import Opened, UsageError, open_agent, parser, say
from hawatch.commands.worker import NothingToDo, cycles
from hawatch.exits import Exit
from hawatch.model.decision import Decision, Rule
from hawatch.model.plan import StepResult
from hawatch.model.report import Duty
from hawatch.model.trigger import FORCE, Trigger, TriggerKind
from hawatch.showing.cycles import plan_lines, refusal_lines, step_lines, waterfall


def ask(verb: str, description: str, words: list[str], *, forceable: bool) -> int:
    """Given a verb and its words, show the plan, do it, and show where time went.

    Returns WELL when every step reached its goal, WRONG when one did not or the verb
    was refused, NOTABLE where there was nothing to do or the rest is left to cron.
    """
    made = parser(verb, description)
    made.add_argument("service", nargs="?", help="which service; needed with several")
    made.add_argument(
        "--dry-run", action="store_true", help="show the plan, do nothing"
    )
    if forceable:
        made.add_argument(
            "--force",
            action="store_true",
            help="let go whatever the other node's copy is: nobody may serve then",
        )
        made.add_argument(
            "--peer-is-off",
            action="store_true",
            help="take over: I have seen with my own eyes that the peer is off",
        )
    options = made.parse_args(words)
    opened = open_agent(options, pretends=options.dry_run)
    service = _service(opened, options.service)
    takes_over = forceable and options.peer_is_off
    asked = ["takeover" if takes_over else verb, service]
    if forceable and options.force:
        asked.append(FORCE)
    trigger = Trigger(
        kind=TriggerKind.OPERATOR,
        words=tuple(asked),
        at=opened.agent.host.now().wall,
    )
    try:
        return _follow(
            cycles(opened, trigger),
            service,
            takes_over=takes_over,
            dry=options.dry_run,
        )
    except NothingToDo as reason:
        raise UsageError(f"hawatch {verb}: {reason}; try again") from None


def _follow(
    results: Iterable[Result], service: str, *, takes_over: bool, dry: bool
) -> int:
    """Show cycle after cycle until what was begun has ended, or a step fails.

    A plan that took long stops before it grabs anything, for a fresher look.
    """
    wanted: Duty | None = None
    for result in results:
        decision = _decision(result, service)
        code = _show(result, service, takes_over=takes_over, dry=dry)
        if wanted is None:
            wanted = decision.duty
            if decision.rule is not Rule.ASKED:
                say(f"  (the rule {decision.rule} had to speak first)")
        if decision.duty is not wanted:
            return Exit.WRONG
        if dry or decision.refused or not _goes_on(result, service):
            return code
    say("cron's next look goes on with it: see `hawatch status`")
    return Exit.NOTABLE


def _goes_on(result: Result, service: str) -> bool:
    """Return whether what is unfinished only waits for another look."""
    begun = result.memory.services[service].unfinished
    last = result.outcomes[service][-1:]
    stopped = any(outcome.result is not StepResult.REACHED for outcome in last)
    return begun is not None and not begun.failed and not stopped


def _decision(result: Result, service: str) -> Decision:
    return next(d for d in result.decisions if d.service == service)


def _show(result: Result, service: str, *, takes_over: bool, dry: bool) -> int:
    decision = _decision(result, service)
    outcomes = result.outcomes[service]
    idle = not decision.plan and not decision.refused
    if takes_over and idle and decision.rule is Rule.ASKED:
        say(f"{service}: nothing to take over: all of it is here already")
        return Exit.NOTABLE
    say(f"{service}: {decision.because}")
    for line in refusal_lines(decision):
        say(line)
    if not decision.plan:
        return Exit.WRONG if decision.refused else Exit.NOTABLE
    say("plan:")
    for line in plan_lines(decision.plan):
        say(line)
    if dry:
        say("dry run, nothing was changed; the commands would begin with:")
        for line in step_lines(outcomes):
            say(line)
        return Exit.WELL
    say("what each step took:")
    for line in waterfall(outcomes):
        say(line)
    reached = [o.result is StepResult.REACHED for o in outcomes]
    if len(outcomes) == len(decision.plan.steps) and all(reached):
        return Exit.WELL
    if all(reached):
        say("that took a while: looking again before the rest")
        return Exit.NOTABLE
    say(f"stopped: {outcomes[-1].step.goal}: {outcomes[-1].text}")
    return Exit.WRONG


def _service(opened: Opened, named: str | None) -> str:
    services = list(opened.agent.config.services)
    if named is None and len(services) == 1:
        return services[0]
    if named in services:
        return str(named)
    raise UsageError(f"hawatch: which service? one of {', '.join(services)}")
