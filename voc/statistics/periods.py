"""Dates cut into days or weeks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voc.statistics.columns import Bools
from voc.statistics.factor import Ints

PeriodName = Literal["day", "week"]
LEAST_PERIODS = 6
MOST_RECENT = 4
_WEEKS_FROM = 8  # shorter spans are told by the day
_MONDAY = np.datetime64("1970-01-05", "D")


@dataclass(frozen=True)
class Periods:
    """Days or weeks of a batch.

    Parameters
    ----------
    name : {"day", "week"}
        Which.
    starts : ndarray of datetime64[D], shape (n_periods,)
        First day of each; weeks from Monday.
    of : ndarray of shape (n_comments,)
        Period of each comment, −1 where it has no date.
    recent : int
        How many of the last count as recent.
    """

    name: PeriodName
    starts: NDArray[np.datetime64]
    of: Ints
    recent: int

    @property
    def totals(self) -> Ints:  # numpydoc ignore=RT01
        """Dated comments of each period, shape (n_periods,)."""
        return np.bincount(self.of[self.of >= 0], minlength=len(self.starts))

    def counts(self, marks: Bools) -> Ints:
        """Comments of each period that have each mark.

        Parameters
        ----------
        marks : ndarray of bool, shape (n_comments, n_marks)
            Which comments have which.

        Returns
        -------
        ndarray of shape (n_marks, n_periods)
            Counts.
        """
        rows, columns = np.nonzero(marks)
        dated = self.of[rows] >= 0
        flat = columns[dated] * len(self.starts) + self.of[rows[dated]]
        return np.bincount(flat, minlength=marks.shape[1] * len(self.starts)).reshape(marks.shape[1], len(self.starts))


def cut(day: NDArray[np.datetime64], period: PeriodName | None = None, recent: int | None = None) -> Periods | None:
    """Cut dates into periods: weeks where they span eight, else days.

    Parameters
    ----------
    day : ndarray of datetime64[D], shape (n_comments,)
        NaT where unknown.
    period : {"day", "week"}, optional
        Instead of what fits.
    recent : int, optional
        Periods that count as recent; a third of all, at most `MOST_RECENT`, where left out. Two at least stay before them.

    Returns
    -------
    Periods or None
        None where there are fewer than `LEAST_PERIODS` periods. Periods without comments in between count.

    Examples
    --------
    >>> days = np.array(["2026-03-02", "2026-03-08", "2026-05-04"], dtype="datetime64[D]")
    >>> cut(days, "week").of.tolist(), str(cut(days, "week").starts[1])
    ([0, 0, 9], '2026-03-09')
    """
    known = day[~np.isnat(day)]
    if not len(known):
        return None
    first, last = known.min(), known.max()
    name: PeriodName = period or ("week" if (last - first).astype(int) >= 7 * (_WEEKS_FROM - 1) else "day")
    length = 7 if name == "week" else 1
    start = first - ((first - _MONDAY).astype(int) % 7 if name == "week" else 0)
    number = int((last - start).astype(int)) // length + 1
    if number < LEAST_PERIODS:
        return None
    of = np.full(len(day), -1)
    of[~np.isnat(day)] = (known - start).astype(int) // length
    few = min(max(number // 3, 1), MOST_RECENT) if recent is None else min(max(recent, 1), number - 2)
    return Periods(name, start + length * np.arange(number), of, few)
