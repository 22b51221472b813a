"""From annotated comments and annotations to the record of all figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.evaluate.aspects import ASPECTS, Compared, compare, has_three, label_measures
from voc.evaluate.bootstrap import RESAMPLES, bootstrap
from voc.evaluate.gold import Gold
from voc.evaluate.measures import Measure, f1, ratio
from voc.evaluate.probabilities import probability_measures, sentiment_reliability
from voc.evaluate.records import Evaluation, Figure, LabelScore, Slice
from voc.evaluate.slices import SMALLEST, slice_comments
from voc.evaluate.spans import span_measures
from voc.metrics import DIGITS
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
    everything = np.arange(len(gold))
    return Evaluation(
        gold=name,
        n=len(gold),
        models=_models(annotations),
        resamples=resamples,
        seed=seed,
        figures=_figures(measures, everything, resamples, seed),
        sentiment=_label_scores(compared["sentiment"]),
        confusion=_confusion(gold, annotations),
        touchpoints=_most_frequent_first(_label_scores(compared["touchpoint"])),
        intents=_most_frequent_first(_label_scores(compared["intent"])),
        slices=tuple(
            Slice(
                group=group,
                name=kind,
                n=len(rows),
                too_small=len(rows) < SMALLEST,
                figures=_figures({figure: measures[figure] for figure in SLICED}, rows, resamples, seed),
            )
            for group, kind, rows in slice_comments(gold, annotations)
        ),
        reliability=sentiment_reliability(gold, annotations),
    )


def _figures(measures: Mapping[str, Measure], rows: NDArray[np.intp], resamples: int, seed: int) -> dict[str, Figure]:
    """Those figures of some comments that are known of any of them."""
    known = {
        figure: Measure(counts[rows], value, here)
        for figure, (counts, value, known) in measures.items()
        if (here := known[rows]).any() and counts.shape[1]
    }
    if not known:
        return {}
    intervals = bootstrap(list(known.values()), len(rows), resamples=resamples, seed=seed)
    return {
        figure: Figure(
            n=int(measure.known.sum()),
            value=round(float(measure.value(measure.counts.sum(axis=0))), DIGITS),
            interval=(round(low, DIGITS), round(high, DIGITS)),
        )
        for (figure, measure), (low, high) in zip(known.items(), intervals, strict=True)
    }


def _label_scores(compared: Compared) -> dict[Any, LabelScore]:
    if not compared.known.any():
        return {}
    sums = compared.counts.sum(axis=0)
    right, extra, missed = sums.T
    figures = np.round([ratio(right, right + extra), ratio(right, right + missed), f1(sums)], DIGITS)
    return {
        label: LabelScore(n=int(uses), precision=precision, recall=recall, f1=harmonic)
        for label, uses, precision, recall, harmonic in zip(compared.labels, right + missed, *figures.tolist(), strict=True)
    }


def _most_frequent_first(scores: dict[str, LabelScore]) -> dict[str, LabelScore]:
    return dict(sorted(scores.items(), key=lambda item: (-item[1].n, item[0])))


def _confusion(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> dict[Label, dict[Label, int]]:
    pairs = zip(gold, annotations, strict=True)
    seen = Counter((item.sentiment, annotation.sentiment.label) for item, annotation in pairs if has_three(item))
    return {label: {said: seen[label, said] for said in LABELS} for label in LABELS} if seen else {}


def _models(annotations: Sequence[Annotation]) -> dict[str, str]:
    used = {pair for annotation in annotations for pair in annotation.models.items()}
    return {task: ", ".join(sorted(model for one, model in used if one == task)) for task in sorted({task for task, _ in used})}
