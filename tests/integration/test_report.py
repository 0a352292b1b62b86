"""`report`: a day on one page, through the command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import html

HEADER = "SKU,QTY,AS_OF\n"
ORDERS = "order,line,sku,qty,at,status\n"
SCRIPT = "<script>alert(1)</script>"
LATER = "2026-11-21T09:00:00Z"


@pytest.fixture
def busy(workshop: Any, once: Any) -> Any:
    """A day with news every hour, a row of no use, and a file of no use at the end."""
    once("busy", workshop, lambda: live(workshop))
    return workshop


def live(workshop: Any) -> None:
    path = workshop.folder / "stockferry.toml"
    path.write_text(path.read_text() + "minimum_level = 5\nbuffer = 1\n")
    for hour, (level, other) in enumerate(((40, 9), (30, 5), (12, 4)), start=9):
        rows = f'{HEADER}"{SCRIPT}",{level},2026-11-20T{hour:02}:00:00Z\nB,{other},2026-11-20T{hour:02}:00:00Z\nC,n/a,2026-11-20T{hour:02}:00:00Z\n'
        workshop.put(f"wms/INV_{hour:02}.csv", rows, at=f"2026-11-20T{hour:02}:00:00Z")
        order = f'{ORDERS}{hour},1,"{SCRIPT}",3,2026-11-20T{hour:02}:10:00Z,paid\n'
        workshop.put(f"shop/orders/{hour}.csv", order, at=f"2026-11-20T{hour:02}:11:00Z")
        workshop.run(now=f"2026-11-20T{hour:02}:15:00Z")
    workshop.put("wms/INV_&lt;.csv", "nothing of use\n", at="2026-11-20T12:00:00Z")
    workshop.run(now="2026-11-20T12:15:00Z")


def page(shop: Any, *words: object, day: str = "2026-11-20", now: str = LATER) -> tuple[str, Any]:
    """The page's text and tree."""
    done = shop.ferry("report", "--date", day, "--now", now, *words)
    assert done.code == 0, done.err
    text = Path(done.out.strip()).read_text(encoding="utf-8")
    return text, html.document_fromstring(text)


