"""What went wrong on a day, and which rows could not be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Connection

from batch.days import Span
from batch.ledger import days
from batch.ledger.files import LedgerRow
from batch.report.values import TROUBLES, Example, Refused, Trouble
from batch.watch.conditions import Condition

GROUPS, EXAMPLES = 15, 3
MOST_FILES = 100


def _title(row: LedgerRow) -> str:
    return f"{row.merchant or 'account'}/{row.feed_name}"


def troubles_of(connection: Connection, during: Span, merchant: str | None) -> list[Trouble]:
    """The worst first, then the latest."""
    found = [
        Trouble(
            kind=row.amiss,
            subject=f"cart {row.merchant}/{row.cart}",
            text=_reason(row),
            at=row.now,
            times=row.times,
        )
        for row in days.amiss(connection, during, merchant)
    ]
    found += [
        Trouble(
            kind="quarantined",
            subject=f"feed {_title(row)}",
            text=f"{row.name}: {row.reason}",
            at=row.received_at,
        )
        for row in days.quarantined(connection, during, merchant, MOST_FILES)
    ]
    found += [
        Trouble(
            kind="held",
            subject=f"file {row.file} ({row.name})",
            text=row.reason if row.status == "open" else f"{row.reason}; {row.status} since",
            at=row.created_at,
        )
        for row in days.held_files(connection, during, merchant, MOST_FILES)
    ]
    return sorted(found, key=lambda each: (TROUBLES.index(each.kind), -each.at.timestamp(), each.subject))


def _reason(row: LedgerRow) -> str:
    """Why a run is among what went wrong."""
    if row.amiss == "turned down":
        return f"{row.document}: the partner's word is {row.ack} (run {row.id})"
    reason = row.reason.removeprefix(f"cart {row.merchant}/{row.cart}: ")
    return f"{reason} (run {row.id})"


def with_condition(trouble: Trouble, conditions: Sequence[Condition]) -> Trouble:
    """What went wrong, in the words of the condition that stands because of it, if one does."""
    for condition in conditions:
        if (condition.kind, condition.subject) == (trouble.kind, trouble.subject) and (
            trouble.kind != "quarantined" or condition.text.startswith(trouble.text)
        ):
            return replace(trouble, text=condition.text, stands=True)
    return trouble


def refused_rows(connection: Connection, during: Span, merchant: str | None) -> Iterator[Refused]:
    """Rows that could not be used: the largest groups of one feed, column and reason, with examples."""

    def group(row: LedgerRow) -> tuple[str, str, str]:
        return row.feed, row.column, row.reason

    rows = days.refused_rows(connection, during, merchant, groups=GROUPS, examples=EXAMPLES)
    for (_, column, reason), members in groupby(rows, group):
        examples = list(members)
        yield Refused(
            feed=_title(examples[0]),
            column=column,
            reason=reason,
            rows=examples[0].total,
            examples=tuple(
                Example(file=row.name, line=row.line, value=row.value, sku=row.sku) for row in examples
            ),
        )
