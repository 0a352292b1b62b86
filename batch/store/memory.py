"""States that stay in memory from one cycle to the next, for a process that has many of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from batch.ledger.intakes import SegmentRecord
    from batch.model import State

Tables: TypeAlias = tuple[tuple[str, str], ...]
"""Name and SHA-256 of each table that is replayed: the same tables make the same rows."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The tables that a state is made of."""

    levels: Tables
    orders: Tables


def origin_of(levels: Sequence[SegmentRecord], orders: Sequence[SegmentRecord]) -> Origin | None:
    """What a state of these segments is known by; None where an earlier release noted no SHA-256 of one."""
    if any(segment.sha256 is None for segment in (*levels, *orders)):
        return None
    return Origin(levels=_tables(levels), orders=_tables(orders))


def _tables(segments: Sequence[SegmentRecord]) -> Tables:
    return tuple((segment.table, segment.sha256 or "") for segment in segments)


@dataclass(kw_only=True)
class _Kept:
    origin: Origin
    state: State
    size: int = 0


class Memory:
    """The latest state of each merchant, as far as there is `room` (bytes); what was not asked for longest goes first.

    A state is given back for the very tables that it was made of, so another process may take in files meanwhile, and a
    backup be put back. Threads may share it.
    """

    def __init__(self, room: int = 0) -> None:
        self.room = room
        self._guard = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def recall(self, merchant: str, origin: Origin | None) -> State | None:
        """The merchant's state made of these tables, if it is here."""
        with self._guard:
            kept = self._kept.get(merchant)
            if kept is None or kept.origin != origin:
                return None
            self._kept.move_to_end(merchant)
            return kept.state

    def keep(self, merchant: str, origin: Origin | None, state: State) -> None:
        """Keeps a state in place of the merchant's last one."""
        with self._guard:
            if origin is None:
                self._kept.pop(merchant, None)
                return
            self._kept[merchant] = _Kept(origin=origin, state=state)
            self._kept.move_to_end(merchant)

    def advance(
        self, merchant: str, before: State, after: State, kind: str, segments: Sequence[SegmentRecord]
    ) -> None:
        """Keeps the state after an intake in place of the one `before` it, if that is here.

        `kind`: of the intake; `segments`: what a state's rows of that kind are made of from now on.
        """
        with self._guard:
            kept = self._kept.get(merchant)
        if kept is not None:
            same = kept.state is before
            origin = replace(kept.origin, **{kind: _tables(segments)}) if same else None
            self.keep(merchant, origin, after)

    def trim(self, merchants: Iterable[str]) -> None:
        """Lets go what there is no room for. `merchants`: whose states somebody has used; what was found out about them counts."""
        with self._guard:
            for merchant in self._kept.keys() & set(merchants):
                kept = self._kept[merchant]
                kept.state.outdated.drop()  # nobody has asked for it in this cycle, nor may ever
                size = kept.size = kept.state.size
                if size > self.room:  # it would put all others out, and then be let go itself
                    del self._kept[merchant]
            total = sum(kept.size for kept in self._kept.values())
            while total > self.room:
                _, gone = self._kept.popitem(last=False)
                total -= gone.size
