"""The configuration as frozen values: what stands in the file, with every default filled in.

Fields that the file has no key for (`id`, `reading`, …) are marked by `Given`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from batch.config.feed_rules import ANSWER_NAME
from batch.config.fields import (
    DAYS,
    After,
    AfterIntake,
    Day,
    Every,
    FileName,
    Folder,
    Glob,
    Id,
    Marker,
    Names,
    Pattern,
    Share,
    Span,
    StateFolder,
    Statuses,
    Text,
    TimeOfDay,
    Whole,
    Zone,
    frozen,
)
from batch.durations import Duration
from batch.remotes.settings import FilePath, RemoteSettings, Variable
from batch.sizes import Size
from batch.watch.kinds import KINDS, Kind

if TYPE_CHECKING:
    from batch.remotes.publish import Manner

Given: Final = "given"
UTC: Final = ZoneInfo("UTC")
FORMAT: Final = "such as csv, xml or edi846"


class Model(BaseModel):
    """A table of the file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The keys its table may have."""
        return tuple(name for name, field in cls.model_fields.items() if Given not in field.metadata)


class Account(Model):
    """`[account]`. `timezone`: of dates, schedules and files whose times have no offset.

    `keep`: how long what was received and sent is kept, so that its day can be rerun. `memory`: how many bytes of
    what is known of its merchants a daemon keeps in memory from one cycle to the next.
    """

    name: Text = Field(description="the name of the business")
    timezone: Zone = UTC
    parallel: Annotated[int, Field(ge=1, le=64)] = 4
    keep: Every = timedelta(days=400)
    memory: Size = 500_000_000
    state: StateFolder = Path("state")


class Expect(Model):
    """How often something is to come: `every` so often, and `within` so much later at most; days but `days` do not count."""

    every: Every = Field(description='how often something is to come, such as "1h"')
    within: Duration = timedelta(0)
    days: tuple[Day, ...] = DAYS
    timezone: Annotated[Zone, Given] = UTC


class FeedExpect(Expect):
    """`changes_within`: among so many files in a row one is to say something else than the one before; None: any may."""

    changes_within: Annotated[int, Field(ge=1)] | None = None


class Source(Model):
    """Where files come from, and when one is complete.

    `ready`: how that is told; `settle`: how far apart the two looks of "stable" are; `marker`: the name of the file that
    says so, for "marker" (None: NAME.done or NAME.ok). `max_size`: in bytes, also of what a packed file holds.
    """

    remote: Text = Field(description="the name of a table under [remotes]")
    path: Folder = ""
    files: Glob = Field(description='the names of its files, such as "INV_*.csv"')
    ready: Literal["stable", "marker", "rename"] = "stable"
    settle: Duration = timedelta(seconds=10)
    marker: Marker | None = None
    max_size: Size = 1_000_000_000
    after: AfterIntake = After(kind="keep")


class Feed(Source):
    """What feeds of inventory and of orders have in common. `reading`: the format's own options for reading.

    `expect`: how often a file is to come. `acknowledge`: a 997 for every file is written to the folder `answers` (None: `path`).
    `columns` and `attributes`: name of ours → the file's name for it.
    """

    name: Id
    format: Text = Field(description=FORMAT)
    reading: Annotated[BaseModel, Given]
    acknowledge: bool = False
    answers: Folder | None = None
    answer_name: FileName = ANSWER_NAME
    columns: Names = Field(default_factory=lambda: frozen({}))
    attributes: Names = Field(default_factory=lambda: frozen({}))
    timezone: Zone = UTC
    expect: FeedExpect | None = None


class InventoryFeed(Feed):
    """`[[merchants.ID.inventory]]`, or `[[inventory]]` for files that hold several merchants.

    `absent`: what becomes of a SKU that a file does not list; always "keep" for updates. `max_row_drop`,
    `max_zeroed` (shares of 1), `guard_from` (SKUs) and `max_ahead`: beyond them a file is held.
    """

    name: Id = "inventory"
    content: Literal["full", "updates"] = "updates"
    absent: Literal["zero", "keep"]
    as_of: Literal["column", "file-name", "modified", "document"] = Field(
        description='where the time of the levels stands: "column", "file-name" or "modified"'
    )
    as_of_pattern: Pattern | None = None
    fractions: Literal["reject", "floor"] = "reject"
    merchant_column: Text | None = None
    max_row_drop: Share = 0.5
    max_zeroed: Share = 0.25
    guard_from: Whole = 20
    max_ahead: Duration = timedelta(minutes=5)


class OrderFeed(Feed):
    """`[[merchants.ID.orders]]`. `cancelled`: statuses in lower case. `order_lag`: until an order is in the warehouse."""

    name: Id = "orders"
    cancelled: Statuses = frozenset()
    order_lag: Duration = timedelta(0)


class AckFeed(Source):
    """`[merchants.ID.carts.ID.acks]`: the acknowledgements (997, 999, TA1) that a partner leaves for a cart's documents."""

    files: Glob = Field(description='the names of its files, such as "997_*.edi"')


