"""Generated histories: what a warehouse and its shops say over some cycles, what a partner takes, and what is true."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

SKUS = ("A", "B", "C", "D", "E", "F")
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
CONFIGURATION = """
[account]
name = "Test"
[remotes.wms]
{wms}
[remotes.shop]
{shop}
[[merchants.acme.inventory]]
remote = "wms"
files = "INV_*.csv"
format = "csv"
after = "move:done"
{ready}
max_zeroed = 1
columns = {{ sku = "SKU", quantity = "QTY", as_of = "AS_OF" }}
[[merchants.acme.orders]]
remote = "shop"
path = "orders"
files = "*.csv"
format = "csv"
{ready}
cancelled = ["void"]
columns = {{ order = "order", sku = "sku", quantity = "qty", ordered_at = "at", status = "status" }}
[merchants.acme.carts.front]
remote = "shop"
path = "front"
file_name = "{{number:04}}.csv"
format = "csv"
max_zeroed = 1
[merchants.acme.carts.bigbox]
remote = "shop"
path = "bigbox"
file_name = "{{number:04}}.edi"
format = "edi846"
max_zeroed = 1
edi846 = {{ sender = "ZZ/ACME", receiver = "ZZ/BIGBOX", lines_per_file = 4 }}
"""
CARTS = ("front", "bigbox")
Files = dict[str, str]


@dataclass
class History:
    """`cycles`: the files that lie there before each. `true`: what is available in the end, by a model of its own."""

    cycles: list[Files] = field(default_factory=list)
    true: dict[str, int] = field(default_factory=dict)

    def clock(self, cycle: int) -> datetime:
        return START + timedelta(hours=cycle + 1)


def history(seed: int, cycles: int = 3) -> History:
    """A history in which the last cycle reports every SKU, so that each cart's belief can be compared with what is true."""
    chance = random.Random(seed)
    made = History()
    levels: dict[str, tuple[datetime, int]] = {}
    orders: dict[str, tuple[str, int, datetime, str]] = {}
    for cycle in range(cycles):
        hour = made.clock(cycle) - timedelta(hours=1)
        files: Files = {}
        last = cycle == cycles - 1
        for number in range(1 if last else chance.choice([0, 1, 1, 2])):
            as_of = hour + timedelta(minutes=10 + 10 * number)
            skus = SKUS if last else chance.sample(SKUS, chance.randint(1, len(SKUS)))
            rows = []
            for sku in skus:
                lots = [chance.randint(0, 30) for _ in range(chance.choice([1, 1, 2]))]
                rows += [f"{sku},{lot},{as_of.isoformat()}" for lot in lots]
                levels[sku] = (as_of, sum(lots))
            rows += ["Z,n/a,2026-11-20T08:00:00Z"] * chance.choice([0, 1])
            files[f"wms/INV_{cycle}_{number}.csv"] = "\n".join(["SKU,QTY,AS_OF", *rows, ""])
        for number in range(chance.choice([0, 1, 2])):
            for index in range(chance.randint(1, 3)):
                name = f"{cycle}-{number}-{index}"
                moment = hour + timedelta(minutes=chance.randint(0, 50))
                orders[name] = (chance.choice(SKUS), chance.randint(1, 4), moment, "open")
            stated = chance.sample(
                sorted(orders), min(len(orders), 4)
            )  # old lines come once more, some are cancelled
            for name in stated:
                if chance.random() < 0.2:
                    orders[name] = (*orders[name][:3], "void")
            lines = [
                _order(name, orders[name])
                for name in {**dict.fromkeys(stated), **dict.fromkeys(_new(orders, cycle, number))}
            ]
            files[f"shop/orders/{cycle}_{number}.csv"] = "\n".join(["order,sku,qty,at,status", *lines, ""])
        made.cycles.append(files)
    for sku, (as_of, quantity) in levels.items():
        taken = sum(
            count
            for of, count, moment, status in orders.values()
            if of == sku and moment > as_of and status == "open"
        )
        made.true[sku] = max(0, quantity - taken)
    return made


def _new(orders: dict[str, tuple[str, int, datetime, str]], cycle: int, number: int) -> list[str]:
    return [name for name in orders if name.startswith(f"{cycle}-{number}-")]


