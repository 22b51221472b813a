"""A small calibrated classifier on dense features: multinomial logistic regression, kept as three arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

Doubles = NDArray[np.float64]


class DenseHead:
    """Multinomial logistic regression on standardised features.

    Fitted on out-of-fold scores of the models below it, its probabilities are calibrated by construction.

    Parameters
    ----------
    mean, scale : ndarray of shape (n_features,)
        What standardises the features.
    coefficients : ndarray of shape (n_classes, n_features + 1)
        The last column is the intercept.
    """

    def __init__(self, mean: Doubles, scale: Doubles, coefficients: Doubles) -> None:
        self.mean = mean
        self.scale = scale
        self.coefficients = coefficients

    @classmethod
    def fit(cls, features: Doubles, classes: NDArray[np.intp], weights: Doubles | None = None, strength: float = 0.3) -> DenseHead:
        """Learn from examples.

        Parameters
        ----------
        features : ndarray of shape (n_examples, n_features)
            Unscaled.
        classes : ndarray of shape (n_examples,)
            0 … n_classes − 1, each at least once.
        weights : ndarray of shape (n_examples,), optional
            How much each example counts.
        strength : float
            Inverse of the L2 penalty, > 0.

        Returns
        -------
        DenseHead
            Fitted.
        """
        mean, scale = features.mean(axis=0), features.std(axis=0)
        scale[scale == 0] = 1
        model = LogisticRegression(C=strength, max_iter=2000).fit((features - mean) / scale, classes, weights)
        coefficients = np.hstack([model.coef_, model.intercept_[:, None]])
        if len(model.classes_) == 2:
            coefficients = np.vstack([-coefficients / 2, coefficients / 2])
        return cls(mean, scale, coefficients)

    def predict_proba(self, features: Doubles, shifts: Doubles | float = 0.0) -> Doubles:
        """Probability of each class.

        Parameters
        ----------
        features : ndarray of shape (n_examples, n_features)
            Unscaled.
        shifts : ndarray of shape (n_examples, n_classes), or 0
            Added to the logits: what is known beside the features.

        Returns
        -------
        ndarray of shape (n_examples, n_classes)
            Rows sum to 1.
        """
        # einsum, not BLAS: a row's result must not depend on how many rows there are.
        scores = np.einsum("ij,kj->ik", (features - self.mean) / self.scale, self.coefficients[:, :-1]) + self.coefficients[:, -1]
        probabilities: Doubles = softmax(scores + shifts, axis=1)
        return probabilities

    def arrays(self, prefix: str) -> dict[str, Doubles]:
        """State under prefixed names, for one file with several heads.

        Parameters
        ----------
        prefix : str
            Name of the head.

        Returns
        -------
        dict of str to ndarray
            ``<prefix>_mean``, ``<prefix>_scale`` and ``<prefix>_coefficients``.
        """
        return {f"{prefix}_mean": self.mean, f"{prefix}_scale": self.scale, f"{prefix}_coefficients": self.coefficients}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], prefix: str) -> DenseHead:
        """Head from what `arrays` gave.

        Parameters
        ----------
        arrays : mapping of str to ndarray
            May hold other heads too.
        prefix : str
            As given to `arrays`.

        Returns
        -------
        DenseHead
            Fitted.

        Raises
        ------
        KeyError
            If there is no head of this name.
        """
        return cls(arrays[f"{prefix}_mean"], arrays[f"{prefix}_scale"], arrays[f"{prefix}_coefficients"])
