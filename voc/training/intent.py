"""Fits what weighs the encoder's opinion of intents against stated phrases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from voc.classify.blend import Blend
from voc.intent import INTENTS, find_intents, purpose_scores
from voc.sentiment import Opinion
from voc.training.data import GoldComment, folds

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
        Figures measured out of fold: micro-F1 over intents, F1 of each label.
    """
    passages = [comment.passage for comment in gold]
    voices = purpose_scores(passages, [find_intents(passage.normalised) for passage in passages], opinions)
    rows = [comment.row for comment in gold]
    targets = np.array([[*(name in row.get("intents", ()) for name in INTENTS), not row.get("informative", True)] for row in rows], float)
    fold = folds(range(len(gold)), FOLDS, seed)
    said = np.zeros_like(targets)
    for held in range(FOLDS):
        inside, outside = fold != held, fold == held
        said[outside] = Blend.fit([voice[inside] for voice in voices], targets[inside]).predict_proba([voice[outside] for voice in voices])
    wanted, found = targets[:, :-1], said[:, :-1]
    intents = max(THRESHOLDS, key=lambda threshold: f1_score(wanted, found >= threshold, average="micro", zero_division=0.0))
    nothing = max(THRESHOLDS, key=lambda threshold: f1_score(targets[:, -1], said[:, -1] >= threshold, zero_division=0.0))
    thresholds = [float(intents)] * len(INTENTS) + [float(nothing)]
    per_label = f1_score(targets, said >= np.array(thresholds), average=None, zero_division=0.0)
    metrics = {
        "micro_f1": round(float(f1_score(wanted, found >= intents, average="micro", zero_division=0.0)), 4),
        "f1": {name: round(float(value), 4) for name, value in zip((*INTENTS, UNINFORMATIVE), per_label, strict=True)},
        "n": len(gold),
    }
    return Blend.fit(voices, targets), thresholds, metrics
