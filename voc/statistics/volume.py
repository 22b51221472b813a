"""How many comments come: by day of the week, and in the days to come."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from voc.metrics import DIGITS
from voc.statistics.intervals import mean_figure
from voc.statistics.records import Figure, Volume, Weekday

LEAST_WEEKS = 4
AHEAD_DAYS = 14
_FITTED_DAYS = 364  # the last; older ones say little of the next
_ANSCOMBE = 3 / 8
_MONDAY = np.datetime64("1970-01-05", "D")


def volume(day: NDArray[np.datetime64], *, ahead: int = AHEAD_DAYS) -> Volume:
    """Volume by weekday, and a forecast.

    Weekdays: Student's interval of each one's mean over complete weeks, and the test of Kruskal & Wallis (1952). Forecast:
    exponential smoothing with additive errors and weekdays, ETS(A,N,A) (Hyndman et al., Forecasting with Exponential Smoothing,
    2008), of 2√(count + 3/8), whose noise is the same at any level (Anscombe, 1948); the interval is turned back.

    Parameters
    ----------
    day : ndarray of datetime64[D], shape (n_comments,)
        NaT where unknown.
    ahead : int
        Days to forecast.

    Returns
    -------
    Volume
        Empty, and saying why, where there are fewer than `LEAST_WEEKS` complete weeks.
    """
    known = day[~np.isnat(day)]
    first, last = (known.min(), known.max()) if len(known) else (_MONDAY, _MONDAY)
    daily = np.bincount((known - first).astype(int), minlength=1).astype(float)
    shift = int(-(first - _MONDAY).astype(int) % 7)
    weeks = (len(daily) - shift) // 7
    if weeks < LEAST_WEEKS:
        return Volume(why_not=f"不满 {LEAST_WEEKS} 个整周 / fewer than {LEAST_WEEKS} complete weeks of dates")
    table = daily[shift : shift + 7 * weeks].reshape(weeks, 7)
    overall = table.mean()
    weekdays = tuple(
        Weekday(weekday=at + 1, mean=mean_figure(table[:, at], least=2), index=round(float(table[:, at].mean() / overall), DIGITS))
        for at in range(7)
    )
    flat = np.ptp(table) == 0
    p = 1.0 if flat else float(stats.kruskal(*table.T).pvalue)
    steps = forecast(daily[-_FITTED_DAYS:], ahead)
    days = [str(last + step) for step in range(1, ahead + 1)]
    return Volume(weekdays=weekdays, weekday_p=float(f"{p:.3g}"), forecast=tuple(zip(days, steps, strict=True)))


def forecast(daily: NDArray[np.float64], ahead: int) -> list[Figure]:
    """Forecast daily counts (see `volume`).

    Parameters
    ----------
    daily : ndarray of shape (n_days,)
        Comments of each day, at least two weeks.
    ahead : int
        Days to forecast.

    Returns
    -------
    list of Figure, length ahead
        Counts with 95 % prediction intervals.
    """
    import pandas as pd
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    rooted = pd.Series(2 * np.sqrt(daily + _ANSCOMBE))  # nothing else can be predicted from
    with warnings.catch_warnings():
        # A flat likelihood, as of days that hardly differ: the parameters matter little then.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = ETSModel(rooted, error="add", trend=None, seasonal="add", seasonal_periods=7).fit(disp=False)
    frame = fitted.get_prediction(start=len(daily), end=len(daily) + ahead - 1).summary_frame(alpha=0.05)
    method = "ETS(A,N,A) of 2√(x + 3/8), 95 % prediction"
    figures = []
    for middle, low, high in zip(frame["mean"], frame["pi_lower"], frame["pi_upper"], strict=True):
        value, least, most = (max((max(end, 0.0) / 2) ** 2 - _ANSCOMBE, 0.0) for end in (middle, low, high))
        figures.append(Figure(value=round(value, 1), interval=(float(np.floor(least)), float(np.ceil(most))), n=len(daily), method=method))
    return figures
