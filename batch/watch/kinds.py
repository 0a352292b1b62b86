"""The kinds of conditions, the worst first."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal[
    "failed",
    "oversold",
    "unreachable",
    "late",
    "missing",
    "quarantined",
    "held",
    "unacknowledged",
    "unchanged",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
