"""Intervals of all figures of a gold set, from one set of resamples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voc.classify.head import Doubles
from voc.evaluate.measures import Measure

RESAMPLES = 1000
_WEIGHTS_AT_ONCE = 1_000_000  # 8 MB


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
