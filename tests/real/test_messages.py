"""Messages through apprise to a real mail server and a real webhook."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from message_server import Receiver

from hawatch import notify
from hawatch.model.config import AgentConfig, Config, NotifyConfig, NotifyUrl
from hawatch.model.decision import Refusal, Refused, Rule
from hawatch.model.finding import Severity
from hawatch.model.memory import Memory
from hawatch.model.moment import Moment
from hawatch.model.report import Duty
from hawatch.notifying.drain import Drained, drain
from hawatch.recording import outbox
from hawatch.recording.entries import ServiceRecord
from hawatch.recording.lock import Lock
from hawatch.recording.memory import save_memory
from hawatch.recording.message import Message, MessageKind
from hawatch.recording.store import DirStore

DEADLINE = 4.0

NOTIFIER = """
import sys, msgspec
from hawatch.model.config import Config
from hawatch import notify
sys.exit(notify.main(msgspec.json.decode(sys.argv[1].encode(), type=Config)))
"""


@pytest.fixture(name="mail")
def start_mail(tmp_path: Path) -> Iterator[Receiver]:
    receiver = Receiver("mail", tmp_path / "mail")
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture(name="webhook")
def start_webhook(tmp_path: Path) -> Iterator[Receiver]:
    receiver = Receiver("webhook", tmp_path / "webhook")
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture(name="store")
def make_store(tmp_path: Path) -> DirStore:
    return DirStore(str(tmp_path / "state"))


def _config(
    tmp_path: Path,
    *receivers: Receiver,
    deadline: float = DEADLINE,
    language: str = "en",
    ping: str = "",
) -> Config:
    urls = {r.kind: NotifyUrl(url=r.url, deadline=deadline) for r in receivers}
    return Config(
        nodes={},
        services={},
        agent=AgentConfig(state=str(tmp_path / "state"), run=str(tmp_path / "run")),
        notify=NotifyConfig(urls=urls, language=language, ping=ping),
    )


def _message(text: str, kind: MessageKind = MessageKind.OPENED) -> Message:
    return Message(
        kind=kind,
        key=f"check_{text}[mysql]",
        node="db1",
        severity=Severity.CRITICAL,
        at=time.time(),
        opened=time.time() - 90.0,
        text=f"the text of {text}",
        check=f"check_{text}",
        subject="mysql",
    )


def _fill(store: DirStore, *texts: str) -> None:
    for text in texts:
        assert outbox.put(store, _message(text)) is None


def _drain(config: Config, store: DirStore, now: float | None = None) -> Drained:
    return drain(config, store, now=now or time.time(), send=notify.send_with_apprise)


def _title(text: str) -> str:
    return f"[db1] CRITICAL: check_{text}[mysql]"


def _await_got(receiver: Receiver, count: int) -> None:
    until = time.monotonic() + 20
    while len(receiver.got()) < count:
        assert time.monotonic() < until, f"nothing came to the {receiver.kind}"
        time.sleep(0.01)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_message_arrives_by_mail_and_webhook_in_its_language(
    tmp_path: Path, mail: Receiver, webhook: Receiver, store: DirStore, language: str
) -> None:
    """Title, reason, refusal and command arrive whole, Japanese letters too."""
    record = ServiceRecord(
        service="mysql",
        rule=Rule.UNHEALTHY_HOLD,
        duty=Duty.ACTIVE,
        because="mysqld does not answer",
        refused=(Refused(refusal=Refusal.COOLDOWN, detail="300 s more"),),
    )
    full = msgspec.structs.replace(_message("sql"), record=record, explain="17")
    outbox.put(store, full)
    config = _config(tmp_path, mail, webhook, language=language)
    assert _drain(config, store) == Drained(sent=2, waiting=0)
    marks = {
        "en": ("CRITICAL", "the last automatic move"),
        "ja": ("重大", "前回の自動切替"),
    }
    for receiver in (mail, webhook):
        (got,) = receiver.got()
        for needed in (*marks[language], "300 s more", "hawatch explain 17"):
            assert needed in got["title"] + got["body"]
    assert webhook.got()[0]["type"] == "failure"


def test_a_slow_receiver_is_waited_for(
    tmp_path: Path, mail: Receiver, store: DirStore
) -> None:
    """Slow is not dead: all messages arrive in order."""
    mail.mood("slow")
    _fill(store, "a", "b", "c")
    assert _drain(_config(tmp_path, mail), store).waiting == 0
    assert mail.titles() == [_title("a"), _title("b"), _title("c")]


@pytest.mark.parametrize("kind", ["mail", "webhook"])
def test_a_refusing_receiver_keeps_its_messages_and_no_secret_is_told(
    tmp_path: Path, mail: Receiver, webhook: Receiver, store: DirStore, kind: str
) -> None:
    """The reason is a sentence without the URL's secrets; later all is delivered."""
    receiver = {"mail": mail, "webhook": webhook}[kind]
    receiver.mood("refuse")
    _fill(store, "a", "b")
    config = _config(tmp_path, receiver)
    done = _drain(config, store)
    assert (done.sent, done.waiting) == (0, 2)
    assert done.failures[kind]
    ledger = (store.read(outbox.STATE) or b"").decode()
    assert "secret" not in done.failures[kind] + ledger
    receiver.mood("up")
    before = len(receiver.got())
    assert _drain(config, store, time.time() + 60).waiting == 0
    assert receiver.titles()[before:] == [_title("a"), _title("b")]


