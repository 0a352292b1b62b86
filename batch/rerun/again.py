"""A past sync sent again: new control numbers, today's remote, and no watermark moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from batch.advise.document import Document, Keep, write_documents
from batch.config import Cart
from batch.context import Context
from batch.deliver.outbox import run_record, stage
from batch.deliver.sync import CartOutcome, send
from batch.ledger import runs
from batch.rerun.past import Past
from batch.rerun.rebuild import Builder, cart_of
from batch.settings import number_series


def send_again(context: Context, cart: Cart, past: Past, builder: Builder) -> CartOutcome:
    """Stages and uploads what the cart was to be told then. Its open delivery has been finished before.

    `cart`: as it is configured today, which says where documents go; what they tell is the builder's business.

    Raises:
        DocumentRefused: as `lines_of` and `write_documents`.
    """
    source = builder.source(past)
    written_as, lines = cart_of(past, source), builder.lines(past, source, builder.inputs)

    def write(number: int, keep: Keep) -> Sequence[Document]:
        return write_documents(
            lines,
            written_as,
            number=number,
            now=past.at,
            complete=past.told.complete,
            again=True,
            keep=keep,
        )

    record = replace(
        run_record(context, cart, past.told, status="staged"),
        kind=runs.RERUN,
        repeats=past.run,
        configuration=builder.recorded_as(past),
    )
    series = number_series(written_as)
    with context.ledger.read() as connection:
        number = runs.next_number(connection, series)
    return send(context, cart, stage(context, cart, record, series, write, number=number))
