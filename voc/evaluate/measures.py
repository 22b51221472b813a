"""Figures as functions of summed counts, so that a resample of the comments is no more than a weighted sum; their intervals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voc.classify.head import Doubles

FREQUENT = 8  # gold uses that a label needs to count in a macro-F1
RESAMPLES = 1000
_WEIGHTS_AT_ONCE = 1_000_000  # 8 MB


class Measure(NamedTuple):
    """A figure: what each comment adds, and what the sums mean.

    Parameters
    ----------
    counts : ndarray of shape (n_comments, …)
        What each comment adds; zeros for comments that the gold set does not speak of in this respect.
    value : callable
        Sums of shape (…, *counts.shape[1:]) → figures of shape (…).
    known : ndarray of shape (n_comments,)
        Which comments the figure rests on.
    """

    counts: Doubles
    value: Callable[[Doubles], Doubles]
    known: NDArray[np.bool_]


def ratio(part: Doubles, whole: Doubles) -> Doubles:
    """Part of the whole, 0 where there is no whole.

    Parameters
    ----------
    part, whole : ndarray of one shape
        Sums, ≥ 0.

    Returns
    -------
    ndarray of the same shape
        Their quotient.
    """
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def rate(sums: Doubles) -> Doubles:
    """Share or mean.

    Parameters
    ----------
    sums : ndarray of shape (…, 2)
        Successes (or values) and trials.

    Returns
    -------
    ndarray of shape (…)
        0 where there are no trials.
    """
    return ratio(sums[..., 0], sums[..., 1])


def f1(sums: Doubles) -> Doubles:
    """F1, the harmonic mean of precision and recall (van Rijsbergen, 1979).

    Parameters
    ----------
    sums : ndarray of shape (…, 3)
        True positives, false positives, false negatives.

    Returns
    -------
    ndarray of shape (…)
        0–1; 0 where nothing was to be found and nothing was.

    Examples
    --------
    >>> f1(np.array([[3.0, 1.0, 1.0], [0.0, 0.0, 0.0]])).tolist()
    [0.75, 0.0]
    """
    right, extra, missed = np.moveaxis(sums, -1, 0)
    return ratio(2 * right, 2 * right + extra + missed)


def macro_f1(sums: Doubles) -> Doubles:
    """Mean F1 of the labels that occur; one that no comment has or gets says nothing of the model, in a slice as in a resample.

    Parameters
    ----------
    sums : ndarray of shape (…, n_labels, 3)
        As of `f1`.

    Returns
    -------
    ndarray of shape (…)
        0–1.
    """
    return ratio(f1(sums).sum(axis=-1), sums.any(axis=-1).sum(axis=-1).astype(float))


def micro(counts: Doubles, known: NDArray[np.bool_]) -> Measure:
    """Micro-F1: of all labels together.

    Where every comment has and gets one label, each error is one false positive and one false negative: micro-F1 is the accuracy.

    Parameters
    ----------
    counts : ndarray of shape (n_comments, n_labels, 3)
        As of `set_counts`.
    known : ndarray of shape (n_comments,)
        Which comments count.

    Returns
    -------
    Measure
        Of those comments.
    """
    return Measure(counts.sum(axis=1), f1, known)


def macro(counts: Doubles, known: NDArray[np.bool_], least: int = 0) -> Measure:
    """Macro-F1: mean of the labels' F1.

    Parameters
    ----------
    counts : ndarray of shape (n_comments, n_labels, 3)
        As of `set_counts`.
    known : ndarray of shape (n_comments,)
        Which comments count.
    least : int
        Gold uses that a label needs to count.

    Returns
    -------
    Measure
        Of those comments.
    """
    uses = (counts[..., 0] + counts[..., 2]).sum(axis=0)
    return Measure(counts[:, uses >= least], macro_f1, known)


def set_counts(gold: Sequence[Collection[Hashable]], said: Sequence[Collection[Hashable]], labels: Sequence[Hashable]) -> Doubles:
    """Compare the labels given to each comment with those it should have.

    Parameters
    ----------
    gold, said : sequence of sets, length n_comments
        Labels that it has, labels that were given.
    labels : sequence of length n_labels
        Those that count; others are passed over.

    Returns
    -------
    ndarray of shape (n_comments, n_labels, 3)
        1 in its place for a true positive, false positive, false negative.

    Examples
    --------
    >>> set_counts([{"delivery"}], [{"delivery", "packaging"}], ["delivery", "packaging"]).tolist()
    [[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    """
    return mark_counts(_marks(gold, labels), _marks(said, labels))


def mark_counts(should: NDArray[np.bool_], does: NDArray[np.bool_]) -> Doubles:
    """The same of labels that are marked already.

    Parameters
    ----------
    should, does : ndarray of shape (n_comments, n_labels)
        Labels that it has, labels that were given.

    Returns
    -------
    ndarray of shape (n_comments, n_labels, 3)
        As of `set_counts`.
    """
    return np.stack([should & does, does & ~should, should & ~does], axis=-1).astype(float)


def bootstrap(measures: Sequence[Measure], n: int, *, resamples: int = RESAMPLES, seed: int = 42) -> list[tuple[float, float]]:
    """95 % percentile-bootstrap intervals over comments (Efron, 1979).

    A resample is how often each comment was drawn (multinomial weights), so that its sums are one product of matrices; all measures
    share the resamples.

    Parameters
    ----------
    measures : sequence of Measure, length n_measures ≥ 1
        Of the same comments.
    n : int
        Number of comments, ≥ 1.
    resamples : int
        How many, ≥ 1.
    seed : int
        Of the resamples.

    Returns
    -------
    list of (float, float), length n_measures
        Lower and upper end.
    """
    rng = np.random.default_rng(seed)
    block = max(_WEIGHTS_AT_ONCE // n, 1)
    flat = np.hstack([measure.counts.reshape(n, -1) for measure in measures])
    sums = np.vstack([_draw(rng, min(block, resamples - start), n) @ flat for start in range(0, resamples, block)])
    intervals, column = [], 0
    for counts, value, _ in measures:
        until = column + counts[0].size
        low, high = np.percentile(value(sums[:, column:until].reshape(resamples, *counts.shape[1:])), (2.5, 97.5))
        intervals.append((float(low), float(high)))
        column = until
    return intervals


def _draw(rng: np.random.Generator, resamples: int, n: int) -> Doubles:
    """How often each comment occurs in each resample; counting draws is several times faster than `Generator.multinomial`."""
    drawn = rng.integers(n, size=(resamples, n)) + np.arange(resamples)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=resamples * n).reshape(resamples, n).astype(float)


def _marks(sets: Sequence[Collection[Hashable]], labels: Sequence[Hashable]) -> NDArray[np.bool_]:
    return np.array([[label in one for label in labels] for one in sets], dtype=bool).reshape(len(sets), len(labels))
