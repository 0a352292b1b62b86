"""What the keys of a feed must be to one another. Pure.

The rules look at the table as it stands in the file, so that each one speaks even where another key is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from batch.config.fields import timed
from batch.config.file_names import names_repeat, would_be
from batch.config.report.problems import Finding, KeyPath, found, quoted, unknown

Table: TypeAlias = dict[str, Any]
Mappable: TypeAlias = tuple[str, ...] | None
"""`formats.contract.Reader.mappable` of the feed's format; None also where nobody knows its format."""

FIELDS = ("sku", "quantity", "as_of", "merchant", "cart")
"""What an output record can carry without any attribute."""

ANSWER_NAME = "997_{number:09}.edi"
"""Of the 997 that answers a file, if the feed gives no other."""

INVENTORY_COLUMNS = ("sku", "quantity", "on_hand", "committed", "as_of", "warehouse", "lot")
ORDER_COLUMNS = {
    "order": "the order's number",
    "sku": "the SKU",
    "quantity": "the quantity ordered",
    "ordered_at": "the time the order was placed",
}
OPTIONAL_ORDER_COLUMNS = ("line", "status", "warehouse")


def default_absent(table: Table) -> str:
    """What becomes of absent SKUs if the feed does not say."""
    return "zero" if table.get("content") == "full" else "keep"


def default_as_of(table: Table, mappable: Mappable) -> Table:
    """Where the as-of comes from if the feed does not say and there is no doubt; else nothing."""
    if mappable is not None:
        return {"as_of": "document"}
    return {"as_of": "column"} if "as_of" in names_in(table, "columns") else {}


def default_cancelled(mappable: Mappable) -> Table:
    """The statuses that make a line 0 if the feed does not say: a format that knows its fields says `cancelled`."""
    return {} if mappable is None else {"cancelled": ["cancelled"]}


def names_in(table: Table, key: str) -> Table:
    """A sub-table; empty if there is none, or something else in its place."""
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def inventory_rules(table: Table, path: KeyPath, mappable: Mappable, *, shared: bool) -> Iterator[Finding]:
    """`shared`: the feed stands under [[inventory]], its files hold several merchants."""
    yield from _inventory_columns(table, path, mappable)
    yield from _as_of(table, path, mappable)
    yield from _as_of_pattern(table, path)
    yield from _attributes(table, path)
    if "absent" in table and table.get("content") != "full":
        yield found((*path, "absent"), 'only with content = "full"', table["absent"])
    if shared and "merchant_column" not in table:
        yield found((*path, "merchant_column"), "missing; the column with the code of each row's merchant")
    if not shared and "merchant_column" in table:
        yield found(
            (*path, "merchant_column"), "only in a feed under [[inventory]], which all merchants share"
        )


def order_rules(table: Table, path: KeyPath, mappable: Mappable) -> Iterator[Finding]:
    """The rules of an order feed."""
    columns = names_in(table, "columns")
    yield from _unknown_columns(columns, path, mappable or (*ORDER_COLUMNS, *OPTIONAL_ORDER_COLUMNS))
    if mappable is None:
        yield from _order_columns(table, columns, path)
    if "attributes" in table:
        yield found((*path, "attributes"), "an order feed carries none; they belong to an inventory feed")


def _order_columns(table: Table, columns: Table, path: KeyPath) -> Iterator[Finding]:
    for name, what in ORDER_COLUMNS.items():
        if name not in columns:
            yield _missing_column(path, name, f"the column with {what}")
    if "cancelled" in table and "status" not in columns:
        yield _missing_column(path, "status", "cancelled needs the column with the status")


def answer_rules(table: Table, path: KeyPath, *, acknowledged: bool) -> Iterator[Finding]:
    """The rules of `acknowledge`. `acknowledged`: 997s are written back for files of the feed's format."""
    wanted = table.get("acknowledge") is True
    if wanted and not acknowledged:
        yield found(
            (*path, "acknowledge"), "only files in X12 (edi846, edi850) are answered with a 997", True
        )
    for key in ("answers", "answer_name"):
        if key in table and not wanted:
            yield found((*path, key), "only with acknowledge = true", table[key])
    name = table.get("answer_name", ANSWER_NAME)
    if not wanted or not isinstance(name, str):
        return
    with suppress(ValueError):
        if names_repeat(name):
            message = "two answers may not have one name; put {number} into it"
            yield found((*path, "answer_name"), message, name)
        files, example = table.get("files"), would_be(name, cart="", merchant="")
        same_folder = table.get("answers", table.get("path", "")) == table.get("path", "")
        if same_folder and isinstance(files, str) and fnmatchcase(example, files):
            message = f"an answer such as {quoted(example)} would be read as a file of this feed; give answers a folder"
            yield found((*path, "answer_name"), message, name)


