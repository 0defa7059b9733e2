"""A scenario's file: TOML -> Scenario, or every mistake with its path.

A scenario is a pair, its configuration, what happens to it at which time, and what is
expected of it. Time 0 is when both nodes have been well for `warm` seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from hawatch.config import ConfigError, Mistake, parse_config
from hawatch.configuring.mistakes import nearest, quoted
from hawatch.configuring.reading import decoded, parse_toml
from hawatch.model.config import Config
from hawatch.sim.action import Action
from hawatch.sim.actions import ACTIONS
from hawatch.sim.expectation import Expectation
from hawatch.sim.expectations import EXPECTATIONS
from hawatch.sim.network import CLIENT, WITNESS
from hawatch.sim.pair import Start
from hawatch.sim.play import STEP_WORDS
from hawatch.sim.settings import PairSettings
from hawatch.sim.toml import to_toml
from hawatch.sim.tree import WEEK, mistakes_in
from hawatch.sim.violations import Wrong

FOLDER = Path(__file__).parent / "scenarios"

DEFAULT_CONFIG: dict[str, Any] = {
    "nodes": {
        "freebsd-esxi": {"address": "192.168.202.53"},
        "freebsd-bhyve": {"address": "192.168.202.202"},
    },
    "services": {
        "mysql": {
            "vhid": 1,
            "interface": "em0",
            "vip": "192.168.202.251",
            "resources": ["disk0"],
            "mounts": ["/var/db/mysql"],
            "rc": ["mysql-server"],
            "sentinel": ".hawatch-sentinel",
            "probe": {"password_file": "/usr/local/etc/hawatch/mysql.password"},
        }
    },
    "witness": {"ping": ["192.168.202.1"]},
}
"""hawatch.toml of the pair of the examples; a scenario lays its [config] over it."""

LISTS = ("at", "expect")


class Frame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scenario's own words, without the parts that are judged one by one.

    look: when `--host sim:NAME` looks at it. accepts: harm that the world may show.
    """

    title: str
    story: str = ""
    seed: int = 1
    start: Start = Start.SETTLED
    warm: Annotated[float, msgspec.Meta(ge=0.0, le=WEEK)] = 40.0
    end: Annotated[float, msgspec.Meta(gt=0.0, le=WEEK)]
    look: Annotated[float, msgspec.Meta(ge=0.0, le=WEEK)] = 0.0
    accepts: tuple[Wrong, ...] = ()


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A whole scenario; actions are in the order of their times."""

    name: str
    frame: Frame
    pair: PairSettings
    config: Config
    actions: tuple[Action, ...]
    expectations: tuple[Expectation, ...]


def shipped() -> list[str]:
    """Return the names of the shipped scenarios, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(path: Path) -> Scenario:
    """Given a scenario's path, return it.

    Raises ConfigError with every mistake, OSError where it cannot be read.
    """
    return parse_scenario(decoded(path.read_bytes(), str(path)), path.stem, str(path))


def parse_scenario(text: str, name: str, source: str) -> Scenario:
    """Given TOML, a name and the name of its file, return the scenario.

    Raises ConfigError with every mistake.
    """
    reading = _Reading(parse_toml(text, source))
    frame = reading.frame()
    pair = reading.pair()
    config = reading.config(source)
    names = {node.name for node in pair.nodes}
    services = {service.name for service in pair.services}
    actions = reading.each("at", "do", ACTIONS, names, services)
    expectations = reading.each("expect", "that", EXPECTATIONS, names, services)
    if reading.mistakes or frame is None or config is None:
        raise ConfigError(source, reading.mistakes)
    return Scenario(
        name=name,
        frame=frame,
        pair=pair,
        config=config,
        actions=tuple(
            sorted((a for a in actions if isinstance(a, Action)), key=lambda a: a.time)
        ),
        expectations=tuple(e for e in expectations if isinstance(e, Expectation)),
    )


