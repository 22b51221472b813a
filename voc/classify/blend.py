"""Weighs what several models say of the same labels: one weight a model, one starting point a label."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float32]


class Blend:
    """Logistic regression on the scores of several multi-label models.

    The weights are shared by all labels, so that labels with few examples are weighed as well as the others; fitted on
    scores out of fold, its probabilities are calibrated.

    Parameters
    ----------
    weights : ndarray of shape (n_models,)
        How much each model's score counts.
    intercepts : ndarray of shape (n_labels,)
        Where each label starts.
    """

    def __init__(self, weights: Floats, intercepts: Floats) -> None:
        self.weights = weights
        self.intercepts = intercepts

    @classmethod
    def fit(cls, scores: Sequence[Floats], targets: NDArray[np.float64], sample_weights: NDArray[np.float64] | None = None) -> Blend:
        """Learn the weights.

        Parameters
        ----------
        scores : sequence of (ndarray of shape (n_examples, n_labels)), length n_models
            Log-odds, or any other number that grows with the probability.
        targets : ndarray of shape (n_examples, n_labels)
            1 where a label holds, else 0.
        sample_weights : ndarray of shape (n_examples,), optional
            How much each example counts.

        Returns
        -------
        Blend
            Fitted.
        """
        examples, labels = targets.shape
        features = np.hstack([np.stack([score.ravel() for score in scores], axis=1), np.tile(np.eye(labels), (examples, 1))])
        counts = None if sample_weights is None else np.repeat(sample_weights, labels)
        # The labels' columns are the intercepts; a light penalty keeps a label that never occurs finite.
        model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=2000).fit(features, targets.ravel(), counts)
        weights = model.coef_[0].astype(np.float32)
        return cls(weights[: len(scores)], weights[len(scores) :])

    def predict_proba(self, scores: Sequence[Floats]) -> Floats:
        """Probability of each label.

        Parameters
        ----------
        scores : sequence of (ndarray of shape (n_examples, n_labels)), length n_models
            As given to `fit`.

        Returns
        -------
        ndarray of shape (n_examples, n_labels), float32
            In [0, 1].
        """
        total = self.intercepts + sum(weight * score for weight, score in zip(self.weights, scores, strict=True))
        probabilities: Floats = expit(total).astype(np.float32)
        return probabilities

    def save(self, path: Path) -> None:
        """Write the weights.

        Parameters
        ----------
        path : pathlib.Path
            ``.npz`` file.
        """
        np.savez(path, weights=self.weights, intercepts=self.intercepts)

    @classmethod
    def load(cls, path: Path) -> Blend:
        """Read what `save` wrote.

        Parameters
        ----------
        path : pathlib.Path
            The one given to `save`.

        Returns
        -------
        Blend
            Fitted.
        """
        with np.load(path, allow_pickle=False) as arrays:
            return cls(arrays["weights"], arrays["intercepts"])
