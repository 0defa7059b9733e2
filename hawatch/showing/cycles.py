"""One cycle in sentences: what was decided and why, what was done, what is open."""

from __future__ import annotations

from collections.abc import Iterator

from hawatch.agent import Result
from hawatch.deciding.refusals import remedy
from hawatch.exits import Exit
from hawatch.model.decision import Decision, Rule
from hawatch.model.finding import Verdict
from hawatch.model.plan import Outcome, Plan, StepResult
from hawatch.showing.findings import exit_code

QUIET = frozenset({Rule.ALL_WELL, Rule.LOOK_AGAIN})


def lines(result: Result) -> Iterator[str]:
    """Yield what a person has to know of a cycle; nothing when all is well."""
    for decision in result.decisions:
        outcomes = result.outcomes[decision.service]
        if decision.rule in QUIET and not outcomes:
            continue
        yield f"{decision.service}: [{decision.rule}] {decision.because}"
        yield from step_lines(outcomes)
        yield from refusal_lines(decision)
    for finding in result.findings:
        if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            first = (finding.message.splitlines() or [""])[0]
            yield f"{finding.verdict} {finding.key}: {first}"
    yield from unrecorded(result)


def unrecorded(result: Result) -> Iterator[str]:
    """Yield what stands in no record, because it could not be written."""
    for problem in result.problems:
        yield f"not recorded: {problem}"


def step_lines(outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    """Yield one line a step, with its seconds."""
    for outcome in outcomes:
        text = f" ({outcome.text})" if outcome.text else ""
        mark = "ok" if outcome.result is StepResult.REACHED else outcome.result.upper()
        yield f"  {outcome.seconds:6.1f} s  {mark:8} {outcome.step.goal}{text}"


def refusal_lines(decision: Decision) -> Iterator[str]:
    """Yield each refusal with what a person can do about it."""
    for refused in decision.refused:
        yield f"  refused  {refused.refusal}: {refused.detail}"
        yield f"           -> {remedy(refused.refusal)}"


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield a plan as a numbered list with the seconds that each step may take."""
    for number, step in enumerate(plan.steps, start=1):
        yield f"  {number:2}. {step.goal:44} at most {step.deadline:6.0f} s"
    total = sum(step.deadline for step in plan.steps)
    yield f"      {'all of it':44} at most {total:6.0f} s"


def waterfall(outcomes: tuple[Outcome, ...], width: int = 40) -> Iterator[str]:
    """Yield the steps as bars on one time line: where the seconds went."""
    total = sum(outcome.seconds for outcome in outcomes) or 1.0
    begun = 0.0
    for outcome in outcomes:
        start = round(width * begun / total)
        length = max(1, round(width * outcome.seconds / total))
        bar = (" " * start + "#" * length)[:width]
        mark = "" if outcome.result is StepResult.REACHED else f" {outcome.result}"
        yield f"  {outcome.seconds:6.1f} s |{bar:{width}}| {outcome.step.goal}{mark}"
        begun += outcome.seconds
    yield f"  {begun:6.1f} s in all"


def result_code(result: Result) -> Exit:
    """Return the exit code of a cycle: the worst of decisions, steps and findings."""
    outcomes = [o for some in result.outcomes.values() for o in some]
    failed = any(o.result in (StepResult.FAILED, StepResult.UNKNOWN) for o in outcomes)
    if failed or result.problems or any(d.alarm for d in result.decisions):
        return Exit.WRONG
    code = exit_code(result.findings)
    return max(code, Exit.NOTABLE) if outcomes else code
