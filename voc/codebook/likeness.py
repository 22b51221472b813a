"""Likeness of groups of clauses in the space that complaints are grouped in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from voc.classify import Floats
from voc.space import ProblemSpace

_MOST = 200  # different clauses of a group; its middle hardly moves after that


class SpaceLikeness:
    """Cosine of the groups' middles, 0–1.

    Parameters
    ----------
    space : ProblemSpace
        Where clauses that say the same lie together.
    """

    def __init__(self, space: ProblemSpace) -> None:
        self.space = space

    def __call__(self, groups: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> Floats:
        """Compare each group with each of the others.

        Parameters
        ----------
        groups, others : sequence of sequences of str
            Normalised clauses, at least one in each.

        Returns
        -------
        ndarray of shape (n_groups, n_others), float32
            0–1.
        """
        parts = [list(dict.fromkeys(group))[:_MOST] for group in (*groups, *others)]
        vectors = self.space.transform([clause for part in parts for clause in part])
        ends = accumulate(map(len, parts), initial=0)
        middles = np.array([vectors[start:end].mean(axis=0) for start, end in pairwise(ends)], dtype=np.float32)
        middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
        likeness: Floats = np.clip(middles[: len(groups)] @ middles[len(groups) :].T, 0, 1)
        return likeness
