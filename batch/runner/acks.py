"""What is amiss with acknowledgements: overdue, or the partner's last word was a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from batch.config import Cart


def amiss(connection: Connection, carts: Sequence[Cart], now: datetime) -> list[str]:
    """A sentence for each of these carts whose documents are not acknowledged as they should be."""
    return [
        f"cart {cart.merchant}/{cart.id}: {sentence}"
        for cart in carts
        if cart.acks is not None
        for sentence in _of_cart(connection, cart, now)
    ]


def _of_cart(connection: Connection, cart: Cart, now: datetime) -> list[str]:
    # most carts have no acknowledgements
    from batch.ledger import acks
    from batch.reconcile.verdicts import REFUSED

    sentences = []
    late = acks.overdue(connection, cart.merchant, cart.id, now)
    if late:
        more = f" and {len(late) - 1} more" if len(late) > 1 else ""
        sentences.append(
            f"the partner has not acknowledged {late[0].name} (run {late[0].run}){more}, due "
            f"{late[0].ack_due:%Y-%m-%d %H:%M} UTC; ask whether it came in"
        )
    judged = acks.latest_judged(connection, cart.merchant, cart.id)
    if judged is not None and judged.ack in REFUSED:
        sentences.append(
            f"the partner's last word is {judged.ack}, of {judged.name} (run {judged.run}); "
            "`stockferry acks` says why"
        )
    return sentences
