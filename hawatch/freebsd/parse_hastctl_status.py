"""What `hastctl status` prints: one line for each resource [FACTS B4]."""

from __future__ import annotations

import re

import msgspec

from hawatch.freebsd.parse_error import ParseError, whole_lines
from hawatch.freebsd.parse_hastctl_fields import ECHOED, RESOURCE_NAME
from hawatch.freebsd.parse_hastctl_list import HastListError
from hawatch.model.hast import HastRole, HastStatus

_TITLES = re.compile(ECHOED + "Name\tStatus\t Role\t\tComponents")
_LINE = re.compile(
    rf"(?P<name>{RESOURCE_NAME})\t(?P<status>complete|degraded|-) +"
    r"(?P<role>init|primary|secondary) +(?P<localpath>\S+)\t(?P<remoteaddr>\S+)"
)
_ERROR = re.compile(rf"(?P<name>{RESOURCE_NAME})\tERR(?P<error>[0-9]{{1,5}})")


class HastStatusLine(msgspec.Struct, frozen=True, kw_only=True):
    """One resource as `hastctl status` shows it."""

    name: str
    status: HastStatus
    role: HastRole
    localpath: str
    remoteaddr: str


def parse_status(text: str) -> dict[str, HastStatusLine | HastListError]:
    """Given the output of `hastctl status`, return each resource by its name.

    No output means that hast.conf has no resources. Raises ParseError where the titles
    are missing or a line is mutilated.
    """
    resources: dict[str, HastStatusLine | HastListError] = {}
    titled = False
    for number, line in whole_lines(text, "a line of hastctl status"):
        if not titled:
            titled = _TITLES.fullmatch(line) is not None
            if not titled and not (line and re.fullmatch(ECHOED, line)):
                raise ParseError(number, line, "the titles of hastctl status")
            continue
        resource = _resource(number, line)
        if resource.name in resources:
            raise ParseError(number, line, "each resource once")
        resources[resource.name] = resource
    if text and not resources:
        raise ParseError(text.count("\n") + 1, "", "a resource below the titles")
    return resources


def _resource(number: int, line: str) -> HastStatusLine | HastListError:
    """Return what one line says."""
    refused = _ERROR.fullmatch(line)
    if refused is not None:
        return HastListError(name=refused["name"], error=int(refused["error"]))
    found = _LINE.fullmatch(line)
    if found is None:
        raise ParseError(number, line, "name, status, role, local path and address")
    return HastStatusLine(
        name=found["name"],
        status=HastStatus(found["status"]),
        role=HastRole(found["role"]),
        localpath=found["localpath"],
        remoteaddr=found["remoteaddr"],
    )
