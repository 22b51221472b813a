"""The space in which complaints that name the same problem lie together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from voc.classify import Classifier, Floats
from voc.classify.linear import View, inverse_document_frequency
from voc.complaints import Complaint

# More different words than this are folded into that many directions.
MOST_WORDS = 2000
DIRECTIONS = 300
MOST_FITTED = 20_000  # complaints that the directions are found from; the others are turned into them
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

    def transform(self, texts: Sequence[str], known: Floats | None = None) -> Floats:
        """Place the complaints of a run.

        Parameters
        ----------
        texts : sequence of str, length n_texts
            Normalised clauses, all of the run: how telling a word is depends on how many of them hold it.
        known : ndarray of shape (n_texts, n_problems), optional
            From `known`, where it is there already.

        Returns
        -------
        ndarray of shape (n_texts, n_dimensions), float32
            One vector each, of length ≤ 1.
        """
        if not texts:
            return np.zeros((0, 1), dtype=np.float32)
        known = (self.known(texts) if known is None else known) ** self.sharpness
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
        if not texts:
            return np.zeros((0, len(self.problems.labels_)), dtype=np.float32)
        chinese = np.array([[bool(_HAN.search(text))] for text in texts])
        return np.asarray(self.problems.predict_proba([texts]) * chinese, dtype=np.float32)

    def _words(self, texts: Sequence[str]) -> Floats:
        """TF-IDF of the words; of many words, their main directions (latent semantic analysis)."""
        counts = View("word", (1, 1), bits=16).count([" ".join(self.words(text)) for text in texts])
        counts.data *= inverse_document_frequency(counts)[counts.indices]
        weights = normalize(counts)[:, np.unique(counts.indices)]
        if weights.shape[1] <= MOST_WORDS or weights.shape[0] <= DIRECTIONS:
            return np.asarray(weights.toarray(), dtype=np.float32)
        shared = weights[:, weights.getnnz(axis=0) > 1]  # a word that one complaint alone has is no direction
        fitted = np.sort(np.random.default_rng(self.seed).permutation(shared.shape[0])[:MOST_FITTED])
        folding = TruncatedSVD(DIRECTIONS, n_iter=2, random_state=self.seed).fit(shared[fitted])
        return np.asarray(folding.transform(shared), dtype=np.float32)


@dataclass(frozen=True)
class Placed:
    """Complaints of a run with their places.

    Parameters
    ----------
    complaints : tuple of Complaint
        In an order of their own, so that the order of files and rows does not matter.
    known : ndarray of shape (n_complaints, n_problems), float32
        Probability of each known problem, 0–1.
    vectors : ndarray of shape (n_complaints, n_dimensions), float32
        From `ProblemSpace.transform`.
    codes : tuple of str, length n_problems
        Names of the known problems.
    """

    complaints: tuple[Complaint, ...]
    known: Floats
    vectors: Floats
    codes: tuple[str, ...]

    @cached_property
    def sizes(self) -> Counter[str]:  # numpydoc ignore=RT01
        """Complaints of each touchpoint."""
        return Counter(complaint.touchpoint for complaint in self.complaints)


def place(complaints: Sequence[Complaint], space: ProblemSpace) -> Placed:
    """Place all complaints of a run.

    Parameters
    ----------
    complaints : sequence of Complaint
        In any order.
    space : ProblemSpace
        Where clauses that say the same lie together.

    Returns
    -------
    Placed
        In the order of their words.
    """
    ordered = tuple(sorted(complaints, key=lambda complaint: (complaint.normalised, complaint.quote.comment_id, complaint.quote.start)))
    texts = [complaint.normalised for complaint in ordered]
    known = space.known(texts)
    return Placed(ordered, known, space.transform(texts, known), tuple(space.problems.labels_))
