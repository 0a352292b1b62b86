"""A document's way to the partner. Each step is one effect, and each can be the last before a crash."""

from __future__ import annotations

from dataclasses import dataclass, replace

from batch import __version__
from batch.advise.document import Document
from batch.config import Cart
from batch.context import Context
from batch.ledger import holds, runs
from batch.ledger.runs import Delivery, RunRecord
from batch.remotes.publish import publishing
from batch.remotes.retry import ATTEMPTS


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a document tells its cart: every SKU or not, from which watermark on, up to which intake."""

    complete: bool
    since: int
    seq: int


def run_record(context: Context, cart: Cart, told: Told, *, status: str, reason: str = "") -> RunRecord:
    """A run of this cart, as it is recorded."""
    return RunRecord(
        merchant=cart.merchant,
        cart=cart.id,
        now=context.clock.now(),
        status=status,
        complete=told.complete,
        since=told.since,
        seq=told.seq,
        configuration=context.recorded_as,
        version=__version__,
        reason=reason,
        finished_at=None if status == "staged" else context.clock.now(),
    )


def stage(context: Context, cart: Cart, document: Document, told: Told, series: str) -> Delivery | None:
    """Archives the document, then takes its number and puts it into the outbox, in one transaction.

    Returns None if the number has gone to another document meanwhile: write it anew with the next one.
    """
    sha256 = context.archive.put(document.data)
    record = run_record(context, cart, told, status="staged")
    with context.ledger.write() as connection:
        if not runs.take_number(connection, series, document.number):
            return None
        run = runs.record_run(
            connection,
            replace(
                record,
                lines=document.lines,
                zeros=document.zeros,
                document=document.name,
                number=document.number,
                sha256=sha256,
            ),
        )
        delivery = Delivery(
            run=run,
            merchant=cart.merchant,
            cart=cart.id,
            remote=cart.remote,
            folder=cart.path,
            name=document.name,
            sha256=sha256,
            size=len(document.data),
            state="staged",
            attempts=0,
        )
        runs.stage(connection, delivery)
        holds.settle_outputs(connection, cart.merchant, cart.id, context.clock.now())
    return delivery


def deliver(context: Context, cart: Cart, delivery: Delivery) -> None:
    """Uploads what is staged, and settles it. Called again after a crash, it goes on where it was.

    It goes where the cart is configured now: name, bytes and number are fixed, a corrected folder is not.

    Raises:
        RemoteError: it could not be uploaded; it stays staged, and the next run goes on with it.
    """
    if delivery.state == "staged":
        data = context.archive.get(delivery.sha256)
        with context.ledger.write() as connection:
            runs.begin_attempt(connection, delivery.run)
        upload = publishing(
            cart.path,
            delivery.name,
            data,
            token=f"{delivery.run}-{delivery.sha256[:8]}",
            earlier=delivery.attempts * ATTEMPTS,
        )
        context.remotes.use(cart.remote, upload)
        with context.ledger.write() as connection:
            runs.uploaded(connection, delivery.run)
    with context.ledger.write() as connection:
        runs.settle(connection, delivery.run, context.clock.now())
