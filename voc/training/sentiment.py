"""Fits the sentiment model: two n-gram models, then heads on their out-of-fold scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score
from tqdm import tqdm

from voc.classify.head import DenseHead, Doubles
from voc.classify.linear import LinearClassifier, View
from voc.records import LABELS
from voc.sentiment import MIXED_FROM, Evidence, SentimentModel, clause_features, comment_features, gather_evidence
from voc.training.data import EXAMPLE, POLARITIES, GoldComment, Labelled, folds

FOLDS = 5
# A clause that no mention points to is rather neutral, but annotators name only the shortest sufficient evidence.
UNMENTIONED_WEIGHT = 0.15
# Our examples are all of one clause: as whole comments they count less, among the n-grams of the many more.
EXAMPLE_WEIGHT = 0.2
EXAMPLE_NGRAM_WEIGHT = 5.0


def train_sentiment(gold: Sequence[GoldComment], labelled: Labelled, seed: int = 42) -> tuple[SentimentModel, dict[str, Any]]:
    """Learn sentiment from many weakly labelled and few well annotated comments.

    A binary set says nothing of neutral, so the many teach praise against complaint only; neutral, mixed and the
    clauses are learned from the annotated ones, on scores that their own texts had no part in.

    Parameters
    ----------
    gold : sequence of GoldComment
        Annotated comments.
    labelled : Labelled
        Must not hold the gold texts.
    seed : int
        Of the folds.

    Returns
    -------
    SentimentModel
        Fitted on everything.
    dict
        Figures measured out of fold on `gold`: accuracy, macro-F1, F1 per label, expected calibration error, F1 of mixed.
    """
    passages = [comment.passage for comment in gold]
    sentiments = np.array([LABELS.index(comment.row["sentiment"]) for comment in gold])
    mixed = np.array([int(comment.row["mixed"]) for comment in gold])
    examples = np.array([comment.is_example for comment in gold])
    fold = folds(range(len(gold)), FOLDS, seed)

    evidence: list[Evidence | None] = [None] * len(gold)
    for held in tqdm(range(FOLDS), desc="交叉拟合 / cross-fitting", unit="折"):
        outside = np.flatnonzero(fold == held)
        models = _fit_ngrams([comment for comment, other in zip(gold, fold, strict=True) if other != held], labelled)
        for index, found in zip(outside, gather_evidence([passages[index] for index in outside], *models), strict=True):
            evidence[index] = found
    known = [found for found in evidence if found is not None]

    whole = np.array([comment_features(*pair) for pair in zip(passages, known, strict=True)])
    weights = np.where(examples, EXAMPLE_WEIGHT, 1.0)
    parts = [clause_features(*pair) for pair in zip(passages, known, strict=True)]
    targets = [_clause_targets(comment) for comment in gold]
    clauses, clause_labels = np.vstack(parts), np.concatenate([labels for labels, _ in targets])
    mentioned = np.concatenate([known for _, known in targets])
    repeats = [len(part) for part in parts]
    clause_examples = np.repeat(examples, repeats)
    clause_weights = np.where(mentioned | clause_examples, 1.0, UNMENTIONED_WEIGHT)

    said = _out_of_fold(whole, sentiments, weights, fold)
    metrics = _measure(said[~examples], sentiments[~examples])
    metrics["mixed_f1"] = _rounded(f1_score(mixed[~examples], _out_of_fold(whole, mixed, weights, fold)[~examples, 1] >= MIXED_FROM))
    said = _out_of_fold(clauses, clause_labels, clause_weights, np.repeat(fold, repeats))
    for name, rows in (("mentioned_clause", mentioned & ~clause_examples), ("our_example", clause_examples)):
        metrics[name] = _measure(said[rows], clause_labels[rows])
    heads = [
        DenseHead.fit(whole, sentiments, weights),
        DenseHead.fit(clauses, clause_labels, clause_weights),
        DenseHead.fit(whole, mixed, weights),
    ]
    return SentimentModel(*_fit_ngrams(gold, labelled), *heads), metrics


def _fit_ngrams(gold: Sequence[GoldComment], labelled: Labelled) -> tuple[LinearClassifier, LinearClassifier]:
    """Polarity from the many and our examples, tone from the annotated ones."""
    examples = [comment for comment in gold if comment.is_example and comment.row["sentiment"] != "neutral"]
    polarity = fit_polarity(
        labelled.extended([(comment.passage.normalised, LABELS.index(comment.row["sentiment"])) for comment in examples], EXAMPLE)
    )
    labels = np.array([LABELS.index(comment.row["sentiment"]) for comment in gold])
    weights = np.where([comment.is_example for comment in gold], EXAMPLE_WEIGHT, 1.0)
    tone = fit_tone([comment.passage.normalised for comment in gold], labels, weights)
    return polarity, tone


def fit_polarity(labelled: Labelled) -> LinearClassifier:
    """Praise against complaint, every source weighing praise and complaint alike and star ratings half.

    Parameters
    ----------
    labelled : Labelled
        Neutral comments are passed over.

    Returns
    -------
    LinearClassifier
        Labels (negative, positive).
    """
    felt = np.flatnonzero(labelled.labels != LABELS.index("neutral"))
    positive = (labelled.labels[felt] == LABELS.index("positive")).astype(int)
    sources = np.array(labelled.sources)[felt]
    weights = np.ones(len(felt))
    for source in np.unique(sources):
        here = sources == source
        for label in (0, 1):
            members = here & (positive == label)
            weights[members] = np.clip(here.sum() / (2 * max(members.sum(), 1)), 0.2, 5)
    schemes = np.array(labelled.schemes)[felt]
    weights[schemes == "stars"] *= 0.5
    weights[schemes == EXAMPLE] *= EXAMPLE_NGRAM_WEIGHT
    texts = [labelled.texts[index] for index in felt]
    return LinearClassifier((View(ngrams=(1, 3), bits=19),)).fit([texts], np.eye(2)[positive], ("negative", "positive"), weights)


def fit_tone(texts: Sequence[str], labels: NDArray[np.intp], weights: Doubles) -> LinearClassifier:
    """Negative, neutral, positive from few annotated comments.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Normalised.
    labels : ndarray of shape (n_texts,)
        Indices into LABELS.
    weights : ndarray of shape (n_texts,)
        How much each counts.

    Returns
    -------
    LinearClassifier
        Labels as LABELS.
    """
    return LinearClassifier((View(ngrams=(1, 3), bits=17),), strength=3.0).fit([texts], np.eye(3)[labels], LABELS, weights)


def _clause_targets(comment: GoldComment) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Feeling of each clause, that of the mentions in it (complaint before praise before neutral), and whether it has one."""
    targets = np.full(len(comment.passage.clauses), LABELS.index("neutral"), dtype=np.intp)
    mentioned = np.zeros(len(targets), dtype=bool)
    for wanted in (0, 1, -1):
        for mention, clauses in comment.found:
            if mention["polarity"] == wanted:
                targets[list(clauses)] = POLARITIES[wanted]
                mentioned[list(clauses)] = True
    return targets, mentioned


def _out_of_fold(features: Doubles, classes: NDArray[np.intp], weights: Doubles, fold: NDArray[np.intp]) -> Doubles:
    probabilities = np.zeros((len(classes), int(classes.max()) + 1))
    for held in range(FOLDS):
        inside = fold != held
        probabilities[~inside] = DenseHead.fit(features[inside], classes[inside], weights[inside]).predict_proba(features[~inside])
    return probabilities


def _measure(probabilities: Doubles, classes: NDArray[np.intp]) -> dict[str, Any]:
    said = probabilities.argmax(axis=1)
    per_label = f1_score(classes, said, average=None)
    return {
        "accuracy": _rounded(accuracy_score(classes, said)),
        "macro_f1": _rounded(per_label.mean()),
        "f1": {label: _rounded(value) for label, value in zip(LABELS, per_label, strict=True)},
        "ece": _rounded(calibration_error(probabilities.max(axis=1), said == classes)),
        "n": len(classes),
    }


def calibration_error(confidence: Doubles, right: NDArray[np.bool_], bins: int = 10) -> float:
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
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(place, confidence - right, minlength=bins)
    return float(np.abs(gap).sum() / len(right))


def _rounded(value: float) -> float:
    return round(float(value), 4)
