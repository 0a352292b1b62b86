"""What the keys of a cart must be to one another and to the other carts and feeds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from batch.config.feed_rules import FIELDS, Table, names_in
from batch.config.file_names import SOME_TIME, render, would_be
from batch.config.report.problems import Finding, KeyPath, found, quoted, unknown
from batch.durations import parse_duration


def send_rules(table: Table, path: KeyPath, *, complete: bool) -> Iterator[Finding]:
    """`complete`: the cart's format always carries every SKU."""
    if complete and table.get("send") == "delta":
        message = f"a cart in {table['format']} is always sent everything; leave it out"
        yield found((*path, "send"), message, table["send"])


def schedule_rules(table: Table, path: KeyPath) -> Iterator[Finding]:
    """`path`: of the schedule."""
    if "every" in table and "at" in table:
        yield found(path, "either every or at, not both")
    elif "every" in table and "days" in table:
        yield found((*path, "days"), "only with at", table["days"])
    elif "every" not in table and not table.get("at"):
        yield found(path, 'missing; every = "15m", or at = ["06:00", "18:00"]')
    with suppress(ValueError, KeyError):
        if parse_duration(table["jitter"]) >= parse_duration(table["every"]):
            yield found((*path, "jitter"), "shorter than every", table["jitter"])


def upload_rules(table: Table, path: KeyPath) -> Iterator[Finding]:
    """A file that is written under its own name cannot be told from another one after a broken attempt."""
    if table.get("upload") == "direct" and table.get("exists") == "number":
        yield found((*path, "exists"), 'not with upload = "direct"; "replace" or "fail"', "number")


def part_rules(table: Table, path: KeyPath, *, lines: int | None) -> Iterator[Finding]:
    """`lines`: how many lines a document may have before there must be a further one, of the same instant."""
    template = table.get("file_name")
    if lines is None or not isinstance(template, str):
        return
    with suppress(ValueError):
        names = {
            render(template, cart="cart", merchant="merchant", at=SOME_TIME, number=number)
            for number in (7, 8)
        }
        if len(names) == 1:
            message = "the documents of one run would overwrite one another; put {number} into it"
            yield found((*path, "file_name"), message, template)


def ack_rules(table: Table, path: KeyPath, *, acknowledged: bool) -> Iterator[Finding]:
    """`acknowledged`: partners answer documents of the cart's format with a 997."""
    if "acks" in table and not acknowledged:
        yield found((*path, "acks"), "only a cart in edi846 is acknowledged")
    if "ack_within" in table and "acks" not in table:
        yield found(
            (*path, "ack_within"),
            "only with acks, the table that says where they come from",
            table["ack_within"],
        )


def field_rules(
    written: Iterable[str], attributes: tuple[str, ...], options: Table, path: KeyPath
) -> Iterator[Finding]:
    """Every field that a cart writes must be known. `options`: its writing options, which stand at `path`."""
    known = tuple(dict.fromkeys((*FIELDS, *attributes)))
    for name in dict.fromkeys(written):
        if name not in known:
            yield found((*path, *_where(name, options)), unknown("field", name, known), name)


def _where(name: str, options: Table) -> KeyPath:
    places = (
        (key, inner) for key in options for inner, value in names_in(options, key).items() if value == name
    )
    return next(places, ())


def warehouse_rules(table: Table, feeds: Iterable[Mapping[str, Any]], path: KeyPath) -> Iterator[Finding]:
    """A cart cannot choose among warehouses that no feed of its merchant tells apart."""
    tables = [names_in(dict(feed), "columns") for feed in feeds]
    if "warehouses" in table and tables and not any("warehouse" in columns for columns in tables):
        message = "no inventory feed of this merchant has columns.warehouse, so nothing would count"
        yield found((*path, "warehouses"), message, table["warehouses"])


def repeated_documents(carts: Iterable[tuple[KeyPath, Table]], remotes: Table) -> Iterator[Finding]:
    """A finding for every cart that would write over another's documents. Paths are `merchants.ID.carts.ID`."""
    seen: dict[tuple[str, str], KeyPath] = {}
    for path, table in carts:
        document = _document(path, table, remotes)
        if document is None:
            continue
        first = seen.setdefault(document, path)
        if first != path:
            other = f"{first[1]}/{first[3]}"
            message = (
                f"cart {other} writes the same name to the same folder; put {{merchant}} and {{cart}} into it"
            )
            yield found((*path, "file_name"), message, table["file_name"])


def _document(path: KeyPath, table: Table, remotes: Table) -> tuple[str, str] | None:
    """The folder and the name, as far as case matters nowhere; None if they cannot be told."""
    remote, folder, template = table.get("remote"), table.get("path", ""), table.get("file_name")
    if not (isinstance(remote, str) and isinstance(folder, str) and isinstance(template, str)):
        return None
    url = names_in(remotes, remote).get("url", remote)
    with suppress(ValueError):
        name = would_be(template, cart=str(path[3]), merchant=str(path[1]))
        return "/".join(
            part for part in f"{url}/{folder}".split("/") if part not in {"", "."}
        ), name.casefold()
    return None


def known_format(
    name: Any, path: KeyPath, usable: Iterable[str], every: Iterable[str], what: str
) -> Iterator[Finding]:
    """A finding if `name` is text and no format, or none that is usable for `what` stands here."""
    if not isinstance(name, str) or name in (names := tuple(usable)):
        return
    message = (
        f"{what}; one of {', '.join(quoted(one) for one in names)}"
        if name in every
        else unknown("format", name, names)
    )
    yield found((*path, "format"), message, name)


def known_remote(table: Table, path: KeyPath, remotes: Table) -> Iterator[Finding]:
    """A finding if the feed's or cart's remote is not configured."""
    name = table.get("remote")
    if isinstance(name, str) and name not in remotes:
        yield found((*path, "remote"), unknown("remote", name, tuple(remotes)), name)


def other_formats(table: Table, path: KeyPath, formats: Iterable[str]) -> Iterator[Finding]:
    """A finding for every table of options that is not of the cart's own format."""
    own = table.get("format")
    for name in formats:
        if name in table and name != own and isinstance(own, str):
            yield found((*path, name), f"options of another format; this cart has format = {quoted(own)}")
