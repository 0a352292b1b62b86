"""Whether a document plainly says what was meant: it is read where its values must stand if it does.

The first loop of each kind is cut out of the document, and what is not a value in it must stand in every other loop of
that kind as well, byte for byte; between it, the values that were meant. Where a loop begins follows from the lengths of those
before it, so nothing has to be looked for. A document of the cut out loops alone is left to the careful reader, who
must find in it what was meant. So each byte is either compared, or judged by that reader. Whatever is not plain is no
statement about the document: it is to be read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa

from formats.alike import LONGEST, MOST_KINDS, Ints, Octets, UnlikeError
from formats.contract import QUANTITY_IN, Columns, Envelope
from formats.edi846.writing.alike import SMALLEST, SMALLEST_SET, check_delimiters
from formats.edi846.writing.back import meant_of
from formats.edi846.writing.careful import read_carefully
from formats.edi846.writing.convert import converted
from formats.edi846.writing.looped import LARGEST_SET, LoopReader
from formats.edi846.writing.options import Writing
from formats.edi846.writing.reduced import Counts, reduced_set, segments_in
from formats.edi846.writing.skeleton import NUMBER, PRODUCT, Learner
from formats.edi846.writing.stand import Expected, Group, Kind, Texts, numbers
from formats.edi846.writing.templates import NOW, QUANTITY, Template
from formats.edi846.writing.templates import NUMBER as DOCUMENT_NUMBER
from formats.edi846.writing.values import Values, values_of
from formats.errors import FormatError
from formats.x12.dictionary import element

MOST_PARTIAL = 62
"""Slots that loops may or may not have, a bit of a number for each."""


def plainly_says(
    document: bytes,
    lines: pd.DataFrame,
    options: Writing,
    envelope: Envelope,
    *,
    smallest: int = SMALLEST,
    smallest_set: int = SMALLEST_SET,
) -> bool:
    """Whether the document is one of these lines, and that is plain. If not, it is to be read, and compared.

    Raises:
        Unwritable: as `write`.
    """
    sets = -(-len(lines) // options.lines_per_set)
    if not max(smallest, sets * smallest_set) <= len(document) < LARGEST_SET or not _is_foreseeable(options):
        return False
    foreseen = _Foreseen(document=document, values=values_of(lines, options, envelope), options=options)
    try:
        check_delimiters(document, options)
        judged = read_carefully(foreseen.reduced(), options)
    except (UnlikeError, FormatError, UnicodeDecodeError):
        return False
    return _agree(judged, meant_of(foreseen.sampled(), options))


def _agree(found: Mapping[str, pa.StringArray], meant: Columns) -> bool:
    """Whether all columns are the same; a warehouse where nothing is kept has none in a document."""
    nothing = pa.repeat("", len(found[QUANTITY]))
    return found.keys() <= meant.keys() and all(
        pa.chunked_array([found.get(name, nothing)]).equals(column.cast(pa.string()).fill_null(""))
        for name, column in meant.items()
    )


def _is_foreseeable(options: Writing) -> bool:
    """Whether loops differ in the product, the quantities, and where these are, alone."""
    return options.location.form in ("none", "sdq") and all(
        map(_is_constant, (*options.item, *options.after_quantity))
    )


def _is_constant(template: Template) -> bool:
    return template.when is None and set(template.fields()) <= {NOW, DOCUMENT_NUMBER}


@dataclass(frozen=True, kw_only=True)
class _Foreseen:
    """The document beside the values that it must say. `samples`: the lines whose loops have been cut out of it."""

    document: bytes
    values: Values
    options: Writing
    samples: list[int] = field(default_factory=list)
    _kinds: dict[int, Kind] = field(default_factory=dict)

    def reduced(self) -> bytes:
        """The document with the samples alone, at least one for each set, if all other loops are what they must be.

        Raises:
            UnlikeError: they are not, or a count is wrong, or it is not plain.
        """
        begin = at = self.document.find(self._reader.opening("ST"))
        sets = []
        for first in range(0, len(self.values), self.options.lines_per_set):
            one, at = self._set(first, min(self.options.lines_per_set, len(self.values) - first), at)
            sets.append(one)
        return b"".join([self.document[:begin], *sets, self.document[at:]])

    def sampled(self) -> Values:
        """The values of the samples."""
        return self.values.at(self.samples)

    def _set(self, first: int, count: int, at: int) -> tuple[bytes, int]:
        """The set that begins at that place and must have these lines, with its samples alone; and where it ends."""
        reader = self._reader
        begin = self.document.find(reader.opening("LIN"), at)
        if at < 0 or begin < 0 or not self.document.startswith(reader.opening("ST"), at):
            raise UnlikeError
        groups, starts, new = self._laid_out(first, count, begin)
        close = int(starts[-1])
        if close > len(self.document):
            raise UnlikeError
        for group in groups:
            group.check(self._octets, starts)
        stop = reader.end(self.document, at, close - at)
        around = self.document[at:begin], self.document[close:stop]
        samples = sorted({0, *new})
        self.samples.extend(first + row for row in samples)
        quantities = self.values.quantity.slice(first, count)
        segments = sum(
            (count if group.rows is None else len(group.rows)) * segments_in(group.kind.sample, self.options)
            for group in groups
        )
        whole = Counts(
            segments=segments + sum(segments_in(part, self.options) for part in around), quantities=quantities
        )
        loops = [self.document[starts[row] : starts[row + 1]] for row in samples]
        return reduced_set(self.options, loops, around, whole, quantities.take(pa.array(samples))), stop

    def _laid_out(self, first: int, count: int, begin: int) -> tuple[list[Group], Ints, list[int]]:
        """The lines of a set by kind; where each loop must begin, and the last one end; the first lines of new kinds."""
        groups, new = [], []
        lengths = np.zeros(count, dtype=np.int64)
        for code, rows in self._by_kind(first, count):
            leader = 0 if rows is None else int(rows[0])
            if code not in self._kinds:
                self._kinds[code] = self._learned(code, begin + int(lengths[:leader].sum()))
                new.append(leader)
            kind = self._kinds[code]
            values = {slot: self._expected[slot].part(first, count) for slot in kind.slots if slot != NUMBER}
            if NUMBER in kind.slots:
                values[NUMBER] = self._counting.part(0, count)
            if rows is not None:
                values = {slot: value.rows(rows) for slot, value in values.items()}
            group = Group(kind=kind, rows=rows, values=values)
            lengths[slice(None) if rows is None else rows] = group.lengths(
                count if rows is None else len(rows)
            )
            groups.append(group)
        return groups, begin + np.append(0, np.cumsum(lengths)), new

    def _by_kind(self, first: int, count: int) -> Iterator[tuple[int, Ints | None]]:
        """The code of each kind that a set has, in order of first appearance, and its lines; None for all."""
        if not len(self._codes):
            yield 0, None
            return
        codes = self._codes[first : first + count]
        found, leaders = np.unique(codes, return_index=True)
        for code in found[np.argsort(leaders)].tolist():
            yield code, np.flatnonzero(codes == code) if len(found) > 1 else None

    def _learned(self, code: int, start: int) -> Kind:
        """The kind of the loop that begins there, in which the values must stand that a line of that code has."""
        reader = self._reader
        stops = [
            self.document.find(reader.opening(name), start + 1, start + LONGEST)
            for name in ("LIN", "CTT", "SE")
        ]
        if len(self._kinds) == MOST_KINDS or max(stops) < 0:
            raise UnlikeError
        sample = self.document[start : min(stop for stop in stops if stop >= 0)]
        absent = {name for bit, name in enumerate(self._partial) if not code >> bit & 1}
        slots = {name for name in self._expected if name not in absent}
        fixed, found = Learner(options=self.options).parts(
            sample, slots | {NUMBER} if self.options.line_number else slots
        )
        return Kind(sample=sample, fixed=fixed, slots=found)

    @cached_property
    def _reader(self) -> LoopReader:
        return LoopReader(options=self.options)

    @cached_property
    def _octets(self) -> Octets:
        return np.frombuffer(self.document, np.uint8)

    @cached_property
    def _columns(self) -> dict[str, pa.StringArray | pa.Int64Array]:
        """The values by slot, null where a loop must not have one."""
        values, shape = self.values, element("LIN03", self.options.release)
        products = {
            name: converted(values.fields[name], shape, name, values.skus)
            for name in self.options.columns().values()
        }
        return {
            **{PRODUCT + qualifier: products[name] for qualifier, name in self.options.columns().items()},
            **{QUANTITY_IN + name: column for name, column in values.places.items()},
            QUANTITY: values.quantity,
        }

    @cached_property
    def _expected(self) -> dict[str, Expected]:
        return {
            name: numbers(column) if pa.types.is_integer(column.type) else Texts(texts=column)
            for name, column in self._columns.items()
        }

    @cached_property
    def _counting(self) -> Expected:
        most = min(self.options.lines_per_set, len(self.values))
        return Texts(texts=pa.array(np.arange(1, most + 1)).cast(pa.string()))

    @cached_property
    def _partial(self) -> tuple[str, ...]:
        """The slots that some loops must not have."""
        return tuple(name for name, column in self._columns.items() if column.null_count)

    @cached_property
    def _codes(self) -> Ints:
        """For each line a bit for each of these slots, set where its loop must have it; none if all have every slot."""
        if len(self._partial) > MOST_PARTIAL:
            raise UnlikeError
        codes = np.zeros(len(self.values) if self._partial else 0, dtype=np.int64)
        for bit, name in enumerate(self._partial):
            codes |= self._columns[name].is_valid().to_numpy(zero_copy_only=False).astype(np.int64) << bit
        return codes
