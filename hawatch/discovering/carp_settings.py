"""The vhids that rc.conf configures, and rc.conf without their passwords.

A CARP password is a secret that stands in a file everybody may read: its length is all
that is kept of it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from hawatch.discovering.machine import ConfiguredVhid, Setting, Settings

MASK = "********"
_NUMBERS = {"advskew": 254, "advbase": 255, "vhid": 255}
_FAMILIES = ("inet", "inet6")


def configured_vhids(
    rc: Settings, interfaces: Iterable[str]
) -> tuple[ConfiguredVhid, ...]:
    """Given rc.conf and the names of the interfaces, return the vhids that it makes.

    interfaces: rc.conf writes `em0.100` as `em0_100`, and only the machine's own names
    tell which it was.
    """
    names = {_in_rc_conf(name): name for name in interfaces}
    found: list[ConfiguredVhid] = []
    for variable, setting in rc.values.items():
        if variable.startswith("ifconfig_"):
            interface = _interface(variable.removeprefix("ifconfig_"), names)
            found += _vhids(variable, setting, interface)
    return tuple(found)


def without_passwords(rc: Settings) -> Settings:
    """Return rc.conf with a mask for each password of CARP and of 802.11."""
    values = {
        name: msgspec.structs.replace(setting, value=_masked(setting.value))
        if name.startswith("ifconfig_")
        else setting
        for name, setting in rc.values.items()
    }
    return msgspec.structs.replace(rc, values=values)


def _masked(value: str) -> str:
    return re.sub(r"(\b(?:pass|wepkey|authkey)\s+)\S+", rf"\g<1>{MASK}", value)


def _in_rc_conf(interface: str) -> str:
    """Return an interface's name as rc.conf spells it [rc.conf(5)]."""
    return re.sub(r"[.\-/+]", "_", interface)


def _interface(rest: str, names: Mapping[str, str]) -> str:
    """Return the interface of `em0_alias0`; the longest known name wins."""
    for known in sorted(names, key=len, reverse=True):
        if rest == known or rest.startswith(f"{known}_"):
            return names[known]
    return re.sub(r"_(alias(es|\d+)|ipv6)$", "", rest)


def _vhids(variable: str, setting: Setting, interface: str) -> Iterator[ConfiguredVhid]:
    """Yield the vhids of one variable; `aliases` holds several addresses."""
    words = setting.value.split()
    starts = [at for at, word in enumerate(words) if word in _FAMILIES] or [0]
    for start, end in zip(starts, [*starts[1:], len(words)], strict=True):
        part = words[start:end]
        pairs = dict(itertools.pairwise(part))
        vhid = _number(pairs, "vhid", 0)
        if vhid:
            password = pairs.get("pass")
            yield ConfiguredVhid(
                where=setting.where,
                variable=variable,
                interface=interface,
                vhid=vhid,
                advbase=_number(pairs, "advbase", 1),
                advskew=_number(pairs, "advskew", 0),
                password=None if password is None else len(password.encode()),
            )


def _number(pairs: Mapping[str, str], name: str, default: int) -> int:
    word = pairs.get(name, "")
    if not word.isdigit() or int(word) > _NUMBERS[name]:
        return default
    return int(word)
