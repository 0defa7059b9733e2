"""Texts of FreeBSD 14 and 15, and hastctl's echo, written after the sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from hawatch.freebsd.parse_error import ParseError
from hawatch.freebsd.parse_hastctl_dump import parse_dump
from hawatch.freebsd.parse_hastctl_list import parse_list
from hawatch.freebsd.parse_hastctl_status import parse_status
from hawatch.freebsd.parse_ifconfig import parse_ifconfig
from hawatch.model.carp import CarpState, CarpVhid, InterfaceAddress
from hawatch.model.hast import HastErrors, HastQueues, HastRole, HastStatus

DERIVED = Path(__file__).parent / "freebsd-15"


def derived(name: str) -> str:
    """Return a derived text."""
    return (DERIVED / f"{name}.txt").read_text()


def test_a_vhid_of_1_is_not_taken_for_10_and_each_has_its_own_peers():
    """A unicast peer belongs to the vhid above it; the key is noticed, never kept."""
    text = derived("ifconfig-14-unicast")
    (interface,) = parse_ifconfig(text)
    assert interface.name == "em0.100"
    assert interface.vhids == (
        CarpVhid(
            interface="em0.100",
            vhid=1,
            state=CarpState.BACKUP,
            advbase=1,
            advskew=50,
            peer="192.0.2.12",
            peer6="ff02::12",
        ),
        CarpVhid(
            interface="em0.100",
            vhid=10,
            state=CarpState.MASTER,
            advbase=1,
            advskew=100,
            keyed=True,
            peer="224.0.0.18",
            peer6="fe80::5054:ff:feca:2002",
        ),
    )
    assert "horse" not in repr(interface)


def test_a_key_is_in_no_error_message():
    """A mutilated carp line is shown without what stood behind `key`."""
    text = derived("ifconfig-14-unicast").replace("vhid 10 advbase", "vhid x advbase")
    with pytest.raises(ParseError) as caught:
        parse_ifconfig(text)
    assert "carp: MASTER" in str(caught.value)
    assert "horse" not in str(caught.value)


def test_a_vrrp_vhid_is_no_carp_vhid():
    """Its address shows `vhid 7`, which only the vrrp line explains."""
    text = derived("ifconfig-15-vrrp")
    (interface,) = parse_ifconfig(text)
    assert [vhid.vhid for vhid in interface.vhids] == [1]
    assert [address.vhid for address in interface.addresses] == [None, 1, 7]
    lines = [line for line in text.splitlines(keepends=True) if "vrrp" not in line]
    with pytest.raises(ParseError, match="a carp line of vhid 7"):
        parse_ifconfig("".join(lines))


def test_ipv6_and_point_to_point_addresses_are_read():
    """Flags, lifetimes and destinations stand between the address and its vhid."""
    found = {i.name: i for i in parse_ifconfig(derived("ifconfig-15-all"))}
    assert found["em0"].addresses[3] == InterfaceAddress(
        address="2001:db8::251", prefix=128, vhid=3
    )
    assert found["em0"].addresses[4].prefix == 64
    assert found["gif0"].addresses == (
        InterfaceAddress(address="10.9.0.1", prefix=32),
        InterfaceAddress(address="fd00::1", prefix=128),
    )
    assert (found["em1"].up, found["em1"].status) == (False, "no carrier")


def test_a_description_that_looks_like_carp_is_a_description():
    """The administrator may write anything there."""
    found = {i.name: i for i in parse_ifconfig(derived("ifconfig-15-all"))}
    assert [(v.vhid, v.state) for v in found["em0"].vhids] == [(3, CarpState.BACKUP)]


def test_what_the_lexer_echoes_is_taken_off_the_first_line():
    """Quotes and semicolons of hast.conf stick to the front of each answer."""
    assert parse_status(derived("hastctl-echo-status"))["disk0"].role == "primary"
    assert parse_dump(derived("hastctl-echo-dump"))["disk0"].resuid == 2**64 - 1
    disk0 = parse_list(derived("hastctl-echo-list"))["disk0"]
    assert (disk0.role, disk0.status) == (HastRole.PRIMARY, HastStatus.COMPLETE)
    assert (disk0.sourceaddr, disk0.dirty) == ("192.0.2.11", 2**64 - 1)
    assert disk0.errors == HastErrors(read=3, write=4, delete=5, flush=6)
    assert disk0.queues == HastQueues(local=7, send=8, recv=9, done=10, idle=221)


def test_an_echo_on_lines_of_its_own_is_skipped():
    """As a carriage return that became a newline leaves it."""
    assert set(parse_list('"\n;\n' + derived("hastctl-echo-list"))) == {"disk0"}
    assert set(parse_status('"\n' + derived("hastctl-echo-status"))) == {"disk0"}


def test_no_output_means_no_resources():
    """There is no header where hast.conf has no resource."""
    assert parse_list("") == parse_status("") == parse_dump("") == {}


@pytest.mark.parametrize(
    ("parse", "name"),
    [(parse_list, "list"), (parse_status, "status"), (parse_dump, "dump")],
)
def test_a_resource_that_is_told_twice_is_refused(parse, name):
    """Nobody could say which of the two is the fact."""
    text = derived(f"hastctl-echo-{name}").lstrip("\"';=")
    again = text.split("\n", 1)[1] if name == "status" else text
    assert set(parse(text)) == {"disk0"}
    with pytest.raises(ParseError, match="each resource once"):
        parse(text + again)
