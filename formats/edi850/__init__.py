"""X12 850 purchase orders: order lines for an order feed. Carts do not write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from formats.options import Options

if TYPE_CHECKING:
    from formats.contract import RawTable


class Edi850:
    """The format `edi850`, which is only read."""

    name: ClassVar[str] = "edi850"
    feeds: ClassVar[tuple[str, ...]] = ("orders",)
    mappable: ClassVar[tuple[str, ...] | None] = ("sku",)
    acknowledged: ClassVar[bool] = True
    Reading: ClassVar[type[Options]] = Options

    def read(self, data: bytes, fields: Mapping[str, str], options: Options) -> RawTable:  # noqa: ARG002 - it has none
        """See `formats.edi850.reader.read`."""
        from formats.edi850.reader import read

        return read(data, fields)
