"""A process of the search: plays its seeds and prints a line of JSON for each."""

from __future__ import annotations

import sys

import msgspec

from hawatch.sim.search.draw import Kind
from hawatch.sim.search.run import play_seed


def main(words: list[str]) -> None:
    """Given kind, old or new, and a configuration's path, play what stdin lists."""
    kind, policy, config = words
    for seed in msgspec.json.decode(sys.stdin.buffer.read(), type=list[int]):
        verdict = play_seed(seed, Kind(kind), config, old=policy == "old")
        sys.stdout.write(msgspec.json.encode(verdict).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
