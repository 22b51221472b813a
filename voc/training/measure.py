"""Figures for the card of what stands on the encoders, measured on comments that no part of it has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.classify.head import Doubles
from voc.evaluate.figures import all_figures, label_scores, most_frequent_first, slice_figures
from voc.evaluate.measures import FREQUENT, Measure, macro, mark_counts, micro
from voc.evaluate.reliability import calibration_measure, reliability_bins
from voc.evaluate.slices import Traits, slice_comments
from voc.language import detect_language
from voc.pipeline import prepare
from voc.records import LABELS
from voc.training.data import GoldComment

Marks = NDArray[np.bool_]


def measure_classes(gold: Sequence[GoldComment], probabilities: Doubles, classes: NDArray[np.intp], mixed: Marks) -> dict[str, Any]:
    """Figures of the sentiment of comments.

    Parameters
    ----------
    gold : sequence of GoldComment, length n_comments
        The comments.
    probabilities : ndarray of shape (n_comments, 3)
        Out of fold.
    classes : ndarray of shape (n_comments,)
        Annotated, indices into LABELS.
    mixed : ndarray of shape (n_comments,)
        Which are said to be mixed.

    Returns
    -------
    dict
        As of `card_metrics`: accuracy, macro-F1, expected calibration error, F1 of mixed.
    """
    said, every = probabilities.argmax(axis=1), np.ones(len(gold), dtype=bool)
    confidence, right = probabilities.max(axis=1), said == classes
    one_hot = np.eye(len(LABELS), dtype=bool)
    counts = mark_counts(one_hot[classes], one_hot[said])
    is_mixed = np.array([bool(comment.row["mixed"]) for comment in gold])
    measures = {
        "accuracy": micro(counts, every),
        "macro_f1": macro(counts, every),
        "ece": calibration_measure(confidence, right, np.arange(len(gold)), len(gold)),
        "mixed_f1": micro(mark_counts(is_mixed[:, None], mixed[:, None]), every),
    }
    labels = {label: score.model_dump() for label, score in label_scores(LABELS, counts).items()}
    return card_metrics(gold, measures, labels, confidence, right, sliced=("accuracy", "macro_f1"))


def measure_marks(
    gold: Sequence[GoldComment], names: Sequence[str], should: Marks, probabilities: Doubles, does: Marks, apart: Sequence[str] = ()
) -> dict[str, Any]:
    """Figures of labels of which a comment has any number: touchpoints, intents.

    Parameters
    ----------
    gold : sequence of GoldComment, length n_comments
        The comments.
    names : sequence of str, length n_labels
        Of the labels.
    should : ndarray of shape (n_comments, n_labels)
        As annotated.
    probabilities : ndarray of shape (n_comments, n_labels)
        Out of fold.
    does : ndarray of shape (n_comments, n_labels)
        Which labels are said.
    apart : sequence of str
        Labels that are no part of micro- and macro-F1, and have a figure of their own.

    Returns
    -------
    dict
        As of `card_metrics`: micro-F1, macro-F1 over the labels of `FREQUENT` uses or more, expected calibration error of the labels said.
    """
    every, counts = np.ones(len(gold), dtype=bool), mark_counts(should, does)
    inside = np.array([name not in apart for name in names])
    comments, labels = np.nonzero(does)
    confidence, right = probabilities[comments, labels].astype(float), should[comments, labels]
    measures = {
        "micro_f1": micro(counts[:, inside], every),
        "macro_f1": macro(counts[:, inside], every, FREQUENT),
        **{f"{name}_f1": micro(counts[:, [names.index(name)]], every) for name in apart},
        "ece": calibration_measure(confidence, right, comments, len(gold)),
    }
    scores = {name: score.model_dump() for name, score in most_frequent_first(label_scores(names, counts)).items()}
    return card_metrics(gold, measures, scores, confidence, right, sliced=("micro_f1",))


def best_threshold(should: Marks, probabilities: Doubles, thresholds: Sequence[float] | Doubles) -> float:
    """Where micro-F1 is highest.

    Parameters
    ----------
    should : ndarray of shape (n, n_labels)
        As annotated.
    probabilities : ndarray of shape (n, n_labels)
        Out of fold.
    thresholds : sequence of float
        To choose from; the first of equals is taken.

    Returns
    -------
    float
        One of them.
    """
    everything = np.ones(len(should), dtype=bool)

    def _score(threshold: float) -> float:
        measure = micro(mark_counts(should, probabilities >= threshold), everything)
        return float(measure.value(measure.counts.sum(axis=0)))

    return float(max(thresholds, key=_score))


def card_metrics(
    gold: Sequence[GoldComment],
    measures: Mapping[str, Measure],
    labels: Mapping[str, Any],
    confidence: Doubles,
    right: Marks,
    *,
    sliced: Sequence[str],
) -> dict[str, Any]:
    """What ``meta.json`` holds of a model's figures.

    Parameters
    ----------
    gold : sequence of GoldComment, length n_comments
        The comments.
    measures : mapping of str to Measure
        Headline figures.
    labels : mapping of str to dict
        Label → n, precision, recall, F1.
    confidence : ndarray of shape (n_said,)
        Probability of each label said.
    right : ndarray of shape (n_said,)
        Whether it was right.
    sliced : sequence of str
        Figures that are shown by source and kind of comment.

    Returns
    -------
    dict
        The figures, n, ``intervals``, ``labels``, ``reliability`` and ``slices``.
    """
    figures = all_figures(measures, np.arange(len(gold)))
    pieces = slice_figures({name: measures[name] for name in sliced}, slice_comments([_traits(comment) for comment in gold]))
    return {
        **{name: figure.value for name, figure in figures.items()},
        "n": len(gold),
        "intervals": {name: list(figure.interval) for name, figure in figures.items()},
        "labels": dict(labels),
        "reliability": [found.model_dump() for found in reliability_bins(confidence, right)],
        "slices": [piece.model_dump(mode="json") for piece in pieces],
    }


def _traits(comment: GoldComment) -> Traits:
    text = comment.row["text"]
    language = detect_language(prepare(text)[0].text)
    return Traits(comment.row["source"], text, comment.passage.normalised, language, bool(comment.row["mixed"]))
