"""What a cart is sent: everything, what was reported since it was last told, or nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`send`: whether there is anything to say; `complete`: every SKU; `why`: in words, where nothing is sent."""

    send: bool
    complete: bool
    why: str = ""


def choose(
    *,
    always_complete: bool,
    told_before: bool,
    anything_known: bool,
    news: bool,
    complete_is_due: bool = False,
) -> Choice:
    """Decides by rules R1 and R5: a delta cart hears something only if there is news since its last sync.

    `always_complete`: the cart's format or its `send` says so. `told_before`: the cart has a watermark; its first
    sync is always everything. `news`: a level was reported after the watermark, or an order line changed and the
    cart's trigger counts these. `complete_is_due`: with the next news the cart gets everything.
    """
    complete = always_complete or not told_before
    if not anything_known:
        return Choice(send=False, complete=complete, why="no inventory has been received yet")
    if not complete and not news:
        return Choice(send=False, complete=False, why="no inventory was reported since the last sync")
    return Choice(send=True, complete=complete or complete_is_due)
