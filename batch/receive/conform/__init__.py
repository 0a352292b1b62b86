"""Text to typed rows: every row of a file becomes a statement, an order line, or a reject with its reason."""

from batch.receive.conform.inventory import InventoryRules, conform_inventory
from batch.receive.conform.orders import OrderRules, conform_orders
from batch.receive.conform.rejects import Conformed

__all__ = ["Conformed", "InventoryRules", "OrderRules", "conform_inventory", "conform_orders"]
