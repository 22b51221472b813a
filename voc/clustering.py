"""Which complaints name the same problem: average linkage in the space of `voc.space`."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

from voc.classify import Floats

# More different complaints than this are grouped sample by sample: time and memory grow with the square.
MOST_AT_ONCE = 3000


class Detail(NamedTuple):
    """How finely complaints are told apart.

    Parameters
    ----------
    nearness : float
        Mean likeness from which two groups are one, 0–1.
    least_share : float
        Complaints of a touchpoint that a group must have to be a problem that recurs, 0–1; two at least.
    """

    nearness: float
    least_share: float


# Nearness of `normal`: chosen on annotated complaints of one half, problems learned on the other: B-cubed F1 0.62, flat from
# 0.05 to 0.15.
DETAILS = {"coarse": Detail(0.05, 0.02), "normal": Detail(0.1, 0.004), "fine": Detail(0.2, 0.002)}


class ProblemClusterer:
    """Average-linkage clusters whose number the data choose, as BERTopic's cluster model.

    Parameters
    ----------
    detail : Detail
        How finely.
    seed : int
        Of the samples that large data are grouped by.

    Attributes
    ----------
    labels_ : ndarray of shape (n_complaints,)
        Cluster of each complaint, 0 … n_clusters − 1; −1 where it belongs nowhere.
    """

    def __init__(self, detail: Detail = DETAILS["normal"], seed: int = 42) -> None:
        self.detail = detail
        self.seed = seed

    def fit(self, vectors: Floats, y: Any = None) -> ProblemClusterer:
        """Find the clusters.

        Parameters
        ----------
        vectors : ndarray of shape (n_complaints, n_dimensions)
            From `ProblemSpace.transform`.
        y : None
            BERTopic hands it over; not used.

        Returns
        -------
        ProblemClusterer
            Itself, fitted.
        """
        places: dict[bytes, int] = {}
        back = np.array([places.setdefault(blake2b(row.tobytes(), digest_size=16).digest(), len(places)) for row in vectors])
        first = np.unique(back, return_index=True)[1]
        self.labels_ = self._settle(vectors, self._group(vectors[first])[back])
        return self

    def predict(self, vectors: Floats) -> NDArray[np.intp]:
        """Clusters of the fitted complaints (BERTopic's contract).

        Parameters
        ----------
        vectors : ndarray of shape (n_complaints, n_dimensions)
            Those given to `fit`, or the first of them; others are not asked for.

        Returns
        -------
        ndarray of shape (n_complaints,)
            As `labels_`.
        """
        return self.labels_[: len(vectors)]

    def _group(self, vectors: Floats) -> NDArray[np.intp]:
        """Group a sample, let the others join the nearest group, and go on with those that found none."""
        labels = np.full(len(vectors), -1)
        order = np.random.default_rng(self.seed).permutation(len(vectors))
        while len(order):
            sample, rest = order[:MOST_AT_ONCE], order[MOST_AT_ONCE:]
            groups = self._link(vectors[sample])
            first = labels.max() + 1
            labels[sample] = groups + first
            joined = nearest(vectors[rest], centres(vectors[sample], groups), self.detail.nearness)
            labels[rest[joined >= 0]] = joined[joined >= 0] + first
            order = rest[joined < 0]
        return labels

    def _link(self, vectors: Floats) -> NDArray[np.intp]:
        if len(vectors) < 2:
            return np.zeros(len(vectors), dtype=np.intp)
        distances = np.maximum(1 - vectors @ vectors.T, 0)
        np.fill_diagonal(distances, 0)
        model = AgglomerativeClustering(
            n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - self.detail.nearness
        )
        found: NDArray[np.intp] = model.fit_predict(distances)
        return found

    def _settle(self, vectors: Floats, groups: NDArray[np.intp]) -> NDArray[np.intp]:
        """Dissolve groups too small to be a problem that recurs; their members join the nearest other group, if one is near."""
        sizes = np.bincount(groups)
        kept = np.flatnonzero(sizes >= smallest_group(len(groups), self.detail))
        if not len(kept):
            return np.full(len(groups), -1)
        names = np.full(len(sizes), -1)
        names[kept] = np.arange(len(kept))
        labels = names[groups]
        lone = np.flatnonzero(labels < 0)
        labels[lone] = nearest(vectors[lone], centres(vectors, labels), self.detail.nearness)
        return labels


def smallest_group(complaints: int, detail: Detail = DETAILS["normal"]) -> int:
    """Fewest members of a pain point among that many complaints.

    Parameters
    ----------
    complaints : int
        Number of complaints that are grouped.
    detail : Detail
        How finely.

    Returns
    -------
    int
        At least 2.
    """
    return max(2, round(complaints * detail.least_share))


def centres(vectors: Floats, labels: NDArray[np.intp]) -> Floats:
    """Mean vector of each cluster.

    Parameters
    ----------
    vectors : ndarray of shape (n_complaints, n_dimensions)
        From `ProblemSpace.transform`.
    labels : ndarray of shape (n_complaints,)
        0 … n_clusters − 1, each at least once; −1 is passed over.

    Returns
    -------
    ndarray of shape (n_clusters, n_dimensions), float32
        Its dot product with a vector is the mean likeness to the members.
    """
    order = np.argsort(labels, kind="stable")[np.count_nonzero(labels < 0) :]
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    sums = np.add.reduceat(vectors[order], starts, axis=0)
    return np.asarray(sums / np.bincount(labels[order])[:, None], dtype=np.float32)


def nearest(vectors: Floats, middles: Floats, likeness: float | Floats) -> NDArray[np.intp]:
    """Cluster that each complaint is most like.

    Parameters
    ----------
    vectors : ndarray of shape (n_complaints, n_dimensions)
        From `ProblemSpace.transform`.
    middles : ndarray of shape (n_clusters, n_dimensions)
        From `centres`; may be empty.
    likeness : float or ndarray of shape (n_clusters,)
        Least mean likeness, 0–1; of each cluster.

    Returns
    -------
    ndarray of shape (n_complaints,)
        Index of the cluster; −1 where none is near enough.
    """
    if not len(middles) or not len(vectors):
        return np.full(len(vectors), -1)
    near = vectors @ middles.T
    best: NDArray[np.intp] = near.argmax(axis=1)
    enough = np.broadcast_to(likeness, len(middles))[best]
    return np.where(near.max(axis=1) >= enough, best, -1)
