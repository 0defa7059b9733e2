"""What two copies will do when they connect, read from their metadata [FACTS B9].

hastd's secondary decides at connect time by the generation counters. The same table
evaluated beforehand forecasts a split-brain before it happens, and arbitrates a cold
start in which both nodes are in `init`. Counters tell who wrote while apart; they never
tell that a copy is undamaged or current: that, only the agents remember.
"""

from __future__ import annotations

import enum

import msgspec

from hawatch.model.hast import HastDump, HastRole


class Forecast(enum.StrEnum):
    """What a connection of a primary and a secondary would lead to."""

    IN_SYNC = "in sync"
    PRIMARY_TO_SECONDARY = "primary syncs to secondary"
    SECONDARY_TO_PRIMARY = "secondary syncs to primary"
    RECREATED = "secondary re-created, full sync from primary"
    VIRGIN = "never connected"
    SPLIT_BRAIN = "split-brain"
    ID_MISMATCH = "id mismatch"
    SIZE_MISMATCH = "size mismatch"
    FULL_FROM_PRIMARY = "impossible counts, full sync from primary"
    FULL_FROM_SECONDARY = "impossible counts, full sync from secondary"


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """A forecast with its sentence, which names the counts."""

    forecast: Forecast
    because: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Who must become primary, or None where only a person can say; and why."""

    primary: str | None
    because: str


def forecast(primary: HastDump, secondary: HastDump) -> Outlook:
    """Given both metadata, return what happens when they connect in these roles.

    The rows are asked in the order of hastd's secondary [FACTS B9, B13]; the sizes
    are compared last there, but they forbid the connection in any case.
    """
    counts = (
        f"primary local={primary.localcnt} remote={primary.remotecnt}, "
        f"secondary local={secondary.localcnt} remote={secondary.remotecnt}"
    )
    for row in (_by_size, _by_identity):
        outlook = row(primary, secondary)
        if outlook is not None:
            return outlook
    found = _by_counts(primary, secondary)
    return Outlook(forecast=found, because=f"{found}: {counts}")


def court(
    a: HastDump, b: HastDump, a_name: str, b_name: str, preferred: str
) -> Verdict:
    """Given two nodes in `init`, return who must become primary, or why nobody can say.

    The newer generation wins; equal ones give the preferred node, which should be the
    last owner where that is remembered [FACTS H10]. Split-brain, never connected
    copies, foreign ids, other sizes and impossible counts are left to a person.
    """
    as_primary, as_secondary = forecast(a, b), forecast(b, a)
    found = as_primary.forecast
    counts = (
        f"{a_name} local={a.localcnt} remote={a.remotecnt}, "
        f"{b_name} local={b.localcnt} remote={b.remotecnt}"
    )
    if found is Forecast.IN_SYNC:
        return Verdict(
            primary=preferred,
            because=f"equal generations, {preferred} is preferred: {counts}",
        )
    if found is Forecast.PRIMARY_TO_SECONDARY:
        return Verdict(primary=a_name, because=f"{a_name} is newer: {counts}")
    if found is Forecast.SECONDARY_TO_PRIMARY:
        return Verdict(primary=b_name, because=f"{b_name} is newer: {counts}")
    if found is Forecast.RECREATED:
        return _over_recreated(a_name, b, b_name)
    if as_secondary.forecast is Forecast.RECREATED:
        return _over_recreated(b_name, a, a_name)
    return Verdict(primary=None, because=f"a person must say ({found}): {counts}")


def _over_recreated(keeper: str, recreated: HastDump, name: str) -> Verdict:
    """Return the verdict between a copy with a history and a re-created one.

    A re-created copy that was primary since may hold writes: without a connection
    its counters stay 0 however much is written [FACTS B9].
    """
    if recreated.prevrole is HastRole.PRIMARY:
        return Verdict(
            primary=None,
            because=f"a person must say: {name} was re-created and primary since",
        )
    return Verdict(
        primary=keeper,
        because=f"{name} was re-created (resuid 0), {keeper} has the history",
    )


def _by_size(primary: HastDump, secondary: HastDump) -> Outlook | None:
    for what, ours, theirs in (
        ("data size", primary.datasize, secondary.datasize),
        ("extent size", primary.extentsize, secondary.extentsize),
    ):
        if ours != theirs:
            return Outlook(
                forecast=Forecast.SIZE_MISMATCH,
                because=f"{what} differs: primary {ours}, secondary {theirs} bytes",
            )
    return None


def _by_identity(primary: HastDump, secondary: HastDump) -> Outlook | None:
    if secondary.resuid == 0 and primary.resuid == 0:
        return Outlook(
            forecast=Forecast.VIRGIN,
            because=(
                "never connected since both were created (resuid 0): only the "
                "primary's dirty map would be copied, anything else is ignored"
            ),
        )
    if secondary.resuid == 0:
        return Outlook(
            forecast=Forecast.RECREATED,
            because="the secondary was re-created (resuid 0): full sync from primary",
        )
    if primary.resuid != secondary.resuid:
        return Outlook(
            forecast=Forecast.ID_MISMATCH,
            because=(
                f"resource ids differ (primary={primary.resuid}, "
                f"secondary={secondary.resuid}): they never connect"
            ),
        )
    return None


def _by_counts(primary: HastDump, secondary: HastDump) -> Forecast:
    """Return the row of [FACTS B9]: each node's local against the other's remote.

    A node whose local is above what the other remembers of it wrote while apart; one
    whose local is below it cannot be.
    """
    secondary_wrote = secondary.localcnt - primary.remotecnt
    primary_wrote = primary.localcnt - secondary.remotecnt
    if primary_wrote < 0 or secondary_wrote < 0:
        if secondary_wrote > 0:
            return Forecast.FULL_FROM_SECONDARY
        return Forecast.FULL_FROM_PRIMARY
    if primary_wrote > 0 and secondary_wrote > 0:
        return Forecast.SPLIT_BRAIN
    if primary_wrote > 0:
        return Forecast.PRIMARY_TO_SECONDARY
    if secondary_wrote > 0:
        return Forecast.SECONDARY_TO_PRIMARY
    return Forecast.IN_SYNC
