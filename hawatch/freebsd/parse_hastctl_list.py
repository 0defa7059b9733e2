"""What `hastctl list` prints: the resources as hastd sees them [FACTS B5]."""

from __future__ import annotations

import msgspec

from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_hastctl_fields import RESOURCE_NAME, Fields, read_resources
from hawatch.model.hast import (
    HastErrors,
    HastQueues,
    HastResource,
    HastRole,
    HastStatus,
)

_FIRST_LINE = rf"(?P<name>{RESOURCE_NAME}):"

_MEANINGS = {
    1: "hastd does not know this resource",
    2: "hastd calls the request invalid",
    3: "hastd is out of memory",
    4: "hastd does not implement the request",
}


class HastListError(msgspec.Struct, frozen=True, kw_only=True):
    """hastd's refusal to tell about one resource: `error: N` or `ERRN` [FACTS B7]."""

    name: str
    error: int

    @property
    def reason(self) -> str:
        """Return the meaning in a few words."""
        return _MEANINGS.get(self.error, f"hastd answers with error {self.error}")


def parse_list(text: str) -> dict[str, HastResource | HastListError]:
    """Given the output of `hastctl list`, return each resource by its name.

    No output means that hast.conf has no resources. Raises ParseError where a field is
    missing, odd, or contradicts another one.
    """
    return {
        name: _resource(name, fields)
        for name, fields in read_resources(text, _FIRST_LINE).items()
    }


def _resource(name: str, fields: Fields) -> HastResource | HastListError:
    """Return what the fields of one resource say."""
    if "error" in fields:
        return HastListError(name=name, error=fields.unsigned("error"))
    errors = fields.counters("local errors", ("read", "write", "delete", "flush"))
    queues = fields.counters("queues", ("local", "send", "recv", "done", "idle"))
    resource = HastResource(
        name=name,
        role=fields.choice("role", HastRole),
        status=_status(fields),
        provname=fields.word("provname"),
        localpath=fields.word("localpath"),
        remoteaddr=fields.word("remoteaddr"),
        sourceaddr=fields.word("sourceaddr") if "sourceaddr" in fields else None,
        extentsize=fields.unsigned("extentsize"),
        keepdirty=fields.unsigned("keepdirty"),
        replication=fields.word("replication"),
        workerpid=fields.unsigned("workerpid") if "workerpid" in fields else None,
        dirty=fields.unsigned("dirty"),
        reads=fields.unsigned("reads"),
        writes=fields.unsigned("writes"),
        deletes=fields.unsigned("deletes"),
        flushes=fields.unsigned("flushes"),
        activemap_updates=fields.unsigned("activemap updates"),
        errors=HastErrors(**errors),
        queues=HastQueues(**queues),
    )
    _check_worker(fields, resource)
    return resource


def _status(fields: Fields) -> HastStatus:
    """Return the status word; without a worker there is none."""
    if "status" not in fields:
        return HastStatus.NONE
    return fields.choice("status", HastStatus)


def _check_worker(fields: Fields, resource: HastResource) -> None:
    """Raise ParseError where the fields disagree about the worker.

    hastd tells status, pid and extent size of a worker or none of them; a primary
    always has a worker and role init never. A lost line would make a connected
    secondary look unconnected.
    """
    working = resource.workerpid is not None
    agree = (
        (resource.status is not HastStatus.NONE) == working
        and (resource.extentsize > 0) == working
        and (working or resource.role is not HastRole.PRIMARY)
        and not (working and resource.role is HastRole.INIT)
    )
    if not agree:
        raise ParseError(
            fields.number, fields.line, "fields below this line that agree on a worker"
        )
