"""Heads by logistic regression on an encoder's vectors: exact where few examples would leave gradient descent half-way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from voc.classify.heads import COMMENT_HEADS, Heads
from voc.encoder import Encoded
from voc.training.lessons import UNKNOWN, Lesson

Doubles = NDArray[np.float64]
_STRENGTH = 0.05  # inverse of the L2 penalty, on standardised vectors
_ROUNDS = 200


def fit_probe(lessons: Sequence[Lesson], encoded: Sequence[Encoded], labels: Mapping[str, tuple[str, ...]]) -> Heads:
    """Fit heads on what an encoder makes of annotated comments.

    Parameters
    ----------
    lessons : sequence of Lesson, length n_comments
        Fully annotated, as `voc.training.lessons.gold_lessons` makes them.
    encoded : sequence of Encoded, length n_comments
        Their vectors.
    labels : mapping of str to (tuple of str)
        The heads to fit, of ``sentiment``, ``mixed``, ``informative``, ``intent``, ``polarity``, ``touchpoint``.

    Returns
    -------
    Heads
        A logistic regression for each label.
    """
    comments = np.array([each.comment for each in encoded])
    around = np.repeat(comments, [len(each.clauses) for each in encoded], axis=0)
    clauses = np.hstack([np.vstack([each.clauses for each in encoded]), around])
    weights = {}
    for name, names in labels.items():
        targets, counts = _targets(name, lessons, names)
        weights[name] = _regress(comments if name in COMMENT_HEADS else clauses, targets, counts)
    return Heads(labels, weights)


def _regress(inputs: NDArray[np.float32], targets: Doubles, counts: Doubles) -> NDArray[np.float32]:
    """One row of weights a label, the intercept last, for vectors as they are."""
    rows = counts > 0
    mean, scale = inputs[rows].mean(axis=0), inputs[rows].std(axis=0) + 1e-6
    standard = (inputs[rows] - mean) / scale
    found = []
    for target in targets[rows].T:
        if target.min() == target.max():  # nothing to learn from: never (or always) this label
            found.append(np.append(np.zeros(inputs.shape[1]), 9.0 if target.max() else -9.0))
            continue
        model = LogisticRegression(C=_STRENGTH, max_iter=_ROUNDS).fit(standard, target, counts[rows])
        slopes = model.coef_[0] / scale
        found.append(np.append(slopes, model.intercept_[0] - slopes @ mean))
    return np.array(found, dtype=np.float32)


def _targets(name: str, lessons: Sequence[Lesson], names: Sequence[str]) -> tuple[Doubles, Doubles]:
    """Targets of a head (n_rows, n_labels), and how much each row counts."""
    if name == "touchpoint":
        return np.vstack([lesson.touchpoints for lesson in lessons if lesson.touchpoints is not None]), np.ones(
            sum(len(lesson.passage.clauses) for lesson in lessons)
        )
    if name == "polarity":
        felt = np.vstack([lesson.polarity for lesson in lessons if lesson.polarity is not None])
        return np.eye(len(names))[felt[:, 0].astype(int)], felt[:, 1]
    if name == "sentiment":
        return np.eye(len(names))[[lesson.sentiment for lesson in lessons]], np.array([lesson.weight for lesson in lessons])
    if name == "intent":
        said = [lesson.intents for lesson in lessons]
        return np.array([[float(label in (each or ())) for label in names] for each in said]), np.array(
            [float(each is not None) for each in said]
        )
    known = [lesson.flags.get(name, UNKNOWN) for lesson in lessons]
    return np.array([[float(flag == 1)] for flag in known]), np.array([float(flag != UNKNOWN) for flag in known])
