"""What is plain without reading: a document passes that way only if reading it back finds what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pandas as pd
import pytest
from damage import mutants
from examples import examples, many
from hypothesis import event, given
from hypothesis import strategies as st

from batch.advise.document import difference_in, first_difference
from formats.contract import INT64, QUANTITY_IN, TEXT, Envelope
from formats.edi846 import Edi846
from formats.edi846.writing.foreseen import plainly_says
from formats.errors import FormatError

ENVELOPE = Envelope(number=42, written_at=datetime(2026, 3, 4, 21, 6, 7, tzinfo=UTC), complete=True)
PARTNERS = {"sender": "ZZ/ACMEWHSE", "receiver": "01/007909411"}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "two lines a set": {"lines_per_set": 2},
    "a line each": {"line_break": True, "totals": "none", "line_number": False},
    "other separators": {"delimiters": {"element": "|", "segment": "\n", "component": ":"}},
    "products that may be missing": {"products": {"SK": "sku", "VN": "sku", "UP": "upc", "MF": "=Acme"}},
    "constants": {"after_quantity": ["DTM*018*20261201"]},
    "SDQ": {"location": "sdq", "totals": "hash", "lines_per_set": 4},
    "SDQ among constants": {
        "location": "sdq",
        "release": "005010VICS",
        "header": ["CUR*SE*USD", "DTM*097*{now}*{now}", "N1*SU*Acme*92*77"],
        "item": ["DTM*036*20261231", "REF*ZZ*AC"],
        "after_quantity": ["DTM*018*20261201"],
    },
}
NOT_PLAIN: dict[str, dict[str, Any]] = {
    "a field between LIN and QTY": {"item": ["PID*F*08***{title}"]},
    "a segment in some loops": {"after_quantity": [{"segment": "DTM*018*20261201", "when": "zero"}]},
    "a set for each warehouse": {"location": "header"},
    "LS": {"location": "ls"},
    "SCH": {"location": "sch", "release": "004030"},
}


def lines(rows: list[tuple[int, str | None, int | None]]) -> pd.DataFrame:
    """Lines with a quantity, a UPC and what of it lies in WEST; the rest lies in EAST, if there is any."""
    west = [None if here is None else min(here, quantity) for quantity, _, here in rows]
    east = [quantity - (here or 0) or None for (quantity, _, _), here in zip(rows, west, strict=True)]
    return pd.DataFrame(
        {
            "sku": pd.Series([f"A-{row}" for row in range(len(rows))], dtype=TEXT),
            "quantity": pd.Series([quantity for quantity, _, _ in rows], dtype=INT64),
            "upc": pd.Series([upc for _, upc, _ in rows], dtype=TEXT),
            "title": pd.Series(["Lamp"] * len(rows), dtype=TEXT),
            QUANTITY_IN + "EAST": pd.Series(east, dtype=INT64),
            QUANTITY_IN + "WEST": pd.Series(west, dtype=INT64),
        }
    )


LINES = lines([(12, "17", 7), (0, None, None), (4, "18", 4), *[(23 + row, "19", 4) for row in range(4)]])


@cache
def options(kind: str) -> Edi846.Writing:
    return Edi846.Writing(**{**PARTNERS, **(KINDS | NOT_PLAIN)[kind]})


def document(kind: str, told: pd.DataFrame = LINES) -> bytes:
    return Edi846().write(told, options(kind), ENVELOPE)


def is_plain(kind: str, data: bytes, told: pd.DataFrame = LINES) -> bool:
    return plainly_says(data, told, options(kind), ENVELOPE, smallest=0, smallest_set=0)


def passes_only_if_read(kind: str, data: bytes) -> bool:
    """Whether it is plain; then it must be read as what was meant as well."""
    if not is_plain(kind, data):
        return False
    form = Edi846()
    try:
        found = form.read_back(data, options(kind))
    except FormatError as error:
        raise AssertionError(f"plain, though it is refused: {error}") from error
    assert first_difference(form.meant(LINES, options(kind), ENVELOPE), found) == ""
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_write_is_plain(kind: str) -> None:
    assert passes_only_if_read(kind, document(kind))


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_where_loops_differ_in_more_than_quantities_nothing_is(kind: str) -> None:
    told = LINES.assign(**{QUANTITY_IN + "EAST": LINES["quantity"]})
    assert not is_plain(kind, document(kind, told), told)


rows = st.tuples(
    st.integers(0, 99) | st.integers(0, 10**8),
    st.none() | st.sampled_from(["1", "A B"]),
    st.none() | st.integers(0, 99),
)


@examples(25)
@given(st.sampled_from(sorted(KINDS)), st.lists(rows, min_size=1, max_size=12))
def test_so_is_whatever_we_write(kind: str, told: list[tuple[int, str | None, int | None]]) -> None:
    assert is_plain(kind, document(kind, lines(told)), lines(told))


@examples(30)
@given(
    st.sampled_from(sorted(KINDS)),
    st.lists(rows, min_size=1, max_size=8),
    st.lists(rows, min_size=1, max_size=8),
)
def test_lines_are_not_those_of_another_document(
    kind: str, told: list[tuple[int, str | None, int | None]], other: list[tuple[int, str | None, int | None]]
) -> None:
    data = document(kind, lines(told))
    assert is_plain(kind, data, lines(other)) == (data == document(kind, lines(other)))


STARRED = [kind for kind in KINDS if "line_break" not in KINDS[kind] and "delimiters" not in KINDS[kind]]


@pytest.mark.parametrize("kind", STARRED)
def test_a_damaged_document_passes_only_if_it_is_read_as_what_was_meant(kind: str) -> None:
    """Every day a sixth of the damage, another one for each kind."""
    every = list(mutants(document(kind).decode().split("~")[:-1]))
    step = 1 if many() else 6
    tried = every[STARRED.index(kind) % step :: step]
    for mutant in tried:
        passes_only_if_read(kind, mutant.encode())
    assert len(tried) > 50


@examples(30)
@given(st.data())
def test_so_does_one_with_a_few_bytes_wrong(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    text = document(kind)
    at, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 4))
    put = data.draw(st.text("A0*~>.-z1|\n", max_size=3)).encode()
    event("plain" if passes_only_if_read(kind, text[:at] + put + text[at + length :]) else "not plain")


def swapped(text: str, one: str, other: str) -> str:
    return text.replace(one, "\0").replace(other, one).replace("\0", other)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("*A-5~", "*A-8~"),
        lambda text: swapped(text, "*A-4~", "*A-5~"),
        lambda text: swapped(text, "*33*25*", "*33*26*"),
        lambda text: text.replace("EAST*21*WEST*4", "EAST*4*WEST*21"),
        lambda text: text.replace("EAST*21*WEST*4", "EAST*20*WEST*5"),
        lambda text: text.replace("EAST*21*WEST*4", "WEST*4*EAST*21"),
        lambda text: text.replace("EAST*21*WEST*4", "EAST*21*WESU*4"),
        lambda text: text.replace("EAST*21*WEST*4", "EAST*25"),
        lambda text: text.replace("LIN*2*SK*A-5", "LIN*3*SK*A-5"),
        lambda text: text.replace("SE*13*0002", "SE*12*0002"),
        lambda text: text.replace("*0002~BIA", "*0003~BIA"),
        lambda text: text.replace("CTT*3*75", "CTT*3*76"),
        lambda text: text.replace("CTT*3*75", "CTT*3"),
        lambda text: text.replace("~GE*", "~ST*846*0003~SE*2*0003~GE*"),
        lambda text: text[: text.index("~GE*") + 1],
        lambda text: text.replace("*26*EA", "*026*EA"),
        lambda text: text.replace("*26*EA", "*26.*EA"),
    ],
)
def test_one_value_count_or_name_wrong_is_enough(damage: Callable[[str], str]) -> None:
    text = document("SDQ").decode()
    damaged = damage(text)
    assert damaged != text
    assert not is_plain("SDQ", damaged.encode())


def in_all_but_the_last(text: str, part: str, wrong: str) -> str:
    """A set with something wrong in each of its loops but the last, and the right count of what it has."""
    last = text.rindex(part)
    damaged = text[:last].replace(part, wrong) + text[last:]
    opening, closing = damaged.index("~ST*"), damaged.index("~SE*")
    segments = damaged.count("~", opening, closing) + 1
    return damaged[:closing] + re.sub(r"~SE\*\d+", f"~SE*{segments}", damaged[closing:])


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("*EA~", "*E~"),
        ("*EA~", "~"),
        ("~DTM*018*20261201", "~DTM*018*2026"),
        ("~DTM*018*20261201", ""),
        ("~DTM*018*20261201", "~DTM*018*20261201~DTM*018*20261201"),
    ],
)
def test_the_end_of_the_last_loop_is_not_that_of_another(part: str, wrong: str) -> None:
    damaged = in_all_but_the_last(document("constants").decode(), part, wrong)
    assert not is_plain("constants", damaged.encode())


@pytest.mark.parametrize("kind", STARRED)
def test_a_document_that_ends_early_or_is_no_text_is_not_plain(kind: str) -> None:
    """Every day a quarter of the places, other ones for each kind."""
    data, step = document(kind), 1 if many() else 4
    places = range(STARRED.index(kind) % step, len(data), step)
    assert not any(is_plain(kind, data[:at]) for at in places)
    assert not any(is_plain(kind, data[:at] + b"\xff" + data[at + 1 :]) for at in places)


def test_a_large_document_is_plain_and_a_fault_in_it_is_told_as_when_it_is_read() -> None:
    told = lines(
        [
            (number % 10_007, str(number % 3) if number % 5 else None, number % 4 or None)
            for number in range(3000)
        ]
    )
    data, form = document("SDQ", told), Edi846()
    bigger = Edi846.Writing(**PARTNERS, location="sdq")
    large = form.write(told, bigger, ENVELOPE)
    assert len(large) > 1 << 16
    assert plainly_says(large, told, bigger, ENVELOPE)
    assert not plainly_says(data, told, options("SDQ"), ENVELOPE), "its sets are too small to be worth it"
    wrong = large.replace(b"*A-2500~", b"*B-2500~")
    assert difference_in(large, told, form, bigger, ENVELOPE) == ""
    assert "'A-2500' was meant, 'B-2500' is in it" in difference_in(wrong, told, form, bigger, ENVELOPE)
