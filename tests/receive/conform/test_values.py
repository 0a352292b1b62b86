from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.receive.conform.instants import instants, parse_instant
from batch.receive.conform.values import (
    LARGEST,
    Converted,
    all_plain_numbers,
    all_printable,
    identifiers,
    lowered,
    whole_numbers,
)

UTC_ZONE = ZoneInfo("UTC")
NEW_YORK, BERLIN, LORD_HOWE = map(ZoneInfo, ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe"))


def column(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([values], pa.string())


def shown(converted: Converted) -> list[Any]:
    """Every value, or for a fault its reason."""
    reasons = dict(zip(converted.faults.rows.tolist(), converted.faults.reasons, strict=True))
    return [reasons.get(row, value) for row, value in enumerate(converted.values.to_pylist())]


BLANK = "blank; a blank is not 0"
FRACTION = 'not a whole number; fractions = "floor" lets an inventory feed round it down'
NO_NUMBER = "not a whole number"
TOO_LARGE = f"larger than {LARGEST}"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("0", 0),
        ("007", 7),
        ("-3", -3),
        ("-0", 0),
        ("12.0", 12),
        ("12.000", 12),
        ("-3.0", -3),
        (" 7 ", 7),
        ("\t7", 7),
        ("999999999999", LARGEST),
        ("-999999999999", -LARGEST),
        ("0000000000000000000000012", 12),
        ("12.5", FRACTION),
        ("-0.5", FRACTION),
        ("12.0000000000000000000001", FRACTION),
        ("", BLANK),
        ("   ", BLANK),
        (None, BLANK),
        ("n/a", NO_NUMBER),
        ("NaN", NO_NUMBER),
        ("inf", NO_NUMBER),
        ("1e3", NO_NUMBER),
        ("-", NO_NUMBER),
        ("--5", NO_NUMBER),
        ("- 5", NO_NUMBER),
        ("+5", NO_NUMBER),
        ("5-", NO_NUMBER),
        ("(5)", NO_NUMBER),
        ("0x1F", NO_NUMBER),
        ("1,000", NO_NUMBER),
        ("1_000", NO_NUMBER),
        ("12.", NO_NUMBER),
        (".5", NO_NUMBER),
        ("1.2.3", NO_NUMBER),
        ("7 EA", NO_NUMBER),
        ("\u0667", NO_NUMBER),
        ("\uff17", NO_NUMBER),
        ("7\x00", NO_NUMBER),
        ("1000000000000", TOO_LARGE),
        ("-1000000000000", TOO_LARGE),
        (str(2**63), TOO_LARGE),
        (str(-(2**63) - 1), TOO_LARGE),
        ("9" * 5000, TOO_LARGE),
        ("9" * 5000 + ".5", TOO_LARGE),
    ],
)
def test_a_quantity_is_a_whole_number_or_a_reject_with_its_reason(
    text: str | None, number: int | str
) -> None:
    assert shown(whole_numbers(column("1", text, "2"), "reject")) == [1, number, 2]


@pytest.mark.parametrize("fractions", ["reject", "floor", "ceil"])
@pytest.mark.parametrize("text", ["", " ", None])
def test_a_blank_quantity_is_never_zero(text: str | None, fractions: Any) -> None:
    assert shown(whole_numbers(column(text), fractions)) == [BLANK]


@pytest.mark.parametrize(
    ("text", "floor", "ceil"),
    [
        ("12.5", 12, 13),
        ("-0.5", -1, 0),
        ("-2.5", -3, -2),
        ("0.5", 0, 1),
        ("12.0", 12, 12),
        ("-3.0", -3, -3),
        ("5", 5, 5),
    ],
)
def test_a_fraction_is_rounded_where_the_feed_says_so(text: str, floor: int, ceil: int) -> None:
    assert shown(whole_numbers(column(text), "floor")) == [floor]
    assert shown(whole_numbers(column(text), "ceil")) == [ceil]


@pytest.mark.parametrize("fractions", ["floor", "ceil"])
@pytest.mark.parametrize("text", ["n/a", "1e3", "-", "12."])
def test_rounding_makes_no_number_of_what_is_none(text: str, fractions: Any) -> None:
    assert shown(whole_numbers(column(text), fractions)) == [NO_NUMBER]


@given(st.lists(st.integers(-LARGEST, LARGEST)))
def test_every_whole_number_is_itself(numbers: list[int]) -> None:
    converted = whole_numbers(column(*map(str, numbers)), "reject")
    assert converted.values.to_pylist() == numbers
    assert not converted.faults.reasons


@given(
    st.lists(st.one_of(st.none(), st.text(alphabet="0123456789-. e\u0667x", max_size=6), st.text(max_size=4)))
)
def test_a_cells_conversion_does_not_depend_on_the_other_cells(cells: list[str | None]) -> None:
    together = shown(whole_numbers(column(*cells), "reject"))
    assert together == [shown(whole_numbers(column(cell), "reject"))[0] for cell in cells]


