"""The channel asks path after path, and tells silence from mumbling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import pytest
from peer_builders import a_config, a_moment, a_report

from hawatch.host import CommandResult, Ending, complete
from hawatch.model.config import AgentConfig, Config, NodeConfig, PeerConfig
from hawatch.model.fact import REFUSED as REFUSED_KIND
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.memory import HeardReport
from hawatch.model.moment import Moment
from hawatch.model.snapshot import PeerSighting
from hawatch.peer import setup
from hawatch.peer.channel import fetch
from hawatch.peer.command import control_path, report_argv
from hawatch.peer.report import encode_report

FIRST, SECOND = "192.0.2.12", "10.0.0.2"
REFUSED = "ssh: connect to host 192.0.2.12 port 22: Connection refused"
TIMED_OUT = "ssh: connect to host 192.0.2.12 port 22: Operation timed out"


class Answer(msgspec.Struct, frozen=True):
    """What ssh says on a path after some seconds; None: it hangs to its deadline."""

    out: str = ""
    err: str = ""
    status: int | None = 0
    seconds: float = 0.5
    knock: bool = True


GOOD = Answer(out=encode_report(a_report()))
DEAD = Answer(err=TIMED_OUT, status=255, seconds=3.0, knock=False)
HANGS = Answer(status=None)
HANGS_SILENTLY = Answer(status=None, knock=False)


class ScriptedHost:
    """A host whose network answers by address; its clock moves as the answers take."""

    def __init__(self, answers: Mapping[str, Answer], node: str = "db1") -> None:
        self.node = node
        self.clock = 100.0
        self.answers = answers
        self.asked: list[list[str]] = []
        self.knocked: list[str] = []

    def now(self) -> Moment:
        return a_moment(self.clock)

    async def ask(self, argv: Sequence[str], *, deadline: float) -> CommandResult:
        self.asked.append(list(argv))
        answer = self.answers[argv[-2].partition("@")[2]]
        overdue = answer.status is None or answer.seconds > deadline
        seconds = deadline if overdue else answer.seconds
        self.clock += seconds
        return CommandResult(
            argv=tuple(argv),
            ending=Ending.OVERDUE if overdue else Ending.EXITED,
            status=None if overdue else answer.status,
            out=answer.out,
            err=answer.err,
            seconds=seconds,
        )

    async def knock(self, address: str, *, deadline: float) -> Fact[float]:
        self.knocked.append(address)
        assert deadline > 0.0
        if self.answers[address.rpartition(":")[0].strip("[]")].knock:
            self.clock += 0.01
            return Known(0.01)
        self.clock += deadline
        return Unknown(f"{address} does not answer")


def fetched(
    host: ScriptedHost,
    config: Config | None = None,
    heard: HeardReport | None = None,
) -> PeerSighting:
    return complete(fetch(host, config or a_config(), heard=heard))


def reason(sighting: PeerSighting) -> str:
    assert isinstance(sighting.report, Unknown)
    return sighting.report.reason


def test_a_good_report_on_the_first_path_leaves_the_others_a_knock() -> None:
    """Every path gets its own verdict; only one is asked for the report."""
    host = ScriptedHost({FIRST: GOOD, SECOND: Answer(knock=False)})
    sighting = fetched(host)
    assert sighting.report == Known(a_report())
    assert sighting.paths[FIRST] == Known(0.5)
    assert isinstance(sighting.paths[SECOND], Unknown)
    assert len(host.asked) == 1
    assert host.knocked == ["10.0.0.2:22"]


def test_the_second_path_is_asked_where_the_first_is_dead() -> None:
    """A cut cable costs a path, not the report."""
    sighting = fetched(ScriptedHost({FIRST: DEAD, SECOND: GOOD}))
    assert sighting.report == Known(a_report())
    assert isinstance(sighting.paths[FIRST], Unknown)
    assert sighting.paths[SECOND] == Known(0.5)


def test_every_path_dead_is_silence_with_both_reasons() -> None:
    """No path is known, and a person reads why for each address."""
    sighting = fetched(ScriptedHost({FIRST: DEAD, SECOND: DEAD}))
    assert all(isinstance(path, Unknown) for path in sighting.paths.values())
    assert f"{FIRST}: ssh exit 255" in reason(sighting)
    assert f"{SECOND}: ssh exit 255" in reason(sighting)


@pytest.mark.parametrize(
    "answer",
    [
        HANGS,
        Answer(out="garbage"),
        Answer(out=encode_report(a_report(node="db3"))),
        Answer(err="hawatch: no memory", status=3),
        Answer(err="sh: report: not found", status=127),
        Answer(err="Host key verification failed.", status=255),
        Answer(err="root@db2: Permission denied (publickey).", status=255),
        Answer(err="Connection timed out during banner exchange", status=255),
        Answer(status=-15),
    ],
)
def test_a_peer_that_answers_wrongly_is_not_silent(answer: Answer) -> None:
    """Its paths are known although its report is not believed."""
    sighting = fetched(ScriptedHost({FIRST: answer, SECOND: answer}))
    assert isinstance(sighting.report, Unknown)
    assert all(isinstance(path, Known) for path in sighting.paths.values())


def test_a_refused_connection_is_told_with_its_reason() -> None:
    """The path is not open; the word tells that a machine is there all the same."""
    refused = Answer(err=REFUSED, status=255, knock=False)
    host = ScriptedHost({FIRST: refused, SECOND: refused})
    path = fetched(host).paths[FIRST]
    assert isinstance(path, Unknown)
    assert "Connection refused" in path.reason
    assert path.kind == REFUSED_KIND
    assert host.knocked == []


def test_a_connection_that_times_out_behind_a_refusing_socket_is_no_answer() -> None:
    """A control socket of a dead ssh refuses as well: the last line is the peer's."""
    stale = f"Control socket connect(/var/run/x): Connection refused\r\n{TIMED_OUT}"
    dead = Answer(err=stale, status=255, knock=False)
    path = fetched(ScriptedHost({FIRST: dead, SECOND: dead})).paths[FIRST]
    assert isinstance(path, Unknown)
    assert path.kind == ""


