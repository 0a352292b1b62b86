from __future__ import annotations

import subprocess
import sys
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from batch.config import Problem, load, problems
from batch.errors import ConfigurationError

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


def merchant(configuration: Any) -> Any:
    return configuration.merchants["acme"]


def test_every_default_is_filled_in(file: Any, change: Any) -> None:
    acme = merchant(file.load(change("end", "")))
    feed, orders, cart, big = acme.inventory[0], acme.orders[0], acme.carts["front"], acme.carts["big"]
    assert (acme.id, acme.code) == ("acme", "acme")
    assert (feed.name, feed.path, feed.content, feed.absent, feed.fractions) == (
        "inventory",
        "",
        "updates",
        "keep",
        "reject",
    )
    assert (feed.ready, feed.settle, feed.after.kind) == ("stable", timedelta(seconds=10), "keep")
    assert (orders.name, orders.cancelled, orders.order_lag) == ("orders", frozenset(), timedelta(0))
    assert (cart.send, cart.minimum_level, cart.buffer, cart.cap) == ("delta", 0, 0, None)
    assert (cart.warehouses, cart.schedule, cart.timezone) == (None, None, ZoneInfo("UTC"))
    assert (cart.id, cart.merchant, big.send) == ("front", "acme", "full")


def test_the_places_of_the_file_are_known(file: Any, change: Any) -> None:
    text = change("account", 'state = "data/../x"')
    configuration = file.load(text)
    assert configuration.folder == file.path.parent
    assert configuration.state == file.path.parent / "x"
    assert configuration.source == text.encode()


@pytest.mark.parametrize(
    ("lines", "as_of"),
    [
        ('- as_of\ncolumns = { sku = "S", quantity = "Q", as_of = "T" }', "column"),
        ('- as_of\n- columns\nformat = "edi846"', "document"),
        ('as_of = "modified"\n- columns\nformat = "edi846"', "modified"),
        ('as_of = "file-name"\nas_of_pattern = "INV_%Y%m%d.csv"', "file-name"),
    ],
)
def test_the_as_of_is_where_the_feed_leaves_no_doubt(lines: str, as_of: str, file: Any, change: Any) -> None:
    assert merchant(file.load(change("inventory", lines))).inventory[0].as_of == as_of


def test_a_full_file_zeroes_what_is_absent_unless_told_otherwise(file: Any, change: Any) -> None:
    full = merchant(file.load(change("inventory", 'content = "full"'))).inventory[0]
    kept = merchant(file.load(change("inventory", 'content = "full"\nabsent = "keep"'))).inventory[0]
    assert (full.absent, kept.absent) == ("zero", "keep")


def test_on_hand_and_committed_stand_for_quantity(file: Any, change: Any) -> None:
    lines = 'columns = { sku = "S", on_hand = "H", committed = "C" }'
    feed = merchant(file.load(change("inventory", lines))).inventory[0]
    assert dict(feed.columns) == {"sku": "S", "on_hand": "H", "committed": "C"}


def test_the_formats_own_options_stand_in_the_feed(file: Any, change: Any) -> None:
    feed = merchant(file.load(change("inventory", 'delimiter = ";"\nencoding = "cp1252"'))).inventory[0]
    assert (feed.reading.delimiter, feed.reading.encoding) == (";", "cp1252")
    feed = merchant(file.load(change("inventory", 'format = "xml"\nrecord = "item"'))).inventory[0]
    assert feed.reading.record == "item"


def test_a_cart_without_options_has_those_of_its_format(file: Any, change: Any) -> None:
    carts = merchant(file.load(change("end", ""))).carts
    assert carts["front"].writing.columns == {"sku": "sku", "quantity": "quantity"}
    assert carts["big"].writing.sender == "ZZ/AA"


def test_zones_go_from_the_account_to_feeds_and_carts_and_from_a_cart_to_its_schedule(
    file: Any, change: Any
) -> None:
    text = change("cart", 'timezone = "Asia/Tokyo"\nschedule = { at = ["06:00"] }')
    acme = merchant(file.load(text.replace('name = "Test"', 'name = "Test"\ntimezone = "Europe/Berlin"')))
    assert (acme.inventory[0].timezone, acme.carts["big"].timezone) == (BERLIN, BERLIN)
    assert (acme.carts["front"].timezone, acme.carts["front"].schedule.timezone) == (TOKYO, TOKYO)


