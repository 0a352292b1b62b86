"""What a partner's verdicts on parts come to for the whole."""

from __future__ import annotations

from collections.abc import Sequence

from formats.acknowledgement.values import GroupVerdict, Verdict

REFUSED = (Verdict.REJECTED, Verdict.PARTIAL)


def of_document(group: GroupVerdict) -> Verdict:
    """The verdict on the group that a document consists of: the group's own and those of its sets together."""
    if group.verdict == Verdict.REJECTED:
        return Verdict.REJECTED
    return together([group.verdict, *(each.verdict for each in group.sets)])


def of_run(documents: Sequence[Verdict | None]) -> Verdict | None:
    """The verdict on a run: None as long as a document has none, unless another is refused already."""
    judged = [verdict for verdict in documents if verdict is not None]
    if len(judged) == len(documents):
        return together(judged) if judged else None
    return Verdict.PARTIAL if any(verdict in REFUSED for verdict in judged) else None


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """All rejected: rejected. Some refused: partial. Else the worst of them."""
    if all(verdict == Verdict.REJECTED for verdict in verdicts):
        return Verdict.REJECTED
    if any(verdict in REFUSED for verdict in verdicts):
        return Verdict.PARTIAL
    return max(verdicts, key=(Verdict.ACCEPTED, Verdict.ACCEPTED_WITH_ERRORS).index)
