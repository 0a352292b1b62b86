"""How a cart stands: all that the ledger says of it before it is told anything, read at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from batch.config import Cart
from batch.config.file_names import names_repeat, render
from batch.deliver.outbox import Told
from batch.ledger import runs
from batch.ledger.files import LedgerRow
from batch.ledger.standing import Known, Watermark, known_of
from batch.reconcile.choose import Choice, choose
from batch.settings import counts_orders, number_series
from formats import registry


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a cart is to hear, if anything, and up to where.

    `number`: that its next document would get, not taken; `released`: a person has let its held output pass; `measure`:
    the run by which a sync last told it everything, None before the first. They are given only if something is sent.
    """

    choice: Choice
    told: Told
    number: int = 0
    released: bool = False
    measure: LedgerRow | None = None


def standing_of(
    connection: Connection, cart: Cart, now: datetime, *, told_otherwise: Callable[[str], bool]
) -> Standing:
    """How the cart stands now; its open delivery has been finished before.

    `told_otherwise`: whether a configuration, by its SHA-256, had the cart told something else than today's has.
    """
    known = known_of(connection, cart.merchant, cart.id, number_series(cart))
    mark, choice = known.mark, _choice(connection, cart, known, now, told_otherwise)
    told = Told(complete=choice.complete, since=mark.seq if mark else 0, seq=known.seq)
    if not choice.send:
        return Standing(choice=choice, told=told)
    return Standing(
        choice=choice,
        told=told,
        number=known.number,
        released=known.released,
        measure=runs.last_complete(connection, cart.merchant, cart.id, syncs=True) if mark else None,
    )


def _choice(
    connection: Connection, cart: Cart, known: Known, now: datetime, told_otherwise: Callable[[str], bool]
) -> Choice:
    """What is dear to find out is only asked where it matters."""
    mark, news = known.mark, _is_news(cart, known)
    always = cart.send == "full" or registry.writer(cart.format).complete
    return choose(
        always_complete=always,
        told_before=mark is not None,
        anything_known=mark is not None or known.reported,
        news=news,
        complete_is_due=mark is not None
        and news
        and not always
        and (
            _complete_is_due(cart, mark, now)
            or _name_was_used(connection, cart, known.number, now)
            or told_otherwise(mark.configuration)
        ),
    )


def _is_news(cart: Cart, known: Known) -> bool:
    """Whether an intake that concerns the cart came after what it was told."""
    return known.reported or (known.ordered and counts_orders(cart))


def _complete_is_due(cart: Cart, mark: Watermark, now: datetime) -> bool:
    """With the next news everything is sent: after an older state was sent again; by `full_every`, if that is so long ago."""
    if mark.repeated is not None:
        return True
    if cart.full_every is None:
        return False
    return mark.complete_at is None or now - mark.complete_at >= cart.full_every


def _name_was_used(connection: Connection, cart: Cart, number: int, now: datetime) -> bool:
    """Whether a document of another instant had the name that one would get now: the hour that clocks repeat.

    What overwrites a delta must say all that it said, so it says everything.
    """
    if names_repeat(cart.file_name):
        return False
    at = now.astimezone(cart.timezone)
    name = render(cart.file_name, cart=cart.id, merchant=cart.merchant, at=at, number=number)
    return runs.named_at_another_time(connection, cart.merchant, cart.id, name, now)
