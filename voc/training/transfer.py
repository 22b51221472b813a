"""Figures of sentiment on each source by itself: with models that never saw it, how well they hold elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

from voc.classify.head import Doubles
from voc.metrics import DIGITS
from voc.records import LABELS

_BINARY = [LABELS.index("negative"), LABELS.index("positive")]


class Transfer(NamedTuple):
    """Figures of one source.

    Parameters
    ----------
    source, scheme : str
        Which comments; a source of several schemes has one of these for each.
    n : int
        Comments.
    accuracy, macro_f1 : float
        0–1; over negative and positive only where the scheme is ``binary``, over three classes elsewhere.
    """

    source: str
    scheme: str
    n: int
    accuracy: float
    macro_f1: float


def measure_sources(
    probabilities: Doubles, labels: NDArray[np.intp], sources: Sequence[str], schemes: Sequence[str]
) -> tuple[Transfer, ...]:
    """Figures of each source.

    Parameters
    ----------
    probabilities : ndarray of shape (n_comments, 3)
        Columns as LABELS.
    labels : ndarray of shape (n_comments,)
        Indices into LABELS.
    sources, schemes : sequence of str, length n_comments
        Where each is from, and what its labels can say.

    Returns
    -------
    tuple of Transfer
        Sources in the order in which they first occur.

    Examples
    --------
    >>> said = np.array([[0.2, 0.7, 0.1], [0.1, 0.2, 0.7]])
    >>> measure_sources(said, np.array([0, 2]), ["waimai", "waimai"], ["binary", "binary"])
    (Transfer(source='waimai', scheme='binary', n=2, accuracy=1.0, macro_f1=1.0),)
    """
    names, kinds = np.array(sources), np.array(schemes)
    results = []
    for source in dict.fromkeys(sources):
        for scheme in np.unique(kinds[names == source]).tolist():
            rows = (names == source) & (kinds == scheme)
            classes = _BINARY if scheme == "binary" else list(range(len(LABELS)))
            said = np.array(classes)[probabilities[rows][:, classes].argmax(axis=1)]
            accuracy = float(accuracy_score(labels[rows], said))
            macro_f1 = float(f1_score(labels[rows], said, labels=classes, average="macro", zero_division=0.0))
            results.append(Transfer(source, scheme, int(rows.sum()), round(accuracy, DIGITS), round(macro_f1, DIGITS)))
    return tuple(results)
