"""Every deed that a scenario may name."""

from __future__ import annotations

from hawatch.sim import (
    actions_agent,
    actions_machine,
    actions_network,
    actions_service,
)
from hawatch.sim.action import Action, OnAgent, OnNode, OnService
from hawatch.sim.play import kebab, kinds_in

ACTIONS = {
    kebab(kind.__name__): kind
    for kind in kinds_in(
        (actions_network, actions_machine, actions_service, actions_agent),
        Action,
        (OnAgent, OnNode, OnService, actions_network.Between),
    )
}
"""Each word that may follow `do =`, with its deed."""