class Schedule(Model):
    """When a cart is due: `every` so often, or `at` these times on these days, in this zone. Exactly one of both.

    `jitter`: by up to so much each time is put off. `blackout`: from, to; what falls between comes when that ends.
    """

    every: Every | None = None
    at: tuple[TimeOfDay, ...] = ()
    days: tuple[Day, ...] = DAYS
    jitter: Duration = timedelta(0)
    blackout: tuple[Span, ...] = ()
    timezone: Zone = UTC


class Cart(Model):
    """`[merchants.ID.carts.ID]`. `writing`: the format's own options for writing, from the table named like it.

    `trigger`: what a delta is sent for. `full_every`: so often a delta cart is sent everything. `max_row_drop`,
    `max_zeroed` (shares of 1) and `guard_from` (SKUs): beyond them an output is held.
    `acks`: where the partner's acknowledgements come from; `ack_within`: how long one may take.
    `upload`, `marker`, `exists`: how the partner wants its files, see `Manner`.
    `warehouses`: only these count; None for all. `expect`: how often it is to be told. `schedule`: None if only `stockferry run` syncs the cart.
    """

    id: Annotated[Id, Given]
    merchant: Annotated[Id, Given]
    remote: Text = Field(description="the name of a table under [remotes]")
    path: Folder = ""
    file_name: FileName = Field(description='such as "inventory_{time:%Y%m%d%H%M%S}.csv"')
    format: Text = Field(description=FORMAT)
    send: Literal["full", "delta"] = "delta"
    minimum_level: Whole = 0
    buffer: Whole = 0
    cap: Whole | None = None
    trigger: Literal["inventory", "inventory-and-orders"] = "inventory"
    full_every: Every | None = None
    max_row_drop: Share = 0.5
    max_zeroed: Share = 0.25
    guard_from: Whole = 20
    warehouses: tuple[Text, ...] | None = Field(default=None, min_length=1)
    acks: AckFeed | None = None
    ack_within: Every = timedelta(hours=24)
    upload: Literal["rename", "direct"] = "rename"
    marker: Marker | None = None
    exists: Literal["replace", "fail", "number"] = "replace"
    schedule: Schedule | None = None
    expect: Expect | None = None
    timezone: Zone = UTC
    writing: Annotated[BaseModel, Given]

    @property
    def manner(self) -> Manner:
        """How its files are put to the partner."""
        from batch.remotes.publish import Manner

        return Manner(direct=self.upload == "direct", marker=self.marker, exists=self.exists)


class Merchant(Model):
    """`[merchants.ID]`. `code`: its value in a feed's `merchant_column`."""

    id: Annotated[Id, Given]
    code: Text
    inventory: tuple[InventoryFeed, ...] = ()
    orders: tuple[OrderFeed, ...] = ()
    carts: Annotated[Mapping[str, Cart], AfterValidator(frozen)] = Field(default_factory=lambda: frozen({}))


class Route(Model):
    """`[[alerts]]`: who is told of conditions. Either the addresses, which hold secrets, or a command.

    `urls_env`, `urls_file`: where addresses of Apprise stand, one a line or with blanks between. `command`: program and arguments.
    `merchants`: only of these; None for all, and what is the account's. `kinds`: only of these. `quiet`: from, to; what falls between is
    told when that ends. `digest`: so long after a message there is no other one.
    """

    name: Id = Field(description="what it is called")
    urls_env: Variable | None = None
    urls_file: FilePath | None = None
    command: tuple[Text, ...] = ()
    merchants: tuple[Id, ...] | None = Field(default=None, min_length=1)
    kinds: tuple[Kind, ...] = Field(default=KINDS, min_length=1)
    quiet: tuple[Span, ...] = ()
    digest: Duration = timedelta(minutes=5)
    timezone: Zone = UTC


class Configuration(Model):
    """A whole file. `folder`: where it lies; `source`: its bytes; `state`: the state folder, absolute."""

    account: Account
    remotes: Annotated[Mapping[str, RemoteSettings], AfterValidator(frozen)]
    merchants: Annotated[Mapping[str, Merchant], AfterValidator(frozen)]
    inventory: tuple[InventoryFeed, ...] = ()
    alerts: tuple[Route, ...] = ()
    folder: Annotated[Path, Given]
    source: Annotated[bytes, Given]
    state: Annotated[Path, Given]
