"""What must hold between the options of a Config, each of them being right by itself.

A judge yields what is wrong. An empty value means that the option was missing or wrong
and has been told already, so nothing is said about it here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hawatch.configuring.mistakes import Mistake, child, nearest, one_of
from hawatch.model.config import Config, ServiceConfig

KnownChecks = Mapping[str, Mapping[str, Any] | None]
"""Every check's settings with their defaults, by its name; None: they are not known."""

KINDS: Mapping[type, str] = {
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    str: "a text",
}
"""What a setting may be, in words."""


def judge_relations(
    config: Config, told: Collection[str], known_checks: KnownChecks | None
) -> Iterator[Mistake]:
    """Given a Config, yield the mistakes between its options.

    told: the paths about which something was said already. known_checks: all checks,
    None where they are not known.
    """
    yield from _nodes(config)
    for name, service in config.services.items():
        path = child("$.services", name)
        yield from _service(config, path, service)
        for option in ("resources", "mounts"):
            if not getattr(service, option) and not _told(f"{path}.{option}", told):
                yield _mistake(f"{path}.{option}", "an empty list", "at least one")
    if not config.services:
        yield _mistake("$.services", "no service", "at least one [services.NAME]")
    yield from _shared(config)
    yield from _witness(config)
    if not _told("$.witness.fence", told):
        yield from _fence(config)
    yield from _notify(config, told)
    yield from _remedies(config, told)
    if known_checks is not None:
        yield from _check_names(config, known_checks)
        yield from _check_settings(config, known_checks)


def _mistake(path: str, wrong: str, right: str) -> Mistake:
    return Mistake(path=path, wrong=wrong, right=right)


def _told(path: str, told: Collection[str]) -> bool:
    """Return whether something was said about an option or an item of its list."""
    return any(text == path or text.startswith(f"{path}[") for text in told)


def _nodes(config: Config) -> Iterator[Mistake]:
    count = len(config.nodes)
    if count != 2:
        wrong = f"{count} node{'' if count == 1 else 's'}"
        yield _mistake("$.nodes", wrong, "exactly two [nodes.NAME]")
    seen: dict[str, str] = {}
    for name, node in config.nodes.items():
        path = child("$.nodes", name)
        for text in dict.fromkeys((node.address, *node.paths)):
            owner = seen.setdefault(text, name)
            if text and owner != name:
                wrong = f"{text} is also an address of {owner}"
                yield _mistake(path, wrong, "its own addresses")


def _service(config: Config, path: str, service: ServiceConfig) -> Iterator[Mistake]:
    nodes = config.nodes
    if not isinstance(service.interface, str):
        for name in sorted(service.interface.keys() - nodes.keys()):
            where = child(f"{path}.interface", name)
            yield _mistake(where, "no such node", nearest(name, nodes))
        for name in sorted(nodes.keys() - service.interface.keys()):
            wrong = f"nothing for the node {name}"
            yield _mistake(f"{path}.interface", wrong, "an interface for each node")
    if service.preferred is not None and service.preferred not in nodes:
        wrong = f'"{service.preferred}" is no node'
        yield _mistake(f"{path}.preferred", wrong, nearest(service.preferred, nodes))
    for name, node in nodes.items():
        if service.vip and service.vip in {node.address, *node.paths}:
            wrong = f"{service.vip} is an address of {name} itself"
            yield _mistake(f"{path}.vip", wrong, "the address that CARP moves")
    for directory in service.fsck_yes:
        if directory not in service.mounts:
            wrong = f'"{directory}" is no mount point of this service'
            yield _mistake(f"{path}.fsck_yes", wrong, one_of(service.mounts) or "none")
    for index, directory in enumerate(service.mounts):
        for later in service.mounts[index + 1 :]:
            if directory.startswith(f"{later}/"):
                wrong = f"{directory} is mounted before {later}, which hides it"
                yield _mistake(f"{path}.mounts", wrong, f"{later} first")


