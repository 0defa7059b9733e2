"""hawatch.toml for a machine: found, written out, and judged before anybody sees it."""

from __future__ import annotations

import msgspec

from hawatch.config import parse_config
from hawatch.configuring.mistakes import ConfigError
from hawatch.discovering.config_text import config_text
from hawatch.discovering.machine import Machine
from hawatch.discovering.propose import propose


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration's text, "" where too little was found; wrong says what is."""

    text: str = ""
    wrong: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Return whether the text can be used as it is."""
        return bool(self.text) and not self.wrong


def draft(machine: Machine) -> Draft:
    """Given a machine, return its configuration, judged as `config check` judges."""
    proposal = propose(machine)
    if proposal.missing:
        return Draft(wrong=proposal.missing)
    text = config_text(proposal)
    try:
        parse_config(text, "the proposal", node=machine.node or None)
    except ConfigError as error:
        return Draft(text=text, wrong=tuple(str(one) for one in error.mistakes))
    return Draft(text=text)
