"""LIN loops that are alike: the quick way of reading back says what the careful one says, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pandas as pd
import pytest
from damage import mutants, renumbered
from examples import examples, many
from hypothesis import event, given
from hypothesis import strategies as st

from formats.alike import UnlikeError
from formats.contract import INT64, QUANTITY_IN, TEXT, Envelope
from formats.edi846 import Edi846
from formats.edi846.writing.alike import read_alike
from formats.edi846.writing.careful import read_carefully
from formats.errors import FormatError

ENVELOPE = Envelope(number=42, written_at=datetime(2026, 3, 4, 21, 6, 7, tzinfo=UTC), complete=True)
PARTNERS = {"sender": "ZZ/ACMEWHSE", "receiver": "01/007909411"}
RICH = {
    "header": ["CUR*SE*USD", "DTM*097*{now}*{now}", "REF*VR*1234", "N1*SU*Acme*92*77"],
    "item": ["PID*F*08***{title}", "DTM*036*20261231", "CTP**CON*{cost}", "REF*ZZ*AC"],
    "after_quantity": [{"segment": "DTM*018*20261201", "when": "zero"}],
    "products": {"SK": "sku", "VN": "sku", "UP": "upc", "MF": "=Acme"},
    "totals": "hash",
}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "two lines a set": {"lines_per_set": 2},
    "a line each": {"line_break": True, "totals": "none", "line_number": False},
    "other separators": {"delimiters": {"element": "|", "segment": "\n", "component": ":"}},
    "rich": RICH,
    "rich with LS": {**RICH, "location": "ls"},
    "rich with SDQ": {**RICH, "location": "sdq", "release": "005010VICS"},
    "rich with SCH": {**RICH, "location": "sch", "release": "004030"},
    "rich with a set per warehouse": {**RICH, "location": "header"},
}


def lines(rows: list[tuple[int, str | None, int | None]]) -> pd.DataFrame:
    """Lines with a quantity, a title and what of it lies in WEST; the rest lies in EAST."""
    west = [None if here is None else min(here, quantity) for quantity, _, here in rows]
    return pd.DataFrame(
        {
            "sku": pd.Series([f"A-{row}" for row in range(len(rows))], dtype=TEXT),
            "quantity": pd.Series([quantity for quantity, _, _ in rows], dtype=INT64),
            "title": pd.Series([title for _, title, _ in rows], dtype=TEXT),
            "upc": pd.Series([title and "17" for _, title, _ in rows], dtype=TEXT),
            "cost": pd.Series(["7"] * len(rows), dtype=TEXT),
            QUANTITY_IN + "EAST": pd.Series(
                [quantity - (here or 0) for (quantity, _, _), here in zip(rows, west, strict=True)],
                dtype=INT64,
            ),
            QUANTITY_IN + "WEST": pd.Series(west, dtype=INT64),
        }
    )


LINES = lines(
    [(12, "Lamp", 7), (0, "Chair", None), (4, "Sofa", 4), (3, None, 1), (12, "Table", 2), (99, "Bed", 1)]
)

ALIKE = lines([(12, "Lamp", 7), (0, "Chair", None), *[(20 + row, "Sofa", 4) for row in range(4)]])
"""Loops of three kinds, the last of which has several."""


@cache
def options(kind: str) -> Edi846.Writing:
    return Edi846.Writing(**{**PARTNERS, **KINDS[kind]})


def document(kind: str, told: pd.DataFrame = LINES) -> bytes:
    return Edi846().write(told, options(kind), ENVELOPE)


def taken(kind: str, data: bytes) -> dict[str, list[str]] | None:
    """What the quick way finds; None if it leaves the document to the careful one."""
    try:
        found = read_alike(data, options(kind), smallest=0, smallest_set=0)
    except UnlikeError:
        return None
    return {name: column.to_pylist() for name, column in found.items()}


def assert_agreed(kind: str, data: bytes) -> bool:
    """Whether the quick way took it; then the careful one must take it as well, and find the same."""
    quick = taken(kind, data)
    if quick is None:
        return False
    try:
        careful = read_carefully(data, options(kind))
    except FormatError as error:
        raise AssertionError(f"taken, though it is refused: {error}") from error
    assert quick == {name: column.to_pylist() for name, column in careful.items()}
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_write_is_taken(kind: str) -> None:
    assert assert_agreed(kind, document(kind))


rows = st.tuples(
    st.integers(0, 10**6),
    st.none() | st.sampled_from(["Lamp", "A B", "x", "1"]),
    st.none() | st.integers(0, 99),
)


@examples(40)
@given(st.sampled_from(sorted(KINDS)), st.lists(rows, min_size=1, max_size=12))
def test_whatever_we_write_reads_the_same_either_way(
    kind: str, told: list[tuple[int, str | None, int | None]]
) -> None:
    assert assert_agreed(kind, document(kind, lines(told)))


STARRED = [kind for kind in KINDS if "line_break" not in KINDS[kind] and "delimiters" not in KINDS[kind]]


@pytest.mark.parametrize("kind", STARRED)
def test_a_damaged_document_is_taken_only_if_the_careful_reader_takes_it(kind: str) -> None:
    """Every day a sixth of the damage, another one for each kind."""
    every = list(mutants(document(kind, ALIKE).decode().split("~")[:-1]))
    step = 1 if many() else 6
    tried = every[STARRED.index(kind) % step :: step]
    for mutant in tried:
        assert_agreed(kind, mutant.encode())
    assert len(tried) > 50


@examples(60)
@given(st.data())
def test_so_is_one_with_a_few_bytes_wrong(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    text = document(kind)
    at, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 4))
    put = data.draw(st.text("A0*~>.-z1|\n", max_size=3)).encode()
    event("alike" if assert_agreed(kind, text[:at] + put + text[at + length :]) else "not alike")


def test_a_value_that_was_changed_shows() -> None:
    wrong = document("rich with SDQ").replace(b"Table", b"Tible").replace(b"*WEST*2", b"*WEST*3")
    quick = taken("rich with SDQ", wrong)
    assert quick is not None
    assert quick[QUANTITY_IN + "WEST"] == ["7", "", "4", "1", "3", "1"]
    assert "Tible" in quick["between LIN and QTY"][4]


def sized(*sizes: int) -> str:
    """A document of sets that have so many lines."""
    text = document("plain", lines([(7, None, None)] * sum(sizes))).decode()
    opening, *loops = re.split("(?=LIN)", text)
    loops[-1], (trailer, end) = loops[-1].split("CTT")[0], re.findall("(CTT.*?~SE.*?~)(GE.*)", text)[0]
    head, heading = opening.split("ST*")
    parts = [head]
    for number, size in enumerate(sizes, start=1):
        own = [re.sub(r"LIN\*\d+", f"LIN*{line}", loops.pop(0)) for line in range(1, size + 1)]
        parts += [
            "ST*",
            heading.replace("0001", f"{number:04}"),
            *own,
            trailer.replace("0001", f"{number:04}"),
        ]
        if number > 1:
            parts[-size - 2] = parts[-size - 2].replace("*42*", f"*42-{number}*")
    return renumbered(
        [*"".join(parts).split("~")[:-1], *end.replace("GE*1", f"GE*{len(sizes)}").split("~")[:-1]]
    )


@pytest.mark.parametrize("sizes", [(3,), (2, 2), (40, 3, 40), (90, 10), (90, 1, 1, 1), (10, 90, 2)])
def test_sets_of_very_different_lengths_are_found_where_they_end(sizes: tuple[int, ...]) -> None:
    data = sized(*sizes).encode()
    assert len(read_carefully(data, options("plain"))["sku"]) == sum(sizes)
    few = Edi846.Writing(**PARTNERS, lines_per_set=max(sizes))
    quick = read_alike(data, few, smallest=0, smallest_set=0)
    assert quick["sku"].to_pylist() == [f"A-{row}" for row in range(sum(sizes))]


@pytest.mark.parametrize("item", [[], ["REF*ZZ*AC"]])
def test_sdq_alone_is_told_apart_from_its_quantities(item: list[str]) -> None:
    asked = Edi846.Writing(**PARTNERS, location="sdq", item=item)
    data = Edi846().write(LINES, asked, ENVELOPE)
    told = Edi846().read_back(data, asked)["between LIN and QTY"].tolist()
    quick = read_alike(data, asked, smallest=0, smallest_set=0)["between LIN and QTY"].to_pylist()
    assert quick == told == Edi846().meant(LINES, asked, ENVELOPE)["between LIN and QTY"].to_pylist()
    assert told[0] == ("REF*ZZ*AC~SDQ*EA*54*EAST*5*WEST*7~" if item else "SDQ*EA*54*EAST**WEST*~")


def test_a_large_document_is_read_back_that_way() -> None:
    told = lines([(number, "Lamp", None) for number in range(3000)])
    found = Edi846().read_back(document("two lines a set", told.head(50)), options("two lines a set"))
    assert found["quantity"].tolist() == [str(number) for number in range(50)]
    data = document("rich with SDQ", told)
    assert len(data) > 1 << 16
    assert taken("rich with SDQ", data) is not None
    found = Edi846().read_back(data, options("rich with SDQ"))
    assert found["quantity"].tolist() == [str(number) for number in range(3000)]


def test_a_hash_total_of_more_digits_than_there_may_be_is_left_to_the_careful_reader() -> None:
    told = lines([(number, "Lamp", None) for number in range(3000)])
    data = document("rich", told).decode()
    added = 99_999_999_999 - 7
    wrong = data.replace("*7*EA", "*99999999999*EA", 1)
    (total,) = re.findall(r"CTT\*3000\*(\d+)", wrong)
    wrong = wrong.replace(f"CTT*3000*{total}", f"CTT*3000*{int(total) + added}")
    assert wrong != data
    assert taken("rich", wrong.encode()) is None
    with pytest.raises(FormatError, match="12 characters"):
        Edi846().read_back(wrong.encode(), options("rich"))
