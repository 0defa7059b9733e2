"""The outbox: one file per message, on the disk before anybody is told.

Whoever sends them is another process (hawatch.notify). File names sort in the order of
the messages and tell kind and incident, so that a message which is already waiting is
not put twice after a crash.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import msgspec

from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.memory import Incident
from hawatch.recording.flips import UNTOLD, Flips
from hawatch.recording.message import Message, MessageKind
from hawatch.recording.store import Store, complaint

FOLDER = "outbox/"
STATE = "outbox/state.json"
LIMIT = 5000
"""Messages that may wait. Beyond it an incident stays untold, and so is told again."""

ONCE = frozenset({MessageKind.OPENED, MessageKind.CLOSED, MessageKind.REMINDER})


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The incidents to remember once the outbox has their messages.

    problem is why some message could not be put; its incident is then as it was
    before, so that the next cycle tells it.
    """

    incidents: Mapping[str, Incident]
    problem: str | None = None


def tell(store: Store, before: Mapping[str, Incident], change: Flips) -> Told:
    """Given the incidents before a cycle and its flips, fill the outbox.

    To be called before the new incidents are saved: a crash in between tells twice at
    worst, and never nothing.
    """
    incidents = dict(change.incidents)
    problem: str | None = None
    for message in change.messages:
        reason = put(store, message)
        if reason is not None:
            problem = reason
            _take_back(incidents, before, message)
    return Told(incidents=incidents, problem=problem)


def put(store: Store, message: Message) -> str | None:
    """Write a message durably; return why that failed, or None.

    One whose incident already has the same kind of message as its last one waiting is
    not written again.
    """
    try:
        names = pending(store)
        if message.kind in ONCE and _last_kind(names, message.key) == message.kind:
            return None
        if len(names) >= LIMIT:
            return f"outbox full: {len(names)} messages wait to be sent"
        number = int(_parts(names[-1])[0]) + 1 if names else 1
        name = (
            f"{FOLDER}{number:08d}-{_tag(message.key)}-{int(message.at * 1000):x}"
            f"-{message.kind}.json"
        )
        store.replace(name, msgspec.json.encode(message))
    except OSError as error:
        return f"message not written: {complaint(error)}"
    return None


def pending(store: Store) -> list[str]:
    """Return the names of the waiting messages in their order.

    Raises OSError as the store does.
    """
    return [name for name in store.names(FOLDER) if _is_message(name)]


def read_message(store: Store, name: str) -> Fact[Message]:
    """Return a waiting message, or why it cannot be read."""
    try:
        data = store.read(name)
        if data is None:
            return Unknown("it is gone")
        return Known(msgspec.json.decode(data, type=Message))
    except OSError as error:
        return Unknown(complaint(error))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unknown(str(error))


def done(store: Store, name: str) -> str | None:
    """Remove a message that everybody was told; return why that failed, or None."""
    try:
        store.remove(name)
    except OSError as error:
        return f"message not removed: {complaint(error)}"
    return None


def _take_back(
    incidents: dict[str, Incident], before: Mapping[str, Incident], message: Message
) -> None:
    """Let an incident be as if its message had not been due yet."""
    if message.kind is MessageKind.ACTION:
        key = f"{UNTOLD}{message.key}#{int(message.at * 1000)}"
        incidents[key] = Incident(
            key=key, opened=message.at, severity=message.severity, text=message.text
        )
    elif message.key in before:
        incidents[message.key] = before[message.key]
    else:
        incidents.pop(message.key, None)


def _last_kind(names: list[str], key: str) -> str | None:
    tag = _tag(key)
    kinds = [_parts(name)[3] for name in names if _parts(name)[1] == tag]
    return kinds[-1] if kinds else None


def _parts(name: str) -> list[str]:
    """Return number, incident tag, milliseconds and kind of a message's file name."""
    return name.removeprefix(FOLDER).removesuffix(".json").split("-")


def _is_message(name: str) -> bool:
    parts = _parts(name)
    return len(parts) == 4 and parts[0].isdecimal()


def _tag(key: str) -> str:
    return f"{zlib.crc32(key.encode()):08x}"
