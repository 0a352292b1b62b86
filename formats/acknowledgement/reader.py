"""Reading acknowledgements: 997 and 999 sets, TA1 segments.

A wrong control number or count in a trailer changes nothing of what is said, so it is tolerated with a warning,
other than in a file of inventory; a set or file that is cut off is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from formats.acknowledgement.codes import (
    ELEMENT,
    GROUP,
    INTERCHANGE,
    SECURITY,
    SEGMENT,
    SET,
    VERDICTS,
    in_words,
)
from formats.acknowledgement.values import Acknowledgements, GroupVerdict, SegmentError, SetVerdict, Verdict
from formats.errors import Unreadable
from formats.x12.envelopes import same_number
from formats.x12.order import ISA_ELEMENTS
from formats.x12.place import few, shown, unreadable
from formats.x12.segments import Segments
from formats.x12.split import split_segments

KINDS = ("997", "999")
ACKNOWLEDGEMENTS = "FA"
TRAILERS = ("GS", "GE", "IEA")
HEADERS = {"GS": 6, "ISA": 13}
"""Segment → the element with its control number."""
OPENED_BY = {"GE": "GS", "IEA": "ISA"}
LONGEST_NUMBER = 9


@dataclass(kw_only=True)
class _Reading:
    """Where in a file the reading is."""

    segments: Segments
    sender: str = ""
    receiver: str = ""
    kind: str | None = None  # ST01 of the set that is open
    opened: int = 0  # the row of its ST
    group: GroupVerdict | None = None  # of the AK1 that is open
    one: SetVerdict | None = None  # of the AK2 that is open
    where: SegmentError | None = None  # of the AK3 that is open
    closed: bool = False  # AK9 has been read
    unjudged: list[str] = field(default_factory=list)  # ST02 of sets without an AK5
    numbers: dict[str, str] = field(default_factory=dict)  # of the GS and ISA that are open
    others: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)


def read_acknowledgements(data: bytes) -> Acknowledgements:
    """Reads all groups and interchanges that a file speaks of.

    Raises:
        Unreadable: not X12, cut off, without any acknowledgement, or one that does not say what it is about.
    """
    segments = split_segments(data)
    reading = _Reading(segments=segments)
    groups = [group for row in range(len(segments)) for group in _read(reading, row)]
    if (
        reading.kind is not None
        or segments.text(len(segments) - 1, 0).upper() != "IEA"
        or segments.tail[:3] == b"ISA"
    ):
        raise unreadable(
            segments.place(len(segments) - 1),
            found="the end of the file after this segment",
            expected="the rest of the interchange, down to IEA; the file is truncated, ask for it again",
        )
    if not groups:
        others = ", ".join(dict.fromkeys(shown(other) for other in reading.others)) or "none"
        raise Unreadable(f"there is no 997, 999 or TA1 in this file; the sets found are: {others}")
    passed = [f"{len(reading.others)} other sets were passed over"] if reading.others else []
    return Acknowledgements(groups=tuple(groups), warnings=(*segments.warnings, *few(reading.odd), *passed))


def _read(reading: _Reading, row: int) -> Iterator[GroupVerdict]:
    """Takes one segment; gives what it completes."""
    name = reading.segments.text(row, 0).upper()
    if name == "ISA":
        _open_interchange(reading, row)
    elif name == "TA1":
        yield _interchange(reading, row)
    elif name == "ST":
        _open_set(reading, row)
    elif name == "SE" and reading.kind is not None:
        _close_set(reading, row)
    elif name in TRAILERS and reading.kind is not None:
        raise unreadable(
            reading.segments.place(row),
            found=f"{name} inside a {reading.kind}",
            expected="SE; the set is cut off",
        )
    elif reading.kind in KINDS:
        yield from _inside(reading, row, name)
    _compare(reading, row, name)


def _open_interchange(reading: _Reading, row: int) -> None:
    if reading.segments.last[row] - reading.segments.first[row] < ISA_ELEMENTS:
        raise unreadable(reading.segments.place(row), found="a short ISA", expected="16 elements")
    elements = [reading.segments.text(row, number).strip() for number in range(ISA_ELEMENTS + 1)]
    reading.sender, reading.receiver = f"{elements[5]}/{elements[6]}", f"{elements[7]}/{elements[8]}"


def _open_set(reading: _Reading, row: int) -> None:
    if reading.kind is not None:
        raise unreadable(
            reading.segments.place(row),
            found=f"ST inside a {reading.kind}",
            expected="SE; the set is cut off",
        )
    reading.kind, reading.opened, reading.closed = _element(reading, row, 1), row, False
    reading.group = reading.one = reading.where = None
    if reading.kind not in KINDS:
        reading.others.append(reading.kind)


def _close_set(reading: _Reading, row: int) -> None:
    if reading.kind in KINDS and not reading.closed:
        raise unreadable(
            reading.segments.place(row),
            found=f"the end of a {reading.kind} without AK9",
            expected="AK1, and AK9 with the verdict; a segment is missing, ask for the file again",
        )
    counted = row - reading.opened + 1
    if not same_number(_element(reading, row, 1), str(counted)):
        stated = shown(_element(reading, row, 1))
        reading.odd.append(f"{reading.segments.place(row, 1)} counts {stated} segments where {counted} stand")
    reading.kind = None


def _compare(reading: _Reading, row: int, name: str) -> None:
    """The control number of a trailer should be that of its header."""
    if name in HEADERS:
        reading.numbers[name] = _element(reading, row, HEADERS[name])
    elif name in OPENED_BY:
        opener, number = OPENED_BY[name], _element(reading, row, 2)
        if not same_number(reading.numbers.get(opener, ""), number):
            place = reading.segments.place(row, 2)
            reading.odd.append(f"{place} is {shown(number)}, not the control number of its {opener}")


def _inside(reading: _Reading, row: int, name: str) -> Iterator[GroupVerdict]:
    """A segment of a 997 or 999; IK3, IK4 and IK5 are the AK3, AK4 and AK5 of a 999."""
    if name == "AK1":
        reading.group, reading.closed = _opened_group(reading, row), False
        reading.one = reading.where = None
        reading.unjudged.clear()
    elif reading.group is None or reading.closed:
        raise unreadable(reading.segments.place(row), found=f"{name} outside AK1 to AK9", expected="AK1")
    elif name == "AK2":
        _finish_set(reading, None)
        code, number = _element(reading, row, 1), _element(reading, row, 2)
        reading.one = SetVerdict(code=code, number=number, verdict=Verdict.ACCEPTED)
        reading.where = None
    elif name in ("AK3", "IK3") and reading.one is not None:
        _note_segment(reading, row)
    elif name in ("AK4", "IK4") and reading.where is not None:
        _note_element(reading, row)
    elif name in ("AK5", "IK5") and reading.one is not None:
        _finish_set(reading, row)
    elif name == "AK9":
        yield from _finish_group(reading, row)


def _opened_group(reading: _Reading, row: int) -> GroupVerdict:
    number = _element(reading, row, 2)
    if not (number.isdecimal() and len(number) <= LONGEST_NUMBER):
        raise unreadable(
            reading.segments.place(row, 2),
            found=shown(number),
            expected="the control number of a group (GS06)",
        )
    return GroupVerdict(
        kind=reading.kind or "",
        code=_element(reading, row, 1),
        number=number.lstrip("0") or "0",
        sender=reading.sender,
        receiver=reading.receiver,
        verdict=Verdict.ACCEPTED,
    )


def _note_segment(reading: _Reading, row: int) -> None:
    """AK301 segment, AK302 position, AK304 code (720); several codes may stand in one."""
    position = _element(reading, row, 2)
    reading.where = SegmentError(
        segment=_element(reading, row, 1),
        position=int(position) if position.isdecimal() and len(position) <= LONGEST_NUMBER + 1 else 0,
        reason=in_words(_element(reading, row, 4), SEGMENT) if _element(reading, row, 4) else "",
    )
    _add_error(reading, reading.where)


def _note_element(reading: _Reading, row: int) -> None:
    """AK401 position (of a composite, `element:component`), AK403 code (723), AK404 the bad value.

    The first one takes the place of what its AK3 said, as that says no more than that there are some.
    """
    where = reading.where
    if where is None or reading.one is None:
        return
    place = re.match(r"\d{0,2}", _element(reading, row, 1), re.ASCII)
    error = replace(
        where,
        element=int(place[0] or 0) if place else 0,
        value=_element(reading, row, 4),
        reason=in_words(_element(reading, row, 3), ELEMENT),
    )
    if reading.one.errors[-1] is where:
        reading.one = replace(reading.one, errors=reading.one.errors[:-1])
    _add_error(reading, error)


def _add_error(reading: _Reading, error: SegmentError) -> None:
    if reading.one is not None:
        reading.one = replace(reading.one, errors=(*reading.one.errors, error))


def _finish_set(reading: _Reading, row: int | None) -> None:
    """AK501 verdict, AK502 to AK506 reasons. `row`: None where AK5 is left out, so that the group's verdict counts."""
    if reading.one is None or reading.group is None:
        return
    done = reading.one
    if row is None:
        reading.unjudged.append(done.number)
    else:
        verdict, security = _verdict(reading, row)
        done = replace(done, verdict=verdict, reasons=(*security, *_reasons(reading, row, range(2, 7), SET)))
    reading.group = replace(reading.group, sets=(*reading.group.sets, done))
    reading.one = reading.where = None


