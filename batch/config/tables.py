"""From tables of the file to values, one table at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from batch.config.fields import an_id
from batch.config.models import Model
from batch.config.report.plain import in_words
from batch.config.report.problems import Finding, Findings, KeyPath, found, near

Table: TypeAlias = dict[str, Any]
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


def parse(
    model: type[M], table: Table, path: KeyPath, *, also: Iterable[str] = (), **given: Any
) -> Findings[M | None]:
    """The table as a value of that model; None if it cannot be one.

    `also`: further keys worth suggesting for an unknown one. `given`: fields that were read elsewhere; None for
    one that could not be, which is not reported again.
    """
    keys = keys_of(model)
    yield from unknown_keys(table, path, keys, also=also)
    values = {key: value for key, value in table.items() if key in keys and key not in given}
    ready = {name: value for name, value in given.items() if value is not None}
    try:
        return model.model_validate({**values, **ready})
    except ValidationError as error:
        yield from in_words(error, values, path, model, elsewhere=given)
        return None


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys that a model's table may have."""
    if issubclass(model, Model):
        return model.keys()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def unknown_keys(
    table: Table, path: KeyPath, keys: Iterable[str], *, also: Iterable[str] = ()
) -> Iterator[Finding]:
    """A finding for each key that the table may not have. Its value is never shown: it may be anything."""
    keys = tuple(keys)
    for key in table:
        if key not in keys and key not in also:
            hint = near(key, (*keys, *also)) or f"; known: {', '.join(keys)}"
            yield found((*path, key), f"unknown key{hint}")


def table_at(parent: Table, key: str, path: KeyPath) -> Findings[Table]:
    """The table under a key of the table at `path`; empty if there is none."""
    value = parent.get(key, {})
    if isinstance(value, dict):
        return value
    yield found((*path, key), "a table", value)
    return {}


def named_tables(parent: Table, key: str, path: KeyPath) -> Findings[dict[str, Table]]:
    """The tables whose names are ids, such as `[remotes.wms]`."""
    tables: dict[str, Table] = {}
    for name in (yield from table_at(parent, key, path)):
        place = (*path, key)
        yield from _sound_id(name, (*place, name))
        tables[name] = yield from table_at(parent[key], name, place)
    return tables


def tables_in(parent: Table, key: str) -> dict[str, Table]:
    """As `named_tables`, without a word about what is no table."""
    value = parent.get(key)
    return (
        {name: item for name, item in value.items() if isinstance(item, dict)}
        if isinstance(value, dict)
        else {}
    )


def listed_tables(parent: Table, key: str, path: KeyPath) -> Findings[list[tuple[KeyPath, Table]]]:
    """The tables of a list such as `[[inventory]]`, each with its place."""
    value = parent.get(key, [])
    if not isinstance(value, list):
        yield found((*path, key), "a list of tables; write its header in double brackets: [[…]]")
        return []
    for position, item in enumerate(value):
        if not isinstance(item, dict):
            yield found((*path, key, position), "a table", item)
    return [((*path, key, at), item) for at, item in enumerate(value) if isinstance(item, dict)]


def _sound_id(name: str, path: KeyPath) -> Iterator[Finding]:
    try:
        an_id(name)
    except ValueError as error:
        yield found(path, f"an id has {error}")


def all_of(values: Sequence[T | None]) -> tuple[T, ...] | None:
    """All values, or None if one could not be read."""
    whole = tuple(value for value in values if value is not None)
    return whole if len(whole) == len(values) else None


def all_by_name(values: Mapping[str, T | None]) -> dict[str, T] | None:
    """All values by name, or None if one could not be read."""
    whole = {name: value for name, value in values.items() if value is not None}
    return whole if len(whole) == len(values) else None
