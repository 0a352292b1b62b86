from __future__ import annotations

from datetime import date, time

import pytest

from batch.config.report.problems import HIDDEN, Problem, key_text, near, report, unknown, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\n\x1b[2J\u202e", '"a\\n\\u001b[2J\\u202e"'),
        (True, "true"),
        (-1, "-1"),
        (1.5, "1.5"),
        (["a", 1], '["a", 1]'),
        (date(2026, 1, 2), "2026-01-02"),
        (time(6), "06:00:00"),
        ("x" * 99, '"' + "x" * 58 + "…"),
        (16**500, "0x1" + "0" * 56 + "…"),
        ({"a": 1}, None),
        ([{"a": 1}], None),
        (HIDDEN, "***"),
    ],
)
def test_a_value_is_shown_as_toml_writes_it_and_cannot_disturb_a_terminal(
    value: object, text: str | None
) -> None:
    assert value_text(value) == text


def test_a_key_is_shown_as_toml_writes_it() -> None:
    assert key_text(("merchants", "a b", "inventory", 0, "sku")) == 'merchants."a b".inventory[0].sku'


def test_a_near_match_ignores_case() -> None:
    assert near("MINIMUM_LEVL", ["buffer", "minimum_level"]) == '; did you mean "minimum_level"?'
    assert near("x", ["buffer"]) == ""


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    assert (
        unknown("remote", "shpo", ("shop", "wms")) == 'no such remote; did you mean "shop"? known: shop, wms'
    )
    assert unknown("remote", "x", ("shop",)) == "no such remote; known: shop"
    assert unknown("remote", "x", ()) == "no such remote"


def test_a_report_counts_and_aligns() -> None:
    one = Problem(line=3, key="a", value="1", message="text")
    assert report("f.toml", [one]) == "f.toml: 1 problem\n  line 3  a = 1   text"
    two = Problem(line=None, key="", value=None, message="no")
    assert report("f.toml", [two, one]) == "f.toml: 2 problems\n  no\n  line 3  a = 1   text"
