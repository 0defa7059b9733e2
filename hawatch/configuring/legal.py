"""Which texts are legal for which option: paths, addresses, names.

A judge is given one text and returns what would be right, or None where it is right.
"""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Callable

from hawatch.model import config as model

Judge = Callable[[str], str | None]

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)


def _named(pattern: str, right: str) -> Judge:
    """Return a judge for names that must match a pattern as a whole."""
    compiled = re.compile(pattern)
    return lambda text: None if compiled.fullmatch(text) else right


def address(text: str) -> str | None:
    """Judge the IP address of one machine, in the spelling that ifconfig prints."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return "an IP address such as 192.0.2.1, without a prefix length"
    if found.is_unspecified or found.is_multicast:
        return "the address of one machine"
    # ifconfig prints the usual spelling, and addresses are compared as texts.
    return None if str(found) == text else f'the usual spelling, "{found}"'


def host_name(text: str) -> str | None:
    """Judge a host name or an IP address; a leading dash would be an option to ssh."""
    if _HOST.fullmatch(text) or address(text) is None:
        return None
    return "a host name or an IP address"


def host_and_port(text: str) -> str | None:
    """Judge "host:port", or "[address]:port" for IPv6."""
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    named = address(host[1:-1]) if bracketed else host_name(host)
    numbered = port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535
    if colon and numbered and named is None and (bracketed or ":" not in host):
        return None
    return 'a text such as "192.0.2.1:443" or "[2001:db8::1]:443"'


def absolute_path(text: str) -> str | None:
    """Judge an absolute path without detours."""
    if not text.startswith("/") or not text.isprintable():
        return "an absolute path, from / on"
    # normpath keeps a leading "//", which POSIX lets mean something else.
    tidy = "/" + posixpath.normpath(text).lstrip("/")
    return None if tidy == text else f'the path without detours, "{tidy}"'


def path_or_nothing(text: str) -> str | None:
    """Judge an absolute path, or the empty text."""
    return absolute_path(text) if text else None


def mount_point(text: str) -> str | None:
    """Judge an absolute path that is not the root."""
    return "a directory below /" if text == "/" else absolute_path(text)


def resource(text: str) -> str | None:
    """Judge the name of a HAST resource; `all` means every resource to hastctl."""
    if text != "all" and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", text):
        return None
    return "the name of one resource in hast.conf"


def apprise_url(text: str) -> str | None:
    """Judge an apprise URL by its shape; apprise itself knows the schemes."""
    if not text or re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://\S+", text):
        return None
    return 'an apprise URL such as "ntfy://host/topic"'


def web_url(text: str) -> str | None:
    """Judge a http or https URL, or the empty text."""
    if not text or re.fullmatch(r"https?://\S+", text):
        return None
    return 'a URL such as "https://example.org/ping/name"'


def quiet_hours(text: str) -> str | None:
    """Judge "22:00-07:00", or the empty text."""
    clock = r"([01][0-9]|2[0-3]):[0-5][0-9]"
    if not text or re.fullmatch(f"{clock}-{clock}", text):
        return None
    return 'a text such as "22:00-07:00"'


check_name = _named(r"[a-z_][a-z0-9_]*", "a check's name, such as disk_has_room")
file_name = _named(r"(?!\.{1,2}$)[^/\s]*", "a file name, without a slash")
identifier = _named(r"[A-Za-z0-9_$]{1,64}", "a name of letters, digits, _ and $")
interface = _named(r"[A-Za-z][A-Za-z0-9_.-]{0,14}", "an interface such as em0")
label = _named(r"[A-Za-z0-9_][A-Za-z0-9_-]*", "a name of letters, digits, _ and -")
login = _named(r"[A-Za-z_][A-Za-z0-9_.-]*", "a login name")
rc_script = _named(
    r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", "a script's name as service(8) takes it"
)
language = _named("en|ja", '"en" or "ja"')
some_text = _named(r"\S(.*\S)?", "a text that is not empty")

VALUES: dict[tuple[type, str], Judge] = {
    (model.NodeConfig, "address"): address,
    (model.NodeConfig, "paths"): host_name,
    (model.CanaryConfig, "database"): identifier,
    (model.CanaryConfig, "table"): identifier,
    (model.ProbeConfig, "user"): some_text,
    (model.ProbeConfig, "password_file"): path_or_nothing,
    (model.ServiceConfig, "interface"): interface,
    (model.ServiceConfig, "vip"): address,
    (model.ServiceConfig, "resources"): resource,
    (model.ServiceConfig, "mounts"): mount_point,
    (model.ServiceConfig, "rc"): rc_script,
    (model.ServiceConfig, "process"): absolute_path,
    (model.ServiceConfig, "sentinel"): file_name,
    (model.ServiceConfig, "fsck_yes"): mount_point,
    (model.PeerConfig, "user"): login,
    (model.PeerConfig, "identity"): absolute_path,
    (model.PeerConfig, "known_hosts"): absolute_path,
    (model.WitnessConfig, "ping"): address,
    (model.WitnessConfig, "tcp"): host_and_port,
    (model.AgentConfig, "state"): absolute_path,
    (model.AgentConfig, "run"): absolute_path,
    (model.AgentConfig, "checks"): absolute_path,
    (model.NotifyUrl, "url_file"): path_or_nothing,
    (model.NotifyUrl, "url"): apprise_url,
    (model.NotifyConfig, "language"): language,
    (model.NotifyConfig, "quiet_hours"): quiet_hours,
    (model.NotifyConfig, "ping"): web_url,
}
"""The judge of each option that holds a text, or of each text in its list or table."""

KEYS: dict[tuple[type, str], Judge] = {
    (model.Config, "nodes"): host_name,
    (model.Config, "services"): label,
    (model.Config, "checks"): check_name,
    (model.NotifyConfig, "urls"): label,
}
"""The judge of the names in each table whose names the site chooses."""

MAY_BE_ZERO = frozenset(
    {
        (model.LimitsConfig, "cooldown"),
        (model.NotifyConfig, "remind"),
    }
)
"""The durations for which zero means "without"; any other must be longer."""
