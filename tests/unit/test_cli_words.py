"""Words of the command line that no terminal should send, and yet do."""

from __future__ import annotations

import pytest

from hawatch.cli import main


def test_a_reason_that_is_no_utf_8_is_taken_and_shown_as_it_can_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A terminal in Latin 1 at night must not stop a maintenance."""
    words = ["--host", "sim:healthy", "maintenance", "on", "--why", "b\udcfc"]

    assert main(words) == 0
    assert "b\\xfc" in capsys.readouterr().out
