"""Shares, scores and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

Z95 = 1.959963984540054
DIGITS = 4


def wilson(count: float, n: float) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927, without continuity correction).

    Parameters
    ----------
    count : float
        Successes, 0 … n.
    n : float
        Trials, ≥ 0; with survey weights, their effective number.

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


def promoter_balance(up: float, down: float, n: float) -> tuple[float, float]:
    """95 % interval of a share less another share of the same answers.

    Agresti & Min (Simple improved confidence intervals for comparing matched proportions, Statistics in Medicine 24, 2005): the
    variance of the answers +1, 0, −1 after ½ more of either kind and one more of neither. Where all answers agree it still has a width.

    Parameters
    ----------
    up, down : float
        Answers of either kind.
    n : float
        Answers; with survey weights, their effective number.

    Returns
    -------
    tuple of float
        Lower and upper end, −1 … 1.
    """
    high, low, whole = (up + 0.5) / (n + 2), (down + 0.5) / (n + 2), n + 2
    middle = high - low
    half = Z95 * sqrt((high + low - middle**2) / whole)
    return max(middle - half, -1.0), min(middle + half, 1.0)


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
        95 % interval, as of `promoter_balance`.

    Examples
    --------
    >>> nps([10, 9, 8, 3])
    (25.0, (-47.3, 80.6))
    """
    promoters, detractors, n = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores), len(scores)
    low, high = promoter_balance(promoters, detractors, n)
    return round(100 * (promoters - detractors) / n, 1), (round(100 * low, 1), round(100 * high, 1))
