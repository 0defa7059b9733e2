"""Fingerprints of the files that an audit watches, and how two lists of them differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from hawatch.discovering.machine import FileStatus, Machine
from hawatch.discovering.own_files import secrets
from hawatch.discovering.place import Place
from hawatch.model.fact import Known


def fingerprints(place: Place, machine: Machine) -> Mapping[str, str]:
    """Return a fingerprint by path of each file that is there, without directories.

    A secret's does not depend on its content: a short password could be guessed from a
    digest.
    """
    hidden = set(secrets(machine.config))
    return {
        path: _fingerprint(place, path, status.value, secret=path in hidden)
        for path, status in machine.files.items()
        if isinstance(status, Known)
        and status.value is not None
        and status.value.kind != "directory"
    }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Given two lists of fingerprints, yield a line for each file that differs."""
    for path in sorted({*before, *after}):
        if path not in before:
            yield f"new: {path}"
        elif path not in after:
            yield f"gone: {path}"
        elif before[path] != after[path]:
            yield f"changed: {path}"


def _fingerprint(place: Place, path: str, status: FileStatus, *, secret: bool) -> str:
    rights = f"{status.kind} {status.user} {status.mode:04o}"
    if status.kind != "file":
        return rights
    if secret:
        return f"{rights} {status.size} {status.changed} {status.inode}"
    text = place.text(path)
    if not isinstance(text, Known):
        return f"{rights} unread"
    return f"{rights} {hashlib.sha256(text.value.encode()).hexdigest()}"
