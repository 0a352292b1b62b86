"""One cart's sync: finish what is open, decide whether there is anything to say, say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from batch.config import Cart
from batch.context import Context
from batch.deliver.outbox import Told, deliver, run_record, stage
from batch.deliver.standing import Standing, standing_of
from batch.errors import (
    ConfigurationError,
    DocumentRefused,
    LedgerDamaged,
    RemoteError,
    StockferryError,
    Stopped,
    StoreError,
)
from batch.ledger import holds, outbox, runs
from batch.ledger.files import LedgerRow
from batch.ledger.outbox import Delivery
from batch.settings import feeds_of, number_series, told_by

if TYPE_CHECKING:
    import pandas as pd

    from batch.advise.document import Document, Keep
    from batch.model import State

T = TypeVar("T")

NO_SKU = "nothing that was reported concerns a SKU of this cart"


@dataclass(frozen=True, kw_only=True)
class CartOutcome:
    """What a cycle did for one cart.

    `status`: sent | nothing-new | held | failed; `run` is None in a dry run; `hold`: the number by which a held
    output is released or discarded. `document`: the name of the first of its `documents`.
    """

    merchant: str
    cart: str
    status: str
    lines: int = 0
    document: str | None = None
    documents: int = 0
    run: int | None = None
    complete: bool = False
    reason: str = ""
    hold: int | None = None


def guarded(cart: Cart, act: Callable[[], T]) -> T | CartOutcome:
    """One cart's failure is another cart's nothing."""
    try:
        return act()
    except LedgerDamaged:
        raise
    except StockferryError as error:
        return CartOutcome(
            merchant=cart.merchant,
            cart=cart.id,
            status="failed",
            reason=f"cart {cart.merchant}/{cart.id}: {error}",
        )


def resume(context: Context, cart: Cart) -> CartOutcome | None:
    """Finishes the deliveries that an earlier run left open; None if there are none."""
    with context.ledger.read() as connection:
        open_ones = outbox.open_deliveries(connection, cart.merchant, cart.id)
    if not open_ones:
        return None
    return _as_if_delivered(context, open_ones) if context.dry_run else send(context, cart, open_ones)


def prepare(context: Context, cart: Cart) -> CartOutcome | list[Delivery]:
    """Stages what a cart is to be told now, for `send`; or what became of it if nothing is sent.

    Its open delivery has been finished before.
    """
    why: list[str] = []
    otherwise = partial(_told_otherwise, context, cart, why)
    with context.ledger.read() as connection:
        standing = standing_of(connection, cart, context.clock.now(), told_otherwise=otherwise)
    told = standing.told
    if not standing.choice.send:
        return _closed(context, cart, told, status="nothing-new", reason=standing.choice.why)
    from batch.deliver.lines import lines_of

    try:
        state = context.state(cart.merchant, told.seq)
        _tell_doubts(context, cart, state)
        lines = lines_of(context.configuration, cart, state, complete=told.complete, since=told.since)
        if not len(lines):
            return _closed(context, cart, told, status="nothing-new", reason=NO_SKU)
        held = _guarded(context, cart, lines, standing)
        if held is not None:
            return held
        for reason in why:
            context.warn(f"cart {cart.merchant}/{cart.id}: {reason}")
        return _stage(context, cart, lines, standing)
    except DocumentRefused as error:
        return _closed(context, cart, told, status="failed", reason=str(error))


def _told_otherwise(context: Context, cart: Cart, why: list[str], sha256: str) -> bool:
    """Whether the configuration that was recorded had the cart's documents say something else, or go elsewhere: `why`, if so."""
    name = cart.merchant, cart.id
    try:
        before = told_by(context.recorded(sha256), *name)
    except (ConfigurationError, StoreError):
        why.append("nobody can tell how it was configured when it was last told; it is sent everything")
        return True
    if before == told_by(context.configuration, *name):
        return False
    why.append("it is configured otherwise than when it was last told; it is sent everything")
    return True


