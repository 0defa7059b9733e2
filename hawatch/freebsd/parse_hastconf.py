"""What /etc/hast.conf says, read as hastd's own grammar reads it [FACTS B13].

Characters that the grammar does not know (quotes, semicolons) are skipped as hastd
skips them, and kept in `echoed`: hastctl prints them in front of every answer [B7].
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hawatch.freebsd.hastconf_words import Words

_DAEMON = frozenset({"control", "pidfile", "listen"})
_CHOICES = {
    "replication": frozenset({"fullsync", "memsync", "async"}),
    "checksum": frozenset({"none", "crc32", "sha256"}),
    "compression": frozenset({"none", "hole", "lzf"}),
}
_SETTINGS = frozenset({*_CHOICES, "timeout", "exec", "metaflush"})
_SWITCH = frozenset({"on", "off"})

_Values = dict[str, str | int]


class HastSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand at the top and in each resource; timeout is in seconds.

    exec is the program that hastd runs at events, None where there is none.
    """

    replication: str = "memsync"
    checksum: str = "none"
    compression: str = "hole"
    timeout: int = 20
    exec: str | None = None


class HastNodeConf(msgspec.Struct, frozen=True, kw_only=True):
    """One `on NODE` section of a resource; remote None is `remote none`, no peer."""

    node: str
    provname: str
    localpath: str
    remote: str | None
    source: str | None = None


class HastResourceConf(msgspec.Struct, frozen=True, kw_only=True):
    """One resource; its settings have the global ones filled in."""

    name: str
    settings: HastSettings
    nodes: Mapping[str, HastNodeConf]


class HastConf(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file; resources are keyed by name."""

    settings: HastSettings = HastSettings()
    resources: Mapping[str, HastResourceConf] = {}
    echoed: str = ""


def devices_on(conf: HastConf, node: str) -> Mapping[str, str]:
    """Given a node's host name, return the device path of each resource there.

    A resource is left out whose nodes disagree while none has this name [FACTS B13].
    """
    found: dict[str, str] = {}
    for name, resource in conf.resources.items():
        own = resource.nodes.get(node) or resource.nodes.get(node.split(".")[0])
        names = {one.provname for one in ([own] if own else resource.nodes.values())}
        if len(names) == 1:
            found[name] = f"/dev/hast/{names.pop()}"
    return found


def parse_hastconf(text: str) -> HastConf:
    """Given the text of hast.conf, return what it configures, for both nodes.

    Raises ParseError where hastd would refuse the file, on either of the nodes.
    """
    words = Words(text)
    shared: _Values = {}
    drafts: dict[str, tuple[_Values, dict[str, HastNodeConf]]] = {}
    while not words.ended:
        word = words.take()
        if word in _SETTINGS:
            _take_setting(words, word, shared)
        elif word in _DAEMON:
            words.string()
        elif word == "on":
            _skip_node(words)
        elif word == "resource":
            name = words.string()
            if name in drafts:
                raise words.error("each resource once")
            drafts[name] = _resource(words, name)
        else:
            raise words.error("a statement of hast.conf")
    return HastConf(
        settings=_settings(shared),
        resources={
            name: HastResourceConf(
                name=name, settings=_settings(shared | own), nodes=nodes
            )
            for name, (own, nodes) in drafts.items()
        },
        echoed=words.echoed,
    )


def _settings(values: _Values) -> HastSettings:
    """Return the settings with hastd's defaults for what is not said."""
    return msgspec.convert(values, HastSettings)


def _take_setting(words: Words, word: str, values: _Values) -> None:
    """Keep one setting; as in hastd, the last of several counts."""
    if word == "metaflush":
        words.choice(_SWITCH)
    elif word == "timeout":
        values[word] = words.positive()
    elif word == "exec":
        values[word] = words.string()
    else:
        values[word] = words.choice(_CHOICES[word])


def _skip_node(words: Words) -> None:
    """Pass over a global `on NODE` section: sockets and pid files of the daemon."""
    words.string()
    words.expect("{")
    while (word := words.take()) != "}":
        if word not in _DAEMON:
            raise words.error("control, pidfile or listen")
        words.string()


def _resource(words: Words, name: str) -> tuple[_Values, dict[str, HastNodeConf]]:
    """Return the settings and the nodes of one resource section."""
    values: _Values = {}
    common: dict[str, str] = {}
    sections: dict[str, dict[str, str]] = {}
    words.expect("{")
    while (word := words.take()) != "}":
        if word in _SETTINGS:
            _take_setting(words, word, values)
        elif word in ("name", "local"):
            common[word] = words.string()
        elif word == "on":
            node = words.string()
            sections.setdefault(node, {}).update(_node_section(words))
        else:
            raise words.error("a statement of a resource")
    nodes = {}
    for node, own in sections.items():
        said = common | own
        for needed in ("local", "remote"):
            if needed not in said:
                raise words.error(f"{needed} of {name} on {node} above this line")
        nodes[node] = HastNodeConf(
            node=node,
            provname=said.get("name", name),
            localpath=said["local"],
            remote=None if said["remote"] == "none" else said["remote"],
            source=said.get("source"),
        )
    if not nodes:
        raise words.error(f"an `on NODE` section of {name} above this line")
    return values, nodes


def _node_section(words: Words) -> dict[str, str]:
    """Return what one `on NODE` section of a resource says."""
    said: dict[str, str] = {}
    words.expect("{")
    while (word := words.take()) != "}":
        if word == "metaflush":
            words.choice(_SWITCH)
        elif word == "remote" and words.next_is("none"):
            said[word] = words.take()
        elif word in ("name", "local", "remote", "source"):
            said[word] = words.string()
        else:
            raise words.error("a statement of a node")
    return said
