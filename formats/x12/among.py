"""Whether a document has characters that it may not have, seen at once."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt


def all_among(octets: npt.NDArray[np.uint8], usable: str) -> bool:
    """Whether every byte is one of these ASCII characters: a look for each stretch of others, as they are few.

    Most of them lie before or after all that there are, which the least and the greatest byte tell.
    """
    if not len(octets):
        return True
    least, most = int(octets.min()), int(octets.max())
    return not any(
        (octets == first if end - first == 1 else (octets - np.uint8(first)) < end - first).any()
        for first, end in _others(frozenset(usable))
        if first <= most and end > least
    )


@cache
def _others(usable: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """The bytes that are none of these characters, as stretches `[first, end)`."""
    wrong = [code for code in range(256) if code > 127 or chr(code) not in usable]  # noqa: PLR2004 - ASCII
    firsts = [code for code in wrong if code - 1 not in wrong]
    lasts = [code for code in wrong if code + 1 not in wrong]
    return tuple((first, last + 1) for first, last in zip(firsts, lasts, strict=True))
