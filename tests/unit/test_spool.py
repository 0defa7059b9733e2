"""The spool: rung by many, emptied by one, never hung, never fooled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hawatch.model.trigger import Trigger, TriggerKind
from hawatch.recording import spool

RING = """
import sys
from hawatch.recording.spool import ring
for number in range(int(sys.argv[2])):
    ring(sys.argv[1], "carp", ["1@em0", f"{sys.argv[3]}-{number}"])
"""


def _words(triggers: tuple[Trigger, ...]) -> list[tuple[str, ...]]:
    return [trigger.words for trigger in triggers]


def test_a_trigger_is_taken_once_with_its_words_and_time(tmp_path: Path) -> None:
    """What was rung is what is taken; then the spool is empty."""
    run = str(tmp_path / "run")
    assert not spool.waiting(run)
    before = time.time()
    spool.ring(run, "carp", ["1@em0", "MASTER"])
    assert spool.waiting(run)
    (trigger,) = spool.take(run)
    assert trigger.kind is TriggerKind.CARP
    assert trigger.words == ("1@em0", "MASTER")
    assert before - 0.001 <= trigger.at <= time.time() + 0.001
    assert not spool.waiting(run)
    assert spool.take(run) == ()


def test_triggers_come_in_order_and_equal_ones_are_merged(tmp_path: Path) -> None:
    """Ten rings of one bell are one look."""
    run = str(tmp_path)
    for word in ("MASTER", "BACKUP", "MASTER", "MASTER"):
        spool.ring(run, "carp", [word])
    assert _words(spool.take(run)) == [("MASTER",), ("BACKUP",)]


def test_a_strange_word_does_not_silence_the_bell(tmp_path: Path) -> None:
    """The word becomes "?": the bell matters, and no word is trusted."""
    spool.ring(str(tmp_path), "hast", ["role", "a b", "x\ny", "", "z" * 500, "ü"])
    assert _words(spool.take(str(tmp_path))) == [("role", "?", "?", "?", "?", "?")]
    with pytest.raises(ValueError, match="not a kind"):
        spool.ring(str(tmp_path), "two\nlines")


def test_what_is_no_trigger_is_set_aside(tmp_path: Path) -> None:
    """Rubbish, a FIFO, a directory and a symlink neither hang nor fool the reader."""
    run = str(tmp_path)
    spool.ring(run, "carp", ["MASTER"])
    folder = tmp_path / spool.FOLDER
    name = "00000000000000000{}-1"
    (folder / name.format("001")).write_text("nonsense\n1.0\n")
    (folder / name.format("002")).write_text("carp\nyesterday\n")
    (folder / name.format("003")).write_bytes(b"carp\n1.0\n\xff\xff\n")
    (folder / name.format("004")).write_text("carp\n1.0\nno newline")
    (folder / name.format("005")).symlink_to("/etc/passwd")
    (folder / name.format("006")).mkdir()
    os.mkfifo(folder / name.format("007"))
    (folder / "README").write_text("carp\n1.0\n")
    assert _words(spool.take(run)) == [("MASTER",)]
    assert spool.take(run) == ()
    assert not spool.waiting(run)
    assert (folder / spool.GARBAGE).is_file()


def test_a_flood_of_triggers_does_not_fill_the_disk(tmp_path: Path) -> None:
    """Beyond a bound the bell is loud enough."""
    for number in range(spool.FULL + 20):
        spool.ring(str(tmp_path), "hast", [str(number)])
    assert len(spool.take(str(tmp_path))) == spool.FULL


def test_many_processes_ring_while_one_takes_and_none_is_lost(tmp_path: Path) -> None:
    """Each trigger is taken exactly once, in the order of its own process."""
    run = str(tmp_path / "run")
    ringers = [
        subprocess.Popen([sys.executable, "-c", RING, run, "60", name])
        for name in ("a", "b", "c", "d")
    ]
    taken: list[str] = []
    while any(ringer.poll() is None for ringer in ringers) or spool.waiting(run):
        taken += [trigger.words[1] for trigger in spool.take(run)]
    assert [ringer.returncode for ringer in ringers] == [0, 0, 0, 0]
    for name in "abcd":
        own = [word for word in taken if word.startswith(name)]
        assert own == [f"{name}-{number}" for number in range(60)]


def test_the_fast_path_imports_next_to_nothing() -> None:
    """The daemons wait for `hawatch event`: no typing, json or msgspec on the way."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "import hawatch.recording.spool\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path[:0] = {sys.path!r}\n{code}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(done.stdout.split()) - {"time"}
    assert imported == {"__future__", "hawatch", "hawatch.recording"} | {
        "hawatch.recording.spool"
    }
