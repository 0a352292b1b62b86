"""The whole configuration, table by table. Every reading yields what is wrong and returns what could be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from batch.config import alert_rules, cart_rules, feed_rules
from batch.config.fields import zone
from batch.config.models import (
    UTC,
    Account,
    AckFeed,
    Cart,
    Configuration,
    Expect,
    Feed,
    FeedExpect,
    InventoryFeed,
    Merchant,
    OrderFeed,
    Route,
    Schedule,
)
from batch.config.report.problems import Finding, Findings, KeyPath, collect, found
from batch.config.tables import (
    Table,
    all_by_name,
    all_of,
    keys_of,
    listed_tables,
    named_tables,
    parse,
    table_at,
    tables_in,
    unknown_keys,
)
from batch.remotes.settings import RemoteSettings
from formats import registry

if TYPE_CHECKING:
    from formats.contract import Format, Reader
    from formats.options import Options

F = TypeVar("F", bound=Feed)
E = TypeVar("E", bound=Expect)
Placed = tuple[KeyPath, Table]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a merchant's tables refer to: the remotes, the feeds that all share, the account's time zone."""

    remotes: dict[str, Table]
    shared: Sequence[Placed]
    timezone: ZoneInfo


def read(document: Table, *, folder: Path, source: bytes) -> Findings[Configuration | None]:
    """A whole document. Returns None if something is wrong with it."""
    yield from unknown_keys(document, (), Configuration.keys())
    account = yield from _account(document)
    remotes = yield from named_tables(document, "remotes", ())
    settings = {}
    for name, table in remotes.items():
        settings[name] = yield from parse(RemoteSettings, table, ("remotes", name))
    shared = yield from listed_tables(document, "inventory", ())
    timezone = account.timezone if account else UTC
    yield from feed_rules.repeated_names(shared, "inventory")
    around = Surroundings(remotes=remotes, shared=shared, timezone=timezone)
    inventory = yield from _inventory(shared, around, shared=True)
    merchants = yield from _merchants(document, around)
    alerts = yield from _alerts(document, timezone)
    whole = all_by_name(settings)
    if account is None or whole is None or inventory is None or merchants is None or alerts is None:
        return None
    return Configuration(
        account=account,
        remotes=whole,
        merchants=merchants,
        inventory=inventory,
        alerts=alerts,
        folder=folder,
        source=source,
        state=(folder / account.state).resolve(),
    )


def _account(document: Table) -> Findings[Account | None]:
    if "account" not in document:
        yield found(("account",), 'missing; a table [account] with name = "…"')
        return None
    table = yield from table_at(document, "account", ())
    return (yield from parse(Account, table, ("account",)))


def _alerts(document: Table, timezone: ZoneInfo) -> Findings[tuple[Route, ...] | None]:
    tables = yield from listed_tables(document, "alerts", ())
    yield from alert_rules.repeated_routes(tables)
    routes = []
    for path, table in tables:
        yield from alert_rules.route_rules(table, path, tuple(tables_in(document, "merchants")))
        routes.append((yield from parse(Route, {"timezone": timezone, **table}, path)))
    return all_of(routes)


def _merchants(document: Table, around: Surroundings) -> Findings[Mapping[str, Merchant] | None]:
    tables = yield from named_tables(document, "merchants", ())
    codes: dict[str, str] = {}
    carts: list[Placed] = []
    merchants: dict[str, Merchant | None] = {}
    for name, table in tables.items():
        merchants[name] = yield from _merchant(name, table, around)
        carts += [
            (("merchants", name, "carts", cart), inner) for cart, inner in tables_in(table, "carts").items()
        ]
        code = table.get("code", name)
        if isinstance(code, str) and codes.setdefault(code, name) != name:
            yield found(("merchants", name, "code"), f"merchant {codes[code]} has this code already", code)
    yield from cart_rules.repeated_documents(carts, around.remotes)
    return all_by_name(merchants)


