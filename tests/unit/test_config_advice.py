"""What `config check` warns of and does not refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from hawatch.checking.collect import collect
from hawatch.cli import main
from hawatch.config import parse_config
from hawatch.configuring.advice import STALLED, advice

TOML = """
[nodes.db1]
address = "192.0.2.1"
[nodes.db2]
address = "192.0.2.2"
[services.mysql]
vhid = 1
interface = "em0"
vip = "192.0.2.10"
resources = ["disk0"]
mounts = ["/var/db/mysql"]
{service}
[hast]
timeout = {timeout}
{more}
"""


def paths(*, timeout: int = 20, service: str = "", more: str = "") -> list[str]:
    """Return where the advice points to."""
    text = TOML.format(timeout=timeout, service=service, more=more)
    return [one.path for one in advice(parse_config(text, "test"))]


def test_the_usual_times_need_no_advice() -> None:
    """Nor does a timeout that is as long as the interval."""
    assert paths() == []
    assert paths(timeout=10) == []


def test_a_timeout_below_the_interval_is_worth_a_thought() -> None:
    """A row alone may be older than the other node's look."""
    assert paths(timeout=5) == ["$.hast.timeout"]
    assert paths(timeout=5, more="[agent]\ninterval = 5\n[peer]\ntimeout = 4") == []


def test_a_write_that_only_waits_must_not_count_as_dead() -> None:
    """With `fsync`, the check's patience is longer than twice HAST's timeout."""
    more = "role_deadline = 70"
    assert paths(timeout=60, service="fsync = true", more=more) == [
        "$.services.mysql.fsync"
    ]
    assert paths(timeout=60, more=more) == []
    patient = f"{more}\n[checks.mount_is_alive]\nsettings = {{ stalled = 170 }}"
    assert paths(timeout=60, service="fsync = true", more=patient) == []


def test_the_advice_knows_the_checks_own_number() -> None:
    """It would be wrong where the check changed."""
    check = next(one for one in collect().checks if one.name == "mount_is_alive")
    assert check.settings["stalled"] == STALLED


def test_config_check_warns_and_is_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A warning is no mistake: the exit code is 0."""
    path = tmp_path / "hawatch.toml"
    path.write_text(TOML.format(timeout=5, service="", more=""))
    path.chmod(0o600)
    assert main(["config", "check", "--any-host", "--config", str(path)]) == 0
    out, err = capsys.readouterr()
    assert out == f"{path}: well\n"
    assert err.startswith(f"{path}: warning: $.hast.timeout: 5 s, less than")
