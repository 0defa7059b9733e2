"""Where something to check comes from: a recording, the simulator, this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import a_config, a_memory, a_snapshot

from hawatch.checking import source
from hawatch.checking.source import NoSource, load, save_recording
from hawatch.model.config import NotifyConfig, NotifyUrl
from hawatch.model.fact import Unknown
from hawatch.model.memory import Memory


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    """All facts, known and unknown, survive the file."""
    path = tmp_path / "look.json"
    parts = a_config(), a_snapshot(hast=Unknown("hastctl exit 71")), a_memory()
    save_recording(str(path), *parts)
    assert load(f"file:{path}") == parts


def test_a_recording_holds_no_token_of_a_notification(tmp_path: Path) -> None:
    """It is carried to laptops and pasted into bug reports."""
    urls = {"chat": NotifyUrl(url="slack://very-secret-token")}
    config = a_config(notify=NotifyConfig(urls=urls))
    path = tmp_path / "look.json"
    save_recording(str(path), config, a_snapshot(), a_memory())
    assert "secret" not in path.read_text()
    assert load(f"file:{path}")[0].services == config.services


def test_a_recording_may_leave_out_its_memory(tmp_path: Path) -> None:
    """Then nothing is remembered."""
    path = tmp_path / "look.json"
    recording = source.Recording(config=a_config(), snapshot=a_snapshot())
    path.write_bytes(source.msgspec.json.encode(recording))
    assert load(f"file:{path}")[2] == Memory(node="db1", boot="boot-1")


def test_a_recording_without_configuration_needs_one_by_name(tmp_path: Path) -> None:
    """The sentence says how."""
    path = tmp_path / "look.json"
    path.write_bytes(source.msgspec.json.encode({"snapshot": a_snapshot()}))
    with pytest.raises(NoSource, match="name one with --config"):
        load(f"file:{path}")


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("linux", "no host 'linux': sim:SCENARIO, freebsd or file:PATH"),
        ("file:/nonexistent", "/nonexistent: No such file"),
        ("file:/dev/null", "/dev/null is no recording"),
    ],
)
def test_a_host_that_cannot_be_had_is_told_in_a_sentence(
    spec: str, reason: str
) -> None:
    """No traceback for whoever mistyped --host."""
    with pytest.raises(NoSource, match=reason):
        load(spec)


def test_a_source_that_is_not_installed_is_told_and_a_broken_one_raises(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only the absence of the source itself is a plain sentence."""
    for path in ("hawatch.nowhere:load", "hawatch.checking.source:nothing"):
        monkeypatch.setitem(source.LOADERS, "sim", path)
        with pytest.raises(NoSource, match="sim:healthy: this installation has no"):
            load("sim:healthy")
    (tmp_path / "broken_source.py").write_text("import nothing_like_it\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(source.LOADERS, "sim", "broken_source:load")
    with pytest.raises(ModuleNotFoundError, match="nothing_like_it"):
        load("sim:healthy")
