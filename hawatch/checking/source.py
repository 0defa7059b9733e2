"""From `--host` to something to check: a configuration, a snapshot and a memory.

    sim:SCENARIO   a node of the simulated pair
    freebsd        this machine
    file:PATH      a recorded look, as JSON: what an author works with on a laptop

The simulator and the observer are reached by name and imported when they are asked for:
checking knows neither of them.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hawatch.model.config import Config, NotifyConfig
from hawatch.model.memory import Memory
from hawatch.model.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    Loader = Callable[[str, str | None], tuple[Config, Snapshot, Memory]]

LOADERS = {
    "sim": "hawatch.sim.source:load_snapshot",
    "freebsd": "hawatch.commands.check:load_snapshot",
    "file": "hawatch.checking.source:load_recording",
}
"""Each kind of host with its function: (rest of the spec, configuration's path)."""


class NoSource(Exception):  # noqa: N818 - a sentence for the person who typed --host
    """The host cannot be had; the text says why and what is possible."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded look. config may be left out where a configuration is named."""

    snapshot: Snapshot
    config: Config | None = None
    memory: Memory | None = None


def load(
    host_spec: str, config_path: str | None = None
) -> tuple[Config, Snapshot, Memory]:
    """Given a host (see above) and the configuration's path, return what to check.

    Raises NoSource with a sentence where that is impossible.
    """
    kind, _, rest = host_spec.partition(":")
    if kind not in LOADERS:
        raise NoSource(
            f"no host {host_spec!r}: sim:SCENARIO, freebsd or file:PATH is wanted"
        )
    module, _, name = LOADERS[kind].partition(":")
    try:
        loader: Loader | None = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        loader = None
    if loader is None:
        raise NoSource(f"{host_spec}: this installation has no {module}.{name}")
    return loader(rest, config_path)


def load_recording(
    path: str, config_path: str | None = None
) -> tuple[Config, Snapshot, Memory]:
    """Given a recording's path, return its parts; a memory that is missing is empty.

    Raises NoSource where it cannot be read or has no configuration.
    """
    try:
        recording = msgspec.json.decode(Path(path).read_bytes(), type=Recording)
    except OSError as error:
        raise NoSource(f"{path}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise NoSource(f"{path} is no recording: {error}") from None
    config = recording.config
    if config_path:
        from hawatch.config import load_config

        config = load_config(Path(config_path))
    if config is None:
        raise NoSource(f"{path} has no configuration; name one with --config")
    snapshot = recording.snapshot
    memory = recording.memory
    if memory is None:
        memory = Memory(node=snapshot.node, boot=snapshot.taken.boot)
    return config, snapshot, memory


def save_recording(
    path: str, config: Config, snapshot: Snapshot, memory: Memory
) -> None:
    """Write a recording that `file:PATH` reads."""
    Path(path).write_bytes(encode_recording(config, snapshot, memory))


def encode_recording(config: Config, snapshot: Snapshot, memory: Memory) -> bytes:
    """Return a recording as JSON, to be carried about.

    The notifications are left out: their addresses may have tokens in them.
    """
    recording = Recording(
        config=msgspec.structs.replace(config, notify=NotifyConfig()),
        snapshot=snapshot,
        memory=memory,
    )
    return msgspec.json.format(msgspec.json.encode(recording)) + b"\n"
