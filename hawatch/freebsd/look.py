"""One reading each: ask the host, parse the answer, give a fact.

No exception leaves: what could not be found out is Unknown, with a reason for an
administrator. Nothing here decides and nothing changes the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec

from hawatch.freebsd import words
from hawatch.freebsd.look_rc import read_rc as read_rc
from hawatch.freebsd.parse_error import CarpMissingError, ParseError
from hawatch.freebsd.parse_fstab import parse_fstab
from hawatch.freebsd.parse_glabel import parse_labels
from hawatch.freebsd.parse_hastconf import HastConf, parse_hastconf
from hawatch.freebsd.parse_hastctl_dump import parse_dump
from hawatch.freebsd.parse_hastctl_failure import (
    HastFailure,
    HastTrouble,
    explain_failure,
    no_answer,
)
from hawatch.freebsd.parse_hastctl_list import HastListError, parse_list
from hawatch.freebsd.parse_ifconfig import parse_ifconfig
from hawatch.freebsd.parse_mount import parse_mount
from hawatch.freebsd.parse_netstat import parse_carp_counters
from hawatch.freebsd.parse_processes import find_hastd
from hawatch.freebsd.parse_sysctl import parse_carp_sysctls
from hawatch.host import CommandResult, Ending, Host
from hawatch.model.carp import CarpCounters, CarpSysctls, Interface
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.hast import Hastd, HastDump, HastResource
from hawatch.model.storage import Fstab, Mount

T = TypeVar("T")

DEADLINE = 5.0
"""Seconds for a reading: none of them waits for anything but a stuck hastd."""

_MAX_HAST_ERROR = 4
"""Exit 1 to 4 of hastctl: it answered, and one resource has an error [FACTS B7]."""


class HastReading(msgspec.Struct, frozen=True, kw_only=True):
    """What hastd told of its resources, and whether it told anything at all.

    answering False means that the connection was refused, lost, or not answered in
    time: with a living hastd process it is stuck, not dead [FACTS B7].
    """

    resources: Mapping[str, Fact[HastResource]]
    answering: bool


async def read_interface(
    host: Host, name: str, *, deadline: float = DEADLINE
) -> Fact[Interface]:
    """Given an interface's name, return what ifconfig shows of it."""

    def only(text: str) -> Interface:
        for interface in parse_ifconfig(text):
            if interface.name == name:
                return interface
        raise ParseError(1, text.split("\n", 1)[0], f"interface {name}")

    result = await host.ask(words.show_interface(name), deadline=deadline)
    return _understood(result, only)


async def read_sysctls(host: Host, *, deadline: float = DEADLINE) -> Fact[CarpSysctls]:
    """Return the net.inet.carp tree."""
    result = await host.ask(words.show_carp_sysctls(), deadline=deadline)
    return _understood(result, lambda out: parse_carp_sysctls(out, result.err))


async def read_counters(
    host: Host, *, deadline: float = DEADLINE
) -> Fact[CarpCounters]:
    """Return CARP's counters since boot."""
    result = await host.ask(words.show_carp_counters(), deadline=deadline)
    return _understood(result, parse_carp_counters)


async def read_mounts(
    host: Host, *, deadline: float = DEADLINE
) -> Fact[tuple[Mount, ...]]:
    """Return the mount table; of several mounts on a directory the last is visible."""
    result = await host.ask(words.list_mounts(), deadline=deadline)
    return _understood(result, parse_mount)


async def read_labels(
    host: Host, *, deadline: float = DEADLINE
) -> Fact[Mapping[str, str]]:
    """Return the device of each label, both as paths."""
    result = await host.ask(words.list_labels(), deadline=deadline)
    return _understood(result, parse_labels)


async def read_hast(
    host: Host,
    names: Iterable[str],
    *,
    deadline: float = DEADLINE,
    alive: bool | None = None,
) -> HastReading:
    """Given resource names, return what hastd says of each.

    One call asks for all of them, to keep hastd's short queue free; where a silent
    worker spoils it for every resource, each is asked alone. deadline (seconds) holds
    for each call. alive tells whether a hastd process was seen, for better reasons.
    """
    asked = tuple(names)
    if not asked:
        return HastReading(resources={}, answering=True)
    result = await host.ask(words.hast_list(*asked), deadline=deadline)
    failure = _failure_of(result, alive=alive)
    if failure is None:
        return HastReading(resources=_listed(result.out, asked), answering=True)
    if failure.trouble is HastTrouble.WORKER_SILENT and len(asked) > 1:
        resources: dict[str, Fact[HastResource]] = {}
        answering = True
        for name in asked:
            alone = await read_hast(host, (name,), deadline=deadline, alive=alive)
            resources.update(alone.resources)
            answering = answering and alone.answering
        return HastReading(resources=resources, answering=answering)
    return HastReading(
        resources=dict.fromkeys(asked, Unknown(failure.reason)),
        answering=failure.answered,
    )


