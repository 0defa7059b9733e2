"""/etc/fstab as getfsent(3) reads it: a bad line costs itself and no other."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hawatch.freebsd.parse_fstab import parse_fstab
from hawatch.model.fact import Known, Unknown


def test_fstab_knows_escapes_comments_and_missing_numbers():
    r"""A blank is \040; dump and pass default to 0; # begins a comment."""
    text = (
        "\n  # comment\n/dev/a /my\\040sql\\\\x ufs rw,noauto # later\n"
        "/dev/b / ufs rw 1 1"
    )
    first, second = parse_fstab(text).entries
    assert (first.directory, first.dump, first.passno) == ("/my sql\\x", 0, 0)
    assert (second.options, second.passno) == (("rw",), 1)


def test_a_line_that_libc_refuses_costs_itself_and_no_other():
    """mount(8) asks getfsent(3), which complains and reads on."""
    text = (
        "/dev/hast/disk0 /data ufs rw,noauto 0 0\n/dev/da5 /x ufs\n"
        "proc /proc procfs rw 0x1 ;\r\n/dev/hast/disk1 /b ufs noauto,noatime 0 0\n"
        "/dev/da6 /c ufs xx 0 0\n/dev/da7:/d:rq:1:2\n/dev/da8 /e\\ ufs rw\n"
    )
    found = parse_fstab(text)
    assert [one.directory for one in found.entries] == ["/data", "/proc", "/d"]
    assert [line.number for line in found.skipped] == [2, 4, 7]
    assert found.entries[2].writable
    assert found.entries[2].passno == 2


def test_what_a_skipped_line_mentions_is_unknown_and_nothing_else():
    """What was meant there a person has to say; the rest can be taken over."""
    good = "/dev/hast/disk0 /data ufs rw,noauto 0 0\n"
    fstab = parse_fstab(good + "/dev/da5 /x ufs\n")
    assert isinstance(fstab.entry_for("/data"), Known)
    assert fstab.entry_for("/nowhere") == Known(None)
    reason = fstab.entry_for("/x")
    assert isinstance(reason, Unknown)
    assert reason.reason == "mount skips line 2 of /etc/fstab: /dev/da5 /x ufs"
    for bad in ("/dev/hast/disk0 /mnt ufs\n", "/dev/da5 /data ufs noauto\n"):
        assert isinstance(parse_fstab(good + bad).entry_for("/data"), Unknown)


@given(
    st.text("/ab \t\n#:,rwo\\017x", max_size=60), st.text("/ab ufsrw,0", max_size=30)
)
def test_no_line_of_fstab_changes_what_another_one_says(before, after):
    """Libc reads line by line, and so is every line an entry, skipped, or nothing."""
    whole = parse_fstab(f"{before}\n{after}")
    parts = parse_fstab(before), parse_fstab(after)
    assert whole.entries == parts[0].entries + parts[1].entries
    texts = [line.text for part in parts for line in part.skipped]
    assert [line.text for line in whole.skipped] == texts


def test_an_escape_in_fstab_that_is_no_utf_8_can_be_recorded():
    """A name in Latin 1 must not stop the cycle that writes it down."""
    text = "/dev/da9 /mnt/\\374ml\\303\\274 ufs rw 0 0\n"
    (entry,) = parse_fstab(text).entries
    assert entry.directory == "/mnt/\\xfcmlü"
    assert b"xfcml" in msgspec.json.encode(entry)
