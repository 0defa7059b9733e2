"""Call checks in this process, which is for the shipped ones in the simulator.

A shipped check is a function of the facts that it asks for, and of nothing else. Where
one is asked about the same facts as in the look before, it would find the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from time import monotonic
from types import ModuleType

import msgspec

from hawatch.checking.facts import Bound, asked_for, bind_one, scope_of
from hawatch.checking.judge import Judgement, judge, load, verdict_of
from hawatch.checking.nouns import Check, CheckFile
from hawatch.checking.subject import AllAnswers, Answers, Look, Subject
from hawatch.checking.verdicts import finding_of, withheld
from hawatch.model.finding import CheckPolicy, Finding, Verdict

Work = Sequence[tuple[CheckFile, Sequence[tuple[Check, CheckPolicy]]]]
"""The checks to be called, by file, with their numbers."""


class _Found(msgspec.Struct, frozen=True):
    """What one check was told about one subject, and what it found."""

    check: Check
    subject: Subject
    answers: Answers
    finding: Finding


class LastLook:
    """What the shipped checks were told and found in the look before.

    It is for one collection and one configuration: their checks are asked in the same
    order every time.
    """

    def __init__(self) -> None:
        self.answers: AllAnswers = {}
        self._found: list[_Found] = []

    def keep(self, answers: AllAnswers, found: list[_Found]) -> None:
        """Put a newer look in the place of the last one."""
        self.answers, self._found = answers, found

    def finding(
        self, position: int, check: Check, subject: Subject, answers: Answers
    ) -> _Found | None:
        """Return what was found at a place of the order, if it was asked the same."""
        if position >= len(self._found) or not check.shipped:
            return None
        found = self._found[position]
        same = (
            found.check is check
            and found.answers == answers
            and found.subject == subject
        )
        return found if same else None


def find_here(work: Work, look: Look, last: LastLook) -> list[Finding]:
    """Given checks by file and a look, return the findings, in order."""
    found: list[_Found] = []
    for file, checks in work:
        for check, policy in checks:
            specs = asked_for(check.arguments)
            for subject in look.subjects(scope_of(check)):
                answers = look.answers(specs, subject)
                one = last.finding(len(found), check, subject, answers)
                if one is None:
                    bound = bind_one(check, subject, look)
                    finding = finding_of(bound, _judged(file, bound), policy.severity)
                    one = _Found(check, subject, answers, finding)
                found.append(one)
    last.keep(look.all_answers, found)
    return [one.finding for one in found]


def _judged(file: CheckFile, bound: Bound) -> Judgement:
    if bound.withheld is not None:
        return withheld(bound)
    try:
        module = _loaded(file.path, file.text)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - isolation
        why = f"the file could not be loaded: {verdict_of(error).message}"
        return Judgement(Verdict.UNKNOWN, why)
    began = monotonic()
    judgement = judge(module, bound.check.function, bound.arguments)
    return msgspec.structs.replace(judgement, seconds=monotonic() - began)


@lru_cache(maxsize=64)
def _loaded(path: str, text: str) -> ModuleType:
    return load(text, path)