def test_a_schedule_has_times_on_days(file: Any, change: Any) -> None:
    text = change("cart", 'schedule = { at = ["06:00", "18:30"], days = ["mon", "fri"] }')
    schedule = merchant(file.load(text)).carts["front"].schedule
    assert (schedule.at, schedule.days, schedule.every) == ((time(6), time(18, 30)), ("mon", "fri"), None)


def test_statuses_are_compared_in_any_case(file: Any, change: Any) -> None:
    columns = 'columns = { order = "o", sku = "s", quantity = "q", ordered_at = "t", status = "x" }'
    feed = merchant(file.load(change("orders", f'cancelled = ["VOID", "Straße"]\n{columns}'))).orders[0]
    assert feed.cancelled == {"void", "straße"}


@pytest.mark.parametrize(
    ("after", "kind", "folder"),
    [("keep", "keep", None), ("delete", "delete", None), ("move:done/now/", "move", "done/now")],
)
def test_after_is_a_small_value(after: str, kind: str, folder: str | None, file: Any, change: Any) -> None:
    feed = merchant(file.load(change("inventory", f'after = "{after}"'))).inventory[0]
    assert (feed.after.kind, feed.after.folder) == (kind, folder)


def test_attributes_of_shared_feeds_can_be_written_by_every_merchant(file: Any, change: Any) -> None:
    text = change(
        "end",
        """
[[inventory]]
name = "all"
remote = "wms"
files = "ALL_*.csv"
format = "csv"
merchant_column = "CLIENT"
as_of = "modified"
columns = { sku = "S", quantity = "Q" }
attributes = { upc = "U" }

[merchants.acme.carts.front.csv]
columns = { SKU = "sku", UPC = "upc", Site = "=WEB" }
""",
    )
    configuration = file.load(text)
    assert configuration.inventory[0].merchant_column == "CLIENT"


def test_the_configuration_cannot_be_changed(file: Any, change: Any) -> None:
    configuration = file.load(change("end", ""))
    with pytest.raises(ValidationError):
        configuration.account.name = "other"
    with pytest.raises(TypeError):
        merchant(configuration).carts["x"] = None
    with pytest.raises(TypeError):
        merchant(configuration).inventory[0].columns["sku"] = "x"


def test_a_file_with_a_byte_order_mark_and_crlf_is_read(file: Any, change: Any) -> None:
    file.path.write_bytes(b"\xef\xbb\xbf" + change("end", "").replace("\n", "\r\n").encode())
    assert problems(file.path) == ()


MANY_MISTAKES = """\
[account]
name = "Northwind"
timezone = "America/Los_Angles"

[remotes.wms]
url = "sftp://ferry:hunter2@wms.example.com/outbound"
host_keys = ["SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"]
password = "correct horse"

[remotes.shop]
url = "./shop"

[[merchants.acme.inventory]]
remote = "wmz"
files = "INV_*.csv"
format = "csv"
contnt = "full"
absent = "zero"
as_of = "modified"
columns.sku = "ITEM"
columns.quantity = "QTY"
columns.wh = "W"

[[merchants.acme.orders]]
remote = "shop"
files = "orders/*.csv"
format = "csvv"
cancelled = ["void"]
columns = { order = "id", sku = "sku", quantity = "qty", ordered_at = "at" }

[merchants.acme.carts.shop]
remote = "shpo"
file_name = "inventory.csv"
format = "csv"
minimum_level = -1
schedule = { every = "15m", at = ["6:00"] }

[merchants.acme.carts.shop.csv]
columns = { SKU = "sku", Qty = "quantty" }
bom = 7

[merchants.acme.carts.big]
remote = "shop"
file_name = "846_{number}.edi"
format = "edi846"
send = "delta"

[merchants.acme.carts.big.edi846]
receiver = "01/007909411"
"""

