"""What partners differ in: each as the segments of a small document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from formats.contract import INT64, QUANTITY_IN, TEXT, Envelope
from formats.edi846 import Edi846
from formats.errors import FormatError, Unwritable
from formats.frames import of_columns

ENVELOPE = Envelope(number=42, written_at=datetime(2026, 3, 4, 21, 6, 7, tzinfo=UTC), complete=True)
PARTIES = {"sender": "ZZ/ACMEWHSE", "receiver": "01/007909411"}


def table(text: str) -> pd.DataFrame:
    """`sku | quantity | …`: a column per field; `in EAST` is the quantity in a warehouse; blank is null."""
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    columns = {}
    for at, name in enumerate(header):
        cells = [row[at] or None for row in rows]
        if name == "quantity" or name.startswith("in "):
            numbers = [int(cell) if cell else None for cell in cells]
            columns[name.replace("in ", QUANTITY_IN)] = pd.Series(numbers, dtype=INT64)
        else:
            columns[name] = pd.Series(cells, dtype=TEXT)
    return pd.DataFrame(columns)


ONE = table("""
    sku | quantity
    A   | 5
""")
STOCK = table("""
    sku | quantity | in EAST | in WEST | title | cost  | restock             | status
    A   | 12       | 5       | 7       | Lamp  | 12.50 |                     | live
    B   | 0        | 0       |         |       | 007   | 2026-12-01T09:00:00 | gone
    C   | 4        |         |         | Chair |       | 20261224            |