async def read_resources(
    host: Host, names: Iterable[str], *, deadline: float = DEADLINE
) -> dict[str, Fact[HastResource]]:
    """Given resource names, return the facts of read_hast without its answering."""
    return dict((await read_hast(host, names, deadline=deadline)).resources)


async def read_dumps(
    host: Host, names: Iterable[str], *, deadline: float = DEADLINE
) -> dict[str, Fact[HastDump]]:
    """Given resource names, return each one's metadata on the local disk.

    Each has a call of its own: the call fails as a whole where one disk does. It needs
    no hastd; deadline (seconds) holds for each call.
    """
    dumps: dict[str, Fact[HastDump]] = {}
    for name in names:
        result = await host.ask(words.hast_dump(name), deadline=deadline)
        dumps[name] = _dumped(result, name)
    return dumps


def read_hastd(host: Host, *, answering: bool) -> Fact[Hastd]:
    """Given whether hastctl got an answer, return hastd as the process table has it."""
    table = host.processes()
    if isinstance(table, Unknown):
        return table
    return Known(find_hastd(table.value, answering=answering))


def read_fstab(host: Host) -> Fact[Fstab]:
    """Return what mount(8) takes from /etc/fstab."""
    return _file(host, words.FSTAB, parse_fstab)


def read_hast_conf(host: Host) -> Fact[HastConf]:
    """Return what /etc/hast.conf configures."""
    return _file(host, words.HAST_CONF, parse_hastconf)


def _understood(result: CommandResult, parse: Callable[[str], T]) -> Fact[T]:
    """Return what a parser makes of an answer, or why there is none."""
    if result.ending is not Ending.EXITED:
        return Unknown(result.complaint())
    try:
        value = parse(result.out)
    except CarpMissingError as error:
        return Unknown(str(error))
    except ParseError as error:
        if result.succeeded:
            return Unknown(_not_understood(result.argv[0], error))
        return Unknown(result.complaint())
    return Known(value) if result.succeeded else Unknown(result.complaint())


def _not_understood(path: str, error: ParseError) -> str:
    """Return the reason for a text that its parser refuses."""
    return f"{path.rsplit('/', 1)[-1]} is not understood: {error}"


def _file(host: Host, path: str, parse: Callable[[str], T]) -> Fact[T]:
    """Return what a parser makes of a file."""
    text = host.read_text(path)
    if isinstance(text, Unknown):
        return text
    try:
        return Known(parse(text.value))
    except ParseError as error:
        return Unknown(_not_understood(path, error))


def _failure_of(result: CommandResult, *, alive: bool | None) -> HastFailure | None:
    """Return why a hastctl call gave no answer, or None where its output is one."""
    if result.ending in (Ending.OVERDUE, Ending.ABANDONED):
        return no_answer(result.seconds)
    if result.ending is not Ending.EXITED or result.status is None:
        return HastFailure(trouble=HastTrouble.OTHER, reason=result.complaint())
    partly = 0 < result.status <= _MAX_HAST_ERROR and bool(result.out)
    if result.status == 0 or partly:
        return None
    return explain_failure(result.status, result.err, alive=alive)


def _listed(text: str, names: tuple[str, ...]) -> dict[str, Fact[HastResource]]:
    """Return the fact of each name that `hastctl list` was asked for."""
    try:
        listed = parse_list(text)
    except ParseError as error:
        return dict.fromkeys(names, Unknown(_not_understood(words.HASTCTL, error)))
    facts: dict[str, Fact[HastResource]] = {}
    for name in names:
        found = listed.get(name)
        if found is None:
            facts[name] = Unknown(f"hastctl did not list {name}")
        elif isinstance(found, HastListError):
            facts[name] = Unknown(found.reason)
        else:
            facts[name] = Known(found)
    return facts


def _dumped(result: CommandResult, name: str) -> Fact[HastDump]:
    """Return the fact of one resource's dump."""
    failure = _failure_of(result, alive=None)
    if failure is not None:
        return Unknown(failure.reason, kind=str(failure.trouble))
    try:
        found = parse_dump(result.out).get(name)
    except ParseError as error:
        return Unknown(_not_understood(words.HASTCTL, error))
    return Known(found) if found else Unknown(f"hastctl did not dump {name}")
