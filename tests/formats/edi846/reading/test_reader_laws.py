"""Laws of the reader: it agrees with a plain one, keeps every line, and raises nothing of its own."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from examples import examples
from hypothesis import assume, given
from hypothesis import strategies as st

from formats.edi846 import Edi846
from formats.errors import FormatError

ISA = "ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*SHOP           *260304*0506*U*00401*000000007*0*P*>~"
WORD = st.text("ABCabc019 -./ö", min_size=0, max_size=6)
PAIRS = st.lists(st.tuples(st.sampled_from(["SK", "UP", "VN", "EN"]), WORD), min_size=1, max_size=4)
QTYS = st.lists(
    st.tuples(st.sampled_from(["33", "17", "63"]), st.sampled_from(["", "0", "12", "-3", "x"])), max_size=3
)


@dataclass(frozen=True)
class Plain:
    """What a plain loop makes of a file: rows and the lines of rejects."""

    rows: list[tuple[str | None, str | None, int]]
    rejects: list[int]


def plainly(text: str) -> Plain:
    items: list[tuple[int, list[str], list[str]]] = []
    for number, segment in enumerate(text.split("~"), start=1):
        name, *elements = segment.split("*")
        if name == "LIN":
            pairs = zip(elements[1::2], elements[2::2], strict=False)
            items.append((number, [value for key, value in pairs if key == "SK" and value], []))
        elif name == "QTY" and elements[0] == "33":
            items[-1][2].append(elements[1] if len(elements) > 1 else "")
    single = [item for item in items if len(item[1]) < 2 and len(item[2]) < 2]
    return Plain(
        rows=[((skus or [None])[0], (numbers or [None])[0] or None, line) for line, skus, numbers in single],
        rejects=[item[0] for item in items if item not in single],
    )


@st.composite
def files(draw: st.DrawFn) -> str:
    segments = ["GS*IB*WAREHOUSE*SHOP*20260304*0506*7*X*004010"]
    sets = draw(st.integers(1, 3))
    for number in range(sets):
        body = ["BIA*00*SI*7*20260304*0506"]
        for line in range(draw(st.integers(1, 4))):
            pairs = draw(PAIRS)
            body.append("*".join(["LIN", str(line + 1), *(part for pair in pairs for part in pair)]))
            body += ["PID*F****Text"] * draw(st.integers(0, 2))
            body += ["*".join(("QTY", *quantity)) for quantity in draw(QTYS)]
        segments += [f"ST*846*{number:04}", *body, f"SE*{len(body) + 2}*{number:04}"]
    return ISA + "".join(one + "~" for one in [*segments, f"GE*{sets}*7", "IEA*1*000000007"])


@given(text=files())
def test_the_reader_agrees_with_a_plain_loop(text: str) -> None:
    assume("~QTY*" in text)
    table = Edi846().read(text.encode(), {"sku": "SK", "quantity": "33"}, Edi846.Reading())
    skus, numbers = (table.cells[name].array._pa_array.to_pylist() for name in ("sku", "quantity"))
    expected = plainly(text)
    assert list(zip(skus, numbers, table.lines.tolist(), strict=True)) == expected.rows
    assert table.rejects["line"].tolist() == expected.rejects


@given(text=files())
def test_every_line_is_a_row_or_a_reject(text: str) -> None:
    assume("~QTY*" in text)
    table = Edi846().read(text.encode(), {}, Edi846.Reading())
    assert len(table.cells) + len(table.rejects) == text.count("~LIN*")
    assert len(table.cells) == len(table.lines)


@examples(150)
@given(data=st.binary(max_size=300), isa=st.booleans())
def test_arbitrary_bytes_are_read_or_refused(data: bytes, isa: bool) -> None:
    with contextlib.suppress(FormatError):
        Edi846().read(ISA.encode() + b"GS*" + data if isa else data, {}, Edi846.Reading())


@examples(200)
@given(text=files(), data=st.data())
def test_a_mutated_file_is_read_or_refused(text: str, data: st.DataObject) -> None:
    file = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(file)))
        length = data.draw(st.integers(0, 8))
        new = data.draw(
            st.one_of(
                st.sampled_from([b"*", b"~", b"~~", b"\n", b"LIN*", b"SE*", b"\xff", b"~ST*846*1~"]),
                st.binary(max_size=3),
            )
        )
        file[at : at + length] = new
    try:
        table = Edi846().read(bytes(file), {}, Edi846.Reading())
    except FormatError:
        pass
    else:
        assert len(table.cells) == len(table.lines)


@given(text=files(), data=st.data())
def test_a_file_cut_short_is_refused(text: str, data: st.DataObject) -> None:
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    try:
        Edi846().read(cut.encode(), {}, Edi846.Reading())
    except FormatError:
        return
    raise AssertionError(cut)