def test_a_hanging_receiver_costs_only_itself(
    tmp_path: Path, mail: Receiver, webhook: Receiver, store: DirStore
) -> None:
    """The other URL is told meanwhile, and the run ends soon after the deadline."""
    webhook.mood("hang")
    _fill(store, "a", "b", "c")
    began = time.monotonic()
    done = _drain(_config(tmp_path, mail, webhook, deadline=1.5), store)
    assert time.monotonic() - began < 6.0
    assert done.failures == {"webhook": "no answer within 1.5 s"}
    assert mail.titles() == [_title("a"), _title("b"), _title("c")]
    assert done.waiting == 3


def test_killed_between_sending_and_noting_only_one_message_comes_twice(
    tmp_path: Path, webhook: Receiver, store: DirStore
) -> None:
    """Nothing is lost, the order stays, and the orphaned child sends nothing more."""
    _fill(store, "a", "b", "c", "d")
    config = _config(tmp_path, webhook)
    encoded = msgspec.json.encode(config).decode()
    webhook.mood("late")
    notifier = subprocess.Popen([sys.executable, "-c", NOTIFIER, encoded])
    _await_got(webhook, 2)
    os.kill(notifier.pid, signal.SIGKILL)
    notifier.wait()
    webhook.mood("up")
    time.sleep(1.2)  # the orphan's message is answered now; it must stop there
    assert webhook.titles() == [_title("a"), _title("b")]
    assert notify.main(config) == 0
    assert webhook.titles() == [_title(t) for t in ("a", "b", "b", "c", "d")]


def test_after_a_day_of_outage_everything_is_told_in_order(
    tmp_path: Path, store: DirStore
) -> None:
    """Few tries are made in the meantime, and no incident is told out of order."""
    receiver = Receiver("webhook", tmp_path / "webhook")
    config = _config(tmp_path, receiver)
    start = time.time()
    kinds = (MessageKind.OPENED, MessageKind.CLOSED) * 3
    tries = 0
    for hour, kind in enumerate(kinds):
        outbox.put(store, _message("sql", kind))
        done = _drain(config, store, start + hour * 4 * 3600)
        tries += len(done.failures)
        assert done.waiting == hour + 1
        assert _drain(config, store, start + hour * 4 * 3600 + 9).failures == {}
    assert tries == len(kinds)
    receiver.start()
    try:
        # So many failures in a row: one digest is tried first, see STUBBORN.
        done = _drain(config, store, start + 86400)
        assert done == Drained(sent=1, waiting=0)
        (got,) = receiver.got()
        assert "6 messages" in got["title"]
        assert "6 times" in got["body"]
    finally:
        receiver.stop()


