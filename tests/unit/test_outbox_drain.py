"""Draining: who is told what and when; nothing lost, order kept, nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_builders import message

from hawatch.model.config import Config, NotifyConfig, NotifyUrl
from hawatch.model.finding import Severity
from hawatch.notifying.drain import FOLD, MANY, OLD, Drained, drain
from hawatch.notifying.errand import Delivery, Errand
from hawatch.notifying.ledger import FIRST_PAUSE, LONGEST_PAUSE, Ledger, UrlState
from hawatch.recording import outbox
from hawatch.recording.message import MessageKind
from hawatch.recording.store import MemoryStore

NOON = time.mktime((2026, 3, 10, 12, 0, 0, 0, 0, -1))


class Killed(BaseException):
    """The notifier was killed."""


class Post:
    """Receivers by URL: what each got, which are down, and a kill after a sending."""

    def __init__(self) -> None:
        self.got: dict[str, list[tuple[str, ...]]] = {}
        self.down: set[str] = set()
        self.bodies: list[str] = []
        self.kill_after = 0

    def send(self, errands: Sequence[Errand]) -> Iterator[Delivery]:
        for errand in errands:
            for note in errand.notes:
                if errand.url in self.down:
                    yield Delivery(errand=errand.name, note=note, error="down")
                    break
                self.got.setdefault(errand.url, []).append(note.names)
                self.bodies.append(note.body)
                self.kill_after -= 1
                if self.kill_after == 0:
                    raise Killed
                yield Delivery(errand=errand.name, note=note)

    def names(self, url: str) -> list[str]:
        """Return the outbox files told to a URL, in order."""
        return [name for names in self.got.get(url, []) for name in names]


def _config(quiet_hours: str = "", **urls: NotifyUrl) -> Config:
    entries: Mapping[str, NotifyUrl] = urls or {"mail": NotifyUrl(url="mail")}
    return Config(
        nodes={},
        services={},
        notify=NotifyConfig(urls=entries, quiet_hours=quiet_hours),
    )


def _filled(count: int, **changes: object) -> tuple[MemoryStore, list[str]]:
    store = MemoryStore()
    for number in range(count):
        one = message(key=f"check_{number}[node]", at=NOON)
        outbox.put(store, msgspec.structs.replace(one, **changes))
    return store, outbox.pending(store)


def _drain(
    config: Config, store: MemoryStore, post: Post, now: float = NOON
) -> Drained:
    return drain(config, store, now=now, send=post.send)


def test_every_url_is_told_every_message_once_and_in_order() -> None:
    """Then the outbox is empty and the ledger forgets."""
    store, names = _filled(5)
    config = _config(mail=NotifyUrl(url="mail"), chat=NotifyUrl(url="chat"))
    post = Post()
    assert _drain(config, store, post) == Drained(sent=10, waiting=0)
    assert post.names("mail") == post.names("chat") == names
    assert outbox.pending(store) == []
    assert _drain(config, store, post) == Drained()
    assert post.names("mail") == names


def test_a_url_that_is_down_delays_only_itself() -> None:
    """The others are told now, and not again when it comes back."""
    store, names = _filled(3)
    config = _config(mail=NotifyUrl(url="mail"), chat=NotifyUrl(url="chat"))
    post = Post()
    post.down = {"chat"}
    done = _drain(config, store, post)
    assert (done.sent, done.waiting, done.failures) == (3, 3, {"chat": "down"})
    post.down = set()
    assert _drain(config, store, post, NOON + 1).sent == 0
    assert _drain(config, store, post, NOON + FIRST_PAUSE).waiting == 0
    assert post.names("mail") == post.names("chat") == names


def test_pauses_grow_and_are_bounded() -> None:
    """A dead URL is tried ever more seldom, but at least every half hour."""
    ledger = Ledger()
    pauses = []
    for _ in range(40):
        ledger = ledger.failed("mail", "down", NOON)
        pauses.append(ledger.url("mail").next_try - NOON)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    stepped_back = UrlState(next_try=NOON + LONGEST_PAUSE + 1)
    assert stepped_back.is_due(NOON)


def test_a_url_hears_only_what_it_wants() -> None:
    """Severities and checks filter; what nobody wants leaves the outbox."""
    store = MemoryStore()
    for severity in Severity:
        key = f"check_{severity}[node]"
        outbox.put(store, message(key=key, severity=severity, at=NOON))
    outbox.put(store, message(MessageKind.ACTION, key="action[mysql]", at=NOON))
    names = outbox.pending(store)
    post = Post()
    config = _config(
        pager=NotifyUrl(url="pager", severities=(Severity.CRITICAL,)),
        dba=NotifyUrl(url="dba", checks=("check_info",)),
    )
    assert _drain(config, store, post).waiting == 0
    assert post.names("pager") == names[2:]
    assert post.names("dba") == names[:1]


def test_quiet_hours_hold_back_everything_but_the_critical() -> None:
    """The rest comes in the morning, in its order."""
    store = MemoryStore()
    kinds = [Severity.INFO, Severity.CRITICAL, Severity.WARNING]
    for severity in kinds:
        outbox.put(store, message(key=f"check_{severity}[n]", severity=severity))
    info, critical, warning = outbox.pending(store)
    post = Post()
    config = _config("11:00-13:00", mail=NotifyUrl(url="mail"))
    assert _drain(config, store, post) == Drained(sent=1, waiting=2)
    assert _drain(config, store, post, NOON + 3600).waiting == 0
    assert post.names("mail") == [critical, info, warning]


def test_a_flood_is_one_digest() -> None:
    """A thousand flips are one message, and none of them waits any longer."""
    store, names = _filled(1000)
    post = Post()
    assert _drain(_config(), store, post) == Drained(sent=1, waiting=0)
    assert post.got["mail"] == [tuple(names)]


def test_a_message_that_a_url_will_not_take_does_not_block_it_for_ever() -> None:
    """After a few failures the waiting messages are tried as one short digest."""
    store, names = _filled(3)
    post = Post()
    post.down = {"mail"}
    now = NOON
    for _ in range(5):
        assert _drain(_config(), store, post, now).failures == {"mail": "down"}
        now += LONGEST_PAUSE
    post.down = set()
    _drain(_config(), store, post, now)
    assert post.got["mail"] == [tuple(names)]


def test_a_dead_url_does_not_keep_old_messages_that_others_were_told() -> None:
    """It hears how many it missed when it is back; a sole receiver misses none."""
    config = _config(mail=NotifyUrl(url="mail"), chat=NotifyUrl(url="chat"))
    store, _ = _filled(2)
    post = Post()
    post.down = {"chat"}
    _drain(config, store, post)
    late = NOON + OLD + 1
    assert _drain(config, store, post, late).waiting == 0
    outbox.put(store, message(at=late))
    post.down = set()
    _drain(config, store, post, late + LONGEST_PAUSE)
    assert "2 older messages never reached this address" in post.bodies[-1]

    alone, names = _filled(2)
    post.down = {"mail"}
    assert _drain(_config(), alone, post, late).waiting == 2
    assert outbox.pending(alone) == names


def test_a_dead_url_does_not_fill_the_outbox() -> None:
    """Beyond a bound the oldest messages that somebody was told go."""
    store, names = _filled(MANY + 3)
    config = _config(mail=NotifyUrl(url="mail"), chat=NotifyUrl(url="chat"))
    post = Post()
    post.down = {"chat"}
    _drain(config, store, post)
    assert _drain(config, store, post, NOON + 1).waiting == MANY
    assert outbox.pending(store) == names[3:]


def test_a_url_without_a_secret_to_read_is_a_failure_with_a_reason() -> None:
    """The message waits for the file to be mended."""
    store, names = _filled(1)
    config = _config(mail=NotifyUrl(url_file="/nonexistent/url"))
    done = _drain(config, store, Post())
    assert done.failures == {"mail": "/nonexistent/url: no such file or directory"}
    assert outbox.pending(store) == names


def test_a_message_that_cannot_be_read_is_told_and_kept_aside() -> None:
    """Damage in the outbox is an alarm, and the other messages go out."""
    store, names = _filled(2)
    store.damage(names[0])
    post = Post()
    _drain(_config(), store, post)
    _drain(_config(), store, post, NOON + 1)
    assert post.names("mail")[0] == names[1]
    assert "cannot be read" in post.bodies[-1]
    assert outbox.pending(store) == []
    assert len(store.names("outbox/damaged-")) == 1


def test_a_damaged_ledger_tells_twice_rather_than_not() -> None:
    """Not to know who was told is no reason for silence."""
    store, names = _filled(1)
    config = _config(mail=NotifyUrl(url="mail"), chat=NotifyUrl(url="chat"))
    post = Post()
    post.down = {"chat"}
    _drain(config, store, post)
    store.damage(outbox.STATE)
    post.down = set()
    _drain(config, store, post)
    assert post.names("mail") == names * 2
    assert post.names("chat") == names


def test_on_a_full_disk_a_message_is_sent_once_and_not_in_every_run() -> None:
    """What cannot be noted must not ring every minute; removing still works."""
    store, names = _filled(2)
    config = _config(mail=NotifyUrl(url="mail"), chat=NotifyUrl(url="chat"))
    post = Post()
    post.down = {"chat"}
    store.fill()
    done = _drain(config, store, post)
    assert "deliveries not noted" in done.failures["ledger"]
    _drain(config, store, post, NOON + LONGEST_PAUSE)
    assert post.names("mail") == names


def test_an_outbox_that_cannot_be_read_is_a_failure() -> None:
    """It is told by the exit code; nothing else can be done."""

    class Broken(MemoryStore):
        def names(self, prefix: str) -> list[str]:
            raise OSError(5, "Input/output error")

    done = _drain(_config(), Broken(), Post())
    assert done.failures == {"outbox": "not read: input/output error"}


@settings(max_examples=60)
@given(
    count=st.integers(1, FOLD),
    kills=st.lists(st.integers(1, 12), max_size=3),
    outage=st.sets(st.sampled_from(["mail", "chat"])),
)
def test_killed_anywhere_nothing_is_lost_and_little_is_told_twice(
    count: int, kills: list[int], outage: set[str]
) -> None:
    """For each kill one message may come twice; the order of first tellings stays."""
    store, names = _filled(count)
    config = _config(mail=NotifyUrl(url="mail"), chat=NotifyUrl(url="chat"))
    post = Post()
    now = NOON
    for kill_after in kills:
        post.down = outage
        post.kill_after = kill_after
        try:
            _drain(config, store, post, now)
        except Killed:
            store.crash()
        now += LONGEST_PAUSE
    post.down, post.kill_after = set(), 0
    assert _drain(config, store, post, now).waiting == 0
    for url in ("mail", "chat"):
        told = post.names(url)
        assert list(dict.fromkeys(told)) == names
        assert len(told) <= count + len(kills)
