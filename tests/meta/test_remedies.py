"""What hawatch tells a person to type must be accepted by FreeBSD's tools."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SYSRC = re.compile(r"\bsysrc(?: -f \S+)?(?P<words>(?: [^\s=`'\"&|;]+=\S*)+)")


def test_sysrc_is_never_given_a_name_with_a_dot() -> None:
    """It refuses net.inet.carp.allow: no name that a shell could assign to."""
    found = 0
    for folder in ("hawatch", "checks", "docs", "etc", "man", "port", "periodic"):
        for path in sorted((ROOT / folder).rglob("*")):
            if not path.is_file() or path.suffix == ".pyc":
                continue
            for said in SYSRC.finditer(path.read_text("utf-8")):
                found += 1
                names = [word.partition("=")[0] for word in said["words"].split()]
                assert not any("." in name for name in names), (path, said.group())
    assert found > 10
