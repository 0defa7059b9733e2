"""`hawatch notify`: send what waits in the outbox; a process of its own."""

from __future__ import annotations

from hawatch.commands.common import parser, read_config, say
from hawatch.exits import Exit


def main(words: list[str]) -> int:
    """Drain the outbox, or send a test through each URL."""
    made = parser("notify", "Send what waits in the outbox.")
    made.add_argument("--drain", action="store_true", help="the default")
    made.add_argument("--test", action="store_true", help="send a test to each URL")
    options = made.parse_args(words)
    config, node = read_config(options.config)
    # apprise is only worth its price in this process.
    from hawatch import notify

    if not options.test:
        return notify.main(config)
    results = notify.test_each(config, node=node)
    for name, error in results.items():
        say(f"{name}: {'FAILED: ' + error if error else 'accepted'}")
    if not results:
        say("no URL is configured; see [notify] in hawatch.toml")
        return Exit.NOTABLE
    return Exit.WRONG if any(results.values()) else Exit.WELL
