"""What would change: each file against what is there, before anything is touched."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hawatch.placing.manifest import Manifest, digest, kept_name
from hawatch.placing.target import Found, look, why_unsafe
from hawatch.recording.store import Store


class Kind(enum.StrEnum):
    """What happens to one file."""

    NEW = "new"
    UPDATE = "update"
    REPLACE = "replace"
    RESTORE = "restore"
    DELETE = "delete"
    SAME = "same"
    YOURS = "yours"
    REFUSED = "refused"


ACTS = frozenset({Kind.NEW, Kind.UPDATE, Kind.REPLACE, Kind.RESTORE, Kind.DELETE})
"""The kinds that touch a file."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One file: what is there, what shall be there (None: nothing), and why so."""

    path: str
    kind: Kind
    before: Found | None = None
    after: Found | None = None
    why: str = ""

    @property
    def acts(self) -> bool:
        """Return whether a file is touched."""
        return self.kind in ACTS


def placing(
    path: str, wanted: Found, root: Path, manifest: Manifest, *, replace: bool = False
) -> Change:
    """Given a file and what shall be in it, return the change.

    What a person changed since it was placed, or had before, is theirs and stays,
    unless replace is set. Raises OSError.
    """
    where = root / path.lstrip("/")
    unsafe = why_unsafe(where, root)
    if unsafe is not None:
        return Change(path=path, kind=Kind.REFUSED, after=wanted, why=unsafe)
    before = look(where)
    if before is None:
        return Change(path=path, kind=Kind.NEW, after=wanted)
    if before.data == wanted.data:
        # A package's own modes are as good as ours, if they do the same.
        good = not before.mode & 0o022 and not (before.mode ^ wanted.mode) & 0o100
        kind = Kind.SAME if good else Kind.UPDATE
        after = before if good else wanted
        return Change(path=path, kind=kind, before=before, after=after)
    placed = manifest.files.get(path)
    if placed is not None and placed.wrote(before.data):
        return Change(path=path, kind=Kind.UPDATE, before=before, after=wanted)
    why = "changed since it was placed" if placed else "there before hawatch setup"
    kind = Kind.REPLACE if replace else Kind.YOURS
    return Change(path=path, kind=kind, before=before, after=wanted, why=why)


def removing(path: str, root: Path, manifest: Manifest, store: Store) -> Change:
    """Given a file that was placed, return the change that undoes it.

    What a person changed since stays. Raises OSError.
    """
    where = root / path.lstrip("/")
    placed = manifest.files[path]
    unsafe = why_unsafe(where, root)
    if unsafe is not None:
        return Change(path=path, kind=Kind.REFUSED, why=unsafe)
    before = look(where)
    earlier = None
    if placed.before:
        data = store.read(kept_name(path))
        if data is None or digest(data) != placed.before_digest:
            why = f"the earlier file, kept as {placed.before}, is gone or damaged"
            return Change(path=path, kind=Kind.REFUSED, before=before, why=why)
        earlier = Found(data=data, mode=placed.before_mode)
    if before == earlier or before is None:
        return Change(path=path, kind=Kind.SAME, before=before, after=before)
    if not placed.wrote(before.data):
        why = "changed since it was placed"
        return Change(path=path, kind=Kind.YOURS, before=before, after=earlier, why=why)
    kind = Kind.DELETE if earlier is None else Kind.RESTORE
    return Change(path=path, kind=kind, before=before, after=earlier)


def diff(change: Change) -> Iterator[str]:
    """Yield the lines of the unified diff of one change, modes included."""
    before, after = change.before, change.after
    if before is not None and after is not None and before.mode != after.mode:
        yield f"mode of {change.path}: {before.mode:04o} -> {after.mode:04o}"
    yield from difflib.unified_diff(
        _text(before),
        _text(after),
        "/dev/null" if before is None else change.path,
        "/dev/null" if after is None else change.path,
        lineterm="",
    )


def _text(found: Found | None) -> list[str]:
    if found is None:
        return []
    return found.data.decode("utf-8", "backslashreplace").splitlines()
