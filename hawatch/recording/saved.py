"""A recorded cycle in a file of its own, with the configuration that it needs.

It can be sent with a defect report and kept as a test: no secret is in it.
"""

from __future__ import annotations

import msgspec

from hawatch import __version__
from hawatch.model.config import Config, NotifyConfig
from hawatch.model.decision import Decision
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.recording.flight import Flight

MASK = "***"


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One file. title: what was decided, in a sentence; version: of the program then.

    The flight's decisions are what a replay is compared with.
    """

    title: str
    version: str
    config: Config
    flight: Flight


def recording(
    config: Config, flight: Flight, decisions: tuple[Decision, ...]
) -> Recording:
    """Return a recorded cycle with its configuration, and what is to be decided."""
    return Recording(
        title="; ".join(f"[{one.rule}] {one.because}" for one in decisions),
        version=__version__,
        config=without_secrets(config),
        flight=msgspec.structs.replace(flight, decisions=decisions),
    )


def without_secrets(config: Config) -> Config:
    """Return a configuration without what nobody else may read.

    Who is told plays no part in a decision; of the fence command only that there is
    one.
    """
    fence = config.witness.fence
    masked = (fence[0], *(MASK for _ in fence[1:])) if fence else ()
    return msgspec.structs.replace(
        config,
        notify=NotifyConfig(language=config.notify.language),
        witness=msgspec.structs.replace(config.witness, fence=masked),
    )


def encode_recording(saved: Recording) -> bytes:
    """Return a recording as JSON that a person can read."""
    return msgspec.json.format(msgspec.json.encode(saved), indent=1) + b"\n"


def read_recording(data: bytes) -> Fact[Recording]:
    """Given a file's content, return its recording, or why it cannot be read."""
    try:
        return Known(msgspec.json.decode(data, type=Recording))
    except msgspec.DecodeError as error:
        return Unknown(f"no saved cycle: {error}")