def _shared(config: Config) -> Iterator[Mistake]:
    """Yield what two services, or one service twice, claim for themselves."""
    seen: dict[tuple[str, object], str] = {}
    for name, service in config.services.items():
        path = child("$.services", name)
        claims: list[tuple[str, str, object]] = [("vip", service.vip, service.vip)]
        claims += [("resources", text, text) for text in service.resources]
        claims += [("mounts", text, text) for text in service.mounts]
        for node in config.nodes:
            interface = _interface(service, node)
            if interface and service.vhid:
                what = f"vhid {service.vhid} on {interface}"
                claims.append(("vhid", what, (node, interface, service.vhid)))
        told = set()
        for option, what, key in claims:
            # One vhid on the interfaces of both nodes is one mistake.
            once = option if option == "vhid" else what
            if what and (option, key) in seen and (option, once) not in told:
                told.add((option, once))
                owner = seen[option, key]
                twice = (
                    "twice here" if owner == name else f"also in the service {owner}"
                )
                yield _mistake(
                    f"{path}.{option}", f"{what} is {twice}", "each only once"
                )
            seen[option, key] = name


def _interface(service: ServiceConfig, node: str) -> str:
    if isinstance(service.interface, str):
        return service.interface
    return service.interface.get(node, "")


def _witness(config: Config) -> Iterator[Mistake]:
    """Yield the witnesses that are no third opinion."""
    parties = {service.vip: "the VIP" for service in config.services.values()}
    for name, node in config.nodes.items():
        parties |= dict.fromkeys((node.address, *node.paths), f"the node {name}")
    asked = [("ping", text, text) for text in config.witness.ping]
    asked += [
        ("tcp", text, text.rpartition(":")[0].strip("[]"))
        for text in config.witness.tcp
    ]
    for option, text, host in asked:
        if host in parties:
            wrong = f"{text} is {parties[host]} itself"
            yield _mistake(
                f"$.witness.{option}", wrong, "a third machine, a router say"
            )


def _fence(config: Config) -> Iterator[Mistake]:
    fence = config.witness.fence
    if fence and not fence[0].startswith("/"):
        wrong = f'"{fence[0]}" is not an absolute path'
        yield _mistake("$.witness.fence", wrong, "the command's path, from / on, first")


def _notify(config: Config, told: Collection[str]) -> Iterator[Mistake]:
    for name, entry in config.notify.urls.items():
        path = child("$.notify.urls", name)
        if entry.url and entry.url_file:
            yield _mistake(path, "both url and url_file", "one of the two")
        said = _told(f"{path}.url", told) or _told(f"{path}.url_file", told)
        if not entry.url and not entry.url_file and not said:
            yield _mistake(path, "neither url nor url_file", "one of the two")


def _remedies(config: Config, told: Collection[str]) -> Iterator[Mistake]:
    for name, check in config.checks.items():
        path = f"{child('$.checks', name)}.remedy"
        ladder = check.remedy
        if _told(path, told):
            continue
        if ladder is not None and not ladder:
            yield _mistake(path, "no remedy", '["report"], or leave it out')
        elif ladder is not None and len(set(ladder)) < len(ladder):
            yield _mistake(path, "a remedy is there twice", "each only once")


def _check_names(config: Config, known: Collection[str]) -> Iterator[Mistake]:
    for name in sorted(config.checks.keys() - set(known)):
        yield _mistake(child("$.checks", name), "no such check", nearest(name, known))
    lists = {"$.agent.granted": config.agent.granted}
    for name, entry in config.notify.urls.items():
        lists[f"{child('$.notify.urls', name)}.checks"] = entry.checks
    for path, names in lists.items():
        for name in names:
            if name not in known:
                yield _mistake(path, f'"{name}" is no check', nearest(name, known))


def _check_settings(config: Config, known: KnownChecks) -> Iterator[Mistake]:
    """Yield the settings that a check does not have, or has of another type."""
    for name, check in config.checks.items():
        legal = known.get(name)
        if legal is None:
            continue
        for setting, value in check.settings.items():
            path = child(f"{child('$.checks', name)}.settings", setting)
            if setting not in legal:
                yield _mistake(path, "no such setting", nearest(setting, legal))
            elif not _fits(value, legal[setting]):
                wanted = KINDS[type(legal[setting])]
                yield _mistake(path, f"{value!r}", f"{wanted} is wanted")


def _fits(value: object, default: object) -> bool:
    """Return whether a value has its default's type; a whole number is a number."""
    if type(default) is float:
        return type(value) in (int, float)
    return type(value) is type(default)