def cells(tree: Any, heading: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    (section,) = (each for each in tree.iter("section") if each.findtext("h2") == heading)
    return [[" ".join(cell.text_content().split()) for cell in row.iter("td")] for row in section.iter("tr")][
        1:
    ]


def test_what_came_in_what_was_sent_and_what_was_refused(busy: Any) -> None:
    text, tree = page(busy)
    assert "7 files came in; 3 documents with 6 lines were sent to 1 cart." in text
    assert "To look at: 1 file quarantined, 3 rows refused. 1 condition stands." in text
    assert cells(tree, "What came in") == [
        ["acme/inventory", "inventory", "4", "9", "6", "3", "1", "12:15"],
        ["acme/web", "orders", "3", "3", "3", "0", "0", "11:15"],
    ]
    assert cells(tree, "What was sent") == [["acme/front", "3", "3", "6", "1", "11:15", "front_0003.csv"]]
    (row,) = cells(tree, "Rows refused")
    assert row[:4] == ["acme/inventory", "3", "QTY", "not a whole number"]
    assert row[4].startswith("n/a for C INV_11.csv line 4")


def test_zeros_are_told_by_rule(busy: Any) -> None:
    _, tree = page(busy)
    assert [row[:3] for row in cells(tree, "What carts are told as 0, and why")] == [["acme/front", "2", "1"]]
    assert tree.xpath("//rect[@class='rule-minimum-level']/title/text()") == ["minimum_level: 1 of 2"]


def test_the_sku_that_moved_most_comes_first_with_its_orders(busy: Any) -> None:
    _, tree = page(busy)
    (section,) = (each for each in tree.iter("section") if each.findtext("h2") == "What moved most")
    first, second = section.iter("figcaption")
    assert " ".join(first.text_content().split()) == f"{SCRIPT}acme · 37 → 9 available · 9 ordered"
    assert second.findtext("b") == "B"
    dots = [dot.findtext("title") for dot in section.find(".//figure").iter("circle")]
    assert dots == [
        "09:15: level 40, available 37",
        "10:15: level 30, available 27",
        "11:15: level 12, available 9",
    ]


def test_hostile_names_show_as_text_and_nothing_comes_from_outside(busy: Any) -> None:
    text, tree = page(busy)
    assert not list(tree.iter("script", "img", "link", "iframe", "object", "a", "base", "form"))
    assert not [
        name
        for each in tree.iter()
        if isinstance(each.tag, str)
        for name in each.attrib
        if name in ("src", "href", "style") or name.startswith("on")
    ]
    assert "://" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert SCRIPT in tree.text_content()
    assert "INV_&lt;.csv" in tree.text_content()


def test_the_page_is_well_formed(busy: Any) -> None:
    text, _ = page(busy)
    void = ("meta", "!DOCTYPE")
    stack: list[str] = []
    for closing, name in re.findall(r"<(/?)([A-Za-z!][A-Za-z0-9]*)", text):
        if closing:
            assert stack.pop() == name
        elif name not in void:
            stack.append(name)
    assert not stack


def test_the_page_lies_where_it_is_wanted_and_its_path_is_printed(busy: Any, tmp_path: Path) -> None:
    done = busy.ferry("report", "--date", "2026-11-20", "--now", LATER)
    assert Path(done.out.strip()) == busy.folder / "report-2026-11-20.html"
    mine = tmp_path / "mine.html"
    assert busy.ferry("report", "--date", "2026-11-20", "--now", LATER, "--out", mine).out == f"{mine}\n"
    assert mine.read_bytes() == (busy.folder / "report-2026-11-20.html").read_bytes()


# day | now | what is said
REFUSED = """
    2026-11-22 | 2026-11-21T09:00:00Z | this day has not come yet; days can be reported from 2026-11-20 on
    2026-11-19 | 2026-11-21T09:00:00Z | nothing had been received by the end of it; days can be reported from 2026-11-20 on
    2026-11-20 | 2026-11-20T08:00:00Z | nothing had been received by the end of it; days can be reported from 2026-11-20 on
"""


@pytest.mark.parametrize("line", [line for line in REFUSED.splitlines() if line.strip()])
def test_a_day_that_there_is_nothing_of_is_refused(busy: Any, line: str) -> None:
    day, now, said = (cell.strip() for cell in line.split("|"))
    done = busy.ferry("report", "--date", day, "--now", now)
    assert (done.code, done.err) == (2, f"stockferry: {day}: {said}\n")
    assert not list(busy.folder.glob("report*"))


def test_before_anything_was_received_there_is_no_page(workshop: Any) -> None:
    done = workshop.ferry("report", "--date", "2026-11-20", "--now", LATER)
    assert done.code == 2
    assert done.err.endswith("nothing has been received yet\n")
    assert not list(workshop.folder.glob("report*"))


def test_a_day_without_anything_says_so(busy: Any) -> None:
    text, tree = page(busy, day="2026-11-21", now="2026-11-22T09:00:00Z")
    assert "Nothing came in, and nothing was sent." in text
    headings = [each.text for each in tree.iter("h2")]
    assert headings == ["What stands at 22 Nov 09:00", "How old the feeds were"]


def test_today_goes_as_far_as_now(busy: Any) -> None:
    text, _ = page(busy, now="2026-11-20T10:15:00Z")
    assert "4 files came in" in text
    assert "As far as 10:15, when this page was made." in text


def test_a_merchant_sees_nothing_of_another(busy: Any) -> None:
    path = busy.folder / "stockferry.toml"
    path.write_text(
        path.read_text()
        + '[merchants.rival.carts.front]\nremote = "shop"\npath = "rival"\nfile_name = "a.csv"\nformat = "csv"\n'
        + '[[merchants.rival.inventory]]\nremote = "wms"\npath = "rival"\nfiles = "*.csv"\nformat = "csv"\nready = "rename"\n'
        + 'columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF" }\n'
        + '[[inventory]]\nname = "shared"\nremote = "wms"\npath = "shared"\nfiles = "*.csv"\nformat = "csv"\nready = "rename"\n'
        + 'merchant_column = "WHO"\ncolumns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF" }\n'
    )
    busy.put("wms/shared/SECRET4.csv", "of no use\n")
    busy.put("wms/shared/b.csv", "WHO,SKU,QTY,AS_OF\nrival,SECRET3,?,2026-11-20T12:00:00Z\n")
    busy.put("wms/rival/a.csv", f"{HEADER}SECRET,1,2026-11-20T12:00:00Z\nSECRET2,?,2026-11-20T12:00:00Z\n")
    busy.run(now="2026-11-20T13:00:00Z")
    text, _ = page(busy, "--merchant", "acme")
    assert "acme" in text
    assert "SECRET" not in text
    assert "rival" not in text
    text, _ = page(busy, "--merchant", "rival")
    assert "SECRET2" in text
    assert "SECRET3" in text
    assert "acme" not in text
    assert busy.ferry("report", "--date", "2026-11-20", "--merchant", "nobody").code == 2


# zone | day | length, as the page says it | a moment of the run | how the page tells it
CHANGES = """
    America/Los_Angeles | 2026-03-08 | 23 h     | 2026-03-09T06:30:00Z | 23:30 PDT
    America/Los_Angeles | 2026-11-01 | 1 d 1 h  | 2026-11-02T07:30:00Z | 23:30 PST
    America/Los_Angeles | 2026-11-01 | 1 d 1 h  | 2026-11-01T07:30:00Z | 00:30 PDT
"""


@pytest.mark.parametrize("line", [line for line in CHANGES.splitlines() if line.strip()])
def test_days_of_23_and_25_hours_are_whole(workshop: Any, line: str) -> None:
    zone, day, length, moment, told = (cell.strip() for cell in line.split("|"))
    path = workshop.folder / "stockferry.toml"
    path.write_text(path.read_text().replace('name = "Test"', f'name = "Test"\ntimezone = "{zone}"'))
    workshop.put("wms/INV_1.csv", f"{HEADER}A,5,{moment}\n", at=moment)
    workshop.run(now=moment)
    text, tree = page(workshop, day=day, now="2026-12-01T00:00:00Z")
    assert f"Clocks were changed: this day has {length}." in text
    assert cells(tree, "What came in")[0][-1] == told


def test_a_damaged_table_leaves_out_the_pictures_and_says_so(busy: Any) -> None:
    for table in (busy.folder / "state/tables/acme").glob("levels-*"):
        table.write_bytes(b"damaged")
    text, _ = page(busy)
    assert "Stock and rules of acme are not shown: table " in text
    assert "7 files came in" in text


@pytest.fixture
def chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        message = "chromium is missing; install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.mark.chromium
def test_a_browser_opens_the_page_without_a_word_on_its_console(
    busy: Any, chromium: str, tmp_path: Path
) -> None:
    page(busy)
    good, control = busy.folder / "report-2026-11-20.html", tmp_path / "control.html"
    control.write_text("<script>console.error('heard')</script>")
    assert "CONSOLE" in opened(chromium, control, tmp_path / "a")
    said = opened(chromium, good, tmp_path / "b")
    assert "CONSOLE" not in said
    assert (tmp_path / "b.png").stat().st_size > 10_000


def opened(chromium: str, file: Path, profile: Path) -> str:
    """What the browser logs while it draws a page beside its profile."""
    profile.mkdir()
    switches = "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync"
    done = subprocess.run(
        [
            chromium,
            *(f"--{switch}" for switch in switches.split()),
            f"--user-data-dir={profile}",
            "--enable-logging=stderr",
            "--v=0",
            f"--screenshot={profile}.png",
            "--window-size=1200,2400",
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--date", "9999-12-31"), "is not between 1970 and 2200"),
        (("--date", "2026-11-20", "--out", "."), "a folder; give the name of a file in it"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    busy: Any, words: tuple[str, ...], sentence: str
) -> None:
    done = busy.ferry("report", *words)
    assert (done.code, sentence in done.err) == (2, True), done.err
