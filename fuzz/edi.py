"""Bytes that no partner would send: whatever reads EDI must read them or refuse them, and nothing else.

`make fuzz` runs it for FUZZ_SECONDS. Each input goes to every reader.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["formats"]):
    from formats import registry
    from formats.acknowledgement.reader import read_acknowledgements
    from formats.acknowledgement.writer import received
    from formats.contract import Reader
    from formats.errors import FormatError
    from formats.x12.envelopes import read_envelopes
    from formats.x12.split import split_segments

    FORMATS = [registry.get(name) for name in ("edi846", "edi850", "invrpt")]

START = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260304*0506*U*00401*000000007*0*P*>~"


def reading(form: Reader) -> Callable[[bytes], object]:
    """The format's reader with what it takes for granted."""
    return lambda data: form.read(data, {}, form.Reading())


def inside_an_interchange(data: bytes) -> object:
    """The 846 reader, past the header that hardly any input gets past."""
    return FORMATS[0].read(START + data, {}, FORMATS[0].Reading())


READERS = (
    *map(reading, FORMATS),
    inside_an_interchange,
    read_acknowledgements,
    received,
    lambda data: read_envelopes(split_segments(data)),
)


def one_input(data: bytes) -> None:
    """Anything but a FormatError is a finding."""
    for read in READERS:
        with contextlib.suppress(FormatError):
            read(data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
