"""A rerun: past syncs rebuilt, each document with its verdict; and sent again, if that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from batch.advise.document import Document
from batch.config import Cart, Configuration
from batch.context import Context
from batch.deliver.sync import CartOutcome, guarded, resume
from batch.errors import LedgerDamaged, StockferryError, UsageError
from batch.ledger import locks
from batch.rerun.again import send_again
from batch.rerun.compare import DIFFERS, NEW, Compared, Side, compare, nothing_changed
from batch.rerun.past import Past
from batch.rerun.rebuild import Builder, cart_of
from batch.store.files import save

CODE, CONFIGURATION, INPUTS = "code", "configuration", "inputs"


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """A document of a past sync. `path`: where it was written; None if today nothing would be told in its place.

    `verdict`, `changed`, `readable`: as in `Compared`; `why`: what has changed since, of `code`, `configuration` and `inputs`.
    """

    past: Past
    name: str
    path: Path | None
    verdict: str
    changed: pd.DataFrame
    readable: bool
    why: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rerun:
    """What a rerun found. `failed`: a sentence for each past sync that cannot be built, which the others survive."""

    documents: tuple[Rebuilt, ...]
    sendable: tuple[Past, ...]
    failed: tuple[str, ...]


def rerun(context: Context, pasts: Sequence[Past], out: Path, *, current: bool, every: bool) -> Rerun:
    """Builds past syncs below the folder `out`, and compares them with what was sent then. Nothing else changes.

    `current`: with today's configuration instead of the one that was recorded with each run. `every`: with all files
    read again from the archive.
    """
    builder = Builder(context, current, every)
    documents: list[Rebuilt] = []
    sendable: list[Past] = []
    failed: list[str] = []
    for past in context.progress(list(pasts), "building"):
        try:
            built = _rebuilt(context, builder, past, out)
        except LedgerDamaged:
            raise
        except StockferryError as error:
            failed.append(f"{past.title}: {str(error).removeprefix(past.title + ': ')}")
            continue
        documents += built
        if any(document.path for document in built):
            sendable.append(past)
    return Rerun(documents=tuple(documents), sendable=tuple(sendable), failed=tuple(failed))


def send_all(context: Context, pasts: Sequence[Past], *, current: bool, every: bool) -> list[CartOutcome]:
    """Sends past syncs again, in order. A cart's open delivery goes out first; what fails ends its cart's turn.

    Raises:
        UsageError: a cart is not configured any more; nothing has been sent.
        Busy: another process works on one of the carts.
    """
    carts = {(past.merchant, past.cart): _configured(context.configuration, past) for past in pasts}
    outcomes: list[CartOutcome] = []
    names = [f"cart {merchant}/{cart}" for merchant, cart in carts]
    with locks.hold(context.ledger, names, context.holder, context.clock):
        for name, cart in carts.items():
            mine = [past for past in pasts if (past.merchant, past.cart) == name]
            outcomes += _send_cart(context, cart, mine, current=current, every=every)
    return outcomes


def _send_cart(
    context: Context, cart: Cart, pasts: Sequence[Past], *, current: bool, every: bool
) -> list[CartOutcome]:
    resumed = guarded(cart, partial(resume, context, cart))
    outcomes = [resumed] if resumed is not None else []
    builder = Builder(context, current, every)
    for done, past in enumerate(pasts):
        if any(outcome.status == "failed" for outcome in outcomes):
            outcomes.append(_not_begun(cart, pasts[done:]))
            break
        locks.renew(context.ledger, context.holder, context.clock)
        outcomes.append(guarded(cart, partial(send_again, context, cart, past, builder)))
    return outcomes


def _not_begun(cart: Cart, pasts: Sequence[Past]) -> CartOutcome:
    syncs = ", ".join(past.title.removeprefix(f"cart {cart.merchant}/{cart.id}, ") for past in pasts)
    return CartOutcome(
        merchant=cart.merchant,
        cart=cart.id,
        status="failed",
        reason=f"cart {cart.merchant}/{cart.id}: not sent again, as what comes before it failed: {syncs}; "
        "once the cart's next run has delivered that, rerun what is still wanted",
    )


def _configured(configuration: Configuration, past: Past) -> Cart:
    try:
        return cart_of(past, configuration)
    except UsageError as error:
        raise UsageError(
            f"{past.title}: the cart is not configured any more, so nobody knows where to send it"
        ) from error


def _rebuilt(context: Context, builder: Builder, past: Past, out: Path) -> list[Rebuilt]:
    source = builder.source(past)
    documents = builder.documents(past, source, builder.inputs)
    sent = [context.archive.get(row.sha256) for row in past.documents]
    if past.run is None:
        found = [Compared(verdict=NEW, changed=nothing_changed()) for _ in documents]
    else:
        found = compare(
            Side(documents=sent, cart=cart_of(past, builder.recorded(past))),
            Side(documents=[document.data for document in documents], cart=cart_of(past, source)),
        )
    why = _why(builder, past, sent, documents)
    return [
        Rebuilt(
            past=past,
            name=past.documents[at].name if at < len(past.documents) else documents[at].name,
            path=_write(out, past, documents[at]) if at < len(documents) else None,
            verdict=one.verdict,
            changed=one.changed,
            readable=one.readable,
            why=why if one.verdict == DIFFERS else (),
        )
        for at, one in enumerate(found)
    ]


def _why(
    builder: Builder, past: Past, sent: Sequence[bytes], documents: Sequence[Document]
) -> tuple[str, ...]:
    """What has changed since: each step from then to now that makes other documents."""
    now = [document.data for document in documents]
    if past.run is None or now == sent:
        return ()
    if not builder.current:
        return (CODE,)
    recorded, current = builder.recorded(past), builder.source(past)
    by_code = [each.data for each in builder.documents(past, recorded, "as recorded")]
    by_configuration = [each.data for each in builder.documents(past, current, "as recorded")]
    steps = (
        (CODE, sent, by_code),
        (CONFIGURATION, by_code, by_configuration),
        (INPUTS, by_configuration, now),
    )
    return tuple(cause for cause, before, after in steps if before != after)


def _write(out: Path, past: Past, document: Document) -> Path:
    run = "as-of" if past.run is None else f"run-{past.run}"
    path = out / past.day.isoformat() / past.merchant / past.cart / run / document.name
    save(path, document.data)
    return path
