"""What hawatch tells a person to type is accepted by FreeBSD's tools and shells."""

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


CSH_HAS_NOT = re.compile(r"\$\(|[0-9]>|\bcommand -v\b")


def test_what_is_printed_to_be_pasted_is_no_riddle_to_csh() -> None:
    """It is root's shell before FreeBSD 14; it knows neither `$(...)` nor `2>`."""
    for name in ("peer/setup.py", "placing/advice.py"):
        text = (ROOT / "hawatch" / name).read_text("utf-8")
        code = "\n".join(
            line for line in text.split("\n") if "Into csh as well" not in line
        )
        assert 'f"' in code
        assert CSH_HAS_NOT.search(code) is None, name
    for page in ("install-on-freebsd", "connect-the-two-nodes"):
        text = (ROOT / f"docs/how-to/{page}.md").read_text("utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            assert CSH_HAS_NOT.search(block) is None, (page, block)
