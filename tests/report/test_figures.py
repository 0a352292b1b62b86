"""What a page about a day counts: zeros by rule, ages, movement, and the words for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.config import Expect
from batch.reconcile.rules import CartRules, told
from batch.report.ages import age_of, worst_first
from batch.report.effects import effect_of
from batch.report.values import Arrival, FeedAge
from batch.report.words import count, duration, number, shortened, signed

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
small = st.integers(0, 12)
rules = st.builds(CartRules, buffer=small, cap=st.none() | small, minimum_level=small)


@given(st.lists(st.integers(-20, 40)), rules)
def test_every_zero_that_a_cart_is_told_has_one_reason(available: list[int], of_cart: CartRules) -> None:
    quantities = np.array(available, dtype=np.int64)
    effect = effect_of(quantities, of_cart)
    assert effect.skus == len(available)
    assert effect.zeros == int((told(quantities, of_cart) == 0).sum())


def test_zeros_by_the_rule_that_made_them_and_what_the_cap_cut() -> None:
    effect = effect_of(np.array([-1, 0, 2, 3, 6, 20]), CartRules(buffer=2, cap=10, minimum_level=3))
    assert effect.zeroed == {"none left": 1, "oversold": 1, "buffer": 1, "minimum_level": 1}
    assert (effect.cut, effect.withheld) == (1, 8)


def aged(before: int | None, *arrivals: int, name: str = "m/f", expect: Expect | None = None) -> FeedAge:
    """A feed over nine to noon; minutes after nine."""

    def at(minutes: int) -> datetime:
        return NINE + timedelta(minutes=minutes)

    age = age_of(
        name,
        "inventory",
        before=None if before is None else at(before),
        arrivals=[Arrival(at=at(each), name="f", usable=True) for each in arrivals],
        start=NINE,
        until=NINE + 3 * HOUR,
        expect=expect,
    )
    assert age is not None
    return age


def test_a_feed_grows_older_until_its_next_file() -> None:
    age = aged(-30, 60, 90)
    assert [(tooth.start - NINE, tooth.end - NINE) for tooth in age.teeth] == [
        (0 * HOUR, HOUR),
        (HOUR, 1.5 * HOUR),
        (1.5 * HOUR, 3 * HOUR),
    ]
    assert age.oldest == 1.5 * HOUR


def test_a_feed_is_late_for_as_long_as_it_is_beyond_its_deadline_on_the_day() -> None:
    expect = Expect(every=HOUR, within=timedelta(minutes=15))
    assert aged(-30, 60, 120, expect=expect).late == timedelta(minutes=15)
    assert aged(-600, 30, 90, 150, expect=expect).late == timedelta(minutes=30)
    assert aged(None, 60, 120, expect=expect).late == timedelta(0)
    assert aged(-600, 30).late == timedelta(0)


def test_a_feed_that_has_never_had_a_file_has_no_age() -> None:
    nothing = {"arrivals": (), "start": NINE, "until": NINE + HOUR, "expect": None}
    assert age_of("m/f", "orders", before=None, **nothing) is None


def test_the_feed_that_is_longest_overdue_comes_first_then_the_oldest() -> None:
    ages = [
        aged(-30, name="young"),
        aged(-600, name="old"),
        aged(0, name="late", expect=Expect(every=HOUR, within=HOUR)),
    ]
    assert [age.feed for age in worst_first(ages)] == ["late", "old", "young"]


# seconds | reads
LENGTHS = """
    0      | 0 s
    45     | 45 s
    2700   | 45 min
    2730   | 45 min
    12000  | 3 h 20 min
    10800  | 3 h
    187200 | 2 d 4 h
"""


@pytest.mark.parametrize("line", [line for line in LENGTHS.splitlines() if line.strip()])
def test_a_length_of_time_reads_by_its_two_largest_units(line: str) -> None:
    length, reads = (cell.strip() for cell in line.split("|"))
    assert duration(timedelta(seconds=int(length))) == reads


def test_numbers_and_counts_read_well() -> None:
    assert [number(each) for each in (0, 999, 12345, -1234567)] == [
        "0",
        "999",
        "12\u202f345",
        "\u22121\u202f234\u202f567",
    ]
    assert (signed(3), signed(0), signed(-3)) == ("+3", "0", "\u22123")
    assert (count(1, "file"), count(2, "file")) == ("1 file", "2 files")
    assert (shortened("abcdef", 4), shortened("abcd", 4)) == ("abc…", "abcd")
