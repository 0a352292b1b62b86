from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from batch.model import ORDER_LINES, STATEMENTS, frame, no_rejects
from batch.receive.conform import Conformed, InventoryRules, OrderRules, conform_inventory, conform_orders
from formats.contract import REJECTS, TEXT, RawTable

ZONE = ZoneInfo("America/New_York")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
INVENTORY = InventoryRules(zone=ZONE, fractions="reject", as_of=NINE)
ORDERS = OrderRules(
    zone=ZONE, feed="web", stated_at=NINE, stated_in="o.csv", cancelled=frozenset({"cancelled", "void"})
)


def raw(text: str, rejects: pd.DataFrame | None = None) -> RawTable:
    """`a | b` under a line of names; `~` is no cell at all. Rows stand from line 2 on; files name columns in capitals."""
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]
    return raw_of(
        {name: [None if row[at] == "~" else row[at] for row in rows] for at, name in enumerate(header)},
        rejects,
    )


def raw_of(columns: Mapping[str, Sequence[str | None]], rejects: pd.DataFrame | None = None) -> RawTable:
    cells = pd.DataFrame({name: pd.array(cells, dtype=TEXT) for name, cells in columns.items()})
    return RawTable(
        cells=cells,
        lines=np.arange(2, len(cells) + 2),
        columns={name: name.upper() for name in columns},
        rejects=no_rejects() if rejects is None else rejects,
    )


def no_row(line: int, sku: str | None) -> pd.DataFrame:
    return frame(
        REJECTS,
        {"line": pa.array([line]), "column": "", "value": "?", "reason": "3 cells, not 4", "sku": sku},
    )


