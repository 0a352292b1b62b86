"""What a run of the benchmark found, before anyone makes a table of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from measure import Figures, ratio

OURS = "Stockferry"


@dataclass(frozen=True, kw_only=True)
class Results:
    """`contenders`: ours first, then the peers, each for one cycle with CSV in and CSV out.

    `steps`: what our account did, by name, in order. `parts`: seconds per step of a cycle, None if not seen.
    `documents`: (what, by) → seconds; empty if they were left out. `cart`: seconds that one more cart takes
    which is told one SKU, if measured.
    """

    skus: int
    rounds: int
    date: str
    machine: str
    versions: str
    contenders: Mapping[str, Figures]
    steps: Mapping[str, Figures]
    parts: Sequence[tuple[str, float | None]]
    documents: Mapping[tuple[str, str], float]
    cart: float | None

    @property
    def peers(self) -> Mapping[str, Figures]:
        return {name: figures for name, figures in self.contenders.items() if name != OURS}


FIRST = "everything for the first time, one CSV cart"
IDLE = "nothing new: start, look, end"
AGAIN = "the next day's export: everything again"
DELTA = "1 % of the SKUs reported: a delta"
THREE = "everything for the first time, three carts: CSV, XML, 846"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A ratio that must not be more than `limit`; `found` is None where a peer is missing."""

    claim: str
    limit: float
    found: float | None

    @property
    def verdict(self) -> str:
        if self.found is None:
            return "not measured"
        return "met" if self.found <= self.limit else "missed"


def targets(results: Results) -> list[Target]:
    """The design's claims, held against what was found."""
    ours = results.contenders[OURS]
    polars = [results.peers["Polars"]] if "Polars" in results.peers else []
    xml = [results.documents.get(("xml: write", by)) for by in (OURS, "lxml xmlfile")]
    return [
        Target(
            claim="a cycle / the fastest peer", limit=1, found=ratio(ours, results.peers.values(), "wall")
        ),
        Target(claim="its memory / Polars'", limit=1.5, found=ratio(ours, polars, "peak")),
        Target(
            claim="a delta of 1 % / the first cycle",
            limit=0.1,
            found=ratio(results.steps[DELTA], [ours], "wall"),
        ),
        Target(
            claim="writing XML / lxml",
            limit=0.1,
            found=_over(*xml),
        ),
        Target(claim="one more cart, told one SKU / 10 ms", limit=1, found=_over(results.cart, 0.010)),
    ]


def _over(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours is not None and theirs else None