def source_rules(table: Table, path: KeyPath) -> Iterator[Finding]:
    """The rules of when a file is complete."""
    for key, ready in (("marker", "marker"), ("settle", "stable")):
        if key in table and table.get("ready", "stable") != ready:
            yield found((*path, key), f'only with ready = "{ready}"', table[key])


def repeated_names(feeds: Iterable[tuple[KeyPath, Table]], default: str) -> Iterator[Finding]:
    """A finding for every feed that has the name of one before it."""
    seen: set[str] = set()
    for path, table in feeds:
        name = table.get("name", default)
        if isinstance(name, str) and name in seen:
            yield found((*path, "name"), "another feed has this name; give each its own", name)
        elif isinstance(name, str):
            seen.add(name)


def _inventory_columns(table: Table, path: KeyPath, mappable: Mappable) -> Iterator[Finding]:
    columns = names_in(table, "columns")
    if mappable is not None:
        yield from _unknown_columns(columns, path, mappable)
        return
    yield from _unknown_columns(columns, path, INVENTORY_COLUMNS)
    if "sku" not in columns:
        yield _missing_column(path, "sku", "the column with the SKU")
    parts = [name for name in ("on_hand", "committed") if name in columns]
    if "quantity" in columns and parts:
        yield found(
            (*path, "columns", parts[0]),
            "either quantity, or on_hand and committed, not both",
            columns[parts[0]],
        )
    elif parts in (["on_hand"], ["committed"]):
        other = "committed" if parts == ["on_hand"] else "on_hand"
        yield _missing_column(path, other, "what is available is on_hand - committed, so both are needed")
    elif "quantity" not in columns and not parts:
        yield _missing_column(path, "quantity", "the column with what is available; or on_hand and committed")


def _unknown_columns(columns: Table, path: KeyPath, known: tuple[str, ...]) -> Iterator[Finding]:
    for name in columns:
        if name not in known:
            yield found((*path, "columns", name), unknown("field", name, known))


def _missing_column(path: KeyPath, name: str, what: str) -> Finding:
    return found((*path, "columns", name), f"missing; {what}")


def _as_of(table: Table, path: KeyPath, mappable: Mappable) -> Iterator[Finding]:
    columns, as_of, document = names_in(table, "columns"), table.get("as_of"), mappable is not None
    if as_of == "document" and not document:
        yield found(
            (*path, "as_of"), 'only an EDI document has one; "column", "file-name" or "modified"', as_of
        )
    if as_of == "column" and document:
        yield found((*path, "as_of"), 'an EDI feed has "document", "file-name" or "modified"', as_of)
    elif as_of == "column" and "as_of" not in columns:
        yield _missing_column(path, "as_of", 'as_of = "column" needs the column with the time')


def _as_of_pattern(table: Table, path: KeyPath) -> Iterator[Finding]:
    by_name, pattern, files = (
        table.get("as_of") == "file-name",
        table.get("as_of_pattern"),
        table.get("files"),
    )
    if by_name and pattern is None:
        yield found(
            (*path, "as_of_pattern"), 'missing; where the time stands in the name: "INV_%Y%m%d%H%M%S.csv"'
        )
    elif not by_name and pattern is not None:
        yield found((*path, "as_of_pattern"), 'only with as_of = "file-name"', pattern)
    elif isinstance(pattern, str) and isinstance(files, str) and not re.search(r"[\d\[]", files):
        yield from _fits_files(pattern, files, path)


def _fits_files(pattern: str, files: str, path: KeyPath) -> Iterator[Finding]:
    """Only for a glob without digits and sets: of one with them no example can be made up."""
    try:
        example = timed(pattern)
    except ValueError:
        return
    if not fnmatchcase(example, files):
        message = f"makes names such as {quoted(example)}, which files = {quoted(files)} does not match"
        yield found((*path, "as_of_pattern"), message, pattern)


def _attributes(table: Table, path: KeyPath) -> Iterator[Finding]:
    for name in names_in(table, "attributes"):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield found(
                (*path, "attributes", name), "the name of an attribute is of lower-case letters, digits and _"
            )
        elif name in FIELDS:
            yield found((*path, "attributes", name), f"an output has its own {name}; choose another name")


def attribute_names(feeds: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The attributes that any of these feeds carries, each once."""
    return tuple(dict.fromkeys(name for table in feeds for name in names_in(dict(table), "attributes")))
