"""The words of the messages in English."""

from __future__ import annotations

from hawatch.deciding.refusals import REMEDIES
from hawatch.model.decision import Rule
from hawatch.model.finding import Severity
from hawatch.model.plan import StepResult
from hawatch.notifying.words import Words
from hawatch.recording.message import MessageKind

ENGLISH = Words(
    titles={
        MessageKind.OPENED: "[{node}] {severity}: {what}",
        MessageKind.REMINDER: "[{node}] still {severity} after {lasted}: {what}",
        MessageKind.CLOSED: "[{node}] over after {lasted}: {what}",
        MessageKind.ACTION: "[{node}] done: {what}",
        MessageKind.TEST: "[{node}] test message",
    },
    severities={
        Severity.INFO: "info",
        Severity.WARNING: "WARNING",
        Severity.CRITICAL: "CRITICAL",
    },
    results={
        StepResult.REACHED: "reached",
        StepResult.FAILED: "FAILED",
        StepResult.UNKNOWN: "outcome UNKNOWN",
        StepResult.REFUSED: "refused",
    },
    rules={
        Rule.ASKED: "an operator asked for it",
        Rule.MAINTENANCE: "maintenance, nothing is done automatically",
        Rule.LOOK_AGAIN: "just started or just woken, looking again first",
        Rule.TWO_PRIMARIES: "both nodes are HAST primary",
        Rule.SPLIT_BRAIN: "HAST split-brain, both copies were written",
        Rule.MOUNTED_WITHOUT_PRIMARY: "a file system is mounted without HAST primary",
        Rule.INTERRUPTED_PLAN: "an interrupted plan is finished or backed out of",
        Rule.CARP_HELD_BACK: "CARP is held back until the data is known to be good",
        Rule.ISOLATED_OWNER: "the owner sees neither its peer nor a witness",
        Rule.UNHEALTHY_RESTART: "the service is unhealthy, it is restarted here",
        Rule.UNHEALTHY_DEMOTE: "the service is unhealthy, the peer takes over",
        Rule.UNHEALTHY_HOLD: "the service is unhealthy, and the peer cannot take over",
        Rule.DIVERGED_HEAL: "the copies may differ, HAST is made to send again",
        Rule.PEER_SERVES: "the peer serves",
        Rule.MASTER_NOT_SERVING: "the VIP is here, but the service is not",
        Rule.BACKUP_STILL_SERVING: "the VIP is with the peer, but storage is held here",
        Rule.LINK_DOWN: "the VIP cannot be here: its link is down, or CARP is off",
        Rule.STALE_INIT: "a HAST role is left at init after a boot",
        Rule.RESTORE_SKEW: "healthy again, the advskew goes back",
        Rule.NOT_KNOWN: "a fact that decides is unknown",
        Rule.ALL_WELL: "all is well",
    },
    refusals=REMEDIES,
    record_lost="records cannot be written",
    blind="checks that cannot find out",
    what="What: {text}",
    why="Why: {rule}: {because}",
    since="Since: {opened}",
    lasted="From {opened} to {at}: {lasted}",
    done="Done:",
    step="- {goal}: {result}, {seconds:.1f} s. {text}",
    refused="Not done:",
    refusal="- {sentence} ({detail}); {remedy}",
    next="Next: {commands}",
    test="This is a test. Messages of {node} reach this address.",
    digest_title="[{node}] {severity}: {count} messages in one",
    digest_lead="{count} messages waited, from {first} to {last}.",
    digest_open="Open:",
    digest_over="Over:",
    digest_actions="Done:",
    digest_more="... and {count} more: hawatch history",
    times="{count} times",
    given_up="{count} older messages never reached this address: hawatch history",
    days="{} d",
    hours="{} h",
    minutes="{} min",
    seconds="{} s",
)
