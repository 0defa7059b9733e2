"""Check files that misbehave, each in its own way, and what each must cost.

Run as a program, `bad_checks.py DIRECTORY [SECONDS]` runs the check files there in
bulkheads and prints verdict and message of each check as JSON on its standard error.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

from builders import a_config, a_memory, a_snapshot

from hawatch.checking.collect import collect
from hawatch.checking.engine import run_checks
from hawatch.checking.nouns import Limits
from hawatch.model.finding import Finding

LIMITS = Limits(load=0.8, file=8.0, grace=1.0)


class Bad(NamedTuple):
    """One file's text, and the verdict and message that its check must get."""

    text: str
    verdict: str
    says: str


def body(*lines: str, timeout: float = 0.5) -> str:
    """Return a file with one check of these lines."""
    text = "\n".join(f"    {line}" for line in lines)
    return (
        "from hawatch.api import check\n\n"
        f"@check(timeout={timeout})\ndef check_bad(carp):\n{text}\n"
    )


CHECK = "\ndef check_bad(carp):\n    pass\n"

BAD = {
    "assertion": Bad(body("assert carp.advskew == 7"), "fail", "carp.advskew is 0"),
    "exception": Bad(body("1 / 0"), "unknown", "ZeroDivisionError: division by zero"),
    "syntax error": Bad("def check_bad(carp:\n", "unknown", "SyntaxError"),
    "import error": Bad(
        "import nothing_like_it\n" + CHECK, "unknown", "ModuleNotFoundError"
    ),
    "unknown parameter": Bad("def check_bad(crap):\n    pass\n", "unknown", "'crap'"),
    "sys.exit": Bad(body("import sys", "sys.exit(0)"), "unknown", "SystemExit: 0"),
    "sys.exit at import": Bad(
        "import sys\nsys.exit(3)\n" + CHECK, "unknown", "SystemExit: 3"
    ),
    "os._exit": Bad(
        body("import os", "os._exit(0)"), "unknown", "left the process with status 0"
    ),
    "keyboard interrupt": Bad(
        body("raise KeyboardInterrupt"), "unknown", "KeyboardInterrupt"
    ),
    "endless loop": Bad(body("while True: pass"), "unknown", "overdue after 0.5 s"),
    "sleep in C": Bad(
        body("import time", "time.sleep(99)"), "unknown", "overdue after 0.5 s"
    ),
    "hang at import": Bad(
        "import time\ntime.sleep(99)\n" + CHECK, "unknown", "overdue after 0.8 s while"
    ),
    "segmentation fault": Bad(
        body("import ctypes", "ctypes.string_at(0)"), "unknown", "died: signal 11"
    ),
    "replaces the clock": Bad(
        body("import time", "time.monotonic = time.time = lambda: 0.0"), "ok", ""
    ),
    "deletes the working directory": Bad(
        body(
            "import os, pathlib",
            "here = pathlib.Path(__file__).parent / 'gone'",
            "here.mkdir(); os.chdir(here); here.rmdir()",
        ),
        "ok",
        "",
    ),
    "closes its output": Bad(body("import os", "os.close(1); os.close(2)"), "ok", ""),
}
"""The sixteen that an engine for a safety path must survive."""

WORSE = {
    "floods its output": Bad(
        body("while True: print('x' * 10000)"), "unknown", "overdue"
    ),
    "closes every file": Bad(
        body("import os", "os.closerange(0, 100)"), "unknown", "closed the pipe"
    ),
    "closes every file and hangs": Bad(
        body("import os, time", "os.closerange(0, 100)", "time.sleep(99)"),
        "unknown",
        "closed the pipe",
    ),
    "writes into the pipe": Bad(
        body("import os, time", "os.write(3, b'nonsense\\n')", "time.sleep(99)"),
        "unknown",
        "wrote into the pipe",
    ),
    "floods the pipe": Bad(
        body("import os", "while True: os.write(3, b'x' * 65536)"),
        "unknown",
        "flooded the pipe",
    ),
    "ignores signals and hangs": Bad(
        body(
            "import signal, time",
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
            "signal.pthread_sigmask(signal.SIG_SETMASK, range(1, 32))",
            "time.sleep(99)",
        ),
        "unknown",
        "overdue",
    ),
    "leaves a child behind that holds the pipe": Bad(
        body("import os, time", "os.fork() or time.sleep(99)", "os._exit(7)"),
        "unknown",
        "left the process with status 7",
    ),
    "forks and comes back twice": Bad(body("import os", "os.fork()"), "ok", ""),
    "leaves its process group and hangs": Bad(
        body("import os, time", "os.setpgid(0, os.getppid())", "time.sleep(99)"),
        "unknown",
        "",
    ),
    "eats memory": Bad(
        body("kept = []", "while True: kept.append(bytearray(1 << 26))", timeout=9),
        "unknown",
        "MemoryError",
    ),
    "recurses": Bad(
        body("f = lambda n: f(n + 1)", "f(0)"), "unknown", "RecursionError"
    ),
    "kills itself": Bad(
        body("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"),
        "unknown",
        "died: signal 9",
    ),
    "raises what cannot be told": Bad(
        body(
            "class Mute(Exception):",
            "    def __str__(self): raise ValueError",
            "raise Mute",
        ),
        "unknown",
        "Mute: <its text raises ValueError>",
    ),
    "writes a message of a megabyte": Bad(
        body("raise AssertionError('x' * 1000000)"), "fail", "xxx"
    ),
}
"""What else somebody will write one day."""

GOOD = """\
from hawatch.api import check

@check(severity="critical")
def check_good{n}(carp, hast):
    assert carp.is_master, "the owner is MASTER"
    assert hast.role == carp.wanted_hast_role
"""


def unique(name: str) -> str:
    """Return the name of the one check in the bad file of that name."""
    return f"bad_{name.replace(' ', '_').replace('.', '_')}"


def write_among_good(directory: Path, bad: dict[str, str]) -> None:
    """Write the bad files, each with a check of its own name, among seven good ones."""
    for number, (name, text) in enumerate(bad.items()):
        path = directory / f"check_4{number:02}.py"
        path.write_text(text.replace("check_bad", f"check_{unique(name)}"))
    for number in range(1, 8):
        path = directory / f"check_{number}.py"
        path.write_text(GOOD.format(n=number))


def run_all(directory: Path, limits: Limits = LIMITS) -> tuple[Finding, ...]:
    """Run the files of a directory in bulkheads on the healthy owner."""
    collection = collect([directory], shipped=False)
    return run_checks(
        collection, a_config(), a_snapshot(), a_memory(), isolate=True, limits=limits
    )


def main(directory: Path, limits: Limits = LIMITS) -> None:
    """Run all files and print the findings."""
    findings = run_all(directory, limits)
    found = {one.check: (one.verdict.value, one.message) for one in findings}
    sys.stderr.write(json.dumps(found))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        main(Path(sys.argv[1]), Limits(file=float(sys.argv[2]), grace=0.5))
    else:
        main(Path(sys.argv[1]))