def _order(name: str, order: tuple[str, int, datetime, str]) -> str:
    sku, count, moment, status = order
    return f"{name},{sku},{count},{moment.isoformat()},{status}"


@dataclass
class Partner:
    """Whoever owns the folders: lays files there, and takes what was delivered, remembering every byte."""

    folder: Path
    taken: dict[str, list[tuple[str, bytes]]] = field(default_factory=lambda: defaultdict(list))

    def lay_out(
        self, *, wms: str | None = None, shop: str | None = None, ready: str = 'ready = "rename"'
    ) -> None:
        for name in ("wms", "shop/orders", "shop/front", "shop/bigbox"):
            (self.folder / name).mkdir(parents=True)
        text = CONFIGURATION.format(wms=wms or 'url = "./wms"', shop=shop or 'url = "./shop"', ready=ready)
        (self.folder / "stockferry.toml").write_text(text)

    def lay(self, files: Files, at: datetime) -> None:
        for number, (name, text) in enumerate(files.items()):
            path = self.folder / name
            path.write_text(text)
            moment = at.timestamp() + number
            os.utime(path, (moment, moment))

    def take(self, *, away: bool) -> None:
        """Looks what lies there under a final name; takes it `away`, or leaves it."""
        for cart in CARTS:
            found = sorted(
                path for path in (self.folder / "shop" / cart).iterdir() if not path.name.startswith(".")
            )
            for path in found:
                seen = (path.name, path.read_bytes())
                if away or seen not in self.taken[cart]:
                    self.taken[cart].append(seen)
                if away:
                    path.unlink()

    def copied(self, target: Path) -> Partner:
        shutil.copytree(self.folder, target)
        return Partner(target, defaultdict(list, {cart: list(seen) for cart, seen in self.taken.items()}))

    def judge(self, true: dict[str, int], where: object) -> None:
        """Every invariant that can be seen from outside."""
        for cart, seen in self.taken.items():
            names = [name for name, _ in seen]
            assert names == sorted(names), f"{where}: {cart} was told out of order: {names}"
            assert len(set(seen)) == len(set(names)), f"{where}: a number of {cart} on two documents"
        numbers = [data[90:99] for _, data in dict(self.taken["bigbox"]).items()]
        assert len(set(numbers)) == len(numbers), f"{where}: control numbers {numbers}"
        assert believed_csv(self.taken["front"]) == true, where
        assert believed_846(self.taken["bigbox"], len(true)) == true, where
        left = [path for cart in CARTS for path in (self.folder / "shop" / cart).glob(".*")]
        assert not left, f"{where}: leftovers {left}"

    def judge_inputs(self, listed: str, cycles: list[Files], where: object) -> None:
        """Every file was taken in once, every row of it is in one bucket, and every original was moved."""
        rows = json.loads(listed)
        counted = {row["name"]: row for row in rows if row["status"] == "applied"}
        meant = {Path(name).name: text for files in cycles for name, text in files.items()}
        assert sorted(row["name"] for row in rows) == sorted(meant), where
        for name, text in meant.items():
            row = counted[name]
            buckets = sum(row[bucket] for bucket in ("applied", "older", "duplicate", "ignored", "rejected"))
            assert row["rows"] == buckets == len(text.splitlines()) - 1, f"{where}: {name}"
        inventory = sorted(name for name in meant if name.startswith("INV_"))
        assert sorted(path.name for path in self.folder.glob("wms/done/*")) == inventory, where
        assert not list(self.folder.glob("wms/INV_*")), where


def believed_csv(seen: list[tuple[str, bytes]]) -> dict[str, int]:
    """What a cart that takes each file as it comes believes."""
    belief: dict[str, int] = {}
    for _, data in seen:
        for line in data.decode().splitlines()[1:]:
            sku, quantity = line.split(",")
            belief[sku] = int(quantity)
    return belief


def believed_846(seen: list[tuple[str, bytes]], skus: int) -> dict[str, int]:
    """What a partner believes whom each 846 tells some of all SKUs; of a sync of several files all count."""
    belief: dict[str, int] = {}
    for _, data in seen:
        for part in data.decode().split("LIN*")[1:]:
            sku = part.split("SK*")[1].split("~")[0]
            belief[sku] = int(part.split("QTY*33*")[1].split("*")[0])
    assert len(belief) <= skus
    return belief
