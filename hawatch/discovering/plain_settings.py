"""loader.conf(5) and sysctl.conf(5): one `name=value` per line, quoted or not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hawatch.discovering.machine import Setting, Settings

_LINE = re.compile(
    r"\s*(?P<name>[A-Za-z0-9_.%-]+)\s*=\s*"
    r"(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>[^\s#\"]*))\s*(?:#.*)?"
)


def read_plain(files: Iterable[tuple[str, str]]) -> Settings:
    """Given (path, text) of files in the order of their reading, return the settings.

    Lines of another form are passed over, as loader(8) and rc.d/sysctl pass them.
    """
    values: dict[str, Setting] = {}
    for path, text in files:
        for number, line in enumerate(text.split("\n"), start=1):
            found = _LINE.fullmatch(line)
            if found is not None:
                quoted = found["quoted"]
                value = found["plain"] if quoted is None else quoted
                values[found["name"]] = Setting(value=value, where=f"{path}:{number}")
    return Settings(values=values)
