"""Whether the configured times fit together, as inequalities over one configuration.

A configuration in which a sum does not come out is refused: the two nodes could not
both rely on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from hawatch.deciding.timers import (
    CARP_TAKEOVER,
    LEAST_START,
    ROLE_MARGIN,
    SECONDARY_SILENCE,
    budget,
)
from hawatch.model.config import Config, SilencePolicy


class TimerProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One inequality that does not hold: where, what is wrong, what would be right.

    short: the inequality itself, with its numbers, for a table.
    """

    path: str
    wrong: str
    right: str
    short: str


def problems(config: Config) -> tuple[TimerProblem, ...]:
    """Given a configuration, return every inequality that does not hold."""
    return tuple(problem for ask in INEQUALITIES for problem in ask(config))


def _owner_gone_first(config: Config) -> Iterator[TimerProblem]:
    """owner_gone < promote_after, or two nodes write [FACTS H6, H25].

    The standby's silence begins with the cut at the earliest, so it promotes
    promote_after seconds after the cut at the earliest. Where silence alone never
    promotes (no witness, and the policy is to hold), nothing has to fit.
    """
    witness, sums = config.witness, budget(config)
    asked = bool(witness.ping or witness.tcp)
    if not asked and witness.without is SilencePolicy.HOLD:
        return
    if sums.owner_gone >= witness.promote_after:
        yield TimerProblem(
            path="witness.promote_after",
            wrong=(
                f"{_s(witness.promote_after)}, but an isolated owner has let go only "
                f"after up to {_s(sums.owner_gone)} (give_up {_s(witness.give_up)}, "
                f"peer.max_age {_s(config.peer.max_age)}, release {_s(sums.release)}, "
                "two intervals and one look)"
            ),
            right=(
                f"more than {_s(sums.owner_gone)}, or shorter stop_deadline, "
                "unmount_deadline, hast.role_deadline or witness.give_up"
            ),
            short=(
                f"owner_gone ({_s(sums.owner_gone)}) < promote_after "
                f"({_s(witness.promote_after)})"
            ),
        )


def _death_is_seen(config: Config) -> Iterator[TimerProblem]:
    """promote_after > carp takeover, and > the secondary's own silence + one look.

    A secondary's worker holds a dead primary's connection for 20 s, and a promotion
    waits for its end [FACTS B11, H7].
    """
    least = max(CARP_TAKEOVER, SECONDARY_SILENCE) + config.agent.interval
    if config.witness.promote_after <= least:
        yield TimerProblem(
            path="witness.promote_after",
            wrong=(
                f"{_s(config.witness.promote_after)}, but a secondary notices a dead "
                f"primary only after {_s(SECONDARY_SILENCE)} and one interval"
            ),
            right=f"more than {_s(least)}",
            short=(
                f"promote_after ({_s(config.witness.promote_after)}) > silence of a "
                f"secondary and one interval ({_s(least)})"
            ),
        )


def _give_up_is_no_blink(config: Config) -> Iterator[TimerProblem]:
    """give_up >= two intervals and more than CARP's takeover.

    One failed look must not release a service, nor a link flap of a few seconds [H26].
    """
    least = max(2 * config.agent.interval, CARP_TAKEOVER)
    if config.witness.give_up < least:
        yield TimerProblem(
            path="witness.give_up",
            wrong=f"{_s(config.witness.give_up)}: one failed look would release",
            right=f"at least {_s(least)} (two intervals)",
            short=(
                f"give_up ({_s(config.witness.give_up)}) >= two intervals ({_s(least)})"
            ),
        )


def _report_stays_fresh(config: Config) -> Iterator[TimerProblem]:
    """max_age > interval + timeout, or the last report is stale before the next one."""
    peer, least = config.peer, config.agent.interval + config.peer.timeout
    if peer.enabled and peer.max_age <= least:
        yield TimerProblem(
            path="peer.max_age",
            wrong=(
                f"{_s(peer.max_age)}: a report would be stale before the next can come"
            ),
            right=f"more than {_s(least)} (agent.interval + peer.timeout)",
            short=(
                f"peer.max_age ({_s(peer.max_age)}) > interval + peer.timeout "
                f"({_s(least)})"
            ),
        )


def _stale_before_promotion(config: Config) -> Iterator[TimerProblem]:
    """max_age < promote_after: what counts as fresh must be no part of the silence."""
    peer, witness = config.peer, config.witness
    if peer.enabled and peer.max_age >= witness.promote_after:
        yield TimerProblem(
            path="peer.max_age",
            wrong=f"{_s(peer.max_age)}: a report is fresh for as long as silence takes",
            right=f"less than witness.promote_after ({_s(witness.promote_after)})",
            short=(
                f"peer.max_age ({_s(peer.max_age)}) < promote_after "
                f"({_s(witness.promote_after)})"
            ),
        )


