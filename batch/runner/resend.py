"""The very bytes of an earlier run uploaded again: same names, same control numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from batch import __version__
from batch.config import Cart
from batch.context import Context
from batch.deliver.sync import CartOutcome, guarded, resume, send
from batch.errors import UsageError
from batch.ledger import locks, outbox, runs
from batch.ledger.files import LedgerRow
from batch.ledger.outbox import Delivery
from batch.ledger.runs import RunRecord
from batch.runner.session import chosen_carts


def resend(context: Context, number: int) -> CartOutcome:
    """Uploads a run's documents again, to where its cart is configured now. Its open delivery goes out first.

    If it was not the last one that the cart was sent, the cart's next sync is everything.

    Raises:
        UsageError: there is no such run, it sent nothing, or its documents are not kept any more; nothing was sent.
        Busy: another process works on the cart.
    """
    with context.ledger.read() as connection:
        row = _sent_run(connection, number)
        (documents,) = outbox.documents_of(connection, [_original(row)]).values()
    cart = _cart(context, row)
    if not all(context.archive.has(document.sha256) for document in documents):
        raise UsageError(
            f"run {number}: gc has removed its documents, as [account] keep says; `stockferry rerun --date "
            f"{row.now.astimezone(cart.timezone):%Y-%m-%d}` says from when on days are kept"
        )
    with locks.hold(context.ledger, [f"cart {cart.merchant}/{cart.id}"], context.holder, context.clock):
        resumed = guarded(cart, partial(resume, context, cart))
        if resumed is not None and resumed.status == "failed":
            return resumed
        return send(context, cart, _stage(context, cart, row, documents))


def _stage(context: Context, cart: Cart, row: LedgerRow, documents: Sequence[LedgerRow]) -> list[Delivery]:
    """A run of its own, whose documents are those of the earlier one: from here on it is delivered as any other."""
    record = RunRecord(
        merchant=row.merchant,
        cart=row.cart,
        now=context.clock.now(),
        status="staged",
        complete=row.complete,
        since=row.since,
        seq=row.seq,
        configuration=context.recorded_as,
        version=__version__,
        lines=row.lines,
        zeros=row.zeros,
        document=row.document,
        number=row.number,
        documents=row.documents,
        kind=runs.RESEND,
        repeats=_original(row),
    )
    with context.ledger.write() as connection:
        last = runs.last_sent(connection, row.merchant, row.cart)
        if last is None or _original(last) != _original(row):
            runs.repeated(connection, row.merchant, row.cart, row.seq)
        run = runs.record_run(connection, record)
        return [
            outbox.stage_again(connection, document, run=run, remote=cart.remote, folder=cart.path)
            for document in documents
        ]


def _original(row: LedgerRow) -> int:
    """The run whose documents they are."""
    return int(row.repeats if row.kind == runs.RESEND else row.id)


def _sent_run(connection: Connection, number: int) -> LedgerRow:
    row = runs.find(connection, number)
    if row is None:
        raise UsageError(f"no run {number}; `stockferry runs` lists them")
    if row.status == "staged":
        raise UsageError(f"run {number}: it is not delivered yet; `stockferry run` goes on with it")
    if not row.documents:
        raise UsageError(f"run {number}: it sent nothing ({row.status}: {row.reason})")
    return row


def _cart(context: Context, row: LedgerRow) -> Cart:
    try:
        (cart,) = chosen_carts(context.configuration, row.merchant, row.cart)
    except UsageError as error:
        raise UsageError(f"run {row.id}: its cart is not configured any more: {error}") from error
    return cart
