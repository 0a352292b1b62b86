"""What can be wrong with a document.

FormatError
├── Unreadable    the document as a whole cannot be read
├── Unwritable    a value that a format cannot carry
└── UnknownFormat no such format
"""

from __future__ import annotations


class FormatError(Exception):
    """Base of all that a format raises; nothing else leaves this package for bad input."""


class Unreadable(FormatError):
    """A document that cannot be read: what is wrong, at which place, what to do next."""

    def __init__(self, reason: str, *, place: str = "") -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.place = place


class Unwritable(FormatError):
    """A value that the format has no way to carry. Keeps the value that caused it."""

    def __init__(self, reason: str, *, field: str, sku: str, value: str) -> None:
        super().__init__(f"SKU {sku!r}, field {field}: {reason} (value {value!r})")
        self.reason = reason
        self.field = field
        self.sku = sku
        self.value = value


class UnknownFormat(FormatError):
    """A name that the registry does not have."""
