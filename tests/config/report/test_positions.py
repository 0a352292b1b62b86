from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.config.report.positions import line_of, locate
from batch.config.report.problems import KeyPath

DOCUMENT = '''\
top = 1
[account]  # [not.a.table]
name = "a ] # \\" = [b]"
text = """
[fake]
key = 1""\\"""""
raw = \'\'\'
it's [[fake]]\'\'\'
after = 2
[[feeds]]
columns = { sku = "S", deep = { x = 1 } }
files = [
  "a]",   # ] comment
  \'b\',
  { name = "c" },
]
[feeds.inner]
x.y."z w" = 3
[[feeds]]
name = 1979-05-27 07:32:00
[[feeds.parts]]
id = 1
[[feeds.parts]]
id = 2
[ a . "b.c" . d ]
last = 0
'''

PLACES = """
top                          1
account                      2
account name                 3
account text                 4
account raw                  7
account after                9
feeds                       10
feeds 0                     10
feeds 0 columns sku         11
feeds 0 columns deep x      11
feeds 0 files               12
feeds 0 files 0             13
feeds 0 files 1             14
feeds 0 files 2 name        15
feeds 0 inner               17
feeds 0 inner x y           18
feeds 1                     19
feeds 1 name                20
feeds 1 parts 0 id          22
feeds 1 parts 1             23
feeds 1 parts 1 id          24
a                           25
a b.c d last                26
"""


@pytest.mark.parametrize("row", PLACES.strip().splitlines())
def test_every_kind_of_place_has_its_line(row: str) -> None:
    *names, line = row.split()
    path = tuple(int(name) if name.isdigit() else name for name in names)
    assert locate(DOCUMENT)[path] == int(line)


def test_a_quoted_key_is_known_by_its_value() -> None:
    assert locate('x.y."z w" = 3') == {("x",): 1, ("x", "y"): 1, ("x", "y", "z w"): 1}


def test_what_cannot_be_located_is_where_its_nearest_parent_is() -> None:
    lines = locate(DOCUMENT)
    assert line_of(("feeds", 1, "columns", "sku"), lines) == 19
    assert line_of(("nowhere",), lines) == 1


KEYS = st.text("ab-_1", min_size=1, max_size=3) | st.sampled_from(["a.b", "[x]", 'q"q', "#", " ", "=", "ü"])
DECOYS = st.sampled_from(
    [
        '"[x]\\n\\" = 1 # no"',
        "'[[y]] # \"'",
        '"""\n[z]\n"k = 1"\\\n"""',
        "'''\n[z]\n''k = 1\n'''",
        '""',
        '""""quoted""""',
        "1979-05-27 07:32:00Z",
        "[ # ]\n 'x',\n]",
        "-inf",
        "{ }",
        "[]",
    ]
)
LEAF = object()
VALUES = st.recursive(
    DECOYS | st.just(LEAF),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
TABLES = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=3).map(lambda pairs: (pairs, {})),
    lambda inner: st.tuples(
        st.dictionaries(KEYS, VALUES, max_size=2),
        st.dictionaries(KEYS, inner | st.lists(inner, min_size=1, max_size=3), max_size=3),
    ),
    max_leaves=5,
)


class Writer:
    """Writes a document in which every LEAF is a whole number that occurs nowhere else."""

    def __init__(self) -> None:
        self.number = 10**9

    def key(self, name: str) -> str:
        bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        return name if bare else '"' + name.replace('"', '\\"') + '"'

    def value(self, value: Any) -> str:
        if isinstance(value, list):
            return "[ # list ]\n" + "".join(f"  {self.value(item)} # ]\n ,\n" for item in value) + "]"
        if isinstance(value, dict):
            pairs = (f"{self.key(name)} = {self.value(item)}" for name, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        if value is LEAF:
            self.number += 1
            return str(self.number)
        return str(value)

    def table(self, table: Any, prefix: tuple[str, ...]) -> str:
        pairs, children = table
        text = "".join(
            f"{self.key(name)}  =\t{self.value(value)} # x = [y]\n" for name, value in pairs.items()
        )
        for name, child in children.items():
            if name in pairs:
                continue
            path = (*prefix, name)
            header = " . ".join(map(self.key, path))
            many = isinstance(child, list)
            for one in child if many else [child]:
                text += (f"[[{header}]]\n" if many else f"[{header}]\n\n") + self.table(one, path)
        return text


def leaves(value: Any, path: KeyPath = ()) -> dict[KeyPath, Any]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {path: value} if path else {}
    for key, item in inner:
        found |= leaves(item, (*path, key))
    return found


@given(TABLES)
def test_the_locator_finds_exactly_the_keys_that_tomllib_reads_and_each_on_its_own_line(table: Any) -> None:
    document = Writer().table(table, ())
    expected = leaves(tomllib.loads(document))
    lines, text = locate(document), document.split("\n")
    assert set(lines) == set(expected)
    for path, value in expected.items():
        if isinstance(value, int) and value >= 10**9:
            assert str(value) in text[lines[path] - 1]
