"""From a seed to a whole scenario: settings, configuration, clients, faults, an end."""

from __future__ import annotations

import enum
import math
import random
from collections.abc import Iterator
from typing import Any

import msgspec

from hawatch.sim.scenario import Scenario, parse_scenario
from hawatch.sim.search.dice import Deed, Dice
from hawatch.sim.search.episodes import OTHERS
from hawatch.sim.search.episodes_beyond import BEYOND
from hawatch.sim.search.episodes_network import NETWORK
from hawatch.sim.toml import to_toml

NODES = ("freebsd-esxi", "freebsd-bhyve")
FIRST_FAULT = 30.0
LAST_FAULT = 2400.0
MOST_EPISODES = 6
QUIET = 1200.0
"""Seconds after the last fault was healed in which the pair comes to rest."""

ENDS = ("crash", "reboot", "shutdown", "kill-hastd", "kill-worker")
"""Deeds that end a worker, and with it the count of what its disk did not take."""

UNSEEN = 30.0
"""Seconds in which a look has surely seen that a disk is sick."""

NIGHTLY = 20.0
"""Seconds between two rows once there is nothing left to see but rest."""

SHORTEST = 3600.0
"""Seconds that each seed is played at least: what comes late has to show, too."""


class Kind(enum.StrEnum):
    """SOUND: within the assumptions. ASYNC: replication that may lose the last rows.

    BEYOND: with faults that hawatch does not claim to survive; reported apart.
    """

    SOUND = "sound"
    ASYNC = "async"
    BEYOND = "beyond"


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario drawn from a seed. faults: by episode; quiet: when all is healed."""

    seed: int
    kind: Kind
    tree: dict[str, Any]
    faults: tuple[tuple[Deed, ...], ...]
    names: tuple[str, ...] = ()
    quiet: float

    def scenario(self) -> Scenario:
        """Return it as the runner takes it."""
        return parse_scenario(self.text(), f"seed-{self.seed}", f"seed {self.seed}")

    def text(self) -> str:
        """Return it as a scenario's TOML."""
        return to_toml({**self.tree, "at": self.deeds()})

    def deeds(self) -> list[Deed]:
        """Return every deed in the order of time, the healing at the end."""
        services = [one["name"] for one in self.tree["pair"]["services"]]
        found = [deed for episode in self.faults for deed in episode]
        found = [deed for deed in found if deed["time"] < self.quiet]
        return sorted(
            [*found, *healing(self.quiet, services)], key=lambda deed: deed["time"]
        )


def draw(seed: int, kind: Kind = Kind.SOUND) -> Drawn:
    """Given a seed, return its scenario; the same seed gives the same one."""
    rng = random.Random(f"{kind} {seed}")
    pair = _pair(rng, kind)
    services = [one["name"] for one in pair["services"]]
    config = _config(rng, pair)
    dice = Dice(rng, NODES, services)
    episodes = list(_episodes(dice, kind))
    if kind is not Kind.BEYOND:
        episodes = _within_reason(episodes)
    last = max((d["time"] for _, deeds in episodes for d in deeds), default=FIRST_FAULT)
    quiet = round(min(last, LAST_FAULT + 900.0) + 5.0, 1)
    tree = {
        "title": f"seed {seed} of the fault search ({kind})",
        "seed": seed,
        "end": max(quiet + QUIET, SHORTEST),
        "pair": pair,
        "config": config,
    }
    return Drawn(
        seed=seed,
        kind=kind,
        tree=tree,
        faults=tuple(tuple(deeds) for _, deeds in episodes),
        names=tuple(name for name, _ in episodes),
        quiet=quiet,
    )


def healing(at: float, services: list[str]) -> Iterator[Deed]:
    """Yield what heals everything."""
    yield {"time": at, "do": "heal-all"}
    yield {"time": at, "do": "witness-up"}
    for node in NODES:
        for word in ("link-up", "power-on", "resume", "clear-faults", "enable-agent"):
            yield {"time": at, "do": word, "node": node}
        yield {"time": at, "do": "set-clock-right", "node": node}
        yield {"time": at, "do": "continue-hastd", "node": node}
        yield {"time": at, "do": "start-hastd", "node": node}
        yield {"time": at, "do": "fill-state", "node": node, "full": False}
        yield {"time": at, "do": "maintenance-off", "node": node}
        for service in services:
            part = {"time": at, "node": node, "service": service}
            yield {**part, "do": "disk", "state": "well"}
            yield {**part, "do": "mysqld", "mood": "well"}
            yield {**part, "do": "will-not-stop", "broken": False}
            yield {**part, "do": "will-not-start", "broken": False}
            yield {**part, "do": "fill-filesystem", "full": False}
            # Room is made where it is mounted, and that may be so only later.
            yield {**part, "time": at + 400.0, "do": "fill-filesystem", "full": False}
            yield {**part, "time": at + 400.0, "do": "client-writes", "every": NIGHTLY}


