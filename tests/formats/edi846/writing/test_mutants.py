"""Documents of ours, damaged in every way there is: each must be refused before it could be sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pandas as pd
import pytest
from damage import renumbered
from examples import examples, many
from hypothesis import given
from hypothesis import strategies as st

from formats.contract import INT64, QUANTITY_IN, TEXT, Envelope
from formats.edi846 import Edi846
from formats.edi846.reading.document import open_document
from formats.edi846.writing.check import check_document
from formats.errors import FormatError
from formats.frames import of_columns

ENVELOPE = Envelope(number=42, written_at=datetime(2026, 3, 4, 21, 6, 7, tzinfo=UTC), complete=True)
LINES = pd.DataFrame(
    {
        "sku": pd.Series(["A-1", "B-2", "C-3"], dtype=TEXT),
        "quantity": pd.Series([12, 0, 4], dtype=INT64),
        "title": pd.Series(["Lamp", "Chair", None], dtype=TEXT),
        "cost": pd.Series(["12.5", "7", "3"], dtype=TEXT),
        QUANTITY_IN + "EAST": pd.Series([5, 0, 4], dtype=INT64),
        QUANTITY_IN + "WEST": pd.Series([7, None, None], dtype=INT64),
    }
)
RICH = {
    "header": ["CUR*SE*USD", "DTM*097*{now}*{now}", "REF*VR*1234", "N1*SU*Acme*92*77"],
    "item": ["PID*F*08***{title}", "DTM*036*20261231", "CTP**CON*{cost}", "REF*ZZ*AC"],
    "after_quantity": [{"segment": "DTM*018*20261201", "when": "zero"}],
    "products": {"SK": "sku", "VN": "sku"},
    "totals": "hash",
}
KINDS = {
    "plain": {},
    "rich with LS": {**RICH, "location": "ls"},
    "rich with SDQ": {**RICH, "location": "sdq", "release": "005010VICS"},
    "rich with SCH": {**RICH, "location": "sch", "release": "004030"},
    "rich with a set per warehouse": {**RICH, "location": "header"},
}


@cache
def options(kind: str) -> Edi846.Writing:
    return Edi846.Writing(**{"sender": "ZZ/ACMEWHSE", "receiver": "01/007909411", **KINDS[kind]})


@cache
def document(kind: str) -> str:
    return Edi846().write(LINES, options(kind), ENVELOPE).decode()


def fault(kind: str, text: str) -> str:
    """What our checks find wrong with a document of that kind; "" if nothing."""
    wanted = options(kind)
    try:
        opened = open_document(text.encode(), frozenset(wanted.products))
        if opened.warnings:
            return opened.warnings[0]
        check_document(opened, wanted.release, wanted.usable())
    except FormatError as error:
        return str(error)
    return ""


def difference(kind: str, text: str) -> str:
    """What the whole of reading back finds: the checks, and whether it says what was meant."""
    wanted = options(kind)
    try:
        back = Edi846().read_back(text.encode(), wanted)
    except FormatError as error:
        return str(error)
    return "" if {name: back[name].tolist() for name in back} == meant(kind) else "it says something else"


@cache
def meant(kind: str) -> dict[str, list[str]]:
    columns = of_columns(Edi846().meant(LINES, options(kind), ENVELOPE))
    return {name: columns[name].fillna("").tolist() for name in columns}


def segments(kind: str) -> list[str]:
    return document(kind).split("~")[:-1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_document_itself_is_lawful(kind: str) -> None:
    assert fault(kind, document(kind)) == difference(kind, document(kind)) == ""
    assert renumbered(segments(kind)) == document(kind)


OPTIONAL = ("CUR", "DTM", "REF", "PID", "CTP", "SDQ", "SCH", "CTT", "N1", "QTY", "LIN")
"""Segments without which a document can be lawful; that it says less, is seen by what it was meant to say."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_segment_is_found(kind: str) -> None:
    parts = segments(kind)
    for at, part in enumerate(parts):
        assert difference(kind, "~".join([*parts[:at], *parts[at + 1 :]]) + "~"), part
        mutant = renumbered([*parts[:at], *parts[at + 1 :]])
        if part.split("*")[0] not in OPTIONAL:
            assert fault(kind, mutant), part
        else:
            assert difference(kind, mutant), part


@pytest.mark.parametrize("kind", KINDS)
def test_a_segment_twice_is_found(kind: str) -> None:
    parts = segments(kind)
    for at in range(len(parts)):
        assert difference(kind, renumbered([*parts[: at + 1], *parts[at:]])), parts[at]


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_segment_is_found(kind: str) -> None:
    parts = segments(kind)
    for at in range(1, len(parts) + 1):
        assert difference(kind, "~".join([*parts[:at], "", *parts[at:]]) + "~"), parts[at - 1]


@pytest.mark.parametrize("kind", KINDS)
def test_two_segments_in_the_wrong_order_are_found(kind: str) -> None:
    parts = segments(kind)
    for at in range(len(parts) - 1):
        if parts[at].split("*")[0] == parts[at + 1].split("*")[0]:
            continue
        mutant = renumbered([*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]])
        assert difference(kind, mutant), (parts[at], parts[at + 1])