@pytest.mark.parametrize("second", [GOOD, HANGS, HANGS_SILENTLY, DEAD])
@pytest.mark.parametrize("first", [GOOD, HANGS, HANGS_SILENTLY, DEAD])
def test_everything_together_takes_no_longer_than_the_total_deadline(
    first: Answer, second: Answer
) -> None:
    """Every path is asked in time, whatever the one before it cost."""
    host = ScriptedHost({FIRST: first, SECOND: second})
    sighting = fetched(host)
    assert host.clock - 100.0 <= a_config().peer.timeout + 0.01
    assert set(sighting.paths) == {FIRST, SECOND}
    assert isinstance(sighting.report, Known) is (GOOD in (first, second))


def test_many_hanging_paths_are_all_asked() -> None:
    """A path that was not asked must not pass for silent."""
    addresses = [f"10.0.{n}.2" for n in range(9)]
    nodes = {
        "db1": NodeConfig(address="10.0.0.1"),
        "db2": NodeConfig(address="10.0.0.2", paths=tuple(addresses)),
    }
    host = ScriptedHost(dict.fromkeys(addresses, HANGS))
    sighting = fetched(host, a_config(nodes=nodes))
    assert len(host.asked) == 9
    assert all(isinstance(path, Known) for path in sighting.paths.values())


def test_a_slow_report_is_waited_for() -> None:
    """One slow path may use what the others do not need."""
    slow = msgspec.structs.replace(GOOD, seconds=3.9)
    assert fetched(ScriptedHost({FIRST: slow, SECOND: DEAD})).report == Known(
        a_report()
    )


def test_an_old_report_is_not_believed_twice() -> None:
    """What was heard before is handed to the judge."""
    heard = HeardReport(report=a_report(), heard=a_moment(90.0))
    sighting = fetched(ScriptedHost({FIRST: GOOD, SECOND: GOOD}), heard=heard)
    assert "the same report came back" in reason(sighting)


def test_a_channel_that_is_off_asks_nobody() -> None:
    """No path is named, so that nobody takes this for silence."""
    config = a_config(peer=PeerConfig(enabled=False))
    host = ScriptedHost({})
    sighting = fetched(host, config)
    assert reason(sighting) == "no channel to the peer is configured"
    assert (dict(sighting.paths), host.asked) == ({}, [])


def test_a_host_that_is_none_of_the_two_asks_nobody() -> None:
    """A wrong host name is a reason, not a traceback."""
    assert reason(fetched(ScriptedHost({}, node="web1"))) == (
        "web1 is none of the two nodes"
    )


def test_an_ipv6_address_is_knocked_at_in_brackets() -> None:
    """The port is told from the address."""
    nodes = {
        "db1": NodeConfig(address="2001:db8::1"),
        "db2": NodeConfig(address="2001:db8::2"),
    }
    host = ScriptedHost({"2001:db8::2": HANGS})
    fetched(host, a_config(nodes=nodes))
    assert host.asked[0][-2:] == ["root@2001:db8::2", "report"]
    assert host.knocked == ["[2001:db8::2]:22"]


