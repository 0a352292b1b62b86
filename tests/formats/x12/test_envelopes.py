"""Envelopes: what is in a document, and what a damaged one says."""

from __future__ import annotations

import pytest

from formats.errors import Unreadable
from formats.x12.envelopes import Envelopes, read_envelopes, sets_named
from formats.x12.split import split_segments

ISA = "ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*SHOP           *260304*0506*U*00401*000000007*0*P*>~"
BODY = """
GS*IB*WAREHOUSE*SHOP*20260304*0506*7*X*004010~
ST*846*0001~
BIA*00*SI*7*20260304*0506~
SE*3*0001~
GE*1*7~
IEA*1*000000007~
"""


def envelopes(body: str, isa: str = ISA) -> Envelopes:
    return read_envelopes(split_segments((isa + body).encode()))


def test_an_envelope_tells_parties_numbers_and_release() -> None:
    (interchange,) = envelopes(BODY).interchanges
    assert (interchange.sender, interchange.receiver) == ("ZZ/WAREHOUSE", "ZZ/SHOP")
    assert (interchange.number, interchange.usage, interchange.version) == ("000000007", "P", "00401")
    (group,) = interchange.groups
    assert (group.code, group.number, group.release) == ("IB", "7", "004010")
    (one,) = group.sets
    assert (one.code, one.number, one.counted) == ("846", "0001", 3)


def test_several_interchanges_groups_and_sets_are_read() -> None:
    two_sets = BODY.replace("SE*3*0001~", "SE*3*0001~ST*997*0002~SE*2*0002~").replace("GE*1", "GE*2")
    group = two_sets[: two_sets.index("IEA")]
    found = envelopes(group * 2 + "IEA*2*7~" + ISA + BODY)
    assert [len(one.groups) for one in found.interchanges] == [2, 1]
    assert [one.code for one in found.sets] == ["846", "997", "846", "997", "846"]


def test_a_wrong_segment_count_is_tolerated_and_said_once() -> None:
    odd = BODY.replace("SE*3*0001~", "SE*09*0001~ST*846*0002~SE*7*0002~").replace("GE*1", "GE*2")
    (warning,) = envelopes(odd).warnings
    assert (
        warning
        == "segment 5 (byte offset 194), SE01 counts '09' segments where 3 stand (and so in 1 more sets)"
    )


def test_leading_zeros_in_counts_and_numbers_are_no_difference() -> None:
    assert not envelopes(BODY.replace("SE*3", "SE*003").replace("GE*1*7", "GE*01*007")).warnings


def test_text_after_the_last_segment_is_mentioned() -> None:
    assert envelopes(BODY + "\r\nsent by hand").warnings == (
        "text after the last segment was passed over: 'sent by hand'",
    )


def test_padding_after_the_last_segment_is_nothing() -> None:
    assert not envelopes(BODY + "\r\n\x1a\x00").warnings


def test_an_acknowledgement_segment_may_come_before_the_groups() -> None:
    assert not envelopes("TA1*000000001*260304*0506*A*000~" + BODY).warnings


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("SE*3*0001~", "", "found GE after the ST of segment 3; expected SE"),
        ("GE*1*7~", "", "found IEA after the SE"),
        ("IEA*1*000000007~", "", "the end of the file after this GE"),
        ("000000007~", "000000007", "the end of the file"),
        ("SE*3*0001", "SE*3*0002", "SE02: found control number '0002'; expected '0001' as in segment 3"),
        ("GE*1*7", "GE*1*8", "GE02: found control number '8'"),
        ("IEA*1*000000007", "IEA*1*000000008", "IEA02: found control number"),
        ("GE*1*7", "GE*2*7", "GE01: found '2' transaction sets stated; expected 1"),
        ("IEA*1*", "IEA*2*", "IEA01: found '2' groups stated"),
        ("X*004010~", "X*004010", "GS09: found GS with"),
        ("GE*1*7~", "LIN*1*SK*A~GE*1*7~", "found 'LIN' outside a transaction set"),
        ("SE*3*0001~", "SE*3~", "control number ''"),
    ],
)
def test_a_damaged_envelope_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        envelopes(BODY.replace(old, new))
    assert said in str(caught.value)
    assert "byte offset" in str(caught.value)


def test_a_second_interchange_with_other_delimiters_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"split a file whose interchanges differ|truncated"):
        envelopes(BODY + (ISA + BODY).replace("*", "|"))


def test_a_second_interchange_that_is_cut_off_is_refused() -> None:
    with pytest.raises(Unreadable, match="truncated"):
        envelopes(BODY + ISA[:50])


def test_an_isa_without_its_terminator_is_refused() -> None:
    with pytest.raises(Unreadable, match="truncated"):
        envelopes(BODY.lstrip(), ISA[:-1])


def test_where_lines_are_segments_the_last_line_need_not_end() -> None:
    text = "\n".join(line.rstrip("~") for line in BODY.strip().splitlines())
    assert len(envelopes(text, ISA.replace("~", "\n")).sets) == 1
    with pytest.raises(Unreadable, match="IEA02"):
        envelopes(text[:-1], ISA.replace("~", "\n"))


def test_a_file_without_the_wanted_set_names_those_it_has() -> None:
    with pytest.raises(Unreadable, match="there is no 855 in this file; the sets found are: '846'"):
        sets_named(envelopes(BODY), "855")
