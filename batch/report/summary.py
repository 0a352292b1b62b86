"""A day in two sentences and a few figures, for somebody who reads no further. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from batch.report.values import TROUBLES, Report
from batch.report.words import count, number

GOOD, LOOK, BAD, QUIET = "good", "look", "bad", "quiet"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number with what it counts. `mood`: of GOOD, LOOK, BAD and QUIET."""

    value: str
    what: str
    mood: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """`mood`: how the day went; `happened` and `wrong`: sentences."""

    mood: str
    happened: str
    wrong: str
    figures: tuple[Figure, ...]


def summary_of(report: Report) -> Summary:
    """The day in short."""
    return Summary(
        mood=_mood(report), happened=_happened(report), wrong=_wrong(report), figures=tuple(_figures(report))
    )


def is_empty(report: Report) -> bool:
    """Whether nothing came in, and no cart had a run."""
    return not _files(report) and not any(_runs(report))


def _mood(report: Report) -> str:
    if report.troubles or report.standing:
        return BAD
    if report.rows_refused:
        return LOOK
    return QUIET if is_empty(report) else GOOD


def _files(report: Report) -> int:
    return sum(feed.files for feed in report.feeds)


def _runs(report: Report) -> Iterator[int]:
    for cart in report.carts:
        yield cart.sent + cart.nothing_new + cart.failed + cart.held


def _happened(report: Report) -> str:
    files, told = _files(report), [cart for cart in report.carts if cart.sent]
    came = f"{count(files, 'file')} came in" if files else "Nothing came in"
    if not told:
        return f"{came}, and nothing was sent."
    documents = sum(cart.documents for cart in told)
    lines = sum(cart.lines for cart in told)
    went = "was" if documents == 1 else "were"
    return f"{came}; {count(documents, 'document')} with {count(lines, 'line')} {went} sent to {count(len(told), 'cart')}."


def _wrong(report: Report) -> str:
    parts = list(_troubles(report))
    if report.rows_refused:
        parts.append(f"{count(report.rows_refused, 'row')} refused")
    said = f"To look at: {', '.join(parts)}." if parts else "Nothing was refused, held or failed."
    standing = len(report.standing) + len(
        {(trouble.kind, trouble.subject) for trouble in report.troubles if trouble.stands}
    )
    if not standing:
        return said
    return f"{said} {number(standing)} {'condition stands' if standing == 1 else 'conditions stand'}."


def _troubles(report: Report) -> Iterator[str]:
    """How many of each kind, the worst first."""
    for kind in TROUBLES:
        for noun, of_runs in (("run", True), ("file", False)):
            times = sum(
                trouble.times
                for trouble in report.troubles
                if trouble.kind == kind and trouble.subject.startswith("cart ") == of_runs
            )
            if times:
                yield f"{count(times, noun)} {kind}"


def _figures(report: Report) -> Iterator[Figure]:
    rows = sum(feed.rows for feed in report.feeds)
    yield Figure(value=number(_files(report)), what="files in", mood=QUIET)
    yield Figure(value=number(rows), what="rows in", mood=QUIET)
    yield Figure(
        value=number(report.rows_refused), what="rows refused", mood=LOOK if report.rows_refused else QUIET
    )
    aside = sum(feed.quarantined + feed.held for feed in report.feeds)
    yield Figure(value=number(aside), what="files set aside", mood=BAD if aside else QUIET)
    yield Figure(
        value=number(sum(cart.documents for cart in report.carts)), what="documents sent", mood=QUIET
    )
    failed = sum(cart.failed for cart in report.carts)
    yield Figure(value=number(failed), what="runs failed", mood=BAD if failed else QUIET)
