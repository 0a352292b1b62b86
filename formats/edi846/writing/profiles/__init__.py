"""Partners ready made: a TOML file each, with its source; a cart's own keys stand above them."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

MERGED = ("delimiters", "location")
"""Tables of which a cart may override single keys; every other key is replaced as a whole."""


@cache
def names() -> tuple[str, ...]:
    """The profiles there are."""
    folder = files(__name__)
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


def load(name: str) -> dict[str, Any]:
    """A profile's keys, without `source`.

    Raises:
        ValueError: there is none of that name; says which there are.
    """
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"profile: there is no {name!r}{hint} Known: {', '.join(names())}")
    keys = tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: value for key, value in keys.items() if key != "source"}


def with_profile(given: Any) -> Any:
    """A cart's keys over those of the profile that it names."""
    if not isinstance(given, dict) or not isinstance(given.get("profile"), str):
        return given
    below = load(given["profile"])
    for key in MERGED:
        if isinstance(given.get(key), dict) and isinstance(below.get(key), dict):
            given = {**given, key: {**below[key], **given[key]}}
    return {**below, **given}
