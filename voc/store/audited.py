"""Shares of a run corrected by those of its reviews that are a random audit.

Reviews of comments that people picked, or that the models were unsure of, say nothing of the rest. But the random queue shows comments
in one order for all (`voc.store.write.shuffled`), so whoever works through it reviews the beginning of that order, and the beginning
of a random order is a random sample, however each of its comments came to be reviewed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Connection, select

from voc.records import LABELS, Label
from voc.statistics.corrected import LEAST_AUDITED, corrected_share
from voc.statistics.records import AuditedShares, Corrected
from voc.store.people import ReviewRow
from voc.store.records import SENTIMENT
from voc.store.reviews import newest
from voc.store.tables import AnnotationRow

MOST_SKIPPED = 0.1  # of the sample: more, and those who judged chose


def audited_shares(connection: Connection, run_id: str, counts: Mapping[Label, int]) -> AuditedShares:
    """The audit of a run's sentiment, and what follows from it.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    counts : mapping of Label to int
        Comments of each sentiment, as the models say.

    Returns
    -------
    AuditedShares
        Corrected shares are suppressed where too few were reviewed.
    """
    of_sentiment = newest(run_id, ReviewRow.target == SENTIMENT)
    rows = select(ReviewRow.comment_id, ReviewRow.label).where(ReviewRow.id.in_(of_sentiment))
    judged: dict[int, str] = {row.comment_id: row.label for row in connection.execute(rows)}
    # No sample can be longer: of its comments all but MOST_SKIPPED are judged.
    order = select(AnnotationRow.comment_id, AnnotationRow.label).where(AnnotationRow.run_id == run_id)
    order = order.order_by(AnnotationRow.shuffled, AnnotationRow.comment_id).limit(int(len(judged) / (1 - MOST_SKIPPED)))
    first = connection.execute(order).all()
    reach = sample_length([row.comment_id in judged for row in first])
    pairs = [(row.label, judged[row.comment_id]) for row in first[:reach] if row.comment_id in judged]
    return AuditedShares(
        audited=len(pairs),
        skipped=reach - len(pairs),
        reviewed=len(judged),
        least=LEAST_AUDITED,
        corrected=tuple(_corrected(label, counts.get(label, 0), sum(counts.values()), pairs) for label in LABELS) if pairs else (),
    )


def sample_length(judged: Sequence[bool]) -> int:
    """How far into the random order the audit reaches.

    Parameters
    ----------
    judged : sequence of bool
        Whether each comment of the order was judged.

    Returns
    -------
    int
        The longest beginning that ends with a judged comment and of which at most `MOST_SKIPPED` were passed over.

    Examples
    --------
    >>> sample_length([True] * 19 + [False, True, False, False]), sample_length([False, True])
    (21, 0)
    """
    marks = np.asarray(judged, dtype=bool)
    enough = np.cumsum(marks) >= (1 - MOST_SKIPPED) * np.arange(1, len(marks) + 1)
    fits = np.flatnonzero(enough & marks)
    return int(fits[-1]) + 1 if len(fits) else 0


def _corrected(label: Label, count: int, n: int, pairs: Sequence[tuple[str, str]]) -> Corrected:
    """Which comments the models said it of matters only for those that were judged, so these stand first."""
    said = [model == label for model, _ in pairs]
    rest = count - sum(said)
    predicted = np.concatenate([np.array(said, dtype=bool), np.arange(n - len(said)) < rest])
    return corrected_share(predicted, range(len(pairs)), [person == label for _, person in pairs], label=label)
