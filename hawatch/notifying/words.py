"""The words of one language: what texts_en.py and texts_ja.py fill in."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.model.decision import Refusal, Rule
from hawatch.model.finding import Severity
from hawatch.model.plan import StepResult
from hawatch.recording.message import MessageKind


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Titles by kind of message, headings, and one short sentence per rule and refusal.

    Braces are filled by compose.py. Goals of steps, and what a check or a command
    said, stay as they are: they are what one searches for.
    """

    titles: Mapping[MessageKind, str]
    severities: Mapping[Severity, str]
    results: Mapping[StepResult, str]
    rules: Mapping[Rule, str]
    refusals: Mapping[Refusal, tuple[str, str]]
    record_lost: str
    blind: str
    what: str
    why: str
    since: str
    lasted: str
    done: str
    step: str
    refused: str
    refusal: str
    next: str
    test: str
    digest_title: str
    digest_lead: str
    digest_open: str
    digest_over: str
    digest_actions: str
    digest_more: str
    times: str
    given_up: str
    days: str
    hours: str
    minutes: str
    seconds: str
