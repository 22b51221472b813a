"""Which complaints name the same problem: the space that they lie in, and how they are grouped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from voc.classify import Classifier, Floats
from voc.classify.linear import View, inverse_document_frequency

# More different complaints than this are grouped sample by sample: time and memory grow with the square.
MOST_AT_ONCE = 3000
# More different words than this are folded into that many directions.
MOST_WORDS = 2000
DIRECTIONS = 300


_HAN = re.compile(r"[\u3400-\u9fff]")


class ProblemSpace:
    """Vectors of complaints: which known problem they are, as far as one is recognised, beside the words that they use.

    The dot product of two vectors is their likeness, 0–1: the chance that both are the same known problem, and the cosine
    of their words, which counts the more the less a problem was recognised.

    Parameters
    ----------
    problems : Classifier
        Of known problems.
    words : callable
        Normalised clause → the words of it that say something.
    known_weight : float
        Weight of the recognised problem against the words, 0–1.
    sharpness : float
        Power that the problems' probabilities are raised to, ≥ 1.
    seed : int
        Of the folding of many words into few dimensions.
    """

    def __init__(
        self, problems: Classifier, words: Callable[[str], list[str]], known_weight: float = 0.8, sharpness: float = 2.0, seed: int = 42
    ) -> None:
        self.problems = problems
        self.words = words
        self.known_weight = known_weight
        self.sharpness = sharpness
        self.seed = seed

    def transform(self, texts: Sequence[str]) -> Floats:
        """Place the complaints of a run.

        Parameters
        ----------
        texts : sequence of str, length n_texts
            Normalised clauses, all of the run: how telling a word is depends on how many of them hold it.

        Returns
        -------
        ndarray of shape (n_texts, n_dimensions), float32
            One vector each, of length ≤ 1.
        """
        known = self.known(texts) ** self.sharpness
        known /= np.maximum(known.sum(axis=1, keepdims=True), 1e-9)
        words = self._words(texts) * np.sqrt(1 - self.known_weight * known.max(axis=1, keepdims=True))
        # Rounded, so that the last bits of a sum, which differ between machines, join or part no groups.
        vectors: Floats = np.hstack([known * np.sqrt(self.known_weight), words]).astype(np.float32).round(4)
        return vectors

    def known(self, texts: Sequence[str]) -> Floats:
        """Probability of each known problem; they are known in Chinese only.

        Parameters
        ----------
        texts : sequence of str, length n_texts
            Normalised clauses.

        Returns
        -------
        ndarray of shape (n_texts, n_problems), float32
            0–1; 0 throughout for a clause without a Han character.
        """
        chinese = np.array([[bool(_HAN.search(text))] for text in texts])
        return np.asarray(self.problems.predict_proba([texts]) * chinese, dtype=np.float32)

    def _words(self, texts: Sequence[str]) -> Floats:
        """TF-IDF of the words; of many words, their main directions (latent semantic analysis)."""
        counts = View("word", (1, 1), bits=16).count([" ".join(self.words(text)) for text in texts])
        counts.data *= inverse_document_frequency(counts)[counts.indices]
        weights = normalize(counts)[:, np.unique(counts.indices)]
        if weights.shape[1] <= MOST_WORDS or weights.shape[0] <= DIRECTIONS:
            return np.asarray(weights.toarray(), dtype=np.float32)
        folded = TruncatedSVD(DIRECTIONS, random_state=self.seed).fit_transform(weights)
        return np.asarray(folded, dtype=np.float32)


class ProblemClusterer:
    """Average-linkage clusters whose number the data choose, as BERTopic's cluster model.

    Parameters
    ----------
    nearness : float
        Mean likeness from which two groups are one, 0–1. Chosen on annotated complaints of one half, problems learned on the
        other: B-cubed F1 0.62, flat from 0.05 to 0.15.
    seed : int
        Of the samples that large data are grouped by.

    Attributes
    ----------
    labels_ : ndarray of shape (n_complaints,)
        Cluster of each complaint, 0 … n_clusters − 1; −1 where it belongs nowhere.
    """

    def __init__(self, nearness: float = 0.1, seed: int = 42) -> None:
        self.nearness = nearness
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
            joined = nearest(vectors[rest], centres(vectors[sample], groups), self.nearness)
            labels[rest[joined >= 0]] = joined[joined >= 0] + first
            order = rest[joined < 0]
        return labels

    def _link(self, vectors: Floats) -> NDArray[np.intp]:
        if len(vectors) < 2:
            return np.zeros(len(vectors), dtype=np.intp)
        distances = np.maximum(1 - vectors @ vectors.T, 0)
        np.fill_diagonal(distances, 0)
        model = AgglomerativeClustering(n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - self.nearness)
        found: NDArray[np.intp] = model.fit_predict(distances)
        return found

    def _settle(self, vectors: Floats, groups: NDArray[np.intp]) -> NDArray[np.intp]:
        """Dissolve groups too small to be a problem that recurs; their members join the nearest other group, if one is near."""
        sizes = np.bincount(groups)
        kept = np.flatnonzero(sizes >= smallest_group(len(groups)))
        if not len(kept):
            return np.full(len(groups), -1)
        names = np.full(len(sizes), -1)
        names[kept] = np.arange(len(kept))
        labels = names[groups]
        lone = np.flatnonzero(labels < 0)
        labels[lone] = nearest(vectors[lone], centres(vectors, labels), self.nearness)
        return labels


def smallest_group(complaints: int) -> int:
    """Fewest members of a pain point among that many complaints: 2, and 4 in a thousand.

    Parameters
    ----------
    complaints : int
        Number of complaints that are grouped.

    Returns
    -------
    int
        At least 2.
    """
    return max(2, round(complaints * 0.004))


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
