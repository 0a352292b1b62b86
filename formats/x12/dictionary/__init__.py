"""What X12 says of the segments that an 846 or 997 is made of: elements, codes, syntax notes, releases."""

from formats.x12.dictionary.elements import (
    MOST_ELEMENTS,
    RELEASES,
    Element,
    UnknownSegment,
    element,
    elements_of,
)
from formats.x12.dictionary.faults import Fault, faults
from formats.x12.dictionary.notes import NOTES, Note

__all__ = [
    "MOST_ELEMENTS",
    "NOTES",
    "RELEASES",
    "Element",
    "Fault",
    "Note",
    "UnknownSegment",
    "element",
    "elements_of",
    "faults",
]