def options_of(argv: list[str]) -> dict[str, str]:
    pairs = [argv[i + 1] for i, word in enumerate(argv) if word == "-o"]
    return dict(pair.split("=", 1) for pair in pairs)


def test_ssh_consults_no_file_but_ours_and_never_asks_a_person() -> None:
    """No user's configuration, agent, password or first-use question has a say."""
    argv = report_argv(a_config(), "db2", FIRST, shared=True)
    assert argv[:3] == ["/usr/bin/ssh", "-F", "none"]
    assert argv[-5:] == ["-p", "22", "--", f"root@{FIRST}", "report"]
    expected = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": "/usr/local/etc/hawatch/known_hosts",
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlias": "db2",
        "IdentitiesOnly": "yes",
        "ConnectTimeout": "3",
        "ServerAliveInterval": "2",
        "ServerAliveCountMax": "2",
        "ControlMaster": "auto",
        "ControlPersist": "60",
        "LogLevel": "ERROR",
    }
    assert expected.items() <= options_of(argv).items()


def test_each_path_has_its_own_kept_connection() -> None:
    """A dead path must not be answered by a living one's connection."""
    config = a_config()
    paths = {control_path(config, address) for address in (FIRST, SECOND)}
    assert len(paths) == 2
    options = options_of(report_argv(config, "db2", FIRST, shared=False))
    assert options["ControlPath"] == "none"


def test_a_socket_path_that_would_be_too_long_is_not_used() -> None:
    """Beyond the system's limit ssh would fail; without a kept connection it works."""
    config = a_config(agent=AgentConfig(run="/var/run/" + "long" * 20))
    assert control_path(config, FIRST) is None
    options = options_of(report_argv(config, "db2", FIRST, shared=True))
    assert options["ControlMaster"] == "no"


def test_the_path_test_asks_every_path_anew_and_tells_where_to_look() -> None:
    """A person gets one verdict for each path, with the step to repeat."""
    denied = Answer(err="Permission denied (publickey).", status=255)
    host = ScriptedHost({FIRST: GOOD, SECOND: denied})
    verdicts = complete(setup.test_channel(host, a_config()))
    assert verdicts[FIRST] == Known("report 7 of db2 in 0.50 s")
    assert verdicts[SECOND] == Unknown(
        "ssh exit 255: Permission denied (publickey). "
        "(the peer does not accept the key (steps 1 and 2))"
    )
    assert all(options_of(argv)["ControlMaster"] == "no" for argv in host.asked)


def test_the_path_test_of_a_channel_that_is_off_says_so() -> None:
    """There is nothing to test, and that is said."""
    off = a_config(peer=PeerConfig(enabled=False))
    verdicts = complete(setup.test_channel(ScriptedHost({}), off))
    assert verdicts == {"peer": Unknown("no channel to the peer is configured")}


def test_the_set_up_text_names_both_nodes_and_all_their_addresses() -> None:
    """Each key is bound to its command and to every address of its node."""
    text = setup.setup_text(a_config())
    forced = 'restrict,command="/usr/local/bin/hawatch report --live"'
    assert f'{forced},from="192.0.2.11,10.0.0.1" ssh-ed25519' in text
    assert f'{forced},from="192.0.2.12,10.0.0.2" ssh-ed25519' in text
    assert "Match User root Address 192.0.2.11,10.0.0.1" in text
    assert text.count("PermitRootLogin forced-commands-only") == 2
    assert "ssh-keyscan -p 22 -t ed25519 192.0.2.12" in text
    assert "hawatch peer test" in text


def test_the_set_up_text_for_an_ordinary_user_leaves_root_alone() -> None:
    """The lines about root's login are for root only."""
    text = setup.setup_text(a_config(peer=PeerConfig(user="hawatch")))
    assert "~hawatch/.ssh/authorized_keys" in text
    assert "PermitRootLogin" not in text


def test_sshd_is_told_no_host_name_where_it_takes_only_addresses() -> None:
    """A name in `Match Address` matches nothing [sshd_config(5)]."""
    config = a_config()
    first, second = config.nodes
    nodes = {
        first: msgspec.structs.replace(
            config.nodes[first], paths=("db1.example.net", "10.0.0.1")
        ),
        second: config.nodes[second],
    }
    text = setup.setup_text(msgspec.structs.replace(config, nodes=nodes))
    assert "Address ADDRESS-OF-db1.example.net,10.0.0.1\n" in text
    assert "with the address of db1.example.net: sshd takes no name" in text
    assert 'from="db1.example.net,10.0.0.1"' in text
    assert "sshd takes no name" not in setup.setup_text(config)
