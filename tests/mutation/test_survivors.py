"""Small changes of deciding/ are noticed by its tests: a fixed sample of them all."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import tester
from operators import mutants_of, mutated_code, mutated_tree

SAMPLE = 30
HERE = Path(__file__).parent
PATHS = sorted(tester.DECIDING.glob("*.py"))


@pytest.mark.timeout(300)
def test_a_sample_of_small_changes_is_noticed_or_listed() -> None:
    """`make mutation` tries all of them; a survivor that nobody looked at is red."""
    command = [sys.executable, str(HERE / "tester.py"), "--sample", str(SAMPLE)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=HERE.parent.parent
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"{SAMPLE} mutants" in done.stdout


def test_every_change_compiles_and_changes_something() -> None:
    """Names are unique, and each mutant's text differs from the module's own."""
    for path in PATHS:
        own = ast.unparse(ast.parse(path.read_text()))
        found = mutants_of(path)
        assert len({mutant.name for mutant in found}) == len(found)
        for mutant in found[::9]:
            assert ast.unparse(mutated_tree(mutant)) != own, mutant.name
            if mutant.function:
                assert mutated_code(mutant).co_qualname == mutant.function


def test_a_change_of_each_kind_is_made() -> None:
    """Conditions, and/or, not, comparisons, numbers, returns, statements."""
    words = " ".join(m.words for p in PATHS for m in mutants_of(p))
    for kind in ("-> if not", "-> nothing", "return None", " is not ", "all((", " >= "):
        assert kind in words


def test_what_is_explained_is_still_there() -> None:
    """An explanation of a mutant that no module has any more is taken away."""
    names = {mutant.name for path in PATHS for mutant in mutants_of(path)}
    gone = [name for name in tester.explained() if name not in names]
    assert gone == []
