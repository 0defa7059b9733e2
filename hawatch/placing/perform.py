"""Changes -> files: the manifest first, then the file, each durable [DESIGN law 5].

Killed between the two, the manifest names a file that is not there yet: placing it
again mends that, and removing it finds nothing to remove.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from hawatch.placing import target
from hawatch.placing.changes import Change
from hawatch.placing.manifest import (
    Manifest,
    Placed,
    digest,
    kept_name,
    save_manifest,
)
from hawatch.placing.target import Found
from hawatch.recording.store import Store


def place(
    changes: Iterable[Change], root: Path, store: Store, manifest: Manifest
) -> Manifest:
    """Carry out the changes that put files there; return the new manifest.

    Raises OSError at the first failure; what was done until then is in the manifest.
    """
    for change in changes:
        if not change.acts or change.after is None:
            continue
        where = root / change.path.lstrip("/")
        entry = _entry(change, change.after, store, manifest)
        made = target.make_directories(where, root)
        manifest = msgspec.structs.replace(
            manifest,
            files={**manifest.files, change.path: entry},
            directories=(
                *manifest.directories,
                *(f"/{directory.relative_to(root)}" for directory in made),
            ),
        )
        save_manifest(store, manifest)
        target.write(where, change.after.data, change.after.mode)
    return manifest


def _entry(change: Change, after: Found, store: Store, manifest: Manifest) -> Placed:
    """Return a file's line of the manifest, its earlier content being kept.

    Only what a person had is kept: on an update, the file from before the first time.
    """
    known = manifest.files.get(change.path)
    new = Placed(digest=digest(after.data), mode=after.mode)
    before = change.before
    if before is None:
        return new
    if known is not None and known.wrote(before.data):
        return msgspec.structs.replace(
            known, digest=new.digest, mode=new.mode, previous=digest(before.data)
        )
    name = kept_name(change.path)
    store.replace(name, before.data)
    return msgspec.structs.replace(
        new,
        before=name,
        before_digest=digest(before.data),
        before_mode=before.mode,
    )


def undo(
    changes: Iterable[Change], root: Path, store: Store, manifest: Manifest
) -> Manifest:
    """Carry out the changes that take files back; return what is left of the manifest.

    A file that stays (a person's, or an unsafe one) stays in the manifest as well.
    Raises OSError at the first failure.
    """
    for change in changes:
        where = root / change.path.lstrip("/")
        if change.acts:
            if change.after is None:
                target.remove(where)
            else:
                target.write(where, change.after.data, change.after.mode)
        if change.acts or change.before == change.after:
            kept = manifest.files[change.path].before
            files = {p: e for p, e in manifest.files.items() if p != change.path}
            manifest = msgspec.structs.replace(manifest, files=files)
            save_manifest(store, manifest)
            if kept:
                store.remove(kept)
    return _without_directories(root, store, manifest)


def _without_directories(root: Path, store: Store, manifest: Manifest) -> Manifest:
    """Remove the directories that were made and are empty again, innermost first."""
    left = []
    for directory in reversed(manifest.directories):
        where = root / directory.lstrip("/")
        try:
            where.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            left.append(directory)  # somebody's files are in it
    manifest = msgspec.structs.replace(manifest, directories=tuple(reversed(left)))
    save_manifest(store, manifest)
    return manifest