class _Reading:
    """Reads a tree part by part and collects the mistakes."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self.mistakes: list[Mistake] = []

    def frame(self) -> Frame | None:
        """Return the scenario's own words."""
        own = {
            k: v for k, v in self.tree.items() if k not in (*LISTS, "pair", "config")
        }
        legal = [*Frame.__struct_fields__, *LISTS, "pair", "config"]
        for word in own.keys() - set(Frame.__struct_fields__):
            self._wrong(f"$.{word}", "no such word", nearest(word, legal))
            del own[word]
        made: Frame | None = self._converted(own, Frame, "$")
        if made is not None and made.look > made.end:
            wrong = f"{made.look:g} s is after the end"
            self._wrong("$.look", wrong, f"at most `end`, {made.end:g}")
        return made

    def pair(self) -> PairSettings:
        """Return the settings of the pair: the default ones, changed."""
        default = PairSettings()
        table = self.tree.get("pair", {})
        if not isinstance(table, dict):
            self._wrong("$.pair", "no table", "write [pair]")
            return default
        plain = msgspec.to_builtins(default)
        for word, legal in _strangers(table, plain):
            name = word.rpartition(".")[2]
            self._wrong(f"$.pair.{word}", "no such setting", nearest(name, legal))
        settings: PairSettings | None = self._converted(
            _laid_over(plain, table), PairSettings, "$.pair"
        )
        return settings or default

    def config(self, source: str) -> Config | None:
        """Return the configuration: the default one, changed."""
        table = self.tree.get("config", {})
        if not isinstance(table, dict):
            self._wrong("$.config", "no table", "write [config]")
            return None
        try:
            return parse_config(to_toml(_laid_over(DEFAULT_CONFIG, table)), source)
        except ConfigError as error:
            for one in error.mistakes:
                self._wrong(
                    "$.config" + one.path.removeprefix("$"), one.wrong, one.right
                )
            return None

    def each(
        self,
        part: str,
        key: str,
        kinds: Mapping[str, type[Any]],
        nodes: set[str],
        services: set[str],
    ) -> list[Any]:
        """Return the parts of a list, each of the kind that its key names."""
        tables = self.tree.get(part, [])
        if not isinstance(tables, list):
            self._wrong(f"$.{part}", "no list", f"write [[{part}]]")
            return []
        found = []
        for number, table in enumerate(tables):
            path = f"$.{part}[{number}]"
            if not isinstance(table, dict):
                self._wrong(path, "no table", f'write {{ {key} = "...", ... }}')
                continue
            word = table.get(key)
            if not isinstance(word, str) or word not in kinds:
                wrong = f"no such word {word!r}" if key in table else "missing"
                self._wrong(f"{path}.{key}", wrong, nearest(str(word), kinds))
                continue
            kind = kinds[word]
            for name in table.keys() - set(kind.__struct_fields__) - {key}:
                legal = kind.__struct_fields__
                self._wrong(f"{path}.{name}", "no such word", nearest(name, legal))
            ours = {k: v for k, v in table.items() if k in kind.__struct_fields__}
            made = self._converted({key: word, **ours}, kind, path)
            if made is not None:
                self._names(made, path, nodes, services)
                found.append(made)
        return found

    def _names(self, made: Any, path: str, nodes: set[str], services: set[str]) -> None:
        """Judge the names in a part: nodes, services, ends of paths, steps."""
        ends = nodes | {CLIENT, WITNESS}
        legal = {
            "node": nodes
            | ({"nobody"} if type(made).__name__ == "ServedBy" else set()),
            "copy_of": nodes,
            "service": services | {""},
            "step": set(STEP_WORDS),
            "between": ends,
        }
        for field, words in legal.items():
            value = getattr(made, field, None)
            for word in value if isinstance(value, tuple) else (value,):
                if word is not None and word not in words:
                    self._wrong(
                        f"{path}.{field}",
                        f"no such {field}: {quoted(word)}",
                        nearest(word, words - {""}),
                    )
        if isinstance(made, Action):
            for field, wrong, right in made.doubts(services):
                self._wrong(f"{path}.{field}", wrong, right)

    def _converted(self, value: object, kind: type[Any], path: str) -> Any:
        wrong = list(mistakes_in(value, kind, path))
        for where, what in wrong:
            self._wrong(where, what, "see docs/reference/scenarios.md")
        return None if wrong else msgspec.convert(value, kind, str_keys=True)

    def _wrong(self, path: str, wrong: str, right: str) -> None:
        self.mistakes.append(Mistake(path=path, wrong=wrong, right=right))


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree with another one laid over it; lists are replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            value = _laid_over(under, value)
        merged[key] = value
    return merged


def _strangers(
    table: Mapping[str, Any], known: Mapping[str, Any], path: str = ""
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the path of each key that is not known, with the table of known ones."""
    for key, value in table.items():
        if key not in known:
            yield path + key, known
        elif isinstance(value, dict) and isinstance(known[key], dict):
            yield from _strangers(value, known[key], f"{path}{key}.")
        elif key == "services" and isinstance(value, list):
            for number, one in enumerate(value):
                if not isinstance(one, dict):
                    continue
                yield from _strangers(one, known[key][0], f"{path}{key}[{number}].")
