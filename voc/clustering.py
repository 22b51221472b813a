"""Which complaints name the same problem: the space that they lie in, and how they are grouped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, MiniBatchKMeans
from sklearn.preprocessing import normalize

from voc.classify import Classifier, Floats
from voc.classify.linear import View

# Above this many different complaints, clusters are built on small groups of like ones: memory grows with the square.
MOST_AT_ONCE = 3000


class ProblemSpace:
    """Vectors of complaints: what known problem they are (as far as one is recognised) beside the words that they use.

    Parameters
    ----------
    problems : Classifier
        Of known problems.
    known_weight : float
        Weight of the recognised problem against the words, 0–1.
    bits : int
        Words (character 1–2-grams) are hashed into ``2 ** bits`` places.
    """

    def __init__(self, problems: Classifier, known_weight: float = 0.6, bits: int = 10) -> None:
        self.problems = problems
        self.known_weight = known_weight
        self.bits = bits

    def transform(self, texts: Sequence[str]) -> Floats:
        """Place complaints.

        Parameters
        ----------
        texts : sequence of str, length n_texts
            Normalised clauses.

        Returns
        -------
        ndarray of shape (n_texts, n_problems + 2 ** bits), float32
            Square roots of the problems' probabilities beside dampened n-gram counts; the dot product of two rows is their
            likeness, 0–1.
        """
        known = np.sqrt(self.problems.predict_proba([texts]))
        words = normalize(View(ngrams=(1, 2), bits=self.bits).count(texts)).toarray()
        vectors: Floats = np.hstack([known * np.sqrt(self.known_weight), words * np.sqrt(1 - self.known_weight)]).astype(np.float32)
        return vectors


class ProblemClusterer:
    """Average-linkage clusters whose number the data choose, as BERTopic's cluster model.

    Parameters
    ----------
    nearness : float
        Mean likeness from which two groups are one, 0–1.
    adopt_from : float
        Likeness to a cluster's centre from which a lone complaint joins it, 0–1.
    seed : int
        Of the pre-grouping of large data.

    Attributes
    ----------
    labels_ : ndarray of shape (n_complaints,)
        Cluster of each complaint, 0 … n_clusters − 1; −1 where it belongs nowhere.
    """

    def __init__(self, nearness: float = 0.34, adopt_from: float = 0.22, seed: int = 42) -> None:
        self.nearness = nearness
        self.adopt_from = adopt_from
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
        _, first, back = np.unique(vectors, axis=0, return_index=True, return_inverse=True)
        different = normalize(vectors[first])
        counts = np.bincount(back.ravel())
        groups = self._link(different)
        self.labels_ = self._adopt(different, groups, counts)[back.ravel()]
        return self

    def predict(self, vectors: Floats) -> NDArray[np.intp]:
        """Clusters of the fitted complaints (BERTopic's contract); others are not asked for."""
        return self.labels_[: len(vectors)]

    def _link(self, vectors: Floats) -> NDArray[np.intp]:
        if len(vectors) < 2:
            return np.zeros(len(vectors), dtype=np.intp)
        if len(vectors) > MOST_AT_ONCE:
            small = MiniBatchKMeans(MOST_AT_ONCE // 3, random_state=self.seed, n_init=1, batch_size=4096, max_iter=20).fit(vectors)
            linked = self._link(normalize(small.cluster_centers_))
            return linked[small.labels_]
        model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - self.nearness)
        found: NDArray[np.intp] = model.fit_predict(vectors)
        return found

    def _adopt(self, vectors: Floats, groups: NDArray[np.intp], counts: NDArray[np.intp]) -> NDArray[np.intp]:
        """Dissolve groups that are too small to be a problem that recurs; their members join the nearest cluster that is near enough."""
        sizes = np.bincount(groups, weights=counts)
        smallest = max(2, round(counts.sum() * 0.004))
        kept = np.flatnonzero(sizes >= smallest)
        if not len(kept):
            return np.full(len(groups), -1)
        names = np.full(len(sizes), -1)
        names[kept] = np.arange(len(kept))
        labels = names[groups]
        centres = normalize(np.vstack([(vectors * counts[:, None])[groups == group].sum(axis=0) for group in kept]))
        lone = np.flatnonzero(labels < 0)
        likeness = vectors[lone] @ centres.T
        near = likeness.max(axis=1, initial=-1) >= self.adopt_from
        labels[lone[near]] = likeness[near].argmax(axis=1)
        return labels
