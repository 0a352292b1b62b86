"""What a cart's rules make of the quantities that there are. Pure."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from batch.reconcile.keys import Ids
from batch.reconcile.rules import RULES, CartRules, steps
from batch.report.values import Effect

NONE_LEFT, OVERSOLD = "none left", "oversold"
CAP = "cap"
REASONS = (NONE_LEFT, OVERSOLD, *(rule.name for rule in RULES))
"""Why a SKU is told as 0, in order."""


def effect_of(available: Ids, rules: CartRules) -> Effect:
    """How many SKUs are told 0, each counted once: by what there is, or by the first rule after which none are left."""
    trail = steps(available, rules)
    zeroed = {NONE_LEFT: int((available == 0).sum()), OVERSOLD: int((available < 0).sum())}
    cut = withheld = 0
    for (_, earlier), (name, later) in pairwise(trail):
        count = int(((earlier > 0) & (later <= 0)).sum())
        if count:
            zeroed[name] = count
        if name == CAP:
            lost = np.maximum(earlier, 0) - np.maximum(later, 0)
            cut, withheld = int((lost > 0).sum()), int(lost.sum())
    return Effect(skus=len(available), zeroed=zeroed, cut=cut, withheld=withheld)
