"""Figures of the three probabilities of sentiment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.classify.head import Doubles
from voc.evaluate.aspects import has_three
from voc.evaluate.gold import Gold
from voc.evaluate.measures import Measure, rate
from voc.evaluate.reliability import Bin, calibration_measure, reliability_bins
from voc.records import LABELS, Annotation


def probability_measures(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> dict[str, Measure]:
    """Expected calibration error (0–1) and Brier score (Brier, 1950: summed over the three labels, 0–2).

    Parameters
    ----------
    gold : sequence of Gold, length n_comments
        Annotated comments.
    annotations : sequence of Annotation, length n_comments
        What was said of them.

    Returns
    -------
    dict of str to Measure
        By the figure's name.
    """
    known = _known(gold)
    confidence, right = _confidences(gold, annotations)
    probabilities = np.array([[annotation.sentiment.probabilities[label] for label in LABELS] for annotation in annotations])
    truth = np.array([[item.sentiment == label for label in LABELS] for item in gold], dtype=float)
    errors = ((probabilities - truth) ** 2).sum(axis=1)
    return {
        "sentiment_ece": calibration_measure(confidence[known], right[known], np.flatnonzero(known), len(gold)),
        "sentiment_brier": Measure(np.column_stack([errors, known]) * known[:, None], rate, known),
    }


def sentiment_reliability(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> tuple[Bin, ...]:
    """Confidence and accuracy of sentiment by bin.

    Parameters
    ----------
    gold : sequence of Gold, length n_comments
        Annotated comments.
    annotations : sequence of Annotation, length n_comments
        What was said of them.

    Returns
    -------
    tuple of Bin
        None where no comment has a sentiment in three classes.
    """
    known = _known(gold)
    confidence, right = _confidences(gold, annotations)
    return reliability_bins(confidence[known], right[known])


def _known(gold: Sequence[Gold]) -> NDArray[np.bool_]:
    return np.array([has_three(item) for item in gold])


def _confidences(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> tuple[Doubles, NDArray[np.bool_]]:
    """Probability of the label said, and whether it is the annotator's."""
    right = [item.sentiment == annotation.sentiment.label for item, annotation in zip(gold, annotations, strict=True)]
    return np.array([annotation.sentiment.score for annotation in annotations]), np.array(right)
