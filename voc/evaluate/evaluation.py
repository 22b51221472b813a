"""From annotated comments and annotations to the record of all figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from voc.evaluate.aspects import (
    ASPECTS,
    Compared,
    compare,
    has_three,
    label_measures,
    probability_measures,
    sentiment_reliability,
    span_measures,
)
from voc.evaluate.figures import all_figures, label_scores, most_frequent_first, slice_figures
from voc.evaluate.gold import Gold
from voc.evaluate.measures import RESAMPLES
from voc.evaluate.records import Evaluation, LabelScore
from voc.evaluate.slices import Traits, slice_comments
from voc.records import LABELS, Annotation, Label

SLICED = ("sentiment_accuracy", "sentiment_macro_f1", "binary_accuracy", "binary_macro_f1", "touchpoint_micro_f1", "mention_micro_f1")


def evaluate(
    gold: Sequence[Gold], annotations: Sequence[Annotation], *, name: str = "", resamples: int = RESAMPLES, seed: int = 42
) -> Evaluation:
    """Hold annotations against what the annotators said.

    Parameters
    ----------
    gold : sequence of Gold, length n_comments
        As of `read_gold`, at least one.
    annotations : sequence of Annotation, length n_comments
        As of `score_gold` or `read_scores`: of the same comments in the same order.
    name : str
        Of the gold file.
    resamples : int
        Of the bootstrap, ≥ 1.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Evaluation
        All figures that the gold file can tell.
    """
    compared = {aspect: compare(gold, annotations, how) for aspect, how in ASPECTS.items()}
    measures = {**label_measures(compared), **probability_measures(gold, annotations), **span_measures(gold, annotations)}
    traits = [_traits(*pair) for pair in zip(gold, annotations, strict=True)]
    return Evaluation(
        gold=name,
        n=len(gold),
        models=_models(annotations),
        resamples=resamples,
        seed=seed,
        figures=all_figures(measures, np.arange(len(gold)), resamples, seed),
        sentiment=_label_scores(compared["sentiment"]),
        confusion=_confusion(gold, annotations),
        touchpoints=most_frequent_first(_label_scores(compared["touchpoint"])),
        intents=most_frequent_first(_label_scores(compared["intent"])),
        slices=slice_figures({figure: measures[figure] for figure in SLICED}, slice_comments(traits), resamples, seed),
        reliability=sentiment_reliability(gold, annotations),
    )


def _label_scores(compared: Compared) -> dict[Any, LabelScore]:
    return label_scores(compared.labels, compared.counts) if compared.known.any() else {}


def _traits(gold: Gold, annotation: Annotation) -> Traits:
    return Traits(gold.source, gold.text, annotation.normalised, annotation.language, gold.mixed)


def _confusion(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> dict[Label, dict[Label, int]]:
    pairs = zip(gold, annotations, strict=True)
    seen = Counter((item.sentiment, annotation.sentiment.label) for item, annotation in pairs if has_three(item))
    return {label: {said: seen[label, said] for said in LABELS} for label in LABELS} if seen else {}


def _models(annotations: Sequence[Annotation]) -> dict[str, str]:
    used = {pair for annotation in annotations for pair in annotation.models.items()}
    return {task: ", ".join(sorted(model for one, model in used if one == task)) for task in sorted({task for task, _ in used})}
