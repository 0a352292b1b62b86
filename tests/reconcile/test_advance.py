"""What was found out about a state goes on with it: the next one knows what looking at everything again would tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from batch.model import WAS, State
from batch.reconcile.advance import MOST_CHUNKS, with_levels, with_orders
from batch.reconcile.applied import Applied
from batch.reconcile.available import available
from batch.reconcile.coded import Coded, code, code_of, kept_codes
from batch.reconcile.keys import FEW
from batch.reconcile.levels import apply_statements, sold_by
from batch.reconcile.news import about_news, news_of
from batch.reconcile.orders import apply_lines, touched_skus
from formats.contract import TEXT
from formats.frames import arrow

MakeFrame = Callable[..., pd.DataFrame]
States = Callable[[list[Any]], Iterator[State]]
LAGS = {"web": 3_600_000_000}

hours = st.integers(0, 23).map("{:02}:00".format)
skus = st.sampled_from(["A", "B", "C", "D", "É"])
places = st.sampled_from(["EAST", "WEST", ""])
feeds = st.sampled_from(["main", "3pl"])
statement = st.fixed_dictionaries(
    {"sku": skus, "warehouse": places, "quantity": st.integers(0, 3), "as_of": hours}
)
line = st.fixed_dictionaries(
    {
        "order": st.sampled_from(["1", "2", "3"]),
        "sku": skus,
        "warehouse": st.one_of(st.none(), places),
        "quantity": st.integers(1, 3),
        "ordered_at": hours,
        "stated_at": hours,
        "feed": st.sampled_from(["web", "shop"]),
        "cancelled": st.booleans(),
    }
)
level_files = st.tuples(st.just("levels"), st.lists(statement, max_size=5), feeds, st.booleans())
order_files = st.tuples(st.just("orders"), st.lists(line, max_size=5), st.none(), st.none())
histories = st.lists(st.one_of(level_files, order_files), max_size=8)


def texts(coded: Coded, state: State) -> dict[str, Any]:
    """Codes as what they stand for."""
    names = np.array([*coded.names.to_pylist(), None], dtype=object)
    assert len(set(coded.names.to_pylist())) == len(coded.names)
    return {
        "levels": list(names[coded.of_level]),
        "lines": coded.lines.tolist(),
        "of line": list(names[coded.of_line]),
        "unknown": coded.unknown.tolist(),
        "all levels": state.levels["sku"].tolist(),
    }


@pytest.fixture(scope="module")
def states(statements: MakeFrame, order_lines: MakeFrame) -> States:
    """A history's states, one after the other; what is known is carried on whatever the size of the file."""

    def through(history: list[Any]) -> Iterator[State]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("batch.reconcile.advance.FEW", 0)
            patch.setattr("batch.reconcile.recognise.FEW", 0)
            yield from each(history)

    def each(history: list[Any]) -> Iterator[State]:
        state = State()
        yield state
        for kind, rows, feed, zero_absent in history:
            seq = state.seq + 1
            if kind == "levels":
                state = with_levels(
                    state,
                    apply_statements(
                        state.levels,
                        statements(rows),
                        feed=feed,
                        seq=seq,
                        zero_absent=zero_absent,
                        coded=kept_codes(state),
                        sold=sold_by(state.orders, LAGS),
                    ),
                )
            else:
                lines = order_lines([row | {"seq": seq, "touched": seq} for row in rows])
                state = with_orders(state, apply_lines(state.orders, lines, np.ones(len(rows), np.int64)))
            yield state

    return through


@examples(25)
@given(history=histories)
def test_codes_go_on(states: States, *, history: list[Any]) -> None:
    for state in states(history):
        carried, fresh = code_of(state, LAGS), code(state.levels, state.orders, lags=LAGS)
        assert texts(carried, state) == texts(fresh, state)
        assert texts(carried, state)["levels"] == state.levels["sku"].tolist()


@examples(25)
@given(history=histories)
def test_what_is_available_is_the_same(states: States, *, history: list[Any]) -> None:
    for state in states(history):
        carried = available(state.levels, state.orders, lags=LAGS, coded=code_of(state, LAGS))
        assert carried.equals(available(state.levels, state.orders, lags=LAGS))


@examples(25)
@given(history=histories, since=st.integers(0, 6), orders_too=st.booleans())
def test_what_a_delta_is_about_is_the_same_by_codes(
    states: States, *, history: list[Any], since: int, orders_too: bool
) -> None:
    for state in states(history):
        code_of(state, LAGS)
        by_codes = about_news(state, since, LAGS, orders_too=orders_too)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("batch.reconcile.news.FEW", 0)
            anew = State(seq=state.seq, levels=state.levels, orders=state.orders)
            by_texts = about_news(anew, since, LAGS, orders_too=orders_too)
            assert anew.codes.kept is None
        if by_codes is not state:
            assert by_codes.levels.equals(by_texts.levels)
            assert len(by_codes.orders) <= len(by_texts.orders)
        told_by_codes, told_by_texts = (
            news_of(
                available(known.levels, known.orders, lags=LAGS, touched_since=since if orders_too else None),
                since,
                orders_too=orders_too,
            )
            for known in (by_codes, by_texts)
        )
        assert told_by_codes.equals(told_by_texts)


