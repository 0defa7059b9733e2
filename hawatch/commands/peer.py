"""`hawatch peer setup|test`: the channel between the nodes."""

from __future__ import annotations

from hawatch.commands.common import open_agent, parser, say
from hawatch.exits import Exit
from hawatch.model.fact import Unknown
from hawatch.peer import setup


def main(words: list[str]) -> int:
    """Print the steps that connect the nodes, or prove that they are connected."""
    made = parser("peer", "Set up and test the channel to the other node.")
    made.add_argument("action", choices=["setup", "test"])
    options = made.parse_args(words)
    opened = open_agent(options, pretends=True)
    agent = opened.agent
    if options.action == "setup":
        say(setup.setup_text(agent.config))
        return Exit.WELL
    answers = opened.run(setup.test_channel(agent.host, agent.config))
    for address, answer in answers.items():
        if isinstance(answer, Unknown):
            say(f"{address}: FAILED: {answer.reason}")
        else:
            say(f"{address}: ok: {answer.value}")
    good = [not isinstance(answer, Unknown) for answer in answers.values()]
    if all(good) and good:
        return Exit.WELL
    return Exit.NOTABLE if any(good) else Exit.WRONG
