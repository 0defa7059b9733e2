"""`hawatch run` as cron and an event start it, on a machine that is no pair."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hawatch.commands.common import UsageError, open_agent, parser
from hawatch.recording.spool import ring

pytestmark = pytest.mark.skipif(
    sys.platform.startswith("freebsd"), reason="would run real cycles on a real node"
)

TOML = """
[nodes."{host}"]
address = "192.0.2.1"
[nodes.another]
address = "192.0.2.2"
[services.mysql]
vhid = 1
interface = "em0"
vip = "192.0.2.10"
resources = ["disk0"]
mounts = ["/var/db/mysql"]
[peer]
enabled = false
[agent]
state = "{root}/state"
run = "{root}/run"
checks = []
"""


def run(*words: str) -> tuple[int, str, str]:
    """Run `hawatch run` in a process of its own; return its code and what it said."""
    argv = [sys.executable, "-m", "hawatch", "run", *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Return the path of a configuration that names this machine."""
    path = tmp_path / "hawatch.toml"
    path.write_text(TOML.format(host=os.uname().nodename, root=tmp_path))
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[None]:
    """Hold the lock, as a cycle at work does."""
    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("busy")
def test_cron_rings_in_vain_while_a_cycle_is_at_work(config: str) -> None:
    """A long plan outlasts many rings: nothing that a person must know."""
    assert run("--config", config) == (0, "", "")


def test_a_worker_without_a_trigger_goes_away(config: str) -> None:
    """Another one has taken it."""
    assert run("--spool", "--config", config) == (0, "", "")


def test_a_worker_with_a_trigger_takes_it_and_runs(config: str, tmp_path: Path) -> None:
    """The spool is empty afterwards, and the node is told as it is."""
    ring(str(tmp_path / "run"), "carp", ["MASTER", "1@em0"])
    code, out, _ = run("--spool", "--config", config)
    assert code == 3
    assert "hastd_runs" in out
    assert not list((tmp_path / "run" / "spool").iterdir())


def test_a_quiet_run_says_nothing_that_is_on_record(config: str) -> None:
    """As long as a failure stands, cron would log all of it six times a minute."""
    assert run("--quiet", "--config", config) == (3, "", "")


def test_a_quiet_run_says_what_is_not_on_record(config: str, tmp_path: Path) -> None:
    """What stands nowhere else has to be said."""
    assert run("--quiet", "--config", config)[0] == 3
    (tmp_path / "state" / "state.json").write_text("{}")
    code, out, _ = run("--quiet", "--config", config)
    assert code == 3
    assert "not recorded: the memory was lost" in out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("pretends", [False, True])
def test_somebody_else_than_root_is_told_so(pretends: bool) -> None:
    """A memory that may not be read must not look like one that was lost."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "state").mkdir(mode=0o700)
        path = root / "hawatch.toml"
        path.write_text(TOML.format(host=os.uname().nodename, root=root))
        path.chmod(0o644)
        options = parser("run", "").parse_args(["--config", str(path)])
        open_agent(options, pretends=pretends)
        os.setresuid(65534, 65534, 0)
        try:
            with pytest.raises(UsageError) as caught:
                open_agent(options, pretends=pretends)
        finally:
            os.setresuid(0, 0, 0)
    assert str(caught.value) == (
        f"hawatch: this user may not use {root}/state: ask as root"
    )
