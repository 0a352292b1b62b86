"""The 997 that answers a file: what there is to acknowledge in it, and the answer as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from formats.acknowledgement.reader import ACKNOWLEDGEMENTS
from formats.errors import Unreadable
from formats.x12.delimiters import Delimiters
from formats.x12.dictionary import RELEASES
from formats.x12.envelopes import Group, Interchange, read_envelopes
from formats.x12.interchange import Header, Party, gs, isa, segment
from formats.x12.split import split_segments

DELIMITERS = Delimiters(element="*", component=">", segment="~", repetition="^")
ACCEPTED, REJECTED = "A", "R"
IN_ERROR = "5"
"""718: one or more segments in error."""


def received(file: bytes) -> tuple[Interchange, ...]:
    """The interchanges of a file with the groups that are to be acknowledged: a 997 never is.

    Raises:
        Unreadable: the envelope cannot be read, so nobody can be answered.
    """
    envelopes = read_envelopes(split_segments(file))
    found = tuple(
        replace(one, groups=tuple(group for group in one.groups if group.code != ACKNOWLEDGEMENTS))
        for one in envelopes.interchanges
    )
    return tuple(one for one in found if one.groups)


def write_997(interchange: Interchange, *, number: int, written_at: datetime, refused: bool) -> bytes:
    """One interchange with a 997 for each group of the one received; the parties change places.

    `number`: the control number of the answer. `refused`: all sets are rejected, else all are accepted.

    Raises:
        FormatError: a control number of more than nine digits.
        Unreadable: the sender or receiver of the file cannot be a receiver or sender.
    """
    first = interchange.groups[0]
    header = Header(
        sender=_party(interchange.receiver),
        receiver=_party(interchange.sender),
        kind=ACKNOWLEDGEMENTS,
        release=first.release if first.release in RELEASES else RELEASES[0],
        usage=interchange.usage if interchange.usage in {"P", "T"} else "P",
        number=number,
        written_at=written_at,
    )
    parties = replace(
        header,
        sender=replace(header.sender, id=first.receiver or header.sender.id),
        receiver=replace(header.receiver, id=first.sender or header.receiver.id),
    )
    sets = [
        _set(group, f"{index:04}", refused=refused) for index, group in enumerate(interchange.groups, start=1)
    ]
    parts = [
        isa(header, DELIMITERS),
        gs(parties, DELIMITERS),
        *sets,
        segment(DELIMITERS, "GE", str(len(sets)), str(number)),
        segment(DELIMITERS, "IEA", "1", f"{number:09}"),
    ]
    return "".join(parts).encode("ascii", "replace")


def _party(text: str) -> Party:
    try:
        return Party.parse(text)
    except ValueError as error:
        raise Unreadable(f"the file's envelope names {text!r}, to which no 997 can be written") from error


def _set(group: Group, number: str, *, refused: bool) -> str:
    verdict = (REJECTED, IN_ERROR) if refused else (ACCEPTED,)
    count = len(group.sets)
    content = [
        ("ST", "997", number),
        ("AK1", group.code, group.number),
        *_sets(group, verdict),
        ("AK9", verdict[0], str(count), str(count), "0" if refused else str(count)),
    ]
    trailer = ("SE", str(len(content) + 1), number)
    return "".join(segment(DELIMITERS, *one) for one in (*content, trailer))


def _sets(group: Group, verdict: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for one in group.sets:
        yield ("AK2", one.code, one.number)
        yield ("AK5", *verdict)
