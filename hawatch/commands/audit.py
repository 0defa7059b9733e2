"""`hawatch audit`: who could turn hawatch against its pair, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from hawatch.commands.common import UsageError, say
from hawatch.commands.places import chosen_place, machine_parser
from hawatch.discovering.discover import discover, with_ways
from hawatch.discovering.fingerprints import differences, fingerprints
from hawatch.discovering.remembered import state_directory
from hawatch.doctoring.nouns import Trap
from hawatch.doctoring.security import AUDITED
from hawatch.doctoring.table import asked, exit_code
from hawatch.exits import Exit
from hawatch.host import complete
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.recording.store import DirStore, Store, StoreError, complaint

FILE = "audit.json"
Kept = dict[str, str]


def main(words: list[str]) -> int:
    """Tell what is wrong with owners, modes, keys and leftovers, and what changed."""
    made = machine_parser(
        "audit", "Tell whether somebody could turn hawatch against its pair."
    )
    made.add_argument(
        "--periodic",
        action="store_true",
        help="quiet when all is well; later runs compare with this one",
    )
    options = made.parse_args(words)
    place = chosen_place(options)
    machine = complete(discover(place, config_path=options.config))
    if isinstance(machine.config, Unknown):
        raise UsageError(f"hawatch audit: {machine.config.reason}")
    machine = with_ways(place, machine)
    traps = asked(AUDITED, machine)
    now = fingerprints(place, machine)
    changes = _changes(
        place.path(state_directory(machine.config)), now, keep=options.periodic
    )
    for line in lines(traps, changes, quiet=options.periodic):
        say(line)
    return _exit(traps, changes, quiet=options.periodic)


def _changes(
    state: Path, now: Mapping[str, str], *, keep: bool
) -> Fact[tuple[str, ...]]:
    """Return what differs from the last periodic run; keep: this is one.

    A person's look in between keeps nothing, or the night's report would miss it.
    """
    if not keep and not state.is_dir():
        return Unknown("no periodic run has been yet")
    try:
        store: Store = DirStore(str(state))
        data = store.read(FILE)
        if keep:
            store.replace(FILE, msgspec.json.format(msgspec.json.encode(now), indent=1))
        if data is None:
            return Known(()) if keep else Unknown("no periodic run has been yet")
        return Known(tuple(differences(msgspec.json.decode(data, type=Kept), now)))
    except StoreError as error:
        return Unknown(str(error))
    except OSError as error:
        return Unknown(f"{state}: {complaint(error)}")
    except msgspec.DecodeError as error:
        return Unknown(f"the last run's list is damaged: {error}")


def lines(
    traps: Sequence[Trap], changes: Fact[tuple[str, ...]], *, quiet: bool
) -> Iterator[str]:
    """Yield the lines for a person; quiet: none where there is nothing to tell."""
    for trap in traps:
        yield f"{trap.gravity.upper()} {trap.name}: {trap.what}"
        yield f"  why:  {trap.why}"
        yield f"  type: {trap.type}"
    if isinstance(changes, Unknown):
        if quiet:
            yield f"Nobody can tell what has changed: {changes.reason}"
    elif changes.value:
        yield "Changed since the last periodic run:"
        yield from (f"  {change}" for change in changes.value)
    if not quiet and not traps and not (isinstance(changes, Known) and changes.value):
        yield f"Nothing found; {len(AUDITED)} kinds were looked for."


def _exit(
    traps: tuple[Trap, ...], changes: Fact[tuple[str, ...]], *, quiet: bool
) -> Exit:
    """Return 3 for a problem, 1 for less or for a change, 0 for nothing."""
    code = exit_code(traps)
    told = quiet if isinstance(changes, Unknown) else bool(changes.value)
    return Exit.NOTABLE if told and code is Exit.WELL else code
