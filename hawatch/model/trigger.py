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


FORCE = "--force"
"""The option of a verb among its words; no service's name begins like this."""


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """One ring of the bell: kind, its words, and when it rang (wall clock seconds).

    A person's words are a verb, the services that it is about, and FORCE.
    """

    kind: TriggerKind
    words: tuple[str, ...] = ()
    at: float = 0.0

    @property
    def verb(self) -> str:
        """Return what a person typed: switchover, demote, restore or takeover."""
        return self.words[0] if self.words else ""

    @property
    def forced(self) -> bool:
        """Return whether a person wants it although a gate forbids it."""
        return FORCE in self.words

    def concerns(self, service: str) -> bool:
        """Return whether it rang for a service; a verb that names none is for all."""
        if self.kind is not TriggerKind.OPERATOR:
            return True
        named = [word for word in self.words[1:] if word != FORCE]
        return not named or service in named


def foremost(triggers: tuple[Trigger, ...], service: str) -> Trigger:
    """Return the trigger that a service's rules ask for: a person's or a shutdown's.

    All others only say "look now"; which of them it was makes no difference. A verb for
    another service is no more than that: it lifts nothing from this one.
    """
    triggers = tuple(trigger for trigger in triggers if trigger.concerns(service))
    weighty = (TriggerKind.RELEASE, TriggerKind.OPERATOR, TriggerKind.BOOT)
    for kind in weighty:
        for trigger in triggers:
            if trigger.kind is kind:
                return trigger
    return triggers[0] if triggers else Trigger(kind=TriggerKind.CRON)
