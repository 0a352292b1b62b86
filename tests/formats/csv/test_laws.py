"""What holds for every file and every document."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

from formats.contract import INT64, TEXT, Envelope, RawTable
from formats.csv import Csv
from formats.errors import FormatError

ENVELOPE = Envelope(number=1, written_at=datetime(2026, 1, 2, tzinfo=UTC), complete=True)
FIELDS = {"sku": "a", "quantity": "b"}
TRICKY = [
    '"',
    '""',
    ",",
    ";",
    "\t",
    " ",
    "\n",
    "\r",
    "\r\n",
    "5",
    "x",
    "ü",
    "😀",
    "\ufeff",
    "ÿþ",
    "NA",
    "\u2028",
    "\\",
]
texts = st.lists(st.sampled_from(TRICKY), max_size=6).map("".join) | st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8
)
pieces = [
    b'"',
    b'""',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"a",
    b"5",
    b" ",
    b"\t",
    b"\xff",
    b"\xc3\xbc",
    b"\0",
    b"\xef\xbb\xbf",
]
pieces += [b"x,y\n", b'"p","q"\n', b'"p\nq",r\n', b'"\n', b'\n"', b'","', b"1,2,3\n"]
bodies = st.lists(st.sampled_from(pieces), max_size=20).map(b"".join)


@st.composite
def writing(draw: st.DrawFn) -> Any:
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]))
    return Csv.Writing(
        columns=draw(
            st.sampled_from(
                [
                    {"sku": "sku", "quantity": "quantity"},
                    {"T": "title"},
                    {"T,1": "title", 'Const "x"': "=a\n,;", " S ": "sku", "S2": "sku"},
                ]
            )
        ),
        delimiter=draw(st.sampled_from([",", ";", "\t", "|", " ", "\\"])),
        encoding=encoding,
        header=draw(st.booleans()),
        quote=draw(st.sampled_from(["minimal", "all"])),
        newline=draw(st.sampled_from(["\n", "\r\n"])),
        bom=draw(st.booleans()),
    )


@examples(80)
@given(
    rows=st.lists(
        st.tuples(texts.filter(bool), st.integers(-(2**63), 2**63 - 1), st.none() | texts), max_size=5
    ),
    options=writing(),
)
def test_what_is_written_is_read_back(rows: list[tuple[str, int, str | None]], options: Any) -> None:
    sku, quantity, title = zip(*rows, strict=True) if rows else ((), (), ())
    frame = pd.DataFrame(
        {
            "sku": pd.array(sku, dtype=TEXT),
            "quantity": pd.array(quantity, dtype=INT64),
            "title": pd.array(title, dtype=TEXT),
        }
    )
    expected = {
        "sku": list(sku),
        "quantity": list(map(str, quantity)),
        "title": [text or "" for text in title],
    }
    back = Csv().read_back(Csv().write(frame, options, ENVELOPE), options)
    assert back.to_dict("list") == {field: expected[field] for field in Csv().fields(options)}


@examples(80)
@given(
    st.binary(max_size=60), st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-32-be", "shift_jis", "ascii"])
)
@example(b"\xff\xfe\0", "utf-8")
def test_arbitrary_bytes_raise_nothing_but_format_errors(data: bytes, encoding: str) -> None:
    assert "\n" not in complaint(data, encoding)
    assert "\n" not in complaint(b"a,b\n" + data, encoding)


def complaint(data: bytes, encoding: str) -> str:
    try:
        Csv().read(data, FIELDS, Csv.Reading(encoding=encoding))
    except FormatError as error:
        return str(error)
    return ""


def begins(table: RawTable) -> list[int]:
    """Where the rows begin, whether sound or rejected."""
    return sorted([*table.lines.tolist(), *table.rejects["line"].tolist()])


def line_ends(values: Iterable[str]) -> int:
    return sum(len(re.findall("\r\n|\r|\n", value)) for value in values)


@examples(150)
@given(bodies.map(lambda body: body.replace(b"\xff", b"")))
@example(b'1,2\n"x,3\ny,4\n"z",5\n')
@example(b'"p\n\nq",r,s\n')
def test_every_line_is_in_one_row_one_reject_or_blank(body: bytes) -> None:
    table = Csv().read(b"a,b\n" + body, FIELDS, Csv.Reading())
    assert not table.texts.isna().any().any()
    assert len(table.texts) == len(table.lines)
    assert table.lines.tolist() == sorted(set(table.lines.tolist()))
    assert len(set(begins(table))) == len(table.texts) + len(table.rejects)
    accounted = len(begins(table)) + line_ends(
        [*table.texts["sku"], *table.texts["quantity"], *table.rejects["value"]]
    )
    lines = re.split(b"\r\n|\r|\n", body)
    assert sum(1 for line in lines if line.strip(b" \t")) <= accounted <= len(lines)


@examples(80)
@given(bodies)
@example(b'"p\n\nq",\xff\n')
def test_undecodable_bytes_change_no_row_but_their_own(body: bytes) -> None:
    bad = Csv().read(b"a,b\n" + body, FIELDS, Csv.Reading())
    good = Csv().read(b"a,b\n" + body.replace(b"\xff", b"z"), FIELDS, Csv.Reading())
    assert begins(bad) == begins(good)
    kept = good.texts[pd.Series(good.lines).isin(bad.lines)]
    assert bad.texts.to_dict("list") == kept.to_dict("list")


@examples(80)
@given(
    st.lists(st.tuples(texts, texts), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_a_sound_file_reads_as_the_standard_library_reads_it(
    rows: list[tuple[str, str]], end: str, careful: bool
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    text = out.getvalue() + ("ragged" + end if careful else "")
    table = Csv().read(text.encode(), FIELDS, Csv.Reading())
    assert list(table.texts.itertuples(index=False, name=None)) == rows
    assert len(table.rejects) == careful


line_texts = [b"a,b", b"1 2,+#", b"", b",", b"x,", b'"p","q"', b'"",""', b"\xef\xbb\xbfa,\xc3\xbc", b"\xff,1"]
bodies_of_lines = st.lists(st.sampled_from(line_texts[:2]) | st.sampled_from(line_texts), max_size=12)


@examples(150)
@given(
    lines=bodies_of_lines,
    end=st.sampled_from([b"\n", b"\n", b"\r\n", b"\r"]),
    ended=st.booleans(),
    one_column=st.booleans(),
    sizes=st.tuples(st.integers(0, 40), st.integers(8, 40)),
)
def test_rows_read_at_once_are_those_found_line_by_line(
    lines: list[bytes], end: bytes, ended: bool, one_column: bool, sizes: tuple[int, int]
) -> None:
    """Wherever the text is cut, by us or by the parser."""
    body = b"".join(line + end for line in lines)
    if one_column:
        body = body.replace(b",", b";")
    header, fields = (b"a\n", {"sku": "a"}) if one_column else (b"a,b\n", FIELDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("formats.csv.plain.PIECE", sizes[0])
        patch.setattr("formats.csv.body.BLOCK", sizes[1])
        whole = body if ended else body.removesuffix(end)
        quick = Csv().read(header + whole, fields, Csv.Reading())
    careful = Csv().read(header + body + b"1,2,3\n", fields, Csv.Reading())
    assert quick.texts.equals(careful.texts)
    assert quick.lines.tolist() == careful.lines.tolist()
    assert quick.rejects["line"].tolist() == careful.rejects["line"].tolist()[:-1]


@examples(80)
@given(st.integers(0, 200), bodies)
def test_a_damaged_file_keeps_its_sound_rows_before_the_damage(at: int, damage: bytes) -> None:
    sound = "".join(f'S{row},"{row}"\n' for row in range(40)).encode()
    cut = sound.find(b"\n", at) + 1
    try:
        table = Csv().read(b"a,b\n" + sound[:cut] + damage + sound[cut:], FIELDS, Csv.Reading())
    except FormatError:
        return
    kept = sound[:cut].count(b"\n")
    assert list(table.texts["sku"][:kept]) == [f"S{row}" for row in range(kept)]
