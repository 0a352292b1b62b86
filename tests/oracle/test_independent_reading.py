"""Documents of ours, judged by programs that know nothing of us: `make oracle` makes their environment."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from formats.acknowledgement.writer import received, write_997
from formats.contract import INT64, QUANTITY_IN, TEXT, Envelope
from formats.edi846 import Edi846
from formats.edi846.writing.profiles import names
from formats.errors import FormatError

pytestmark = pytest.mark.oracle

JUDGE = Path(__file__).with_name("judge.py")
AT = datetime(2026, 3, 4, 21, 6, 7, tzinfo=UTC)
ENVELOPE = Envelope(number=42, written_at=AT, complete=True)
PARTIES = {"sender": "ZZ/ACMEWHSE", "receiver": "01/007909411"}
LINES = pd.DataFrame(
    {
        "sku": pd.Series(["A-1", "B-2", "C-3"], dtype=TEXT),
        "quantity": pd.Series([12, 0, 4], dtype=INT64),
        "upc": pd.Series(["012345678905", None, "012345678912"], dtype=TEXT),
        "title": pd.Series(["Lamp", "Chair", None], dtype=TEXT),
        "cost": pd.Series(["12.50", "7", "3"], dtype=TEXT),
        "restock": pd.Series([None, "2026-12-01", None], dtype=TEXT),
        QUANTITY_IN + "EAST": pd.Series([5, 0, 4], dtype=INT64),
        QUANTITY_IN + "WEST": pd.Series([7, None, None], dtype=INT64),
    }
)
RICH: dict[str, Any] = {
    "products": {"SK": "sku", "UP": "upc"},
    "header": ["CUR*SE*USD", "DTM*097*{now}*{now}", "REF*VR*1234", "N1*SU*Acme*92*77"],
    "item": ["PID*F*08***{title}", "DTM*036*20261231", "CTP**CON*{cost}", "REF*ZZ*AC"],
    "after_quantity": [{"segment": "DTM*018*{restock}", "when": "zero"}, "QTY*63*9*EA"],
    "totals": "hash",
}
RELEASES = ("004010", "004010VICS", "004030", "004030VICS", "005010", "005010VICS")


def documents() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {f"profile {name}": {"profile": name} for name in names()}
    found |= {f"release {release}": {"release": release, **RICH} for release in RELEASES}
    found |= {f"location {form}": {**RICH, "location": form} for form in ("sdq", "ls", "sch", "header")}
    return found | {"split": {"lines_per_set": 1}, "lines": {"line_break": True, "totals": "none"}}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Any:
    python = os.environ.get("ORACLE_PYTHON")
    if not python:
        pytest.skip("ORACLE_PYTHON is not set; run make oracle")
    folder = tmp_path_factory.mktemp("documents")

    def judged(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
        paths = {name: folder / f"{number}.edi" for number, name in enumerate(files)}
        for name, path in paths.items():
            path.write_bytes(files[name])
        words = [python, str(JUDGE), *map(str, paths.values())]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        return {name: found[str(path)] for name, path in paths.items()}

    return judged


def written(options: dict[str, Any]) -> bytes:
    return Edi846().write(LINES, Edi846.Writing(**{**PARTIES, **options}), ENVELOPE)


def test_every_profile_release_and_form_is_sound_to_others(judge: Any) -> None:
    """Bots has no grammar named VICS: those sets have the segments and sizes of the release that they are part of."""
    files = {name: written(options).replace(b"VICS", b"") for name, options in documents().items()}
    assert len(files) > 20
    verdicts = judge(files)
    assert {name: verdict["bots"] for name, verdict in verdicts.items() if verdict["bots"]} == {}
    for name, data in files.items():
        options = Edi846.Writing(**{**PARTIES, **documents()[name]})
        expected = data.decode().split(options.delimiters.segment)[:-1]
        assert [one.strip("\n") for one in verdicts[name]["ansi"]] == [one.strip("\n") for one in expected], (
            name
        )


def test_a_997_of_ours_is_sound_to_others(judge: Any) -> None:
    (interchange,) = received(written(RICH))
    files = {
        str(refused): write_997(interchange, number=7, written_at=AT, refused=refused)
        for refused in (False, True)
    }
    assert {name: verdict["bots"] for name, verdict in judge(files).items()} == {"False": [], "True": []}


def mutants(text: str) -> dict[str, bytes]:
    """Every segment of a document left out, doubled, or changed places with the next one."""
    parts = text.split("~")[:-1]
    found = {}
    for at, part in enumerate(parts):
        rest = parts[at + 1 :]
        found[f"without {at} {part}"] = [*parts[:at], *rest]
        found[f"twice {at} {part}"] = [*parts[: at + 1], *parts[at:]]
        if rest:
            found[f"swapped {at} {part}"] = [*parts[:at], rest[0], part, *rest[1:]]
    return {name: ("~".join(segments) + "~").encode() for name, segments in found.items()}


def test_what_others_refuse_we_refuse_as_well(judge: Any) -> None:
    options = Edi846.Writing(**{**PARTIES, **RICH, "location": "ls"})
    files = mutants(written({**RICH, "location": "ls"}).decode())
    refused_by_others = [name for name, verdict in judge(files).items() if verdict["bots"]]
    assert len(refused_by_others) > len(files) // 2
    accepted = []
    for name in refused_by_others:
        try:
            back = Edi846().read_back(files[name], options)
        except FormatError:
            continue
        if len(back) == len(LINES):
            accepted.append(name)
    assert accepted == []