def _question_fits_interval(config: Config) -> Iterator[TimerProblem]:
    """connect_timeout < timeout <= interval: a look ends before the next bell.

    Every sum on this page counts the interval as the time between two looks.
    """
    peer = config.peer
    if not peer.enabled:
        return
    if peer.timeout > config.agent.interval:
        yield TimerProblem(
            path="peer.timeout",
            wrong=f"{_s(peer.timeout)}: a silent peer would delay the next look",
            right=f"at most agent.interval ({_s(config.agent.interval)})",
            short=(
                f"peer.timeout ({_s(peer.timeout)}) <= interval "
                f"({_s(config.agent.interval)})"
            ),
        )
    if peer.connect_timeout >= peer.timeout:
        yield TimerProblem(
            path="peer.connect_timeout",
            wrong=f"{_s(peer.connect_timeout)}: nothing is left for the answer",
            right=f"less than peer.timeout ({_s(peer.timeout)})",
            short=(
                f"connect_timeout ({_s(peer.connect_timeout)}) < peer.timeout "
                f"({_s(peer.timeout)})"
            ),
        )


def _role_change_fits(config: Config) -> Iterator[TimerProblem]:
    """role_deadline >= timeout + margin, or an order is given up before it is obeyed.

    hastd may sit in a connection attempt to a dead peer for `timeout` before it obeys,
    and it obeys later all the same [FACTS B2, B7].
    """
    least = config.hast.timeout + ROLE_MARGIN
    if config.hast.role_deadline < least:
        yield TimerProblem(
            path="hast.role_deadline",
            wrong=f"{_s(config.hast.role_deadline)}: hastd may need {_s(least)}",
            right=f"at least {_s(least)} (hast.timeout + {_s(ROLE_MARGIN)})",
            short=(
                f"role_deadline ({_s(config.hast.role_deadline)}) >= hast.timeout + "
                f"{_s(ROLE_MARGIN)} ({_s(least)})"
            ),
        )


def _start_is_patient(config: Config) -> Iterator[TimerProblem]:
    """start_deadline >= 30 s and two SQL answers: a crash recovery takes its time."""
    for name, service in config.services.items():
        probe = service.probe
        least = LEAST_START if probe is None else max(LEAST_START, 2 * probe.timeout)
        if service.rc and service.start_deadline < least:
            yield TimerProblem(
                path=f"services.{name}.start_deadline",
                wrong=(
                    f"{_s(service.start_deadline)}: a database that recovers would be "
                    "taken for one that does not start"
                ),
                right=f"at least {_s(least)}",
                short=f"start_deadline ({_s(service.start_deadline)}) >= {_s(least)}",
            )


def _carp_settles(config: Config) -> Iterator[TimerProblem]:
    """Neither settle nor debounce is shorter than CARP's own takeover.

    A flap is INIT, BACKUP and, up to T later, perhaps MASTER: until then the picture
    is no verdict [FACTS A12, H26].
    """
    for name in ("settle", "debounce"):
        seconds = getattr(config.carp, name)
        if seconds < CARP_TAKEOVER:
            yield TimerProblem(
                path=f"carp.{name}",
                wrong=f"{_s(seconds)}: CARP itself needs up to {_s(CARP_TAKEOVER)}",
                right=f"at least {_s(CARP_TAKEOVER)}",
                short=f"carp.{name} ({_s(seconds)}) >= CARP's {_s(CARP_TAKEOVER)}",
            )


def _cooldown_fits_window(config: Config) -> Iterator[TimerProblem]:
    """Keep cooldown <= per, or the moves of one window could never be counted."""
    limits = config.limits
    if limits.cooldown > limits.per:
        yield TimerProblem(
            path="limits.cooldown",
            wrong=f"{_s(limits.cooldown)} is longer than the window it belongs to",
            right=f"at most limits.per ({_s(limits.per)})",
            short=f"cooldown ({_s(limits.cooldown)}) <= limits.per ({_s(limits.per)})",
        )


INEQUALITIES: tuple[Callable[[Config], Iterator[TimerProblem]], ...] = (
    _owner_gone_first,
    _death_is_seen,
    _give_up_is_no_blink,
    _report_stays_fresh,
    _stale_before_promotion,
    _question_fits_interval,
    _role_change_fits,
    _start_is_patient,
    _carp_settles,
    _cooldown_fits_window,
)


def _s(seconds: float) -> str:
    """Return seconds as people write them."""
    return f"{seconds:g} s"
