"""What was found out about all SKUs before a few of them changed: only these are looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from batch.model import State
from batch.reconcile.keys import FEW
from formats.frames import arrow


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """`value`: what was found out; `skus`: those that files have spoken of since."""

    value: Any
    skus: pa.ChunkedArray

    @property
    def parts(self) -> tuple[Any, ...]:
        """All that it takes memory for."""
        return (*self.value.parts, self.skus)


def hand_on(before: State, after: State, skus: pa.ChunkedArray) -> None:
    """Gives a state what is known of all SKUs of the one before it, if a file has spoken of few of them."""
    fresh, old = before.complete.kept, before.outdated.kept
    if fresh is not None:
        question, known = fresh[0], Outdated(value=fresh[1], skus=skus)
    elif old is not None:
        chunks = [*old[1].skus.chunks, *skus.chunks]
        question, known = old[0], Outdated(value=old[1].value, skus=pa.chunked_array(chunks, pa.string()))
    else:
        return
    if len(known.skus) * FEW <= len(arrow(after.levels["sku"])):
        after.outdated.get(question, lambda: known)
