"""A 997 of ours: its bytes, and that it says what it should."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from formats.acknowledgement.reader import read_acknowledgements
from formats.acknowledgement.writer import received, write_997
from formats.edi846.locate import elements_at, skus_at
from formats.errors import Unreadable
from formats.x12.envelopes import read_envelopes
from formats.x12.split import split_segments

AT = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)
ISA = "ISA*00*          *00*          *14*WAREHOUSE      *ZZ*ACME           *261120*0900*U*00401*000000005*0*T*>~"
SET = "ST*846*{0}~BIA*00*SI*5*20261120*0900~LIN*1*VN*X*SK*A~QTY*33*12*EA~LIN*2*SK*B~QTY*33*1*EA~SE*7*{0}~"
FILE = (
    ISA + "GS*IB*WHSE*AC*20261120*0900*5*X*004010VICS~" + SET.format("0001") + SET.format("0002") + "GE*2*5~"
    "GS*FA*WHSE*AC*20261120*0900*6*X*004010~ST*997*0001~AK1*IB*1~AK9*A*1*1*1~SE*4*0001~GE*1*6~IEA*2*000000005~"
).encode()


def test_every_set_is_accepted_and_a_997_is_not_answered() -> None:
    (interchange,) = received(FILE)
    assert write_997(interchange, number=42, written_at=AT, refused=False).decode() == (
        "ISA*00*          *00*          *ZZ*ACME           *14*WAREHOUSE      *261120*1305*U*00401*000000042*0*T*>~"
        "GS*FA*AC*WHSE*20261120*1305*42*X*004010VICS~ST*997*0001~AK1*IB*5~AK2*846*0001~AK5*A~AK2*846*0002~AK5*A~"
        "AK9*A*2*2*2~SE*8*0001~GE*1*42~IEA*1*000000042~"
    )


@pytest.mark.parametrize("refused", [False, True])
def test_an_answer_reads_as_what_it_was_meant(refused: bool) -> None:
    (interchange,) = received(FILE)
    document = write_997(interchange, number=42, written_at=AT, refused=refused)
    assert not read_envelopes(split_segments(document)).warnings
    (group,) = read_acknowledgements(document).groups
    expected = "rejected" if refused else "accepted"
    assert (group.code, group.number, group.verdict.value) == ("IB", "5", expected)
    assert [(one.number, one.verdict.value) for one in group.sets] == [("0001", expected), ("0002", expected)]
    assert (group.sender, group.receiver) == ("ZZ/ACME", "14/WAREHOUSE")


def test_a_file_whose_envelope_cannot_be_read_has_nobody_to_answer() -> None:
    with pytest.raises(Unreadable):
        received(FILE[:-30])


def test_a_place_is_found_with_its_segment_and_the_sku_of_its_line() -> None:
    places = [("0001", 3), ("0002", 6), ("0002", 2), ("0001", 7), ("0001", 99), ("0009", 3), ("0002", 0)]
    assert elements_at(FILE, places) == [
        "LIN*1*VN*X*SK*A",
        "QTY*33*1*EA",
        "BIA*00*SI*5*20261120*0900",
        "SE*7*0001",
        "",
        "",
        "",
    ]
    assert skus_at(FILE, places, {"VN": "vendor", "SK": "sku"}) == ["A", "B", None, "B", None, None, None]
