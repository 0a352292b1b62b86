"""Acknowledgements: which document of ours each is about, and what it says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from batch.config import Cart
from batch.context import Context
from batch.counts import Counts
from batch.ledger import acks, files
from batch.ledger.acks import AckRecord, ErrorRecord
from batch.ledger.files import FeedKey, FileRecord, LedgerRow
from batch.model import no_rejects
from batch.reconcile import verdicts
from batch.settings import series_of
from formats.acknowledgement.reader import read_acknowledgements
from formats.acknowledgement.values import GroupVerdict, SegmentError, SetVerdict, Verdict
from formats.edi846.locate import elements_at, skus_at
from formats.errors import Unreadable

INTERCHANGE = "TA1"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A verdict, and the row of our document (of the outbox) that it is about."""

    group: GroupVerdict
    document: LedgerRow


def record(context: Context, file: FileRecord, data: bytes) -> FileRecord:
    """Records a file of acknowledgements; one row for each group that it speaks of. Returns what was recorded."""
    try:
        found = read_acknowledgements(data)
    except Unreadable as error:
        return _written(context, replace(file, status="quarantined", reason=str(error)), [])
    judged: list[Judged] = []
    odd: list[str] = []
    with context.ledger.read() as connection:
        for group in found.groups:
            document = _document(connection, file.feed, group)
            if document is None:
                odd.append(f"{_title(group)} is about no document of ours")
            elif not _says_nothing(group):
                judged.append(Judged(group=group, document=document))
    rows = len(found.groups)
    counts = Counts(rows=rows, applied=len(judged), ignored=rows - len(judged))
    warnings = (*found.warnings, *odd, *(sentence(each) for each in judged if _is_bad(each.group)))
    return _written(context, replace(file, counts=counts, warnings=warnings), judged)


def _document(connection: Connection, feed: FeedKey, group: GroupVerdict) -> LedgerRow | None:
    """The document of the pair that the acknowledgement's ids name; of the feed's cart, if they name none of ours."""
    if not group.number.isdecimal() or feed.merchant is None:
        return None
    series, number = series_of(group.receiver, group.sender), int(group.number)
    if acks.is_series(connection, series):
        return acks.find_document(connection, series, number)
    return acks.find_of_cart(connection, feed.merchant, feed.name, number)


def _title(group: GroupVerdict) -> str:
    return f"{group.kind} for control number {group.number} from {group.sender} to {group.receiver}"


def _says_nothing(group: GroupVerdict) -> bool:
    """A TA1 that accepts an interchange is no verdict on what is in it: the 997 is still to come."""
    return group.kind == INTERCHANGE and group.verdict == Verdict.ACCEPTED


def _is_bad(group: GroupVerdict) -> bool:
    return verdicts.of_document(group) != Verdict.ACCEPTED


def sentence(judged: Judged) -> str:
    """What a partner that is not content says, in a sentence."""
    document, group = judged.document, judged.group
    reasons = [*group.reasons, *(reason for each in group.sets for reason in each.reasons)]
    errors = sum(len(each.errors) for each in group.sets)
    told = [*dict.fromkeys(reasons), *([f"errors: {errors}, `stockferry acks` lists them"] if errors else [])]
    verdict = verdicts.of_document(group).value
    return (
        f"cart {document.merchant}/{document.cart}: the partner's {group.kind} says {verdict} of {document.name} "
        f"(run {document.run})" + (f": {'; '.join(told)}" if told else "")
    )


def _written(context: Context, file: FileRecord, judged: Sequence[Judged]) -> FileRecord:
    records = [record for each in judged for record in _records(context, each)]
    with context.ledger.write() as connection:
        number = files.record_file(connection, file, no_rejects())
        for record in records:
            acks.record(connection, number, record)
        for each in judged:
            acks.judge_document(connection, each.document.id, verdicts.of_document(each.group).value)
        for run in dict.fromkeys(each.document.run for each in judged):
            said = [Verdict(one) if one else None for one in acks.verdicts_of(connection, run)]
            acks.judge_run(connection, run, verdicts.of_run(said))
    return file


def _records(context: Context, judged: Judged) -> list[AckRecord]:
    group = judged.group
    whole = AckRecord(
        document=judged.document.id,
        kind=group.kind,
        set="",
        verdict=group.verdict.value,
        reason="; ".join(group.reasons),
    )
    return [whole, *(_of_set(context, judged, each) for each in group.sets)]


def _of_set(context: Context, judged: Judged, verdict: SetVerdict) -> AckRecord:
    return AckRecord(
        document=judged.document.id,
        kind=judged.group.kind,
        set=verdict.number,
        verdict=verdict.verdict.value,
        reason="; ".join(verdict.reasons),
        errors=_errors(context, judged.document, verdict) if verdict.errors else (),
    )


def _errors(context: Context, document: LedgerRow, verdict: SetVerdict) -> tuple[ErrorRecord, ...]:
    """What was found wrong, with the segment as it stands in our document and the SKU of its LIN."""
    data = context.archive.get(document.sha256)
    places = [(verdict.number, error.position) for error in verdict.errors]
    skus = skus_at(data, places, _products(context, document))
    segments = elements_at(data, places)
    return tuple(
        _error(error, segment, sku)
        for error, segment, sku in zip(verdict.errors, segments, skus, strict=True)
    )


def _error(error: SegmentError, segment: str, sku: str | None) -> ErrorRecord:
    return ErrorRecord(
        position=error.position,
        segment=segment or error.segment,
        element=f"{error.segment}{error.element:02}" if error.element else "",
        value=error.value,
        reason=error.reason,
        sku=sku,
    )


def _products(context: Context, document: LedgerRow) -> dict[str, str]:
    """The LIN qualifiers of the cart's documents as it is configured; nothing if it is not configured any more."""
    merchant = context.configuration.merchants.get(document.merchant)
    cart: Cart | None = merchant.carts.get(document.cart) if merchant else None
    return dict(getattr(cart.writing, "products", {})) if cart else {}