""")


def segments(lines: pd.DataFrame, **options: Any) -> list[str]:
    """The segments between BIA and SE, and the document read back as it was meant."""
    form, wanted = Edi846(), Edi846.Writing(**{**PARTIES, **options})
    document = form.write(lines, wanted, ENVELOPE)
    meant = of_columns(form.meant(lines, wanted, ENVELOPE))
    back = form.read_back(document, wanted)
    assert {name: back[name].tolist() for name in back} == {
        name: ["" if cell is pd.NA else cell for cell in meant[name].tolist()] for name in back
    }
    text = document.decode()
    return text[text.index("~BIA") + 1 : text.index("~SE*")].split("~")[1:]


def items(lines: pd.DataFrame = STOCK, **options: Any) -> list[str]:
    return segments(lines, totals="none", **options)


def refused(lines: pd.DataFrame, **options: Any) -> str:
    with pytest.raises(FormatError) as caught:
        Edi846().write(lines, Edi846.Writing(**{**PARTIES, **options}), ENVELOPE)
    return str(caught.value)


def misconfigured(**options: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Edi846.Writing(**{**PARTIES, **options})
    return str(caught.value)


def test_purpose_report_and_reference_stand_in_bia() -> None:
    options = Edi846.Writing(**PARTIES, purpose="25", report="DD", reference="INV{date}-{number:05}")
    assert b"~BIA*25*DD*INV20260304-00042*20260304*210607~" in Edi846().write(ONE, options, ENVELOPE)


def test_the_heading_has_what_is_configured() -> None:
    header = ["CUR*SE*USD", "DTM*097*{now}*{now}", "REF*VR*123", "N1*SU*Acme*92*77", "N4*Reno*NV"]
    assert segments(ONE, header=header)[:5] == [
        "CUR*SE*USD",
        "DTM*097*20260304*210607",
        "REF*VR*123",
        "N1*SU*Acme*92*77",
        "N4*Reno*NV",
    ]


def test_an_item_segment_is_left_out_where_its_field_is_empty() -> None:
    assert items(item=["PID*F*08***{title}", "CTP**CON*{cost}", "REF*ZZ*AC"]) == [
        *("LIN*1*SK*A", "PID*F*08***Lamp", "CTP**CON*12.5", "REF*ZZ*AC", "QTY*33*12*EA"),
        *("LIN*2*SK*B", "CTP**CON*7", "REF*ZZ*AC", "QTY*33*0*EA"),
        *("LIN*3*SK*C", "PID*F*08***Chair", "REF*ZZ*AC", "QTY*33*4*EA"),
    ]


def test_the_next_available_date_stands_where_nothing_is_left() -> None:
    after = [{"segment": "DTM*018*{restock}", "when": "zero"}]
    assert [one for one in items(after_quantity=after) if not one.startswith("LIN")] == [
        "QTY*33*12*EA",
        "QTY*33*0*EA",
        "DTM*018*20261201",
        "QTY*33*4*EA",
    ]


def test_a_condition_looks_at_a_field() -> None:
    gone = {"segment": "REF*ZZ*DC", "when": "status=gone"}
    here = {"segment": "REF*ZZ*AC", "when": "status!=gone"}
    assert [one for one in items(item=[gone, here]) if one.startswith("REF")] == [
        "REF*ZZ*AC",
        "REF*ZZ*DC",
        "REF*ZZ*AC",
    ]


def test_further_quantities_follow_the_first() -> None:
    lines = ONE.assign(on_order=pd.Series(["30"], dtype=TEXT))
    assert items(lines, after_quantity=["QTY*63*{on_order}*EA", "DTM*002*{now}"]) == [
        "LIN*1*SK*A",
        "QTY*33*5*EA",
        "QTY*63*30*EA",
        "DTM*002*20260304",
    ]


def test_warehouses_in_sdq_stand_before_the_total() -> None:
    assert items(location={"form": "sdq", "names": {"EAST": "0001"}}, item=["PID*F*08***{title}"]) == [
        *("LIN*1*SK*A", "PID*F*08***Lamp", "SDQ*EA*54*0001*5*WEST*7", "QTY*33*12*EA"),
        *("LIN*2*SK*B", "SDQ*EA*54*0001*0", "QTY*33*0*EA"),
        *("LIN*3*SK*C", "PID*F*08***Chair", "QTY*33*4*EA"),
    ]


def test_an_eleventh_warehouse_begins_another_sdq() -> None:
    names = [f"W{number:02}" for number in range(12)]
    lines = ONE.assign(**{QUANTITY_IN + name: pd.Series([at], dtype=INT64) for at, name in enumerate(names)})
    sdq = [one for one in items(lines, location="sdq") if one.startswith("SDQ")]
    assert [len(one.split("*")) for one in sdq] == [23, 7]
    assert sdq[1] == "SDQ*EA*54*W10*10*W11*11"


def test_warehouses_in_ls_stand_after_the_total() -> None:
    assert items(location="ls", after_quantity=["DTM*018*{restock}"]) == [
        *("LIN*1*SK*A", "QTY*33*12*EA", "LS*REF", "REF*WS*EAST*5", "REF*WS*WEST*7", "LE*REF"),
        *("LIN*2*SK*B", "QTY*33*0*EA", "DTM*018*20261201", "LS*REF", "REF*WS*EAST*0", "LE*REF"),
        *("LIN*3*SK*C", "QTY*33*4*EA", "DTM*018*20261224"),
    ]


def test_warehouses_in_sch() -> None:
    assert items(location="sch")[:4] == [
        "LIN*1*SK*A",
        "QTY*33*12*EA",
        "SCH*5*EA*WH*EAST*097*20260304",
        "SCH*7*EA*WH*WEST*097*20260304",
    ]


def test_each_warehouse_has_a_set_of_its_own_with_its_own_quantities() -> None:
    options = Edi846.Writing(**PARTIES, location="header", header=["REF*VR*1"])
    text = Edi846().write(STOCK.iloc[:2], options, ENVELOPE).decode()
    sets = [part.split("SE*")[0].split("~")[2:-1] for part in text.split("ST*846*")[1:]]
    assert sets == [
        ["REF*VR*1", "N1*WH*EAST*92*EAST", "LIN*1*SK*A", "QTY*33*5*EA", "LIN*2*SK*B", "QTY*33*0*EA", "CTT*2"],
        ["REF*VR*1", "N1*WH*WEST*92*WEST", "LIN*1*SK*A", "QTY*33*7*EA", "CTT*1"],
    ]
    back = Edi846().read_back(text.encode(), options)
    assert back[["sku", "quantity", "warehouse"]].to_numpy().tolist() == [
        ["A", "5", "EAST"],
        ["B", "0", "EAST"],
        ["A", "7", "WEST"],
    ]
    assert "is kept in no warehouse" in refused(STOCK, location="header")


def test_ctt_may_be_left_out_or_have_the_sum() -> None:
    assert segments(STOCK, totals="hash")[-1] == "CTT*3*16"
    assert segments(STOCK, totals="none")[-1] == "QTY*33*4*EA"
    many = table("sku | quantity\nA | 9999999999\nB | 1")
    assert "longer than the 10 digits of CTT02" in refused(many, totals="hash")


def test_lines_need_no_number() -> None:
    assert items(ONE, line_number=False)[0] == "LIN**SK*A"


def test_text_is_spelled_as_the_partner_takes_it() -> None:
    lines = table("sku | quantity | title\nab-é | 1 | 50% off")
    options = {"products": {"SK": "sku", "VN": "title"}, "upper_case": True, "characters": "basic"}
    assert items(lines, **options, replace={"é": "e", "%": " PCT"})[0] == "LIN*1*SK*AB-E*VN*50 PCT OFF"
    assert "this partner does not take" in refused(lines, **options, replace={"é": "e"})
    assert "not in X12's character set" in refused(lines, **options, replace={"%": ""})


def test_two_skus_are_never_spelled_alike() -> None:
    lines = table("sku | quantity\nab | 1\nAB | 2")
    assert "is how two SKUs would be spelled" in refused(lines, upper_case=True)


def test_a_group_may_have_ids_of_its_own() -> None:
    options = Edi846.Writing(**PARTIES, sender_group="ACME", receiver_group="DEPT7")
    document = Edi846().write(ONE, options, ENVELOPE)
    assert b"~GS*IB*ACME*DEPT7*2026" in document
    assert Edi846().read_back(document, options)["sku"].tolist() == ["A"]


@pytest.mark.parametrize(
    ("field", "value", "segment", "said"),
    [
        ("title", "x" * 81, "PID*F*08***{title}", "has 81 characters, not 1 to 80"),
        ("cost", "12,50", "CTP**CON*{cost}", "is not a number"),
        ("cost", "1e3", "CTP**CON*{cost}", "is not a number"),
        ("cost", "-", "CTP**CON*{cost}", "is not a number"),
        ("restock", "soon", "DTM*018*{restock}", "is not a date"),
        ("restock", "2026-02-30", "DTM*018*{restock}", "is not a date"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_sku(
    field: str, value: str, segment: str, said: str
) -> None:
    lines = table(f"sku | quantity | {field}\nA | 1 |\nB | 1 | {value}")
    with pytest.raises(Unwritable) as caught:
        Edi846().write(lines, Edi846.Writing(**PARTIES, item=[segment]), ENVELOPE)
    assert (caught.value.sku, caught.value.field) == ("B", field)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"report": "IB"}, "BIA02 'IB' is not one of"),
        ({"purpose": "99"}, "BIA01 '99' is not one of"),
        ({"reference": "weekly"}, "must have {number}"),
        ({"reference": "{batch}"}, "the placeholders are {number} and {date}"),
        ({"header": ["REF*VR"]}, "at least one of REF02 and REF03 is needed"),
        ({"header": ["REF*VR*1", "DTM*097*{now}"]}, "DTM must stand earlier"),
        ({"header": ["LIN*1*SK*A"]}, "LIN has no place in the heading"),
        ({"header": ["REF*VR*{title}"]}, "the heading has only {now} and {number}"),
        ({"item": ["QTY*33*1*EA"]}, "QTY has no place in a LIN loop before QTY"),
        ({"item": ["XYZ*1"]}, "none of the segments known here"),
        ({"item": ["DTM*018*20261301"]}, "DTM02 '20261301' is not a date"),
        ({"item": ["CTP**CON*05"]}, "CTP03 '05' is not a number"),
        ({"item": ["PID*Q*08***x"]}, "PID01 'Q' is not one of"),
        ({"item": ["PID*F*08***{title"]}, "a brace without its counterpart"),
        ({"item": ["PID*F*08***{a b}"]}, "is not the name of a field"),
        ({"item": ["PID*F*08***a~b"]}, "contains the delimiter"),
        ({"item": [7]}, "a segment such as"),
        ({"item": [{"segment": "REF*ZZ*A", "if": "zero"}]}, "a table with segment"),
        ({"item": [{"segment": "REF*ZZ*A", "when": "never"}]}, '"zero", "some"'),
        ({"after_quantity": ["REF*ZZ*A"]}, "REF has no place in a QTY loop"),
        ({"after_quantity": ["SCH*{n}*EA***018"]}, "SCH06 must be there"),
        ({"location": "city"}, "'none', 'header'"),
        (
            {"location": {"form": "ls", "segment": "REF*WS*{warehouse}"}},
            "must have {warehouse} and {quantity}",
        ),
        ({"location": {"form": "ls", "segment": "MAN*W*{warehouse}*{quantity}"}}, "must be a REF"),
        ({"location": {"form": "sdq", "segment": "REF*WS*{warehouse}*{quantity}"}}, "has none"),
        ({"location": {"form": "sdq", "names": {"A": "1", "B": "1"}}}, "two warehouses cannot both be '1'"),
        ({"profile": "wallmart-dsv"}, "did you mean 'walmart-dsv'?"),
        ({"totals": "sum"}, "'none', 'count' or 'hash'"),
        ({"sender": "ZZ/A"}, "GS takes 2 to 15 characters; give sender_group as well"),
    ],
)
def test_what_x12_does_not_allow_cannot_be_configured(wrong: dict[str, Any], said: str) -> None:
    assert said in misconfigured(**wrong)


def test_a_warehouse_with_too_short_a_name_needs_another() -> None:
    lines = ONE.assign(**{QUANTITY_IN + "E": pd.Series([5], dtype=INT64)})
    assert "location.names" in refused(lines, location="sdq")
    assert "SDQ*EA*54*EE*5" in items(lines, location={"form": "sdq", "names": {"E": "EE"}})


def bia01(*, again: bool, **options: Any) -> str:
    """BIA01 of a document, which reads back as it was meant."""
    form, wanted = Edi846(), Edi846.Writing(**PARTIES, **options)
    envelope = replace(ENVELOPE, again=again)
    document = form.write(ONE, wanted, envelope)
    assert (
        form.read_back(document, wanted)["sku"].tolist()
        == form.meant(ONE, wanted, envelope)["sku"].to_pylist()
    )
    return document.decode().split("~BIA*")[1][:2]


def test_what_takes_the_place_of_an_earlier_document_says_so_where_the_partner_wants_it() -> None:
    assert bia01(again=True, replacement="05") == "05"
    assert bia01(again=False, replacement="05") == "00"
    assert bia01(again=True, purpose="25") == "25"
    with pytest.raises(ValidationError, match="BIA01"):
        Edi846.Writing(**PARTIES, replacement="ZZ")
