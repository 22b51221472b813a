"""Shares, scores and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

Z95 = 1.959963984540054
DIGITS = 4


def wilson(count: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927, without continuity correction).

    Parameters
    ----------
    count : int
        Successes, 0 … n.
    n : int
        Trials, ≥ 0.

    Returns
    -------
    tuple of float
        Lower and upper end, 0–1, rounded to 4 places; (0, 1) where there are no trials.

    Examples
    --------
    >>> wilson(16, 100)
    (0.101, 0.2442)
    """
    if not n:
        return 0.0, 1.0
    share, z2 = count / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return round(max(middle - half, 0.0), DIGITS), round(min(middle + half, 1.0), DIGITS)


def share(count: int, n: int) -> float:
    """Share rounded to 4 places; 0 where there is nothing to share.

    Parameters
    ----------
    count, n : int
        Part and whole.

    Returns
    -------
    float
        0–1.
    """
    return round(count / n, DIGITS) if n else 0.0


def nps(scores: Sequence[int]) -> tuple[float, tuple[float, float]]:
    """Net Promoter Score (Reichheld, 2003): share of 9–10 less share of 0–6, in points.

    Parameters
    ----------
    scores : sequence of int
        0–10 each, at least one.

    Returns
    -------
    float
        −100 … 100, one decimal.
    tuple of float
        95 % interval from the normal approximation to the mean of values −100, 0, 100.

    Examples
    --------
    >>> nps([10, 9, 8, 3])
    (25.0, (-68.8, 100.0))
    """
    values = [100 * ((score >= 9) - (score <= 6)) for score in scores]
    n, mean = len(values), sum(values) / len(values)
    spread = sqrt(sum((value - mean) ** 2 for value in values) / max(n - 1, 1) / n)
    return round(mean, 1), (round(max(mean - Z95 * spread, -100.0), 1), round(min(mean + Z95 * spread, 100.0), 1))
