"""The times that FreeBSD gives: just enough is accepted, a moment less is not."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from builders import a_config, a_service_config

from hawatch.deciding.carp_timing import Side, master_down
from hawatch.deciding.inequalities import problems
from hawatch.deciding.timers import budget
from hawatch.model.config import CarpConfig, Config, HastConfig, WitnessConfig


def paths(**changes: Any) -> list[str]:
    """Return where a configuration does not hold together."""
    return [problem.path for problem in problems(a_config(**changes))]


def test_a_takeover_by_carp_is_the_slowest_backups_silence() -> None:
    """In whole seconds, with the largest advskew that ifconfig takes [FACTS A4]."""
    slowest = master_down(Side(advbase=1, advskew=254))
    assert budget(a_config()).carp_takeover == math.ceil(slowest)


@pytest.mark.parametrize(("seconds", "right"), [(4.0, True), (3.9, False)])
@pytest.mark.parametrize("name", ["settle", "debounce"])
def test_carp_may_settle_as_long_as_it_needs(
    name: str, seconds: float, *, right: bool
) -> None:
    """Until then the picture is no verdict [FACTS A12]."""
    carp = msgspec.structs.replace(CarpConfig(), **{name: seconds})
    assert (f"carp.{name}" not in paths(carp=carp)) is right


@pytest.mark.parametrize(("seconds", "right"), [(30.0, True), (29.5, False)])
def test_a_database_gets_half_a_minute_to_recover(
    seconds: float, *, right: bool
) -> None:
    """A start that is given up sooner is taken for a failure [FACTS I]."""
    services = {"mysql": a_service_config(start_deadline=seconds, probe=None)}
    assert ("services.mysql.start_deadline" not in paths(services=services)) is right


@pytest.mark.parametrize(("seconds", "right"), [(25.0, True), (24.5, False)])
def test_a_role_change_outlasts_hastds_timeout_by_five_seconds(
    seconds: float, *, right: bool
) -> None:
    """A connection attempt comes first, and then the order is obeyed [B2, B7]."""
    hast = HastConfig(timeout=20.0, role_deadline=seconds)
    assert ("hast.role_deadline" not in paths(hast=hast)) is right


def patient(config: Config, seconds: float) -> Config:
    """Return a configuration that promotes after so many seconds of silence."""
    witness = WitnessConfig(promote_after=seconds)
    return msgspec.structs.replace(config, witness=witness)


@pytest.mark.parametrize(("seconds", "right"), [(30.5, True), (30.0, False)])
def test_a_promotion_waits_for_a_secondarys_silence_and_one_look(
    seconds: float, *, right: bool
) -> None:
    """20 s and an interval of 10 s: then the dead primary's connection is gone [B11].

    Half a second more is enough.
    """
    config = patient(a_config(), seconds)
    peer = msgspec.structs.replace(config.peer, max_age=20.0)
    found = problems(msgspec.structs.replace(config, peer=peer))
    assert ("witness.promote_after" not in [p.path for p in found]) is right
