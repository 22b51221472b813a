"""From measures to figures with intervals: of all comments, of each label, of each slice. Evaluation and training both come here."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.classify.head import Doubles
from voc.evaluate.measures import RESAMPLES, Measure, bootstrap, f1, ratio
from voc.evaluate.records import Figure, LabelScore, Slice
from voc.evaluate.slices import SMALLEST, Piece
from voc.metrics import DIGITS


def all_figures(measures: Mapping[str, Measure], rows: NDArray[np.intp], resamples: int = RESAMPLES, seed: int = 42) -> dict[str, Figure]:
    """Those figures of some comments that are known of any of them.

    Parameters
    ----------
    measures : mapping of str to Measure
        By the figure's name, all of the same comments.
    rows : ndarray of shape (n_rows,)
        Indices of the comments asked for, at least one.
    resamples : int
        Of the bootstrap, ≥ 1.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict of str to Figure
        In the same order.
    """
    known = {
        figure: Measure(counts[rows], value, here)
        for figure, (counts, value, known) in measures.items()
        if (here := known[rows]).any() and counts.shape[1]
    }
    if not known:
        return {}
    intervals = bootstrap(list(known.values()), len(rows), resamples=resamples, seed=seed)
    return {
        figure: Figure(
            n=int(measure.known.sum()),
            value=round(float(measure.value(measure.counts.sum(axis=0))), DIGITS),
            interval=(round(low, DIGITS), round(high, DIGITS)),
        )
        for (figure, measure), (low, high) in zip(known.items(), intervals, strict=True)
    }


def slice_figures(
    measures: Mapping[str, Measure], pieces: Sequence[Piece], resamples: int = RESAMPLES, seed: int = 42
) -> tuple[Slice, ...]:
    """Figures of the comments of each source and kind.

    Parameters
    ----------
    measures : mapping of str to Measure
        By the figure's name, all of the same comments.
    pieces : sequence of Piece
        As of `slice_comments`.
    resamples : int
        Of the bootstrap, ≥ 1.
    seed : int
        Of the bootstrap.

    Returns
    -------
    tuple of Slice
        In the same order.
    """
    return tuple(
        Slice(group=group, name=name, n=len(rows), too_small=len(rows) < SMALLEST, figures=all_figures(measures, rows, resamples, seed))
        for group, name, rows in pieces
    )


def label_scores(labels: Sequence[Hashable], counts: Doubles) -> dict[Any, LabelScore]:
    """Precision, recall and F1 of each label.

    Parameters
    ----------
    labels : sequence of length n_labels
        Their names.
    counts : ndarray of shape (n_comments, n_labels, 3)
        As of `set_counts`.

    Returns
    -------
    dict of str to LabelScore
        In the order of `labels`.
    """
    sums = counts.sum(axis=0)
    right, extra, missed = sums.T
    figures = np.round([ratio(right, right + extra), ratio(right, right + missed), f1(sums)], DIGITS)
    return {
        label: LabelScore(n=int(uses), precision=precision, recall=recall, f1=harmonic)
        for label, uses, precision, recall, harmonic in zip(labels, right + missed, *figures.tolist(), strict=True)
    }


def most_frequent_first(scores: dict[str, LabelScore]) -> dict[str, LabelScore]:
    """The same labels, sorted by their gold uses.

    Parameters
    ----------
    scores : dict of str to LabelScore
        As of `label_scores`.

    Returns
    -------
    dict of str to LabelScore
        Labels of equal use by name.
    """
    return dict(sorted(scores.items(), key=lambda item: (-item[1].n, item[0])))
