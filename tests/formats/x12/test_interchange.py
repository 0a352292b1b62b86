"""Writing the envelope."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.errors import FormatError
from formats.x12.characters import allowed, objection
from formats.x12.delimiters import Delimiters, find_delimiters
from formats.x12.dictionary import RELEASES
from formats.x12.interchange import Header, Party, gs, isa, segment

USUAL = Delimiters(element="*", segment="~", component=">", repetition="^")


def header(
    release: str = "004010", number: int = 7, sender: str = "ZZ/AA", receiver: str = "ZZ/BB"
) -> Header:
    return Header(
        sender=Party.parse(sender),
        receiver=Party.parse(receiver),
        kind="IB",
        release=release,
        usage="P",
        number=number,
        written_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    )


ID = st.from_regex(r"\A[A-Z0-9]{2}/[A-Za-z0-9]{1,15}\Z")


@given(sender=ID, receiver=ID, number=st.integers(0, 999_999_999), release=st.sampled_from(RELEASES))
def test_an_isa_has_106_characters_and_declares_its_delimiters(
    sender: str, receiver: str, number: int, release: str
) -> None:
    one = header(release=release, number=number, sender=sender, receiver=receiver)
    text = isa(one, USUAL)
    assert len(text) == 106
    found, odd = find_delimiters((text + gs(one, USUAL)).encode(), 0)
    assert not odd
    assert found == Delimiters(
        element="*", segment="~", component=">", repetition=None if release.startswith("004010") else "^"
    )


@pytest.mark.parametrize("number", [-1, 1_000_000_000])
def test_a_control_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(FormatError, match="nine digits"):
        isa(header(number=number), USUAL)


@pytest.mark.parametrize(
    "text", ["ACME", "ZZ/", "Z/ACME", "ZZ/ACME ", "ZZ/" + "A" * 16, "zz/ACME", "ZZ/ÄCME", "ZZ/A\n"]
)
def test_a_party_is_a_qualifier_and_an_id(text: str) -> None:
    with pytest.raises(ValueError, match="qualifier and an id"):
        Party.parse(text)


def test_empty_elements_at_the_end_are_dropped() -> None:
    assert segment(USUAL, "BIA", "00", "", "7", "", "") == "BIA*00**7~"


def test_no_delimiter_in_force_is_allowed_in_a_value() -> None:
    assert not set("*~>^") & set(allowed(USUAL))
    assert "^" in allowed(Delimiters(element="*", segment="~", component=">"))


@pytest.mark.parametrize(
    ("value", "said"), [("A*B", "delimiter '*'"), ("Ä", "'Ä'"), ("A\tB", r"'\t'"), ("`", "'`'")]
)
def test_an_objection_names_the_character(value: str, said: str) -> None:
    assert said in (objection(value, USUAL) or "")
    assert objection("A-1 b%", USUAL) is None