def _episodes(dice: Dice, kind: Kind) -> Iterator[tuple[str, list[Deed]]]:
    """Yield episodes, each with its name; network faults one after the other."""
    clear = FIRST_FAULT
    at = FIRST_FAULT
    for _ in range(dice.rng.randint(1, MOST_EPISODES)):
        network = at >= clear and dice.flip(0.25)
        make = dice.rng.choice(NETWORK if network else OTHERS)
        if kind is Kind.BEYOND and dice.flip():
            make = dice.rng.choice(BEYOND)
        deeds = make(dice, round(at, 1))
        for deed in deeds:
            deed["time"] = round(deed["time"], 2)
        if network:
            clear = max(deed["time"] for deed in deeds) + 30.0
        yield make.__name__, deeds
        at += dice.rng.choice([dice.span(0.1, 30), dice.span(5, 900)])
        if at > LAST_FAULT:
            return


def _within_reason(
    episodes: list[tuple[str, list[Deed]]],
) -> list[tuple[str, list[Deed]]]:
    """Leave out what no program can survive: two sick disks, or a sick one's worker.

    A worker that is started on a disk which did not take its writes sends the gaps to
    the only good copy [FACTS B8, H13]. That it did not take them lives in the worker's
    counters: where the power goes before anybody looked, nobody knows.
    """
    kept: list[tuple[str, list[Deed]]] = []
    sick: str | None = None
    fell = math.inf
    for name, deeds in episodes:
        if name == "disk_fails":
            if sick is not None:
                continue
            sick, fell = deeds[0]["node"], deeds[0]["time"]
        kept.append((name, deeds))

    def survivable(deed: Deed) -> bool:
        if (deed["do"], deed.get("node")) == ("kill-worker", sick):
            return False
        return deed["do"] not in ENDS or not fell <= deed["time"] < fell + UNSEEN

    found = [(name, list(filter(survivable, deeds))) for name, deeds in kept]
    return [(name, deeds) for name, deeds in found if deeds]


def _pair(rng: random.Random, kind: Kind) -> dict[str, Any]:
    skews = rng.choice([(0, 50), (0, 100), (50, 0), (10, 10), (0, 1), (100, 200)])
    backlink = rng.random() < 0.4
    nodes = {}
    for number, place in enumerate(("first", "second")):
        nodes[place] = {
            "advskew": skews[number],
            "preempt": rng.random() < 0.3,
            "backlink": f"10.0.0.{number + 1}" if backlink else "",
        }
    services: list[dict[str, Any]] = [_service(rng, 1)]
    if rng.random() < 0.2:
        services.append(_service(rng, 2))
    memory = ("memsync", "fullsync")
    return {
        **nodes,
        "services": services,
        "hast_timeout": float(rng.choice([5, 10, 20])),
        "replication": "async" if kind is Kind.ASYNC else rng.choice(memory),
        "schg": rng.random() < 0.5,
        "spread": rng.choice([4, 32, 100]),
        "sync_speed": rng.choice([2e6, 20e6, 100e6]),
    }


def _service(rng: random.Random, number: int) -> dict[str, Any]:
    own: dict[str, Any] = {
        "su_j": rng.random() < 0.8,
        "start": float(rng.choice([3, 5, 20])),
        "stop": float(rng.choice([1, 3, 10])),
        "fsck": float(rng.choice([2, 10, 60])),
        "write_interval": rng.choice([1.0, 5.0, 5.0, 20.0]),
    }
    if number == 1:
        return {"name": "mysql", **own}
    return {
        "name": "orders",
        "vhid": 2,
        "vip": "192.168.202.252",
        "resource": "disk1",
        "mount": "/var/db/orders",
        "rc": "orders-server",
        "rc_name": "orders",
        "process": "/usr/local/libexec/orders",
        "port": 3307,
        **own,
    }


def _config(rng: random.Random, pair: dict[str, Any]) -> dict[str, Any]:
    services: dict[str, Any] = {}
    for one in pair["services"]:
        settings: dict[str, Any] = {
            "stop_deadline": 20.0,
            "unmount_deadline": 10.0,
            "fsck_deadline": 180.0,
            "stubborn": rng.choice(["kill", "kill", "hold"]),
        }
        if one["name"] == "orders":
            settings |= {
                "vhid": 2,
                "interface": "em0",
                "vip": one["vip"],
                "resources": [one["resource"]],
                "mounts": [one["mount"]],
                "rc": [one["rc"]],
                "process": one["process"],
                "sentinel": ".hawatch-sentinel",
                "probe": {
                    "password_file": "/usr/local/etc/hawatch/mysql.password",
                    "port": one["port"],
                },
            }
        services[one["name"]] = settings
    seconds = pair["hast_timeout"]
    config: dict[str, Any] = {
        "services": services,
        "hast": {"timeout": seconds, "role_deadline": seconds + 10.0},
        "carp": {
            "interlock": rng.random() < 0.3,
            "lever": rng.choice(["auto", "auto", "fast", "state-backup"]),
        },
        "limits": {
            "cooldown": float(rng.choice([300, 900, 3600])),
            "moves": rng.choice([2, 5]),
            "restarts": rng.choice([0, 1, 2]),
        },
    }
    if rng.random() < 0.2:
        config["witness"] = {"ping": []}
    else:
        config["witness"] = {"promote_after": float(rng.choice([180, 240]))}
    if len(pair["services"]) == 2 and "promote_after" in config["witness"]:
        config["witness"]["promote_after"] = 240.0
    if pair["first"]["backlink"]:
        config["nodes"] = {
            name: {"paths": [address, f"10.0.0.{number + 1}"]}
            for number, (name, address) in enumerate(
                zip(NODES, ("192.168.202.53", "192.168.202.202"), strict=True)
            )
        }
    return config
