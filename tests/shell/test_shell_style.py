"""Every shell script of the tree: POSIX, readable by two shells, and shellcheck's."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from shell_harness import ROOT, SHELLS, need

SCRIPTS = (
    "periodic/daily/407.status-hawatch",
    "periodic/security/410.hawatch",
    "etc/rc.d/hawatch",
    "etc/libexec/hast-event",
    "etc/install.sh",
)

EXCLUDED = {
    "SC1091": "files of FreeBSD's base system are not here to be followed",
    "SC2034": "rc.subr reads name, desc, rcvar and the commands",
}


def test_no_script_is_forgotten() -> None:
    """Every file below these folders that begins with #! is in the list."""
    found = {
        str(path.relative_to(ROOT))
        for folder in ("periodic", "etc")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.read_bytes().startswith(b"#!")
    }
    assert found == set(SCRIPTS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_is_an_executable_script_for_sh(script: str) -> None:
    """Nothing but /bin/sh is there on every FreeBSD."""
    path = ROOT / script
    assert path.read_text().splitlines()[0] in ("#!/bin/sh", "#!/bin/sh -")
    assert path.stat().st_mode & 0o111 == 0o111


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", [*SCRIPTS, "etc/rc.local.hawatch"])
def test_both_shells_can_read_it(shell: str, script: str) -> None:
    """`sh -n`: a syntax error in an rc.d script stops no boot, but does nothing."""
    need(shell)
    subprocess.run([shell, "-n", str(ROOT / script)], check=True)


@pytest.mark.parametrize("script", SCRIPTS)
def test_shellcheck_has_nothing_to_say(script: str) -> None:
    """POSIX sh; what is excluded has its reason above."""
    need("shellcheck")
    argv = ["shellcheck", "-s", "sh", "-e", ",".join(EXCLUDED), str(ROOT / script)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize("script", [*SCRIPTS, "etc/rc.local.hawatch"])
def test_timeout_never_waits_for_descendants(script: str) -> None:
    """FreeBSD's timeout(1) does, without --foreground; -k kills what ignores TERM."""
    for line in (ROOT / script).read_text().splitlines():
        if "/bin/timeout" in line:
            assert "/bin/timeout --foreground -k 5 " in line


@pytest.mark.parametrize("script", SCRIPTS)
def test_programs_are_called_by_their_paths(script: str) -> None:
    """cron's, devd's and rc's PATH are not ours; install.sh is run by a person."""
    if Path(script).name == "install.sh":
        return
    bare = ("mktemp", "timeout", "cat", "rm", "logger", "daemon", "hawatch")
    for line in (ROOT / script).read_text().splitlines():
        code = line.split("#")[0]
        words = code.replace("$(", " ").split()
        starts = words[:1] + [
            after
            for before, after in pairwise(words)
            if before in ("|", "||", "&&", "if", "!", "exec")
        ]
        assert not set(starts) & set(bare), line
