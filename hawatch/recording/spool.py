"""The bell: one tiny file per trigger, written in milliseconds by `hawatch event`.

devd and hastd wait for that command, so this module imports nothing but os and time;
the Trigger struct comes with `take`. A trigger only says "look now": its words are
plain text for the journal, and a word that is not plain is written as "?", because the
bell matters and the word does not.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False  # the typing module alone takes longer to import than all this
if TYPE_CHECKING:
    from collections.abc import Sequence

    from hawatch.model.trigger import Trigger

FOLDER = "spool"
FULL = 512
"""That many waiting triggers ring loud enough; a further one is not written."""
MOST_WORDS = 16
MOST_LETTERS = 128
PLAIN = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._:/=,+-?"
)
GARBAGE = ".garbage"
"""Where the last file that was no trigger is kept for a person to look at."""


def ring(run_dir: str, kind: str, words: Sequence[str] = ()) -> None:
    """Given the run directory, a trigger's kind and its words, leave it in the spool.

    The file appears whole (written under another name, then renamed), and its name
    sorts by the monotonic clock, which all processes of one boot share.
    Raises OSError as the system does, ValueError where the kind is not a plain word.
    """
    if not _is_plain(kind):
        raise ValueError(f"not a kind of trigger: {kind!r}")
    plain = [word if _is_plain(word) else "?" for word in words[:MOST_WORDS]]
    text = "\n".join([kind, f"{time.time():.6f}", *plain, ""])
    folder = _open(run_dir)
    try:
        if len(_names(folder)) < FULL:
            _write(folder, text.encode("ascii"))
    finally:
        os.close(folder)


def waiting(run_dir: str) -> bool:
    """Return whether a trigger waits in the spool."""
    try:
        folder = _open(run_dir)
    except OSError:
        return False
    try:
        return any(map(_is_name, _names(folder)))
    finally:
        os.close(folder)


def take(run_dir: str) -> tuple[Trigger, ...]:
    """Return the waiting triggers in the order of their ringing, and empty the spool.

    Triggers of the same kind and words are merged into the first. A file is removed
    after it has been read; one that is no trigger is set aside. What the system
    refuses leaves the file for the next cycle: looking twice does no harm.
    """
    taken: dict[tuple[str, tuple[str, ...]], Trigger] = {}
    try:
        folder = _open(run_dir)
    except OSError:
        return ()
    try:
        for name in _names(folder):
            trigger = _take_one(folder, name)
            if trigger is not None:
                taken.setdefault((trigger.kind, trigger.words), trigger)
    finally:
        os.close(folder)
    return tuple(taken.values())


def _take_one(folder: int, name: str) -> Trigger | None:
    try:
        trigger = _parse(_read(name, folder)) if _is_name(name) else None
        if trigger is None:
            os.rename(name, GARBAGE, src_dir_fd=folder, dst_dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)
        return trigger
    except OSError:
        return None


def _write(folder: int, data: bytes) -> None:
    name = f"{time.monotonic_ns():020d}-{os.getpid():07d}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    file = os.open(f".{name}", flags, 0o640, dir_fd=folder)
    try:
        os.write(file, data)
    finally:
        os.close(file)
    os.rename(f".{name}", name, src_dir_fd=folder, dst_dir_fd=folder)


def _parse(text: str) -> Trigger | None:
    """Return the trigger that a file's text spells, or None."""
    from hawatch.model.trigger import Trigger, TriggerKind

    lines = text.split("\n")
    if len(lines) < 3 or lines.pop() or not all(map(_is_plain, lines)):
        return None
    kind, at, *words = lines
    if len(words) > MOST_WORDS:
        return None
    try:
        return Trigger(kind=TriggerKind(kind), words=tuple(words), at=float(at))
    except ValueError:
        return None


def _read(name: str, folder: int) -> str:
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(file, 4096).decode("ascii", "replace")
    finally:
        os.close(file)


def _is_plain(word: str) -> bool:
    return 0 < len(word) <= MOST_LETTERS and PLAIN.issuperset(word)


def _is_name(name: str) -> bool:
    clock, _, pid = name.partition("-")
    return len(clock) == 20 and clock.isdecimal() and pid.isdecimal()


def _names(folder: int) -> list[str]:
    """Return the sorted names of the files; links, FIFOs and folders are none."""
    with os.scandir(folder) as found:
        return sorted(
            entry.name
            for entry in found
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
        )


def _open(run_dir: str) -> int:
    """Open the spool's directory, making it: /var/run is emptied at boot [FACTS E5].

    Raises OSError as the system does.
    """
    path = f"{run_dir}/{FOLDER}"
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        from pathlib import Path

        Path(path).mkdir(mode=0o750, parents=True, exist_ok=True)
        return os.open(path, flags)