@pytest.mark.parametrize(
    "text", ["00123", "NA", "null", "None", "1E+11", "true", "-", "a b", "Ünïcode", "12.0", "A1 ", " A1"]
)
def test_identifiers_are_kept_as_they_are(text: str) -> None:
    assert shown(identifiers(column(text))) == [text]


@pytest.mark.parametrize("text", [None, "", "  ", "\t", "\u00a0"])
def test_a_blank_names_nothing(text: str | None) -> None:
    assert shown(identifiers(column("A", text))) == ["A", "blank"]


@pytest.mark.parametrize("text", ["A\x00", "\tA1", "A\nB", "A\tB", "\x1b[1mA", "A\x7f"])
def test_an_identifier_has_no_control_characters(text: str) -> None:
    assert shown(identifiers(column(text, "A"))) == ["contains a control character", "A"]


def test_words_are_lowered_beyond_ascii_too() -> None:
    assert lowered(column("VOID", "Paid", "")).to_pylist() == ["void", "paid", ""]
    assert lowered(column("VOID", "Annul\u00c9", None)).to_pylist() == ["void", "annul\u00e9", None]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


NO_TIME = "not a time; ISO 8601 is expected, such as 2026-11-20T09:00:00-08:00"
NO_SUCH = "no such day or time"
OUTSIDE = "not a time of 1970 to 2199"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T09:00:00-08:00", at("2026-11-20T17:00:00Z")),
        ("2026-11-20T09:00:00Z", at("2026-11-20T09:00:00Z")),
        ("2026-11-20t09:00:00z", at("2026-11-20T09:00:00Z")),
        ("2026-11-20 09:00:00 +0530", at("2026-11-20T03:30:00Z")),
        ("2026-11-20T09:00+02", at("2026-11-20T07:00:00Z")),
        ("2026-11-20T09:00:00", at("2026-11-20T14:00:00Z")),
        ("2026-11-20 09:00", at("2026-11-20T14:00:00Z")),
        (" 2026-11-20 09:00 ", at("2026-11-20T14:00:00Z")),
        ("2026-07-20 09:00", at("2026-07-20T13:00:00Z")),
        ("20261120090000", at("2026-11-20T14:00:00Z")),
        ("20261120T090000Z", at("2026-11-20T09:00:00Z")),
        ("202611200900", at("2026-11-20T14:00:00Z")),
        ("2026-11-20T09:00:00.25Z", at("2026-11-20T09:00:00.250Z")),
        ("2026-11-20T09:00:00,25Z", at("2026-11-20T09:00:00.250Z")),
        ("2026-11-20T09:00:00.123456789Z", at("2026-11-20T09:00:00.123456Z")),
        ("31/02/2026", NO_TIME),
        ("31/02", NO_TIME),
        ("11/20/2026 09:00", NO_TIME),
        ("2026-1120", NO_TIME),
        ("2026-11-20T9:00", NO_TIME),
        ("09:00", NO_TIME),
        ("now", NO_TIME),
        ("1763629200", NO_TIME),
        ("٢٠٢٦-11-20", NO_TIME),
        ("2026-02-31 09:00", NO_SUCH),
        ("2026-13-01 09:00", NO_SUCH),
        ("2026-11-20T24:00:00", NO_SUCH),
        ("2026-11-20T23:59:60", NO_SUCH),
        ("2026-11-20T09:00+25:00", NO_SUCH),
        ("0000-00-00 00:00:00", NO_SUCH),
        ("0001-01-01 00:00:00", OUTSIDE),
        ("1900-01-01 00:00:00", OUTSIDE),
        ("9999-12-31 23:59:59", NO_SUCH),
        ("9999-12-31 00:00:00", OUTSIDE),
        ("", "blank"),
        ("  ", "blank"),
        (None, "blank"),
    ],
)
@pytest.mark.parametrize("lean", ["earlier", "later"])
def test_a_time_is_an_instant_or_a_reject_with_its_reason(
    text: str | None, moment: datetime | str, lean: Any
) -> None:
    good = "2026-11-20T09:00:00"
    converted = shown(instants(column(good, text, good), NEW_YORK, lean))
    assert converted == [at("2026-11-20T14:00:00Z"), moment, at("2026-11-20T14:00:00Z")]


@pytest.mark.parametrize("text", ["2026-11-20", "20261120"])
def test_a_date_alone_is_its_midnight_for_levels_and_a_reject_for_orders(text: str) -> None:
    assert shown(instants(column(text), NEW_YORK, "earlier")) == [at("2026-11-20T05:00:00Z")]
    assert shown(instants(column(text), NEW_YORK, "later")) == ["a date without a time of day"]


