"""A document's way to the partner. Each step is one effect, and each can be the last before a crash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from batch import __version__
from batch.config import Cart
from batch.context import Context
from batch.errors import Stopped
from batch.ledger import holds, outbox, runs
from batch.ledger.files import LedgerRow
from batch.ledger.outbox import Delivery
from batch.ledger.runs import RunRecord
from batch.remotes.publish import USUAL, Manner, publishing

if TYPE_CHECKING:
    from batch.advise.document import Document, Keep


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
        slot=context.slots.get((cart.merchant, cart.id)),
    )


def stage(
    context: Context,
    cart: Cart,
    record: RunRecord,
    series: str,
    write: Callable[[int, Keep], Sequence[Document]],
    *,
    number: int,
) -> list[Delivery]:
    """Has the documents archived, then takes their numbers and puts them into the outbox, in one transaction.

    `write`: the documents, numbered from a number on, each given to the archive: from `number`, the next of the series, or, if
    another process has taken it meanwhile, anew from the one that is next then. `record`: the run, which learns here what its
    documents are.
    """
    while True:
        documents = write(number, context.archive.put)
        deliveries = _stage(context, cart, record, series, documents)
        if deliveries is not None:
            for delivery, document in zip(deliveries, documents, strict=True):
                context.held.hold(delivery.id, document.data)
            return deliveries
        with context.ledger.read() as connection:
            number = runs.next_number(connection, series)


def _stage(
    context: Context, cart: Cart, record: RunRecord, series: str, documents: Sequence[Document]
) -> list[Delivery] | None:
    """Returns None if a number has gone to another document meanwhile."""
    first = documents[0]
    record = replace(
        record,
        lines=sum(document.lines for document in documents),
        zeros=sum(document.zeros for document in documents),
        document=first.name,
        number=first.number,
        documents=len(documents),
    )
    with context.ledger.write() as connection:
        if not runs.take_numbers(connection, series, first.number, len(documents)):
            return None
        run = runs.record_run(connection, record)
        deliveries = [
            outbox.stage(
                connection,
                run=run,
                part=part,
                merchant=cart.merchant,
                cart=cart.id,
                remote=cart.remote,
                folder=cart.path,
                name=document.name,
                series=series,
                number=document.number,
                sha256=document.sha256,
                size=len(document.data),
                lines=document.lines,
            )
            for part, document in enumerate(documents, start=1)
        ]
        if record.kind == runs.SYNC:
            holds.settle_outputs(connection, cart.merchant, cart.id, context.clock.now())
        else:
            runs.repeated(connection, cart.merchant, cart.id, record.seq)
    return deliveries


def deliver(context: Context, cart: Cart, deliveries: Sequence[Delivery]) -> LedgerRow:
    """Uploads what is staged, and settles it, one document after the other. Called again after a crash, it goes on where it was.

    They go where the cart is configured now: name, bytes and number are fixed, a corrected folder is not. `deliveries`: all that
    are open of a run. Returns its row as it is then.

    Raises:
        RemoteError: one could not be uploaded; it stays staged, and the next run goes on with it.
        Stopped: nothing new is to be begun; the same holds.
    """
    run = None
    for delivery in deliveries:
        if context.stopping():
            raise Stopped(f"cart {cart.merchant}/{cart.id}: stopped before {delivery.name} was uploaded")
        name = upload(context, delivery, remote=cart.remote, folder=cart.path, manner=cart.manner)
        run = _settle(context, cart, delivery, name)
        if name != delivery.name:
            context.warn(
                f"cart {cart.merchant}/{cart.id}: {delivery.name} is there already; it was sent as {name}"
            )
    if run is None:
        raise ValueError(f"cart {cart.merchant}/{cart.id}: its run is not finished with these documents")
    return run


def _settle(context: Context, cart: Cart, delivery: Delivery, name: str) -> LedgerRow | None:
    """`name`: under which it lies there. Returns the run's row if that was the last of its documents."""
    now = context.clock.now()
    with context.ledger.write() as connection:
        if name != delivery.name and delivery.run is not None:
            runs.renamed(connection, delivery.run, delivery.name, name)
        acknowledged = cart.acks is not None and not delivery.resent
        due = now + cart.ack_within if acknowledged else None
        outbox.settle(connection, delivery.id, now, due, name=name)
        if delivery.run is None:
            return None
        run = runs.finish(connection, delivery.run, now)
        if (delivery.remote, delivery.folder) != (cart.remote, cart.path) and not delivery.resent:
            # it lies elsewhere than it was meant to, and where it was meant to lie it does not
            runs.repeated(connection, cart.merchant, cart.id)
        return run


def upload(context: Context, delivery: Delivery, *, remote: str, folder: str, manner: Manner = USUAL) -> str:
    """Uploads a staged document; one that was uploaded by an earlier release stays as it is.

    Returns the name under which it lies there. Whether it does is noted by settling it: a run that comes after a crash in
    between finds it there.

    Raises:
        RemoteError: it could not be uploaded.
    """
    if delivery.state != "staged":
        return delivery.name
    data = context.held.take(delivery.id)
    if data is None:
        data = context.archive.get(delivery.sha256)
    if delivery.attempts:
        with context.ledger.write() as connection:
            outbox.begin_attempt(connection, delivery.id)
    act = publishing(
        folder,
        delivery.name,
        data,
        token=f"{delivery.id}-{delivery.sha256[:8]}",
        manner=manner,
        earlier=delivery.attempts * context.remotes.attempts(remote),
    )
    return context.remotes.use(remote, act).name
