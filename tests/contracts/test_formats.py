"""What every format promises: whatever it writes it reads back, and nothing but a FormatError leaves it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.model import frame
from formats import registry
from formats.contract import INT64, TEXT, Envelope
from formats.errors import FormatError, UnknownFormat, Unreadable, Unwritable
from formats.frames import arrow

NAMES = tuple(filter(registry.writes, registry.FORMATS))
OPTIONS: dict[str, dict[str, Any]] = {
    "csv": {"columns": {"SKU": "sku", "Qty": "quantity", "Title": "title"}},
    "xml": {"fields": {"sku": "sku", "quantity": "quantity", "title": "title"}},
    "invrpt": {"sender": "14/1", "receiver": "14/2", "products": {"SA": "sku", "IN": "title"}},
    "edi846": {"sender": "ZZ/AA", "receiver": "ZZ/BB", "products": {"SK": "sku", "VN": "title"}},
}
CARRIED = {
    "csv": st.characters(exclude_characters="\x00", exclude_categories=["Cs"]),
    "xml": st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    "invrpt": st.characters(min_codepoint=32, max_codepoint=126),
    "edi846": st.sampled_from("ABCXYZabcxyz0123456789 -_/.,;:()'&%$#@!?=+"),
}
ENVELOPE = Envelope(number=7, written_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC), complete=True)


def lines_of(rows: list[tuple[str, int, str]]) -> pd.DataFrame:
    skus, quantities, titles = zip(*rows, strict=True)
    schema = {"sku": TEXT, "quantity": INT64, "as_of": TEXT, "merchant": TEXT, "cart": TEXT}
    return frame(
        schema,
        {
            "sku": pa.array(skus),
            "quantity": pa.array(quantities, pa.int64()),
            "as_of": "2026-11-20T09:00:00Z",
            "merchant": "acme",
            "cart": "front",
            "title": pa.array(titles),
        },
    )


def written(name: str, lines: pd.DataFrame) -> tuple[bytes, Any]:
    form = registry.get(name)
    options = form.Writing(**OPTIONS[name])
    return form.write(lines, options, ENVELOPE), options


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60)
@given(data=st.data())
def test_what_is_written_reads_back_field_by_field(name: str, data: st.DataObject) -> None:
    text = st.text(CARRIED[name], min_size=1, max_size=12).filter(str.strip)
    rows = data.draw(st.lists(st.tuples(text, st.integers(0, 10**12 - 1), text), min_size=1, max_size=6))
    document, options = written(name, lines_of(rows))
    back = registry.get(name).read_back(document, options)
    assert list(
        zip(*(arrow(back[field]).to_pylist() for field in ("sku", "quantity", "title")), strict=True)
    ) == [(sku, str(quantity), title) for sku, quantity, title in rows]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_lines_give_the_same_bytes(name: str) -> None:
    lines = lines_of([("A-1", 5, "Lamp"), ("B-2", 0, "Chair")])
    assert written(name, lines)[0] == written(name, lines)[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_fields_of_a_cart_are_those_it_writes(name: str) -> None:
    _, options = written(name, lines_of([("A-1", 5, "Lamp")]))
    assert set(registry.get(name).fields(options)) == {"sku", "quantity", "title"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("csv", "a\x00b"),
        ("xml", "a\x07b"),
        ("edi846", "a*b"),
        ("edi846", "a~b"),
        ("invrpt", "a\nb"),
        ("invrpt", "\u20ac"),
        ("edi846", "caf\u00e9"),
    ],
)
def test_a_value_that_cannot_be_carried_is_refused_with_its_sku_and_field(name: str, value: str) -> None:
    with pytest.raises(Unwritable) as error:
        written(name, lines_of([("A-1", 5, "Lamp"), ("B-2", 5, value)]))
    assert (error.value.sku, error.value.field, error.value.value) == ("B-2", "title", value)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_sku_is_never_written(name: str) -> None:
    with pytest.raises(Unwritable):
        written(name, lines_of([("", 5, "Lamp")]))


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file_is_unreadable_and_says_so(name: str) -> None:
    form = registry.get(name)
    reading = form.Reading(record="item") if name == "xml" else form.Reading()
    with pytest.raises(Unreadable, match="empty"):
        form.read(b"", {"sku": "sku", "quantity": "qty"}, reading)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_document_is_read_or_refused_and_no_row_is_lost(name: str, data: st.DataObject) -> None:
    document, _ = written(name, lines_of([(f"S-{number}", number, "Lamp") for number in range(5)]))
    at = data.draw(st.integers(0, len(document)))
    damage = data.draw(st.binary(max_size=4))
    damaged = document[:at] + damage + document[at + data.draw(st.integers(0, 9)) :]
    form = registry.get(name)
    fields = {
        "csv": {"sku": "SKU", "quantity": "Qty"},
        "xml": {"sku": "sku", "quantity": "quantity"},
        "edi846": {},
        "invrpt": {},
    }
    reading = form.Reading(record="item") if name == "xml" else form.Reading()
    try:
        table = form.read(damaged, fields[name], reading)
    except FormatError:
        return
    assert len(table.cells) == len(table.lines)


def test_an_unknown_format_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match="edi846"):
        registry.get("edi864")


@pytest.mark.parametrize("name", registry.FORMATS)
def test_the_registry_says_of_a_format_what_the_format_itself_says(name: str) -> None:
    form, said = registry.get(name), registry.FORMATS[name]
    assert (form.name, form.feeds, hasattr(form, "write")) == (name, said.feeds, said.writes)


def test_an_unknown_format_is_neither_read_nor_written_but_answered() -> None:
    for ask in (registry.writer, registry.writes, lambda name: registry.reads(name, "orders")):
        with pytest.raises(UnknownFormat, match="edi846"):
            ask("edi864")
