"""The sums of the configured times: each inequality, broken one at a time."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import a_config, a_service_config

from hawatch.deciding.inequalities import problems
from hawatch.deciding.timers import budget, stalled_looks
from hawatch.model.config import (
    CarpConfig,
    Config,
    HastConfig,
    LimitsConfig,
    PeerConfig,
    ProbeConfig,
    SilencePolicy,
    WitnessConfig,
)

WITNESS = WitnessConfig(ping=("192.0.2.1",), promote_after=180.0)


def sound(**changes: Any) -> Config:
    """Return a configuration whose sums come out, with a witness."""
    return a_config(**{"witness": WITNESS} | changes)


def paths(config: Config) -> list[str]:
    return [problem.path for problem in problems(config)]


def test_the_sound_configuration_has_no_problem() -> None:
    """The base of all tests here really is sound."""
    assert problems(sound()) == ()


def test_the_owner_is_gone_after_the_sum_of_all_its_steps() -> None:
    """30 give up, 2 x 10 intervals, 8 look; 5 VIP, 60 stop, 20 unmount, 30 role."""
    sums = budget(sound())
    assert (sums.release, sums.owner_gone) == (115.0, 173.0)


def test_two_services_are_released_one_after_the_other() -> None:
    """The second service waits for the first, so both count."""
    services = {"mysql": a_service_config(), "files": a_service_config(vhid=2)}
    assert budget(sound(services=services)).release == 230.0


@pytest.mark.parametrize(("promote_after", "right"), [(173.0, False), (173.5, True)])
def test_the_peer_promotes_only_after_the_owner_is_gone(
    *, promote_after: float, right: bool
) -> None:
    """173 s against 173 s is two writers at worst; a moment more is not."""
    witness = msgspec.structs.replace(WITNESS, promote_after=promote_after)
    assert ("witness.promote_after" not in paths(sound(witness=witness))) == right


def test_the_complaint_about_promotion_names_every_number() -> None:
    """Who reads it can mend it: the sum, its parts, and what could be shorter."""
    witness = msgspec.structs.replace(WITNESS, promote_after=60.0)
    (problem,) = problems(sound(witness=witness))
    for number in ("60 s", "173 s", "give_up 30 s", "release 115 s"):
        assert number in problem.wrong
    assert "more than 173 s" in problem.right


def test_a_report_that_stays_fresh_longer_delays_the_isolated_owner() -> None:
    """The owner waits for give_up and for the report's age, whichever is longer."""
    peer = PeerConfig(max_age=50.0)
    assert budget(sound(peer=peer)).owner_gone == 193.0


def test_without_a_witness_holding_needs_no_sum() -> None:
    """A standby that never promotes on silence cannot be too early."""
    witness = WitnessConfig(promote_after=60.0)
    assert paths(sound(witness=witness)) == []


def test_without_a_witness_promoting_needs_the_sum() -> None:
    """The policy to promote brings the inequality back."""
    witness = WitnessConfig(promote_after=60.0, without=SilencePolicy.PROMOTE)
    assert paths(sound(witness=witness)) == ["witness.promote_after"]


BROKEN = [
    ({"witness": WitnessConfig(promote_after=30.0)}, "witness.promote_after"),
    (
        {"witness": msgspec.structs.replace(WITNESS, give_up=19.0)},
        "witness.give_up",
    ),
    ({"peer": PeerConfig(max_age=18.0)}, "peer.max_age"),
    ({"peer": PeerConfig(max_age=200.0)}, "peer.max_age"),
    ({"peer": PeerConfig(timeout=11.0)}, "peer.timeout"),
    ({"peer": PeerConfig(connect_timeout=8.0)}, "peer.connect_timeout"),
    ({"hast": HastConfig(role_deadline=24.0)}, "hast.role_deadline"),
    ({"carp": CarpConfig(settle=3.0)}, "carp.settle"),
    ({"carp": CarpConfig(debounce=3.0)}, "carp.debounce"),
    ({"limits": LimitsConfig(cooldown=90000.0)}, "limits.cooldown"),
    (
        {"services": {"mysql": a_service_config(start_deadline=20.0)}},
        "services.mysql.start_deadline",
    ),
    (
        {
            "services": {
                "mysql": a_service_config(
                    start_deadline=60.0, probe=ProbeConfig(timeout=31.0)
                )
            }
        },
        "services.mysql.start_deadline",
    ),
]


