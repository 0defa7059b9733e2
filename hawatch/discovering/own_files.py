"""Which files hawatch reads, runs or trusts: the ones that an audit has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from hawatch.discovering.place import Place
from hawatch.freebsd.parse_hastconf import HastConf
from hawatch.model.config import Config, PeerConfig
from hawatch.model.fact import Fact, Known, Unknown

CONFIG = "/usr/local/etc/hawatch.toml"
PROGRAM = "/usr/local/bin/hawatch"
HOOK = "/usr/local/libexec/hawatch/hast-event"
KEYS = "/usr/local/etc/hawatch"
PLACED = {
    "cron.d": "/usr/local/etc/cron.d/hawatch",
    "devd": "/usr/local/etc/devd/hawatch.conf",
    "rc.d": "/usr/local/etc/rc.d/hawatch",
    "hook": HOOK,
    "daily": "/usr/local/etc/periodic/daily/407.status-hawatch",
    "security": "/usr/local/etc/periodic/security/410.hawatch",
    "newsyslog": "/usr/local/etc/newsyslog.conf.d/hawatch.conf",
    "syslog": "/usr/local/etc/syslog.d/hawatch.conf",
}
"""Where `hawatch setup` puts what it brings."""


def own_files(
    place: Place, config_path: str, config: Fact[Config], hast_conf: Fact[HastConf]
) -> tuple[str, ...]:
    """Return the paths, without doubles; a directory's files follow the directory."""
    paths = [config_path, PROGRAM, KEYS, *PLACED.values()]
    paths += ["/etc/hast.conf", "/etc/rc.conf", "/etc/rc.local", "/root/.ssh"]
    # Where the key is to be, before a configuration says so.
    paths += ["/root/.ssh/authorized_keys", PeerConfig().identity]
    paths += secrets(config)
    if isinstance(config, Known):
        agent = config.value.agent
        paths += [config.value.peer.known_hosts, agent.state, agent.run]
        paths += config.value.witness.fence[:1]
        for folder in agent.checks:
            paths += [folder, *_inside(place, folder)]
    if isinstance(hast_conf, Known):
        hooks = [hast_conf.value.settings.exec]
        hooks += [one.settings.exec for one in hast_conf.value.resources.values()]
        paths += [hook for hook in hooks if hook]
    return tuple(dict.fromkeys(paths))


def ways(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the directories above some files, without doubles, the root first."""
    above = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    return tuple(sorted(above))


def secrets(config: Fact[Config]) -> tuple[str, ...]:
    """Return the files of a configuration that nobody but root may read."""
    if isinstance(config, Unknown):
        return ()
    paths = [config.value.peer.identity] if config.value.peer.enabled else []
    probes = [service.probe for service in config.value.services.values()]
    paths += [probe.password_file for probe in probes if probe is not None]
    paths += [url.url_file for url in config.value.notify.urls.values()]
    return tuple(path for path in paths if path)


def _inside(place: Place, folder: str) -> Iterator[str]:
    names = place.names(folder)
    if isinstance(names, Known):
        yield from (f"{folder}/{name}" for name in names.value)
