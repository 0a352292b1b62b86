"""Bytes that no partner would send: whatever reads EDI must read them or refuse them, and nothing else.

`make fuzz` runs it for FUZZ_SECONDS. The first byte chooses the reader, the rest is the file.
"""

from __future__ import annotations

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["formats"]):
    from formats import registry
    from formats.acknowledgement.reader import read_acknowledgements
    from formats.acknowledgement.writer import received
    from formats.errors import FormatError
    from formats.x12.envelopes import read_envelopes
    from formats.x12.segments import split_segments

FORMATS = [registry.get(name) for name in ("edi846", "edi850", "invrpt")]
START = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260304*0506*U*00401*000000007*0*P*>~"
READERS = (
    *((lambda data, form=form: form.read(data, {}, form.Reading())) for form in FORMATS),
    read_acknowledgements,
    received,
    lambda data: read_envelopes(split_segments(data)),
    lambda data: FORMATS[0].read(START + data, {}, FORMATS[0].Reading()),
)


def one_input(data: bytes) -> None:
    """Reads an input with one of the readers; anything but a FormatError is a finding."""
    if data:
        with contextlib.suppress(FormatError):
            READERS[data[0] % len(READERS)](data[1:])
            READERS[0](data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
