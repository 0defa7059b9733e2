"""What hawatch itself remembers, and what the other node says."""

from __future__ import annotations

import msgspec

from hawatch.config import node_name
from hawatch.configuring.mistakes import ConfigError
from hawatch.discovering.place import Place
from hawatch.discovering.tree_host import FOLDER
from hawatch.dryrun import DryRunStore
from hawatch.model.config import Config
from hawatch.model.fact import Fact, Known, Unknown
from hawatch.model.memory import Memory
from hawatch.model.report import PeerReport
from hawatch.peer.channel import fetch
from hawatch.recording.memory import Origin, load_memory
from hawatch.recording.store import DirStore, StoreError

STATE = "/var/db/hawatch"
PEER_REPORT = f"/{FOLDER}/peer-report.json"
"""In a directory tree: what `hawatch report` said on the other node."""


def state_directory(config: Fact[Config]) -> str:
    """Return the configured state directory, or the default one."""
    return config.value.agent.state if isinstance(config, Known) else STATE


def last_memory(
    place: Place, config: Fact[Config], hostname: Fact[str]
) -> Fact[Memory]:
    """Return what the last cycle remembered, read without changing anything."""
    if isinstance(config, Unknown) or isinstance(hostname, Unknown):
        return Unknown("hawatch is not configured here")
    state = place.path(config.value.agent.state)
    if not state.is_dir():
        return Unknown(f"no cycle has run: there is no {config.value.agent.state}")
    try:
        node = node_name(config.value, hostname.value)
        store = DryRunStore(DirStore(str(state)))
    except (ConfigError, StoreError) as error:
        return Unknown(str(error))
    loaded = load_memory(store, node, place.host.now())
    if loaded.origin is Origin.LOADED:
        return Known(loaded.memory)
    return Unknown(loaded.reason or "no cycle has run")


async def peer_report(
    place: Place, config: Fact[Config], hostname: Fact[str]
) -> Fact[PeerReport]:
    """Return what the other node says now, or else what it said last.

    A directory tree holds it as PEER_REPORT, or it is unknown.
    """
    if not place.live:
        text = place.text(PEER_REPORT)
        if isinstance(text, Unknown):
            return Unknown("the other node's report is not there")
        try:
            return Known(msgspec.json.decode(text.value, type=PeerReport))
        except msgspec.DecodeError as error:
            return Unknown(f"the other node's report is not understood: {error}")
    if isinstance(config, Unknown) or isinstance(hostname, Unknown):
        return Unknown("hawatch is not configured: the other node was not asked")
    sighting = await fetch(place.host, config.value, heard=None)
    if isinstance(sighting.report, Known):
        return sighting.report
    remembered = last_memory(place, config, hostname)
    if isinstance(remembered, Known) and remembered.value.peer is not None:
        return Known(remembered.value.peer.report)
    return sighting.report
