"""What a run says against the last version: new, growing, fading, gone."""

from __future__ import annotations

from voc.codebook.records import Codebook
from voc.codebook.rules import Replay, rules_at
from voc.codebook.versions import outcome_of, uncommitted
from voc.metrics import wilson
from voc.records import Change, ChangeKind


def changes(before: Codebook, after: Codebook, outcome: Replay) -> tuple[Change, ...]:
    """Compare a run with the last version that was committed on one.

    Parameters
    ----------
    before : Codebook
        With the run before, on which the draft was made.
    after : Codebook
        With this run.
    outcome : Replay
        Of its rules on this run.

    Returns
    -------
    tuple of Change
        Of each active pain point, the most comments first.
    """
    counts, touched, found = outcome.counts(), _touched(before), set(uncommitted(after))
    last = next((version for version in reversed(after.versions) if version.comments), None)
    comments = (last.comments if last else 0, after.run.comments if after.run else 0)
    rows = []
    for point in after.pain_points:
        if point.status == "active":
            known = last.counts.get(point.id, None if point.id in found else 0) if last else None
            now = counts.get(point.id, 0)
            kind = "edited" if point.id in touched else _kind(known, now, *comments)
            bases = (comments[0] or None, comments[1] or None)
            row = Change(id=point.id, label=point.label, kind=kind, before=known, after=now, before_of=bases[0], after_of=bases[1])
            rows.append(row)
    return tuple(sorted(rows, key=lambda row: (-row.after, -(row.before or 0), row.id)))


def _touched(book: Codebook) -> set[str | None]:
    """Pain points that the draft gives members or takes them from."""
    homes = outcome_of(book, rules_at(book, book.version)).homes
    touched = {homes.get(ref) for edit in book.draft for ref in edit.members}
    for edit in book.draft:
        touched |= {edit.point} if edit.kind in ("merge", "split", "move", "restore") else set()
        touched |= {edit.into} if edit.kind in ("merge", "split") else set()
    return touched


def _kind(before: int | None, after: int, comments_before: int, comments_after: int) -> ChangeKind:
    if before is None:
        return "new" if after else "steady"
    if not after:
        return "gone" if before else "steady"
    (low_before, high_before), (low_after, high_after) = wilson(before, comments_before), wilson(after, comments_after)
    if low_after > high_before:
        return "growing"
    return "fading" if high_after < low_before else "steady"
