"""When a name or a path leads nowhere: what the document has instead."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from formats.errors import Unreadable
from formats.xml.paths import local
from formats.xml.reading.careful import chain_of, elements, forget, records_of

_EVENTS = 200_000
_RECORDS = 1_000
_LISTED = 12
_LONG = 80


def check_no_record(document: bytes, record: tuple[str, ...]) -> None:
    """A document without records is fine, unless it has other elements that are likely meant.

    Raises:
        Unreadable: names them.
    """
    chains: Counter[tuple[str, ...]] = Counter()
    for event, element in islice(elements(document), _EVENTS):
        if event == "start":
            chains[chain_of(element)] += 1
        else:
            forget(element, 0)
    if there := [names for names in chains if names[-1] == record[-1]]:
        raise Unreadable(
            f"no {'/'.join(record)!r} in it, but there is {'/'.join(there[0])!r}; give that, or its last part, as record"
        )
    repeated = {
        names[-1] for names, count in chains.items() if len(names) > 1 and _is_likely(names, count, record)
    }
    if near := _near(record[-1], repeated):
        raise Unreadable(f"no element {record[-1]!r} in it, but there is {near!r}; is that the record?")


def no_such_path(document: bytes, record: tuple[str, ...], path: str, place: str) -> Unreadable:
    """The error for a path that no record has: names the nearest one, and what there is."""
    offered: dict[str, None] = {}
    for _, _, element in islice(records_of(document, record), _RECORDS):
        offered.update(dict.fromkeys(_paths(element)))
        forget(element, 1)
    alike = [text for text in offered if ("@" in text) == ("@" in path)]
    near = _near(path, alike) or _near(path, offered)
    hint = f"; did you mean {near!r}?" if near else "; correct the path."
    return Unreadable(f"no record has {path!r}{hint} Records have: {_listing(list(offered))}", place=place)


def _is_likely(names: tuple[str, ...], count: int, record: tuple[str, ...]) -> bool:
    return count > 1 or names[-1].lower() == record[-1].lower()


def _near(wanted: str, offered: Iterable[str]) -> str | None:
    """The nearest of those offered, the case of letters left aside; or one that ends in the same name."""
    lowered = {text.lower(): text for text in offered if len(text) <= _LONG}
    near = difflib.get_close_matches(wanted.lower()[:_LONG], lowered, n=1)
    if near:
        return lowered[near[0]]
    last = wanted.lower().rpartition("/")[2].lstrip("@")
    return next((text for low, text in lowered.items() if low.rpartition("/")[2].lstrip("@") == last), None)


def _listing(offered: Sequence[str]) -> str:
    if not offered:
        return "nothing."
    more = ", …" if len(offered) > _LISTED else "."
    return ", ".join(text[:_LONG] for text in offered[:_LISTED]) + more


def _paths(record: Any) -> Iterator[str]:
    """The paths that lead to a text or an attribute, those of the elements above included."""
    yield from _below(record, "")
    for up, above in enumerate(record.iterancestors(), start=1):
        yield from (f"{'../' * up}@{local(name)}" for name in above.attrib)


def _below(element: Any, prefix: str) -> Iterator[str]:
    yield from (f"{prefix}@{local(name)}" for name in element.attrib)
    for child in element:
        path = prefix + local(child.tag)
        if not len(child):
            yield path
        yield from _below(child, path + "/")
