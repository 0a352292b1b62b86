"""Whether a document of ours is what X12 demands: order, elements, syntax notes, counts, characters.

The reader is tolerant of what others send; this is not. It runs over every document before it is staged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from formats.edi846.reading.document import Document
from formats.x12.codes import code
from formats.x12.dictionary import NOTES, Element, elements_of
from formats.x12.dictionary.faults import PADDED, wrong_with
from formats.x12.place import shown, unreadable
from formats.x12.segments import Flags, Ints, Segments, Spans

# One letter for each segment, and the order in which they may stand (ASC X12, table of the 846).
_LETTERS = {
    "ISA": "I", "GS": "G", "ST": "T", "BIA": "B", "CUR": "C", "DTM": "D", "REF": "R", "PER": "P", "MEA": "M",
    "N1": "1", "N2": "2", "N3": "3", "N4": "4", "LIN": "L", "PID": "p", "PKG": "k", "CTP": "c", "SDQ": "s", "QTY": "Q",
    "UIT": "u", "LDT": "l", "SCH": "h", "LS": "[", "LE": "]", "CTT": "X", "SE": "E", "GE": "g", "IEA": "i",
}  # fmt: skip

_PARTY = b"(?:1 2{0,2}+ 3{0,2}+ 4?+ R{0,12}+ P{0,3}+)"
_ORDER = re.compile(
    b"""
    I G (?: T B C?+ D{0,10}+ R{0,12}+ P{0,3}+ M{0,20}+ %b{0,5}+
        (?: L p{0,200}+ M{0,40}+ k{0,25}+ D{0,10}+ c{0,25}+ C?+ R*+ P{0,3}+ s{0,500}+ u{0,5}+ l{0,12}+
            (?: Q u{0,12}+ M{0,25}+ l{0,12}+ D{0,10}+ h{0,25}+ (?: \\[ (?: R D*+ )++ \\] )?+ ){0,99}+
            %b{0,200}+
        ){1,10000}+
    X?+ E )++ g i
    """.replace(b"%b", _PARTY),
    re.VERBOSE,
)
_NAMES = {letter: name for name, letter in _LETTERS.items()}
_BY_CODE = np.full(1 << 18, ord("?"), dtype=np.uint8)
for _name, _letter in _LETTERS.items():
    _BY_CODE[code(_name)] = ord(_letter)

_LIMITS = (("SCH", 25), ("SDQ", 500))


def check_document(document: Document, release: str, usable: str) -> None:
    """Checks a document of one interchange with one group of 846 sets.

    `usable`: the characters that values may have.

    Raises:
        Unreadable: the first thing that is wrong, with its place.
    """
    segments = document.segments
    _check_characters(segments, usable)
    _check_order(segments)
    for name in _LETTERS:
        rows = segments.rows(name)
        if len(rows):
            _check_segments(segments, rows, name, release)
    _check_loops(segments)
    _check_counts(document)
    _check_set_numbers(document)


def _check_characters(segments: Segments, usable: str) -> None:
    allowed = np.zeros(256, dtype=np.bool_)
    allowed[list((usable + segments.delimiters.in_force() + "\n").encode())] = True
    stray = np.flatnonzero(~allowed[segments.bytes])
    for at in stray[:1].tolist():
        row = max(int(np.searchsorted(segments.starts, at, side="right")) - 1, 0)
        raise unreadable(
            segments.place(row),
            found=shown(chr(segments.data[at])),
            expected="characters that the partner takes",
        )


def _check_order(segments: Segments) -> None:
    letters = _BY_CODE[segments.names]
    lower = segments.bytes[segments.starts] >= ord("a")
    letters[lower] = ord("?")
    text = letters.tobytes()
    found = _ORDER.match(text)
    if found is not None and found.end() == len(text):
        return
    row = _first_out_of_order(text)
    raise unreadable(
        segments.place(row),
        found=f"{shown(segments.text(row, 0))} after {segments.text(row - 1, 0) or 'nothing'}"
        if row
        else "no ISA",
        expected="the order of an 846, no segment more often than it may stand",
    )


def _first_out_of_order(text: bytes) -> int:
    """The first segment that cannot follow those before it: the longest beginning that can be completed."""
    least, most = 0, len(text)
    while most - least > 1:
        middle = (least + most) // 2
        if _begins(text[:middle]):
            least = middle
        else:
            most = middle
    return least


def _begins(text: bytes) -> bool:
    """Whether a beginning may be that of a document: a few endings are tried."""
    endings = (b"", b"i", b"gi", b"Egi", b"LEgi", b"BLEgi", b"R]Egi", b"]Egi", b"TBLEgi", b"GTBLEgi")
    return any(_ORDER.fullmatch(text + end) is not None for end in endings)


def _check_segments(segments: Segments, rows: Ints, name: str, release: str) -> None:
    elements = elements_of(name, release)
    counts = segments.counts(rows)
    _refuse(segments, rows[counts > len(elements)], f"at most {len(elements)} elements", len(elements) + 1)
    spans = [
        segments.elements(rows, number) for number in range(1, min(int(counts.max()), len(elements)) + 1)
    ]
    present = [span.lengths > 0 for span in spans]
    _check_ends(segments, rows, counts, present, name)
    for number, one in enumerate(elements, start=1):
        if number > len(spans):
            if one.required:
                _refuse(segments, rows, "an element that must be there", number)
            break
        if one.required:
            _refuse(segments, rows[~present[number - 1]], "an element that must be there", number)
        _check_element(segments, rows, number, spans[number - 1], one)
    for note in NOTES.get(name, ()):
        broken = _broken(note.kind, [_there(present, number, len(rows)) for number in note.elements])
        _refuse(segments, rows[broken], note.in_words(name))


def _check_ends(segments: Segments, rows: Ints, counts: Ints, present: list[Flags], name: str) -> None:
    """No separator stands before the terminator without an element between them; no segment is empty."""
    if name == "ISA":
        return
    _refuse(segments, rows[counts == 0], "elements")
    for number, there in enumerate(present, start=1):
        _refuse(segments, rows[(counts == number) & ~there], "no separator before the terminator", number)


def _there(present: list[Flags], number: int, count: int) -> Flags:
    return present[number - 1] if number <= len(present) else np.zeros(count, dtype=np.bool_)


def _broken(kind: str, there: list[Flags]) -> Flags:
    """`Note.broken` for whole columns."""
    stacked = np.vstack(there)
    every, some = stacked.all(axis=0), stacked.any(axis=0)
    broken: Flags = {
        "P": some & ~every,
        "R": ~some,
        "E": stacked.sum(axis=0) > 1,
        "C": stacked[0] & ~every,
        "L": stacked[0] & ~stacked[1:].any(axis=0),
    }[kind]
    return broken


def _check_element(segments: Segments, rows: Ints, number: int, span: Spans, one: Element) -> None:
    """Of text only the length is judged, of anything else each distinct value; numbers by their form as well."""
    lengths = span.lengths
    if one.kind == "AN" and not one.codes:
        wrong = (lengths > 0) & ((lengths < one.least) | (lengths > one.most))
        _refuse(segments, rows[wrong], f"{one.least} to {one.most} characters", number)
        return
    if one.kind == "C":
        component = (segments.delimiters.component or "\0").encode()
        inside = segments.bytes[np.minimum(span.start + one.most, len(segments.data) - 1)]
        wrong = (lengths > one.most) & (inside != component[0]) | ((lengths > 0) & (lengths < one.least))
        _refuse(segments, rows[wrong], f"{one.least} to {one.most} characters", number)
        return
    for value, reason in _wrong_values(
        segments, span, one, padded=segments.place(int(rows[0]), number).element in PADDED
    ):
        texts = segments.texts(span)
        row = int(rows[pc.index(texts, value).as_py()])
        raise unreadable(
            segments.place(row, number), found=shown(value), expected=f"a value that {_not(reason)}"
        )


def _not(reason: str) -> str:
    """`is not a date` → `is a date`; `has 5 characters, not 3` stays what it is, said of the value found."""
    return reason.replace("is not", "is", 1) if reason.startswith("is not") else f"is lawful: it {reason}"


def _wrong_values(
    segments: Segments, span: Spans, one: Element, *, padded: bool
) -> Iterator[tuple[str, str]]:
    if one.kind in {"R", "N0"} and _plain_numbers(segments, span, one):
        return
    for value in segments.texts(span).unique().drop_null().to_pylist():
        if reason := wrong_with(value, one, padded=padded):
            yield value, reason
            return


def _plain_numbers(segments: Segments, span: Spans, one: Element) -> bool:
    """Whether all are digits without a leading zero and short enough: the usual case, judged without making text."""
    lengths = span.lengths
    if not len(lengths) or int(lengths.max()) > one.most:
        return False
    first = segments.bytes[np.minimum(span.start, len(segments.data) - 1)]
    if (((first == ord("0")) & (lengths > 1)) | (lengths < one.least)).any():
        return False
    for place in range(int(lengths.max())):
        digit = segments.bytes[np.minimum(span.start + place, len(segments.data) - 1)]
        if ((lengths > place) & ((digit < ord("0")) | (digit > ord("9")))).any():
            return False
    return True


def _refuse(segments: Segments, rows: Ints, expected: str, number: int = 0) -> None:
    for row in rows[:1].tolist():
        found = shown(segments.text(row, number)) if number else f"a {segments.text(row, 0)} without that"
        raise unreadable(segments.place(row, number), found=found, expected=expected)


def _check_loops(segments: Segments) -> None:
    """LE closes what LS opened."""
    opened, closed = segments.rows("LS"), segments.rows("LE")
    same = segments.texts(segments.elements(opened, 1)).equals(segments.texts(segments.elements(closed, 1)))
    if not same:
        raise unreadable(
            segments.place(int(closed[0])), found="an LE of another loop", expected="the LS01 of its LS"
        )


def _check_counts(document: Document) -> None:
    """CTT02, the sum of QTY02; CTT01 and the other counts are checked as the document is opened."""
    segments = document.segments
    for one in document.sets:
        total = one.last - 1
        if segments.text(total, 0) != "CTT" or not (stated := segments.text(total, 2)):
            continue
        mine = document.quantities[
            np.searchsorted(document.quantities, one.first) : np.searchsorted(document.quantities, one.last)
        ]
        owners = document.owner[np.searchsorted(document.quantities, mine)]
        first = mine[np.flatnonzero(np.diff(owners, prepend=-1))]
        column = segments.texts(segments.elements(first, 2)).cast("int64", safe=True)
        if str(pc.sum(column).as_py()) != stated:
            raise unreadable(
                segments.place(total, 2), found=shown(stated), expected="the sum of the quantities"
            )


def _check_set_numbers(document: Document) -> None:
    seen: set[str] = set()
    for one in document.sets:
        if one.number in seen:
            raise unreadable(
                document.segments.place(one.first, 2),
                found=shown(one.number),
                expected="a number not used before",
            )
        seen.add(one.number)
