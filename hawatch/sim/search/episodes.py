"""The faults that a seed draws: each episode is what happens, and how it ends.

An episode is a list of deeds in a scenario's own words. `span` is how long it lasts.
"""

from __future__ import annotations

from hawatch.sim.search.dice import Deed, Dice, Episode
from hawatch.sim.search.episodes_network import link_flap, witness_down

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("/sbin/hastctl", "list"),
    ("/sbin/hastctl", "dump"),
    ("/sbin/hastctl", "role", "primary"),
    ("/sbin/hastctl", "role", "secondary"),
    ("/sbin/mount",),
    ("/sbin/umount",),
    ("/sbin/fsck",),
    ("/sbin/ifconfig",),
    ("/sbin/sysctl",),
    ("/usr/bin/netstat",),
    ("/usr/sbin/service", "mysql-server", "onestart"),
    ("/usr/sbin/service", "mysql-server", "onestop"),
    ("/usr/sbin/service", "mysql-server", "onerestart"),
    ("/usr/sbin/service", "mysql-server", "onestatus"),
    ("/usr/bin/ssh",),
    ("/sbin/ping",),
)
FSCK = ("/sbin/fsck",)
ENDING = ("fail", "lie", "slow", "done-fail", "hang", "abandon")
LIES = ("fail", "hang", "lie", "late", "slow", "done-fail", "abandon")
MOODS = ("hung", "slow", "too many connections", "read-only", "access denied")
STEPS = (
    "stop-service",
    "unmount",
    "set-role-secondary",
    "yield-vip",
    "set-role-primary",
    "await-device",
    "check-filesystem",
    "mount-filesystem",
    "prove-mount",
    "start-service",
    "await-sql",
    "restart-service",
    "restore-skew",
    "allow-carp",
    "restart-worker",
)
MOST_PAUSE = 60.0
"""Seconds that a machine may stand still: longer, and only a fence helps [H25]."""


def crash(dice: Dice, at: float) -> list[Deed]:
    """A node loses its power and gets it back."""
    seconds = dice.span(1, 900)
    return [{"time": at, "do": "crash", "node": dice.node(), "seconds": seconds}]


def power_lost(dice: Dice, at: float) -> list[Deed]:
    """Both nodes lose their power, and get it back one after the other."""
    late = at + dice.span(0.1, 30) * dice.flip()
    first, second = dice.rng.sample(list(dice.nodes), 2)
    return [
        {"time": at, "do": "crash", "node": first, "seconds": dice.span(1, 300)},
        {"time": late, "do": "crash", "node": second, "seconds": dice.span(1, 300)},
    ]


def reboot(dice: Dice, at: float) -> list[Deed]:
    """Somebody reboots a node, in order or not."""
    return [
        {
            "time": at,
            "do": dice.rng.choice(["reboot", "shutdown"]),
            "node": dice.node(),
        }
    ]


def pause(dice: Dice, at: float) -> list[Deed]:
    """A virtual machine stands still: a snapshot, a migration."""
    seconds = dice.span(1, MOST_PAUSE)
    return [{"time": at, "do": "pause", "node": dice.node(), "seconds": seconds}]


def clock_step(dice: Dice, at: float) -> list[Deed]:
    """A wall clock is set."""
    seconds = dice.span(1, 20_000) * dice.rng.choice([-1, 1])
    return [{"time": at, "do": "step-clock", "node": dice.node(), "seconds": seconds}]


def hastd_dies(dice: Dice, at: float) -> list[Deed]:
    """Kill hastd; somebody starts it again."""
    node, end = dice.node(), at + dice.span(5, 600)
    return [
        {"time": at, "do": "kill-hastd", "node": node},
        {"time": end, "do": "start-hastd", "node": node},
    ]


def hastd_hangs(dice: Dice, at: float) -> list[Deed]:
    """Stop hastd with SIGSTOP for a while."""
    node, end = dice.node(), at + dice.span(1, 300)
    return [
        {"time": at, "do": "hang-hastd", "node": node},
        {"time": end, "do": "continue-hastd", "node": node},
    ]


def worker_dies(dice: Dice, at: float) -> list[Deed]:
    """Kill a resource's worker."""
    node, service = dice.node(), dice.service()
    return [{"time": at, "do": "kill-worker", "node": node, "service": service}]


def command_fault(dice: Dice, at: float) -> list[Deed]:
    """Some runs of a command fail, hang, lie, or end after they were given up.

    A check of a file system never ends late: it would write under the next mount.
    """
    argv = dice.rng.choice(COMMANDS)
    return [
        {
            "time": at,
            "do": "command-fault",
            "node": dice.node(),
            "argv": list(argv),
            "kind": dice.rng.choice(ENDING if argv == FSCK else LIES),
            "times": dice.rng.randint(1, 4),
            "seconds": dice.span(0.5, 30),
        }
    ]


