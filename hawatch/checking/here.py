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
from hawatch.checking.subject import (
    Answer,
    FactSpec,
    Look,
    NotApplicable,
    Scope,
    Subject,
)
from hawatch.checking.verdicts import finding_of, withheld
from hawatch.model.finding import CheckPolicy, Finding, Verdict

NOT_ASKED = NotApplicable("this was never asked")

Work = Sequence[tuple[CheckFile, Sequence[tuple[Check, CheckPolicy]]]]
"""The checks to be called, by file, with their numbers."""

Subjects = tuple[tuple[Subject, ...], ...]
"""What checks are about, by scope."""


class _Question(msgspec.Struct, frozen=True):
    """One check about one subject. facts: where they are among those of the look."""

    file: CheckFile
    check: Check
    policy: CheckPolicy
    subject: Subject
    facts: tuple[int, ...]


class LastLook:
    """What the shipped checks were asked, told and found in the look before."""

    def __init__(self) -> None:
        self._work: Work = ()
        self._subjects: Subjects = ()
        self._facts: list[tuple[FactSpec, Subject]] = []
        self._questions: list[_Question] = []
        self._answers: list[Answer] = []
        self._findings: list[Finding | None] = []

    def findings(self, work: Work, look: Look) -> list[Finding]:
        """Given checks by file and a newer look, return the findings, in order."""
        subjects = tuple(look.subjects(scope) for scope in Scope)
        if work is not self._work or subjects != self._subjects:
            self._begin(work, subjects)
        # A look that is cut short must leave nothing behind that is half new.
        before, self._findings = self._findings, [None] * len(self._questions)
        changed = self._changed(look)
        found = [
            self._found(question, old, look, changed)
            for question, old in zip(self._questions, before, strict=True)
        ]
        self._findings = [*found]
        return found

    def _begin(self, work: Work, subjects: Subjects) -> None:
        """Put the questions together: each fact is asked for once a look."""
        numbers: dict[tuple[str, Subject], int] = {}
        self._work, self._subjects = work, subjects
        self._facts, self._questions = [], []
        for file, checks in work:
            for check, policy in checks:
                for subject in subjects[scope_of(check)]:
                    facts = []
                    for spec in asked_for(check.arguments):
                        key = (spec.name, subject)
                        if key not in numbers:
                            numbers[key] = len(self._facts)
                            self._facts.append((spec, subject))
                        facts.append(numbers[key])
                    self._questions.append(
                        _Question(file, check, policy, subject, tuple(facts))
                    )
        self._answers = [NOT_ASKED] * len(self._facts)
        self._findings = [None] * len(self._questions)

    def _changed(self, look: Look) -> set[int]:
        """Ask for every fact; return the numbers of those that are not what they were.

        What is the same in other words is the same: an equal answer.
        """
        changed = set()
        for number, (spec, subject) in enumerate(self._facts):
            answer = spec.answer(look, subject)
            if answer != self._answers[number]:
                changed.add(number)
                self._answers[number] = answer
        return changed

    def _found(
        self, question: _Question, old: Finding | None, look: Look, changed: set[int]
    ) -> Finding:
        same = question.check.shipped and changed.isdisjoint(question.facts)
        if old is not None and same:
            return old
        answers = [self._answers[number] for number in question.facts]
        bound = bind_one(question.check, question.subject, look.config, answers)
        judged = _judged(question.file, bound)
        return finding_of(bound, judged, question.policy.severity)


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
