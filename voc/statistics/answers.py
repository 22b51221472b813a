"""Scores of all respondents, whether they wrote something or not: what satisfaction is counted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from voc.statistics.columns import OF_ROWS, Columns
from voc.statistics.factor import Factor, Ints
from voc.statistics.intervals import Doubles


@dataclass(frozen=True)
class Answers:
    """Comments, and behind them a row for each respondent who wrote nothing.

    Parameters
    ----------
    respondent : ndarray of shape (n,)
        Number of the respondent: comments of one row of a table share theirs.
    factors : mapping of str to Factor
        Segments, as the rows of the tables say; nobody who wrote nothing answered a question.
    scores : mapping of str to ndarray of shape (n,)
        NaN where none.
    weights : ndarray of shape (n,), optional
        Survey weights, > 0.
    """

    respondent: Ints
    factors: Mapping[str, Factor]
    scores: Mapping[str, Doubles]
    weights: Doubles | None = None

    @property
    def first(self) -> Ints:  # numpydoc ignore=RT01
        """Row that stands for each respondent."""
        return np.unique(self.respondent, return_index=True)[1]


def answers_of(columns: Columns) -> Answers:
    """All scores of a batch.

    Parameters
    ----------
    columns : Columns
        Of the batch.

    Returns
    -------
    Answers
        Of comments in their order, then of those who wrote nothing.
    """
    more = columns.wordless
    if not len(more):
        return Answers(columns.respondent, columns.factors, columns.scores, columns.weights)
    n, m = len(columns), len(more)
    blank = {field: names for field in OF_ROWS if any(names := more.names.get(field, ()))}
    nobody = Factor((), np.full(n, -1))
    return Answers(
        respondent=np.concatenate([columns.respondent, columns.respondent.max(initial=-1) + 1 + np.arange(m)]),
        factors={
            field: Factor.of([*columns.factors.get(field, nobody).names, *blank.get(field, [None] * m)])
            for field in {**columns.factors, **blank}
        },
        scores={
            name: np.concatenate([columns.scores.get(name, np.full(n, np.nan)), more.scores.get(name, np.full(m, np.nan))])
            for name in {**columns.scores, **more.scores}
        },
        weights=None if columns.weights is None or more.weights is None else np.concatenate([columns.weights, more.weights]),
    )
