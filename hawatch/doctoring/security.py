"""What an audit asks: who could write what root reads, and who could ask this node."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from hawatch.discovering.machine import FileStatus, Machine
from hawatch.discovering.own_files import secrets, ways
from hawatch.doctoring import carp_signs, hast_conf, surroundings
from hawatch.doctoring.nouns import Gravity, Trap, TrapRule, config
from hawatch.model.fact import Known, Unknown

FORCED = re.compile(r'(?:^|,)command="(?P<command>(?:[^"\\]|\\.)*)"', re.IGNORECASE)
KEY_TYPE = re.compile(r"(?:^|\s)(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+\s+[A-Za-z0-9+/=]+")
OURS = "hawatch"
SECRET = 0o077
STICKY = 0o1000


def trap_foreign_owner(machine: Machine) -> Iterator[Trap]:
    """A file that hawatch reads or runs belongs to somebody else than root."""
    for path, status in _present(machine):
        if status.user not in (0, machine.user):
            yield Trap(
                name="foreign-owner",
                gravity=Gravity.PROBLEM,
                what=f"{path} belongs to the user with id {status.user}",
                why="who owns it decides what root reads or runs",
                type=f"chown root {shlex.quote(path)}",
            )


def trap_others_write(machine: Machine) -> Iterator[Trap]:
    """A file that hawatch reads or runs, or a directory above it, is open to others."""
    above = set(ways(machine.files))
    for path, status in _present(machine):
        sticky = path in above and bool(status.mode & STICKY)
        if status.others_write and not sticky:
            yield Trap(
                name="others-write",
                gravity=Gravity.PROBLEM,
                what=f"{path} can be written by others (mode {status.mode:04o})",
                why="who writes it decides what root reads or runs",
                type=f"chmod go-w {shlex.quote(path)}",
            )


def trap_secret_open(machine: Machine) -> Iterator[Trap]:
    """A password, a key or a notification's URL can be read by others."""
    for path in secrets(machine.config):
        status = machine.files.get(path)
        if not isinstance(status, Known) or status.value is None:
            continue
        if status.value.kind == "file" and status.value.mode & SECRET:
            yield Trap(
                name="secret-open",
                gravity=Gravity.PROBLEM,
                what=f"{path} can be read by others (mode {status.value.mode:04o})",
                why="hawatch refuses to use it, and the secret is no secret any more",
                type=f"chmod 600 {shlex.quote(path)}   (and choose another secret)",
            )


def trap_not_a_file(machine: Machine) -> Iterator[Trap]:
    """A link or something stranger stands where a file is expected."""
    hidden = {*secrets(machine.config), "/etc/hast.conf"}
    for path, status in _present(machine):
        if path in hidden and status.kind != "file":
            yield Trap(
                name="not-a-file",
                gravity=Gravity.WARNING,
                what=f"{path} is a {status.kind}, not a plain file",
                why="what it leads to may be somebody else's",
                type=f"ls -l {shlex.quote(path)}",
            )


def trap_peer_key(machine: Machine) -> Iterator[Trap]:
    """The other node's key may do more than report."""
    known = config(machine)
    if known is None or not known.peer.enabled or known.peer.user != "root":
        return
    if isinstance(machine.authorized_keys, Unknown):
        return
    for number, line in enumerate(machine.authorized_keys.value.split("\n"), start=1):
        if OURS not in line or line.lstrip().startswith("#"):
            continue
        found = KEY_TYPE.search(line)
        options = line[: found.start()].strip() if found is not None else line
        wrong = _what_is_missing(options)
        if wrong:
            yield Trap(
                name="peer-key",
                gravity=Gravity.PROBLEM,
                what=f"/root/.ssh/authorized_keys:{number}: the key {wrong}",
                why="whoever has the other node's key file has this one [FACTS E7]",
                type="hawatch peer setup   (prints the line as it should be)",
            )


def _what_is_missing(options: str) -> str:
    """Return what is wrong with the options before a key, "" for nothing."""
    forced = FORCED.search(options)
    if forced is None:
        return 'has no command="...": it opens a shell of root\'s'
    words = forced["command"].split()
    if words[:1] != ["/usr/local/bin/hawatch"] or words[1:2] != ["report"]:
        return f"runs {forced['command']!r} instead of hawatch report"
    plain = FORCED.sub("", options).split(",")
    if not any(word.strip().lower() == "restrict" for word in plain):
        return "has no `restrict`: it may forward ports"
    if "from=" not in options:
        return "has no from=: it is good from everywhere"
    return ""


def _present(machine: Machine) -> Iterator[tuple[str, FileStatus]]:
    for path, status in machine.files.items():
        if isinstance(status, Known) and status.value is not None:
            yield path, status.value


AUDITED: tuple[TrapRule, ...] = (
    trap_foreign_owner,
    trap_others_write,
    trap_secret_open,
    trap_not_a_file,
    trap_peer_key,
    carp_signs.trap_carp_password,
    carp_signs.trap_bad_authentication,
    carp_signs.trap_carp_not_allowed,
    carp_signs.trap_demotion,
    carp_signs.trap_raised_skew,
    hast_conf.trap_exec_hook,
    surroundings.trap_configurations_differ,
)
"""What an audit asks, in the order of the reference page; some are the doctor's."""
