"""An advice as a document: bytes and a name, read back and compared before anyone relies on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from batch.beside import beside
from batch.config import Cart
from batch.config.file_names import render
from batch.errors import DocumentRefused
from batch.model import take, whole
from batch.settings import options_of
from formats import registry
from formats.contract import Columns, Envelope, Foreseeing, Format
from formats.errors import FormatError, Unreadable
from formats.frames import columns_of


@dataclass(frozen=True, kw_only=True)
class Document:
    """What is going to be delivered: name, bytes and number are one. `sha256`: under which it is kept, "" if it is not."""

    name: str
    data: bytes
    sha256: str
    number: int
    lines: int
    zeros: int


Keep = Callable[[bytes], str]
"""Keeps a document; returns its SHA-256."""


def not_kept(_: bytes) -> str:
    """For documents that nobody sends."""
    return ""


def write_documents(
    lines: pd.DataFrame,
    cart: Cart,
    *,
    number: int,
    now: datetime,
    complete: bool,
    again: bool = False,
    keep: Keep = not_kept,
) -> list[Document]:
    """The documents that carry the advice, numbered from `number` on: one, unless the cart limits their lines.

    `again`: they take the place of documents that were sent before. `keep`: what is done with each, a large one while it is
    being proved: if it is refused, it may be there all the same, and nothing refers to it.

    Raises:
        DocumentRefused: as `write_document`.
    """
    most = options_of(cart).lines_per_document() or len(lines)
    parts = [lines]
    if most < len(lines):
        parts = [take(lines, slice(first, first + most)) for first in range(0, len(lines), most)]
    return [
        write_document(part, cart, number=number + index, now=now, complete=complete, again=again, keep=keep)
        for index, part in enumerate(parts)
    ]


def write_document(
    lines: pd.DataFrame,
    cart: Cart,
    *,
    number: int,
    now: datetime,
    complete: bool,
    again: bool = False,
    keep: Keep = not_kept,
) -> Document:
    """Writes the document and proves that it says what it should.

    `lines`: the advice. `now`: aware; the document carries it in the cart's zone.

    Raises:
        DocumentRefused: a value that the format cannot carry (cart, SKU and field are named), or a document that
            does not read back as it was meant.
    """
    written_at = now.astimezone(cart.timezone)
    style = registry.writer(cart.format)
    where = f"cart {cart.merchant}/{cart.id}"
    envelope = Envelope(number=number, written_at=written_at, complete=complete, again=again)
    try:
        data = style.write(lines, cart.writing, envelope)
        with beside(partial(keep, data), len(lines)) as kept:
            difference = difference_in(data, lines, style, cart.writing, envelope)
            sha256 = "" if difference else kept()
    except Unreadable as error:
        raise DocumentRefused(
            f"{where}: the document that was written cannot be read back: {error}"
        ) from error
    except FormatError as error:
        raise DocumentRefused(f"{where}: {error}; nothing was sent to this cart") from error
    if difference:
        raise DocumentRefused(
            f"{where}: the document does not say what it should: {difference}; nothing was sent"
        )
    name = render(cart.file_name, merchant=cart.merchant, cart=cart.id, at=written_at, number=number)
    return Document(
        name=name,
        data=data,
        sha256=sha256,
        number=number,
        lines=len(lines),
        zeros=int((whole(lines["quantity"]) == 0).sum()),
    )


def difference_in(data: bytes, lines: pd.DataFrame, style: Format, options: Any, envelope: Envelope) -> str:
    """The first place where a document of these lines does not say what it should; "" if there is none.

    It is read back, unless it is plain without that.

    Raises:
        Unreadable: it cannot be read back.
        Unwritable: as `Format.write`.
    """
    if isinstance(style, Foreseeing) and style.plainly_says(data, lines, options, envelope):
        return ""
    meant = style.meant(lines, options, envelope)
    return first_difference(meant, style.read_back(data, options))


def first_difference(meant: Columns, found: pd.DataFrame) -> str:
    """The first place where a document read back is not what was meant; "" if there is none.

    `found`: TEXT columns of the same names as `meant` has, in any order. A null that was meant reads as "".
    """
    rows, its = len(next(iter(meant.values()))), columns_of(found)
    if rows != len(found):
        return f"{rows} lines were meant, {len(found)} are in it"
    for field in dict.fromkeys([*meant, *its]):
        if field in meant and field in its and its[field].equals(_chunked(meant[field])):
            continue
        wanted, got = (_texts(columns.get(field), rows) for columns in (meant, its))
        if wanted.equals(got):
            continue
        row = pc.index(pc.not_equal(wanted, got), True).as_py()
        where = f"SKU {meant['sku'][row].as_py()!r}" if "sku" in meant else f"line {row + 1}"
        return f"{where}, field {field}: {wanted[row].as_py()!r} was meant, {got[row].as_py()!r} is in it"
    return ""


def _texts(column: Any, rows: int) -> pa.ChunkedArray:
    """A column as text; one that is not there is empty throughout."""
    if column is None:
        return pa.chunked_array([pa.repeat("", rows)])
    text = column if column.type == pa.string() else column.cast(pa.string())
    return _chunked(pc.fill_null(text, "") if text.null_count else text)


def _chunked(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
