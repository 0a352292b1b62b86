"""Whole histories of files, told to the real thing and to a slow and obvious model; every number must agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.counts import Counts
from batch.model import LEVELS, ORDER_LINES, State, empty, whole
from batch.reconcile.advance import with_levels, with_orders
from batch.reconcile.available import available
from batch.reconcile.levels import apply_statements, upsert
from batch.reconcile.news import news_of
from batch.reconcile.orders import apply_lines, upsert_lines
from batch.reconcile.rules import CartRules, told

SKUS, WAREHOUSES, PLACES = "ABCD", ("EAST", "WEST"), (None, ("EAST",), ("WEST", "EAST"))
LAGS = {"web": 0, "pos": 2}
START = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass(kw_only=True)
class Wms:
    """One WMS file: rows are (sku, warehouse, quantity, minute)."""

    feed: str
    rows: list[tuple[str, str, int, int]]
    zero_absent: bool
    kept: list[str]


@dataclass(kw_only=True)
class Orders:
    """One order file, last changed at `minute`: rows are (order, line, sku, warehouse, quantity, minute, cancelled)."""

    feed: str
    rows: list[tuple[str, str, str, str | None, int, int, bool]]
    minute: int


@dataclass(kw_only=True)
class Model:
    """What the design says, in dicts and loops."""

    levels: dict[tuple[str, str, str], tuple[int, int, int]] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def take_wms(self, file: Wms, seq: int) -> int:
        """Returns how many rows are older than what is known."""
        older = reported = 0
        places = {(sku, warehouse) for sku, warehouse, _, _ in file.rows}
        for sku, warehouse in places:
            lots = [row for row in file.rows if row[:2] == (sku, warehouse)]
            as_of = max(minute for *_, minute in lots)
            known = self.levels.get((file.feed, sku, warehouse))
            if known is not None and known[1] > as_of:
                older += len(lots)
            else:
                reported += 1
                self.levels[file.feed, sku, warehouse] = (sum(lot[2] for lot in lots), as_of, seq)
        if file.zero_absent and file.rows:
            self._leave_out(file, places, seq, reported)
        return older

    def _leave_out(self, file: Wms, places: set[tuple[str, str]], seq: int, reported: int) -> None:
        as_of = max(minute for *_, minute in file.rows)
        left_out = {
            key: level
            for key, level in self.levels.items()
            if key[0] == file.feed and key[1:] not in places and key[1] not in file.kept and level[1] <= as_of
        }
        for key, (quantity, _, _) in left_out.items():
            if quantity != 0:
                reported += 1
                self.levels[key] = (0, as_of, seq)
        for key, (quantity, _, before) in left_out.items():
            if quantity == 0 and reported:
                self.levels[key] = (0, as_of, before)

    def take_orders(self, file: Orders) -> int:
        """Returns how many rows do not count: stated later already, in another file or further down in this one."""
        lasting = {}
        for order, line, *rest in file.rows:
            lasting[file.feed, order, line] = rest
        unused = len(file.rows) - len(lasting)
        for key, (sku, warehouse, quantity, minute, cancelled) in lasting.items():
            if key in self.lines and self.lines[key]["stated"] > file.minute:
                unused += 1
                continue
            self.lines[key] = {
                "sku": sku,
                "warehouse": warehouse,
                "quantity": quantity,
                "ordered": minute,
                "cancelled": cancelled,
                "stated": file.minute,
            }
        return unused

    def available(self, sku: str, warehouses: tuple[str, ...] | None) -> int:
        levels = [
            (warehouse, quantity, as_of)
            for (_, name, warehouse), (quantity, as_of, _) in self.levels.items()
            if name == sku and (warehouses is None or warehouse in warehouses)
        ]
        total = sum(quantity for _, quantity, _ in levels)
        if not levels:
            return 0
        for (feed, _, _), line in self.lines.items():
            elsewhere = warehouses is not None and line["warehouse"] not in (None, *warehouses)
            if line["sku"] != sku or line["cancelled"] or elsewhere:
                continue
            there = [as_of for warehouse, _, as_of in levels if warehouse == line["warehouse"]]
            taken = min(there or [as_of for _, _, as_of in levels])
            if line["ordered"] > taken - LAGS[feed]:
                total -= line["quantity"]
        return total

    def reported_after(self, watermark: int) -> set[str]:
        return {sku for (_, sku, _), (_, _, seq) in self.levels.items() if seq > watermark}


def model_told(quantity: int, rules: CartRules) -> int:
    quantity -= rules.buffer
    if rules.cap is not None and quantity > rules.cap:
        quantity = rules.cap
    quantity = max(quantity, 0)
    return 0 if quantity < rules.minimum_level else quantity


@dataclass(kw_only=True)
class Real:
    """The same, done by the package."""

    levels: pd.DataFrame = field(default_factory=lambda: empty(LEVELS))
    orders: pd.DataFrame = field(default_factory=lambda: empty(ORDER_LINES))

    def take_wms(self, rows: pd.DataFrame, file: Wms, seq: int) -> Counts:
        applied = apply_statements(
            self.levels, rows, feed=file.feed, seq=seq, zero_absent=file.zero_absent, kept=file.kept
        )
        carried = with_levels(State(levels=self.levels), applied).levels
        self.levels = upsert(self.levels, applied.segment)
        assert carried.equals(self.levels), "matched once or twice, the state is the same"
        return applied.counts

    def take_orders(self, rows: pd.DataFrame) -> Counts:
        applied = apply_lines(self.orders, rows, np.ones(len(rows), dtype=np.int64))
        carried = with_orders(State(orders=self.orders), applied).orders
        self.orders = upsert_lines(self.orders, applied.segment)
        assert carried.equals(self.orders), "matched once or twice, the state is the same"
        return applied.counts

    def available(self, warehouses: tuple[str, ...] | None) -> pd.DataFrame:
        lags = {feed: minutes * 60_000_000 for feed, minutes in LAGS.items()}
        return available(self.levels, self.orders, lags=lags, warehouses=warehouses)


@dataclass(frozen=True, kw_only=True)
class Frames:
    """The fixtures that make frames of rows."""

    statements: Callable[..., pd.DataFrame]
    order_lines: Callable[..., pd.DataFrame]

    def wms(self, file: Wms) -> pd.DataFrame:
        return self.statements(
            [
                {"sku": sku, "warehouse": warehouse, "quantity": quantity, "as_of": at(minute), "line": line}
                for line, (sku, warehouse, quantity, minute) in enumerate(file.rows, start=2)
            ]
        )

    def orders(self, file: Orders, seq: int = 1) -> pd.DataFrame:
        names = ("order", "line", "sku", "warehouse", "quantity", "ordered_at", "cancelled")
        same = {"feed": file.feed, "stated_at": at(file.minute), "seq": seq}
        rows = [dict(zip(names, row, strict=True)) | same for row in file.rows]
        return self.order_lines([row | {"ordered_at": at(row["ordered_at"])} for row in rows])


@pytest.fixture(scope="module")
def frames(statements: Callable[..., pd.DataFrame], order_lines: Callable[..., pd.DataFrame]) -> Frames:
    return Frames(statements=statements, order_lines=order_lines)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def minute_of(moment: datetime) -> int:
    return (moment - START) // timedelta(minutes=1)


minutes = st.integers(0, 4)
wms_files = st.builds(
    Wms,
    feed=st.sampled_from(["main", "3pl"]),
    rows=st.lists(
        st.tuples(st.sampled_from(SKUS), st.sampled_from(WAREHOUSES), st.integers(-2, 6), minutes), max_size=6
    ),
    zero_absent=st.booleans(),
    kept=st.lists(st.sampled_from(SKUS), max_size=1),
)
order_files = st.builds(
    Orders,
    feed=st.sampled_from(list(LAGS)),
    rows=st.lists(
        st.tuples(
            st.sampled_from("12"),
            st.sampled_from("12"),
            st.sampled_from(SKUS + "X"),
            st.sampled_from([None, *WAREHOUSES, "NORTH"]),
            st.integers(0, 3),
            minutes,
            st.sampled_from([False, False, True]),
        ),
        max_size=5,
    ),
    minute=minutes,
)
histories = st.lists(st.one_of(wms_files, order_files), max_size=4)
rules_of_carts = st.builds(
    CartRules,
    warehouses=st.sampled_from(PLACES),
    buffer=st.integers(0, 3),
    cap=st.one_of(st.none(), st.integers(0, 6)),
    minimum_level=st.integers(0, 4),
)
lawful, short = examples(100), examples(25, share=10)


def live(history: list[Wms | Orders], frames: Frames) -> tuple[Model, Real]:
    """Both after the same history; what each file does to either is compared on the way."""
    model, real = Model(), Real()
    for seq, file in enumerate(history, start=1):
        if isinstance(file, Wms):
            counts, unused = real.take_wms(frames.wms(file), file, seq), model.take_wms(file, seq)
        else:
            counts, unused = real.take_orders(frames.orders(file, seq)), model.take_orders(file)
        assert counts == Counts(rows=len(file.rows), applied=len(file.rows) - unused, older=unused)
    return model, real


def levels_in(real: Real) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    return {
        (row["feed"], row["sku"], row["warehouse"]): (row["quantity"], minute_of(row["as_of"]), row["seq"])
        for row in real.levels.to_dict("records")
    }


def lines_in(real: Real) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (row["feed"], row["order"], row["line"]): {
            "sku": row["sku"],
            "warehouse": None if pd.isna(row["warehouse"]) else row["warehouse"],
            "quantity": row["quantity"],
            "ordered": minute_of(row["ordered_at"]),
            "cancelled": row["cancelled"],
            "stated": minute_of(row["stated_at"]),
        }
        for row in real.orders.to_dict("records")
    }


def numbers(real: Real, warehouses: tuple[str, ...] | None = None) -> dict[str, int]:
    table = real.available(warehouses)
    return dict(zip(table["sku"], table["available"], strict=True))


@lawful
@given(history=histories, rules=rules_of_carts, watermark=st.integers(0, 5))
def test_every_number_is_the_one_that_the_design_says(
    frames: Frames, history: list[Wms | Orders], rules: CartRules, watermark: int
) -> None:
    model, real = live(history, frames)

    assert levels_in(real) == model.levels
    assert len(real.levels) == len(model.levels)
    assert lines_in(real) == model.lines
    assert len(real.orders) == len(model.lines)

    table = real.available(rules.warehouses)
    known = sorted({sku for _, sku, _ in model.levels})
    assert table["sku"].tolist() == known
    assert table["available"].tolist() == [model.available(sku, rules.warehouses) for sku in known]
    assert told(whole(table["available"]), rules).tolist() == [
        model_told(model.available(sku, rules.warehouses), rules) for sku in known
    ]
    delta = news_of(table, watermark)
    assert set(delta["sku"]) == model.reported_after(watermark)


@short
@given(history=histories, rules=rules_of_carts, watermark=st.integers(0, 5))
def test_a_delta_is_a_part_of_the_full_with_the_same_numbers_none_below_zero(
    frames: Frames, history: list[Wms | Orders], rules: CartRules, watermark: int
) -> None:
    _, real = live(history, frames)
    table = real.available(rules.warehouses)
    full, delta = table, news_of(table, watermark)
    sent = [
        dict(zip(part["sku"], told(whole(part["available"]), rules).tolist(), strict=True))
        for part in (full, delta)
    ]
    assert sent[1].items() <= sent[0].items()
    assert all(quantity >= 0 for quantity in sent[0].values())


@short
@given(history=histories, file=wms_files, data=st.data())
def test_the_order_of_rows_in_a_wms_file_means_nothing(
    frames: Frames, history: list[Wms | Orders], file: Wms, data: st.DataObject
) -> None:
    shuffled = Wms(**{**vars(file), "rows": data.draw(st.permutations(file.rows))})
    (_, one), (_, other) = live([*history, file], frames), live([*history, shuffled], frames)
    assert levels_in(one) == levels_in(other)
    assert numbers(one) == numbers(other)


@short
@given(history=histories, file=order_files, data=st.data())
def test_the_order_of_lines_in_an_order_file_means_nothing(
    frames: Frames, history: list[Wms | Orders], file: Orders, data: st.DataObject
) -> None:
    once = list({row[:2]: row for row in file.rows}.values())
    one, other = (Orders(**{**vars(file), "rows": rows}) for rows in (once, data.draw(st.permutations(once))))
    assert lines_in(live([*history, one], frames)[1]) == lines_in(live([*history, other], frames)[1])


@short
@given(history=histories, data=st.data())
def test_an_order_file_delivered_again_changes_nothing(
    frames: Frames, history: list[Wms | Orders], data: st.DataObject
) -> None:
    orders = [file for file in history if isinstance(file, Orders)]
    for minute, file in enumerate(data.draw(st.permutations(orders))):
        file.minute = minute
    again = data.draw(st.lists(st.sampled_from(orders), max_size=2)) if orders else []
    (_, once), (_, twice) = live(history, frames), live([*history, *again], frames)
    assert lines_in(twice) == lines_in(once)
    assert numbers(twice) == numbers(once)


@short
@given(history=histories, file=wms_files, first=st.sets(st.sampled_from(SKUS)))
def test_an_updates_file_in_two_parts_says_the_same(
    frames: Frames, history: list[Wms | Orders], file: Wms, first: set[str]
) -> None:
    file.zero_absent = False
    parts = [
        Wms(**{**vars(file), "rows": [row for row in file.rows if (row[0] in first) is chosen]})
        for chosen in (True, False)
    ]
    (_, whole_file), (_, in_parts) = live([*history, file], frames), live([*history, *parts], frames)
    assert numbers(in_parts) == numbers(whole_file)
    assert {key: level[:2] for key, level in levels_in(in_parts).items()} == {
        key: level[:2] for key, level in levels_in(whole_file).items()
    }


@short
@given(history=histories, file=wms_files)
def test_a_wms_file_taken_twice_says_nothing_the_second_time(
    frames: Frames, history: list[Wms | Orders], file: Wms
) -> None:
    (_, once), (_, twice) = live([*history, file], frames), live([*history, file, file], frames)
    assert numbers(twice) == numbers(once)
    assert {key: level[:2] for key, level in levels_in(twice).items()} == {
        key: level[:2] for key, level in levels_in(once).items()
    }
