"""What `hawatch setup` placed, and what was there before, so that it can go back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from hawatch.recording.store import Store

FILE = "setup.json"
FOLDER = "setup"
SCHEMA = 1


class ManifestError(Exception):
    """The manifest cannot be read; the text says why and what to do."""


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was placed: the digest of what was written, and its mode.

    previous: the digest of the version of ours that it replaced, for a run that was
    killed before it wrote. before: where the earlier file is kept in the state
    directory, "" where there was none; before_digest and before_mode are that file's.
    """

    digest: str
    mode: int
    previous: str = ""
    before: str = ""
    before_digest: str = ""
    before_mode: int = 0

    def wrote(self, data: bytes) -> bool:
        """Return whether some content is what was placed, and nobody's change."""
        return digest(data) in (self.digest, self.previous)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All files by absolute path, and the directories that were made for them."""

    schema: int = SCHEMA
    files: Mapping[str, Placed] = {}
    directories: tuple[str, ...] = ()


def digest(data: bytes) -> str:
    """Return the SHA-256 of some data, in hex."""
    return hashlib.sha256(data).hexdigest()


def kept_name(path: str) -> str:
    """Return the name under which a file's earlier content is kept in the store."""
    return f"{FOLDER}/{path.strip('/').replace('/', '%')}"


def load_manifest(store: Store) -> Manifest:
    """Return the manifest, empty where nothing was ever placed.

    Raises ManifestError where it is damaged: then nothing is known to be ours.
    """
    try:
        data = store.read(FILE)
        if data is None:
            return Manifest()
        manifest = msgspec.json.decode(data, type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise ManifestError(
            f"{FILE} in the state directory cannot be read: {error}; move it away, "
            "and every file counts as yours"
        ) from None
    if manifest.schema != SCHEMA:
        raise ManifestError(
            f"{FILE} was written by another hawatch (schema {manifest.schema})"
        )
    return manifest


def save_manifest(store: Store, manifest: Manifest) -> None:
    """Save the manifest, durably. Raises OSError."""
    store.replace(FILE, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
