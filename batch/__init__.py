"""The runner: receives warehouse files, reconciles them with orders, and delivers what carts are told."""

from importlib.metadata import version

__version__ = version("stockferry")