def _merchant(name: str, table: Table, around: Surroundings) -> Findings[Merchant | None]:
    path: KeyPath = ("merchants", name)
    inventory_tables = yield from listed_tables(table, "inventory", path)
    order_tables = yield from listed_tables(table, "orders", path)
    yield from feed_rules.repeated_names([*around.shared, *inventory_tables], "inventory")
    yield from feed_rules.repeated_names(order_tables, "orders")
    inventory = yield from _inventory(inventory_tables, around, shared=False)
    orders = yield from _orders(order_tables, around)
    feeds = [feed for _, feed in (*around.shared, *inventory_tables)]
    carts = yield from _carts(name, table, feeds, around)
    merchant = {"code": name, **table}
    return (
        yield from parse(Merchant, merchant, path, id=name, inventory=inventory, orders=orders, carts=carts)
    )


def _inventory(
    feeds: Sequence[Placed], around: Surroundings, *, shared: bool
) -> Findings[tuple[InventoryFeed, ...] | None]:
    read_feeds = []
    for path, table in feeds:
        form = yield from _reader(table, path, "inventory")
        mappable = form.mappable if form else None
        yield from feed_rules.inventory_rules(table, path, mappable, shared=shared)
        defaults = {
            "absent": feed_rules.default_absent(table),
            **feed_rules.default_as_of(table, mappable),
        }
        read_feeds.append((yield from _feed(InventoryFeed, form, (path, table), defaults, around)))
    return all_of(read_feeds)


def _orders(feeds: Sequence[Placed], around: Surroundings) -> Findings[tuple[OrderFeed, ...] | None]:
    read_feeds = []
    for path, table in feeds:
        form = yield from _reader(table, path, "orders")
        mappable = form.mappable if form else None
        yield from feed_rules.order_rules(table, path, mappable)
        defaults = feed_rules.default_cancelled(mappable)
        read_feeds.append((yield from _feed(OrderFeed, form, (path, table), defaults, around)))
    return all_of(read_feeds)


def _feed(
    model: type[F],
    form: Reader | None,
    placed: Placed,
    defaults: Table,
    around: Surroundings,
) -> Findings[F | None]:
    path, table = placed
    yield from cart_rules.known_remote(table, path, around.remotes)
    yield from feed_rules.source_rules(table, path)
    yield from feed_rules.answer_rules(table, path, acknowledged=form is None or form.acknowledged)
    options = keys_of(form.Reading) if form else _all_reading_options()
    reading: BaseModel | None = None
    if form:
        own = {key: value for key, value in table.items() if key in options}
        reading = yield from parse(form.Reading, own, path)
    common = {key: value for key, value in table.items() if key not in options}
    table = {"timezone": around.timezone, **defaults, **common}
    expect = yield from _expect(FeedExpect, table, path, _zone_of(table, around.timezone))
    return (yield from parse(model, table, path, also=options, reading=reading, expect=expect))


def _carts(
    merchant: str, table: Table, feeds: Sequence[Table], around: Surroundings
) -> Findings[dict[str, Cart] | None]:
    tables = yield from named_tables(table, "carts", ("merchants", merchant))
    carts: dict[str, Cart | None] = {}
    for name, cart in tables.items():
        path = ("merchants", merchant, "carts", name)
        yield from cart_rules.known_remote(cart, path, around.remotes)
        if not any(_knows_its_fields(feed) for feed in feeds):
            yield from cart_rules.warehouse_rules(cart, feeds, path)
        carts[name] = yield from _cart(cart, path, feeds, around)
    return all_by_name(carts)


def _cart(table: Table, path: KeyPath, feeds: Sequence[Table], around: Surroundings) -> Findings[Cart | None]:
    form = yield from _writer(table, path)
    writing = yield from _writing(form, table, path, feeds)
    if form:
        yield from cart_rules.send_rules(table, path, complete=form.complete)
        yield from cart_rules.ack_rules(table, path, acknowledged=form.acknowledged)
    yield from cart_rules.upload_rules(table, path)
    if writing is not None:
        yield from cart_rules.part_rules(table, path, lines=writing.lines_per_document())
    timezone = _zone_of(table, around.timezone)
    schedule = yield from _schedule(table, path, timezone)
    expect = yield from _expect(Expect, table, path, timezone)
    acks = yield from _acks(table, path, around)
    common = {key: value for key, value in table.items() if key not in _formats()}
    send = {"send": "full"} if form and form.complete else {}
    return (
        yield from parse(
            Cart,
            {"timezone": timezone, **send, **common},
            path,
            also=_formats(),
            id=str(path[3]),
            merchant=str(path[1]),
            schedule=schedule,
            expect=expect,
            acks=acks,
            writing=writing,
        )
    )


