"""The runner: receives warehouse files, reconciles them with orders, and delivers what carts are told."""

__version__ = "0.1.0"
