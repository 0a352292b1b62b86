"""Files made to hang a reader or to fill its memory."""

from __future__ import annotations

import contextlib
import tracemalloc
from collections.abc import Callable

import pytest

from formats.edi846 import Edi846
from formats.errors import FormatError

HEAD = (
    b"ISA*00*          *00*          *ZZ*ACME           *ZZ*BIGBOX         *261120*0900*U*00401*000000007*0*P*>~"
    b"GS*IB*ACME*BIGBOX*20261120*0900*7*X*004010~ST*846*0001~BIA*00*SI*1*20261120~"
)
FOOT = b"SE*1*0001~GE*1*7~IEA*1*000000007~"
BYTES = 1_000_000
PER_BYTE = 150
"""What a byte of input may cost: some offsets of eight bytes for each separator, and room for them."""

BODIES: dict[str, Callable[[int], bytes]] = {
    "element separators alone": lambda n: b"*" * n,
    "terminators alone": lambda n: b"~" * n,
    "blanks alone": lambda n: b" " * n,
    "segments of one character": lambda n: b"A~" * (n // 2),
    "names that all differ": lambda n: b"".join(b"%05X~" % i for i in range(n // 6)),
    "one element": lambda n: b"LIN*1*SK*" + b"A" * n + b"~",
    "LIN without QTY": lambda n: b"LIN**SK*A~" * (n // 10),
    "one LIN, many QTY": lambda n: b"LIN**SK*A~" + b"QTY*33*1~" * (n // 9),
    "one LIN, many SDQ": lambda n: (
        b"LIN**SK*A~" + (b"SDQ*EA*54" + b"*W*1" * 10 + b"~") * (n // 50) + b"QTY*33*1~"
    ),
    "LS in LS": lambda n: b"LIN**SK*A~QTY*33*1~" + b"LS*REF~" * (n // 7),
    "set in set": lambda n: b"ST*846*0001~" * (n // 12),
    "many sets": lambda n: b"SE*1*0001~ST*846*0001~BIA*00*SI*1*20261120~LIN**SK*A~QTY*33*1~" * (n // 60),
    "names of letters from elsewhere": lambda n: "é~".encode() * (n // 3),
    "blanks before each segment": lambda n: (b" " * 5000 + b"LIN**SK*A~") * (n // 5010),
}


@pytest.mark.parametrize("name", BODIES)
def test_memory_is_bounded_by_the_size_of_the_file(name: str) -> None:
    file = HEAD + BODIES[name](BYTES) + FOOT
    tracemalloc.start()
    with contextlib.suppress(FormatError):
        Edi846().read(file, {}, Edi846.Reading())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < PER_BYTE * len(file)