def disk_fails(dice: Dice, at: float) -> list[Deed]:
    """A local disk has errors, or is gone; later it is well."""
    deed = {"do": "disk", "node": dice.node(), "service": dice.service()}
    state = dice.rng.choice(["read-errors", "write-errors", "missing"])
    end = at + dice.span(5, 600)
    return [
        {"time": at, **deed, "state": state},
        {"time": end, **deed, "state": "well"},
    ]


def disk_full(dice: Dice, at: float) -> list[Deed]:
    """A file system is full; somebody makes room."""
    deed = {"do": "fill-filesystem", "node": dice.node(), "service": dice.service()}
    end = at + dice.span(30, 900)
    return [{"time": at, **deed, "full": True}, {"time": end, **deed, "full": False}]


def fsck_fails(dice: Dice, at: float) -> list[Deed]:
    """The next checks of an unclean file system find it sick."""
    codes = [dice.rng.choice([0, 4, 8, 12]) for _ in range(dice.rng.randint(1, 2))]
    return [
        {"time": at, "do": "fsck-answers", "node": dice.node(), "codes": codes},
        *crash(dice, at + 1),
    ]


def mysqld_dies(dice: Dice, at: float) -> list[Deed]:
    """Kill mysqld; now and then it cannot be started for a while."""
    node, service, for_good = dice.node(), dice.service(), dice.flip()
    deeds: list[Deed] = [
        {
            "time": at,
            "do": "kill-mysqld",
            "node": node,
            "service": service,
            "for_good": for_good,
        }
    ]
    if for_good:
        mended = {"node": node, "service": service, "broken": False}
        end = at + dice.span(20, 900)
        deeds.append({"time": end, "do": "will-not-start", **mended})
    return deeds


def mysqld_mood(dice: Dice, at: float) -> list[Deed]:
    """Let mysqld hang, slow down, or turn clients away."""
    deed = {"do": "mysqld", "node": dice.node(), "service": dice.service()}
    end = at + dice.span(10, 600)
    return [
        {"time": at, **deed, "mood": dice.rng.choice(MOODS)},
        {"time": end, **deed, "mood": "well"},
    ]


def mysqld_stubborn(dice: Dice, at: float) -> list[Deed]:
    """Let mysqld ignore SIGTERM, and something asks for a stop."""
    deed = {"do": "will-not-stop", "node": dice.node(), "service": dice.service()}
    end = at + dice.span(30, 900)
    return [
        {"time": at, **deed, "broken": True},
        *dice.rng.choice([mysqld_mood, operator, worker_dies])(dice, at + 2),
        {"time": end, **deed, "broken": False},
    ]


def agent_killed(dice: Dice, at: float) -> list[Deed]:
    """Kill hawatch at a step of its plan, with or without its machine."""
    node = dice.node()
    blow = dice.rng.choice(["kill-agent", "kill-agent", "crash", "pause"])
    deed: Deed = {
        "time": at,
        "do": "cut-plan",
        "node": node,
        "step": dice.rng.choice(STEPS),
        "when": dice.rng.choice(["before", "after"]),
        "blow": blow,
        "seconds": round(dice.rng.choice([0, 0, dice.span(0.01, 5)]), 2),
    }
    if blow != "kill-agent":
        deed["again"] = dice.span(1, MOST_PAUSE)
    cause = dice.rng.choice([mysqld_dies, operator, crash, mysqld_mood])
    return [deed, *cause(dice, at + 1)]


def state_lost(dice: Dice, at: float) -> list[Deed]:
    """What hawatch remembers is spoiled, or cannot be written for a while."""
    node = dice.node()
    if dice.flip():
        return [{"time": at, "do": "damage-state", "node": node}]
    end = at + dice.span(10, 600)
    return [
        {"time": at, "do": "fill-state", "node": node},
        {"time": end, "do": "fill-state", "node": node, "full": False},
    ]


def operator(dice: Dice, at: float) -> list[Deed]:
    """Somebody types a verb."""
    verb = dice.rng.choice(["switchover", "switchover", "demote", "restore"])
    deed = {"do": "operator", "words": [verb, dice.service()]}
    return [
        {"time": at + 0.1 * number, "node": node, **deed}
        for number, node in enumerate(dice.nodes)
    ]


def maintenance(dice: Dice, at: float) -> list[Deed]:
    """Somebody works on a node, and tells."""
    minutes = round(dice.span(1, 15), 1)
    return [
        {"time": at, "do": "maintenance-on", "node": dice.node(), "minutes": minutes}
    ]


OTHERS: tuple[Episode, ...] = (
    witness_down,
    link_flap,
    crash,
    crash,
    power_lost,
    reboot,
    pause,
    clock_step,
    hastd_dies,
    hastd_hangs,
    worker_dies,
    command_fault,
    command_fault,
    command_fault,
    disk_fails,
    disk_full,
    fsck_fails,
    mysqld_dies,
    mysqld_dies,
    mysqld_mood,
    mysqld_stubborn,
    agent_killed,
    agent_killed,
    state_lost,
    operator,
    maintenance,
)
