"""Touchpoints of the user's own: learned from a name, a definition and a few example clauses each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from voc.encoder import Encoded, Encoder
from voc.normalise import normalise
from voc.sentiment import Passage
from voc.taxonomy import Touchpoint

Floats = NDArray[np.float32]
_STRENGTH = 10.0  # inverse of the L2 penalty; examples are few and clean
_SURE = 0.5  # probability from which a touchpoint is said


class FewShot:
    """Logistic regression, each touchpoint against the others, on the vectors of what teaches it.

    Parameters
    ----------
    encoder : Encoder
        The one that will read the comments.
    touchpoints : sequence of Touchpoint
        Those that no trained model knows, at least two: they are told apart from each other.
    """

    def __init__(self, encoder: Encoder, touchpoints: Sequence[Touchpoint]) -> None:
        taught = [(place, text) for place, touchpoint in enumerate(touchpoints) for text in teaching_texts(touchpoint)]
        vectors = np.array([each.comment for each in encoder.encode([Passage(text, ()) for _, text in taught])])
        places = np.array([place for place, _ in taught])
        self.centre_ = vectors.mean(axis=0)
        inputs = _directions(vectors - self.centre_)
        rows = []
        for place in range(len(touchpoints)):
            model = LogisticRegression(C=_STRENGTH, max_iter=500, class_weight="balanced").fit(inputs, places == place)
            rows.append(np.append(model.coef_[0], model.intercept_[0]))
        self.weights_ = np.array(rows, dtype=np.float32)

    def predict_proba(self, encoded: Encoded) -> Floats:
        """Probability of each touchpoint in each clause of a comment.

        Parameters
        ----------
        encoded : Encoded
            By the same encoder.

        Returns
        -------
        ndarray of shape (n_clauses, n_touchpoints), float32
            In [0, 1], columns in the order given; 0 for all but the likeliest, and for that one too where it is not sure:
            from few examples the others are mostly wrong.
        """
        inputs = _directions(encoded.clauses - self.centre_)
        scores = np.array([self.weights_[:, :-1] @ row + self.weights_[:, -1] for row in inputs])
        probabilities: Floats = expit(scores).astype(np.float32)
        best = probabilities == probabilities.max(axis=1, keepdims=True)
        return np.where(best & (probabilities >= _SURE), probabilities, np.float32(0))


def teaching_texts(touchpoint: Touchpoint) -> list[str]:
    """What teaches a touchpoint: its name, its definition and its examples.

    Parameters
    ----------
    touchpoint : Touchpoint
        Of any taxonomy.

    Returns
    -------
    list of str
        Normalised, never empty.
    """
    return [normalise(text).normalised for text in (touchpoint.zh, touchpoint.definition, *touchpoint.examples) if text.strip()]


def _directions(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions: Floats = vectors / np.maximum(lengths, 1e-9)
    return directions
