"""Which of the files on a remote to take now: pure decisions over listings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from batch.remotes.contract import Entry

UNFINISHED = ("*.filepart", "*.part", "*.partial", "*.tmp", "*.writing", ".*")
USUAL_MARKERS = ("{name}.done", "{name}.ok", "{stem}.done", "{stem}.ok")

Version = tuple[str, int, datetime]


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A look at a file: its size and modification time, and when (wall clock) they were first seen so."""

    size: int
    modified: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class Look:
    """`ready`: take them now, in this order. `waiting`: look again after `settle`."""

    ready: tuple[Entry, ...] = ()
    waiting: tuple[Entry, ...] = ()


def version(entry: Entry) -> Version:
    """What tells two states of a file apart in a listing."""
    return (entry.name, entry.size, entry.modified)


def unknown(entries: Sequence[Entry], pattern: str, known: Collection[Version]) -> list[Entry]:
    """The files that match and have not been taken, in order of modification time, then name."""
    wanted = [
        entry
        for entry in entries
        if fnmatchcase(entry.name, pattern)
        and not any(fnmatchcase(entry.name.lower(), unfinished) for unfinished in UNFINISHED)
        and version(entry) not in known
    ]
    return sorted(wanted, key=lambda entry: (entry.modified, entry.name))


def settled(
    candidates: Sequence[Entry], sightings: Mapping[str, Sighting], now: datetime, settle: timedelta
) -> Look:
    """`ready = "stable"`: the size and time of a file are what they were at a look at least `settle` ago."""

    def stood_still(entry: Entry) -> bool:
        seen = sightings.get(entry.name)
        same = seen is not None and (seen.size, seen.modified) == (entry.size, entry.modified)
        return settle == timedelta(0) or (same and seen is not None and now - seen.seen_at >= settle)

    return _in_order(candidates, [stood_still(entry) for entry in candidates])


def marked(candidates: Sequence[Entry], entries: Sequence[Entry], marker: str | None = None) -> Look:
    """`ready = "marker"`: the file that says so lies beside it; a file that says so of another is not taken itself.

    `marker`: its name, made of `{name}` or `{stem}`; None: `NAME.done` or `NAME.ok`, or with that ending instead.
    """
    names = {entry.name for entry in entries}
    templates = USUAL_MARKERS if marker is None else (marker,)
    said = {entry.name: _markers(entry.name, templates) & names for entry in entries}
    markers = {found for name, named in said.items() for found in named if found != name}
    return Look(
        ready=tuple(one for one in candidates if said[one.name] - {one.name} and one.name not in markers)
    )


def _markers(name: str, templates: Sequence[str]) -> set[str]:
    stem = name.rsplit(".", 1)[0]
    return {template.format(name=name, stem=stem) for template in templates}


def _in_order(candidates: Sequence[Entry], complete: Sequence[bool]) -> Look:
    """A file never overtakes an earlier one of its feed that is not complete yet."""
    first_open = complete.index(False) if False in complete else len(candidates)
    return Look(ready=tuple(candidates[:first_open]), waiting=tuple(candidates[first_open:]))
