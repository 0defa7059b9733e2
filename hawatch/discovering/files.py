"""The configuration files of a machine, read and laid over each other as rc does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from hawatch.discovering.cron_jobs import read_crontab
from hawatch.discovering.devd_rules import read_devd
from hawatch.discovering.machine import CronJob, DevdRules, Settings
from hawatch.discovering.place import Place
from hawatch.discovering.plain_settings import read_plain
from hawatch.discovering.sh_settings import read_sh
from hawatch.freebsd.parse_error import ParseError
from hawatch.model.fact import Fact, Known, Unknown

T = TypeVar("T")

RC_CONF = ("/etc/rc.conf", "/etc/rc.conf.local")
RC_CONF_D = ("/etc/rc.conf.d", "/usr/local/etc/rc.conf.d")
PERIODIC_CONF = (
    "/etc/periodic.conf",
    "/etc/periodic.conf.local",
    "/usr/local/etc/periodic.conf",
)
LOADER_CONF = "/boot/loader.conf"
LOADER_CONF_D = "/boot/loader.conf.d"
SYSCTL_CONF = ("/etc/sysctl.conf", "/etc/sysctl.conf.local")
DEVD_CONF = "/etc/devd.conf"
DEVD_D = ("/etc/devd", "/usr/local/etc/devd")
CRONTAB = "/etc/crontab"
CRON_D = ("/etc/cron.d", "/usr/local/etc/cron.d")
ROOT_CRONTAB = "/var/cron/tabs/root"
RC_LOCAL = "/etc/rc.local"
RC_D = "/usr/local/etc/rc.d"
LIBEXEC = "/usr/local/libexec"
AUTHORIZED_KEYS = "/root/.ssh/authorized_keys"


def rc_settings(place: Place) -> Fact[Settings]:
    """Return rc.conf(5) with the files of rc.conf.d, without the system's defaults."""
    paths = _with_folders(place, RC_CONF, RC_CONF_D)
    return _read(place, paths, read_sh)


def periodic_settings(place: Place) -> Fact[Settings]:
    """Return periodic.conf(5) without the system's defaults."""
    return _read(place, Known(PERIODIC_CONF), read_sh)


def loader_settings(place: Place) -> Fact[Settings]:
    """Return loader.conf(5)."""
    first = (LOADER_CONF,)
    paths = _with_folders(place, first, (LOADER_CONF_D,), suffix=".conf")
    if isinstance(paths, Known):
        paths = Known((*paths.value, "/boot/loader.conf.local"))
    return _read(place, paths, read_plain)


def sysctl_settings(place: Place) -> Fact[Settings]:
    """Return sysctl.conf(5)."""
    return _read(place, Known(SYSCTL_CONF), read_plain)


def devd_rules(place: Place) -> Fact[DevdRules]:
    """Return the rules that devd would read, the site's with the system's."""
    paths = _with_folders(place, (DEVD_CONF,), DEVD_D, suffix=".conf")
    return _read(place, paths, read_devd)


def cron_jobs(place: Place) -> Fact[tuple[CronJob, ...]]:
    """Return every job that runs as a part of the system, or as root."""

    def jobs(files: Iterable[tuple[str, str]]) -> tuple[CronJob, ...]:
        return tuple(
            job
            for path, text in files
            for job in read_crontab(
                path, text, owner="root" if path == ROOT_CRONTAB else ""
            )
        )

    paths = _with_folders(place, (CRONTAB, ROOT_CRONTAB), CRON_D)
    return _read(place, paths, jobs)


def parsed(text: Fact[str], parse: Callable[[str], T], path: str) -> Fact[T]:
    """Return what a parser makes of a file, unknown where it refuses it."""
    if isinstance(text, Unknown):
        return text
    try:
        return Known(parse(text.value))
    except ParseError as error:
        return Unknown(f"{path} is not understood: {error}")


def _with_folders(
    place: Place, first: tuple[str, ...], folders: tuple[str, ...], *, suffix: str = ""
) -> Fact[tuple[str, ...]]:
    """Return paths: the named files, then those of the folders in sorted order."""
    paths = list(first)
    for folder in folders:
        names = place.names(folder)
        if isinstance(names, Unknown):
            return names
        paths += [
            f"{folder}/{name}"
            for name in names.value
            if not name.startswith(".") and name.endswith(suffix)
        ]
    return Known(tuple(paths))


def _read(
    place: Place,
    paths: Fact[tuple[str, ...]],
    parse: Callable[[Iterable[tuple[str, str]]], T],
) -> Fact[T]:
    """Return what a parser makes of files; one that cannot be read spoils it all."""
    if isinstance(paths, Unknown):
        return paths
    files = []
    for path in paths.value:
        status = place.status(path)
        if isinstance(status, Known) and status.value is not None:
            if status.value.kind == "directory":
                continue
            text = place.text(path)
            if isinstance(text, Unknown):
                return text
            files.append((path, text.value))
    return Known(parse(files))
