"""What the doctor says of rc scripts, as they answered."""

from __future__ import annotations

import pytest
from builders import a_service_config
from doctor_machines import a_machine, the_config

from hawatch.discovering.outputs import rc_words
from hawatch.doctoring.nouns import Gravity
from hawatch.doctoring.surroundings import trap_rc_status
from hawatch.host import CommandResult, Ending
from hawatch.model.fact import Known, Unknown

ARGV = ("/usr/sbin/service", "pg", "onestatus")


def answered(out: str = "", err: str = "", status: int = 0) -> CommandResult:
    """Return what `service pg onestatus` said."""
    return CommandResult(argv=ARGV, status=status, out=out, err=err)


@pytest.mark.parametrize(
    ("said", "process", "told"),
    [
        (answered("pg is running as pid 9.\n"), "/x", None),
        (answered("pg is not running.\n", status=1), "/x", None),
        (answered("pg_ctl: no server running\n", status=3), "/x", Gravity.WARNING),
        (answered("pg_ctl: no server running\n", status=3), "", Gravity.PROBLEM),
        (
            answered(err="pg does not exist in /etc/rc.d or the local startup\n"),
            "/x",
            Gravity.PROBLEM,
        ),
    ],
)
def test_a_script_whose_status_tells_nothing_is_a_trap(
    said: CommandResult, process: str, told: Gravity | None
) -> None:
    """Without a `process` in hawatch.toml nothing would ever be taken over."""
    service = a_service_config(rc=("pg",), process=process)
    config = Known(the_config(services={"pg": service}))
    machine = a_machine(config=config, rc_words={"pg": rc_words("pg", said)})
    found = [trap.gravity for trap in trap_rc_status(machine)]
    assert found == ([] if told is None else [told])


def test_a_script_that_does_not_answer_or_is_cut_short_is_not_seen() -> None:
    """Nothing is concluded from it."""
    late = CommandResult(argv=ARGV, ending=Ending.OVERDUE, status=None, seconds=10.0)
    assert isinstance(rc_words("pg", late), Unknown)
    assert isinstance(rc_words("pg", answered("pg is running as pid 9")), Unknown)
