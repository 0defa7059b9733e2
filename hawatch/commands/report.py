"""`hawatch report`: what the peer is told; the forced command of its ssh key."""

from __future__ import annotations

from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.live import last_report, live_report
from hawatch.peer.report import encode_report


def main(words: list[str]) -> int:
    """Print this node's report as one line of JSON."""
    made = parser("report", "This node's report for its peer, as JSON.")
    made.add_argument(
        "--live", action="store_true", help="look now instead of the last record"
    )
    # sshd appends nothing, but a forced command may be given words by mistake.
    options, _ = made.parse_known_args(words)
    opened = open_agent(options)
    if options.live:
        say(encode_report(opened.run(live_report(opened.agent))))
        return 0
    report = last_report(opened.agent)
    if report is None:
        raise UsageError("hawatch report: no cycle has left a report; try --live")
    say(encode_report(report))
    return 0
