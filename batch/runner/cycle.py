"""One cycle: resume, receive, then each cart for itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from batch.config import Cart
from batch.context import Context
from batch.deliver.sync import CartOutcome, guarded, prepare, resume, send
from batch.ledger import glance, holds, locks, slots
from batch.ledger.files import FileRecord
from batch.ledger.holds import Hold
from batch.receive.feeds import Problem, Received
from batch.runner.acks import amiss
from batch.runner.intake import intake_locks, take_in_all, take_up_again
from batch.runner.lanes import Lanes, result

T = TypeVar("T")

RENEWAL = 60.0
"""Seconds between two renewals of the leases while uploads are waited for."""

TROUBLE = ("held", "quarantined", "failed")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a cycle did."""

    now: datetime
    files: tuple[FileRecord, ...]
    carts: tuple[CartOutcome, ...]
    problems: tuple[Problem, ...]
    holds: tuple[Hold, ...]
    """What waited for a decision before this cycle, and still does."""
    unacknowledged: tuple[str, ...]
    """A sentence for each of these carts whose documents are not acknowledged as they should be."""
    dry_run: bool

    @property
    def exit_code(self) -> int:
        """0: done; 1: done, but something failed, was held or quarantined."""
        statuses = [file.status for file in self.files] + [cart.status for cart in self.carts]
        return (
            1 if self.problems or self.unacknowledged or any(status in TROUBLE for status in statuses) else 0
        )


def run_cycle(
    context: Context, carts: Sequence[Cart], merchants: Sequence[str], *, wait: bool = False
) -> Report:
    """Runs the carts, after receiving for these merchants, if any.

    `wait`: until no other process works on one of them. A cart whose slot has been taken meanwhile is left alone.

    Raises:
        Busy: another process works on one of them.
        LedgerDamaged: nothing that is recorded can be trusted.
    """
    with context.ledger.read() as connection:
        held_before = {hold.id for hold in holds.waiting(connection)}
    with _locked(context, [f"cart {cart.merchant}/{cart.id}" for cart in carts], wait=wait):
        resumed = _resume(context, carts)
        received = _received(context, carts, merchants, wait=wait)
        outcomes = _sync(context, carts, resumed)
    return Report(
        now=context.clock.now(),
        holds=_still_held(context, held_before),
        files=received.files,
        carts=tuple(outcomes),
        problems=received.problems,
        unacknowledged=_unacknowledged(context, carts),
        dry_run=context.dry_run,
    )


def _still_held(context: Context, before: Collection[int]) -> tuple[Hold, ...]:
    if not before:
        return ()
    with context.ledger.read() as connection:
        return tuple(hold for hold in holds.waiting(connection) if hold.id in before)


def _unacknowledged(context: Context, carts: Sequence[Cart]) -> tuple[str, ...]:
    if all(cart.acks is None for cart in carts):
        return ()
    with context.ledger.read() as connection:
        return tuple(amiss(connection, carts, context.clock.now()))


def receive_only(
    context: Context,
    carts: Sequence[Cart],
    merchants: Sequence[str],
    day: date | None = None,
    *,
    wait: bool = False,
) -> Report:
    """Receives and tells no cart. `day`: instead, what of that day was quarantined or discarded is read again.

    Raises:
        Busy: another process receives for one of the merchants.
    """
    with _locked(context, intake_locks(context.configuration, merchants), wait=wait):
        if day is None:
            received = take_in_all(context, carts, merchants)
        else:
            received = take_up_again(context, carts, merchants, day)
    return Report(
        now=context.clock.now(),
        files=received.files,
        problems=received.problems,
        carts=(),
        holds=(),
        unacknowledged=(),
        dry_run=context.dry_run,
    )


def _received(context: Context, carts: Sequence[Cart], merchants: Sequence[str], *, wait: bool) -> Received:
    """What came in; nothing is looked for if it is for nobody."""
    if not merchants:
        return Received(files=(), problems=())
    with _locked(context, intake_locks(context.configuration, merchants), wait=wait):
        return take_in_all(context, carts, merchants)


def _locked(context: Context, names: list[str], *, wait: bool) -> AbstractContextManager[None]:
    """Whoever receives waits for no cart, so that those who wait for one another make no ring."""
    waiting = context.warn if wait else None
    return locks.hold(context.ledger, names, context.holder, context.clock, waiting=waiting)


def _key(cart: Cart) -> tuple[str, str]:
    return cart.merchant, cart.id


def _resume(context: Context, carts: Sequence[Cart]) -> dict[tuple[str, str], CartOutcome]:
    """Finishes the deliveries that an earlier run left open, those of different remotes side by side."""
    with context.ledger.read() as connection:
        unfinished = glance.open_documents(connection, [_key(cart) for cart in carts])
    carts = [cart for cart in carts if _key(cart) in unfinished]
    if not carts:
        return {}
    with Lanes(context.configuration.account.parallel) as lanes:
        futures = {
            _key(cart): lanes.submit(cart.remote, partial(guarded, cart, partial(resume, context, cart)))
            for cart in carts
        }
        outcomes = {key: _awaited(context, future) for key, future in futures.items()}
    return {key: outcome for key, outcome in outcomes.items() if outcome is not None}


def _sync(
    context: Context, carts: Sequence[Cart], resumed: Mapping[tuple[str, str], CartOutcome]
) -> list[CartOutcome]:
    """Stages the carts' documents one after another, in order; those of different remotes are uploaded side by side."""
    outcomes: list[CartOutcome] = []
    with Lanes(context.configuration.account.parallel) as lanes:
        started = []
        renewed = context.clock.wall()
        for cart in context.progress(list(carts), "syncing carts"):
            renewed = _renewed(context, renewed)
            started.append(_start(context, cart, resumed.get(_key(cart)), lanes))
        for cart, outcome in zip(carts, started, strict=True):
            found = _awaited(context, outcome) if isinstance(outcome, Future) else outcome
            outcomes += _told(resumed.get(_key(cart)), found)
    return outcomes


def _renewed(context: Context, last: datetime) -> datetime:
    """Keeps the leases, now and then; when that was last."""
    now = context.clock.wall()
    if abs(now - last) < timedelta(seconds=RENEWAL):
        return last
    locks.renew(context.ledger, context.holder, context.clock)
    return now


def _start(
    context: Context, cart: Cart, resumed: CartOutcome | None, lanes: Lanes
) -> CartOutcome | Future[CartOutcome | None] | None:
    """A delivery that could not be finished blocks a newer one; one that could, does not."""
    slot = context.slots.get(_key(cart))
    if (resumed is not None and resumed.status == "failed") or context.stopping():
        return None
    if slot is not None:
        with context.ledger.read() as connection:
            if slots.is_taken(connection, _key(cart), slot):
                return None
    prepared = guarded(cart, partial(prepare, context, cart))
    if isinstance(prepared, CartOutcome) or prepared is None:
        return prepared
    return lanes.submit(cart.remote, partial(guarded, cart, partial(send, context, cart, prepared)))


def _told(resumed: CartOutcome | None, outcome: CartOutcome | None) -> list[CartOutcome]:
    if resumed is not None and outcome is not None and outcome.status == "nothing-new":
        return [resumed]
    return [each for each in (resumed, outcome) if each is not None]


def _awaited(context: Context, future: Future[T]) -> T:
    """The result, with the leases kept until it is there."""
    return result(future, lambda: locks.renew(context.ledger, context.holder, context.clock), RENEWAL)