def _finish_group(reading: _Reading, row: int) -> Iterator[GroupVerdict]:
    """AK901 verdict, AK905 to AK909 reasons."""
    _finish_set(reading, None)
    verdict, security = _verdict(reading, row)
    reading.closed = True
    if reading.group is not None and reading.group.code != ACKNOWLEDGEMENTS:
        yield replace(
            reading.group,
            verdict=verdict,
            reasons=(*security, *_reasons(reading, row, range(5, 10), GROUP)),
            sets=tuple(
                replace(one, verdict=verdict) if one.number in reading.unjudged else one
                for one in reading.group.sets
            ),
        )


def _interchange(reading: _Reading, row: int) -> GroupVerdict:
    """TA101 control number, TA104 verdict, TA105 note."""
    number, note = _element(reading, row, 1), _element(reading, row, 5)
    if not (number.isdecimal() and len(number) <= LONGEST_NUMBER):
        raise unreadable(
            reading.segments.place(row, 1),
            found=shown(number),
            expected="the control number of an interchange",
        )
    verdict, _ = _verdict(reading, row, 4)
    return GroupVerdict(
        kind="TA1",
        code="",
        number=number.lstrip("0") or "0",
        sender=reading.sender,
        receiver=reading.receiver,
        verdict=verdict,
        reasons=(in_words(note, INTERCHANGE),) if note.strip("0") else (),
    )


def _verdict(reading: _Reading, row: int, element: int = 1) -> tuple[Verdict, tuple[str, ...]]:
    code = _element(reading, row, element).upper()
    if code not in VERDICTS:
        raise unreadable(
            reading.segments.place(row, element), found=shown(code), expected=f"one of {', '.join(VERDICTS)}"
        )
    return VERDICTS[code], (SECURITY[code],) if code in SECURITY else ()


def _reasons(reading: _Reading, row: int, elements: range, codes: Mapping[str, str]) -> tuple[str, ...]:
    found = [_element(reading, row, number) for number in elements]
    return tuple(in_words(code, codes) for code in found if code)


def _element(reading: _Reading, row: int, number: int) -> str:
    return reading.segments.text(row, number).strip()
