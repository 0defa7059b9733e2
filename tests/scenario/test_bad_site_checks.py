"""A site's own check that crashes costs its own verdict, not a demotion."""

from __future__ import annotations

from pathlib import Path

from scenes import OWNER, a_scene, wrong_in

from hawatch.checking.collect import collect
from hawatch.model.finding import Verdict
from hawatch.sim.runner import judge, stage

CRASHES = """
import ctypes

from hawatch.api import check

@check()
def check_site(carp):
    ctypes.string_at(0)
"""

SCENE = """
warm = 25
end = 50
at = [{ time = 1, do = "kill-mysqld", node = "$A", for_good = true }]
expect = [
    { that = "decided", rule = "unhealthy-demote", node = "$A", times = 1 },
    { that = "served-by", node = "$B", by = 50 },
    { that = "rows-lost" },
]
[config.limits]
restarts = 0
"""


def test_a_check_that_segfaults_does_not_stop_a_demotion(tmp_path: Path) -> None:
    """Both nodes run it in every look, with the engine and bulkhead of a real node."""
    (tmp_path / "check_site.py").write_text(CRASHES)
    checks = collect([tmp_path])
    assert not checks.refused
    scene = a_scene(SCENE)
    play = stage(scene, checks=checks, isolate=True)
    assert wrong_in(judge(scene, play)) == []
    last = play.agents[OWNER].last
    assert last is not None
    (site,) = [finding for finding in last.findings if finding.check == "site"]
    assert site.verdict is Verdict.UNKNOWN
    assert "signal 11" in site.message
