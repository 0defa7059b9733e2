"""What setup leaves to a person, as lines to type: each only while it still holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hawatch.discovering.config_text import PASSWORD_FILE
from hawatch.discovering.machine import Machine, Settings
from hawatch.discovering.own_files import CONFIG, HOOK, PLACED, PROGRAM
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known

Advice = tuple[str, str]
"""Why, and the line to type."""


def advice(
    machine: Machine, config: Config | None, touched: Collection[str]
) -> Iterator[Advice]:
    """Given the machine as it was, its configuration and the files that changed.

    Yield what is left to do, in the order in which it should be done.
    """
    if _absent(machine, PROGRAM):
        yield (
            "the files call this program, and it is not there",
            f"ln -s `which hawatch` {PROGRAM}",
        )
    yield from _password(machine, config)
    if CONFIG in touched:
        other = _other(machine, config)
        yield ("the other node needs the same file", f"scp {CONFIG} {other}:{CONFIG}")
    if config is not None and _absent(machine, config.peer.identity):
        yield ("the nodes cannot ask each other yet", "hawatch peer setup")
    yield from _reading_again(touched)
    yield from _switches(machine)
    if isinstance(machine.hast_conf, Known):
        hooks = {r.settings.exec for r in machine.hast_conf.value.resources.values()}
        if HOOK not in hooks:
            yield (
                "split-brain is told here only: at the top of hast.conf, both nodes",
                f"exec {HOOK}",
            )


def _other(machine: Machine, config: Config | None) -> str:
    """Return the other node's name, a word in its place where there is none."""
    own = {name.lower().partition(".")[0] for name in machine.names}
    nodes = () if config is None else tuple(config.nodes)
    others = [node for node in nodes if node.lower().partition(".")[0] not in own]
    return others[0] if len(others) == 1 else "OTHER"


def _absent(machine: Machine, path: str) -> bool:
    return machine.files.get(path) == Known(None)


def _password(machine: Machine, config: Config | None) -> Iterator[Advice]:
    if config is None:
        return
    probes = [service.probe for service in config.services.values()]
    files = {probe.password_file for probe in probes if probe is not None}
    for path in sorted(file for file in files if file):
        known = machine.files.get(path)
        # A file of a new configuration has not been looked at: assume the default.
        if known == Known(None) or (known is None and path == PASSWORD_FILE):
            yield (
                "the database is not asked without its password (then Enter, Ctrl-D)",
                f"sh -c 'umask 077; mkdir -p {path.rpartition('/')[0]}; cat > {path}'",
            )


def _reading_again(touched: Collection[str]) -> Iterator[Advice]:
    if PLACED["devd"] in touched:
        yield ("devd reads its rules at its start only", "service devd restart")
    if PLACED["newsyslog"] in touched or PLACED["syslog"] in touched:
        yield (
            "syslogd writes into no file that is not there",
            "newsyslog -CN && service syslogd reload",
        )


def _switches(machine: Machine) -> Iterator[Advice]:
    rc, periodic = _known(machine.rc), _known(machine.periodic)
    local = machine.rc_local.value if isinstance(machine.rc_local, Known) else ""
    if not rc.says_yes("hawatch_enable") and "hawatch boot" not in local:
        yield ("boot and shutdown", "sysrc hawatch_enable=YES")
    if rc.says_yes("mysql_enable"):
        yield ("hawatch starts it, where its disk is", "sysrc mysql_enable=NO")
    for kind in ("daily_status", "security_status"):
        if not periodic.says_yes(f"{kind}_hawatch_enable"):
            yield (
                f"what periodic {kind.partition('_')[0]} reports",
                f"sysrc -f /etc/periodic.conf {kind}_hawatch_enable=YES",
            )


def _known(fact: Fact[Settings]) -> Settings:
    return fact.value if isinstance(fact, Known) else Settings()
