"""Writing INVRPT: exact bytes, laws, and what cannot be written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from formats.contract import INT64, QUANTITY_IN, TEXT, Envelope
from formats.errors import FormatError, Unreadable, Unwritable
from formats.frames import of_columns
from formats.invrpt import Invrpt

PARTIES = {"sender": "14/4012345000009", "receiver": "14/4012345000016"}
ENVELOPE = Envelope(number=42, written_at=datetime(2026, 3, 4, 21, 6, 7, tzinfo=UTC), complete=True)
RICH: dict[str, Any] = {
    "release": "D97A",
    "association": "EAN007",
    "usage": "T",
    "products": {"SA": "sku", "EN": "ean", "MF": "=Acme"},
    "parties": {"SU": "4012345000009/9", "WH": "A+B"},
    "location": "qty",
    "lines_per_message": 2,
}


def frame(rows: list[tuple[str, int, str | None, int | None]]) -> pd.DataFrame:
    sku, quantity, ean, east = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "sku": pd.Series(sku, dtype=TEXT),
            "quantity": pd.Series(quantity, dtype=INT64),
            "ean": pd.Series(ean, dtype=TEXT),
            QUANTITY_IN + "EAST": pd.Series(east, dtype=INT64),
        }
    )


THREE = frame([("A+1", 12, "4000000000001", 5), ("B:2", 0, None, None), ("C'3?", 7, "4000000000003", 0)])


def write(lines: pd.DataFrame = THREE, *, number: int = 42, **options: Any) -> str:
    envelope = Envelope(number=number, written_at=ENVELOPE.written_at, complete=True)
    return Invrpt().write(lines, Invrpt.Writing(**PARTIES, **options), envelope).decode("iso-8859-1")


def test_golden_d96a() -> None:
    assert write() == (
        "UNA:+.? 'UNB+UNOC:3+4012345000009:14+4012345000016:14+260304:2106+42'UNH+1+INVRPT:D:96A:UN'BGM+35+42+9'"
        "DTM+137:202603042106:203'DTM+366:202603042106:203'LIN+1++A?+1:SA'QTY+145:12:PCE'LIN+2++B?:2:SA'QTY+145:0:PCE'"
        "LIN+3++C?'3??:SA'QTY+145:7:PCE'UNT+11+1'UNZ+1+42'"
    )


def test_golden_d97a_eancom_with_places_and_several_messages() -> None:
    assert write(**RICH, line_break=True) == (
        "UNA:+.? '\nUNB+UNOC:3+4012345000009:14+4012345000016:14+260304:2106+42++++++1'\n"
        "UNH+1+INVRPT:D:97A:UN:EAN007'\nBGM+35+42+9'\nDTM+137:202603042106:203'\nDTM+366:202603042106:203'\n"
        "NAD+SU+4012345000009::9'\nNAD+WH+A?+B'\n"
        "LIN+1++A?+1:SA'\nPIA+1+4000000000001:EN'\nPIA+1+Acme:MF'\nINV++1'\nQTY+145:12:PCE'\n"
        "INV++1'\nQTY+145:5:PCE'\nLOC+18+EAST'\n"
        "LIN+2++B?:2:SA'\nPIA+1+Acme:MF'\nINV++1'\nQTY+145:0:PCE'\nUNT+19+1'\n"
        "UNH+2+INVRPT:D:97A:UN:EAN007'\nBGM+35+42-2+9'\nDTM+137:202603042106:203'\nDTM+366:202603042106:203'\n"
        "NAD+SU+4012345000009::9'\nNAD+WH+A?+B'\n"
        "LIN+1++C?'3??:SA'\nPIA+1+4000000000003:EN'\nPIA+1+Acme:MF'\nINV++1'\nQTY+145:7:PCE'\n"
        "INV++1'\nQTY+145:0:PCE'\nLOC+18+EAST'\nUNT+15+2'\nUNZ+2+42'\n"
    )


TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"]), min_size=1, max_size=12
)
ROWS = st.lists(
    st.tuples(
        TEXTS.filter(str.strip),
        st.integers(0, 10**15 - 1),
        st.none() | TEXTS,
        st.none() | st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[0],
)


@given(rows=ROWS, rich=st.booleans())
def test_what_is_written_reads_back_as_it_was_meant(rows: list[Any], rich: bool) -> None:
    options = Invrpt.Writing(**PARTIES, **(RICH if rich else {}))
    lines = frame(rows)
    back = Invrpt().read_back(Invrpt().write(lines, options, ENVELOPE), options)
    meant = of_columns(Invrpt().meant(lines, options, ENVELOPE))
    columns = dict.fromkeys([*meant.columns, *back.columns])
    nothing = pd.Series([""] * len(lines))
    assert {name: back.get(name, nothing).tolist() for name in columns} == {
        name: meant.get(name, nothing).tolist() for name in columns
    }


def test_the_reader_of_feeds_sees_the_total() -> None:
    table = Invrpt().read(write(**RICH).encode("iso-8859-1"), {}, Invrpt.Reading(location="none"))
    assert table.cells["quantity"].tolist() == ["12", "0", "7"]


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ((" ", 1, None, None), "sku", "is empty"),
        (("A\nB", 1, None, None), "sku", "has a character"),
        (("\u20ac", 1, None, None), "sku", "has a character"),
        (("A", 1, "x" * 36, None), "ean", "longer than the 35"),
        (("A", -1, None, None), "quantity", "below 0"),
        (("A", 10**15, None, None), "quantity", "longer than the 15"),
    ],
)
def test_what_it_cannot_carry_is_refused(row: Any, field: str, said: str) -> None:
    with pytest.raises(Unwritable, match=said) as caught:
        write(frame([("OK", 1, None, None), row]), products={"SA": "sku", "EN": "ean"})
    assert caught.value.field == field


def test_capitals_alone_are_level_a() -> None:
    with pytest.raises(Unwritable, match="UNOA"):
        write(frame([("abc", 1, None, None)]), charset="UNOA")
    assert "LIN+1++ABC:SA'" in write(frame([("ABC", 1, None, None)]), charset="UNOA")


def test_nothing_to_say_and_too_high_a_number_are_refused() -> None:
    with pytest.raises(FormatError, match="cannot be empty"):
        write(THREE.iloc[:0])
    with pytest.raises(FormatError, match="fourteen characters"):
        write(number=10**14)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sender": "4012345000009"}, "qualifier and an id"),
        ({"products": {"EN": "ean"}}, "products must name sku"),
        ({"products": {"SA": "sku", "EN": "quantity"}}, "it stands in QTY"),
        ({"products": {"SA": "sku", "MF": "="}}, "a constant has"),
        ({"release": "D01B"}, "D96A"),
        ({"charset": "UNOA", "parties": {"SU": "acme"}}, "not a character of UNOA"),
        ({"lines_per_message": 10000}, "9999"),
    ],
)
def test_what_cannot_be_written_cannot_be_configured(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Invrpt.Writing(**{**PARTIES, **wrong})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("4012345000009:14+", "4012345000008:14+", "sender"),
        ("INVRPT:D:97A", "INVRPT:D:96A", "heading"),
        ("+++++1'", "'", "test"),
        ("QTY+145:12", "QTY+17:12", "a QTY is not of 145"),
        ("145:12:PCE", "145:12:CT", "the unit of a QTY is not PCE"),
        ("LIN+2++B", "LIN+3++B", "LIN does not count"),
        ("INV++1'QTY+145:0:PCE'UNT+19", "QTY+145:0:PCE'UNT+18", "INV stand where"),
        ("Acme:MF'INV++1'QTY+145:12", "Acne:MF'INV++1'QTY+145:12", "MF is not 'Acme'"),
        ("UNT+19", "UNT+20", "counts"),
        ("NAD+WH", "NAD+BY", "heading"),
        ("PIA+1+Acme", "XXX+1+Acme", "is no segment of ours"),
        ("QTY+145:12:PCE'", "QTY+145:12:PCE'INV++1'QTY+145:12:PCE'", "not what was written"),
    ],
)
def test_every_difference_is_said(old: str, new: str, said: str) -> None:
    text = write(**RICH)
    assert old in text
    with pytest.raises(Unreadable) as caught:
        Invrpt().read_back(text.replace(old, new, 1).encode("iso-8859-1"), Invrpt.Writing(**PARTIES, **RICH))
    assert said in str(caught.value)
