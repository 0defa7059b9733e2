"""Messages into words: what happened, why, what was done or refused, what to type."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from hawatch.model.finding import Severity
from hawatch.model.plan import Outcome
from hawatch.notifying.errand import Note
from hawatch.notifying.texts_en import ENGLISH
from hawatch.notifying.texts_ja import JAPANESE
from hawatch.notifying.words import Words
from hawatch.recording.entries import ServiceRecord
from hawatch.recording.message import Message, MessageKind
from hawatch.recording.troubles import ACTION, BLIND, RECORDING

LISTED = 40
"""Lines of one heading in a digest."""


def words_of(language: str) -> Words:
    """Return the words of "en" or "ja"; English where the language is not known."""
    return JAPANESE if language == "ja" else ENGLISH


def compose(message: Message, name: str, words: Words) -> Note:
    """Given a message, its outbox file and a language, return the note to send."""
    lasted = duration(message.duration, words)
    title = words.titles[message.kind].format(
        node=message.node,
        severity=words.severities[message.severity],
        lasted=lasted,
        what=_headline(message, words),
    )
    if message.kind is MessageKind.TEST:
        body = [words.test.format(node=message.node)]
    else:
        body = [words.what.format(text=message.text), *_when(message, lasted, words)]
        if message.record is not None:
            body += _record_lines(message.record, words)
        body.append(words.next.format(commands=", ".join(_commands(message))))
    return Note(
        names=(name,),
        title=title,
        body="\n".join(body),
        severity=message.severity,
        good=message.kind is MessageKind.CLOSED,
    )


def digest(messages: Sequence[tuple[str, Message]], words: Words) -> Note:
    """Given more messages than a person reads, with their files, return one note.

    An incident is listed once, by its last message; critical ones come first.
    """
    last = {message.key: message for _, message in messages}
    counts = Counter(message.key for _, message in messages)
    kept = sorted(last.values(), key=lambda m: (_rank(m.severity), m.at))
    severity = min((m.severity for _, m in messages), key=_rank)
    times = sorted(m.at for _, m in messages)
    body = [
        words.digest_lead.format(
            count=len(messages), first=clock(times[0]), last=clock(times[-1])
        )
    ]
    for heading, kinds in (
        (words.digest_open, (MessageKind.OPENED, MessageKind.REMINDER)),
        (words.digest_over, (MessageKind.CLOSED,)),
        (words.digest_actions, (MessageKind.ACTION, MessageKind.TEST)),
    ):
        chosen = [m for m in kept if m.kind in kinds]
        lines = [_digest_line(m, counts[m.key], words) for m in chosen[:LISTED]]
        if len(chosen) > LISTED:
            lines.append(words.digest_more.format(count=len(chosen) - LISTED))
        if lines:
            body += [heading, *lines]
    body.append(words.next.format(commands="hawatch status, hawatch history"))
    title = words.digest_title.format(
        node=messages[0][1].node,
        severity=words.severities[severity],
        count=len(messages),
    )
    return Note(
        names=tuple(name for name, _ in messages),
        title=title,
        body="\n".join(body),
        severity=severity,
        good=all(m.kind is MessageKind.CLOSED for m in kept),
    )


def clock(wall: float) -> str:
    """Return a wall clock time in local time."""
    return time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(wall))


def duration(seconds: float, words: Words) -> str:
    """Return a duration in its two largest units."""
    whole = int(seconds)
    units = (
        (whole // 86400, words.days),
        (whole // 3600 % 24, words.hours),
        (whole // 60 % 60, words.minutes),
        (whole % 60, words.seconds),
    )
    first = next((i for i, (number, _) in enumerate(units) if number), len(units) - 1)
    shown = [
        text.format(number)
        for i, (number, text) in enumerate(units[first : first + 2])
        if number or i == 0
    ]
    return " ".join(shown)


def _headline(message: Message, words: Words) -> str:
    """Return what a message is about in a few words."""
    kind = message.key.partition("[")[0]
    if kind == RECORDING:
        return words.record_lost
    if kind == BLIND:
        return words.blind
    if not message.check and message.record is not None and kind != ACTION:
        return f"{message.subject}: {words.rules.get(message.record.rule, kind)}"
    if kind == ACTION and message.record is not None:
        rule = message.record.rule
        return f"{message.subject}: {words.rules.get(rule, rule)}"
    return message.key


def _when(message: Message, lasted: str, words: Words) -> list[str]:
    if not message.opened:
        return [words.since.format(opened=clock(message.at))]
    opened = clock(message.opened)
    if message.kind is MessageKind.CLOSED:
        return [words.lasted.format(opened=opened, at=clock(message.at), lasted=lasted)]
    return [words.since.format(opened=opened)]


def _record_lines(record: ServiceRecord, words: Words) -> list[str]:
    rule = words.rules.get(record.rule, record.rule)
    lines = [words.why.format(rule=rule, because=record.because)]
    if record.outcomes:
        lines.append(words.done)
        lines += [_outcome_line(outcome, words) for outcome in record.outcomes]
    if record.refused:
        lines.append(words.refused)
    for refused in record.refused:
        sentence, remedy = words.refusals.get(refused.refusal, (refused.refusal, ""))
        lines.append(
            words.refusal.format(
                sentence=sentence, detail=refused.detail, remedy=remedy
            )
        )
    return lines


def _outcome_line(outcome: Outcome, words: Words) -> str:
    return words.step.format(
        goal=outcome.step.goal,
        result=words.results[outcome.result],
        seconds=outcome.seconds,
        text=outcome.text,
    ).rstrip()


def _commands(message: Message) -> list[str]:
    commands = ["hawatch status"]
    if message.check and message.kind is not MessageKind.CLOSED:
        commands.insert(0, f"hawatch check {message.check}")
    if message.explain:
        commands.append(f"hawatch explain {message.explain}")
    return commands


def _digest_line(message: Message, count: int, words: Words) -> str:
    severity = words.severities[message.severity]
    times = f", {words.times.format(count=count)}" if count > 1 else ""
    return (
        f"- {clock(message.at)} {severity} {_headline(message, words)}"
        f" ({message.text}{times})"
    )


def _rank(severity: Severity) -> int:
    """Return 0 for the gravest severity."""
    return -list(Severity).index(severity)
