"""What annotator and pipeline are compared in, and the figures of each: labels, probabilities, evidence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voc.classify.head import Doubles
from voc.evaluate.gold import Gold
from voc.evaluate.measures import FREQUENT, Measure, macro, micro, rate, set_counts
from voc.evaluate.reliability import Bin, calibration_measure, reliability_bins
from voc.records import LABELS, Annotation, Label
from voc.taxonomy import OVERALL

_BINARY: tuple[Label, Label] = ("negative", "positive")


class Aspect(NamedTuple):
    """One thing that both say of a comment, as a set of labels.

    Parameters
    ----------
    gold : callable
        What the annotator says; None where not asked.
    said : callable
        What the pipeline says.
    labels : sequence, optional
        Labels that count; all in use where left out.
    """

    gold: Callable[[Gold], Collection[Hashable] | None]
    said: Callable[[Annotation], Collection[Hashable]]
    labels: Sequence[Hashable] | None = None


class Compared(NamedTuple):
    """An aspect of all comments.

    Parameters
    ----------
    known : ndarray of shape (n_comments,)
        Where the annotator was asked.
    labels : sequence of length n_labels
        Labels that count.
    counts : ndarray of shape (n_comments, n_labels, 3)
        As of `set_counts`; zeros where not known.
    """

    known: NDArray[np.bool_]
    labels: Sequence[Hashable]
    counts: Doubles


ASPECTS = {
    "sentiment": Aspect(lambda gold: {gold.sentiment} if has_three(gold) else None, lambda said: {said.sentiment.label}, LABELS),
    "binary": Aspect(
        lambda gold: {gold.sentiment} if gold.is_binary else None,
        lambda said: {max(_BINARY, key=said.sentiment.probabilities.__getitem__)},
        _BINARY,
    ),
    "mixed": Aspect(lambda gold: None if gold.mixed is None else {gold.mixed}, lambda said: {said.sentiment.mixed}, (True,)),
    "uninformative": Aspect(
        lambda gold: None if gold.informative is None else {gold.informative}, lambda said: {said.informative}, (False,)
    ),
    "touchpoint": Aspect(
        lambda gold: None if gold.mentions is None else {mention.touchpoint for mention in gold.mentions} - {OVERALL},
        lambda said: {mention.id for mention in said.touchpoints} - {OVERALL},
    ),
    "mention": Aspect(
        lambda gold: None if gold.mentions is None else {(m.touchpoint, m.label) for m in gold.mentions if m.touchpoint != OVERALL},
        lambda said: {(mention.id, mention.polarity) for mention in said.touchpoints if mention.id != OVERALL},
    ),
    "intent": Aspect(lambda gold: gold.intents, lambda said: {intent.id for intent in said.intents}),
}


def has_three(gold: Gold) -> bool:
    """Whether one of the three sentiments is known of a comment.

    Parameters
    ----------
    gold : Gold
        An annotated comment.

    Returns
    -------
    bool
        False for sources without a neutral class.
    """
    return gold.sentiment is not None and not gold.is_binary


def compare(gold: Sequence[Gold], annotations: Sequence[Annotation], aspect: Aspect) -> Compared:
    """Compare annotator and pipeline in one aspect.

    Parameters
    ----------
    gold : sequence of Gold, length n_comments
        Annotated comments.
    annotations : sequence of Annotation, length n_comments
        What was said of them.
    aspect : Aspect
        One of `ASPECTS`.

    Returns
    -------
    Compared
        For all comments.
    """
    should = [aspect.gold(item) for item in gold]
    said = [() if known is None else aspect.said(annotation) for known, annotation in zip(should, annotations, strict=True)]
    has = [known or () for known in should]
    labels = aspect.labels if aspect.labels is not None else sorted(set[Hashable]().union(*has, *said), key=str)
    return Compared(np.array([known is not None for known in should]), labels, set_counts(has, said, labels))


def label_measures(compared: dict[str, Compared]) -> dict[str, Measure]:
    """Figures of the labels: accuracy where there is one label to each comment, else micro-F1; and macro-F1.

    Parameters
    ----------
    compared : dict of str to Compared
        Each of `ASPECTS`.

    Returns
    -------
    dict of str to Measure
        By the figure's name.
    """

    return {
        "sentiment_accuracy": _micro(compared["sentiment"]),
        "sentiment_macro_f1": _macro(compared["sentiment"]),
        "binary_accuracy": _micro(compared["binary"]),
        "binary_macro_f1": _macro(compared["binary"]),
        "mixed_f1": _micro(compared["mixed"]),
        "uninformative_f1": _micro(compared["uninformative"]),
        "touchpoint_micro_f1": _micro(compared["touchpoint"]),
        "touchpoint_macro_f1": _macro(compared["touchpoint"], FREQUENT),
        "mention_micro_f1": _micro(compared["mention"]),
        "mention_macro_f1": _macro(compared["mention"], FREQUENT),
        "intent_micro_f1": _micro(compared["intent"]),
    }


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


def span_measures(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> dict[str, Measure]:
    """Share of the mentions found with the right polarity whose spans share two characters with the annotator's evidence.

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
    known = np.array([item.mentions is not None for item in gold])
    hits = np.array([_span_hits(item, annotation) for item, annotation in zip(gold, annotations, strict=True)], dtype=float)
    return {"span_hit_rate": Measure(hits, rate, known)}


def _micro(compared: Compared) -> Measure:
    return micro(compared.counts, compared.known)


def _macro(compared: Compared, least: int = 0) -> Measure:
    return macro(compared.counts, compared.known, least)


def _known(gold: Sequence[Gold]) -> NDArray[np.bool_]:
    return np.array([has_three(item) for item in gold])


def _confidences(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> tuple[Doubles, NDArray[np.bool_]]:
    """Probability of the label said, and whether it is the annotator's."""
    right = [item.sentiment == annotation.sentiment.label for item, annotation in zip(gold, annotations, strict=True)]
    return np.array([annotation.sentiment.score for annotation in annotations]), np.array(right)


def _span_hits(gold: Gold, annotation: Annotation) -> tuple[int, int]:
    """Mentions whose spans share two characters with the evidence, of those that could."""
    hits = total = 0
    for mention in annotation.touchpoints:
        evidence = [one.evidence for one in gold.mentions or () if (one.touchpoint, one.label) == (mention.id, mention.polarity)]
        if evidence and mention.spans:
            total += 1
            said = set[str]().union(*(_bigrams(annotation.text[span.start : span.end]) for span in mention.spans))
            hits += any(said & _bigrams(words) for words in evidence)
    return hits, total


def _bigrams(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text))
    return {letters[at : at + 2] for at in range(len(letters) - 1)} or {letters}
