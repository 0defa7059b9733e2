"""One machine for each shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell_harness import SHELLS, Machine


@pytest.fixture(params=SHELLS)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """Give a machine whose scripts run in one of the shells."""
    return Machine(tmp_path, request.param)
