"""Interchanges, groups and messages of a file, with references and counts checked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from formats.edifact.syntax import Document
from formats.errors import Unreadable
from formats.x12.envelopes import same_number
from formats.x12.order import tail_shown
from formats.x12.place import few, shown, unreadable

FOLLOWERS = {
    "UNB": ("UNH", "UNG", "UNZ"),
    "UNG": ("UNH", "UNE"),
    "UNH": ("UNT",),
    "UNT": ("UNH", "UNE", "UNZ"),
    "UNE": ("UNG", "UNZ"),
    "UNZ": ("UNB",),
}
"""Segment of an envelope → those that may be the next of an envelope; UNE only where UNG is open, UNZ where none is."""

PARTNERS = {"UNT": ("UNH", 1, 2), "UNZ": ("UNB", 5, 2), "UNE": ("UNG", 5, 2)}
"""Trailer → its header, the element of the header with the reference, and that of the trailer."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """UNH to UNT. `kind`: `INVRPT`; `release`: `D96A`; `association`: `EAN004` or "". `first`, `last`: rows."""

    kind: str
    reference: str
    release: str
    association: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What a file consists of. `sender`, `receiver`, `number`, `test`: of its first interchange."""

    messages: tuple[Message, ...]
    interchanges: int
    sender: str
    receiver: str
    number: str
    test: bool
    warnings: tuple[str, ...]


def read_envelope(document: Document) -> Envelope:
    """Reads and checks the envelope. A wrong UNT01 is tolerated with a warning.

    Raises:
        Unreadable: truncated, out of order, or with references or counts that do not agree.
    """
    segments = document.segments
    marked = sorted((row, name) for name in FOLLOWERS for row in segments.rows(name).tolist())
    _check_order(document, marked)
    odd: list[str] = []
    opened: dict[str, int] = {}
    messages: list[Message] = []
    inside = {"UNB": 0, "UNG": 0}
    for row, name in marked:
        if name in PARTNERS:
            header = opened[PARTNERS[name][0]]
            _check_reference(document, header, row, name)
            if name == "UNT":
                messages.append(_message(document, header, row, odd))
                inside = {key: count + 1 for key, count in inside.items()}
            elif name == "UNE":
                inside["UNB"] -= inside["UNG"] - 1
                _check_count(document, row, inside["UNG"], "messages")
            else:
                _check_count(document, row, inside["UNB"], "messages or groups")
        else:
            opened[name] = row
            if name in inside:
                inside[name] = 0
    if segments.tail:
        odd.append(f"text after the last segment was passed over: {tail_shown(segments)}")
    first = marked[0][0]
    return Envelope(
        messages=tuple(messages),
        interchanges=sum(name == "UNB" for _, name in marked),
        sender=_party(document, first, 2),
        receiver=_party(document, first, 3),
        number=document.text(first, 5),
        test=document.text(first, 11) == "1",
        warnings=(*segments.warnings, *few(odd)),
    )


def _party(document: Document, row: int, element: int) -> str:
    return f"{document.text(row, element, 2)}/{document.text(row, element, 1)}"


def _check_order(document: Document, marked: list[tuple[int, str]]) -> None:
    first, opener = marked[0] if marked else (0, "")
    if first != 0 or opener != "UNB":
        found = shown(document.segments.text(0, 0))
        raise unreadable(document.place(0), found=found, expected="UNB, the header of an interchange")
    in_group = False
    for (before, name), (row, follower) in pairwise(marked):
        in_group = name == "UNG" or (in_group and name != "UNE")
        wrong_end = {"UNE": not in_group, "UNZ": in_group}.get(follower, False)
        if follower not in FOLLOWERS[name] or wrong_end:
            raise unreadable(
                document.place(row),
                found=f"{follower} after the {name} of segment {before + 1}",
                expected=f"{' or '.join(FOLLOWERS[name])}; the file is truncated, or a segment is missing",
            )
    row, name = marked[-1]
    if name != "UNZ" or document.segments.tail[:3].upper() == b"UNB":
        raise unreadable(
            document.place(row),
            found=f"the end of the file after this {name}",
            expected=f"{' or '.join(FOLLOWERS[name])}; the file is truncated, ask for it again",
        )
    _check_strays(document, marked)


def _check_strays(document: Document, marked: list[tuple[int, str]]) -> None:
    """Only a message has segments of its own."""
    for (row, name), (after, _) in zip(marked, [*marked[1:], (len(document.segments), "")], strict=True):
        if name != "UNH" and after > row + 1:
            raise unreadable(
                document.place(row + 1),
                found=f"{shown(document.segments.text(row + 1, 0))} outside a message",
                expected=" or ".join(FOLLOWERS[name]),
            )


def _check_reference(document: Document, header: int, row: int, name: str) -> None:
    opener, element, again = PARTNERS[name]
    reference, found = document.text(header, element), document.text(row, again)
    if not reference or found != reference:
        raise unreadable(
            document.place(row, again),
            found=f"reference {shown(found)}",
            expected=f"{shown(reference)} as in the {opener} of {document.place(header, element)}",
        )


def _check_count(document: Document, row: int, counted: int, what: str) -> None:
    stated = document.text(row, 1)
    if not same_number(stated, str(counted)):
        raise unreadable(
            document.place(row, 1),
            found=f"{shown(stated)} {what} stated",
            expected=f"{counted}, as many as stand there; part of the file may be missing",
        )


def _message(document: Document, first: int, last: int, odd: list[str]) -> Message:
    counted, stated = last - first + 1, document.text(last, 1)
    if not same_number(stated, str(counted)):
        odd.append(f"{document.place(last, 1)} counts {shown(stated)} segments where {counted} stand")
    kind, version, release, _, association = (document.text(first, 2, part) for part in range(1, 6))
    return Message(
        kind=kind.upper(),
        reference=document.text(first, 1),
        release=f"{version}{release}".upper(),
        association=association,
        first=first,
        last=last,
    )


def messages_named(envelope: Envelope, kind: str) -> tuple[Message, ...]:
    """The messages of that kind.

    Raises:
        Unreadable: there is none; names those that are there.
    """
    named = tuple(one for one in envelope.messages if one.kind == kind)
    if not named:
        others = ", ".join(sorted({shown(one.kind) for one in envelope.messages})[:10]) or "none"
        raise Unreadable(f"there is no {kind} in this file; the messages found are: {others}")
    return named