def changes(part: str) -> Iterator[str]:
    """A segment with one thing wrong."""
    name, *elements = part.split("*")
    for at in range(len(elements)):
        for wrong in ("", "\u00e4", "a~b", "x" * 81):
            yield "*".join([name, *elements[:at], wrong, *elements[at + 1 :]])
    yield part + "*"
    yield part + "***"
    yield part + "*X" * 40
    yield part.lower()
    yield name
    yield "XYZ*1"
    yield "PO1*1*2*EA"


@pytest.mark.parametrize("kind", KINDS)
def test_a_segment_with_one_thing_wrong_is_found(kind: str) -> None:
    """Every day a quarter of them, another one for each kind: most segments stand in all kinds."""
    parts, step = segments(kind), 1 if many() else 4
    every = [(at, wrong) for at, part in enumerate(parts) for wrong in changes(part)]
    assert len(every) > 200
    for at, wrong in every[list(KINDS).index(kind) % step :: step]:
        mutant = "~".join([*parts[:at], wrong, *parts[at + 1 :]]) + "~"
        if mutant != document(kind):
            assert difference(kind, mutant), (parts[at], wrong)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("QTY*33*12*EA", "QTY*33*+12*EA", "a number without plus"),
        ("QTY*33*12*EA", "QTY*33*012*EA", "a number without plus"),
        ("QTY*33*12*EA", "QTY*33*12.0*EA", "a number without plus"),
        ("QTY*33*12*EA", "QTY*33*1e2*EA", "a number without plus"),
        ("QTY*33*12*EA", "QTY*33*12*EA*X", "only one of QTY02 and QTY04"),
        ("QTY*33*12*EA", "QTY*33**EA", "at least one of QTY02 and QTY04"),
        ("QTY*33*12*EA", "QTY*33*1234567890123456*EA", "1 to 15"),
        ("*VN*A-1", "*VN", "LIN04 and LIN05 stand together"),
        ("*SK*A-1", "*SK*" + "1" * 49, "1 to 48"),
        ("BIA*00*SI", "BIA*00*IB", "one of AA"),
        ("BIA*00*SI", "BIA*99*SI", "one of 00"),
        ("BIA*00*SI*42*20260304", "BIA*00*SI*42*20260230", "a date"),
        ("*20260304*210607~", "*20260304*250607~", "a time"),
        ("CUR*SE*USD", "CUR*SE*US", "3"),
        ("PID*F*08***Lamp", "PID*Q*08***Lamp", "one of F, S, X"),
        ("PID*F*08***Lamp", "PID*F*08", "PID04 and PID05"),
        ("DTM*036*20261231", "DTM*036", "DTM02"),
        ("REF*ZZ*AC", "REF*ZZ", "REF02"),
        ("N1*SU*Acme*92*77", "N1*SU*Acme*92", "N103 and N104"),
        ("N1*SU*Acme*92*77", "N1*SU*Acme*92*7", "2 to 80"),
        ("LE*REF", "LE*REG", "the LS01 of its LS"),
        ("CTT*3*16", "CTT*3*17", "the sum of the quantities"),
        ("CTT*3*16", "CTT*4*16", "CTT01"),
        ("CTT*3*16", "CTT*03*16", "a whole number"),
        ("SE*36*0001", "SE*37*0001", "SE01"),
        ("SE*36*0001", "SE*036*0001", "a whole number"),
        ("SE*36*0001", "SE*36*0002", "control number"),
        ("ST*846*0001", "ST*846*001", "4 to 9"),
        ("GE*1*42", "GE*2*42", "stated"),
        ("GE*1*42", "GE*1*43", "control number"),
        ("GE*1*42", "GE*01*42", "a whole number"),
        ("IEA*1*000000042", "IEA*1*000000043", "control number"),
        ("IEA*1*000000042", "IEA*1*42", "9"),
        ("*20260304*2106*42*X*", "*20260304*2106*0042*X*", "a whole number"),
        ("*42*X*004010", "*42*Q*004010", "one of T, X"),
        ("*ZZ*ACMEWHSE       *", "*ZZ*ACMEWHSE*", "106"),
        ("*ZZ*ACMEWHSE       *", "*QQ*ACMEWHSE       *", "one of 01"),
        ("*0*P*>", "*0*Q*>", "one of I, P, T"),
    ],
)
def test_each_rule_of_x12_is_said_in_words(old: str, new: str, said: str) -> None:
    text = document("rich with LS")
    assert old in text
    assert said in fault("rich with LS", text.replace(old, new, 1))


@examples(100)
@given(st.data())
def test_damage_of_a_few_bytes_is_found_or_says_the_same(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    text = document(kind)
    at = data.draw(st.integers(text.index("~LIN"), text.index("~SE*")))
    length = data.draw(st.integers(0, 4))
    insert = data.draw(st.text("A0*~>.-z", max_size=3))
    mutant = text[:at] + insert + text[at + length :]
    if mutant != text:
        assert difference(kind, mutant)
