"""Touchpoints of a comment: which ones it evaluates, how, and where it says so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from voc.classify import Classifier, Floats, classifier_class
from voc.records import Label, Mention, Span, Verdict
from voc.sentiment import DIGITS, Passage
from voc.taxonomy import OVERALL, Taxonomy

# A keyword alone, where the model does not know the touchpoint (a taxonomy of the user's own).
_KEYWORD_SCORE = 0.6


class TouchpointModel:
    """Multi-label classifier of clauses that sees the clause, the comment around it and the taxonomy's keywords.

    Parameters
    ----------
    classifier : Classifier
        Over the three fields of `touchpoint_fields`.
    taxonomy : Taxonomy
        Touchpoints that the classifier does not know are found by their keywords alone.
    threshold : float
        Probability from which a touchpoint is said, 0–1.
    """

    def __init__(self, classifier: Classifier, taxonomy: Taxonomy, threshold: float) -> None:
        self.classifier = classifier
        self.taxonomy = taxonomy
        self.threshold = threshold

    def predict(self, passages: Sequence[Passage]) -> list[Floats]:
        """Probability of each touchpoint in each clause.

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length.

        Returns
        -------
        list of ndarray of shape (n_clauses, n_touchpoints), length n_comments
            Columns follow the taxonomy.
        """
        if not passages:
            return []
        fields = touchpoint_fields(passages, self.taxonomy)
        known = dict(zip(self.classifier.labels_, self.classifier.predict_proba(fields).T, strict=True))
        columns = []
        for touchpoint in self.taxonomy.touchpoints:
            learned = known.get(touchpoint.id)
            columns.append(_keyword_scores(fields[2], touchpoint.id) if learned is None else learned)
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
        chosen = []
        for row in scores:
            said = {
                ids[column]: round(float(row[column]), DIGITS)
                for column in np.argsort(-row, kind="stable")
                if row[column] >= self.threshold
            }
            if len(said) > 1:
                said.pop(OVERALL, None)
            chosen.append(said)
        return chosen

    def save(self, folder: Path) -> None:
        """Write the classifier into a folder.

        Parameters
        ----------
        folder : pathlib.Path
            Made if missing.
        """
        self.classifier.save(folder)

    @classmethod
    def load(cls, folder: Path, taxonomy: Taxonomy, threshold: float, classifier: str = "linear") -> TouchpointModel:
        """Read what `save` wrote.

        Parameters
        ----------
        folder : pathlib.Path
            The one given to `save`.
        taxonomy : Taxonomy
            May differ from the one that it was trained with.
        threshold : float
            Probability from which a touchpoint is said, 0–1.
        classifier : str
            As `classifier_class` takes it.

        Returns
        -------
        TouchpointModel
            Fitted.

        Raises
        ------
        ImportError, AttributeError
            If there is no such class.
        """
        return cls(classifier_class(classifier).load(folder), taxonomy, threshold)


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


def _keyword_scores(hints: Sequence[str], name: str) -> Floats:
    return np.array([_KEYWORD_SCORE if name in hint.split() else 0.0 for hint in hints], dtype=np.float32)


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
