"""Partners ready made: each gives a lawful document, to the byte as accepted."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from formats.contract import INT64, QUANTITY_IN, TEXT, Envelope
from formats.edi846 import Edi846
from formats.edi846.writing.profiles import load, names
from formats.frames import of_columns

ROOT = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").is_file())
GOLDEN = ROOT / "tests/golden/edi846"
PROFILES = ROOT / "formats/edi846/writing/profiles"
PAGE = (ROOT / "docs/edi846.md").read_text(encoding="utf-8")
ENVELOPE = Envelope(number=42, written_at=datetime(2026, 3, 4, 21, 6, 7, tzinfo=UTC), complete=True)
LINES = pd.DataFrame(
    {
        "sku": pd.Series(["LAMP-1", "CHAIR-2"], dtype=TEXT),
        "quantity": pd.Series([12, 0], dtype=INT64),
        QUANTITY_IN + "EAST": pd.Series([5, 0], dtype=INT64),
        QUANTITY_IN + "WEST": pd.Series([7, None], dtype=INT64),
    }
)


def options(name: str) -> Edi846.Writing:
    return Edi846.Writing(profile=name, sender="ZZ/ACMEWHSE", receiver="01/007909411")


def test_there_is_a_profile_for_every_partner_named() -> None:
    assert names() == (
        *("coedition", "commercehub", "convictional", "dsco", "generic-4010", "generic-5010"),
        *("logicbroker", "newegg", "walmart-dsv"),
    )


@pytest.mark.parametrize("name", names())
def test_a_profile_names_its_source_and_stands_on_the_page(name: str) -> None:
    keys = tomllib.loads((PROFILES / f"{name}.toml").read_text(encoding="utf-8"))
    assert len(keys["source"]) > 20
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", names())
def test_a_profile_gives_this_document(name: str) -> None:
    document = Edi846().write(LINES, options(name), ENVELOPE)
    path = GOLDEN / f"{name}.edi"
    if os.environ.get("STOCKFERRY_ACCEPT"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document)
    assert document == path.read_bytes()
    meant, back = (
        of_columns(Edi846().meant(LINES, options(name), ENVELOPE)),
        Edi846().read_back(document, options(name)),
    )
    assert {column: back[column].tolist() for column in back} == {
        column: meant[column].fillna("").tolist() for column in back
    }


def test_a_carts_own_keys_stand_above_the_profile_and_tables_merge() -> None:
    given = {"sender": "ZZ/ACME", "receiver": "ZZ/HUB", "report": "DD", "location": {"names": {"EAST": "01"}}}
    made = Edi846.Writing(**{"profile": "commercehub", **given})
    assert (made.report, made.totals, made.products) == ("DD", "none", {"VN": "sku"})
    assert (made.location.form, made.location.names) == ("ls", {"EAST": "01"})
    assert load("commercehub")["location"]["form"] == "ls"


def test_the_examples_of_the_page_are_configurations() -> None:
    blocks = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]
    assert len(blocks) == 3
    cart = blocks[0]["merchants"]["acme"]["carts"]["walmart"]["edi846"]
    assert Edi846.Writing(**cart).header[0].text == "REF*VR*123456"
    own = Edi846.Writing(sender="ZZ/ACME", receiver="ZZ/HUB", **blocks[1])
    assert own.fields() == ("sku", "title", "cost", "restock", "on_order", "quantity")
