"""From a configuration file to a context that a command can work with, and back to nothing held open."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.clock import Clock
from batch.config import Cart, Configuration
from batch.context import Context, never, no_progress, silent
from batch.errors import LedgerDamaged, UsageError
from batch.ledger.engine import NEXT_STEP, Ledger, open_ledger

if TYPE_CHECKING:
    from batch.store.memory import Memory

LEDGER = "ledger.sqlite"


@contextmanager
def opened(
    configuration: Configuration,
    clock: Clock,
    *,
    ledger: Ledger | None = None,
    memory: Memory | None = None,
    dry_run: bool = False,
    slots: Mapping[tuple[str, str], datetime] | None = None,
    stopping: Callable[[], bool] = never,
    warn: Callable[[str], None] = silent,
    progress: Callable[[list[Any], str], Iterable[Any]] = no_progress,
) -> Iterator[Context]:
    """A context on the configuration's state folder; for a dry run, on a copy that is thrown away.

    `ledger`: the configuration's, if it is open already; it stays so. `memory`: of a process that has one cycle after another.
    """
    # a command that only looks has no use for these, nor for tenacity, which comes with them
    from batch.ledger.locks import this_process
    from batch.remotes.retry import Connections
    from batch.store.archive import Archive
    from batch.store.tables import Tables

    with ExitStack() as stack:
        state = configuration.state
        archive, tables = Archive(state / "archive"), Tables(state / "tables")
        if dry_run:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="stockferry-")))
            copy_ledger(state / LEDGER, scratch / LEDGER)
            archive, tables = Archive(scratch / "archive", archive), Tables(scratch / "tables", tables)
            state, ledger = scratch, None
        if ledger is None:
            ledger = open_ledger(state / LEDGER)
            stack.callback(ledger.close)
        remotes = stack.enter_context(
            Connections(
                configuration.remotes,
                base=configuration.folder,
                environ=os.environ,
                sleep=clock.sleep,
                random=random.random,
            )
        )
        context = Context(
            configuration=configuration,
            recorded_as=archive.put(configuration.source),
            ledger=ledger,
            archive=archive,
            tables=tables,
            remotes=remotes,
            clock=clock,
            holder=this_process(),
            dry_run=dry_run,
            slots=slots or {},
            stopping=stopping,
            warn=warn,
            progress=progress,
            memory=memory,
        )
        stack.callback(context.forget)
        yield context


@contextmanager
def ledger_of(configuration: Configuration) -> Iterator[Ledger]:
    """The ledger alone, for commands that only read."""
    ledger = open_ledger(configuration.state / LEDGER)
    try:
        yield ledger
    finally:
        ledger.close()


def copy_ledger(source: Path, target: Path) -> None:
    """A consistent copy of a ledger that may be in use; nothing if there is none yet."""
    if not source.exists():
        return
    try:
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
            original.backup(copy)
    except sqlite3.DatabaseError as error:
        raise LedgerDamaged(f"ledger {source}: {error}; {NEXT_STEP}") from error


def split_cart(merchant: str | None, cart: str | None) -> tuple[str | None, str | None]:
    """`--cart merchant/id` names both."""
    if cart is None or "/" not in cart:
        return merchant, cart
    owner, cart = cart.split("/", 1)
    if merchant not in (None, owner):
        raise UsageError(f"cart {owner}/{cart} is not a cart of merchant {merchant}")
    return owner, cart


def chosen_carts(configuration: Configuration, merchant: str | None, cart: str | None) -> list[Cart]:
    """The carts that `--merchant` and `--cart` mean, in the order of the configuration.

    `cart` is its id, or `merchant/id`.

    Raises:
        UsageError: there is no such merchant or cart; names those that there are.
    """
    merchant, cart = split_cart(merchant, cart)
    if merchant is not None and merchant not in configuration.merchants:
        raise UsageError(f"no merchant {merchant!r}; known: {', '.join(configuration.merchants)}")
    carts = [
        each
        for owner in configuration.merchants.values()
        if merchant in (None, owner.id)
        for each in owner.carts.values()
        if cart in (None, each.id)
    ]
    if cart is not None and not carts:
        known = [f"{each.merchant}/{each.id}" for each in chosen_carts(configuration, merchant, None)]
        raise UsageError(f"no cart {cart!r}; known: {', '.join(known)}")
    return carts


def chosen_merchants(configuration: Configuration, merchant: str | None, carts: list[Cart]) -> list[str]:
    """The merchants to receive for: those of the carts, or the one named even if it has no carts."""
    owners = {cart.merchant for cart in carts} | ({merchant} if merchant else set())
    everyone = not carts and merchant is None
    return [name for name in configuration.merchants if everyone or name in owners]
