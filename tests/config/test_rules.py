"""One claim per rule: a table of the sound configuration, the lines changed in it (`- key` drops one), the problem."""

from __future__ import annotations

from typing import Any

import pytest

INVENTORY = "merchants.acme.inventory[0]"
ORDERS = "merchants.acme.orders[0]"
CART = "merchants.acme.carts.front"
BIG = "merchants.acme.carts.big"
SHARED = '[[inventory]]\nname="s"\nremote="wms"\nfiles="A*"\nformat="csv"\nas_of="modified"\ncolumns={sku="S",quantity="Q"}'
ASK_SCHEDULE = 'missing; every = "15m", or at = ["06:00", "18:00"]'
ASK_NAME = "allowed are {cart} {merchant} {date} {time:%Y%m%d%H%M%S} {number} {number:09}"
AN_ID = "1 to 64 letters, digits and _ . - that begin with a letter or digit"
A_FOLDER = 'a folder below the remote\'s url, such as "inbound/stock": no leading "/", no ".."'

WRONG = {
    "a name is required": ("account", "- name", "account.name   missing; the name of the business"),
    "a zone is an IANA name": (
        "account",
        'timezone = "Europe/Berln"',
        'account.timezone = "Europe/Berln"   no such time zone; did you mean "Europe/Berlin"?',
    ),
    "a zone is no folder of zones": (
        "account",
        'timezone = "/etc"',
        'account.timezone = "/etc"   no such time zone; IANA names are known, such as "America/Los_Angeles"',
    ),
    "state is a folder": (
        "account",
        'state = ""',
        'account.state = ""   a folder, relative to the configuration or absolute',
    ),
    "an unknown key gets a near match and keeps its value to itself": (
        "inventory",
        'contnt = "full"',
        f'{INVENTORY}.contnt   unknown key; did you mean "content"?',
    ),
    "an option of the format is suggested too": (
        "inventory",
        'delimitr = ";"',
        f'{INVENTORY}.delimitr   unknown key; did you mean "delimiter"?',
    ),
    "what is given elsewhere is no key": (
        "big",
        "writing = 1",
        (
            f"{BIG}.writing   unknown key; known: remote, path, file_name, format, send, minimum_level, buffer, cap, "
            "trigger, full_every, max_row_drop, max_zeroed, guard_from, warehouses, acks, ack_within, upload, marker, exists, schedule, expect, timezone"
        ),
    ),
    "a feed's remote exists": (
        "inventory",
        'remote = "wmz"',
        f'{INVENTORY}.remote = "wmz"   no such remote; did you mean "wms"? known: wms, shop',
    ),
    "a cart's remote exists": (
        "cart",
        'remote = "ftp"',
        f'{CART}.remote = "ftp"   no such remote; known: wms, shop',
    ),
    "a remote is text": ("cart", "remote = [1]", f"{CART}.remote = [1]   text"),
    "a format exists": (
        "inventory",
        'format = "cvs"',
        f'{INVENTORY}.format = "cvs"   no such format; did you mean "csv"? known: csv, xml, edi846, invrpt',
    ),
    "a format is required": (
        "inventory",
        "- format",
        f"{INVENTORY}.format   missing; such as csv, xml or edi846",
    ),
    "a path stays below the url": (
        "inventory",
        'path = "../x"',
        f'{INVENTORY}.path = "../x"   {A_FOLDER}',
    ),
    "files is a glob of names": (
        "inventory",
        'files = "a/*.csv"',
        f'{INVENTORY}.files = "a/*.csv"   the names of files, such as "INV_*.csv"; the folder goes into path',
    ),
    "an xml feed names its record": ("inventory", 'format = "xml"', f"{INVENTORY}.record   missing"),
    "ready has three words": (
        "inventory",
        'ready = "stabel"',
        f'{INVENTORY}.ready = "stabel"   one of "stable", "marker", "rename"; did you mean "stable"?',
    ),
    "settle is a duration": (
        "inventory",
        "settle = 10",
        f'{INVENTORY}.settle = 10   a number and one of s, m, h, d, such as "10s", "15m", "24h" or "2d"',
    ),
    "after moves to a folder": (
        "inventory",
        'after = "move:"',
        f'{INVENTORY}.after = "move:"   "keep", "delete" or "move:FOLDER"',
    ),
    "after moves below the remote": (
        "inventory",
        'after = "move:/etc"',
        f'{INVENTORY}.after = "move:/etc"   {A_FOLDER}',
    ),
    "a sku column is required": (
        "inventory",
        'columns = { quantity = "Q" }',
        f"{INVENTORY}.columns.sku   missing; the column with the SKU",
    ),
    "a quantity column is required": (
        "inventory",
        'columns = { sku = "S" }',
        f"{INVENTORY}.columns.quantity   missing; the column with what is available; or on_hand and committed",
    ),
    "on_hand needs committed": (
        "inventory",
        'columns = { sku = "S", on_hand = "H" }',
        f"{INVENTORY}.columns.committed   missing; what is available is on_hand - committed, so both are needed",
    ),
    "quantity excludes on_hand": (
        "inventory",
        'columns = { sku = "S", quantity = "Q", on_hand = "H" }',
        f'{INVENTORY}.columns.on_hand = "H"   either quantity, or on_hand and committed, not both',
    ),
    "a column is a known field": (
        "inventory",
        'columns = { sku = "S", quantity = "Q", warehuose = "W" }',
        (
            f'{INVENTORY}.columns.warehuose   no such field; did you mean "warehouse"? '
            "known: sku, quantity, on_hand, committed, as_of, warehouse, lot"
        ),
    ),
    "an 846 maps sku and quantity only": (
        "inventory",
        'format = "edi846"\ncolumns = { sku = "SK", lot = "LT" }\nas_of = "document"',
        f"{INVENTORY}.columns.lot   no such field; known: sku, quantity",
    ),
    "a column has a name": (
        "inventory",
        'columns = { sku = "", quantity = "Q" }',
        f'{INVENTORY}.columns.sku = ""   text that is not blank and has no control characters',
    ),
    "as_of is never guessed": (
        "inventory",
        "- as_of",
        f'{INVENTORY}.as_of   missing; where the time of the levels stands: "column", "file-name" or "modified"',
    ),
    "as_of = column needs the column": (
        "inventory",
        'as_of = "column"',
        f'{INVENTORY}.columns.as_of   missing; as_of = "column" needs the column with the time',
    ),
    "only an 846 has a document time": (
        "inventory",
        'as_of = "document"',
        f'{INVENTORY}.as_of = "document"   only an EDI document has one; "column", "file-name" or "modified"',
    ),
    "an 846 has no column of times": (
        "inventory",
        'format = "edi846"\nas_of = "column"\n- columns',
        f'{INVENTORY}.as_of = "column"   an EDI feed has "document", "file-name" or "modified"',
    ),
    "as_of = file-name needs a pattern": (
        "inventory",
        'as_of = "file-name"',
        f'{INVENTORY}.as_of_pattern   missing; where the time stands in the name: "INV_%Y%m%d%H%M%S.csv"',
    ),
    "a pattern has a whole date": (
        "inventory",
        'as_of = "file-name"\nas_of_pattern = "INV_%H%M.csv"',
        (
            f'{INVENTORY}.as_of_pattern = "INV_%H%M.csv"   %Y, %m, %d is missing; a pattern of the whole file name, '
            'such as "INV_%Y%m%d%H%M%S.csv"'
        ),
    ),
    "a pattern can be read": (
        "inventory",
        'as_of = "file-name"\nas_of_pattern = "INV_%Y%m%d%Y.csv"',
        (
            f'{INVENTORY}.as_of_pattern = "INV_%Y%m%d%Y.csv"   a pattern of strptime, each part once, '
            'such as "INV_%Y%m%d%H%M%S.csv"'
        ),
    ),
    "a pattern fits the files": (
        "inventory",
        'as_of = "file-name"\nas_of_pattern = "inv_%Y%m%d.csv"',
        (
            f'{INVENTORY}.as_of_pattern = "inv_%Y%m%d.csv"   makes names such as "inv_20260131.csv", '
            'which files = "INV_*.csv" does not match'
        ),
    ),
    "a pattern is for file names": (
        "inventory",
        'as_of_pattern = "INV_%Y%m%d.csv"',
        f'{INVENTORY}.as_of_pattern = "INV_%Y%m%d.csv"   only with as_of = "file-name"',
    ),
    "absent is for full files": (
        "inventory",
        'absent = "keep"',
        f'{INVENTORY}.absent = "keep"   only with content = "full"',
    ),
    "merchant_column is for shared feeds": (
        "inventory",
        'merchant_column = "M"',
        f"{INVENTORY}.merchant_column   only in a feed under [[inventory]], which all merchants share",
    ),
    "a shared feed needs merchant_column": (
        "end",
        SHARED,
        "inventory[0].merchant_column   missing; the column with the code of each row's merchant",
    ),
    "an attribute is a lower-case name": (
        "inventory",
        'attributes = { UPC = "UPC" }',
        f"{INVENTORY}.attributes.UPC   the name of an attribute is of lower-case letters, digits and _",
    ),
    "an attribute is no field of ours": (
        "inventory",
        'attributes = { cart = "C" }',
        f"{INVENTORY}.attributes.cart   an output has its own cart; choose another name",
    ),
    "feeds of a merchant have different names": (
        "end",
        (
            '[[merchants.acme.orders]]\nremote="shop"\nfiles="b*"\nformat="csv"\nname="orders"\n'
            'columns={order="o",sku="s",quantity="q",ordered_at="t"}'
        ),
        'merchants.acme.orders[1].name = "orders"   another feed has this name; give each its own',
    ),
    "a feed's name differs from those of shared feeds": (
        "end",
        SHARED.replace('name="s"', 'name="inventory"\nmerchant_column="M"'),
        f'{INVENTORY}.name = "inventory"   another feed has this name; give each its own',
    ),
    "an order has a time": (
        "orders",
        'columns = { order = "o", sku = "s", quantity = "q" }',
        f"{ORDERS}.columns.ordered_at   missing; the column with the time the order was placed",
    ),
    "cancelled needs a status": (
        "orders",
        'cancelled = ["void"]',
        f"{ORDERS}.columns.status   missing; cancelled needs the column with the status",
    ),
    "cancelled is a list": (
        "orders",
        'cancelled = "void"\ncolumns = { order = "o", sku = "s", quantity = "q", ordered_at = "t", status = "x" }',
        f'{ORDERS}.cancelled = "void"   a list',
    ),
    "orders carry no attributes": (
        "orders",
        'attributes = { upc = "U" }',
        f"{ORDERS}.attributes   an order feed carries none; they belong to an inventory feed",
    ),
    "an 846 carries no orders": (
        "orders",
        'format = "edi846"',
        f'{ORDERS}.format = "edi846"   it carries no orders; one of "csv", "xml", "edi850"',
    ),
    "a minimum level is not negative": (
        "cart",
        "minimum_level = -1",
        f"{CART}.minimum_level = -1   a whole number, 0 or more",
    ),
    "a buffer is whole": ("cart", "buffer = 0.5", f"{CART}.buffer = 0.5   a whole number, 0 or more"),
    "a cap is a number": ("cart", "cap = true", f"{CART}.cap = true   a whole number, 0 or more"),
    "send has two words": (
        "cart",
        'send = "deltas"',
        f'{CART}.send = "deltas"   one of "full", "delta"; did you mean "delta"?',
    ),
    "only an 846 is acknowledged": (
        "cart",
        'acks = { files = "997_*" }',
        f"{CART}.acks   only a cart in edi846 is acknowledged",
    ),
    "ack_within needs acks": (
        "big",
        'ack_within = "2h"',
        f'{BIG}.ack_within = "2h"   only with acks, the table that says where they come from',
    ),
    "acknowledgements have a remote that is known": (
        "big",
        'acks = { remote = "shpo", files = "997_*" }',
        f'{BIG}.acks.remote = "shpo"   no such remote; did you mean "shop"? known: wms, shop',
    ),
    "a csv file is not answered": (
        "inventory",
        "acknowledge = true",
        f"{INVENTORY}.acknowledge = true   only files in X12 (edi846, edi850) are answered with a 997",
    ),
    "answers need acknowledge": (
        "inventory",
        'answers = "out"',
        f'{INVENTORY}.answers = "out"   only with acknowledge = true',
    ),
    "an 846 is never a delta": (
        "big",
        'send = "delta"',
        f'{BIG}.send = "delta"   a cart in edi846 is always sent everything; leave it out',
    ),
    "a placeholder is known": (
        "cart",
        'file_name = "{nr}.csv"',
        f'{CART}.file_name = "{{nr}}.csv"   no such placeholder {{nr}}; {ASK_NAME}',
    ),
    "two carts write two names": (
        "big",
        'file_name = "FRONT_{number}.csv"',
        (
            f'{BIG}.file_name = "FRONT_{{number}}.csv"   cart acme/front writes the same name to the same folder; '
            "put {merchant} and {cart} into it"
        ),
    ),
    "warehouses are told apart by a feed": (
        "cart",
        'warehouses = ["EAST"]',
        (
            f'{CART}.warehouses = ["EAST"]   no inventory feed of this merchant has columns.warehouse, '
            "so nothing would count"
        ),
    ),
    "a schedule says when": ("cart", "schedule = {}", f"{CART}.schedule   {ASK_SCHEDULE}"),
    "a schedule is a table": (
        "cart",
        'schedule = "15m"',
        f'{CART}.schedule = "15m"   a table, such as {{ every = "15m" }} or {{ at = ["06:00"] }}',
    ),
    "a schedule is every or at": (
        "cart",
        'schedule = { every = "15m", at = ["06:00"] }',
        f"{CART}.schedule   either every or at, not both",
    ),
    "days go with at": (
        "cart",
        'schedule = { every = "15m", days = ["mon"] }',
        f'{CART}.schedule.days = ["mon"]   only with at',
    ),
    "a schedule never runs all the time": (
        "cart",
        'schedule = { every = "0m" }',
        f'{CART}.schedule.every = "0m"   longer than 0, such as "15m"',
    ),
    "a time of day has two digits": (
        "cart",
        'schedule = { at = ["6:00"] }',
        f'{CART}.schedule.at[0] = "6:00"   a time of day, such as "06:00" or "18:30"',
    ),
    "a day is a short word": (
        "cart",
        'schedule = { at = ["06:00"], days = ["monday"] }',
        (
            f'{CART}.schedule.days[0] = "monday"   one of "mon", "tue", "wed", "thu", "fri", "sat", "sun"; '
            'did you mean "mon"?'
        ),
    ),
    "a schedule's jitter is shorter than its period": (
        "cart",
        'schedule = { every = "15m", jitter = "15m" }',
        f'{CART}.schedule.jitter = "15m"   shorter than every',
    ),
    "what is expected says how often": (
        "cart",
        "expect = {}",
        f'{CART}.expect.every   missing; how often something is to come, such as "1h"',
    ),
    "what is expected is a table": (
        "inventory",
        'expect = "1h"',
        f'{INVENTORY}.expect = "1h"   a table, such as {{ every = "1h", within = "15m" }}',
    ),
    "a cart's documents may all be the same": (
        "cart",
        'expect = { every = "1h", changes_within = 3 }',
        f'{CART}.expect.changes_within   unknown key; did you mean "within"?',
    ),
    "a blackout is from and to": (
        "cart",
        'schedule = { every = "15m", blackout = ["23:00"] }',
        f'{CART}.schedule.blackout[0] = "23:00"   from and to, such as "23:00-01:00"',
    ),
    "a blackout does not take all day": (
        "cart",
        'schedule = { every = "15m", blackout = ["01:00-01:00"] }',
        f'{CART}.schedule.blackout[0] = "01:00-01:00"   longer than no time, and shorter than a day',
    ),
    "a schedule's keys are known": (
        "cart",
        'schedule = { every = "1h", dayz = [] }',
        f'{CART}.schedule.dayz   unknown key; did you mean "days"?',
    ),
    "options are of the cart's format": (
        "end",
        "[merchants.acme.carts.front.xml]",
        f'{CART}.xml   options of another format; this cart has format = "csv"',
    ),
    "an output field is known": (
        "end",
        '[merchants.acme.carts.front.csv]\ncolumns = { A = "sku", B = "quantty" }',
        (
            f'{CART}.csv.columns.B = "quantty"   no such field; did you mean "quantity"? '
            "known: sku, quantity, as_of, merchant, cart"
        ),
    ),
    "an option of the format is known": (
        "end",
        "[merchants.acme.carts.front.csv]\nbomb = true",
        f'{CART}.csv.bomb   unknown key; did you mean "bom"?',
    ),
    "the id of a cart is safe": (
        "end",
        '[merchants.acme.carts."a b"]\nremote="shop"\nfile_name="x{number}"\nformat="csv"',
        f'merchants.acme.carts."a b"   an id has {AN_ID}',
    ),
    "the id of a remote is safe": (
        "end",
        '[remotes."../x"]\nurl = "./x"',
        f'remotes."../x"   an id has {AN_ID}',
    ),
    "the code of a merchant is its own": (
        "end",
        '[merchants.zenith]\ncode = "acme"',
        'merchants.zenith.code = "acme"   merchant acme has this code already',
    ),
    "feeds are lists of tables": (
        "end",
        "[merchants.zenith.inventory]",
        "merchants.zenith.inventory   a list of tables; write its header in double brackets: [[…]]",
    ),
}


