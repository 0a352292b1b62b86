"""Codes of acknowledgements in words: X12 data elements 715 to 718, 720, 723, and the notes of a TA1 (I18)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from formats.acknowledgement.values import Verdict

SECURITY = {
    "M": "rejected: the message authentication code failed",
    "W": "rejected: the assurance failed its validity tests",
    "X": "rejected: it could not be decrypted",
}

VERDICTS: Mapping[str, Verdict] = MappingProxyType(
    {
        "A": Verdict.ACCEPTED,
        "E": Verdict.ACCEPTED_WITH_ERRORS,
        "P": Verdict.PARTIAL,
        "R": Verdict.REJECTED,
        **dict.fromkeys(SECURITY, Verdict.REJECTED),
    }
)
"""AK501, IK501 (717), AK901 (715) and TA104."""

GROUP = MappingProxyType(
    {
        "1": "the group is not supported",
        "2": "the version of the group is not supported",
        "3": "the group trailer is missing",
        "4": "the control numbers of group header and trailer differ",
        "5": "the number of sets is not what stands in the trailer",
        "6": "the group control number violates the syntax",
        "19": "the group control number has been used before",
    }
)
"""716."""

SET = MappingProxyType(
    {
        "1": "the transaction set is not supported",
        "2": "the set trailer is missing",
        "3": "the control numbers of set header and trailer differ",
        "4": "the number of segments is not what stands in the trailer",
        "5": "one or more segments are in error",
        "6": "the set identifier is missing or invalid",
        "7": "the set control number is missing or invalid",
        "18": "the set is not in its group",
        "23": "the set control number is not unique in its group",
    }
)
"""718."""

SEGMENT = MappingProxyType(
    {
        "1": "the segment is not known",
        "2": "the segment is unexpected",
        "3": "a mandatory segment is missing",
        "4": "the loop occurs too often",
        "5": "the segment occurs too often",
        "6": "the segment does not belong to this set",
        "7": "the segment is out of order",
        "8": "the segment has elements in error",
    }
)
"""720."""

ELEMENT = MappingProxyType(
    {
        "1": "a mandatory element is missing",
        "2": "an element that another one demands is missing",
        "3": "there are too many elements",
        "4": "the element is too short",
        "5": "the element is too long",
        "6": "the element has a character that is not allowed",
        "7": "the code is not valid",
        "8": "the date is not valid",
        "9": "the time is not valid",
        "10": "the element excludes another one that is there",
        "12": "there are too many repetitions",
        "13": "there are too many components",
    }
)
"""723."""

INTERCHANGE = MappingProxyType(
    {
        "000": "no error",
        "001": "the control numbers of interchange header and trailer differ",
        "002": "the standard in ISA11 is not supported",
        "003": "the version of the controls is not supported",
        "004": "the segment terminator is not valid",
        "005": "the qualifier of the sender is not valid",
        "006": "the sender's id is not valid",
        "007": "the qualifier of the receiver is not valid",
        "008": "the receiver's id is not valid",
        "009": "the receiver's id is not known",
        "014": "the date of the interchange is not valid",
        "015": "the time of the interchange is not valid",
        "017": "the version of the interchange is not valid",
        "018": "the control number of the interchange is not valid",
        "020": "the test indicator is not valid",
        "021": "the number of groups is not valid",
        "023": "the end of the file came too early",
        "024": "the content of the interchange is not valid",
        "025": "the control number of the interchange has been used before",
        "026": "the element separator is not valid",
        "027": "the component separator is not valid",
    }
)
"""TA105."""


def in_words(code: str, codes: Mapping[str, str]) -> str:
    """A code's meaning; `code 42` for one that is not listed."""
    return codes.get(code) or f"code {code}"
