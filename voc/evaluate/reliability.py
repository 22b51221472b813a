"""Whether a probability of 0.8 is right eight times out of ten: as an error, in bins, and drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from voc.classify.head import Doubles
from voc.errors import SettingsError
from voc.evaluate.measures import Measure, ratio
from voc.metrics import DIGITS
from voc.records import Record

BINS = 10
_SIDE, _LEFT, _TOP = 320, 64, 56  # of the diagram's plot, px


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


def reliability_svg(bins: Sequence[Bin]) -> str:
    """Reliability diagram (DeGroot and Fienberg, 1983): accuracy against confidence, bars as wide as their bin is full.

    Parameters
    ----------
    bins : sequence of Bin
        As of `reliability_bins`.

    Returns
    -------
    str
        A whole SVG file; nothing in it is loaded from elsewhere.

    Raises
    ------
    SettingsError
        If there is no bin to draw.
    """
    if not bins:
        hint = "需要三分类情感标注 / needs gold comments with three-class sentiment"
        raise SettingsError("no_reliability", "没有可画的可靠性图 / nothing to draw a reliability diagram of", hint)
    total, most = sum(item.n for item in bins), max(item.n for item in bins)
    ece = sum(item.n * abs(item.confidence - item.accuracy) for item in bins) / total
    title = f"可靠性图 / Reliability diagram · n = {total} · ECE = {ece:.3f}"
    width, height = _SIDE + _LEFT + 24, _SIDE + _TOP + 56
    middle, bottom = _LEFT + _SIDE / 2, _TOP + _SIDE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
            ' font-family="sans-serif" font-size="12" fill="#222">',
            f"<title>{title}</title>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            f'<text x="{width / 2}" y="28" text-anchor="middle" font-size="13">{title}</text>',
            *(_bar(item, most) for item in bins),
            *(_tick(tenths / 10) for tenths in range(0, 11, 2)),
            f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#222"/>',
            f'<line x1="{_LEFT}" y1="{bottom}" x2="{_LEFT + _SIDE}" y2="{_TOP}" stroke="#888" stroke-dasharray="4 4"/>',
            f'<text x="{middle}" y="{bottom + 40}" text-anchor="middle">置信度 / confidence</text>',
            f'<text transform="translate(18 {_TOP + _SIDE / 2}) rotate(-90)" text-anchor="middle">正确率 / accuracy</text>',
            "</svg>\n",
        ]
    )


def _places(confidence: Doubles, bins: int) -> NDArray[np.intp]:
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def _mean_gap(sums: Doubles) -> Doubles:
    return ratio(np.abs(sums[..., :-1]).sum(axis=-1), sums[..., -1])


def _bar(item: Bin, most: int) -> str:
    width = (item.end - item.start) * item.n / most
    middle = (item.start + item.end) / 2
    said = (
        f"{item.start:.1f}–{item.end:.1f}: n = {item.n}, 置信度 / confidence {item.confidence:.3f}, 正确率 / accuracy {item.accuracy:.3f}"
    )
    x, y = _x(middle - width / 2), _y(item.accuracy)
    return (
        f'<g><title>{said}</title><rect x="{x:.1f}" y="{y:.1f}" width="{width * _SIDE:.1f}" height="{item.accuracy * _SIDE:.1f}"'
        f' fill="#4a7ebb"/><circle cx="{_x(item.confidence):.1f}" cy="{y:.1f}" r="3" fill="#c0392b"/></g>'
    )


def _tick(share: float) -> str:
    return (
        f'<text x="{_x(share):.1f}" y="{_y(0) + 16:.1f}" text-anchor="middle">{share:.1f}</text>'
        f'<text x="{_LEFT - 6}" y="{_y(share) + 4:.1f}" text-anchor="end">{share:.1f}</text>'
    )


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE
