"""Figures of values in groups that follow each other: of the clauses of each comment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


class Groups:
    """Sums, means and the like of groups; one group's figures do not depend on the others.

    Parameters
    ----------
    counts : sequence of int, length n_groups
        Size of each group, ≥ 1.

    Attributes
    ----------
    starts, ends : ndarray of shape (n_groups,)
        Half-open range of each group.

    Examples
    --------
    >>> of = Groups([2, 1])
    >>> of.mean(np.array([1.0, 3.0, 5.0])), of.last(np.array([1.0, 3.0, 5.0]))
    (array([2., 5.]), array([3., 5.]))
    """

    def __init__(self, counts: Sequence[int]) -> None:
        self.counts: NDArray[np.intp] = np.array(counts)
        self.ends: NDArray[np.intp] = np.cumsum(self.counts)
        self.starts: NDArray[np.intp] = self.ends - self.counts

    def sum(self, values: Doubles) -> Doubles:  # numpydoc ignore=PR01,RT01
        """Sum of each group: shape (n_values,) → (n_groups,), as of all figures here."""
        figures: Doubles = np.add.reduceat(values, self.starts)
        return figures

    def mean(self, values: Doubles) -> Doubles:  # numpydoc ignore=PR01,RT01
        """Mean of each group."""
        return self.sum(values) / self.counts

    def spread(self, values: Doubles) -> Doubles:  # numpydoc ignore=PR01,RT01
        """Standard deviation within each group."""
        return np.sqrt(self.mean((values - self.repeat(self.mean(values))) ** 2))

    def min(self, values: Doubles) -> Doubles:  # numpydoc ignore=PR01,RT01
        """Least value of each group."""
        figures: Doubles = np.minimum.reduceat(values, self.starts)
        return figures

    def max(self, values: Doubles) -> Doubles:  # numpydoc ignore=PR01,RT01
        """Greatest value of each group."""
        figures: Doubles = np.maximum.reduceat(values, self.starts)
        return figures

    def first(self, values: Doubles) -> Doubles:  # numpydoc ignore=PR01,RT01
        """First value of each group."""
        return values[self.starts]

    def last(self, values: Doubles) -> Doubles:  # numpydoc ignore=PR01,RT01
        """Last value of each group."""
        return values[self.ends - 1]

    def repeat(self, figures: Doubles) -> Doubles:
        """Figure of each group beside each of its values.

        Parameters
        ----------
        figures : ndarray of shape (n_groups, ...)
            One row a group.

        Returns
        -------
        ndarray of shape (n_values, ...)
            One row a value.
        """
        return np.repeat(figures, self.counts, axis=0)

    def tail(self, marked: NDArray[np.bool_]) -> Doubles:
        """Which values stand at the end of their group: from the last marked one on, or the last alone where none is.

        Parameters
        ----------
        marked : ndarray of shape (n_values,)
            E.g. clauses that start with a turn.

        Returns
        -------
        ndarray of shape (n_values,)
            1 at the end, 0 before.
        """
        places = np.arange(len(marked))
        begins = np.maximum.reduceat(np.where(marked, places, -1), self.starts)
        begins = np.where(begins < 0, self.ends - 1, begins)
        return (places >= np.repeat(begins, self.counts)).astype(np.float64)
