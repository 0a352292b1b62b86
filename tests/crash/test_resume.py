"""A crash before or after any effect of a cycle: the next run ends where an undisturbed one would have.

Judged from outside: what ever lay in the partner's folder under a final name, in order, as a cart would take it.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fuse import Blown, Fuse, fused

from batch.clock import SystemClock
from batch.config import load
from batch.ledger.locks import Holder
from batch.runner.cycle import Report, run_cycle
from batch.runner.session import chosen_carts, opened

CONFIGURATION = """
[account]
name = "Test"
[remotes.wms]
url = "./wms"
[remotes.shop]
url = "./shop"
[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*.csv"
format = "csv"
after = "move:done"
ready = "rename"
columns = { sku = "SKU", quantity = "QTY", as_of = "AS_OF" }
[[merchants.acme.orders]]
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
ready = "rename"
columns = { order = "order", sku = "sku", quantity = "qty", ordered_at = "at" }
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "front_{number:04}.csv"
format = "csv"
[merchants.acme.carts.bigbox]
remote = "shop"
path = "bigbox"
file_name = "846_{number:04}.edi"
format = "edi846"
edi846 = { sender = "ZZ/ACME", receiver = "ZZ/BIGBOX", lines_per_file = 2 }
[merchants.acme.carts.bigbox.acks]
path = "bigbox/out"
files = "*.edi"
ready = "rename"
after = "move:done"
[[merchants.acme.inventory]]
name = "edi"
remote = "wms"
files = "*.edi"
format = "edi846"
after = "move:done"
ready = "rename"
acknowledge = true
answers = "answers"
"""

FILES = {
    "wms/INV_1.csv": "SKU,QTY,AS_OF\nA,12,2026-11-20T09:00:00Z\nB,3,2026-11-20T09:00:00Z\n",
    "wms/INV_2.csv": "SKU,QTY,AS_OF\nA,9,2026-11-20T10:00:00Z\n",
    "shop/orders/1.csv": "order,sku,qty,at\n1,A,2,2026-11-20T10:30:00Z\n2,B,1,2026-11-20T09:30:00Z\n",
}
ENVELOPE = "ISA*00*          *00*          *ZZ*{:15}*ZZ*ACME           *261120*0900*U*00401*000000005*0*P*>~"
FILES["wms/846_1.edi"] = ENVELOPE.format("WAREHOUSE") + (
    "GS*IB*WHSE*ACME*20261120*0900*5*X*004010~ST*846*0001~BIA*00*SI*5*20261120*0900~"
    "LIN*1*SK*C~QTY*33*4*EA~SE*5*0001~GE*1*5~IEA*1*000000005~"
)
FILES["shop/bigbox/out/997_1.edi"] = ENVELOPE.format("BIGBOX") + (
    "GS*FA*BIGBOX*ACME*20261120*0900*5*X*004010~ST*997*0001~AK1*IB*99~AK9*A*1*1*1~"
    "SE*4*0001~GE*1*5~IEA*1*000000005~"
)
EXPECTED = {"A": "7", "B": "2", "C": "4"}
DEAD = 2**22 + 1  # no process has this number: Linux gives none above 2**22


def cycle(folder: Path, fuse: Fuse, minute: int) -> Report:
    configuration = load(folder / "stockferry.toml")
    clock = SystemClock(fixed=datetime(2026, 11, 20, 12, minute, tzinfo=UTC))
    with opened(configuration, clock) as context:
        holder = Holder(host=socket.gethostname(), pid=DEAD, token=str(minute))
        watched = replace(fused(context, fuse), holder=holder)
        return run_cycle(watched, chosen_carts(configuration, None, None), ["acme"])


def lay_out(folder: Path) -> None:
    folder.mkdir()
    (folder / "stockferry.toml").write_text(CONFIGURATION)
    for number, (name, text) in enumerate(FILES.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1763630000 + number, 1763630000 + number))


def believed(folder: Path) -> dict[str, str]:
    """What a cart that takes every CSV document in order of names believes in the end."""
    belief: dict[str, str] = {}
    for document in sorted((folder / "shop/front").glob("front_*.csv")):
        belief.update(line.split(",") for line in document.read_text().splitlines()[1:])
    return belief


def lying(folder: Path, name: str) -> list[str]:
    """The files that lie in a folder."""
    return sorted(path.name for path in (folder / name).iterdir() if path.is_file())


def interchange_numbers(folder: Path) -> list[str]:
    return [path.read_text()[90:99] for path in sorted((folder / "shop/bigbox").glob("846_*.edi"))]


def names_of_effects(folder: Path) -> list[str]:
    """The effects of a cycle that nothing disturbs, in order."""
    lay_out(folder)
    fuse = Fuse()
    report = cycle(folder, fuse, 0)
    assert [cart.status for cart in report.carts] == ["sent", "sent"]
    assert believed(folder) == EXPECTED
    return fuse.names


def crashed(folder: Path, limit: int, *, after: bool) -> None:
    lay_out(folder)
    fuse = Fuse(limit=limit, after=after)
    with pytest.raises(Blown):
        cycle(folder, fuse, 0)
    assert fuse.blown


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder where syncing costs nothing, if the machine has one: hundreds of cycles run here."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as folder:
        yield Path(folder)


CHANGING = {"ledger commit", "archive put", "tables write"} | {
    f"remote {act}" for act in ("write", "rename", "make_folder")
}
"""Effects that leave something behind. Before one that does not (a look, the time, a transaction's beginning), there lies what lies before the next."""


def points(names: list[str], which: str) -> list[tuple[int, str]]:
    """Numbers and names of effects to crash at. After one is before the next, but for what is in between: of those some will do."""
    every = list(enumerate(names, start=1))
    changing = [point for point in every if point[1] in CHANGING]
    return {"each": every, "each that changes something": changing, "some": every[::9]}[which]


@pytest.mark.parametrize(
    ("when", "which"),
    [
        ("before", "each that changes something"),
        ("after", "some"),
        pytest.param("before", "each", marks=pytest.mark.slow),
        pytest.param("after", "each", marks=pytest.mark.slow),
    ],
)
def test_a_crash_at_any_effect_loses_nothing_and_doubles_nothing(
    memory: Path, when: str, which: str, record_property: Callable[[str, object], None]
) -> None:
    names = names_of_effects(memory / "whole")
    assert set(names) >= CHANGING | {f"remote {act}" for act in ("read", "list", "stat")}
    tried = points(names, which)
    assert len(tried) > 10
    for limit, name in tried:
        folder = memory / str(limit)
        crashed(folder, limit, after=when == "after")
        report = cycle(folder, Fuse(), 15)
        where = f"{limit}: {name}"
        assert report.exit_code == 0, where
        assert believed(folder) == EXPECTED, where
        numbers = interchange_numbers(folder)
        assert numbers == sorted(set(numbers)), where
        assert not list((folder / "shop").rglob(".*")), where
        assert lying(folder, "wms/done") == ["846_1.edi", "INV_1.csv", "INV_2.csv"], where
        assert lying(folder, "shop/bigbox/out/done") == ["997_1.edi"], where
        assert lying(folder, "wms/answers") == ["997_000000001.edi"], where
        assert lying(folder, "wms") == lying(folder, "shop/bigbox/out") == [], where
    record_property("crash points", len(tried))


def test_a_staged_document_goes_out_as_it_was_before_anything_newer(memory: Path) -> None:
    names = names_of_effects(memory / "whole")
    upload = max(number for number, name in enumerate(names) if name == "remote write") + 1
    folder = memory / "crashed"
    crashed(folder, upload, after=False)
    assert believed(folder) == EXPECTED
    assert interchange_numbers(folder) == ["000000001"]
    (folder / "wms/INV_3.csv").write_text("SKU,QTY,AS_OF\nA,1,2026-11-20T11:00:00Z\n")
    report = cycle(folder, Fuse(), 15)
    assert [cart.status for cart in report.carts if cart.cart == "bigbox"] == ["sent", "sent"]
    texts = [path.read_text() for path in sorted((folder / "shop/bigbox").glob("846_*.edi"))]
    assert ["QTY*33*7*EA" in text for text in texts] == [True, False, False, False]
    assert ["SK*C~" in text for text in texts] == [False, True, False, True]
    assert interchange_numbers(folder) == [f"{number:09}" for number in (1, 2, 3, 4)]
