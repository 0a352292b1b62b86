"""What a configuration may say, and probably does not mean."""

from __future__ import annotations

from batch.config.file_names import names_repeat
from batch.config.models import Cart, Configuration


def doubts(configuration: Configuration) -> tuple[str, ...]:
    """A sentence for each doubt; the configuration can be used all the same."""
    carts = (cart for merchant in configuration.merchants.values() for cart in merchant.carts.values())
    return tuple(
        _overwriting(cart) for cart in carts if cart.send == "delta" and names_repeat(cart.file_name)
    )


def _overwriting(cart: Cart) -> str:
    return (
        f'cart {cart.merchant}/{cart.id}: file_name = "{cart.file_name}" repeats, so a later delta overwrites an '
        "earlier one that was not picked up yet; put {time:%Y%m%d%H%M%S} or {number} into it"
    )
