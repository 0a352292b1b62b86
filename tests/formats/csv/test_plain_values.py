"""Values that are written as they are, beside the careful way."""

from __future__ import annotations

import re

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from formats.csv.writer import LARGE, _is_plain, _quoted

values_of = st.lists(st.text(alphabet='aé,;|\t "\r\n', max_size=4), max_size=6)


@given(values_of, st.sampled_from(",;|\t "), st.booleans(), st.integers(0, 3))
def test_what_passes_for_plain_is_what_the_careful_way_leaves_as_it_is(
    texts: list[str], delimiter: str, alone: bool, start: int
) -> None:
    values = pa.array(texts, LARGE).slice(start)
    needs_quotes = f'["\r\n{re.escape(delimiter)}]' + (r"|\A\z" if alone else "")
    if _is_plain(values, delimiter):
        assert _quoted(values, needs_quotes).equals(values)
