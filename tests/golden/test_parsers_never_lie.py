"""Any text gives facts or a ParseError, and a mutilated one never a wrong fact."""

from __future__ import annotations

import pytest
from builders import a_dump, a_resource
from freebsd_rendering import (
    dump_text,
    dumps,
    ifconfig_text,
    interfaces,
    list_text,
    resources,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transcript import fragments, read_all

from hawatch.freebsd.hastconf_words import Words
from hawatch.freebsd.parse_devd import parse_event, parse_vhid_at_interface
from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_fstab import parse_fstab
from hawatch.freebsd.parse_glabel import parse_labels
from hawatch.freebsd.parse_hastconf import parse_hastconf
from hawatch.freebsd.parse_hastctl_dump import parse_dump
from hawatch.freebsd.parse_hastctl_failure import explain_failure
from hawatch.freebsd.parse_hastctl_list import HastListError, parse_list
from hawatch.freebsd.parse_hastctl_status import parse_status
from hawatch.freebsd.parse_ifconfig import parse_ifconfig
from hawatch.freebsd.parse_jails import parse_jails
from hawatch.freebsd.parse_mount import parse_mount, parse_mount_json
from hawatch.freebsd.parse_netstat import parse_carp_counters
from hawatch.freebsd.parse_service import parse_onestatus
from hawatch.freebsd.parse_sysctl import parse_carp_sysctls

PARSERS = {
    "ifconfig": parse_ifconfig,
    "list": parse_list,
    "status": parse_status,
    "dump": parse_dump,
    "netstat": parse_carp_counters,
    "sysctl": parse_carp_sysctls,
    "mount": parse_mount,
    "mount json": parse_mount_json,
    "service": lambda text: parse_onestatus("mysql-server", 0, text, ""),
    "devd": parse_event,
    "vhid": parse_vhid_at_interface,
    "fstab": parse_fstab,
    "ps": parse_jails,
    "glabel": parse_labels,
    "hast.conf": parse_hastconf,
}

HAST_CONF = (
    "timeout 5\nexec /usr/local/libexec/hook\non db1 { listen 0.0.0.0 }\n"
    "resource disk0 {\n\treplication fullsync\n\tname data\n\ton db1 {\n"
    "\t\tlocal /dev/da1\n\t\tremote 192.0.2.12\n\t\tsource 192.0.2.11\n\t}\n"
    '\ton db2 {\n\t\tlocal "/dev/da2";\n\t\tremote none\n\t}\n}\n'
)


def golden() -> dict[str, list[str]]:
    """Return recorded texts of each kind, the different ones only."""
    texts: dict[str, dict[str, None]] = {name: {} for name in PARSERS}
    for recorded in read_all():
        for kind in (
            "ifconfig",
            "list",
            "status",
            "dump",
            "netstat",
            "devd",
            "service",
        ):
            texts[kind].update(dict.fromkeys(fragments(kind, recorded.out)))
        if recorded.command == "mount":
            texts["mount"][recorded.out] = None
        elif recorded.command == "glabel status":
            texts["glabel"][recorded.out] = None
        elif recorded.command == "mount --libxo json":
            texts["mount json"][recorded.out] = None
        elif recorded.command == "sysctl net.inet.carp":
            texts["sysctl"][recorded.out] = None
        elif recorded.command == "cat /etc/fstab":
            texts["fstab"][recorded.out] = None
    texts["hast.conf"][HAST_CONF] = None
    texts["vhid"]["1@vtnet0"] = None
    texts["ps"]["    0     1\n   12 34567\n"] = None
    return {name: sorted(found) for name, found in texts.items()}


GOLDEN = golden()
RESOURCE, DUMP = a_resource(), a_dump()

KINDS = pytest.mark.parametrize("kind", sorted(PARSERS))


@st.composite
def mutilations(draw: st.DrawFn, texts: list[str]) -> tuple[str, str]:
    """Return a text and the same one after an accident."""
    text = draw(st.sampled_from(texts))
    lines = text.splitlines(keepends=True)
    at = draw(st.integers(0, max(0, len(text) - 2)))
    line = draw(st.integers(0, len(lines) - 1))
    accident = draw(st.sampled_from(["cut", "drop", "swap", "repeat", "shorten"]))
    if accident == "cut":
        return text, text[:at]
    if accident == "swap":
        return text, text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[
            at + 2 :
        ]
    if accident == "drop":
        return text, "".join(lines[:line] + lines[line + 1 :])
    if accident == "repeat":
        return text, "".join(lines[: line + 1] + lines[line:])
    shortened = lines[line][: draw(st.integers(0, len(lines[line])))].rstrip("\n")
    return text, "".join([*lines[:line], shortened, "\n", *lines[line + 1 :]])


@KINDS
@settings(max_examples=60, deadline=None)
@given(text=st.text() | st.text("carp: vhid 1@MASTER\n\t={}\"';0x<>,()", max_size=80))
@example(text="")
@example(text="\n")
@example(text="\x00\ud800")
def test_any_text_gives_a_fact_or_a_parse_error(kind, text):
    """Nothing that a tool might print may end a cycle."""
    assert "\n" not in complaint(kind, text)


@KINDS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mutilated_golden_text_gives_a_fact_or_a_parse_error(kind, data):
    """Dropped, repeated, cut and swapped parts of what the nodes really printed."""
    _, damaged = data.draw(mutilations(GOLDEN[kind]))
    assert "\n" not in complaint(kind, damaged)


def complaint(kind: str, text: str) -> str:
    """Return what the parser complains about, or nothing where it gives a fact."""
    try:
        PARSERS[kind](text)
    except ParseError as error:
        return str(error)
    return ""


def roles(found: dict) -> dict:
    """Return role and status by name, or the error that stands for them."""
    return {
        name: told.error
        if isinstance(told, HastListError)
        else (told.role, told.status)
        for name, told in found.items()
    }


@pytest.mark.parametrize("kind", ["list", "status"])
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_mutilated_answer_never_shows_another_role_or_status(kind, data):
    """A lost status line would make a connected secondary look unconnected."""
    whole, damaged = data.draw(mutilations(GOLDEN[kind]))
    said = roles(PARSERS[kind](whole))
    try:
        found = roles(PARSERS[kind](damaged))
    except ParseError:
        return
    for name in found.keys() & said.keys():
        assert found[name] == said[name]


@settings(max_examples=400, deadline=None)
@given(pair=mutilations(GOLDEN["ifconfig"]))
def test_a_mutilated_ifconfig_never_shows_another_state(pair):
    """Nor an interface that is up as down, nor a vhid lost whose address is there."""
    whole, damaged = pair
    (said,) = parse_ifconfig(whole)
    try:
        found = parse_ifconfig(damaged)
    except ParseError:
        return
    states = {vhid.vhid: vhid.state for vhid in said.vhids}
    for interface in found:
        assert interface.up == said.up
        described = {vhid.vhid: vhid.state for vhid in interface.vhids}
        assert described.items() <= states.items()
        used = {address.vhid for address in interface.addresses} - {None}
        assert used <= described.keys()


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_cut_text_is_refused_or_a_part_of_the_whole(data):
    """At any byte: mounts, counters, metadata and switches are never half read."""
    kind = data.draw(
        st.sampled_from(["mount", "mount json", "netstat", "sysctl", "dump"])
    )
    text = data.draw(st.sampled_from(GOLDEN[kind]))
    parse = PARSERS[kind]
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    try:
        found = parse(cut)
    except ParseError:
        return
    whole = parse(text)
    if kind == "mount":
        assert found == whole[: len(found)]
    else:
        assert found == whole


@settings(max_examples=150, deadline=None)
@given(interfaces())
def test_an_interface_comes_back_from_its_text(interface):
    """What ifconfig would print of an interface is read as that interface."""
    assert parse_ifconfig(ifconfig_text(interface)) == (interface,)


@settings(max_examples=150, deadline=None)
@given(st.lists(resources(), max_size=3, unique_by=lambda resource: resource.name))
def test_resources_come_back_from_their_text(several):
    """Also with 64-bit numbers, and several of them in one output."""
    text = "".join(map(list_text, several))
    assert parse_list(text) == {resource.name: resource for resource in several}


@settings(max_examples=150, deadline=None)
@given(st.lists(dumps(), max_size=3, unique_by=lambda dump: dump.name))
def test_metadata_come_back_from_their_text(several):
    """The number resuid reaches 2**64-1."""
    text = "".join(map(dump_text, several))
    assert parse_dump(text) == {dump.name: dump for dump in several}


@settings(max_examples=200, deadline=None)
@given(resource=resources(), data=st.data())
def test_a_generated_list_without_one_line_is_refused_or_says_the_same(resource, data):
    """Every line that tells something about role, worker or status is needed."""
    lines = list_text(resource).splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    try:
        found = parse_list("".join(lines[:at] + lines[at + 1 :]))
    except ParseError:
        return
    (left,) = found.values()
    assert (left.role, left.status) == (resource.role, resource.status)
    assert left.dirty == resource.dirty


@settings(max_examples=100, deadline=None)
@given(st.integers(-1, 300), st.text(max_size=60))
def test_any_failure_of_hastctl_is_explained_in_one_line(status, err):
    """Whatever the exit status and the words."""
    assert "\n" not in explain_failure(status, err).reason


@settings(max_examples=200, deadline=None)
@given(resource=resources(), dump=dumps(), conf=st.text(max_size=20))
@example(resource=RESOURCE, dump=DUMP, conf="\r\r\r")
@example(resource=RESOURCE, dump=DUMP, conf="\u3000\u00a0\u2028\x85\f\v")
def test_what_hast_conf_echoes_hides_no_resource(resource, dump, conf):
    """A carriage return or a foreign blank sticks to the first line [FACTS B7]."""
    echoed = Words(conf).echoed.rstrip("\\")  # \xab would read as an escaped byte
    assert parse_list(echoed + list_text(resource)) == {resource.name: resource}
    assert parse_dump(echoed + dump_text(dump)) == {dump.name: dump}
    titles = "Name\tStatus\t Role\t\tComponents\n"
    line = f"{resource.name}\tcomplete   primary        /dev/da1\t192.0.2.12\n"
    assert list(parse_status(echoed + titles + line)) == [resource.name]


def test_a_byte_that_is_no_utf_8_is_echoed_as_its_escape():
    """A Latin 1 no-break space in hast.conf, as run.py decodes it."""
    echoed = b"\xa0\r".decode("utf-8", "backslashreplace")
    assert parse_list(echoed + list_text(RESOURCE)) == {RESOURCE.name: RESOURCE}