def _tell_doubts(context: Context, cart: Cart, state: State) -> None:
    """Levels and warehouses that the configuration and the files do not agree on."""
    gone = sorted(set(state.feeds) - set(feeds_of(context.configuration, cart.merchant)))
    if gone:
        context.warn(
            f"cart {cart.merchant}/{cart.id}: levels of {', '.join(gone)} do not count: no such feed is configured"
        )
    missing = sorted(set(cart.warehouses or ()) - set(state.warehouses))
    if missing:
        context.warn(
            f"cart {cart.merchant}/{cart.id}: no level names warehouse {', '.join(missing)}; "
            f"known: {', '.join(state.warehouses) or 'none'}"
        )


def _guarded(context: Context, cart: Cart, lines: pd.DataFrame, standing: Standing) -> CartOutcome | None:
    """Holds an output that is not plausible, unless a person has released it; None if it may go out."""
    if standing.released or standing.measure is None:
        return None
    from batch.deliver.guard import output_trip

    trip = output_trip(context, cart, lines, complete=standing.told.complete, measure=standing.measure)
    if trip is None:
        return None
    with context.ledger.write() as connection:
        if holds.output_hold(connection, cart.merchant, cart.id, holds.RELEASED) is not None:
            return None  # somebody has released it meanwhile
        hold = holds.hold_output(connection, cart.merchant, cart.id, trip, context.clock.now())
    outcome = _closed(context, cart, standing.told, status="held", reason=trip.reason)
    return replace(outcome, hold=hold)


def _stage(
    context: Context, cart: Cart, lines: pd.DataFrame, standing: Standing
) -> CartOutcome | list[Delivery]:
    from batch.advise.document import not_kept, write_documents

    told, now = standing.told, context.clock.now()

    def write(number: int, keep: Keep = not_kept) -> list[Document]:
        return write_documents(lines, cart, number=number, now=now, complete=told.complete, keep=keep)

    if context.dry_run:
        return _outcome(cart, write(standing.number), told)
    record = run_record(context, cart, told, status="staged")
    return stage(context, cart, record, number_series(cart), write, number=standing.number)


def _outcome(cart: Cart, documents: Sequence[Document], told: Told) -> CartOutcome:
    return CartOutcome(
        merchant=cart.merchant,
        cart=cart.id,
        status="sent",
        lines=sum(document.lines for document in documents),
        document=documents[0].name,
        documents=len(documents),
        complete=told.complete,
    )


def send(context: Context, cart: Cart, deliveries: Sequence[Delivery]) -> CartOutcome:
    """Uploads what is staged for a cart. Touches nothing but its remote and the ledger: several carts may be sent at once."""
    try:
        return _sent(deliver(context, cart, deliveries))
    except (RemoteError, Stopped) as error:
        reason = f"cart {cart.merchant}/{cart.id}: {error}; the next run goes on with it"
        with context.ledger.write() as connection:
            runs.note_failure(connection, _run(deliveries), reason)
            row = runs.run_of(connection, _run(deliveries))
        return replace(_sent(row), status="failed", reason=reason)


def _run(deliveries: Sequence[Delivery]) -> int:
    """The run that they are of: a cart has only one open at a time."""
    (run,) = {delivery.run for delivery in deliveries if delivery.run is not None}
    return run


def _as_if_delivered(context: Context, deliveries: Sequence[Delivery]) -> CartOutcome:
    """In a dry run, on the scratch ledger: what comes after it then builds on it."""
    run, now = _run(deliveries), context.clock.now()
    with context.ledger.write() as connection:
        for delivery in deliveries:
            outbox.settle(connection, delivery.id, now, None, name=delivery.name)
        runs.finish(connection, run, now)
        return _sent(runs.run_of(connection, run))


def _sent(run: LedgerRow) -> CartOutcome:
    return CartOutcome(
        merchant=run.merchant,
        cart=run.cart,
        status="sent",
        lines=run.lines,
        document=run.document,
        documents=run.documents,
        run=run.id,
        complete=run.complete,
    )


def _closed(context: Context, cart: Cart, told: Told, *, status: str, reason: str) -> CartOutcome:
    """A run that sends nothing is recorded too."""
    record = run_record(context, cart, told, status=status, reason=reason)
    with context.ledger.write() as connection:
        run = runs.record_run(connection, record)
    return CartOutcome(
        merchant=cart.merchant,
        cart=cart.id,
        status=status,
        run=None if context.dry_run else run,
        complete=told.complete,
        reason=reason,
    )