@pytest.mark.parametrize("few", [0, FEW], ids=["by texts", "by codes"])
@examples(20)
@given(history=histories)
def test_what_a_delta_does_not_tell_has_not_changed(states: States, few: int, *, history: list[Any]) -> None:
    passed = [
        (state, quantities(available(state.levels, state.orders, lags=LAGS))) for state in states(history)
    ]
    last, now = passed[-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batch.reconcile.news.FEW", few)
        for before, then in passed:
            anew = State(seq=last.seq, levels=last.levels, orders=last.orders)
            about = about_news(anew, before.seq, LAGS, orders_too=True)
            figures = available(about.levels, about.orders, lags=LAGS, touched_since=before.seq)
            assert then | quantities(news_of(figures, before.seq, orders_too=True)) == now


def quantities(figures: pd.DataFrame) -> dict[str, int]:
    return dict(zip(figures["sku"], figures["available"], strict=True))


MOVED = """\
    intake  sku  news since the last  since intake 1
    2       A    A=-1                 A=-1
    3       B    A=1 B=-1             A=1 B=-1
    4       C    B=1 C=-1             A=1 B=1 C=-1
    5       C                         A=1 B=1 C=-1
    6       B    B=-1 C=1             A=1 B=-1 C=1
"""


def test_a_line_that_names_another_sku_is_news_of_each_that_it_left_since(
    statements: MakeFrame, order_lines: MakeFrame
) -> None:
    rows = [{"sku": sku, "warehouse": "", "quantity": 1, "as_of": "09:00"} for sku in "ABC"]
    state = with_levels(State(), _stating(State(), statements(rows)))
    for stated in MOVED.splitlines()[1:]:
        seq, sku = int(stated[4:12]), stated[12:17].strip()
        line = {"order": "1", "sku": sku, "quantity": 2, "ordered_at": "10:00", "stated_at": f"1{seq}:00"}
        lines = order_lines([line | {"seq": seq, "touched": seq}])
        state = with_orders(state, apply_lines(state.orders, lines, np.ones(1, np.int64)))
        found = [news_in(state, since) for since in (seq - 1, 1)]
        told = [" ".join(f"{name}={quantity}" for name, quantity in news.items()) for news in found]
        assert told == [stated[17:38].strip(), stated[38:].strip()]
    assert state.orders[WAS].tolist() == ["3\tA\n6\tC"]


def test_a_sku_of_which_nobody_noted_when_a_line_left_it_is_news_of_what_changed_the_line_last(
    order_lines: MakeFrame,
) -> None:
    line = {"order": "1", "quantity": 2, "ordered_at": "10:00"}
    before = order_lines([line | {"sku": "B", "stated_at": "11:00", "seq": 3, "touched": 3}]).assign(
        was=pd.array(["A"], dtype=TEXT)
    )
    lines = order_lines([line | {"sku": "C", "stated_at": "12:00", "seq": 4, "touched": 4}])
    after = apply_lines(before, lines, np.ones(1, np.int64)).segment
    assert after[WAS].tolist() == ["A\n4\tB"]
    found = [touched_skus(orders, since) for orders, since in ((before, 2), (after, 3), (after, 4))]
    assert [dict(zip(skus.to_pylist(), seq.tolist(), strict=True)) for skus, seq in found] == [
        {"B": 3, "A": 3},
        {"C": 4, "A": 4, "B": 4},
        {},
    ]


def news_in(state: State, since: int) -> dict[str, int]:
    figures = available(state.levels, state.orders, lags=LAGS, touched_since=since)
    return quantities(news_of(figures, since, orders_too=True))


def test_a_delta_about_much_has_the_skus_coded_for_all_that_follows(statements: MakeFrame) -> None:
    state = with_levels(State(), _stating(State(), statements(_of(range(16)))))
    assert about_news(state, 0, LAGS, orders_too=False) is state
    assert state.codes.kept is not None


@examples(25)
@given(history=histories)
def test_names_of_feeds_and_warehouses_go_on(states: States, *, history: list[Any]) -> None:
    for state in states(history):
        assert list(state.feeds) == sorted(set(state.levels["feed"]))
        assert list(state.warehouses) == sorted(set(state.levels["warehouse"]))
        assert set(state.named) == {"feed", "warehouse"}


def test_a_delta_about_few_is_of_these_and_of_lines_that_no_longer_count(
    statements: MakeFrame, order_lines: MakeFrame
) -> None:
    state = with_levels(State(), _stating(State(), statements(_of(range(40)))))
    code_of(state, LAGS)
    line = {"order": "1", "sku": "S00003", "quantity": 1, "ordered_at": "10:00", "cancelled": True}
    lines = order_lines([line | {"seq": 2, "touched": 2}])
    state = with_orders(state, apply_lines(state.orders, lines, np.ones(1, np.int64)))
    code_of(state, LAGS)
    known = about_news(state, 1, LAGS, orders_too=True)
    assert known.levels["sku"].tolist() == ["S00003"]
    figures = available(known.levels, known.orders, lags=LAGS, touched_since=1)
    assert news_of(figures, 1, orders_too=True)["sku"].tolist() == ["S00003"]


def test_codes_are_carried_on_after_a_small_file(statements: MakeFrame) -> None:
    before = with_levels(State(), _stating(State(), statements(_of(range(16)))))
    code_of(before, LAGS)
    after = with_levels(before, _stating(before, statements(_of([3, 16], "10:00"))))
    assert after.codes.kept is not None


def test_codes_are_carried_on_after_a_large_file_in_the_order_of_the_last(statements: MakeFrame) -> None:
    before = with_levels(State(), _stating(State(), statements(_of(range(5000)))))
    code_of(before, LAGS)
    in_order, in_another = (
        with_levels(before, _stating(before, statements(_of(numbers, "10:00"))))
        for numbers in (range(1, 5001), np.random.default_rng(1).permutation(5000))
    )
    assert in_order.codes.kept is not None
    assert in_another.codes.kept is None


def _of(numbers: Iterable[int], as_of: str = "09:00") -> list[dict[str, Any]]:
    return [{"sku": f"S{number:05}", "warehouse": "", "quantity": 1, "as_of": as_of} for number in numbers]


def test_order_lines_follow_their_skus_where_a_new_one_comes_before_these(
    statements: MakeFrame, order_lines: MakeFrame
) -> None:
    state = with_levels(State(), _stating(State(), statements(_of(range(10, 40)))))
    lines = order_lines(
        [
            {"order": sku, "sku": sku, "quantity": 1, "ordered_at": "10:00", "seq": 2}
            for sku in ("S00012", "S00005", "S00030")
        ]
    )
    state = with_orders(state, apply_lines(state.orders, lines, np.ones(3, np.int64)))
    code_of(state, LAGS)
    state = with_levels(state, _stating(state, statements(_of([5, 20]))))
    assert state.codes.kept is not None
    carried = texts(code_of(state, LAGS), state)
    assert carried["of line"] == ["S00012", "S00005", "S00030"]
    assert carried == texts(code(state.levels, state.orders, lags=LAGS), state)


def test_order_lines_move_up_where_one_before_them_is_replaced(
    statements: MakeFrame, order_lines: MakeFrame
) -> None:
    def taken(state: State, numbers: Iterable[int], **keys: Any) -> State:
        rows = [
            {"order": str(number), "sku": f"S{number:05}", "quantity": 1, "ordered_at": "10:00", **keys}
            for number in numbers
        ]
        lines = order_lines([row | {"seq": state.seq + 1} for row in rows])
        return with_orders(state, apply_lines(state.orders, lines, np.ones(len(rows), np.int64)))

    before = taken(with_levels(State(), _stating(State(), statements(_of(range(40))))), range(40))
    code_of(before, LAGS)
    after = taken(before, [3, 7, 41], stated_at="11:00")
    assert after.codes.kept is not None
    carried = texts(code_of(after, LAGS), after)
    assert carried["of line"][-4:] == ["S00039", "S00003", "S00007", None]
    assert carried == texts(code(after.levels, after.orders, lags=LAGS), after)


def test_nothing_is_carried_on_where_nothing_was_asked_for(statements: MakeFrame) -> None:
    rows = [{"sku": f"S{number}", "warehouse": "", "quantity": 1, "as_of": "09:00"} for number in range(16)]
    before = with_levels(State(), _stating(State(), statements(rows)))
    after = with_levels(before, _stating(before, statements([rows[0] | {"as_of": "10:00"}])))
    assert after.codes.kept is None


def _stating(state: State, rows: pd.DataFrame) -> Applied:
    return apply_statements(
        state.levels, rows, feed="main", seq=state.seq + 1, zero_absent=False, coded=kept_codes(state)
    )


def test_however_many_files_come_columns_are_in_few_pieces(
    statements: MakeFrame, order_lines: MakeFrame
) -> None:
    state = State()
    for seq in range(1, 3 * MOST_CHUNKS, 2):
        rows = statements([{"sku": f"S{seq}", "warehouse": "", "quantity": 1, "as_of": "09:00"}])
        state = with_levels(state, _stating(state, rows))
        lines = order_lines(
            [{"order": str(seq), "sku": "S1", "quantity": 1, "ordered_at": "10:00", "seq": seq + 1}]
        )
        state = with_orders(state, apply_lines(state.orders, lines, np.ones(1, np.int64)))
        pieces = [
            arrow(column).num_chunks for part in (state.levels, state.orders) for _, column in part.items()
        ]
        assert max(pieces) <= MOST_CHUNKS + 1
        code_of(state, LAGS)
    assert state.levels["sku"].tolist() == [f"S{seq}" for seq in range(1, 3 * MOST_CHUNKS, 2)]
    assert state.orders["order"].tolist() == [str(seq) for seq in range(1, 3 * MOST_CHUNKS, 2)]
