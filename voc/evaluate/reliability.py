"""Whether a probability of 0.8 is right eight times out of ten."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from voc.classify.head import Doubles
from voc.evaluate.measures import Measure, ratio
from voc.metrics import DIGITS
from voc.records import Record

BINS = 10


class Bin(Record):
    """Comments whose label was said with about the same probability."""

    start: float = Field(description="lower end of the probability, 0–1")
    end: float
    n: int
    confidence: float = Field(description="mean probability of the label said")
    accuracy: float = Field(description="share that was right")


def calibration_gaps(confidence: Doubles, right: NDArray[np.bool_], bins: int = BINS) -> Doubles:
    """Confidence less rightness of each comment, in the column of its bin.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Probability of the label said, 0–1.
    right : ndarray of shape (n,)
        Whether it was right.
    bins : int
        Number of equal-width bins, ≥ 1.

    Returns
    -------
    ndarray of shape (n, bins)
        0 in the other columns.
    """
    gaps = np.zeros((len(right), bins))
    gaps[np.arange(len(right)), _places(confidence, bins)] = confidence - right
    return gaps


def calibration_error(confidence: Doubles, right: NDArray[np.bool_], bins: int = BINS) -> float:
    """Expected calibration error: mean gap between confidence and accuracy over equal-width bins (Naeini et al., 2015).

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Probability of the label said, 0–1.
    right : ndarray of shape (n,)
        Whether it was right.
    bins : int
        Number of bins, ≥ 1.

    Returns
    -------
    float
        0–1; 0 is perfectly calibrated.

    Examples
    --------
    >>> calibration_error(np.array([0.75, 0.75, 0.75, 0.75]), np.array([True, True, True, False]))
    0.0
    """
    return float(np.abs(calibration_gaps(confidence, right, bins).sum(axis=0)).sum() / len(right))


def calibration_measure(confidence: Doubles, right: NDArray[np.bool_], comments: NDArray[np.intp], n_comments: int) -> Measure:
    """Expected calibration error as a measure of comments, each of which may have any number of labels said of it.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Probability of each label said, 0–1.
    right : ndarray of shape (n,)
        Whether it was right.
    comments : ndarray of shape (n,)
        Index of the comment that it was said of.
    n_comments : int
        How many comments there are.

    Returns
    -------
    Measure
        Known of the comments that anything was said of.
    """
    counts = np.zeros((n_comments, BINS + 1))
    np.add.at(counts, comments, np.column_stack([calibration_gaps(confidence, right), np.ones(len(right))]))
    return Measure(counts, _mean_gap, counts[:, -1] > 0)


def reliability_bins(confidence: Doubles, right: NDArray[np.bool_], bins: int = BINS) -> tuple[Bin, ...]:
    """Confidence and accuracy by bin.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Probability of the label said, 0–1.
    right : ndarray of shape (n,)
        Whether it was right.
    bins : int
        Number of equal-width bins, ≥ 1.

    Returns
    -------
    tuple of Bin
        Only those that hold a comment, from low to high.

    Examples
    --------
    >>> [(found.start, found.n, found.accuracy) for found in reliability_bins(np.array([0.75, 0.75, 1.0]), np.array([True, False, True]))]
    [(0.7, 2, 0.5), (0.9, 1, 1.0)]
    """
    places = _places(confidence, bins)
    return tuple(
        Bin(
            start=round(place / bins, DIGITS),
            end=round((place + 1) / bins, DIGITS),
            n=int((places == place).sum()),
            confidence=round(float(confidence[places == place].mean()), DIGITS),
            accuracy=round(float(right[places == place].mean()), DIGITS),
        )
        for place in np.unique(places).tolist()
    )


def _places(confidence: Doubles, bins: int) -> NDArray[np.intp]:
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def _mean_gap(sums: Doubles) -> Doubles:
    return ratio(np.abs(sums[..., :-1]).sum(axis=-1), sums[..., -1])
