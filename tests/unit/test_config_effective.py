"""Config -> text and hash: nothing lost, nothing told that is secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hawatch.config import (
    ConfigError,
    configuration_hash,
    parse_config,
    show_config,
)
from hawatch.configuring.conversion import Conversion
from hawatch.configuring.relations import judge_relations
from hawatch.model.config import CheckConfig, Config

SAMPLE = (Path(__file__).parents[2] / "etc" / "hawatch.toml").read_text()

EXTRA = """
[services.mysql.probe.canary]
database = "watch"
[checks.mounts_fit]
remedy = ["restart", "demote"]
[notify]
ping = "https://example.org/ping/0123-secret"
[notify.urls.mail]
url = "mailto://user:pass-word@example.org"
severities = ["critical", "info"]
"""

FULL = SAMPLE.replace("\n[notify]\n", "\n") + EXTRA

VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(max_size=9)
    # TOML has no halves of surrogate pairs; floats must be finite.
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=8,
)


def parsed(text: str) -> Config:
    """Return the configuration that a text gives."""
    return parse_config(text, "hawatch.toml")


def test_the_effective_configuration_reads_back_as_the_same() -> None:
    """What is shown could be installed, secrets aside."""
    config = parsed(SAMPLE)
    assert parsed(show_config(config)) == config


def test_an_interface_for_each_node_and_a_canary_read_back_as_the_same() -> None:
    """Tables inside a service keep their place."""
    config = parsed(
        SAMPLE.replace(
            'interface = "em0"',
            'interface = { freebsd-esxi = "em0", freebsd-bhyve = "vtnet0" }',
        )
        + "[services.mysql.probe.canary]\ndatabase = 'watch'\n"
    )
    assert parsed(show_config(config)) == config


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=3))
@settings(max_examples=60, deadline=None)
def test_settings_of_a_check_read_back_as_the_same(given_settings: Any) -> None:
    """Whatever TOML can say in a check's settings is shown as TOML says it."""
    config = parsed(SAMPLE)
    check = CheckConfig(settings=given_settings)
    config = msgspec.structs.replace(config, checks={"a": check})
    assert parsed(show_config(config)) == config


def test_secrets_are_masked_and_defaults_are_shown() -> None:
    """The output may be pasted into a ticket."""
    shown = show_config(parsed(FULL))
    assert "secret" not in shown
    assert "pass-word" not in shown
    assert 'url = "mailto://********"' in shown
    assert 'ping = "https://********"' in shown
    assert 'stop_deadline = "1m"' in shown
    assert parsed(shown).notify.urls["mail"].severities


def test_what_is_shown_does_not_change_the_configuration() -> None:
    """Masking works on a copy."""
    config = parsed(FULL)
    show_config(config)
    assert config.notify.urls["mail"].url == "mailto://user:pass-word@example.org"


def test_the_hash_is_the_same_for_the_same_meaning() -> None:
    """Comments, order of tables and spelling of times are not the meaning."""
    head, tail = FULL.split("[nodes.freebsd-bhyve]")
    entry, rest = tail.split("# ----", 1)
    swapped = f"[nodes.freebsd-bhyve]{entry}{head}# ----{rest}"
    respelled = swapped.replace('#stop_deadline = "1m"', "stop_deadline = 60")
    respelled = respelled.replace('["critical", "info"]', '["info", "critical"]')
    assert list(parsed(respelled).nodes) != list(parsed(FULL).nodes)
    assert configuration_hash(parsed(respelled)) == configuration_hash(parsed(FULL))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("vhid = 1", "vhid = 2"),
        ('["restart", "demote"]', '["demote", "restart"]'),
        ('database = "watch"', 'database = "other"'),
        ("0123-secret", "4567-secret"),
        ("[checks.mounts_fit]", "[checks.mounts_rest]"),
    ],
)
def test_the_hash_differs_where_the_meaning_differs(old: str, new: str) -> None:
    """A ladder of remedies, for one, has an order that means something."""
    assert old in FULL
    changed = configuration_hash(parsed(FULL.replace(old, new)))
    assert changed != configuration_hash(parsed(FULL))


def test_the_hash_is_sixteen_hexadecimal_digits() -> None:
    """It travels in each report to the peer and is compared by people."""
    digest = configuration_hash(parsed(SAMPLE))
    assert len(digest) == 16
    assert int(digest, 16) >= 0


@given(st.dictionaries(st.sampled_from(Config.__struct_fields__), VALUES))
@settings(max_examples=100, deadline=None)
def test_no_tree_of_values_ends_in_anything_but_mistakes(tree: Any) -> None:
    """Whatever stands in the file, the answer is a list of mistakes."""
    conversion = Conversion()
    config = conversion.config(tree)
    told = {mistake.path for mistake in conversion.mistakes}
    assert conversion.mistakes or list(judge_relations(config, told, {"a"}))
    show_config(config)


def test_an_error_is_the_only_way_out_for_a_text_with_mistakes() -> None:
    """Nobody can get hold of a Config in which something stands in for a mistake."""
    with pytest.raises(ConfigError):
        parsed(SAMPLE + "[limits.more]\n")
