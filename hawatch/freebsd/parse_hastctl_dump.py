"""What `hastctl dump` prints: the metadata on the local disk [FACTS B6]."""

from __future__ import annotations

from hawatch.freebsd.parse_hastctl_fields import RESOURCE_NAME, read_resources
from hawatch.model.hast import HastDump, HastRole

_FIRST_LINE = rf"resource: (?P<name>{RESOURCE_NAME})"


def parse_dump(text: str) -> dict[str, HastDump]:
    """Given the output of `hastctl dump`, return each resource's metadata by its name.

    A disk that could not be read is absent: hastctl names it on stderr only. Raises
    ParseError where a field is missing or odd.
    """
    return {
        name: HastDump(
            name=name,
            datasize=fields.unsigned("datasize"),
            extentsize=fields.unsigned("extentsize"),
            keepdirty=fields.unsigned("keepdirty"),
            localoff=fields.unsigned("localoff"),
            resuid=fields.unsigned("resuid"),
            localcnt=fields.unsigned("localcnt"),
            remotecnt=fields.unsigned("remotecnt"),
            prevrole=fields.choice("prevrole", HastRole),
        )
        for name, fields in read_resources(text, _FIRST_LINE).items()
    }
