from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pandas as pd
import pytest

from batch.reconcile.available import available
from batch.reconcile.choose import Choice, choose
from batch.reconcile.news import news_of

MakeFrame = Callable[..., pd.DataFrame]

QUESTIONS = ("always_complete", "told_before", "anything_known", "news")
SITUATIONS = [dict(zip(QUESTIONS, answers, strict=True)) for answers in product((True, False), repeat=4)]


def test_a_delta_cart_hears_something_only_if_inventory_was_news_its_last_sync() -> None:
    told = {"always_complete": False, "told_before": True, "anything_known": True}
    assert choose(**told, news=True) == Choice(send=True, complete=False)
    quiet = choose(**told, news=False)
    assert not quiet.send
    assert quiet.why == "no inventory was reported since the last sync"


@pytest.mark.parametrize("news", [True, False])
def test_a_full_cart_gets_every_sku_at_every_sync(news: bool) -> None:
    choice = choose(always_complete=True, told_before=True, anything_known=True, news=news)
    assert choice == Choice(send=True, complete=True)


@pytest.mark.parametrize("news", [True, False])
def test_a_carts_first_sync_is_everything(news: bool) -> None:
    choice = choose(always_complete=False, told_before=False, anything_known=True, news=news)
    assert choice == Choice(send=True, complete=True)


def test_a_delta_that_is_due_to_be_complete_is_so_with_the_next_news_and_not_before() -> None:
    told = {"always_complete": False, "told_before": True, "anything_known": True, "complete_is_due": True}
    assert choose(**told, news=True) == Choice(send=True, complete=True)
    assert not choose(**told, news=False).send


@pytest.mark.parametrize("situation", [each for each in SITUATIONS if not each["anything_known"]])
def test_nothing_is_sent_before_any_inventory_came(situation: dict[str, bool]) -> None:
    assert not choose(**situation).send


@pytest.mark.parametrize("situation", SITUATIONS)
def test_silence_always_has_a_reason(situation: dict[str, bool]) -> None:
    choice = choose(**situation)
    assert choice.send is not bool(choice.why)


STOCK = """
    sku | warehouse | quantity | as_of | seq
    A   | EAST      | 1        | 09:00 | 1
    B   | EAST      | 1        | 09:00 | 1
    B   | WEST      | 1        | 09:00 | 3
    C   | EAST      | 0        | 09:00 | 2
"""


@pytest.mark.parametrize(
    ("watermark", "sent"),
    [(0, ["A", "B", "C"]), (1, ["B", "C"]), (2, ["B"]), (3, [])],
)
def test_a_delta_has_the_skus_with_a_level_reported_after_the_watermark(
    levels: MakeFrame, order_lines: MakeFrame, watermark: int, sent: list[str]
) -> None:
    table = available(levels(STOCK), order_lines(), lags={})
    chosen = news_of(table, watermark)
    assert chosen["sku"].tolist() == sent
    assert chosen.index.tolist() == list(range(len(sent)))


def test_orders_alone_put_no_sku_into_a_delta(levels: MakeFrame, order_lines: MakeFrame) -> None:
    orders = order_lines("""
        order | sku | quantity | ordered_at | cancelled | seq
        1     | A   | 1        | 09:30      | no        | 9
    """)
    table = available(levels(STOCK), orders, lags={})
    assert news_of(table, 3).empty
