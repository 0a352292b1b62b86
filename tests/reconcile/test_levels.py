from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.counts import Counts
from batch.model import LEVELS, empty
from batch.reconcile.levels import apply_statements, upsert

MakeFrame = Callable[..., pd.DataFrame]
Show = Callable[..., list[tuple[Any, ...]]]

NOTHING = empty(LEVELS)


def applied(levels: pd.DataFrame, statements: pd.DataFrame, **how: Any) -> tuple[pd.DataFrame, Counts]:
    change = apply_statements(levels, statements, **{"feed": "main", "seq": 2, "zero_absent": False, **how})
    return upsert(levels, change.segment), change.counts


def test_rows_of_one_sku_and_warehouse_are_lots_that_add_up(statements: MakeFrame, shown: Show) -> None:
    file = statements("""
        sku | warehouse | quantity | as_of
        A   | EAST      | 3        | 09:00
        A   | WEST      | 5        | 09:00
        A   | EAST      | 4        | 09:00
    """)
    after, counts = applied(NOTHING, file)
    assert shown(after, "sku", "warehouse", "quantity") == [("A", "EAST", 7), ("A", "WEST", 5)]
    assert counts == Counts(rows=3, applied=3)


def test_the_as_of_of_lots_is_the_latest_among_them_and_its_row_gives_the_attributes(
    statements: MakeFrame, shown: Show
) -> None:
    file = statements("""
        sku | quantity | as_of | @upc | line
        A   | 3        | 09:30 | new  | 2
        A   | 4        | 09:00 | old  | 3
    """)
    after, _ = applied(NOTHING, file)
    assert shown(after, "quantity", "as_of", "@upc", "line") == [(7, "09:30", "new", 2)]


@pytest.mark.parametrize(
    ("as_of", "quantity", "counts"),
    [
        ("08:59", 12, Counts(rows=1, older=1)),
        ("09:00", 5, Counts(rows=1, applied=1)),
        ("09:01", 5, Counts(rows=1, applied=1)),
    ],
)
def test_a_level_is_replaced_by_one_of_the_same_or_a_later_as_of(
    levels: MakeFrame, statements: MakeFrame, as_of: str, quantity: int, counts: Counts
) -> None:
    before = levels("""
        sku | quantity | as_of
        A   | 12       | 09:00
    """)
    file = statements([{"sku": "A", "quantity": 5, "as_of": pd.Timestamp(f"2026-11-20 {as_of}", tz="UTC")}])
    after, counted = applied(before, file)
    assert after["quantity"].tolist() == [quantity]
    assert counted == counts


