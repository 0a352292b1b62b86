"""Coding text in any order by its bytes, eight at a time.

All texts are put into a table at once, by their hashes. Where several want one place, the first one has it; those that are
the same text are done then, and the others go on to another table. A few such rounds are arithmetic on whole columns, and
take half of what a hash table takes that is asked for one text after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ids = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int32]

WORD = 8
MOST_WORDS = 4
"""Texts of up to 32 bytes are looked at; whoever names products by longer ones waits longer."""

PIECE = 1 << 16
MOST_ROUNDS = 32
MOST_ROWS, MOST_BYTES = 1 << 30, 1 << 31
MOST_BITS, FEWEST_BITS = 26, 8
"""Of the places in a table: about two for each text."""

# 2 ** 64 divided by the golden ratio: odd, and its bits well mixed
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_KEPT = np.array([(1 << WORD * size) - 1 for size in range(WORD + 1)], dtype=np.uint64)
"""Number of bytes → which bits of a word they are."""


def code(columns: Sequence[pa.ChunkedArray]) -> tuple[pa.Array, list[Ids]] | None:
    """Codes of text columns; None where `first_of_each` gives none.

    Returns: the distinct texts in the order in which they come first, which codes are the positions in; and per column a
    code for each row.
    """
    texts = _together(columns)
    first = _first_of_each(texts)
    if first is None:
        return None
    is_first = first == np.arange(len(first), dtype=np.int32)
    codes = np.cumsum(is_first, dtype=np.int64)
    codes -= 1
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return texts.filter(pa.array(is_first)).combine_chunks(), list(np.split(codes.take(first), ends))


def first_of_each(columns: Sequence[pa.ChunkedArray]) -> Rows | None:
    """For each row of the columns, one column after the other, the first row that has the same text.

    None where a text is null, longer than is looked at or has a zero byte, and where texts were chosen to collide.
    """
    return _first_of_each(_together(columns))


def _together(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """The columns as one, not copied."""
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())


def _first_of_each(texts: pa.ChunkedArray) -> Rows | None:
    if texts.null_count or not 0 < len(texts) <= MOST_ROWS or texts.nbytes > MOST_BYTES:
        return None
    words = _words(texts)
    return None if words is None else _first_of_same(words)


def _words(texts: pa.ChunkedArray) -> list[Words] | None:
    """The bytes of each text as numbers: so many as the longest one needs, the rest of a shorter one being zeroes."""
    pieces = [piece for chunk in texts.chunks for piece in _pieces(chunk)]
    count = max(-(-max(int(np.diff(ends).max()) for ends, _ in pieces) // WORD), 1)
    if count > MOST_WORDS or not all(cells.all() for _, cells in pieces):
        return None
    words, row = [np.empty(len(texts), dtype=np.uint64) for _ in range(count)], 0
    for ends, cells in pieces:
        padded = np.concatenate([cells, np.zeros(WORD * count, np.uint8)])
        word_at = np.ndarray(len(padded) - WORD + 1, "<u8", padded, strides=(1,))
        rows = slice(row, row + len(ends) - 1)
        for number, word in enumerate(words):
            word[rows] = _word(word_at, ends, WORD * number)
        row = rows.stop
    return words


def _pieces(texts: pa.StringArray) -> Iterator[tuple[Rows, npt.NDArray[np.uint8]]]:
    """Texts a few at a time, which stay near the processor: where each begins and the last one ends, and their bytes."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets or b"", np.int32)[texts.offset :]
    for start in range(0, len(texts), PIECE):
        own = ends[start : min(start + PIECE, len(texts)) + 1]
        yield own - own[0], np.frombuffer(data or b"", np.uint8)[own[0] : own[-1]]


def _word(word_at: npt.NDArray[np.uint64], ends: Rows, at: int) -> Words:
    """Of each text the word that begins at a byte of it."""
    left = np.clip(np.diff(ends) - at, 0, WORD)
    return np.asarray(word_at[ends[:-1].astype(np.int64) + at] & _KEPT[left], dtype=np.uint64)


def _first_of_same(words: Sequence[Words]) -> Rows | None:
    """For each row the first one with the same words; None if it does not come to an end."""
    rows, hashes = np.arange(len(words[0]), dtype=np.int32), _hashed(words)
    first = np.empty_like(rows)
    for _ in range(MOST_ROUNDS):
        found = _first_in_place(rows, hashes)
        same = np.ones(len(rows), dtype=bool)
        for word in words:
            same &= word.take(found) == (word if len(rows) == len(word) else word.take(rows))
        first[rows[same]] = found[same]
        rows, hashes = rows[~same], hashes[~same] * _MULTIPLIER
        if not len(rows):
            return first
    return None


def _hashed(words: Sequence[Words]) -> Words:
    hashes = np.zeros(len(words[0]), dtype=np.uint64)
    for word in words:
        hashes = (hashes ^ word) * _MULTIPLIER
        hashes ^= hashes >> _HALF
    return hashes * _MULTIPLIER


def _first_in_place(rows: Rows, hashes: Words) -> Rows:
    """For each of the rows, which go up, the first one among them that has its place."""
    bits = min(max((2 * len(rows)).bit_length(), FEWEST_BITS), MOST_BITS)
    table, first = np.empty(1 << bits, dtype=np.int32), np.empty_like(rows)
    pieces = [slice(start, start + PIECE) for start in range(0, len(rows), PIECE)]
    for piece in reversed(pieces):
        table[_places(hashes[piece], bits)[::-1]] = rows[piece][::-1]  # of several the last one written stays
    for piece in pieces:
        first[piece] = table[_places(hashes[piece], bits)]
    return first


def _places(hashes: Words, bits: int) -> Ids:
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)
