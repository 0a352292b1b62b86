"""What pydantic objects to, in plain words: what is allowed rather than what was tried."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from batch.config.report.problems import NOTHING, Finding, KeyPath, found, near, one_of

KINDS = {
    "string": "text",
    "path": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "iterable": "a list",
    "dict": "a table",
    "mapping": "a table",
    "model": "a table",
    "model_attributes": "a table",
}
BOUNDS = {
    "greater_than_equal": "{ge} or more",
    "greater_than": "more than {gt}",
    "less_than_equal": "{le} or less",
    "less_than": "less than {lt}",
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "too_short": "a list of at least {min_length}",
    "too_long": "a list of at most {max_length}",
}


def in_words(
    error: ValidationError,
    table: Mapping[str, Any],
    path: KeyPath,
    model: type[BaseModel],
    *,
    elsewhere: Collection[str],
) -> Iterator[Finding]:
    """A finding for each objection to a table that stands at `path`.

    `elsewhere`: fields that do not come from the table; what is wrong with them was said where they come from.
    """
    for detail in error.errors(include_url=False):
        if detail["loc"] and detail["loc"][0] in elsewhere:
            continue
        inside, value = _place(detail, table)
        if detail["type"] == "missing":
            yield found((*path, *detail["loc"]), _missing(detail, model))
        elif detail["type"] == "extra_forbidden":
            yield found((*path, *inside), f"unknown key{_near_key(detail, model)}")
        else:
            yield found((*path, *inside), message(detail), value if inside else NOTHING)


def message(detail: ErrorDetails) -> str:
    """One objection in plain words."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return _choice(detail)
    if kind in BOUNDS:
        return BOUNDS[kind].format_map(context)
    if kind == "string_pattern_mismatch":
        return (
            f"text of the form {context['pattern'].removeprefix(chr(92) + 'A').removesuffix(chr(92) + 'z')}"
        )
    base = re.sub(r"_(type|parsing|parsing_size|from_float)$", "", kind)
    return KINDS.get(base, detail["msg"])


def _missing(detail: ErrorDetails, model: type[BaseModel]) -> str:
    owner, name = _owner(detail, model), detail["loc"][-1]
    needed = owner.model_fields[str(name)].description if owner and name in owner.model_fields else None
    return f"missing; {needed}" if needed else "missing"


def _near_key(detail: ErrorDetails, model: type[BaseModel]) -> str:
    owner = _owner(detail, model)
    return near(str(detail["loc"][-1]), owner.model_fields) if owner else ""


def _owner(detail: ErrorDetails, model: type[BaseModel]) -> type[BaseModel] | None:
    """The model that has, or should have, the field an objection is about."""
    owner: Any = model
    for part in detail["loc"][:-1]:
        owner = owner.model_fields[part].annotation if part in owner.model_fields else None
        if not (isinstance(owner, type) and issubclass(owner, BaseModel)):
            return None
    return cast("type[BaseModel]", owner)


def _choice(detail: ErrorDetails) -> str:
    names = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
    hint = near(detail["input"], names) if isinstance(detail["input"], str) else ""
    return one_of(names) + hint


def _place(detail: ErrorDetails, table: Mapping[str, Any]) -> tuple[KeyPath, Any]:
    """As far as the objection's place exists in the table, and what stands there."""
    path: KeyPath = ()
    value: Any = table
    for part in detail["loc"]:
        inside = part in value if isinstance(value, dict) else _in_list(part, value)
        if not inside:
            break
        path, value = (*path, part), value[part]
    return path, value


def _in_list(part: int | str, value: Any) -> bool:
    return isinstance(value, list) and isinstance(part, int) and part < len(value)
