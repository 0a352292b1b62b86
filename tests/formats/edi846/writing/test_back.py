"""Reading back: whatever is not as configured is said."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from formats.contract import INT64, TEXT, Envelope
from formats.edi846 import Edi846
from formats.errors import Unreadable
from formats.registry import get

OPTIONS = Edi846.Writing(
    sender="ZZ/ACMEWHSE",
    receiver="01/007909411",
    products={"SK": "sku", "VN": "sku", "UP": "upc", "MF": "=Acme"},
)


def document() -> bytes:
    lines = pd.DataFrame(
        {
            "sku": pd.Series(["A-1", "A-2"], dtype=TEXT),
            "quantity": pd.Series([12, 0], dtype=INT64),
            "upc": pd.Series(["17", None], dtype=TEXT),
        }
    )
    at = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    return Edi846().write(lines, OPTIONS, Envelope(number=7, written_at=at, complete=True))


def test_the_registry_finds_the_format() -> None:
    assert isinstance(get("edi846"), Edi846)
    assert get("edi846").complete


def test_fields_come_back_as_text_without_nulls() -> None:
    found = Edi846().read_back(document(), OPTIONS)
    assert found.to_dict("list") == {
        "sku": ["A-1", "A-2"],
        "upc": ["17", ""],
        "quantity": ["12", "0"],
        "between LIN and QTY": ["", ""],
        "after QTY": ["", ""],
    }
    assert set(found.dtypes) == {TEXT}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("*ZZ*ACMEWHSE ", "*ZZ*ACMEWHS2 ", "sender (ISA05, ISA06) is 'ZZ/ACMEWHS2'"),
        ("*IB*ACMEWHSE*", "*IB*ACMEWHS2*", "sender (GS02)"),
        ("*01*007909411", "*01*007909412", "receiver (ISA07, ISA08)"),
        ("ACMEWHSE*007909411*", "ACMEWHSE*77*", "receiver (GS03)"),
        ("*004010~", "*004030~", "release (GS08)"),
        ("*00401*", "*00403*", "version (ISA12)"),
        ("*0*P*", "*0*T*", "usage (ISA15)"),
        ("GS*IB*", "GS*FA*", "group (GS01)"),
        ("SE*8*", "SE*9*", "SE01"),
        ("CTT*2", "CTT*3", "CTT01"),
        ("VN*A-1", "VN*A-9", "LIN VN is not the sku"),
        ("MF*Acme~QTY*33*12", "MF*Acne~QTY*33*12", "LIN MF is not 'Acme'"),
        ("UP*17", "UP*17*UP*18", "LIN UP does not stand exactly once"),
        ("QTY*33*0*", "QTY*17*0*", "QTY01 is not '33' in every line"),
        ("QTY*33*0*", "QTY*33**", "at least one of QTY02 and QTY04 is needed"),
        ("*0*EA~", "*0*CA~", "QTY03 is not 'EA' in every line"),
    ],
)
def test_every_difference_is_said(old: str, new: str, said: str) -> None:
    text = document().decode()
    assert old in text
    with pytest.raises(Unreadable) as caught:
        Edi846().read_back(text.replace(old, new).encode(), OPTIONS)
    assert said in str(caught.value)
