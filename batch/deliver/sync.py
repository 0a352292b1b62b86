"""One cart's sync: finish what is open, decide whether there is anything to say, say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from batch.config import Cart
from batch.config.file_names import names_repeat, render
from batch.context import Context
from batch.deliver.outbox import Told, deliver, run_record, stage
from batch.errors import DocumentRefused, LedgerDamaged, RemoteError, StockferryError, Stopped
from batch.ledger import holds, intakes, outbox, runs
from batch.ledger.outbox import Delivery
from batch.ledger.runs import Watermark
from batch.reconcile.choose import choose
from batch.settings import counts_orders, feeds_of, number_series
from formats import registry

if TYPE_CHECKING:
    import pandas as pd

    from batch.advise.document import Document
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
    return _as_if_delivered(context, cart, open_ones) if context.dry_run else send(context, cart, open_ones)


def prepare(context: Context, cart: Cart) -> CartOutcome | list[Delivery]:
    """Stages what a cart is to be told now, for `send`; or what became of it if nothing is sent.

    Its open delivery has been finished before.
    """
    with context.ledger.read() as connection:
        mark = runs.watermark(connection, cart.merchant, cart.id)
        seq = intakes.last_seq(connection, cart.merchant)
        since = mark.seq if mark else 0
        heard = since if mark is None or mark.repeated is None else min(since, mark.repeated)
        again = _name_was_used(connection, cart, context.clock.now())
        choice = choose(
            always_complete=cart.send == "full" or registry.writer(cart.format).complete,
            told_before=mark is not None,
            anything_known=intakes.reported_since(connection, cart.merchant, 0),
            news=seq > heard
            if counts_orders(cart)
            else intakes.reported_since(connection, cart.merchant, heard),
            complete_is_due=again or _complete_is_due(cart, mark, context.clock.now()),
        )
    told = Told(complete=choice.complete, since=since, seq=seq)
    if not choice.send:
        return _closed(context, cart, told, status="nothing-new", reason=choice.why)
    from batch.deliver.lines import lines_of

    try:
        state = context.state(cart.merchant, seq)
        _tell_doubts(context, cart, state)
        lines = lines_of(context.configuration, cart, state, complete=choice.complete, since=since)
        if not len(lines):
            return _closed(context, cart, told, status="nothing-new", reason=NO_SKU)
        return _guarded(context, cart, lines, told) or _stage(context, cart, lines, told)
    except DocumentRefused as error:
        return _closed(context, cart, told, status="failed", reason=str(error))


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


def _name_was_used(connection: Connection, cart: Cart, now: datetime) -> bool:
    """Whether a document of another instant had the name that one would get now: the hour that clocks repeat.

    What overwrites a delta must say all that it said, so it says everything.
    """
    if names_repeat(cart.file_name):
        return False
    number = runs.next_number(connection, number_series(cart))
    at = now.astimezone(cart.timezone)
    name = render(cart.file_name, cart=cart.id, merchant=cart.merchant, at=at, number=number)
    return runs.named_at_another_time(connection, cart.merchant, cart.id, name, now)


def _complete_is_due(cart: Cart, mark: Watermark | None, now: datetime) -> bool:
    """With the next news everything is sent: after an older state was sent again; by `full_every`, if that is so long ago."""
    if mark is not None and mark.repeated is not None:
        return True
    if cart.full_every is None or mark is None:
        return False
    return mark.complete_at is None or now - mark.complete_at >= cart.full_every


def _guarded(context: Context, cart: Cart, lines: pd.DataFrame, told: Told) -> CartOutcome | None:
    """Holds an output that is not plausible, unless a person has released it; None if it may go out."""
    with context.ledger.read() as connection:
        if holds.output_hold(connection, cart.merchant, cart.id, holds.RELEASED) is not None:
            return None
    from batch.deliver.guard import output_trip

    trip = output_trip(context, cart, lines, complete=told.complete)
    if trip is None:
        return None
    with context.ledger.write() as connection:
        hold = holds.hold_output(connection, cart.merchant, cart.id, trip, context.clock.now())
    outcome = _closed(context, cart, told, status="held", reason=trip.reason)
    return replace(outcome, hold=hold)


def _stage(context: Context, cart: Cart, lines: pd.DataFrame, told: Told) -> CartOutcome | list[Delivery]:
    from batch.advise.document import write_documents

    series, now = number_series(cart), context.clock.now()

    def write(number: int) -> list[Document]:
        return write_documents(lines, cart, number=number, now=now, complete=told.complete)

    if context.dry_run:
        with context.ledger.read() as connection:
            number = runs.next_number(connection, series)
        return _outcome(cart, write(number), told)
    return stage(context, cart, run_record(context, cart, told, status="staged"), series, write)


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
    status, reason, run = "sent", "", _run(deliveries)
    try:
        deliver(context, cart, deliveries)
    except (RemoteError, Stopped) as error:
        status, reason = "failed", f"cart {cart.merchant}/{cart.id}: {error}; the next run goes on with it"
        with context.ledger.write() as connection:
            runs.note_failure(connection, run, reason)
    return replace(_as_it_is(context, cart, run), status=status, reason=reason)


def _run(deliveries: Sequence[Delivery]) -> int:
    """The run that they are of: a cart has only one open at a time."""
    (run,) = {delivery.run for delivery in deliveries if delivery.run is not None}
    return run


def _as_if_delivered(context: Context, cart: Cart, deliveries: Sequence[Delivery]) -> CartOutcome:
    """In a dry run, on the scratch ledger: what comes after it then builds on it."""
    run, now = _run(deliveries), context.clock.now()
    with context.ledger.write() as connection:
        for delivery in deliveries:
            outbox.settle(connection, delivery.id, now, None, name=delivery.name)
        runs.finish(connection, run, now)
    return _as_it_is(context, cart, run)


def _as_it_is(context: Context, cart: Cart, number: int) -> CartOutcome:
    with context.ledger.read() as connection:
        run = runs.run_of(connection, number)
    return CartOutcome(
        merchant=cart.merchant,
        cart=cart.id,
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
