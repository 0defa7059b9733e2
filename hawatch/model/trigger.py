"""Who rang the bell. A trigger only says "look now"; its word is never trusted."""

from __future__ import annotations

import enum

import msgspec


class TriggerKind(enum.StrEnum):
    """The drivers of a cycle."""

    CRON = "cron"
    CARP = "carp"
    HAST = "hast"
    BOOT = "boot"
    RELEASE = "release"
    OPERATOR = "operator"
    WATCH = "watch"


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """One ring of the bell: kind, its words, and when it rang (wall clock seconds)."""

    kind: TriggerKind
    words: tuple[str, ...] = ()
    at: float = 0.0


def foremost(triggers: tuple[Trigger, ...]) -> Trigger:
    """Return the trigger that the rules may ask for: a person's or a shutdown's first.

    All others only say "look now"; which of them it was makes no difference.
    """
    weighty = (TriggerKind.RELEASE, TriggerKind.OPERATOR, TriggerKind.BOOT)
    for kind in weighty:
        for trigger in triggers:
            if trigger.kind is kind:
                return trigger
    return triggers[0] if triggers else Trigger(kind=TriggerKind.CRON)