def shown(table: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    columns = [[None if pd.isna(value) else value for value in table[name]] for name in names]
    return list(zip(*columns, strict=True))


def listed(conformed: Conformed) -> list[tuple[Any, ...]]:
    return shown(conformed.rejects, "line", "column", "value", "reason", "sku")


def test_every_row_is_a_statement_or_a_reject() -> None:
    conformed = conform_inventory(
        raw("""
            sku | quantity
            A   | 12
            B   | n/a
            C   | 12.0
        """),
        INVENTORY,
    )
    assert shown(conformed.rows, "sku", "warehouse", "quantity", "as_of", "line") == [
        ("A", "", 12, NINE, 2),
        ("C", "", 12, NINE, 4),
    ]
    assert listed(conformed) == [(3, "QUANTITY", "n/a", "not a whole number", "B")]
    assert dict(conformed.rows.dtypes) == dict(STATEMENTS)
    assert dict(conformed.rejects.dtypes) == dict(REJECTS)
    assert conformed.weights.tolist() == [1, 1]
    assert conformed.count == 3


def test_a_blank_quantity_is_a_reject_and_never_zero() -> None:
    conformed = conform_inventory(raw("sku | quantity\n A | \n B | ~"), INVENTORY)
    assert conformed.rows.empty
    assert [reason for *_, reason, _ in listed(conformed)] == ["blank; a blank is not 0"] * 2


def test_the_first_column_that_cannot_be_used_is_the_reason_and_a_row_is_rejected_once() -> None:
    conformed = conform_inventory(
        raw("""
            sku | quantity | as_of
                | n/a      | never
            B   | n/a      | never
            C   | 1        | never
        """),
        InventoryRules(zone=ZONE, fractions="reject"),
    )
    assert shown(conformed.rejects, "line", "column", "value") == [
        (2, "SKU", ""),
        (3, "QUANTITY", "n/a"),
        (4, "AS_OF", "never"),
    ]


def test_a_blank_sku_is_a_reject() -> None:
    conformed = conform_inventory(raw("sku | quantity\n  | 1\n ~ | 1\n A | 1"), INVENTORY)
    assert listed(conformed) == [(2, "SKU", "", "blank", ""), (3, "SKU", "", "blank", "")]
    assert conformed.rows["sku"].tolist() == ["A"]


def test_a_control_character_in_a_sku_is_a_reject_that_shows_it() -> None:
    conformed = conform_inventory(raw_of({"sku": ["A\x07", "B"], "quantity": ["1", "2"]}), INVENTORY)
    assert listed(conformed) == [(2, "SKU", "A\x07", "contains a control character", "A\x07")]


def test_skus_that_look_like_something_else_stay_text() -> None:
    skus = ["NA", "null", "00123", "1E+11", "nan", "TRUE", "12.0", "-"]
    conformed = conform_inventory(raw_of({"sku": skus, "quantity": ["1"] * len(skus)}), INVENTORY)
    assert conformed.rows["sku"].tolist() == skus
    assert conformed.rejects.empty


def test_a_sku_keeps_the_blanks_around_it_and_a_warehouse_does_not() -> None:
    table = raw_of({"sku": ["A ", " A"], "warehouse": ["EAST ", "EAST"], "quantity": ["1", "2"]})
    assert shown(conform_inventory(table, INVENTORY).rows, "sku", "warehouse") == [
        ("A ", "EAST"),
        (" A", "EAST"),
    ]


LOTS = """
    sku | warehouse | quantity
    A   | EAST      | 3
    A   | EAST      | n/a
    A   | EAST      | 4
    A   | WEST      | 5
    B   | EAST      | 6
"""


def test_a_reject_takes_the_other_lots_of_its_sku_and_warehouse_with_it() -> None:
    conformed = conform_inventory(raw(LOTS), INVENTORY)
    assert shown(conformed.rows, "sku", "warehouse", "quantity") == [("A", "WEST", 5), ("B", "EAST", 6)]
    part = "line 3 cannot be used, and has a part of the same level"
    assert listed(conformed) == [
        (2, "SKU", "A", part, "A"),
        (3, "QUANTITY", "n/a", "not a whole number", "A"),
        (4, "SKU", "A", part, "A"),
    ]
    assert conformed.count == 5


def test_a_row_that_is_none_takes_all_rows_of_its_sku_with_it() -> None:
    conformed = conform_inventory(raw(LOTS.replace("n/a", "1"), no_row(9, "A")), INVENTORY)
    assert shown(conformed.rows, "sku", "warehouse") == [("B", "EAST")]
    assert {reason for *_, reason, _ in listed(conformed)[:-1]} == {
        "line 9 cannot be used, and has a part of the same level"
    }
    assert listed(conformed)[-1] == (9, "", "?", "3 cells, not 4", "A")
    assert conformed.count == 6


def test_a_row_that_is_none_and_names_no_sku_takes_nothing_with_it() -> None:
    conformed = conform_inventory(raw(LOTS.replace("n/a", "1"), no_row(9, None)), INVENTORY)
    assert len(conformed.rows) == 5
    assert conformed.rejects["line"].tolist() == [9]


def test_available_is_on_hand_less_committed() -> None:
    table = raw("""
        sku | on_hand | committed
        A   | 10      | 3
        B   | 2       | 5
        C   | 2       |
        D   | x       | y
    """)
    conformed = conform_inventory(table, INVENTORY)
    assert shown(conformed.rows, "sku", "quantity") == [("A", 7), ("B", -3)]
    assert shown(conformed.rejects, "line", "column") == [(4, "COMMITTED"), (5, "ON_HAND")]


def test_fractions_are_rounded_so_that_less_is_available() -> None:
    table = raw("""
        sku | on_hand | committed
        A   | 10.9    | 3.1
        B   | 10.0    | 3.0
    """)
    floored = conform_inventory(table, InventoryRules(zone=ZONE, fractions="floor", as_of=NINE))
    assert floored.rows["quantity"].tolist() == [6, 7]
    quantity = raw("sku | quantity\n A | 12.5\n B | -0.5")
    floored = conform_inventory(quantity, InventoryRules(zone=ZONE, fractions="floor", as_of=NINE))
    assert floored.rows["quantity"].tolist() == [12, -1]


def test_a_column_says_the_as_of_of_each_row_in_the_feeds_zone_unless_it_has_an_offset() -> None:
    table = raw("""
        sku | quantity | as_of
        A   | 1        | 2026-11-20 04:00
        B   | 1        | 2026-11-20T09:00:00Z
        C   | 1        | 2026-11-20
    """)
    conformed = conform_inventory(table, InventoryRules(zone=ZONE, fractions="reject"))
    midnight = datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert shown(conformed.rows, "sku", "as_of") == [("A", NINE), ("B", NINE), ("C", midnight)]


def test_attributes_are_carried_along_blank_as_none() -> None:
    rules = InventoryRules(zone=ZONE, fractions="reject", as_of=NINE, attributes=("upc",))
    conformed = conform_inventory(raw("sku | quantity | upc\n A | 1 | 0012\n B | 1 | \n C | 1 | ~"), rules)
    assert shown(conformed.rows, "sku", "@upc") == [("A", "0012"), ("B", None), ("C", None)]


def test_a_file_without_rows_is_a_frame_without_rows() -> None:
    conformed = conform_inventory(raw_of({"sku": [], "quantity": [], "warehouse": []}), INVENTORY)
    assert (conformed.rows.empty, conformed.rejects.empty, conformed.count) == (True, True, 0)
    orders = raw_of({name: [] for name in ("order", "sku", "quantity", "ordered_at")})
    assert conform_orders(orders, ORDERS).count == 0


ORDER_FILE = """
    order | line | sku | quantity | ordered_at       | status     | warehouse
    7     | 1    | A   | 2        | 2026-11-20 04:00 | paid       | EAST
    7     | 2    | B   | 1        | 2026-11-20 04:00 | Cancelled  |
    8     | 1    | A   | 3.0      | 2026-11-20 04:00 | VOID       | ~
"""


def test_an_order_file_becomes_order_lines() -> None:
    conformed = conform_orders(raw(ORDER_FILE), ORDERS)
    columns = (
        "feed",
        "order",
        "line",
        "sku",
        "warehouse",
        "quantity",
        "ordered_at",
        "stated_at",
        "row",
        "seq",
    )
    assert shown(conformed.rows, *columns) == [
        ("web", "7", "1", "A", "EAST", 2, NINE, NINE, 2, 0),
        ("web", "7", "2", "B", None, 1, NINE, NINE, 3, 0),
        ("web", "8", "1", "A", None, 3, NINE, NINE, 4, 0),
    ]
    assert dict(conformed.rows.dtypes) == dict(ORDER_LINES)


def test_cancelled_statuses_are_known_in_any_case_and_with_blanks_around() -> None:
    table = raw_of(
        {
            "order": list("12345"),
            "sku": list("AAAAA"),
            "line": list("11111"),
            "quantity": list("11111"),
            "ordered_at": ["2026-11-20 04:00"] * 5,
            "status": ["cancelled", " CANCELLED ", "Void", "cancelled?", None],
        }
    )
    assert conform_orders(table, ORDERS).rows["cancelled"].tolist() == [True, True, True, False, False]


def test_without_a_status_nothing_is_cancelled() -> None:
    table = raw("order | line | sku | quantity | ordered_at\n 7 | 1 | A | 2 | 2026-11-20 04:00")
    assert conform_orders(table, ORDERS).rows["cancelled"].tolist() == [False]


def test_order_rows_that_cannot_be_used_are_rejects() -> None:
    conformed = conform_orders(
        raw("""
            order | line | sku | quantity | ordered_at
                  | 1    | A   | 2        | 2026-11-20 04:00
            7     |      | A   | 2        | 2026-11-20 04:00
            7     | 2    |     | 2        | 2026-11-20 04:00
            7     | 3    | A   | -2       | 2026-11-20 04:00
            7     | 4    | A   | 2.5      | 2026-11-20 04:00
            7     | 5    | A   | 2        | 2026-11-20
            7     | 6    | A   | 0        | 2026-11-20 04:00
        """),
        ORDERS,
    )
    assert conformed.rows["line"].tolist() == ["6"]
    assert shown(conformed.rejects, "line", "column", "value") == [
        (2, "ORDER", ""),
        (3, "LINE", ""),
        (4, "SKU", ""),
        (5, "QUANTITY", "-2"),
        (6, "QUANTITY", "2.5"),
        (7, "ORDERED_AT", "2026-11-20"),
    ]
    assert conformed.rejects["reason"].tolist()[3] == "below 0"


WITHOUT_LINES = """
    order | sku | quantity | ordered_at       | status    | warehouse
    7     | A   | 2        | 2026-11-20 04:00 | paid      | EAST
    8     | A   | 9        | 2026-11-20 03:00 | cancelled | EAST
    7     | B   | 4        | 2026-11-20 03:00 | paid      | EAST
    7     | A   | 3        | 2026-11-20 03:00 | paid      | WEST
    7     | A   | 7        | 2026-11-20 03:00 | cancelled | EAST
    7     | B   | 1        | 2026-11-20 03:00 | paid      | EAST
"""


def test_without_a_line_column_rows_of_one_order_and_sku_are_added_up() -> None:
    conformed = conform_orders(raw(WITHOUT_LINES), ORDERS)
    assert shown(conformed.rows, "order", "line", "quantity", "cancelled", "row") == [
        ("7", "A", 5, False, 2),
        ("8", "A", 0, True, 3),
        ("7", "B", 5, False, 4),
    ]
    assert conformed.rows["ordered_at"].tolist()[0] == NINE
    assert conformed.weights.tolist() == [3, 1, 2]
    assert conformed.count == 6
    assert dict(conformed.rows.dtypes) == dict(ORDER_LINES)


def test_rows_added_up_over_several_warehouses_name_none() -> None:
    assert shown(conform_orders(raw(WITHOUT_LINES), ORDERS).rows, "line", "warehouse") == [
        ("A", None),
        ("A", "EAST"),
        ("B", "EAST"),
    ]


def test_other_lots_of_several_rejects_are_found_for_each_of_them() -> None:
    conformed = conform_inventory(
        raw("""
            sku | quantity
            A   | n/a
            B   | x
            B   | 1
            A   | 2
            C   | 3
        """),
        INVENTORY,
    )
    assert [line for line, *_ in listed(conformed)] == [2, 3, 4, 5]
    assert shown(conformed.rows, "sku") == [("C",)]


def test_other_rows_of_several_order_lines_are_found_for_each_of_them() -> None:
    conformed = conform_orders(
        raw("""
            order | sku | quantity | ordered_at
            1     | A   | n/a      | 2026-11-20T09:00Z
            2     | A   | x        | 2026-11-20T09:00Z
            2     | A   | 1        | 2026-11-20T09:00Z
            1     | A   | 2        | 2026-11-20T09:00Z
            1     | B   | 3        | 2026-11-20T09:00Z
        """),
        ORDERS,
    )
    assert [line for line, *_ in listed(conformed)] == [2, 3, 4, 5]
    assert shown(conformed.rows, "order", "sku") == [("1", "B")]
