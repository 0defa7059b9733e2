"""The directory trees of tests/machines as machines, and what is written beside them.

`python tests/machines_tools.py` writes the golden outputs anew; read the difference.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
from pathlib import Path

TREES = Path(__file__).parent / "machines"
NAMES = ("article", "vlan", "configured")
SECRETS = ("peer_key", "mysql.password")
GOLDEN = {
    "setup": ("setup", "--dry-run"),
    "doctor": ("doctor",),
    "audit": ("audit",),
}
"""The golden outputs, each with the command that gives it."""

WITHOUT = {("article", "audit"), ("vlan", "audit")}
"""An audit needs a configuration, which these do not have yet."""


def a_tree(name: str, directory: Path, *, shipped: bool = False) -> Path:
    """Copy a tree into a directory, with modes that a checkout does not keep.

    shipped: with the files that setup places, as this source has them.
    """
    from hawatch.placing.shipped import brought_files, shipped_root

    root = directory / name
    shutil.copytree(TREES / name, root)
    if shipped:
        for brought in brought_files(shipped_root()):
            assert brought.data is not None
            path = root / brought.target.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(brought.data)
            path.chmod(brought.mode)
    for path in (root, *root.rglob("*")):
        hidden = path.name in SECRETS
        path.chmod(0o600 if hidden else path.stat().st_mode & 0o7755)
    return root


def run(*words: str) -> tuple[int, str]:
    """Run a command of hawatch in this process; return its exit code and its text."""
    from hawatch.cli import main

    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        code = main(list(words))
    return code, text.getvalue()


def output(name: str, what: str, directory: Path) -> str:
    """Return what a command says of a tree, with its exit code at the end.

    The shipped files' own text is left out: it changes for reasons of its own.
    """
    root = a_tree(name, directory, shipped=name == "configured")
    code, text = run(*GOLDEN[what], "--root", str(root))
    return f"{_without_shipped(text)}exit {code}\n"


def golden(name: str, what: str) -> Path:
    """Return where the golden output of a command on a tree is kept."""
    return TREES / f"{name}.{what}.txt"


def _without_shipped(text: str) -> str:
    kept = []
    inside = False
    for line in text.splitlines():
        if not line.startswith("    ") or line.startswith("    ---"):
            inside = False
        kept += [line] if not inside else []
        if line.startswith("    +++ ") and not line.endswith("hawatch.toml"):
            kept.append("    ...")
            inside = True
    return "".join(f"{line}\n" for line in kept)


def _write() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    for name in NAMES:
        for what in GOLDEN:
            if (name, what) not in WITHOUT:
                with tempfile.TemporaryDirectory() as directory:
                    text = output(name, what, Path(directory).resolve())
                golden(name, what).write_text(text)


if __name__ == "__main__":
    _write()
