"""Empties the outbox: for each URL the messages that it wants and was not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from hawatch.model.config import Config, NotifyUrl
from hawatch.model.fact import Unknown
from hawatch.model.finding import Severity
from hawatch.notifying.compose import compose, digest, words_of
from hawatch.notifying.errand import Errand, Note, Send
from hawatch.notifying.ledger import Ledger, read_ledger, write_ledger
from hawatch.notifying.quiet import is_quiet
from hawatch.notifying.secrets import read_url
from hawatch.notifying.words import Words
from hawatch.recording import outbox
from hawatch.recording.message import Message, MessageKind
from hawatch.recording.store import Store, complaint

FOLD = 10
"""More waiting messages than this are folded into one digest."""
STUBBORN = 5
"""After so many failures in a row one short digest is tried: it may be the text."""
OLD = 7 * 86400.0
MANY = 2000
"""A message that somebody was told waits for a dead URL no longer than OLD seconds,
and not at all once so many newer ones wait."""


class Drained(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one run: notes sent, messages left, and why by URL name."""

    sent: int = 0
    waiting: int = 0
    failures: Mapping[str, str] = {}


def drain(config: Config, store: Store, *, now: float, send: Send) -> Drained:
    """Given the wall clock and how to carry errands, tell what waits in the outbox.

    A message leaves the outbox when every configured URL that wants it was told; each
    delivery is noted before the next. To be called under the lock of the notifier.
    """
    try:
        messages = _read(store, now)
    except OSError as error:
        return Drained(failures={"outbox": f"not read: {complaint(error)}"})
    run = _Run(config, store, messages, now)
    run.give_up()
    for delivery in send(run.errands()):
        run.note(delivery.errand, delivery.note, delivery.error)
    waiting = run.finish()
    return Drained(sent=run.sent, waiting=waiting, failures=run.failures)


def wants(url: NotifyUrl, message: Message) -> bool:
    """Return whether a URL wants to hear a message.

    A URL that names checks hears of these only.
    """
    if message.kind is MessageKind.TEST:
        return True
    named = not url.checks or message.check in url.checks
    return named and message.severity in url.severities


class _Run:
    """One run over the outbox: the ledger as it grows, and what failed."""

    def __init__(
        self,
        config: Config,
        store: Store,
        messages: Mapping[str, Message],
        now: float,
    ) -> None:
        self._urls = config.notify.urls
        self._words = words_of(config.notify.language)
        self._store = store
        self._messages = messages
        self._now = now
        self._quiet = is_quiet(config.notify.quiet_hours, now)
        self._ledger = read_ledger(store)
        self._before = self._ledger
        self._gone: set[str] = set()
        self.sent = 0
        self.failures: dict[str, str] = {}

    def give_up(self) -> None:
        """Let go of old messages that only a dead URL was not told."""
        crowd = len(self._messages) - MANY
        for position, (name, message) in enumerate(self._messages.items()):
            old = self._now - message.at > OLD or position < crowd
            missing = self._missing(name, message)
            if old and missing and self._told_anybody(name):
                self._gone.add(name)
                for url in missing:
                    self._ledger = self._ledger.gave_up(url)

    def errands(self) -> list[Errand]:
        """Return what is to be carried now; a URL that failed waits for its time."""
        found = []
        for name, entry in self._urls.items():
            chosen = self._chosen(name)
            if not chosen or not self._ledger.url(name).is_due(self._now):
                continue
            url = read_url(entry)
            if isinstance(url, Unknown):
                self._fail(name, url.reason)
                continue
            notes = _notes(chosen, self._words, self._ledger, name)
            found.append(
                Errand(name=name, url=url.value, deadline=entry.deadline, notes=notes)
            )
        return found

    def note(self, url: str, note: Note, error: str) -> None:
        """Write down what came of a note, before the next one is sent."""
        if error:
            self._fail(url, error)
            return
        self.sent += 1
        self._ledger = self._ledger.delivered(note.names, url)
        self._write()

    def finish(self) -> int:
        """Remove what everybody was told; return how many messages still wait."""
        self._write()
        waiting = {
            name
            for name, message in self._messages.items()
            if name not in self._gone and not self._is_done(name, message)
        }
        for name in self._messages:
            if name not in waiting:
                reason = outbox.done(self._store, name)
                if reason is not None:
                    self.failures["outbox"] = reason
        # Only now: a file that is left behind by a crash must still be known as told.
        self._ledger = self._ledger.only(waiting, self._urls)
        self._write()
        return len(waiting)

    def _is_done(self, name: str, message: Message) -> bool:
        if not self._missing(name, message):
            return True
        # What cannot be noted would be sent again in every run: once must do.
        return "ledger" in self.failures and self._told_anybody(name)

    def _missing(self, name: str, message: Message) -> list[str]:
        """Return the URLs that want a message and were not told it."""
        return [
            url
            for url, entry in self._urls.items()
            if wants(entry, message) and not self._ledger.was_told(name, url)
        ]

    def _chosen(self, url: str) -> list[tuple[str, Message]]:
        """Return what a URL is to be told now, in order."""
        return [
            (name, message)
            for name, message in self._messages.items()
            if name not in self._gone
            and url in self._missing(name, message)
            and (not self._quiet or message.severity is Severity.CRITICAL)
        ]

    def _told_anybody(self, name: str) -> bool:
        return any(self._ledger.was_told(name, url) for url in self._urls)

    def _fail(self, url: str, error: str) -> None:
        self.failures[url] = error
        self._ledger = self._ledger.failed(url, error, self._now)

    def _write(self) -> None:
        if self._ledger == self._before:
            return
        reason = write_ledger(self._store, self._ledger)
        if reason is None:
            self._before = self._ledger
        else:
            self.failures["ledger"] = reason


def _notes(
    chosen: Sequence[tuple[str, Message]], words: Words, ledger: Ledger, url: str
) -> tuple[Note, ...]:
    state = ledger.url(url)
    if len(chosen) > FOLD or (state.attempts >= STUBBORN and len(chosen) > 1):
        notes = [digest(chosen, words)]
    else:
        notes = [compose(message, name, words) for name, message in chosen]
    if state.given_up:
        lost = words.given_up.format(count=state.given_up)
        notes[0] = msgspec.structs.replace(notes[0], body=f"{notes[0].body}\n{lost}")
    return tuple(notes)


def _read(store: Store, now: float) -> dict[str, Message]:
    """Return the waiting messages by name; one that cannot be read is set aside.

    Raises OSError as the store does.
    """
    messages: dict[str, Message] = {}
    for name in outbox.pending(store):
        message = outbox.read_message(store, name)
        if isinstance(message, Unknown):
            _set_aside(store, name, message.reason, now)
        else:
            messages[name] = message.value
    return messages


def _set_aside(store: Store, name: str, reason: str, now: float) -> None:
    """Tell that a message could not be read, then move it out of the way."""
    kept = name.replace(outbox.FOLDER, f"{outbox.FOLDER}damaged-")
    notice = Message(
        kind=MessageKind.OPENED,
        key=f"outbox[{name}]",
        node="hawatch",
        severity=Severity.CRITICAL,
        at=now,
        text=f"a waiting message cannot be read ({reason}); it is kept as {kept}",
    )
    if outbox.put(store, notice) is None:
        store.rename(name, kept)