REPORT = """\
{file}: 18 problems
  line  3  account.timezone = "America/Los_Angles"   no such time zone; did you mean "America/Los_Angeles"?
  line  6  remotes.wms.url = ***   a password does not stand in a url; use password_env or password_file
  line  8  remotes.wms.password = ***   a secret does not stand here; use password_env or password_file to say where it is
  line 14  merchants.acme.inventory[0].remote = "wmz"   no such remote; did you mean "wms"? known: wms, shop
  line 17  merchants.acme.inventory[0].contnt   unknown key; did you mean "content"?
  line 18  merchants.acme.inventory[0].absent = "zero"   only with content = "full"
  line 22  merchants.acme.inventory[0].columns.wh   no such field; known: sku, quantity, on_hand, committed, as_of, warehouse, lot
  line 26  merchants.acme.orders[0].files = "orders/*.csv"   the names of files, such as "INV_*.csv"; the folder goes into path
  line 27  merchants.acme.orders[0].format = "csvv"   no such format; did you mean "csv"? known: csv, xml, edi850
  line 29  merchants.acme.orders[0].columns.status   missing; cancelled needs the column with the status
  line 32  merchants.acme.carts.shop.remote = "shpo"   no such remote; did you mean "shop"? known: wms, shop
  line 35  merchants.acme.carts.shop.minimum_level = -1   a whole number, 0 or more
  line 36  merchants.acme.carts.shop.schedule   either every or at, not both
  line 36  merchants.acme.carts.shop.schedule.at[0] = "6:00"   a time of day, such as "06:00" or "18:30"
  line 39  merchants.acme.carts.shop.csv.columns.Qty = "quantty"   no such field; did you mean "quantity"? known: sku, quantity, as_of, merchant, cart
  line 40  merchants.acme.carts.shop.csv.bom = 7   true or false
  line 46  merchants.acme.carts.big.send = "delta"   a cart in edi846 is always sent everything; leave it out
  line 48  merchants.acme.carts.big.edi846.sender   missing
"""


def test_every_problem_of_a_file_is_in_one_report(file: Any) -> None:
    file.path.write_text(MANY_MISTAKES)
    with pytest.raises(ConfigurationError) as error:
        load(file.path)
    expected = REPORT.format(file=file.path).rstrip("\n")
    assert str(error.value) == expected
    assert error.value.exit_code == 2


def test_problems_are_values_too(file: Any, change: Any) -> None:
    file.path.write_text(change("cart", "buffer = -2"))
    place = "merchants.acme.carts.front.buffer"
    assert problems(file.path) == (
        Problem(line=28, key=place, value="-2", message="a whole number, 0 or more"),
    )


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a = 1\nb = = 2\n", 2, "not TOML: Invalid value, at column 5"),
        (b"a = 1\na = 2\n", 2, "not TOML: Cannot overwrite a value"),
        (b'a = "x', 1, "not TOML: Unterminated string"),
        (b"a = 1\nb = '\xff'\n", 2, "not UTF-8 text; save the file as UTF-8"),
        (b"a = " + b"[" * 5000, None, "lists or tables are nested too deeply"),
        (b"a = " + b"9" * 5000, 1, "not TOML"),
    ],
)
def test_what_is_not_toml_is_one_line_with_its_place(
    content: bytes, line: int | None, message: str, file: Any
) -> None:
    file.path.write_bytes(content)
    (problem,) = problems(file.path)
    assert problem.line == line
    assert problem.message.startswith(message)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match="no such file; `stockferry init DIR` writes one to start from"
    ):
        load(tmp_path / "stockferry.toml")


@pytest.mark.parametrize("name", ["", "x\0y"])
def test_a_folder_or_an_impossible_name_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / name)
    assert problem.message.startswith("cannot be read: ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_mutation_of_a_file_ends_in_a_traceback(data: Any, file: Any, change: Any) -> None:
    text = change("cart", 'schedule = { every = "15m" }\nwarehouses = ["E"]')
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    middle = data.draw(
        st.sampled_from(["", "1", '"x"', "[", "]", "{ }", "=", "\n", "[x]\n", "\0", "'", '"""'])
    )
    text = text[:start] + middle + text[end:]
    if not file.problems(text):
        file.load(text)


def test_reading_the_module_does_not_bring_pandas() -> None:
    code = "import sys, batch.config; sys.exit('pandas' in sys.modules or 'paramiko' in sys.modules)"
    root = Path(sys.modules["batch"].__file__ or "").parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
