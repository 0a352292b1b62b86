"""Interchanges, groups and transaction sets of a document, with their control numbers checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from formats.errors import Unreadable
from formats.x12.order import ISA_ELEMENTS, check_order, marked_segments, tail_shown
from formats.x12.place import shown, unreadable
from formats.x12.segments import Segments


@dataclass(frozen=True, kw_only=True)
class TransactionSet:
    """`first` and `last`: rows of its ST and SE in the table. `stated`: SE01 as it stands there."""

    code: str
    number: str
    first: int
    last: int
    stated: str

    @property
    def counted(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, kw_only=True)
class Group:
    """GS to GE. `code`: GS01. `release`: GS08."""

    code: str
    sender: str
    receiver: str
    number: str
    release: str
    sets: tuple[TransactionSet, ...]


@dataclass(frozen=True, kw_only=True)
class Interchange:
    """ISA to IEA. Sender and receiver as `qualifier/id`, padding removed."""

    sender: str
    receiver: str
    version: str
    number: str
    usage: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, kw_only=True)
class Envelopes:
    """What a document consists of, and what was odd about its envelopes."""

    interchanges: tuple[Interchange, ...]
    warnings: tuple[str, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(group for interchange in self.interchanges for group in interchange.groups)

    @property
    def sets(self) -> tuple[TransactionSet, ...]:
        return tuple(one for group in self.groups for one in group.sets)


def read_envelopes(segments: Segments) -> Envelopes:
    """Reads and checks the envelopes of a document.

    A wrong SE01 is tolerated with a warning; wrong counts of sets or groups and control numbers that differ
    are not, as they mean that something is missing.

    Raises:
        Unreadable: truncated, out of order, or with control numbers or counts that do not agree.
    """
    marked = marked_segments(segments)
    check_order(segments, marked)
    warnings: list[str] = []
    interchanges = _nest(segments, marked, warnings)
    if segments.tail:
        warnings.append(f"text after the last segment was passed over: {tail_shown(segments)}")
    return Envelopes(interchanges=interchanges, warnings=tuple(warnings))


def _nest(segments: Segments, marked: list[tuple[int, str]], warnings: list[str]) -> tuple[Interchange, ...]:
    interchanges: list[Interchange] = []
    groups: list[Group] = []
    sets: list[TransactionSet] = []
    opened: dict[str, int] = {}
    odd_sets = Counter[str]()
    for row, name in marked:
        if name == "SE":
            sets.append(_set(segments, opened["ST"], row, odd_sets))
        elif name == "GE":
            groups.append(_group(segments, opened["GS"], row, tuple(sets)))
            sets.clear()
        elif name == "IEA":
            interchanges.append(_interchange(segments, opened["ISA"], row, tuple(groups)))
            groups.clear()
        else:
            opened[name] = row
    warnings.extend(_summary(odd_sets))
    return tuple(interchanges)


def _summary(odd_sets: Counter[str]) -> list[str]:
    if not odd_sets:
        return []
    more = f" (and so in {len(odd_sets) - 1} more sets)" if len(odd_sets) > 1 else ""
    return [next(iter(odd_sets)) + more]


def _set(segments: Segments, first: int, last: int, odd_sets: Counter[str]) -> TransactionSet:
    _check_numbers(segments, (first, 2), (last, 2))
    one = TransactionSet(
        code=segments.text(first, 1).strip(),
        number=segments.text(first, 2).strip(),
        first=first,
        last=last,
        stated=segments.text(last, 1).strip(),
    )
    if not same_number(one.stated, str(one.counted)):
        odd_sets[
            f"{segments.place(last, 1)} counts {shown(one.stated)} segments where {one.counted} stand"
        ] += 1
    return one


def _group(segments: Segments, first: int, last: int, sets: tuple[TransactionSet, ...]) -> Group:
    _check_numbers(segments, (first, 6), (last, 2))
    _check_count(segments, last, len(sets), "transaction sets")
    kind, sender, receiver, _, _, number, _, release = (segments.text(first, n).strip() for n in range(1, 9))
    return Group(code=kind, sender=sender, receiver=receiver, number=number, release=release, sets=sets)


def _interchange(segments: Segments, first: int, last: int, groups: tuple[Group, ...]) -> Interchange:
    _check_numbers(segments, (first, 13), (last, 2))
    _check_count(segments, last, len(groups), "groups")
    elements = [segments.text(first, n).strip() for n in range(ISA_ELEMENTS + 1)]
    return Interchange(
        sender=f"{elements[5]}/{elements[6]}",
        receiver=f"{elements[7]}/{elements[8]}",
        version=elements[12],
        number=elements[13],
        usage=elements[15],
        groups=groups,
    )


def _check_numbers(segments: Segments, opening: tuple[int, int], closing: tuple[int, int]) -> None:
    number, again = segments.text(*opening).strip(), segments.text(*closing).strip()
    if not number or not same_number(number, again):
        raise unreadable(
            segments.place(*closing),
            found=f"control number {shown(again)}",
            expected=f"{shown(number)} as in {segments.place(*opening)}",
        )


def _check_count(segments: Segments, row: int, counted: int, what: str) -> None:
    stated = segments.text(row, 1).strip()
    if not same_number(stated, str(counted)):
        raise unreadable(
            segments.place(row, 1),
            found=f"{shown(stated)} {what} stated",
            expected=f"{counted}, as many as stand there; part of the file may be missing",
        )


def same_number(one: str, other: str) -> bool:
    """Whether two numbers agree, leading zeros aside."""
    return one.lstrip("0") == other.lstrip("0") and bool(one) == bool(other)


def sets_named(envelopes: Envelopes, name: str) -> tuple[TransactionSet, ...]:
    """The sets of that code.

    Raises:
        Unreadable: there is none; names those that are there.
    """
    named = tuple(one for one in envelopes.sets if one.code == name)
    if not named:
        others = ", ".join(sorted({shown(one.code) for one in envelopes.sets})[:10]) or "none"
        raise Unreadable(f"there is no {name} in this file; the sets found are: {others}")
    return named