@pytest.mark.parametrize(
    ("zone", "text", "earlier", "later"),
    [
        (NEW_YORK, "2026-11-01 01:30", "2026-11-01T05:30Z", "2026-11-01T06:30Z"),
        (NEW_YORK, "2026-03-08 02:30", "2026-03-08T06:30Z", "2026-03-08T07:30Z"),
        (BERLIN, "2026-10-25 02:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
        (BERLIN, "2026-03-29 02:30", "2026-03-29T00:30Z", "2026-03-29T01:30Z"),
        (LORD_HOWE, "2026-04-05 01:45", "2026-04-04T14:45Z", "2026-04-04T15:15Z"),
        (LORD_HOWE, "2026-10-04 02:15", "2026-10-03T15:15Z", "2026-10-03T15:45Z"),
    ],
)
@pytest.mark.parametrize("company", ["2026-07-01 12:00", "20260701120000"])
def test_of_two_instants_at_a_change_of_the_clocks_levels_take_the_earlier_orders_the_later(
    zone: ZoneInfo, text: str, earlier: str, later: str, company: str
) -> None:
    assert shown(instants(column(company, text), zone, "earlier"))[1] == at(earlier)
    assert shown(instants(column(company, text), zone, "later"))[1] == at(later)


def test_an_offset_decides_even_at_a_change_of_the_clocks() -> None:
    both = column("2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00")
    assert shown(instants(both, NEW_YORK, "later")) == [at("2026-11-01T05:30Z"), at("2026-11-01T06:30Z")]


OFFSETS = st.sampled_from(["", "Z", "+05:30", "-0800", "-08", " +01:00"])
SHAPES = st.sampled_from(
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S.%f", "%Y%m%d%H%M%S", "%Y-%m-%d"]
)
NEAR_CHANGES = st.one_of(
    st.datetimes(datetime(2026, 3, 8), datetime(2026, 3, 8, 5)),  # noqa: DTZ001 - local times are meant
    st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 1, 4)),  # noqa: DTZ001 - local times are meant
    st.datetimes(datetime(1969, 12, 31), datetime(1970, 1, 2)),  # noqa: DTZ001 - local times are meant
    st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001 - local times are meant
)
ODD = st.sampled_from(
    ["2026-02-31 09:00:00", "2026-11-20T09:00:0", "0000-01-01 00:00:00", "2026-11-20 09:00:00 UTC", None]
)


@st.composite
def time_columns(draw: st.DrawFn) -> Sequence[str | None]:
    """Mostly of one shape, as files are; sometimes with an odd cell."""
    shape, offset = draw(SHAPES), draw(OFFSETS)
    cells: list[str | None] = [
        moment.strftime(shape) + offset for moment in draw(st.lists(NEAR_CHANGES, max_size=4))
    ]
    return draw(st.permutations([*cells, draw(ODD)])) if draw(st.booleans()) else cells


@given(
    cells=time_columns(),
    zone=st.sampled_from([UTC_ZONE, NEW_YORK, LORD_HOWE]),
    lean=st.sampled_from(["earlier", "later"]),
)
def test_a_whole_column_converts_as_its_cells_do_one_by_one(
    cells: Sequence[str | None], zone: ZoneInfo, lean: Any
) -> None:
    assert shown(instants(column(*cells), zone, lean)) == [parse_instant(cell, zone, lean) for cell in cells]


@given(
    cells=time_columns(),
    length=st.integers(60, 200),
    zone=st.sampled_from([UTC_ZONE, NEW_YORK]),
    lean=st.sampled_from(["earlier", "later"]),
)
def test_times_that_stand_in_runs_convert_as_each_of_them_does(
    cells: Sequence[str | None], length: int, zone: ZoneInfo, lean: Any
) -> None:
    runs = [cell for cell in cells for _ in range(length)]
    pieces = pa.chunked_array([runs[:100], runs[100:]], pa.string())
    assert shown(instants(pieces, zone, lean)) == [parse_instant(cell, zone, lean) for cell in runs]


def test_faults_are_found_at_their_rows_in_a_column_of_several_pieces() -> None:
    many = ["2026-11-20T09:00:00Z"] * 70_000
    pieces = pa.chunked_array([[*many, "x"], ["y"], many, [None]], pa.string())
    faults = instants(pieces, UTC_ZONE, "earlier").faults
    assert faults.rows.tolist() == [70_000, 70_001, 140_002]
    assert faults.reasons == [NO_TIME, NO_TIME, "blank"]


cells = st.lists(st.text(st.sampled_from("0129Aa~! \t\x7f\u00e9\u3000"), max_size=13), max_size=5)


@given(values=cells, before=st.integers(0, 2))
def test_a_look_at_the_bytes_of_a_column_tells_whether_every_cell_is_plain(
    values: list[str], before: int
) -> None:
    part = column(*values).slice(before)
    texts = part.to_pylist()
    assert all_printable(part) is all(text and all("!" <= each <= "~" for each in text) for text in texts)
    assert all_plain_numbers(part) is all(
        1 <= len(text) <= 12 and text.isascii() and text.isdecimal() for text in texts
    )


@given(values=cells)
def test_plain_cells_are_read_as_they_are_beside_others(values: list[str]) -> None:
    alone = [shown(identifiers(column(value)))[0] for value in values]
    assert shown(identifiers(column(*values))) == alone
    numbers = [shown(whole_numbers(column(value), "reject"))[0] for value in values]
    assert shown(whole_numbers(column(*values), "reject")) == numbers
