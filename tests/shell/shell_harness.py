"""Run a shipped script on this machine: a copy whose absolute paths lead to fakes.

The shipped scripts keep FreeBSD's plain paths; only the copy is rewritten. The shells
are dash and mksh: dash is an Almquist shell as FreeBSD's sh is, mksh is of another
family, and what both understand alike is POSIX.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELLS = ("dash", "mksh")
TREES = ("/etc/", "/usr/local/", "/usr/sbin/", "/var/")
TOOLS = ("/bin/timeout", "/usr/bin/logger")
"""Whose paths are rewritten: the trees always, a tool where a fake stands for it."""

PERIODIC_CONF = """\
# What [FACTS D] tells of /etc/defaults/periodic.conf, and nothing more.
source_periodic_confs() {
	[ ! -r "@/etc/periodic.conf" ] || . "@/etc/periodic.conf"
}
check_yesno_period() {
	eval "_enable=\\$$1"
	case "$_enable" in
	[Yy][Ee][Ss]) ;;
	*) return 1 ;;
	esac
	eval "_period=\\$${1%enable}period"
	_period=$(printf %s "$_period" | tr A-Z a-z)
	case "${PERIODIC:-}" in
	"") return 0 ;;
	security) [ "$_period" != no ] ;;
	"security $_period") return 0 ;;
	*) return 1 ;;
	esac
}
"""

RC_SUBR = """\
# What [FACTS E2] tells of /etc/rc.subr, and nothing more.
warn() { echo "$0: WARNING: $*" >&2; }
load_rc_config() { [ ! -r "@/etc/rc.conf" ] || . "@/etc/rc.conf"; }
checkyesno() {
	eval "_value=\\$$1"
	case "$_value" in
	[Yy][Ee][Ss]) return 0 ;;
	[Nn][Oo]) return 1 ;;
	*) warn "\\$$1 is not set properly"; return 1 ;;
	esac
}
run_rc_command() {
	_arg=$1 _quiet= _one=
	case "$_arg" in
	fast*) _arg=${_arg#fast} _quiet=yes ;;
	one*) _arg=${_arg#one} _one=yes ;;
	esac
	if [ -z "$_one" ] && [ "$_arg" != status ] && ! checkyesno "$rcvar"; then
		[ -n "$_quiet" ] ||
			echo "Cannot '$_arg' $name. Set $rcvar to YES in /etc/rc.conf"
		return 0
	fi
	checkyesno "${name}_svcj" && { echo "in a service jail"; return 1; }
	eval "_cmd=\\$${_arg}_cmd"
	$_cmd || return 1
}
"""


def need(*tools: str) -> None:
    """Skip the test where a tool is missing; fail where CI promised to have it."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        text = f"not installed: {', '.join(missing)} (see tests/real/install.sh)"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)


@dataclass
class Ran:
    """How a script ended: output is standard output and error, as they came."""

    code: int
    output: str
    seconds: float


@dataclass
class Machine:
    """A FreeBSD as the script sees it, in a directory of this machine."""

    root: Path
    shell: str
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        need(self.shell)
        self.write("etc/defaults/periodic.conf", self._here(PERIODIC_CONF))
        self.write("etc/rc.subr", self._here(RC_SUBR))
        self.hawatch("exit 0")
        (self.root / "tmp").mkdir()
        self.env = {"PATH": "/bin:/usr/bin", "TMPDIR": str(self.root / "tmp")}

    def write(self, path: str, text: str, *, executable: bool = False) -> Path:
        """Write a file of this machine."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755 if executable else 0o644)
        return file

    def program(self, path: str, body: str) -> Path:
        """Put a fake program at a path; its words and its pid are noted."""
        name = Path(path).name
        notes = f'printf "%s\\n" "$$" > {self.root}/{name}.pid\n'
        notes += f'printf "[%s]" "$@" >> {self.root}/{name}.words\n'
        notes += f"echo >> {self.root}/{name}.words\n"
        return self.write(path, f"#!/bin/sh\n{notes}{body}\n", executable=True)

    def hawatch(self, body: str) -> Path:
        """Let hawatch be a fake that runs this body."""
        return self.program("usr/local/bin/hawatch", body)

    def calls(self, name: str) -> list[list[str]]:
        """Return the words of each call of a fake, in order."""
        try:
            text = (self.root / f"{name}.words").read_text()
        except FileNotFoundError:
            return []
        return [
            line[1:-1].split("][") if line != "[]" else [] for line in text.split("\n")
        ][:-1]

    def periodic_conf(self, *lines: str) -> None:
        """Write /etc/periodic.conf."""
        self.write("etc/periodic.conf", "\n".join(lines) + "\n")

    def rc_conf(self, *lines: str) -> None:
        """Write /etc/rc.conf."""
        self.write("etc/rc.conf", "\n".join(lines) + "\n")

    def text_of(self, script: str) -> str:
        """Return a shipped script's text with this machine's paths."""
        text = (ROOT / script).read_text()
        there = [tool for tool in TOOLS if (self.root / tool[1:]).exists()]
        paths = "|".join(map(re.escape, (*TREES, *there)))
        return re.sub(rf"(?<![\w./!])({paths})", rf"{self.root}\1", text)

    def run(self, script: str, *words: str, limit: float = 30, **env: str) -> Ran:
        """Run a shipped script as FreeBSD's callers do: output into a file."""
        copy = self.root / "script"
        copy.write_text(self.text_of(script))
        return self.command([self.shell, str(copy), *words], limit=limit, **env)

    def command(self, argv: list[str], *, limit: float = 30, **env: str) -> Ran:
        """Run a command and wait for it, not for what it leaves behind."""
        output = self.root / "output"
        started = time.monotonic()
        with output.open("wb") as file:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=self.env | env,
                timeout=limit,
                check=False,
            )
        seconds = time.monotonic() - started
        return Ran(done.returncode, output.read_text(), seconds)

    def _here(self, text: str) -> str:
        return text.replace("@", str(self.root))
