"""Figures with intervals: what every other module of the statistics builds on."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from voc.metrics import DIGITS, Z95, promoter_balance, wilson
from voc.statistics.records import Figure, Pair

Doubles = NDArray[np.float64]
LEAST = 30  # answers below which a figure is not shown: its interval would be wider than any use of it
WILSON = "Wilson 1927"
NEWCOMBE = "Newcombe 1998, method 10"
STUDENT = "Student's t"
STUDENT_OF_SCALE = "Student's t, ½ answer more at either end of the scale"


def effective_number(values: Doubles, weights: Doubles) -> float:
    """Effective number of answers: how many of equal weight would be as sure of the mean (Korn & Graubard, Survey Methodology 24, 1998).

    Variance of the answers ÷ linearised variance of their weighted mean, but at most Kish's (Σw)² ÷ Σw² (Survey Sampling, 1965, section
    11.7). Where those of much weight differ more than the others it is less, and Kish's would hold 92 %; where one weight outdoes all,
    its linearised variance would be too small.

    Parameters
    ----------
    values : ndarray of shape (n,)
        No NaN; a share's are 0 and 1.
    weights : ndarray of shape (n,)
        > 0 each.

    Returns
    -------
    float
        At most n; 0 for none.

    Examples
    --------
    >>> effective_number(np.array([5.0, 5.0, 5.0]), np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    if not len(weights):
        return 0.0
    kish = float(weights.sum() ** 2 / (weights**2).sum())
    squares = (values - np.average(values, weights=weights)) ** 2
    if not squares.any():
        return kish
    return min(kish, float((weights * squares).sum() * weights.sum() / (weights**2 * squares).sum()))


def suppressed(n: int, method: str) -> Figure:
    """A figure that rests on too few to be shown.

    Parameters
    ----------
    n : int
        What it would rest on.
    method : str
        By which it would have been made.

    Returns
    -------
    Figure
        Without a value, flagged.
    """
    return Figure(value=None, n=n, method=method, suppressed=True)


def share_figure(count: float, n: int, *, effective: float | None = None, least: int = LEAST) -> Figure:
    """A share with its Wilson interval.

    Parameters
    ----------
    count : float
        Successes; with weights, their share × `n`.
    n : int
        Trials.
    effective : float, optional
        Effective number of trials, where weights were used.
    least : int
        Trials below which nothing is shown.

    Returns
    -------
    Figure
        0–1.

    Examples
    --------
    >>> share_figure(16, 100).interval
    (0.101, 0.2442)
    """
    if n < max(least, 1):
        return suppressed(n, WILSON)
    sure = n if effective is None else effective
    value = count / n
    return Figure(value=_round(value), interval=wilson(value * sure, sure), n=n, n_effective=_maybe(effective), method=WILSON)


def balance_figure(up: float, down: float, n: int, *, scale: float = 1.0, effective: float | None = None, least: int = LEAST) -> Figure:
    """Share of one kind less share of another, of the same answers: NPS, net sentiment.

    Interval of Agresti & Min (Simple improved confidence intervals for comparing matched proportions, Statistics in Medicine 24,
    2005): the variance of the answers +1, 0, −1 after ½ more of either kind and one more of neither. Unlike the bare variance it
    holds its level where n is small or all agree.

    Parameters
    ----------
    up, down : float
        Answers of either kind.
    n : int
        Answers.
    scale : float
        100 for points.
    effective : float, optional
        Effective number of answers, where weights were used.
    least : int
        Answers below which nothing is shown.

    Returns
    -------
    Figure
        −scale … scale.

    Examples
    --------
    >>> balance_figure(50, 20, 100, scale=100).interval
    (14.2601, 44.5635)
    """
    method = "Agresti & Min 2005"
    if n < max(least, 1):
        return suppressed(n, method)
    sure = n if effective is None else effective
    low, high = promoter_balance(up / n * sure, down / n * sure, sure)
    value = scale * (up - down) / n
    return Figure(
        value=_round(value), interval=(_round(scale * low), _round(scale * high)), n=n, n_effective=_maybe(effective), method=method
    )


def mean_figure(values: Doubles, weights: Doubles | None = None, *, scale: Pair | None = None, least: int = LEAST) -> Figure:
    """A mean with Student's interval.

    Where the answers have a scale, its mean and variance are those after half an answer more at either end of it, as Agresti & Min
    (2005) do for two ends alone. Of fifty answers nine tenths of which are the best, the bare interval holds the truth 88 times in a
    hundred: whoever drew none of the bad ones thinks that there are none.

    Parameters
    ----------
    values : ndarray of shape (n,)
        No NaN.
    weights : ndarray of shape (n,), optional
        Survey weights, > 0.
    scale : (float, float), optional
        Lowest and highest answer there can be.
    least : int
        Values below which nothing is shown; never fewer than 2.

    Returns
    -------
    Figure
        In the unit of the values; with weights, as sure as their effective number.

    Examples
    --------
    >>> mean_figure(np.array([5.0] * 50), scale=(1, 5)).interval
    (4.8488, 5.0)
    """
    n, method = len(values), STUDENT if scale is None else STUDENT_OF_SCALE
    if n < max(least, 2):
        return suppressed(n, method)
    sure = n if weights is None else effective_number(values, weights)
    mass = np.ones(n) if weights is None else weights * sure / weights.sum()
    low, high = scale or (-np.inf, np.inf)
    seen, mass = (values, mass) if scale is None else (np.append(values, scale), np.append(mass, (0.5, 0.5)))
    size = float(mass.sum())
    middle = float(np.average(seen, weights=mass))
    variance = float(np.average((seen - middle) ** 2, weights=mass)) * size / max(size - 1, 1e-9)
    half = float(stats.t.ppf(0.975, max(sure - 1, 1))) * sqrt(variance / size)
    return Figure(
        value=_round(float(np.average(values, weights=weights))),
        interval=(_round(max(middle - half, low)), _round(min(middle + half, high))),
        n=n,
        n_effective=None if weights is None else _maybe(sure),
        method=method,
    )


def mover(one: float, of_one: Pair, other: float, of_other: Pair) -> Pair:
    """Interval of a difference out of the intervals of its two independent terms (Zou & Donner, Statistics in Medicine 27, 2008).

    Of two Wilson intervals this is Newcombe's method 10 (Statistics in Medicine 17, 1998).

    Parameters
    ----------
    one : float
        First term.
    of_one : (float, float)
        Its 95 % interval.
    other : float
        Second term: one − other.
    of_other : (float, float)
        Its 95 % interval.

    Returns
    -------
    (float, float)
        Lower and upper end.

    Examples
    --------
    >>> mover(0.5, (0.4, 0.6), 0.2, (0.1, 0.3))
    (0.1586, 0.4414)
    """
    low = one - other - sqrt((one - of_one[0]) ** 2 + (of_other[1] - other) ** 2)
    high = one - other + sqrt((of_one[1] - one) ** 2 + (other - of_other[0]) ** 2)
    return _round(low), _round(high)


def difference_figure(count: int, n: int, count_other: int, n_other: int, *, least: int = LEAST) -> Figure:
    """Difference of two independent shares, with Newcombe's interval.

    Parameters
    ----------
    count, n, count_other, n_other : int
        Successes and trials of either.
    least : int
        Trials that both need.

    Returns
    -------
    Figure
        First − second, −1…1; n is that of both.

    Examples
    --------
    >>> difference_figure(56, 70, 48, 80).interval  # Newcombe's own example
    (0.0524, 0.3339)
    """
    if min(n, n_other) < max(least, 1):
        return suppressed(n + n_other, NEWCOMBE)
    one, other = count / n, count_other / n_other
    return Figure(
        value=_round(one - other),
        interval=mover(one, wilson(count, n), other, wilson(count_other, n_other)),
        n=n + n_other,
        method=NEWCOMBE,
    )


def mid_p(count: ArrayLike, n: ArrayLike, total: ArrayLike, everything: ArrayLike) -> Doubles:
    """Fisher's exact test of two shares, with mid-p (Lancaster, 1961): half the probability of the very outcome counts.

    Parameters
    ----------
    count, n : array_like of int
        Successes and trials of the part.
    total, everything : array_like of int
        Successes and trials of part and rest together.

    Returns
    -------
    ndarray of float
        Two-sided p, twice the smaller tail, at most 1.

    Examples
    --------
    >>> round(float(mid_p(7, 12, 9, 30)), 4)
    0.0097
    """
    law = stats.hypergeom(np.asarray(everything), np.asarray(total), np.asarray(n))
    half = law.pmf(count) / 2
    return np.asarray(np.minimum(2 * np.minimum(law.cdf(count) - half, law.sf(count) + half), 1.0), dtype=float)


def false_discovery(p: ArrayLike) -> Doubles:
    """Smallest false-discovery rate at which each test would be reported (Benjamini & Hochberg, JRSS B 57, 1995).

    Parameters
    ----------
    p : array_like of shape (n_tests,)
        NaN where no test was made; it stays NaN and counts for nothing.

    Returns
    -------
    ndarray of shape (n_tests,)
        0–1.

    Examples
    --------
    >>> false_discovery([0.01, 0.04, np.nan, 0.03]).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    values = np.asarray(p, dtype=float)
    q = np.full(values.shape, np.nan)
    made = ~np.isnan(values)
    if made.any():
        q[made] = stats.false_discovery_control(np.clip(values[made], 0, 1))
    return q


def z_interval(value: float, error: float, n: int, method: str, *, quantile: float = Z95, shrink: float = 1.0) -> Figure:
    """A figure with a symmetric interval.

    Parameters
    ----------
    value, error : float
        Estimate and its standard error.
    n : int
        What it rests on.
    method : str
        How the standard error was found.
    quantile : float
        Half width in standard errors.
    shrink : float
        By which the value shown is multiplied, 0–1; the interval stays.

    Returns
    -------
    Figure
        Value ± quantile × error.
    """
    return Figure(
        value=_round(shrink * value), interval=(_round(value - quantile * error), _round(value + quantile * error)), n=n, method=method
    )


def _round(value: float) -> float:
    return round(float(value), DIGITS) + 0.0  # no −0.0


def _maybe(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