@pytest.mark.parametrize("claim", WRONG)
def test_a_rule_is_reported_alone_and_in_plain_words(claim: str, file: Any, change: Any) -> None:
    table, lines, problem = WRONG[claim]
    assert file.problems(change(table, lines)) == [problem]


def test_a_choice_of_no_warehouse_is_a_problem(file: Any, change: Any) -> None:
    assert f"{CART}.warehouses = []   a list of at least 1" in file.problems(
        change("cart", "warehouses = []")
    )


def test_an_empty_file_needs_an_account(file: Any) -> None:
    assert file.problems("") == ['account   missing; a table [account] with name = "…"']


@pytest.mark.parametrize("key", ["account", "remotes", "merchants", "inventory"])
@pytest.mark.parametrize("value", ["1", '"x"', "[1]", "{ x = 1 }", "{ x = [[1]] }", "1979-05-27"])
def test_a_value_of_a_wrong_kind_is_a_problem_and_no_traceback(key: str, value: str, file: Any) -> None:
    assert file.problems(f"{key} = {value}")


KEYS = """
account: name timezone state
wms: url key_file host_keys timeout agent
inventory: name remote path files format columns attributes ready settle after timezone content absent as_of as_of_pattern fractions merchant_column delimiter
orders: name remote files format columns cancelled order_lag
cart: remote path file_name format send minimum_level buffer cap warehouses schedule timezone csv
"""


@pytest.mark.parametrize("value", ["1", '""', "[]", "{}", "[[1]]", "06:00:00", "true", "nan", '{ x = "y" }'])
def test_every_key_bears_any_kind_of_value_without_a_traceback(value: str, file: Any, change: Any) -> None:
    for row in KEYS.strip().splitlines():
        table, _, keys = row.partition(":")
        for key in keys.split():
            file.problems(change(table, f"{key} = {value}"))


def test_several_documents_of_one_run_need_names_of_their_own(file: Any, change: Any) -> None:
    text = change("big", 'file_name = "846_{time}.edi"').replace('"ZZ/BB"', '"ZZ/BB"\nlines_per_file = 5')
    (problem,) = file.problems(text)
    assert problem.startswith(
        f'{BIG}.file_name = "846_{{time}}.edi"   the documents of one run would overwrite'
    )
