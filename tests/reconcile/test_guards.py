from __future__ import annotations

import numpy as np
import pandas as pd

from batch.reconcile.guards import Mover, Quantities, movers
from formats.contract import TEXT


def test_those_that_move_most_are_told_and_of_those_that_move_as_much_the_first_by_name() -> None:
    skus = ["Z", "B", "A", "still", *(f"C{number:02}" for number in range(20))]
    was = np.array([9, 0, 4, 7, *[1] * 20])
    now = np.array([0, 4, 0, 7, *[2] * 20])
    found = movers(
        Quantities(skus=pd.Series(skus, dtype=TEXT), was=was, now=now, known=np.ones(24, dtype=bool))
    )
    assert found[:3] == (
        Mover(sku="Z", was=9, now=0),
        Mover(sku="A", was=4, now=0),
        Mover(sku="B", was=0, now=4),
    )
    assert [mover.sku for mover in found[3:]] == [f"C{number:02}" for number in range(7)]
