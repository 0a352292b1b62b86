"""Code lists of the 846, as far as reading one needs them."""

from __future__ import annotations

from formats.x12.dictionary import MOST_ELEMENTS

SET = "846"
GROUP = "IB"

ON_HAND = "17"
FOR_SALE = "33"

QUALIFIERS = frozenset(
    "BP CB EC EN EO HN IN LT MF MG N4 ND PI SK SN ST SZ UA UI UK UP VA VC VE VN VO VP ZZ".split()  # noqa: SIM905  # a table reads better as text
)
"""LIN product qualifiers that occur in practice: one of them in LIN01 means that LIN01 was left out."""

EACH = frozenset({"", "EA", "UN"})
"""Units of which a quantity counts pieces."""

SEGMENTS = frozenset(MOST_ELEMENTS) | frozenset(
    "CS DD G53 LDT LM LQ MAN NTE PCT PKG SAC SLN SSS".split()  # noqa: SIM905  # a table reads better as text
)
"""Segments that may stand in an 846."""

CODED = (("QTY", 1), ("QTY", 3), ("DTM", 1), ("DTM", 2), ("REF", 1))
"""Elements of fixed length: a longer one has run into the segment after it."""

FOREIGN = frozenset(
    "BAK BCH BCT BEG BGN BHT BIG BMP BOL BPR BQT BRA BSN B2 B3 CLM HL IT1 LX PO1 POC W06 W07 W12 W17 W19 XQ".split()  # noqa: SIM905  # a table reads better as text
)
"""Segments that begin, or carry the lines of, another set: with one inside, an ST names the wrong set."""
