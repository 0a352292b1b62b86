"""Short names as numbers, so that a column of them is compared at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NAME_LENGTH = 3
WORD = 4
"""Bytes of which a code is made: a name, and what follows it."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_FOREIGN = 63
_RANK = np.full(256, _FOREIGN, dtype=np.int32)
for _rank, _letter in enumerate(_ALPHABET, start=1):
    _RANK[[ord(_letter), ord(_letter.lower())]] = _rank
_RANK[0] = 0
_PAIRS = (_RANK[np.arange(1 << 16) & 0xFF] << 12 | _RANK[np.arange(1 << 16) >> 8] << 6).astype(np.int32)
_WITHIN = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF], dtype=np.uint32)

HIGHEST = 1 << 18
"""Above every code."""


def code(text: str) -> int:
    """Up to three letters or digits as a number below HIGHEST, upper and lower case alike; 0 for anything else."""
    if len(text) > NAME_LENGTH or not (text.isascii() and text.isalnum()):
        return 0
    ranks = [int(_RANK[ord(letter)]) for letter in text]
    first, second, third = (ranks + [0] * NAME_LENGTH)[:NAME_LENGTH]
    return first << 12 | second << 6 | third


def codes_of(words: npt.NDArray[np.uint32], lengths: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """The `code` of each stretch of which four bytes are given: 0 where it is empty or longer than a name."""
    if len(words) and 0 < lengths[0] <= NAME_LENGTH and (lengths == lengths[0]).all():
        words = words & _WITHIN[lengths[0]]
        if (words == words[0]).all():
            return np.full(len(words), _codes(words[:1])[0], dtype=np.int32)
        return _codes(words)
    return _codes(words & _WITHIN[np.where(lengths > NAME_LENGTH, 0, lengths)])


def _codes(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
    codes: npt.NDArray[np.int32] = _PAIRS[words & 0xFFFF] | _RANK[words >> 16]
    return codes
