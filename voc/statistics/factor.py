"""A column of names as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Factor:
    """A column of names.

    Parameters
    ----------
    values : tuple of str
        The different ones, the most frequent first.
    codes : ndarray of shape (n,)
        Place of each row's in `values`; −1 where the table says none.
    """

    values: tuple[str, ...]
    codes: Ints

    @classmethod
    def of(cls, names: Sequence[str | None]) -> Factor:
        """Code names.

        Parameters
        ----------
        names : sequence of str or None
            One per row.

        Returns
        -------
        Factor
            Ties in frequency in the order of the names.
        """
        import pandas as pd

        codes, values = pd.factorize(pd.Series(list(names), dtype=object), use_na_sentinel=True)
        counts = np.bincount(codes[codes >= 0], minlength=len(values))
        order = sorted(range(len(values)), key=lambda at: (-counts[at], values[at]))
        place = np.full(len(values) + 1, -1)  # the last is that of −1
        place[order] = np.arange(len(values))
        return cls(tuple(str(values[at]) for at in order), place[codes])

    @property
    def names(self) -> list[str | None]:  # numpydoc ignore=RT01
        """The column as it was: one per row, None where the table says none."""
        known = (*self.values, None)  # the last is that of −1
        return [known[code] for code in self.codes]
