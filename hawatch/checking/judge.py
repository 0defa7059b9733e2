"""Run one check file, call one check, and say what its ending means.

This is the one place where a check's code is called. A false assert is a failure; any
other exception is a broken thermometer, not an ill patient.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from hawatch.api import Skip, Undecided, Warn
from hawatch.checking.explain import HELPERS, MAX_MESSAGE, compile_explained, shortened
from hawatch.model.finding import Verdict


class Judgement(msgspec.Struct, frozen=True):
    """One verdict and its message; seconds is what the call took."""

    verdict: Verdict
    message: str = ""
    seconds: float = 0.0


def load(text: str, path: str) -> ModuleType:
    """Given a check file's text, run it as a module and return that.

    It is entered in sys.modules, where dataclasses look for it. Raises what it raises.
    """
    module = ModuleType(f"hawatch_check_file_{Path(path).stem}")
    module.__file__ = path
    module.__dict__.update(HELPERS)
    sys.modules[module.__name__] = module
    exec(compile_explained(text, path), module.__dict__)  # noqa: S102 - that is the job
    return module


def judge(module: ModuleType, function: str, arguments: Mapping[str, Any]) -> Judgement:
    """Call a check with its arguments and return the verdict."""
    try:
        getattr(module, function)(**arguments)
    except (Exception, SystemExit) as ending:  # noqa: BLE001 - isolation
        return verdict_of(ending)
    return Judgement(Verdict.OK)


def verdict_of(ending: BaseException) -> Judgement:
    """Given what a check raised, return what it means."""
    if isinstance(ending, AssertionError):
        return Judgement(Verdict.FAIL, said(ending) or "an assertion failed")
    if isinstance(ending, Skip):
        return Judgement(Verdict.SKIP, said(ending))
    if isinstance(ending, Warn):
        return Judgement(Verdict.WARN, said(ending))
    if isinstance(ending, Undecided):
        return Judgement(Verdict.UNKNOWN, said(ending))
    text = said(ending)
    name = type(ending).__name__
    return Judgement(Verdict.UNKNOWN, f"{name}: {text}" if text else name)


def said(ending: BaseException) -> str:
    """Return an exception's text in one line, even where it has none to give."""
    try:
        text = str(ending)
    except Exception as error:  # noqa: BLE001 - an exception of the check's author
        text = f"<its text raises {type(error).__name__}>"
    return shortened(text, MAX_MESSAGE)
