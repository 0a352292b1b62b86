"""What stays in memory is given back for the very tables it was made of, and takes no more room than it may."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from batch.latest import Latest
from batch.ledger.intakes import SegmentRecord
from batch.model import LEVELS, State, frame
from batch.reconcile.coded import code_of
from batch.store.memory import Memory, Origin, origin_of
from batch.store.state import LEVELS_KIND
from formats.frames import PIECE, arrow, held


def segment(seq: int, sha256: str | None = "1", *, kind: str = LEVELS_KIND) -> SegmentRecord:
    return SegmentRecord(
        merchant="acme",
        kind=kind,
        seq=seq,
        checkpoint=False,
        table=f"acme/{kind}-{seq}",
        rows=1,
        sha256=sha256,
    )


def state(seq: int, rows: int = 1) -> State:
    columns = {"sku": [f"S{number}" for number in range(rows)], "warehouse": "", "feed": "main"}
    return State(seq=seq, levels=frame(LEVELS, {**columns, "quantity": 1, "as_of": 0, "line": 1, "seq": seq}))


def found_out(size: int, part: int | None = None) -> Any:
    """Something of so many bytes, of which it shows as many as that."""
    return SimpleNamespace(parts=(np.zeros(size, np.uint8)[:part],))


ONE: Origin | None = origin_of([segment(1)], [])
SIZE = state(1).size
EVERYONE = ("acme", "a", "b", "c", "large")


@pytest.mark.parametrize(
    "other",
    [
        origin_of([segment(1, "2")], []),
        origin_of([segment(2)], []),
        origin_of([segment(1), segment(2)], []),
        origin_of([segment(1)], [segment(2, kind="orders")]),
        origin_of([], []),
        None,
    ],
)
def test_other_tables_are_another_state(other: Origin | None) -> None:
    memory, known = Memory(10 * SIZE), state(1)
    memory.keep("acme", ONE, known)
    assert memory.recall("acme", ONE) is known
    assert memory.recall("acme", other) is None
    assert memory.recall("other", ONE) is None
    assert memory.recall("acme", ONE) is known


def test_a_state_of_which_a_table_has_no_sum_is_not_kept_nor_the_one_before_it() -> None:
    memory = Memory(10 * SIZE)
    memory.keep("acme", ONE, state(1))
    memory.keep("acme", origin_of([segment(1), segment(2, None)], []), state(2))
    assert memory.recall("acme", ONE) is None
    assert memory.recall("acme", None) is None


def test_an_intake_goes_on_from_the_state_before_it() -> None:
    memory, before, after = Memory(10 * SIZE), state(1), state(2)
    memory.keep("acme", ONE, before)
    memory.advance("acme", before, after, LEVELS_KIND, [segment(1), segment(2)])
    assert memory.recall("acme", origin_of([segment(1), segment(2)], [])) is after
    memory.advance("acme", after, before, "orders", [segment(3, kind="orders")])
    assert memory.recall("acme", origin_of([segment(1), segment(2)], [segment(3, kind="orders")])) is before


def test_an_intake_from_another_state_leaves_nothing_behind() -> None:
    memory = Memory(10 * SIZE)
    memory.keep("acme", ONE, state(1))
    memory.advance("acme", state(1), state(2), LEVELS_KIND, [segment(1), segment(2)])
    assert memory.recall("acme", ONE) is None
    assert memory.recall("acme", origin_of([segment(1), segment(2)], [])) is None


def test_an_intake_of_a_merchant_that_is_not_here_changes_nothing() -> None:
    memory = Memory(10 * SIZE)
    memory.advance("acme", state(1), state(2), LEVELS_KIND, [segment(1), segment(2)])
    assert memory.recall("acme", origin_of([segment(1), segment(2)], [])) is None


def test_what_was_not_asked_for_longest_goes_first() -> None:
    memory = Memory(2 * SIZE)
    for merchant in ("a", "b", "c"):
        memory.keep(merchant, ONE, state(1))
        memory.recall("a", ONE)
    memory.trim(EVERYONE)
    assert [merchant for merchant in ("a", "b", "c") if memory.recall(merchant, ONE)] == ["a", "c"]


def test_what_has_no_room_by_itself_puts_nobody_out() -> None:
    memory = Memory(2 * SIZE)
    memory.keep("a", ONE, state(1))
    memory.keep("large", ONE, state(1, rows=1000))
    memory.trim(EVERYONE)
    assert memory.recall("large", ONE) is None
    assert memory.recall("a", ONE) is not None


def test_what_is_found_out_about_a_state_counts() -> None:
    memory, known = Memory(SIZE), state(1)
    memory.keep("a", ONE, known)
    memory.trim(EVERYONE)
    assert memory.recall("a", ONE) is known
    code_of(known, {})
    known.found.get("a question", lambda: found_out(SIZE))
    assert known.size > 2 * SIZE
    memory.trim(EVERYONE)
    assert memory.recall("a", ONE) is None


def test_less_room_is_less_room_at_once() -> None:
    memory = Memory(SIZE)
    memory.keep("a", ONE, state(1))
    memory.trim(EVERYONE)
    memory.room = SIZE - 1
    memory.trim(EVERYONE)
    assert memory.recall("a", ONE) is None


def test_what_is_found_out_while_another_lets_go_counts_when_its_finder_is_done() -> None:
    memory, known = Memory(SIZE), state(1)
    memory.keep("a", ONE, known)
    memory.trim(["a", "b"])
    code_of(known, {})
    memory.trim(["b"])
    assert memory.recall("a", ONE) is known
    memory.trim(["a"])
    assert memory.recall("a", ONE) is None


class Busy(Latest[Any, Any]):
    """Somebody asks for another value between two looks at what is kept."""

    @property
    def kept(self) -> tuple[Any, Any] | None:
        found, self._kept = self._kept, None
        return found


def test_a_state_is_measured_while_others_ask_about_it() -> None:
    known = replace(state(1))
    object.__setattr__(known, "found", Busy())
    known.found.get("a question", lambda: found_out(100))
    assert known.size == SIZE + 100
    assert known.size == SIZE


def test_what_is_shared_counts_once_and_a_piece_of_something_as_all_of_it() -> None:
    known = state(1, rows=1000)
    size = known.size
    names = arrow(known.levels["sku"]).chunk(0)
    known.found.get("a question", lambda: SimpleNamespace(parts=(names, names.slice(0, 10))))
    assert known.size == size
    known.found.get("another", lambda: found_out(100, part=10))
    assert known.size == size + 100


def test_a_column_of_one_value_takes_no_more_room_the_longer_it_is() -> None:
    sizes = set()
    for rows in (PIECE, 10 * PIECE):
        skus = pa.nulls(rows, pa.string())
        one_value = {"feed": "main", "warehouse": "", "quantity": 1, "as_of": 0, "line": 1, "seq": 1}
        sizes.add(State(levels=frame(LEVELS, {**one_value, "sku": skus})).size - held([skus]))
    assert len(sizes) == 1
