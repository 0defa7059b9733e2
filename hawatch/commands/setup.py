"""`hawatch setup`: a configuration from what is there, and every file in its place."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from hawatch.commands.common import UsageError, say
from hawatch.commands.doctor import trap_lines
from hawatch.commands.places import chosen_place, machine_parser
from hawatch.config import parse_config
from hawatch.discovering.discover import discover
from hawatch.discovering.machine import Machine
from hawatch.discovering.place import Place
from hawatch.discovering.remembered import state_directory
from hawatch.doctoring.bells import trap_other_devd_rule, trap_rc_local
from hawatch.doctoring.nouns import Gravity, Trap
from hawatch.doctoring.table import asked, diagnose
from hawatch.exits import Exit
from hawatch.host import complete
from hawatch.model.config import Config
from hawatch.model.fact import Known
from hawatch.placing import perform, shipped
from hawatch.placing.advice import advice
from hawatch.placing.changes import Change, Kind, diff, placing, removing
from hawatch.placing.configuration import draft
from hawatch.placing.manifest import Manifest, ManifestError, load_manifest
from hawatch.placing.target import Found
from hawatch.recording.store import DirStore, MemoryStore, Store, StoreError

CONFIG_MODE = 0o600


def main(words: list[str]) -> int:
    """Show what would change, ask, and change it."""
    made = machine_parser(
        "setup", "Write a configuration and put hawatch's files where they belong."
    )
    made.add_argument("--dry-run", action="store_true", help="only show the changes")
    made.add_argument("--yes", action="store_true", help="do not ask")
    made.add_argument(
        "--replace",
        action="store_true",
        help="also replace files that you changed; they are kept for --remove",
    )
    made.add_argument(
        "--beside-the-old-scripts",
        action="store_true",
        help="although other programs still act on CARP's events or at boot",
    )
    made.add_argument(
        "--remove", action="store_true", help="take back everything that was placed"
    )
    options = made.parse_args(words)
    place = chosen_place(options)
    machine = complete(discover(place, config_path=options.config, sample=0.0))
    try:
        store = _store(place, machine, pretends=options.dry_run)
        manifest = load_manifest(store)
        if options.remove:
            return _remove(options, place, store, manifest)
        return _place(options, place, machine, store, manifest)
    except (StoreError, ManifestError) as error:
        raise UsageError(f"hawatch setup: {error}") from None
    except OSError as error:
        sys.stderr.write(f"hawatch setup: {error.filename}: {error.strerror}\n")
        return Exit.WRONG


def _store(place: Place, machine: Machine, *, pretends: bool) -> Store:
    """Return the state directory; a dry run does not make one that is missing."""
    state = place.path(state_directory(machine.config))
    if pretends and not state.is_dir():
        return MemoryStore()
    return DirStore(str(state))


def _place(
    options: argparse.Namespace,
    place: Place,
    machine: Machine,
    store: Store,
    manifest: Manifest,
) -> int:
    changes, wrong = wanted(
        options.config, place, machine, manifest, replace=options.replace
    )
    if wrong:
        for line in wrong:
            say(f"! {line}")
        say("Nothing was changed. `hawatch doctor` tells more about this machine.")
        return Exit.WRONG
    rivals = _rivals(machine)
    for line in trap_lines(rivals):
        say(line)
    acts = [change for change in changes if change.acts]
    allowed = options.dry_run or options.beside_the_old_scripts
    if acts and rivals and not allowed:
        say("Nothing was changed: with cron's line in place hawatch acts, every few")
        say("seconds, and two programs must never move one pair. Take the old ones out")
        say("first, or say --beside-the-old-scripts.")
        return Exit.WRONG
    _show(changes)
    if not acts:
        say("nothing to change")
    elif options.dry_run:
        say(f"{len(acts)} file(s) would change; nothing was changed")
    elif not _consent(len(acts), yes=options.yes):
        say("nothing was changed")
        return Exit.NOTABLE
    else:
        perform.place(changes, place.root, store, manifest)
        say(f"{len(acts)} file(s) changed; `hawatch setup --remove` takes them back")
    _advise(options.config, machine, changes)
    return Exit.NOTABLE if options.dry_run and acts else Exit.WELL


def _rivals(machine: Machine) -> tuple[Trap, ...]:
    """Return the programs that would act on this pair beside hawatch."""
    found = asked((trap_other_devd_rule, trap_rc_local), machine)
    return tuple(trap for trap in found if trap.gravity is Gravity.PROBLEM)


def wanted(
    config_path: str,
    place: Place,
    machine: Machine,
    manifest: Manifest,
    *,
    replace: bool,
) -> tuple[list[Change], list[str]]:
    """Return the change of every file, and what forbids all of them.

    A configuration that a person changed is theirs, whatever replace says. Raises
    OSError.
    """
    wrong: list[str] = []
    changes: list[Change] = []
    found = draft(machine)
    if found.complete or isinstance(machine.config, Known):
        text = Found(data=found.text.encode(), mode=CONFIG_MODE)
        change = placing(config_path, text, place.root, manifest)
        if change.kind is Kind.YOURS or not found.complete:
            wrong += _unusable(machine)
        else:
            changes.append(change)
    else:
        wrong += [f"no configuration: {line}" for line in found.wrong]
    for brought in shipped.brought_files(shipped.shipped_root()):
        if brought.data is None:
            wrong.append(f"this installation lacks {brought.source}: install it anew")
            continue
        file = Found(data=brought.data, mode=brought.mode)
        changes.append(
            placing(brought.target, file, place.root, manifest, replace=replace)
        )
    wrong += [change.why for change in changes if change.kind is Kind.REFUSED]
    return changes, wrong


def _unusable(machine: Machine) -> list[str]:
    """Return what is wrong with the configuration that is there, if anything."""
    if isinstance(machine.config, Known):
        return []
    return machine.config.reason.split("\n")


def _remove(
    options: argparse.Namespace, place: Place, store: Store, manifest: Manifest
) -> int:
    changes = [
        removing(path, place.root, manifest, store)
        for path in reversed(list(manifest.files))
    ]
    _show(changes)
    acts = [change for change in changes if change.acts]
    if not changes:
        say("nothing to change: nothing that was placed is left")
        return Exit.WELL
    if options.dry_run:
        say(f"{len(acts)} file(s) would be taken back; nothing was changed")
        return Exit.NOTABLE
    if acts and not _consent(len(acts), yes=options.yes):
        say("nothing was changed")
        return Exit.NOTABLE
    perform.undo(changes, place.root, store, manifest)
    say(f"{len(acts)} file(s) taken back")
    left = any(change.kind in (Kind.YOURS, Kind.REFUSED) for change in changes)
    return Exit.NOTABLE if left else Exit.WELL


def _show(changes: Sequence[Change]) -> None:
    """Show every change before it is made, and every file that stays as it is."""
    for change in changes:
        if change.kind is Kind.SAME:
            continue
        say(f"{change.kind}: {change.path}{change.why and f' ({change.why})'}")
        if change.kind is not Kind.REFUSED:
            for line in diff(change):
                say(f"    {line}".rstrip())
        if change.kind is Kind.YOURS:
            say("  stays as it is; --replace would take ours")
        say("")


def _consent(count: int, *, yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("hawatch setup: nobody to ask; say --yes or --dry-run")
    sys.stdout.write(f"Change these {count} file(s)? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _advise(config_path: str, machine: Machine, changes: Sequence[Change]) -> None:
    """Say what is left to do by hand, and how many traps there are."""
    touched = {change.path for change in changes if change.acts}
    config = _config_after(config_path, machine, changes)
    rest = list(advice(machine, config, touched))
    if rest:
        say("")
        say("Left for you:")
        for why, line in rest:
            say(f"  # {why}")
            say(f"  {line}")
    problems = sum(trap.gravity is Gravity.PROBLEM for trap in diagnose(machine))
    if problems:
        say("")
        say(f"`hawatch doctor` knows of {problems} problem(s) with this machine.")


def _config_after(
    config_path: str, machine: Machine, changes: Sequence[Change]
) -> Config | None:
    """Return the configuration that holds once the changes are made."""
    for change in changes:
        if change.path == config_path and change.acts and change.after is not None:
            return parse_config(change.after.data.decode(), config_path)
    return machine.config.value if isinstance(machine.config, Known) else None
