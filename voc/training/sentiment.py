"""Fits the sentiment model: two n-gram models, then heads on what they say of comments that they have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.classify.head import DenseHead, Doubles
from voc.classify.linear import LinearClassifier, View
from voc.evaluate.figures import label_scores
from voc.evaluate.measures import macro_f1, mark_counts
from voc.evaluate.reliability import calibration_error
from voc.metrics import DIGITS
from voc.records import LABELS
from voc.sentiment import MIXED_FROM, Opinion, SentimentModel, clause_features, comment_features, gather_evidence
from voc.training.data import EXAMPLE, POLARITIES, GoldComment, Labelled, folds
from voc.training.lessons import UNMENTIONED_WEIGHT
from voc.training.measure import measure_classes

FOLDS = 5
# Our examples are all of one clause: as whole comments they count less, among the n-grams of the many more.
EXAMPLE_WEIGHT = 0.2
# One comment in ten is neutral; counted once, half of them are missed. Out of fold, macro-F1 rises from 0.828 to 0.833 (best) and from
# 0.796 to 0.806 (fast), accuracy falls by 0.002; twice would bring 0.005 more, and cost short and colloquial praise its label.
NEUTRAL_WEIGHT = 1.5
EXAMPLE_NGRAM_WEIGHT = 5.0
NGramModels = tuple[LinearClassifier, LinearClassifier]  # polarity, tone


def train_ngrams(gold: Sequence[GoldComment], labelled: Labelled) -> NGramModels:
    """Learn the two n-gram models from many weakly labelled and few well annotated comments.

    A binary set says nothing of neutral, so the many teach praise against complaint only, together with our examples; tone
    comes from the annotated ones.

    Parameters
    ----------
    gold : sequence of GoldComment
        Annotated comments, and clauses of our own.
    labelled : Labelled
        Must not hold the gold texts.

    Returns
    -------
    tuple of LinearClassifier
        Polarity and tone.
    """
    examples = [comment for comment in gold if comment.is_example and comment.row["sentiment"] != "neutral"]
    polarity = fit_polarity(
        labelled.extended([(comment.passage.normalised, LABELS.index(comment.row["sentiment"])) for comment in examples], EXAMPLE)
    )
    labels = np.array([LABELS.index(comment.row["sentiment"]) for comment in gold])
    weights = np.where([comment.is_example for comment in gold], EXAMPLE_WEIGHT, 1.0)
    tone = fit_tone([comment.passage.normalised for comment in gold], labels, weights)
    return polarity, tone


def train_heads(
    gold: Sequence[GoldComment], opinions: Sequence[Opinion], models: NGramModels, seed: int = 42
) -> tuple[SentimentModel, dict[str, Any]]:
    """Weigh the n-gram models against an encoder, on what both say of comments that they have not seen.

    Parameters
    ----------
    gold : sequence of GoldComment
        Annotated comments that neither has seen.
    opinions : sequence of (mapping of str to ndarray), length n_gold
        Of the encoder.
    models : tuple of LinearClassifier
        Polarity and tone.
    seed : int
        Of the folds.

    Returns
    -------
    SentimentModel
        Fitted on all of them.
    dict
        Figures measured out of fold (see `voc.training.measure.measure_classes`), and those of the clauses with a mention.
    """
    passages = [comment.passage for comment in gold]
    known = gather_evidence(passages, opinions, *models)
    sentiments = np.array([LABELS.index(comment.row["sentiment"]) for comment in gold])
    mixed = np.array([int(comment.row["mixed"]) for comment in gold])
    whole = comment_features(passages, known)
    targets = [_clause_targets(comment) for comment in gold]
    clauses, clause_labels = clause_features(passages, known), np.concatenate([labels for labels, _ in targets])
    mentioned = np.concatenate([said for _, said in targets])
    weights, clause_weights = (
        np.where(sentiments == LABELS.index("neutral"), NEUTRAL_WEIGHT, 1.0),
        np.where(mentioned, 1.0, UNMENTIONED_WEIGHT),
    )

    fold = folds(range(len(gold)), FOLDS, seed)
    alike = np.ones(len(gold))
    both = _out_of_fold(whole, mixed, alike, fold)[:, 1] >= MIXED_FROM
    metrics = measure_classes(gold, _out_of_fold(whole, sentiments, weights, fold), sentiments, both)
    said = _out_of_fold(clauses, clause_labels, clause_weights, np.repeat(fold, [len(passage.clauses) for passage in passages]))
    metrics["mentioned_clause"] = _measure_clauses(said[mentioned], clause_labels[mentioned])
    heads = [
        DenseHead.fit(whole, sentiments, weights),
        DenseHead.fit(clauses, clause_labels, clause_weights),
        DenseHead.fit(whole, mixed, alike),
    ]
    return SentimentModel(*models, *heads), metrics


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
        # Among few comments the only one of a class may be held out: nothing can be said of that class then.
        present, places = np.unique(classes[inside], return_inverse=True)
        head = DenseHead.fit(features[inside], places, weights[inside])
        probabilities[np.ix_(~inside, present)] = head.predict_proba(features[~inside])
    return probabilities


def _measure_clauses(probabilities: Doubles, classes: NDArray[np.intp]) -> dict[str, Any]:
    said, one_hot = probabilities.argmax(axis=1), np.eye(len(LABELS), dtype=bool)
    counts = mark_counts(one_hot[classes], one_hot[said])
    return {
        "accuracy": _rounded((said == classes).mean()),
        "macro_f1": _rounded(macro_f1(counts.sum(axis=0))),
        "ece": _rounded(calibration_error(probabilities.max(axis=1), said == classes)),
        "n": len(classes),
        "labels": {label: score.model_dump() for label, score in label_scores(LABELS, counts).items()},
    }


def _rounded(value: float | Doubles) -> float:
    return round(float(value), DIGITS)