def test_each_level_of_a_file_is_older_or_not_by_its_own_as_of(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    before = levels("""
        sku | quantity | as_of
        A   | 12       | 09:00
        B   | 12       | 09:30
        C   | 12       | 11:00
    """)
    file = statements("""
        sku | quantity | as_of
        A   | 1        | 10:00
        B   | 2        | 09:00
        C   | 3        | 12:00
        D   | 4        | 08:00
    """)
    after, counted = applied(before, file)
    assert shown(after, "sku", "quantity") == [("A", 1), ("B", 12), ("C", 3), ("D", 4)]
    assert counted == Counts(rows=4, applied=3, older=1)


def test_every_lot_of_an_older_level_is_counted_as_older(levels: MakeFrame, statements: MakeFrame) -> None:
    before = levels("""
        sku | quantity | as_of
        A   | 12       | 09:00
    """)
    file = statements("""
        sku | quantity | as_of
        A   | 1        | 08:00
        A   | 1        | 08:30
        B   | 1        | 08:00
    """)
    assert applied(before, file)[1] == Counts(rows=3, applied=1, older=2)


def test_feeds_do_not_replace_each_others_levels(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    before = levels("""
        feed | sku | quantity | as_of
        3pl  | A   | 12       | 09:00
    """)
    file = statements("""
        sku | quantity | as_of
        A   | 5        | 10:00
    """)
    after, _ = applied(before, file, zero_absent=True)
    assert shown(after, "feed", "sku", "quantity") == [("3pl", "A", 12), ("main", "A", 5)]


def test_a_negative_level_is_kept_as_it_is(statements: MakeFrame) -> None:
    file = statements("""
        sku | quantity | as_of
        A   | -3       | 10:00
    """)
    assert applied(NOTHING, file)[0]["quantity"].tolist() == [-3]


BEFORE = """
    sku | warehouse | quantity | as_of | line
    A   | EAST      | 4        | 09:00 | 2
    A   | WEST      | 5        | 09:00 | 3
    B   | EAST      | 6        | 09:00 | 4
    C   | EAST      | 7        | 11:00 | 5
"""
ONLY_A_IN_EAST = """
    sku | warehouse | quantity | as_of
    A   | EAST      | 1        | 10:00
"""


def test_an_updates_file_leaves_absent_skus_unchanged(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    after, _ = applied(levels(BEFORE), statements(ONLY_A_IN_EAST))
    assert shown(after, "sku", "warehouse", "quantity") == [
        ("A", "EAST", 1),
        ("A", "WEST", 5),
        ("B", "EAST", 6),
        ("C", "EAST", 7),
    ]


def test_what_a_full_file_leaves_out_is_zero_as_of_that_file_unless_it_is_known_from_later(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    after, counts = applied(levels(BEFORE), statements(ONLY_A_IN_EAST), zero_absent=True)
    assert shown(after, "sku", "warehouse", "quantity", "as_of", "seq") == [
        ("A", "EAST", 1, "10:00", 2),
        ("A", "WEST", 0, "10:00", 2),
        ("B", "EAST", 0, "10:00", 2),
        ("C", "EAST", 7, "11:00", 1),
    ]
    assert counts == Counts(rows=1, applied=1)


def test_a_level_that_is_zero_by_absence_comes_from_no_line(levels: MakeFrame, statements: MakeFrame) -> None:
    after, _ = applied(levels(BEFORE), statements(ONLY_A_IN_EAST), zero_absent=True)
    assert after.loc[after["quantity"] == 0, "line"].isna().all()


def test_absence_is_reported_once_and_only_confirmed_afterwards(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    first, _ = applied(levels(BEFORE), statements(ONLY_A_IN_EAST), zero_absent=True)
    later = statements("""
        sku | warehouse | quantity | as_of
        A   | EAST      | 1        | 12:00
    """)
    second, _ = applied(first, later, zero_absent=True, seq=3)
    assert shown(second, "sku", "warehouse", "quantity", "as_of", "seq") == [
        ("A", "EAST", 1, "12:00", 3),
        ("A", "WEST", 0, "12:00", 2),
        ("B", "EAST", 0, "12:00", 2),
        ("C", "EAST", 0, "12:00", 3),
    ]


def test_a_file_that_reports_nothing_confirms_what_it_leaves_out_all_the_same(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    before = levels("""
        sku | quantity | as_of
        A   | 4        | 11:00
        B   | 0        | 09:00
    """)
    file = statements("""
        sku | quantity | as_of
        A   | 1        | 10:00
    """)
    after, counts = applied(before, file, zero_absent=True, seq=2)
    assert shown(after, "sku", "quantity", "as_of", "seq") == [("A", 4, "11:00", 1), ("B", 0, "10:00", 1)]
    assert counts == Counts(rows=1, older=1)


def test_a_rejected_sku_keeps_its_last_good_level_in_a_full_file(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    after, _ = applied(levels(BEFORE), statements(ONLY_A_IN_EAST), zero_absent=True, kept=["B"])
    assert ("B", "EAST", 6, "09:00") in shown(after, "sku", "warehouse", "quantity", "as_of")


def test_a_full_file_without_a_usable_row_zeroes_nothing(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    after, counts = applied(levels(BEFORE), statements(), zero_absent=True)
    assert after["quantity"].tolist() == [4, 5, 6, 7]
    assert counts == Counts()


def test_a_zeroed_level_keeps_its_attributes(levels: MakeFrame, statements: MakeFrame, shown: Show) -> None:
    before = levels("""
        sku | quantity | as_of | @upc
        A   | 4        | 09:00 | 0012
        B   | 4        | 09:00 | 0013
    """)
    file = statements("""
        sku | quantity | as_of | @upc
        B   | 4        | 10:00 | 0013
    """)
    after, _ = applied(before, file, zero_absent=True)
    assert shown(after, "sku", "quantity", "@upc") == [("A", 0, "0012"), ("B", 4, "0013")]


def test_upsert_keeps_one_row_per_feed_sku_and_warehouse_the_latest(levels: MakeFrame, shown: Show) -> None:
    before = levels("""
        feed | sku | warehouse | quantity | as_of
        main | A   | EAST      | 1        | 09:00
        main | A   | WEST      | 2        | 09:00
    """)
    segment = levels("""
        feed | sku | warehouse | quantity | as_of
        main | A   | EAST      | 3        | 10:00
        3pl  | A   | EAST      | 4        | 10:00
    """)
    assert shown(upsert(before, segment), "feed", "warehouse", "quantity") == [
        ("3pl", "EAST", 4),
        ("main", "EAST", 3),
        ("main", "WEST", 2),
    ]


level_rows = st.lists(
    st.fixed_dictionaries(
        {
            "feed": st.sampled_from(["main", "3pl"]),
            "sku": st.sampled_from("ABC"),
            "warehouse": st.sampled_from(["EAST", ""]),
            "quantity": st.integers(0, 9),
            "as_of": st.just("09:00"),
        }
    ),
    max_size=6,
    unique_by=lambda row: (row["feed"], row["sku"], row["warehouse"]),
)


@given(parts=st.lists(level_rows, min_size=1, max_size=5))
def test_segments_put_together_at_once_say_what_they_say_one_after_the_other(
    levels: MakeFrame, parts: list[list[dict[str, Any]]]
) -> None:
    first, *segments = map(levels, parts)
    one_by_one = reduce(upsert, segments, first)
    together = upsert(first, *segments)
    pd.testing.assert_frame_equal(together, one_by_one)


def test_what_is_said_of_a_whole_sku_leaves_it_nothing_in_other_warehouses(
    levels: MakeFrame, statements: MakeFrame, shown: Show
) -> None:
    before = levels("""
        sku | warehouse | quantity | as_of
        A   | EAST      | 5        | 09:00
        A   | WEST      | 7        | 09:00
        A   | LATE      | 2        | 11:00
        B   | WEST      | 4        | 09:00
    """)
    file = statements("""
        sku | warehouse | quantity | as_of
        A   | EAST      | 6        | 10:00
    """)
    after, counts = applied(before, file, whole_skus=True)
    assert sorted(shown(after, "sku", "warehouse", "quantity")) == [
        ("A", "EAST", 6),
        ("A", "LATE", 2),
        ("A", "WEST", 0),
        ("B", "WEST", 4),
    ]
    assert counts == Counts(rows=1, applied=1)
    kept, _ = applied(before, file, whole_skus=True, kept=["A"])
    assert ("A", "WEST", 7) in shown(kept, "sku", "warehouse", "quantity")


@pytest.mark.parametrize("whole_skus", [False, True])
def test_a_small_file_changes_the_same_whether_it_is_looked_up_in_the_levels_or_they_in_it(
    levels: MakeFrame, statements: MakeFrame, shown: Show, monkeypatch: pytest.MonkeyPatch, whole_skus: bool
) -> None:
    before = levels("""
        sku | warehouse | quantity | as_of | feed
        A   | EAST      | 1        | 09:00 | main
        A   | WEST      | 2        | 09:00 | main
        A   | EAST      | 3        | 09:00 | other
        B   | EAST      | 4        | 09:00 | main
    """)
    file = statements("""
        sku | warehouse | quantity | as_of
        A   | EAST      | 9        | 10:00
        C   | EAST      | 7        | 10:00
    """)
    expected = [("A", "EAST", 9), *([("A", "WEST", 0)] if whole_skus else []), ("C", "EAST", 7)]
    for few in (0, 1000):
        monkeypatch.setattr("batch.reconcile.levels.FEW", few)
        change = apply_statements(before, file, feed="main", seq=2, zero_absent=False, whole_skus=whole_skus)
        assert shown(change.segment, "sku", "warehouse", "quantity") == expected
        assert sorted(change.replaced.tolist()) == ([0, 1] if whole_skus else [0])