def _writing(
    form: Format | None, table: Table, path: KeyPath, feeds: Sequence[Table]
) -> Findings[Options | None]:
    yield from cart_rules.other_formats(table, path, _formats())
    if form is None:
        return None
    options = yield from table_at(table, form.name, path)
    place = (*path, form.name)
    writing, wrong = collect(parse(form.Writing, options, place))
    yield from wrong
    if written := writing or _without(wrong, form.Writing, options, place):
        attributes = feed_rules.attribute_names(feeds)
        yield from cart_rules.field_rules(form.fields(written), attributes, options, place)
    return writing


def _without(
    wrong: Sequence[Finding], model: type[BaseModel], options: Table, place: KeyPath
) -> BaseModel | None:
    """The options without the keys that are wrong, so that the others can be judged all the same."""
    keys = {finding.path[len(place)] for finding in wrong if len(finding.path) > len(place)}
    sound = {key: value for key, value in options.items() if key not in keys}
    return collect(parse(model, sound, place))[0]


def _acks(table: Table, path: KeyPath, around: Surroundings) -> Findings[AckFeed | None]:
    if "acks" not in table:
        return None
    place = (*path, "acks")
    acks = {"remote": table.get("remote"), **(yield from table_at(table, "acks", path))}
    yield from cart_rules.known_remote(acks, place, around.remotes)
    yield from feed_rules.source_rules(acks, place)
    return (yield from parse(AckFeed, acks, place))


def _schedule(table: Table, path: KeyPath, timezone: ZoneInfo) -> Findings[Schedule | None]:
    if "schedule" not in table:
        return None
    place = (*path, "schedule")
    if not isinstance(table["schedule"], dict):
        yield found(place, 'a table, such as { every = "15m" } or { at = ["06:00"] }', table["schedule"])
        return None
    schedule = table["schedule"]
    yield from cart_rules.schedule_rules(schedule, place)
    return (yield from parse(Schedule, {"timezone": timezone, **schedule}, place))


def _expect(model: type[E], table: Table, path: KeyPath, timezone: ZoneInfo) -> Findings[E | None]:
    if "expect" not in table:
        return None
    place = (*path, "expect")
    if not isinstance(table["expect"], dict):
        yield found(place, 'a table, such as { every = "1h", within = "15m" }', table["expect"])
        return None
    return (yield from parse(model, table["expect"], place, timezone=timezone))


def _reader(table: Table, path: KeyPath, kind: str) -> Findings[Reader | None]:
    """The format of a feed of that kind."""
    name = table.get("format")
    usable = [each for each in registry.FORMATS if registry.reads(each, kind)]
    yield from cart_rules.known_format(name, path, usable, registry.FORMATS, f"it carries no {kind}")
    return registry.get(name) if isinstance(name, str) and name in usable else None


def _knows_its_fields(feed: Table) -> bool:
    """Whether the feed's format finds warehouses by itself, where its files tell any."""
    name = feed.get("format")
    known = isinstance(name, str) and name in registry.FORMATS
    return known and registry.get(str(name)).mappable is not None


def _writer(table: Table, path: KeyPath) -> Findings[Format | None]:
    """The format of a cart."""
    name = table.get("format")
    yield from cart_rules.known_format(name, path, _formats(), registry.FORMATS, "it can only be read")
    return registry.writer(name) if isinstance(name, str) and name in _formats() else None


def _formats() -> tuple[str, ...]:
    """Those that carts may have."""
    return tuple(filter(registry.writes, registry.FORMATS))


def _all_reading_options() -> tuple[str, ...]:
    """Of every format: what a feed may have as long as nobody knows which format it is in."""
    return tuple(key for name in registry.FORMATS for key in keys_of(registry.get(name).Reading))


def _zone_of(table: Table, default: ZoneInfo) -> ZoneInfo:
    with suppress(ValueError):
        return zone(table.get("timezone", default))
    return default
