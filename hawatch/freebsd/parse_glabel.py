"""What `glabel status` prints: other names of devices [glabel(8), recorded on 13.2]."""

from __future__ import annotations

from collections.abc import Mapping

from hawatch.freebsd.parse_error import ParseError, whole_lines

_HEADER = ["Name", "Status", "Components"]
_DEV = "/dev/"


def parse_labels(text: str) -> Mapping[str, str]:
    """Given the output of `glabel status`, return each label's device by its path.

    Where there is no label glabel prints nothing at all. Raises ParseError for a line
    that is not a name, a status and one device.
    """
    labels: dict[str, str] = {}
    for number, line in whole_lines(text, "NAME STATUS DEVICE"):
        fields = line.split()
        if number == 1 and fields == _HEADER:
            continue
        if number == 1 or len(fields) != len(_HEADER):
            raise ParseError(number, line, "NAME STATUS DEVICE below a header")
        labels[_DEV + fields[0]] = _DEV + fields[2]
    return labels


def behind_labels(device: str, labels: Mapping[str, str]) -> str:
    """Return the device that a name stands for, through labels of labels."""
    for _step in labels:
        device = labels.get(device, device)
    return device
