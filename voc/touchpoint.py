"""Touchpoints of a comment: which ones it evaluates, how, and where it says so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from voc.classify import Classifier, Floats
from voc.classify.blend import Blend
from voc.records import Label, Mention, Span, Verdict
from voc.sentiment import DIGITS, Opinion, Passage
from voc.taxonomy import OVERALL, Taxonomy

# A keyword alone, where the model does not know the touchpoint (a taxonomy of the user's own).
_KEYWORD_SCORE = 0.6


class TouchpointModel:
    """Multi-label classifier of clauses: the encoder's opinion, n-grams and the taxonomy's keywords, weighed together.

    Parameters
    ----------
    classifier : Classifier
        Over the three fields of `touchpoint_fields`.
    blend : Blend
        Weighs the three for each touchpoint that the classifier knows.
    taxonomy : Taxonomy
        Touchpoints that the classifier does not know are found by their keywords and, where they were learned,
        by the opinion ``own`` (see `voc.fewshot`).
    threshold : float
        Probability from which a touchpoint is said, 0–1.
    """

    def __init__(self, classifier: Classifier, blend: Blend, taxonomy: Taxonomy, threshold: float) -> None:
        self.classifier = classifier
        self.blend = blend
        self.taxonomy = taxonomy
        self.threshold = threshold

    @property
    def taught(self) -> tuple[str, ...]:  # numpydoc ignore=RT01
        """Touchpoints that the classifier does not know and the taxonomy gives examples of: two at least, to be told apart."""
        names = [touchpoint.id for touchpoint in self.taxonomy.touchpoints if touchpoint.examples]
        taught = tuple(name for name in names if name not in self.classifier.labels_)
        return taught if len(taught) > 1 else ()

    def predict(self, passages: Sequence[Passage], opinions: Sequence[Opinion]) -> list[Floats]:
        """Probability of each touchpoint in each clause.

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length.
        opinions : sequence of (mapping of str to ndarray), length n_comments
            What the encoder's heads say of them: ``touchpoint`` (n_clauses, n_known_touchpoints).

        Returns
        -------
        list of ndarray of shape (n_clauses, n_touchpoints), length n_comments
            Columns follow the taxonomy.
        """
        if not passages:
            return []
        fields = touchpoint_fields(passages, self.taxonomy)
        linear = self.classifier.decision_function(fields)
        encoder = np.vstack([opinion["touchpoint"] for opinion in opinions])
        learned = self.blend.predict_proba([encoder, linear, keyword_hits(fields[2], self.classifier.labels_)])
        known = dict(zip(self.classifier.labels_, learned.T, strict=True))
        own = dict(zip(self.taught, np.vstack([opinion["own"] for opinion in opinions]).T, strict=True)) if "own" in opinions[0] else {}
        columns = []
        for touchpoint in self.taxonomy.touchpoints:
            column = known.get(touchpoint.id)
            if column is None:
                column = np.maximum(_KEYWORD_SCORE * keyword_hits(fields[2], (touchpoint.id,))[:, 0], own.get(touchpoint.id, 0))
            columns.append(column)
        scores = np.array(columns, dtype=np.float32).T
        bounds = np.cumsum([0, *(len(passage.clauses) for passage in passages)])
        return [scores[start:end] for start, end in pairwise(bounds)]

    def choose(self, scores: Floats) -> list[dict[str, float]]:
        """Touchpoints that each clause speaks of.

        Parameters
        ----------
        scores : ndarray of shape (n_clauses, n_touchpoints)
            From `predict`.

        Returns
        -------
        list of dict of str to float, length n_clauses
            Touchpoint → probability, the likeliest first; `overall` only where nothing else is said.
        """
        ids = [touchpoint.id for touchpoint in self.taxonomy.touchpoints]
        likely = scores >= self.threshold
        chosen = []
        for row, columns in zip(scores.tolist(), likely, strict=True):
            ranked = sorted(np.flatnonzero(columns).tolist(), key=row.__getitem__, reverse=True)  # stable
            said = {ids[column]: round(row[column], DIGITS) for column in ranked}
            if len(said) > 1:
                said.pop(OVERALL, None)
            chosen.append(said)
        return chosen


def touchpoint_fields(passages: Sequence[Passage], taxonomy: Taxonomy) -> list[list[str]]:
    """What the classifier sees of each clause.

    Parameters
    ----------
    passages : sequence of Passage
        Comments.
    taxonomy : Taxonomy
        Whose keywords count.

    Returns
    -------
    list of three (list of str, length n_clauses)
        The clause, the comment around it, and the touchpoints that its keywords hint at (``"delivery delivery packaging"``).
    """
    clauses = [clause for passage in passages for clause in passage.clauses]
    around = [passage.normalised for passage in passages for _ in passage.clauses]
    hints = [" ".join(name for name, hits in taxonomy.keyword_hits(clause).items() for _ in range(min(hits, 2))) for clause in clauses]
    return [clauses, around, hints]


def keyword_hits(hints: Sequence[str], names: Sequence[str]) -> Floats:
    """Whether a keyword of each touchpoint occurs.

    Parameters
    ----------
    hints : sequence of str, length n_clauses
        Third field of `touchpoint_fields`.
    names : sequence of str
        Touchpoints.

    Returns
    -------
    ndarray of shape (n_clauses, n_names), float32
        0 or 1.
    """
    said = [set(hint.split()) for hint in hints]
    return np.array([[name in words for name in names] for words in said], dtype=np.float32).reshape(len(said), len(names))


def roll_up(spans: Sequence[Span], verdicts: Sequence[Verdict], chosen: Sequence[dict[str, float]]) -> tuple[Mention, ...]:
    """Gather what the clauses say into one mention per touchpoint and polarity.

    Parameters
    ----------
    spans, verdicts, chosen : sequences of length n_clauses
        Where each clause is, how it feels, and what it speaks of.

    Returns
    -------
    tuple of Mention
        In order of appearance. A neutral mention gives way to a felt one of the same touchpoint; `overall` is said only
        where no specific touchpoint carries the same feeling.
    """
    places: dict[tuple[str, Label], list[int]] = {}
    for index, said in enumerate(chosen):
        for name in said:
            places.setdefault((name, verdicts[index].label), []).append(index)
    felt = {name for name, label in places if label != "neutral"}
    specific = {label for name, label in places if name != OVERALL}
    return tuple(
        Mention(
            id=name, polarity=label, score=max(chosen[index][name] for index in indices), spans=tuple(spans[index] for index in indices)
        )
        for (name, label), indices in places.items()
        if not (label == "neutral" and name in felt) and not (name == OVERALL and label in specific)
    )
