"""The very bytes of an earlier run uploaded again: same names, same control numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from batch import __version__
from batch.config import Cart
from batch.context import Context
from batch.deliver.sync import CartOutcome, guarded, resume
from batch.errors import RemoteError, UsageError
from batch.ledger import locks, outbox, runs
from batch.ledger.files import LedgerRow
from batch.ledger.runs import RunRecord
from batch.remotes.publish import publishing
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
        return _upload(context, cart, row, documents)


def _upload(context: Context, cart: Cart, row: LedgerRow, documents: Sequence[LedgerRow]) -> CartOutcome:
    run = _begin(context, row)
    outcome = CartOutcome(
        merchant=cart.merchant,
        cart=cart.id,
        status="sent",
        lines=row.lines,
        document=row.document,
        documents=row.documents,
        run=run,
        complete=row.complete,
    )
    try:
        for document in documents:
            act = publishing(
                cart.path,
                document.name,
                context.archive.get(document.sha256),
                token=f"again-{run}-{document.sha256[:8]}",
                manner=cart.manner,
            )
            context.remotes.use(cart.remote, act)
    except RemoteError as error:
        reason = f"cart {cart.merchant}/{cart.id}: {error}; `stockferry resend {_original(row)}` tries again"
        with context.ledger.write() as connection:
            runs.note_failure(connection, run, reason)
        return replace(outcome, status="failed", reason=reason)
    with context.ledger.write() as connection:
        runs.finish(connection, run, context.clock.now())
    return outcome


def _begin(context: Context, row: LedgerRow) -> int:
    """Notes it before anything is uploaded: from now on the cart may have been told an older state."""
    record = RunRecord(
        merchant=row.merchant,
        cart=row.cart,
        now=context.clock.now(),
        status="failed",
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
        reason=f"it was not finished; `stockferry resend {_original(row)}` begins anew",
        kind=runs.RESEND,
        repeats=_original(row),
    )
    with context.ledger.write() as connection:
        last = runs.last_sent(connection, row.merchant, row.cart)
        if last is None or _original(last) != _original(row):
            runs.repeated(connection, row.merchant, row.cart, row.seq)
        return runs.record_run(connection, record)


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