def test_a_short_outage_is_caught_up_message_by_message(
    tmp_path: Path, store: DirStore
) -> None:
    """A receiver that was away for a moment gets each message as it was."""
    receiver = Receiver("mail", tmp_path / "mail")
    config = _config(tmp_path, receiver)
    _fill(store, "a", "b")
    assert _drain(config, store).waiting == 2
    _fill(store, "c")
    receiver.start()
    try:
        assert _drain(config, store, time.time() + 30).waiting == 0
        assert receiver.titles() == [_title("a"), _title("b"), _title("c")]
    finally:
        receiver.stop()


def test_a_thousand_flips_are_one_mail(
    tmp_path: Path, mail: Receiver, store: DirStore
) -> None:
    """A flood does not bury the reader, and nothing of it waits any longer."""
    for number in range(1000):
        outbox.put(store, _message(f"flip{number}"))
    assert _drain(_config(tmp_path, mail), store) == Drained(sent=1, waiting=0)
    assert mail.titles() == ["[db1] CRITICAL: 1000 messages in one"]


def test_two_notifiers_never_run_at_once(
    tmp_path: Path, webhook: Receiver, store: DirStore
) -> None:
    """The second one finds the lock held and leaves the messages to the first."""
    _fill(store, "a")
    config = _config(tmp_path, webhook)
    with Lock(str(tmp_path / "run" / notify.LOCK)):
        assert notify.main(config) == 0
    assert webhook.titles() == []
    assert notify.main(config) == 0
    assert webhook.titles() == [_title("a")]


def test_the_dead_mans_switch_hears_of_cycles_that_stopped(
    tmp_path: Path, webhook: Receiver, store: DirStore
) -> None:
    """Success while cycles leave their mark, failure where they do not."""
    url = f"http://127.0.0.1:{webhook.port}/ping/0123"
    config = _config(tmp_path, ping=url)
    assert notify.main(config) == 0
    last = Moment(wall=time.time(), monotonic=1.0, boot="x")
    save_memory(store, Memory(node="db1", boot="x", last=last))
    assert notify.main(config) == 0
    assert webhook.titles() == [
        "/ping/0123/start",
        "/ping/0123/fail",
        "/ping/0123/start",
        "/ping/0123",
    ]
    webhook.mood("refuse")
    assert notify.ping(url) == "HTTP status 500"
    assert notify.ping("ftp://example.org/x") == "not an http or https URL"


def test_a_failing_receiver_shows_in_the_exit_code_and_on_stderr(
    tmp_path: Path,
    webhook: Receiver,
    store: DirStore,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Cron's mail names the URL by its name, and shows no secret."""
    webhook.mood("refuse")
    _fill(store, "a")
    assert notify.main(_config(tmp_path, webhook)) == 1
    said = capsys.readouterr().err
    assert said.startswith("hawatch notify: webhook: ")
    assert "secret" not in said
    (tmp_path / "state").chmod(0o777)
    assert notify.main(_config(tmp_path, webhook)) == 2


def test_the_test_goes_through_each_url_and_tells_what_came_of_it(
    tmp_path: Path, mail: Receiver, webhook: Receiver
) -> None:
    """Accepted, refused, not understood and not readable are told apart."""
    webhook.mood("refuse")
    config = _config(tmp_path, mail, webhook)
    urls = {
        **config.notify.urls,
        "typo": NotifyUrl(url="nonsense://secret-token"),
        "lost": NotifyUrl(url_file=str(tmp_path / "none")),
    }
    changed = msgspec.structs.replace(
        config, notify=msgspec.structs.replace(config.notify, urls=urls)
    )
    results = notify.test_each(changed, node="db1")
    assert list(results) == ["mail", "webhook", "typo", "lost"]
    assert results["mail"] == ""
    assert results["webhook"]
    assert results["typo"] == "apprise does not understand this URL"
    assert "no such file" in results["lost"]
    assert mail.titles() == ["[db1] test message"]
    assert "secret" not in "".join(results.values())