@pytest.mark.parametrize(("change", "path"), BROKEN)
def test_each_broken_inequality_is_found_at_its_path(
    change: dict[str, Any], path: str
) -> None:
    """One number is wrong, and its path is among the complaints."""
    assert path in paths(sound(**change))


def starting(seconds: float, **changes: Any) -> dict[str, Any]:
    """Return a change: the service may take so long to start."""
    return {"services": {"mysql": a_service_config(start_deadline=seconds, **changes)}}


def witnessed(**changes: Any) -> dict[str, Any]:
    """Return a change of the witness's numbers."""
    return {"witness": msgspec.structs.replace(WITNESS, **changes)}


@pytest.mark.parametrize(
    ("change", "path", "right"),
    [
        (witnessed(give_up=20.0), "witness.give_up", True),
        (witnessed(give_up=19.9), "witness.give_up", False),
        ({"peer": PeerConfig(timeout=10.0)}, "peer.timeout", True),
        ({"peer": PeerConfig(timeout=10.1)}, "peer.timeout", False),
        ({"peer": PeerConfig(max_age=179.0)}, "peer.max_age", True),
        ({"peer": PeerConfig(max_age=180.0)}, "peer.max_age", False),
        ({"hast": HastConfig(role_deadline=25.0)}, "hast.role_deadline", True),
        ({"hast": HastConfig(role_deadline=24.9)}, "hast.role_deadline", False),
        ({"carp": CarpConfig(settle=4.0)}, "carp.settle", True),
        ({"carp": CarpConfig(debounce=4.0)}, "carp.debounce", True),
        ({"limits": LimitsConfig(cooldown=60.0, per=60.0)}, "limits.cooldown", True),
        ({"limits": LimitsConfig(cooldown=61.0, per=60.0)}, "limits.cooldown", False),
        (starting(30.0), "services.mysql.start_deadline", True),
        (starting(29.9), "services.mysql.start_deadline", False),
        (starting(30.0, probe=None), "services.mysql.start_deadline", True),
        (starting(29.9, probe=None), "services.mysql.start_deadline", False),
        (
            starting(50.0, probe=ProbeConfig(timeout=25.0)),
            "services.mysql.start_deadline",
            True,
        ),
        (
            starting(49.9, probe=ProbeConfig(timeout=25.0)),
            "services.mysql.start_deadline",
            False,
        ),
    ],
)
def test_each_number_is_right_up_to_its_bound(
    change: dict[str, Any], path: str, *, right: bool
) -> None:
    """What a page calls "at least" may be just that, and not a moment less."""
    assert (path not in paths(sound(**change))) is right


def test_a_service_that_nothing_starts_needs_no_time_to_start() -> None:
    """Files without a database: the number is never used."""
    assert paths(sound(**starting(1.0, rc=()))) == []


@pytest.mark.parametrize("kind", ["ping", "tcp"])
def test_a_witness_of_either_kind_needs_the_sum(kind: str) -> None:
    """A gateway that does not answer pings is asked by TCP and counts as much."""
    at = {"ping": ("192.0.2.1",), "tcp": ("192.0.2.1:443",)}[kind]
    witness = WitnessConfig(promote_after=173.0, **{kind: at})
    assert paths(sound(witness=witness)) == ["witness.promote_after"]


@pytest.mark.parametrize("max_age", [1.0, 999.0])
def test_a_disabled_channel_needs_no_channel_times(max_age: float) -> None:
    """Numbers of a channel that is off cannot be wrong."""
    peer = PeerConfig(enabled=False, max_age=max_age, timeout=99.0)
    found = paths(sound(peer=peer, witness=WitnessConfig()))
    assert [path for path in found if path.startswith("peer.")] == []


def test_a_write_may_fail_in_five_looks_for_the_peers_death_alone() -> None:
    """40 s of stall at the default timeout, looked at every 10 s [FACTS B11]."""
    assert stalled_looks(sound()) == 5


def test_a_new_primarys_device_may_take_three_timeouts() -> None:
    """70 s at the default timeout of 20 s [FACTS B3]."""
    assert budget(sound()).device_wait == 70.0
