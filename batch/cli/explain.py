"""`stockferry explain`: every term of a number."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from batch.cli.options import CartOption, ConfigOption, JsonOption, instant
from batch.cli.output import moment, print_json, print_table
from batch.cli.session import in_account_zone, reading

if TYPE_CHECKING:
    from batch.deliver.told import LastTold
    from batch.reconcile.explain import Explanation
    from batch.runner.explain import Answer


def explain(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(metavar="MERCHANT")],
    sku: Annotated[str, typer.Argument(metavar="SKU")],
    config: ConfigOption = None,
    cart: CartOption = None,
    at: Annotated[
        datetime | None,
        typer.Option("--at", metavar="T", parser=instant, help="As it was known then, ISO 8601."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Why a SKU has the number it has, back to file, line and order."""
    from batch.errors import UsageError
    from batch.runner.explain import answer
    from batch.runner.session import chosen_carts

    with reading(context, config) as (configuration, ledger):
        carts = chosen_carts(configuration, merchant, cart)
        moment_of = in_account_zone(configuration, at)
        found = answer(configuration, ledger, merchant, sku, carts, at=moment_of)
    if found.explanation is None:
        show_rejects(found)
        raise UsageError(
            f"merchant {merchant}: no warehouse file and no order has a row of use for SKU {sku!r}"
        )
    if as_json:
        print_json(as_object(found, found.explanation))
        return
    show(found, found.explanation)
    show_rejects(found)


def as_object(found: Answer, terms: Explanation) -> dict[str, object]:
    """The answer as `explain --json` prints it."""
    return {
        "merchant": found.merchant,
        "sku": terms.sku,
        "levels": [
            {
                "feed": level.feed,
                "warehouse": level.warehouse,
                "quantity": level.quantity,
                "as_of": level.as_of,
                "file": found.files[level.seq],
                "line": level.line,
            }
            for level in terms.levels
        ],
        "orders": [
            {
                "order": order.order,
                "line": order.line,
                "quantity": order.quantity,
                "ordered_at": order.ordered_at,
                "counted": order.counted,
                "why": order.why,
                "file": found.files[order.seq],
                "row": order.row,
            }
            for order in terms.orders
        ],
        "available": terms.available,
        "carts": {
            cart: {
                "steps": [{"rule": rule, "quantity": quantity} for rule, quantity in steps],
                "quantity": steps[-1][1],
                "told": _told_object(found.told[cart]),
            }
            for cart, steps in terms.carts.items()
        },
        "rejects": [
            {name: getattr(reject, name) for name in ("name", "line", "column", "value", "reason")}
            for reject in found.rejects
        ],
    }


def show(found: Answer, terms: Explanation) -> None:
    """The derivation as one small table, a term per row."""
    typer.echo(f"{found.merchant} {terms.sku}")
    rows: list[tuple[object, ...]] = []
    for level in terms.levels:
        line = "absent from the full file" if level.line is None else f"line {level.line}"
        place = f"{level.feed} {level.warehouse}".strip()
        source = f"{found.files[level.seq]} {line}"
        rows.append(("level", place, f"{level.quantity:+d}", moment(level.as_of), source))
    for order in terms.orders:
        taken = f"{-order.quantity:+d}" if order.counted else "0"
        name = f"{order.feed} {order.order}/{order.line}"
        rows.append(
            (
                "order",
                name,
                taken,
                moment(order.ordered_at),
                f"{found.files[order.seq]} line {order.row}: {order.why}",
            )
        )
    rows.append(("available", "", terms.available, "", ""))
    for cart, steps in terms.carts.items():
        own = steps if steps[0][0] != "available" else steps[1:]
        rows += [("rule", f"{cart}: {rule}", quantity, "", "") for rule, quantity in own]
        rows += [("to be told", cart, steps[-1][1], "", ""), _last_told(cart, found.told[cart])]
    print_table(("term", "of", "quantity", "at", "from"), rows, nothing="")


def show_rejects(found: Answer) -> None:
    """What has been rejected about the SKU."""
    for reject in found.rejects:
        typer.echo(
            f"rejected: {reject.name} line {reject.line}, {reject.column} {reject.value!r}: {reject.reason}"
        )


def _last_told(cart: str, told: LastTold | None) -> tuple[object, ...]:
    if told is None:
        return ("was told", cart, "", "", "nothing of this SKU yet")
    source = f"{told.run.document} (run {told.run.id})"
    if told.quantity is None:
        return (
            "was told",
            cart,
            "",
            moment(told.run.now),
            f"{source}, which names no SKUs as it is written now",
        )
    return ("was told", cart, told.quantity, moment(told.run.now), source)


def _told_object(told: LastTold | None) -> dict[str, object] | None:
    if told is None:
        return None
    run = told.run
    return {"quantity": told.quantity, "at": run.now, "document": run.document, "run": run.id}
