"""The delimiters come from the ISA, however odd it is."""

from __future__ import annotations

import pytest

from formats.errors import Unreadable
from formats.x12.delimiters import Delimiters, begin, find_delimiters

ISA = b"ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*SHOP           *260304*0506*U*00401*000000007*0*P*>~"
GS = b"GS*IB*WAREHOUSE*SHOP*20260304*0506*7*X*004010~"


def test_a_standard_isa_tells_them_all_but_the_repetition_of_later_releases() -> None:
    assert find_delimiters(ISA + GS, 0) == (Delimiters(element="*", segment="~", component=">"), ())


def test_from_004030_on_isa11_is_the_repetition_separator() -> None:
    found, _ = find_delimiters(ISA.replace(b"*U*", b"*^*") + GS, 0)
    assert found.repetition == "^"


@pytest.mark.parametrize("breaks", [b"\r\n", b"\n", b"\r", b"\r\n    "])
def test_line_breaks_after_the_terminator_do_not_matter(breaks: bytes) -> None:
    assert find_delimiters(ISA + breaks + GS, 0)[0].segment == "~"


def test_a_line_feed_can_be_the_terminator() -> None:
    found, odd = find_delimiters((ISA + GS).replace(b"~", b"\n"), 0)
    assert (found.segment, odd) == ("\n", ())


def test_a_wide_id_moves_nothing_but_is_mentioned() -> None:
    found, odd = find_delimiters(ISA.replace(b"WAREHOUSE      ", b"WAREHOUSE-NORTH-7") + GS, 0)
    assert (found.element, found.component, found.segment) == ("*", ">", "~")
    assert "108 characters" in odd[0]


def test_a_component_separator_that_is_the_element_separator_is_tolerated() -> None:
    found, odd = find_delimiters(ISA.replace(b">~", b"*~") + GS, 0)
    assert found.component is None
    assert "ISA16" in odd[0]


def test_a_left_out_isa16_is_tolerated() -> None:
    found, _ = find_delimiters(ISA.replace(b">~", b"~") + GS, 0)
    assert (found.component, found.segment) == (None, "~")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (ISA.replace(b">~", b">*") + GS, "segment terminator"),
        (ISA.replace(b"*", b"A") + GS, "element separator"),
        (ISA[:60], "elements"),
        (ISA, "GS segment"),
        (ISA.replace(b"*", b"\xa4") + GS, "element separator"),
    ],
)
def test_delimiters_that_cannot_be_told_apart_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said) as caught:
        find_delimiters(data, 0)
    assert "segment 1 (byte offset 0)" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"   \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_called_empty(data: bytes) -> None:
    with pytest.raises(Unreadable, match="the file is empty"):
        begin(data)


@pytest.mark.parametrize(
    "data", [b"sku,quantity\nA,1\n", b"<inventory/>", b"\xff\xfeI\x00S\x00A\x00", b"\x00"]
)
def test_what_is_not_x12_is_called_so(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not X12"):
        begin(data)


def test_a_byte_order_mark_and_blanks_come_before_isa() -> None:
    assert begin(b"\xef\xbb\xbf \r\n" + ISA) == 6
