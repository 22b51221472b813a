"""Classifiers: one contract, found by a short alias or any dotted path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

ALIASES = {"linear": "voc.classify.linear:LinearClassifier"}
Fields = Sequence[Sequence[str]]
Floats = NDArray[np.float32]


class Classifier(Protocol):
    """What sentiment, touchpoint and pain models are made of; an encoder head plugs in here.

    An example is one or several texts side by side (``fields``): a clause, say, and the comment around it.
    The answer for an example never depends on the other examples of the call.
    """

    labels_: tuple[str, ...]

    def fit(
        self, fields: Fields, targets: NDArray[np.float64], labels: Sequence[str], weights: NDArray[np.float64] | None = None
    ) -> Classifier:
        """Learn from examples.

        Parameters
        ----------
        fields : sequence of (sequence of str, length n_examples)
            The texts of each field.
        targets : ndarray of shape (n_examples, n_labels)
            1 where a label holds, else 0.
        labels : sequence of str, length n_labels
            Names of the labels.
        weights : ndarray of shape (n_examples,), optional
            How much each example counts; all alike where left out.

        Returns
        -------
        Classifier
            Itself, fitted.
        """

    def decision_function(self, fields: Fields) -> Floats:
        """Score of each label.

        Parameters
        ----------
        fields : sequence of (sequence of str, length n_examples)
            The texts of each field.

        Returns
        -------
        ndarray of shape (n_examples, n_labels), float32
            Above 0 is more likely than not.
        """

    def predict_proba(self, fields: Fields) -> Floats:
        """Probability of each label.

        Parameters
        ----------
        fields : sequence of (sequence of str, length n_examples)
            The texts of each field.

        Returns
        -------
        ndarray of shape (n_examples, n_labels), float32
            In [0, 1].
        """

    def save(self, folder: Path) -> None:
        """Write the fitted state into a folder.

        Parameters
        ----------
        folder : pathlib.Path
            Made if missing.
        """

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read what `save` wrote.

        Parameters
        ----------
        folder : pathlib.Path
            The one given to `save`.

        Returns
        -------
        Classifier
            Fitted.
        """


def classifier_class(name: str) -> type[Classifier]:
    """Class behind an alias or a dotted path.

    Parameters
    ----------
    name : str
        A key of `ALIASES`, or ``"package.module:Class"``.

    Returns
    -------
    type
        Keeps the `Classifier` contract.

    Raises
    ------
    ImportError, AttributeError
        If there is no such class.

    Examples
    --------
    >>> classifier_class("linear").__name__
    'LinearClassifier'
    """
    found: type[Classifier] = resolve_name(ALIASES.get(name, name))
    return found
