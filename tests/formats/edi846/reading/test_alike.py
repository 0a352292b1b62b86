"""LIN loops that are alike: the quickest reader says what the careful one says, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from examples import examples
from hypothesis import event, given
from hypothesis import strategies as st

from formats.alike import UnlikeError
from formats.contract import RawTable
from formats.edi846 import Edi846
from formats.edi846.reading.alike import SMALLEST, read_alike
from formats.edi846.reading.frame import MOST_BEFORE
from formats.edi846.reading.loops import MOST_RUNS
from formats.edi846.reading.reader import read_carefully
from formats.edi846.reading.reduced import MOST_AROUND
from formats.errors import Unreadable

ISA = "ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*SHOP           *260304*0506*U*00401*000000007*0*P*>"
GS = "GS*IB*WAREHOUSE*SHOP*20260304*0506*7*X*004010"
BIA = "BIA*00*SI*7*20260304*0506"
LOOPS = ["LIN*1*SK*A-1~QTY*33*5*EA", "LIN*2*SK*B-22~QTY*33*0*EA", "LIN*3*SK*A-3~QTY*33*-70*EA"]


def document(*sets: list[str], heading: str = BIA, totals: bool = True, end: str = "~") -> bytes:
    """A document with these loops, a list for each set."""
    segments = [ISA, GS]
    for number, loops in enumerate(sets, 1):
        body = [*heading.split("~"), *(segment for loop in loops for segment in loop.split("~"))]
        lines = sum(loop.startswith("LIN*") for loop in loops)
        body += [f"CTT*{lines}"] if totals else []
        segments += [f"ST*846*{number:04}", *body, f"SE*{len(body) + 2}*{number:04}"]
    return "".join(one + end for one in (*segments, f"GE*{len(sets)}*7", "IEA*1*000000007")).encode()


def in_second_heading(segment: str) -> bytes:
    """Two sets, in the second of which this stands behind BIA."""
    first, second = document(LOOPS, LOOPS).decode().split("ST*846*0002")
    second = second.replace(f"{BIA}~", f"{BIA}~{segment}~").replace("SE*10", "SE*11")
    return f"{first}ST*846*0002{second}".encode()


def alike(
    data: bytes, fields: Mapping[str, str] | None = None, *, piece: int = 1 << 19, location: str = "auto"
) -> RawTable:
    options = Edi846.Reading(location=location)  # type: ignore[arg-type]
    named = fields or {}
    return read_alike(data, named, lambda one: read_carefully(one, named, options), smallest=0, piece=piece)


def said(table: RawTable) -> tuple[object, ...]:
    return (
        table.texts.to_dict("list"),
        table.lines.tolist(),
        table.lines.dtype,
        dict(table.columns),
        len(table.rejects),
        table.stated_at,
        table.warnings,
        table.whole_skus,
    )


@pytest.mark.parametrize("piece", [1, 60, 1 << 19])
@pytest.mark.parametrize(
    ("data", "fields"),
    [
        pytest.param(document(LOOPS), {}, id="one set"),
        pytest.param(document(LOOPS, LOOPS[:2], LOOPS[:1], LOOPS * 9), {}, id="sets of all lengths"),
        pytest.param(document(LOOPS[:2], LOOPS), {}, id="a short set first"),
        pytest.param(document(LOOPS, totals=False), {}, id="no CTT"),
        pytest.param(document(LOOPS, LOOPS, end="~\n"), {}, id="a line for each segment"),
        pytest.param(document(LOOPS, LOOPS, end="~\r\n"), {}, id="CRLF"),
        pytest.param(document(LOOPS, LOOPS).replace(b"~", b"\n"), {}, id="lines are segments"),
        pytest.param(
            document(LOOPS).replace(b"*", b"\x1d").replace(b"~", b"\x1c"), {}, id="control characters"
        ),
        pytest.param(
            document(LOOPS, LOOPS, heading=f"{BIA}~N1*WH*EAST*92*E1"), {}, id="a warehouse above all"
        ),
        pytest.param(document(LOOPS).replace(b"SE*", b"SE*0"), {}, id="a count with a zero before it"),
        pytest.param(
            document([one.replace("*SK", "*UP*1*SK") for one in LOOPS]), {"sku": "SK"}, id="two products"
        ),
        pytest.param(
            document([one + "~QTY*17*9*EA" for one in LOOPS]), {"on_hand": "17"}, id="two quantities"
        ),
        pytest.param(document([one.replace("*-70", "* 1.0") for one in LOOPS]), {}, id="numbers as text"),
        pytest.param(document(LOOPS).replace(b"A-1", b"A 1>"), {}, id="signs inside a value"),
    ],
)
def test_what_differs_in_values_alone_is_read_the_quick_way(
    data: bytes, fields: Mapping[str, str], piece: int
) -> None:
    assert said(alike(data, fields, piece=piece)) == said(read_carefully(data, fields, Edi846.Reading()))


def test_quantities_are_numbers_and_lines_the_segments_of_the_whole() -> None:
    table = alike(document(LOOPS, LOOPS[:1]))
    assert table.cells["quantity"].tolist() == [5, 0, -70, 5]
    assert table.lines.tolist() == [5, 7, 9, 15]


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        pytest.param(document([*LOOPS, "LIN*4*SK*D~QTY*33*1*EA~REF*ZZ*1"]), {}, id="more in the last loop"),
        pytest.param(document([LOOPS[0] + "~DTM*018*20260304", *LOOPS]), {}, id="more in the first loop"),
        pytest.param(document([*LOOPS, "LIN*4*SK*D*UP*1~QTY*33*1*EA", *LOOPS]), {}, id="one more product"),
        pytest.param(document([*LOOPS, "LIN*4*VN*D~QTY*33*1*EA"]), {}, id="another qualifier"),
        pytest.param(document([*LOOPS, "LIN*4*SK*D~QTY*17*1*EA"]), {}, id="another kind"),
        pytest.param(document([*LOOPS, "LIN*4*SK*D~QTY*33*1*CS"]), {}, id="another unit"),
        pytest.param(document([*LOOPS, "LIN*4*SK*D~QTY*33**EA"]), {}, id="no quantity"),
        pytest.param(document([*LOOPS, "LIN*4*SK*~QTY*33*1*EA"]), {}, id="no SKU"),
        pytest.param(document([*LOOPS, "LIN*SK*SK*D~QTY*33*1*EA"]), {}, id="a qualifier as line number"),
        pytest.param(document([*LOOPS, "LIN*4*SK*D\n~QTY*33*1*EA"]), {}, id="a line break in a value"),
        pytest.param(document([*LOOPS, "lin*4*SK*D~QTY*33*1*EA"]), {}, id="small letters"),
        pytest.param(document([LOOPS[0], LOOPS[0]]), {}, id="a line number twice"),
        pytest.param(document([*LOOPS, " LIN*4*SK*D~QTY*33*1*EA"]), {}, id="a blank before a segment"),
        pytest.param(document([one + "~QTY*33*1*EA" for one in LOOPS]), {}, id="a quantity twice"),
        pytest.param(document(LOOPS, []), {}, id="a set without loops"),
        pytest.param(document(LOOPS).replace(b"SE*10", b"SE*11"), {}, id="a wrong number of segments"),
        pytest.param(document(LOOPS).replace(b"CTT*3", b"CTT*2"), {}, id="a wrong number of lines"),
        pytest.param(document(LOOPS).replace(b"GE*1", b"GE*2"), {}, id="a wrong number of sets"),
        pytest.param(document(LOOPS).replace(b"A-3", "Ä".encode()), {}, id="beyond ASCII"),
        pytest.param(document(LOOPS).replace(b"A-1", b"A\xff"), {}, id="no UTF-8"),
        pytest.param(document(LOOPS, heading=f"{BIA}~N1*WH*ÉST"), {}, id="a heading beyond ASCII"),
        pytest.param(document(LOOPS) + b"more", {}, id="text at the end"),
        pytest.param(document(LOOPS, heading="BIA*00*SI*7*20260304"), {}, id="no time"),
        pytest.param(document(LOOPS), {"sku": "1A"}, id="a qualifier that begins like a number"),
        pytest.param(document(LOOPS), {"sku": "UP"}, id="a product that is not there"),
        pytest.param(
            document(LOOPS), {"warehouse": "SK"}, id="a field named as the warehouse of the heading"
        ),
        pytest.param(document(LOOPS)[:-20], {}, id="cut off"),
        pytest.param(document(*[LOOPS[:1]] * (MOST_RUNS + 1)), {}, id="many short sets"),
        pytest.param(in_second_heading("CTT*2"), {}, id="a count in a heading"),
        pytest.param(document(LOOPS).replace(b"CTT*3", b"CTT*" + b"3" * 200_000), {}, id="an endless count"),
        pytest.param(document(LOOPS, heading=f"{BIA}~N1*ZZ*{'E' * MOST_BEFORE}"), {}, id="a long heading"),
        pytest.param(in_second_heading("N1*ZZ*" + "E" * MOST_AROUND), {}, id="little but headings"),
        pytest.param(b"ISA", {}, id="hardly anything"),
    ],
)
def test_whatever_is_odd_is_left_to_the_careful_reader(data: bytes, fields: Mapping[str, str]) -> None:
    with pytest.raises(UnlikeError):
        alike(data, fields)


def test_a_small_document_is_not_worth_it() -> None:
    with pytest.raises(UnlikeError):
        read_alike(document(LOOPS), {}, lambda data: read_carefully(data, {}, Edi846.Reading()))


def test_nothing_of_the_quick_way_is_left_where_a_document_is_refused() -> None:
    loops = [f"LIN*{number}*SK*SKU-{number}~QTY*33*{number}*EA" for number in range(SMALLEST // 30)]
    with pytest.raises(Unreadable) as refusal:
        Edi846().read(document(loops).replace(b"~GE*1*", b"~GE*1*9"), {}, Edi846.Reading())
    assert refusal.value.__context__ is None


def test_a_large_document_is_read_the_quick_way_by_the_format() -> None:
    loops = [f"LIN*{number}*SK*SKU-{number}~QTY*33*{number}*EA" for number in range(SMALLEST // 30)]
    table = Edi846().read(document(loops), {}, Edi846.Reading())
    assert table.cells["quantity"].tolist() == list(range(len(loops)))


VALUES = st.sampled_from(["A", "00", "A B", "-5", "7", "\x7f", "1234567890123"])
PIECES = st.integers(1, 400)
DAMAGE = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 9),
    st.sampled_from(
        [b"", b"*", b"~", b"\n", b"\xff", b"9", b"SK", b"LIN*", b"~REF*ZZ*1", b"~SE*3*0001~ST*846*0002"]
    ),
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Most are such that they are read the quick way."""
    loop = draw(st.sampled_from(["LIN*{}*SK*{}", "LIN*{}*UP*{}*SK*{}", "LIN*{}*SK*{}*VN*"]))
    loop += draw(st.sampled_from(["~QTY*33*{}*EA", "~QTY*17*{}~QTY*33*{}", "~QTY*33*{}"]))
    count = loop.count("{}") - 1
    values = draw(st.sampled_from([VALUES, st.sampled_from(["5", "12", "700"])]))
    loops = st.builds(loop.format, st.just("#"), *[values] * count)
    sets = draw(st.lists(st.lists(loops, min_size=1, max_size=6), min_size=1, max_size=3))
    heading = draw(st.sampled_from([BIA, f"{BIA}~N1*WH*E"]))
    end = draw(st.sampled_from(["~", "~", "~\n", "\n"]))
    numbered = [[one.replace("#", str(at)) for at, one in enumerate(loops, 1)] for loops in sets]
    return document(*numbered, heading=heading, totals=draw(st.booleans()), end=end)


@examples(150)
@given(
    text=documents(),
    piece=PIECES,
    damage=st.just([]) | st.lists(DAMAGE, max_size=2),
    location=st.sampled_from(["auto", "header", "sdq", "none"]),
)
def test_the_quick_way_finds_what_the_careful_one_finds_or_says_nothing(
    text: bytes, piece: int, damage: list[tuple[float, int, bytes]], location: str
) -> None:
    for place, length, new in damage:
        at = int(place * len(text))
        text = text[:at] + new + text[at + length :]
    try:
        quick = alike(text, piece=piece, location=location)
    except UnlikeError:
        event("left to the careful reader")
        return
    event("read the quick way")
    options = Edi846.Reading(location=location)  # type: ignore[arg-type]
    assert said(quick) == said(read_carefully(text, {}, options))
