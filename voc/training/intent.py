"""Fits what weighs the encoder's opinion of intents against stated phrases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from voc.classify.blend import Blend
from voc.intent import find_intents, purpose_scores
from voc.records import INTENTS
from voc.sentiment import Opinion
from voc.training.data import GoldComment, folds
from voc.training.measure import best_threshold, measure_marks

FOLDS = 5
UNINFORMATIVE = "uninformative"
THRESHOLDS = np.round(np.arange(0.15, 0.72, 0.03), 2)


def train_intent(gold: Sequence[GoldComment], opinions: Sequence[Opinion], seed: int = 42) -> tuple[Blend, list[float], dict[str, Any]]:
    """Weigh an encoder against known phrases, and choose from which probability an intent is said.

    Parameters
    ----------
    gold : sequence of GoldComment
        Annotated comments that the encoder has not seen.
    opinions : sequence of (mapping of str to ndarray), length n_gold
        Of the encoder.
    seed : int
        Of the folds.

    Returns
    -------
    Blend
        Labels as `INTENTS`, then uninformative.
    list of float, length n_intents + 1
        Thresholds; one for all intents, since most have too few examples for one of their own.
    dict
        Figures measured out of fold (see `voc.training.measure.measure_marks`).
    """
    known = [comment.row.get("intents", ()) is not None and comment.row.get("informative", True) is not None for comment in gold]
    asked = [index for index, knows in enumerate(known) if knows]
    gold, opinions = [gold[index] for index in asked], [opinions[index] for index in asked]
    passages = [comment.passage for comment in gold]
    voices = purpose_scores(passages, [find_intents(passage.normalised) for passage in passages], opinions)
    rows = [comment.row for comment in gold]
    targets = np.array([[*(name in row.get("intents", ()) for name in INTENTS), not row.get("informative", True)] for row in rows], float)
    fold = folds(range(len(gold)), FOLDS, seed)
    said = np.zeros_like(targets)
    for held in range(FOLDS):
        inside, outside = fold != held, fold == held
        said[outside] = Blend.fit([voice[inside] for voice in voices], targets[inside]).predict_proba([voice[outside] for voice in voices])
    should, names = targets > 0, (*INTENTS, UNINFORMATIVE)
    intents = best_threshold(should[:, :-1], said[:, :-1], THRESHOLDS)
    nothing = best_threshold(should[:, -1:], said[:, -1:], THRESHOLDS)
    thresholds = [intents] * len(INTENTS) + [nothing]
    metrics = measure_marks(gold, names, should, said, said >= np.array(thresholds), apart=(UNINFORMATIVE,))
    return Blend.fit(voices, targets), thresholds, metrics
