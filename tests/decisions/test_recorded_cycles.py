"""Recorded cycles kept as tests: `hawatch replay CYCLE --save` into recorded/."""

from __future__ import annotations

from pathlib import Path

import builders as b
import msgspec
import pytest

from hawatch.cli import main
from hawatch.model.config import NotifyConfig, NotifyUrl
from hawatch.model.fact import Known, Unknown
from hawatch.recording.replay import decide_again, differences
from hawatch.recording.saved import (
    Recording,
    encode_recording,
    read_recording,
    without_secrets,
)

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))
SIM = ("--host", "sim:mysqld-dead-for-good")


def the_recording(path: Path) -> Recording:
    """Return a file's recording."""
    read = read_recording(path.read_bytes())
    assert isinstance(read, Known), read
    return read.value


def test_there_are_recorded_cycles() -> None:
    """An empty folder would hold the program to nothing."""
    assert len(RECORDED) >= 2


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_cycle_is_decided_as_it_was(path: Path) -> None:
    """What a pair once went through is decided the same way by every later program."""
    saved = the_recording(path)
    today = decide_again(saved.config, saved.flight)
    assert list(differences(saved.flight, today)) == []
    assert saved.flight.decisions


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_recorded_cycle_is_named_by_a_sentence_and_holds_no_secret(
    path: Path,
) -> None:
    """Its file can be read, sent and kept."""
    saved = the_recording(path)
    assert path.stem.count("-") >= 3
    assert saved.title.startswith("[")
    assert saved.config == without_secrets(saved.config)
    assert saved.config.notify == NotifyConfig()


def test_one_command_makes_a_test_of_a_recorded_cycle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file needs no pair and no configuration of its own to be replayed."""
    path = tmp_path / "restarted-here.json"
    assert main(["replay", *SIM, "9", "--save", str(path)]) == 0
    assert f"hawatch replay {path}" in capsys.readouterr().out
    assert main(["replay", str(path)]) == 0
    assert capsys.readouterr().out.endswith("the same as was decided then\n")
    saved = the_recording(path)
    assert encode_recording(saved) == path.read_bytes()


def test_a_file_that_is_there_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A recording that was kept is worth more than a slip of the pen."""
    path = tmp_path / "kept.json"
    path.write_text("kept")
    assert main(["replay", *SIM, "9", "--save", str(path)]) == 2
    assert path.read_text() == "kept"
    assert "is there already" in capsys.readouterr().err


def test_what_is_decided_otherwise_by_now_can_be_saved_as_expected(
    tmp_path: Path,
) -> None:
    """After a mended rule the file expects the new decision."""
    saved = the_recording(RECORDED[0])
    limits = msgspec.structs.replace(saved.config.limits, moves=1, cooldown=0.0)
    (decision,) = saved.flight.decisions
    other = msgspec.structs.replace(decision, because="something else")
    flight = msgspec.structs.replace(saved.flight, decisions=(other,))
    config = msgspec.structs.replace(saved.config, limits=limits)
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    changed = msgspec.structs.replace(saved, config=config, flight=flight)
    before.write_bytes(encode_recording(changed))
    assert main(["replay", str(before)]) == 1
    assert main(["replay", str(before), "--today", "--save", str(after)]) == 1
    assert main(["replay", str(after)]) == 0


def test_no_secret_of_the_configuration_is_saved() -> None:
    """Neither a URL with a token nor the words of a fence command."""
    config = b.a_config()
    url = NotifyUrl(url="json://user:secret-token@example.org")
    config = msgspec.structs.replace(
        config,
        notify=NotifyConfig(language="ja", urls={"a": url}, ping="https://x/secret"),
        witness=msgspec.structs.replace(
            config.witness, fence=("/usr/local/sbin/fence", "--password", "secret")
        ),
    )
    told = msgspec.json.encode(without_secrets(config))
    assert b"secret" not in told
    assert b"/usr/local/sbin/fence" in told


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "No such file"), (b"{}", "no recorded cycle"), (b"x", "no recorded cycle")],
)
def test_a_file_that_is_no_recording_is_a_wrong_word(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    complaint: str,
) -> None:
    """Exit code 2, with the file and what is wrong with it."""
    path = tmp_path / "cycle.json"
    if content is not None:
        path.write_bytes(content)
    assert main(["replay", *SIM, str(path)]) == 2
    said = capsys.readouterr().err
    assert (str(path) in said, complaint in said) == (True, True)


def test_nothing_is_saved_without_a_cycle(capsys: pytest.CaptureFixture[str]) -> None:
    """A list is no recording."""
    assert main(["replay", *SIM, "--save", "x.json"]) == 2
    assert "--save needs" in capsys.readouterr().err
    assert isinstance(read_recording(b"[]"), Unknown)
