"""A file for each thing that partners do: read with the same rows, or refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from formats.contract import RawTable
from formats.edi846 import Edi846
from formats.errors import Unreadable

SAMPLES = Path(__file__).parent / "samples"
USUAL = "A-1 5, A-2 0"

READ = """
byte-order-mark                       |                                 |
crlf-between-segments                 |                                 |
cr-between-segments                   |                                 |
one-line                              |                                 |
indented                              |                                 |
text-after-the-end                    |                                 | text after the last segment was passed over
lower-case                            | a-1 5, a-2 0                    |
line-feed-terminates                  |                                 |
carriage-return-terminates            |                                 |
question-mark-terminates              |                                 |
brace-terminates-tilde-separates      |                                 |
asterisk-terminates-tilde-separates   |                                 |
pipe-terminates                       |                                 |
isa11-is-u-in-5010                    |                                 | ISA11 is no repetition separator
isa11-is-blank                        |                                 |
isa12-is-00400                        |                                 | ISA12 is '00400', GS08 is '004010'
isa12-older-than-gs08                 |                                 | ISA12 is '00401', GS08 is '005010'
isa16-is-the-element-separator        |                                 | cannot separate components
isa06-and-isa08-too-wide              |                                 | the ISA is 110 characters long instead of 106
se01-wrong                            |                                 | SE01 counts '99' segments where 7 stand
se01-with-leading-zero                |                                 |
ctt01-wrong                           |                                 | CTT01 counts '9' LIN where 2 stand
ctt-missing                           |                                 |
lin01-empty                           |                                 |
lin01-repeated                        |                                 | LIN01 is '1' again
unit-missing                          |                                 |
product-value-empty                   |                                 |
product-value-blank                   | [ ] 5, A-2 0                    |
ref-after-qty                         |                                 |
dtm-after-lin-and-after-qty           |                                 |
qty01-not-in-any-list                 |                                 |
bia02-not-of-inventory                |                                 | BIA02 is 'IB', which is not a report of inventory
decimals                              | A-1 55.0, A-2 00.0505           |
negative                              | A-1 -5, A-2 0                   |
unit-as-composite                     |                                 |
two-sets                              |                                 | the sets are of different times
two-groups-one-of-another-set         |                                 | 1 other sets were passed over: '850'
set-number-twice                      |                                 | ST02 '0001' stands twice in its group
ta1-before-the-group                  |                                 |
date-in-a-dtm                         |                                 | the document has no date of its own
date-without-time                     |                                 | counts as of midnight
stock-in-sdq                          | A-1 2 EAST, A-1 3 WEST, A-2 0 EAST |
stock-in-ls                           | A-1 2 EAST, A-1 3 WEST, A-2 0 -    |
stock-in-sch                          | A-1 2 EAST, A-1 3 WEST, A-2 0 -    |
stock-of-one-warehouse-in-the-heading | A-1 5 R1, A-2 0 R1              |
sdq-is-not-the-total                  | A-1 7 -, A-2 2 EAST, A-2 1 WEST | not what QTY tells; QTY counts
sdq-without-a-total                   | A-1 2 EAST, A-1 3 WEST, A-2 2 EAST | quantities per warehouse and no QTY
"""

REFUSED = """
refused-no-isa               | segment 1 (byte offset 0): not X12
refused-lin01-left-out       | segment 5 (byte offset 194), LIN01: found the qualifier 'SK'
refused-another-set-inside   | segment 5 (byte offset 194): found PO1 inside an 846
refused-an-inquiry           | segment 5 (byte offset 194): found 2 LIN and no QTY
refused-no-se                | segment 9 (byte offset 264): found GE after the ST of segment 3; expected SE
refused-no-ge                | segment 10 (byte offset 275): found IEA after the SE of segment 9
refused-no-iea               | segment 10 (byte offset 275): found the end of the file after this GE
refused-truncated            | segment 3 (byte offset 154): found the end of the file
refused-a-terminator-missing | segment 6 (byte offset 224), QTY05: found QTY with 6 elements
refused-group-numbers-differ | segment 10 (byte offset 275), GE02: found control number '8'; expected '7'
refused-a-set-missing        | segment 10 (byte offset 275), GE01: found '2' transaction sets stated; expected 1
"""


def table_of(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def read(name: str) -> RawTable:
    return Edi846().read((SAMPLES / f"{name}.edi").read_bytes(), {}, Edi846.Reading())


def shown(table: RawTable) -> str:
    rows = table.cells.fillna("-").to_numpy().tolist()
    return ", ".join(" ".join(cell if cell.strip() else f"[{cell}]" for cell in row) for row in rows)


def test_every_sample_is_spoken_of() -> None:
    names = {path.stem for path in SAMPLES.iterdir()}
    assert names == {row[0] for row in (*table_of(READ), *table_of(REFUSED))}


@pytest.mark.parametrize(("name", "rows", "warning"), table_of(READ))
def test_an_oddity_is_tolerated_and_said(name: str, rows: str, warning: str) -> None:
    table = read(name)
    assert shown(table) == (rows or USUAL)
    assert table.whole_skus == name.startswith(("sdq", "stock-in"))
    assert any(warning in sentence for sentence in table.warnings) if warning else not table.warnings
    assert len(table.rejects) == 0


@pytest.mark.parametrize(("name", "message"), table_of(REFUSED))
def test_what_could_lose_a_row_is_refused_with_its_place(name: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(name)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "form", "rows"),
    [
        ("stock-in-sdq", "none", USUAL),
        ("stock-in-sdq", "ls", "A-1 5 -, A-2 0 -"),
        ("stock-in-ls", "header", "A-1 5 -, A-2 0 -"),
        ("stock-in-sdq", "sdq", "A-1 2 EAST, A-1 3 WEST, A-2 0 EAST"),
    ],
)
def test_the_form_can_be_configured(name: str, form: str, rows: str) -> None:
    data = (SAMPLES / f"{name}.edi").read_bytes()
    assert shown(Edi846().read(data, {}, Edi846.Reading(location=form))) == rows


def test_what_is_left_of_a_difference_is_taken_from_whole_lines_only() -> None:
    data = (SAMPLES / "stock-in-sdq.edi").read_bytes()
    fields = {"sku": "SK", "on_hand": "33", "committed": "QC"}
    assert "warehouse" not in Edi846().read(data, fields, Edi846.Reading()).cells


def test_rows_of_a_line_have_its_place() -> None:
    assert read("stock-in-ls").lines.tolist() == [5, 5, 11]
