"""An acknowledgement as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is said of a set, a group or an interchange (elements 717 and 715; TA104)."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_ERRORS = "accepted-with-errors"
    PARTIAL = "partial"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class SegmentError:
    """One thing that was found wrong (AK3 or IK3, AK4 or IK4).

    `position`: of the segment in its set, ST being 1; 0 if it is not said. `element`: its number, 0 for the
    segment as a whole. `value`: as it stood there. `reason`: the code in words.
    """

    segment: str
    position: int
    element: int = 0
    value: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SetVerdict:
    """Of one set. `code`: ST01, `number`: ST02 of the original. `reasons`: AK502 to AK506 in words."""

    code: str
    number: str
    verdict: Verdict
    errors: tuple[SegmentError, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GroupVerdict:
    """Of one group, or by a TA1 of one interchange.

    `kind`: 997, 999 or TA1. `code`: GS01 of the original, "" in a TA1. `number`: its GS06, or ISA13 without
    leading zeros. `sender`, `receiver`: of the acknowledgement, `qualifier/id`. `sets`: those that it names; a
    set that it does not name has the verdict of the group.
    """

    kind: str
    code: str
    number: str
    sender: str
    receiver: str
    verdict: Verdict
    sets: tuple[SetVerdict, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Acknowledgements:
    """All that a file says, in order; and what was odd about the file."""

    groups: tuple[GroupVerdict, ...]
    warnings: tuple[str, ...] = ()
