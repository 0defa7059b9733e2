"""Which seeds concern a mutant: those in which it would decide something else.

A seed is played once, unchanged, and at each decision every mutant of a gate that was
asked there decides as well. A seed in which none of its decisions differs would be
played alike to the end with it, so it need not be played.

    python tests/mutation/survey.py 0 1000 PATTERN    a line of JSON for each seed
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import msgspec
import mutants

import hawatch.deciding
from hawatch.deciding import rules
from hawatch.sim.search.draw import draw
from hawatch.sim.search.play import Verdict, search_one

Place = tuple[ModuleType, str]


class Survey:
    """Plays seeds unchanged and asks mutants what they would have decided.

    acts: the mutants of which a decision differed in more than its words; words: those
    of which only the text, the refusals or the memory did.
    """

    def __init__(self, tried: list[mutants.Mutant]) -> None:
        self._by_gate: dict[Callable[..., Any], list[mutants.Mutant]] = {}
        for mutant in tried:
            self._by_gate.setdefault(mutant.original, []).append(mutant)
        self._places = {gate: places(gate) for gate in self._by_gate}
        self._asked: set[Callable[..., Any]] | None = None
        self._decide = rules.decide
        self.acts: set[str] = set()
        self.words: set[str] = set()

    def play(self, seed: int) -> Verdict:
        """Play one seed and return its verdict; acts and words are its own then."""
        self.acts, self.words = set(), set()
        with self._watching():
            return search_one(draw(seed))

    @contextmanager
    def _watching(self) -> Iterator[None]:
        for gate, where in self._places.items():
            put(where, self._watched(gate))
        rules.decide = self._decided
        try:
            yield
        finally:
            rules.decide = self._decide
            for gate, where in self._places.items():
                put(where, gate)

    def _watched(self, gate: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*given: Any) -> Any:
            if self._asked is not None:
                self._asked.add(gate)
            return gate(*given)

        return asked

    def _decided(self, situation: Any) -> Any:
        self._asked = set()
        said = self._decide(situation)
        asked, self._asked = self._asked, None
        for gate in asked:
            for mutant in self._by_gate[gate]:
                if mutant.words not in self.acts:
                    self._compare(mutant, situation, said)
        return said

    def _compare(self, mutant: mutants.Mutant, situation: Any, said: Any) -> None:
        where = self._places[mutant.original]
        put(where, mutant.becomes)
        try:
            other = self._decide(situation)
        finally:
            put(where, self._watched(mutant.original))
        if _acts(other) != _acts(said):
            self.acts.add(mutant.words)
        elif other != said:
            self.words.add(mutant.words)


def places(function: Callable[..., Any]) -> list[Place]:
    """Return every module and name in hawatch.deciding that means a function."""
    found = []
    for info in pkgutil.iter_modules(hawatch.deciding.__path__):
        module = importlib.import_module(f"hawatch.deciding.{info.name}")
        found += [(module, n) for n, v in vars(module).items() if v is function]
    return found


def put(where: list[Place], function: Any) -> None:
    """Let names mean a function."""
    for module, name in where:
        setattr(module, name, function)


def _acts(decision: Any) -> tuple[Any, ...]:
    d = decision
    return (d.rule, d.duty, d.plan, d.alarm, d.move, d.again)


def survey(tried: list[mutants.Mutant], seeds: Iterable[int]) -> dict[str, list[int]]:
    """Return, by a mutant's words, the seeds in which a decision would differ.

    Of what is asked outside of decisions, as the evidence is, every seed is returned.
    """
    asked_elsewhere = {vars(module)[name] for module, name in mutants.FEW}
    rules_too = asked_elsewhere | set(mutants.PLACES.values())
    looker = Survey([m for m in tried if m.original not in rules_too])
    found: dict[str, list[int]] = {mutant.words: [] for mutant in tried}
    for seed in seeds:
        looker.play(seed)
        for mutant in tried:
            if mutant.original in rules_too or mutant.words in looker.acts:
                found[mutant.words].append(seed)
    return found


def main(words: list[str]) -> None:
    """Print, for each seed, what mutants would have decided otherwise."""
    start, stop, pattern = int(words[0]), int(words[1]), words[2]
    tried = [m for m in mutants.mutants() if re.search(pattern, m.words)]
    looker = Survey([m for m in tried if m.original not in mutants.PLACES.values()])
    for seed in range(start, stop):
        verdict = looker.play(seed)
        found = {
            "seed": seed,
            "acts": looker.acts,
            "words": looker.words - looker.acts,
            "episodes": verdict.episodes,
            "rounds": verdict.rounds,
        }
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
