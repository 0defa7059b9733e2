"""Who was told what: outbox/state.json, written after each delivery.

It is behind by one delivery at worst, when the process dies between sending and
noting: then one message comes twice. A ledger that cannot be read is taken as empty,
for a message told twice is better than one not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from hawatch.recording.outbox import STATE
from hawatch.recording.store import Store, complaint

FIRST_PAUSE = 10.0
LONGEST_PAUSE = 1800.0
"""Seconds between two tries of a URL that fails: doubled each time up to this."""


class UrlState(msgspec.Struct, frozen=True, kw_only=True):
    """How one URL is doing. attempts: failures in a row; next_try: wall seconds.

    given_up counts old messages that only this URL was never told.
    """

    attempts: int = 0
    next_try: float = 0.0
    error: str = ""
    given_up: int = 0

    def is_due(self, now: float) -> bool:
        """Return whether a try is due; a clock that stepped back makes it so."""
        return not 0.0 < self.next_try - now <= LONGEST_PAUSE


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """The state by URL name, and the names of the URLs told by message name."""

    urls: Mapping[str, UrlState] = {}
    told: Mapping[str, tuple[str, ...]] = {}

    def url(self, name: str) -> UrlState:
        """Return how a URL is doing."""
        return self.urls.get(name, UrlState())

    def was_told(self, message: str, url: str) -> bool:
        """Return whether a URL was told a message."""
        return url in self.told.get(message, ())

    def delivered(self, messages: Iterable[str], url: str) -> Ledger:
        """Return the ledger after a delivery."""
        told = dict(self.told)
        for message in messages:
            told[message] = (*told.get(message, ()), url)
        return Ledger(urls={**self.urls, url: UrlState()}, told=told)

    def failed(self, url: str, error: str, now: float) -> Ledger:
        """Return the ledger after a failure: the pause grows."""
        before = self.url(url)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(before.attempts, 30))
        after = msgspec.structs.replace(
            before, attempts=before.attempts + 1, next_try=now + pause, error=error
        )
        return msgspec.structs.replace(self, urls={**self.urls, url: after})

    def gave_up(self, url: str) -> Ledger:
        """Return the ledger with one more message that a URL was never told."""
        before = self.url(url)
        after = msgspec.structs.replace(before, given_up=before.given_up + 1)
        return msgspec.structs.replace(self, urls={**self.urls, url: after})

    def only(self, messages: Iterable[str], urls: Iterable[str]) -> Ledger:
        """Return the ledger without what no longer waits or is no longer configured."""
        kept, known = set(messages), set(urls)
        return Ledger(
            urls={name: state for name, state in self.urls.items() if name in known},
            told={name: names for name, names in self.told.items() if name in kept},
        )


def read_ledger(store: Store) -> Ledger:
    """Return the ledger, an empty one where it cannot be read."""
    try:
        return msgspec.json.decode(store.read(STATE) or b"{}", type=Ledger)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Ledger()


def write_ledger(store: Store, ledger: Ledger) -> str | None:
    """Write the ledger durably; return why that failed, or None."""
    try:
        store.replace(STATE, msgspec.json.encode(ledger, order="deterministic"))
    except OSError as error:
        return f"deliveries not noted: {complaint(error)}"
    return None
