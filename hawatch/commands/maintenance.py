"""`hawatch maintenance on|off`: hands off, with a reason and an end."""

from __future__ import annotations

import getpass

from hawatch.agent import Agent
from hawatch.commands.common import UsageError, open_agent, parser, say
from hawatch.commands.worker import under_lock
from hawatch.configuring.durations import parse_duration
from hawatch.cycle import recall
from hawatch.live import live_report
from hawatch.model.fact import Known
from hawatch.model.moment import Moment
from hawatch.model.report import Duty, Maintenance
from hawatch.peer.channel import fetch
from hawatch.recording.memory import save_memory

LONGEST = 7 * 86400.0


def main(words: list[str]) -> int:
    """Begin or end maintenance on this node; the peer learns it from the report."""
    made = parser("maintenance", "Hands off for a while.")
    made.add_argument("action", choices=["on", "off", "show"])
    made.add_argument(
        "--for", dest="duration", default="1h", help="how long: 30m, 2h (default 1h)"
    )
    made.add_argument("--why", default="", help="the reason, for everybody who asks")
    made.add_argument("--force", action="store_true", help="although the peer is out")
    options = made.parse_args(words)
    opened = open_agent(options)
    agent = opened.agent
    memory = recall(agent).memory
    now = agent.host.now()
    if options.action == "show":
        say(_told(memory.maintenance, now))
        return 0
    notice = None
    if options.action == "on":
        seconds = parse_duration(options.duration)
        if seconds is None or not 0 < seconds <= LONGEST:
            raise UsageError(
                f"hawatch maintenance: --for {options.duration}: a duration such as "
                "30m or 2h is wanted, 7d at most"
            )
        if not options.why:
            raise UsageError('hawatch maintenance: --why "..." is wanted')
        if not options.force:
            _refuse_where_nobody_is_left(opened.run(_peer_out(agent)))
        who = getpass.getuser()
        notice = Maintenance(
            why=options.why,
            since=now.wall,
            until=now.wall + seconds,
            who=who,
            begun=now,
        )
    with under_lock(opened):
        memory = recall(agent).memory.with_maintenance(notice, now)
        problem = save_memory(agent.store, memory)
    if problem is not None:
        raise UsageError(f"hawatch maintenance: {problem}")
    say(_told(notice, now))
    return 0


async def _peer_out(agent: Agent) -> str | None:
    """Return why the peer would not be there for this node's service, if so."""
    report = await live_report(agent)
    if all(service.duty is not Duty.ACTIVE for service in report.services.values()):
        return None
    sighting = await fetch(agent.host, agent.config, heard=None)
    if not isinstance(sighting.report, Known):
        return f"this node serves and its peer is not heard: {sighting.report.reason}"
    theirs = sighting.report.value
    if theirs.maintenance is not None:
        return f"{theirs.node} is in maintenance, too ({theirs.maintenance.why})"
    return None


def _refuse_where_nobody_is_left(reason: str | None) -> None:
    if reason is not None:
        raise UsageError(
            f"hawatch maintenance: {reason}; nobody would take over (--force)"
        )


def _told(notice: Maintenance | None, now: Moment) -> str:
    if notice is None or not notice.in_force(now):
        return "no maintenance: hawatch acts by itself"
    minutes = notice.left(now) / 60
    return f"maintenance for another {minutes:.0f} min ({notice.who}: {notice.why})"
