"""The notifier: a short process of its own that empties the outbox through apprise.

It is the only importer of apprise, which costs more than a whole cycle. Nothing here
can stop a release: the cycle has left its messages on the disk and gone.
"""

from __future__ import annotations

import http.client
import io
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from hawatch.model.config import Config, NotifyUrl
from hawatch.model.fact import Known, Unknown
from hawatch.model.finding import Severity
from hawatch.notifying.carrier import deliver
from hawatch.notifying.compose import compose, words_of
from hawatch.notifying.drain import Drained, drain
from hawatch.notifying.errand import Delivery, Errand, Note
from hawatch.notifying.secrets import read_url
from hawatch.recording.lock import Lock
from hawatch.recording.memory import last_cycle
from hawatch.recording.message import Message, MessageKind
from hawatch.recording.store import DirStore, Store, StoreError

LOCK = "notify.lock"
PING_DEADLINE = 10.0
STALE_CYCLES = 6
"""So many missed cycles, and at least STALE_SECONDS, are told to the dead-man ping."""
STALE_SECONDS = 120.0


def main(config: Config) -> int:
    """Given a configuration, tell what waits; return the exit code.

    0: nothing is left to do. 1: something waits, because a URL fails or because of
    quiet hours. 2: the state directory cannot be trusted. 3: the outbox itself failed.
    Failures go to stderr by the names of the URLs. Where another notifier is at work
    there is nothing to do.
    """
    lock = Lock(f"{config.agent.run}/{LOCK}")
    try:
        if not lock.acquire():
            return 0
        store = DirStore(config.agent.state)
    except (OSError, StoreError) as error:
        sys.stderr.write(f"hawatch notify: {error}\n")
        return 2
    try:
        drained = _with_pings(config, store)
    finally:
        lock.release()
    for name, reason in drained.failures.items():
        sys.stderr.write(f"hawatch notify: {name}: {reason}\n")
    if {"outbox", "ledger"} & set(drained.failures):
        return 3
    return 1 if drained.waiting or drained.failures else 0


def test_each(config: Config, *, node: str) -> dict[str, str]:
    """Send a test through each configured URL, past the outbox and all filters.

    Returns by URL name why it failed, or "" where the message was accepted.
    """
    message = Message(
        kind=MessageKind.TEST,
        key="test",
        node=node,
        severity=Severity.INFO,
        at=time.time(),
        text="test",
    )
    note = compose(message, "", words_of(config.notify.language))
    results: dict[str, str] = {}
    errands = []
    for name, entry in config.notify.urls.items():
        url = read_url(entry)
        if isinstance(url, Unknown):
            results[name] = url.reason
        else:
            errands.append(_errand(name, entry, url, note))
    results |= {d.errand: d.error for d in send_with_apprise(errands)}
    return {name: results[name] for name in config.notify.urls}


def send_with_apprise(errands: Sequence[Errand]) -> Iterator[Delivery]:
    """Carry errands through apprise; see hawatch.notifying.errand.Send."""
    if errands:
        # Imported once, before the children are forked, so that none pays for it.
        import apprise  # noqa: F401 - for the children
    return deliver(errands, _by_apprise)


def ping(url: str, event: str = "") -> str:
    """Tell a dead-man switch ("start", "fail", or "" for success); return why not.

    The URL is of the healthchecks kind, to which the event is appended.
    """
    target = f"{url.rstrip('/')}/{event}" if event else url
    note = Note(names=(), title="", body="", severity=Severity.INFO)
    errand = Errand(name="ping", url=target, deadline=PING_DEADLINE, notes=(note,))
    return "".join(delivery.error for delivery in deliver([errand], _by_get))


def _with_pings(config: Config, store: Store) -> Drained:
    url = config.notify.ping
    if url:
        ping(url, "start")
    drained = drain(config, store, now=time.time(), send=send_with_apprise)
    if not url:
        return drained
    error = ping(url, "" if _is_alive(config, store) else "fail")
    failures = {**drained.failures, "ping": error} if error else drained.failures
    return Drained(sent=drained.sent, waiting=drained.waiting, failures=failures)


def _is_alive(config: Config, store: Store) -> bool:
    """Return whether cycles have run lately, by the mark that each of them leaves."""
    last = last_cycle(store)
    longest = max(STALE_SECONDS, STALE_CYCLES * config.agent.interval)
    return isinstance(last, Known) and abs(time.time() - last.value.wall) <= longest


def _errand(name: str, entry: NotifyUrl, url: Known[str], note: Note) -> Errand:
    return Errand(name=name, url=url.value, deadline=entry.deadline, notes=(note,))


def _by_apprise(url: str, note: Note) -> str:
    """Send one note; runs in a child of its own."""
    import apprise

    # async_mode would start threads.
    asset = apprise.AppriseAsset(
        async_mode=False, app_id="hawatch", app_desc="hawatch", app_url=""
    )
    kind = {
        Severity.INFO: apprise.NotifyType.INFO,
        Severity.WARNING: apprise.NotifyType.WARNING,
        Severity.CRITICAL: apprise.NotifyType.FAILURE,
    }[note.severity]
    said = io.StringIO()
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.WARNING)
    logger.addHandler(logging.StreamHandler(said))
    sender = apprise.Apprise(asset=asset)
    if not sender.add(url):
        return "apprise does not understand this URL"
    sent = sender.notify(
        title=note.title,
        body=note.body,
        notify_type=apprise.NotifyType.SUCCESS if note.good else kind,
        body_format=apprise.NotifyFormat.TEXT,
    )
    if sent:
        return ""
    return (said.getvalue().splitlines() or ["apprise could not send it"])[-1]


def _by_get(url: str, note: Note) -> str:  # noqa: ARG001 - the shape of a CarryOne
    """Ask a URL by HTTP GET; runs in a child of its own."""
    parts = urlsplit(url)
    connections = {
        "http": http.client.HTTPConnection,
        "https": http.client.HTTPSConnection,
    }
    connect = connections.get(parts.scheme)
    if connect is None or parts.hostname is None:
        return "not an http or https URL"
    connection = connect(parts.hostname, parts.port, timeout=PING_DEADLINE)
    try:
        query = f"?{parts.query}" if parts.query else ""
        connection.request("GET", (parts.path or "/") + query)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return "" if 200 <= status < 300 else f"HTTP status {status}"
