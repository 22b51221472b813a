"""Sentiment of clauses and of the comment that they make up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from voc.classify import Classifier
from voc.classify.head import DenseHead, Doubles
from voc.cues import cue_counts, without_turn
from voc.denial import denies_fault
from voc.groups import Groups
from voc.records import LABELS, Sentiment, Verdict

# Places kept of a published probability; also hides the last bits that differ between machines.
DIGITS = 4
MIXED_FROM = 0.4
Opinion = Mapping[str, NDArray[np.float32]]  # head of the encoder → its scores (see `voc.classify.heads`)


@dataclass(frozen=True)
class Passage:
    """A normalised comment cut into clauses.

    Parameters
    ----------
    normalised : str
        What is analysed.
    spans : tuple of (int, int)
        Half-open character ranges of its clauses, in order.
    """

    normalised: str
    spans: tuple[tuple[int, int], ...]

    @cached_property
    def clauses(self) -> tuple[str, ...]:  # numpydoc ignore=RT01
        """Texts of the clauses; the whole comment where there is none."""
        return tuple(self.normalised[start:end] for start, end in self.spans) or (self.normalised,)


@dataclass(frozen=True)
class Evidence:
    """What the two n-gram models and the encoder say of comments, before the heads weigh it.

    Parameters
    ----------
    polarity, clause_polarity : ndarray of shape (n_comments,), (n_clauses,)
        Log-odds of praise against complaint; the clauses are those of all comments, in order.
    tone, clause_tone : ndarray of shape (n_comments, 3), (n_clauses, 3)
        Logits of negative, neutral, positive.
    opinion, clause_opinion : ndarray of shape (n_comments, 3), (n_clauses, 3)
        The encoder's logits of the same.
    mixed : ndarray of shape (n_comments, 1)
        Its log-odds of praise beside complaint.
    """

    polarity: Doubles
    clause_polarity: Doubles
    tone: Doubles
    clause_tone: Doubles
    opinion: Doubles
    clause_opinion: Doubles
    mixed: Doubles


def gather_evidence(passages: Sequence[Passage], opinions: Sequence[Opinion], polarity: Classifier, tone: Classifier) -> Evidence:
    """Ask both n-gram models about comments and their clauses.

    Parameters
    ----------
    passages : sequence of Passage, length n_comments
        At least one.
    opinions : sequence of (mapping of str to ndarray), length n_comments
        What the encoder's heads say of them: ``sentiment`` (3,), ``mixed`` (1,), ``polarity`` (n_clauses, 3).
    polarity : Classifier
        Labels (negative, positive), fitted on many comments of all kinds.
    tone : Classifier
        Labels (negative, neutral, positive), fitted on few, well annotated comments.

    Returns
    -------
    Evidence
        Of all of them.
    """
    clauses = [without_turn(clause) for passage in passages for clause in passage.clauses]
    texts = [passage.normalised for passage in passages] + clauses
    denied = np.array([denies_fault(clause) for clause in clauses])
    only = Groups([len(passage.clauses) for passage in passages]).min(denied.astype(np.float64)) > 0  # comments that say nothing else
    either = np.concatenate([only, denied])
    odds = np.diff(_praise(polarity.decision_function([texts]).astype(np.float64), either), axis=1)[:, 0]
    tones = _praise(tone.decision_function([texts]).astype(np.float64), either)
    whole, parts, mixed = (
        np.vstack([opinion[name] for opinion in opinions]).astype(np.float64) for name in ("sentiment", "polarity", "mixed")
    )
    count = len(passages)
    return Evidence(odds[:count], odds[count:], tones[:count], tones[count:], _praise(whole, only), _praise(parts, denied), mixed)


def _praise(scores: Doubles, denied: NDArray[np.bool_]) -> Doubles:
    """Scores, from negative to positive, turned round where a denied fault was read as a complaint."""
    mistaken = denied & (scores[:, 0] > scores[:, -1])
    return np.where(mistaken[:, None], scores[:, ::-1], scores)


def comment_features(passages: Sequence[Passage], evidence: Evidence) -> Doubles:
    """What the comment head sees: the whole, its clauses, what comes after the last turn, and cue words.

    Parameters
    ----------
    passages : sequence of Passage, length n_comments
        At least one.
    evidence : Evidence
        Of the same comments.

    Returns
    -------
    ndarray of shape (n_comments, n_features)
        Unscaled; a row does not depend on the others.
    """
    of = Groups([len(passage.clauses) for passage in passages])
    clauses = [clause for passage in passages for clause in passage.clauses]
    tail = of.tail(np.array([without_turn(clause) != clause for clause in clauses]))
    texts = [passage.normalised for passage in passages]
    odds = evidence.clause_polarity
    whole, feeling = np.tanh(evidence.polarity / 2), np.tanh(odds / 2)  # −1 … 1: P(praise) − P(complaint)
    low, high = of.min(feeling), of.max(feeling)
    lengths = np.array([len(clause) + 1 for clause in clauses], dtype=float)
    cues = cue_counts(texts)
    return np.column_stack(
        [
            *(evidence.polarity, whole, abs(whole), of.mean(odds), of.mean(feeling), low, high),
            *(of.first(feeling), of.last(feeling), of.sum(feeling * tail) / of.sum(tail), of.spread(feeling)),
            *(of.mean(np.maximum(feeling, 0)), of.mean(np.maximum(-feeling, 0)), of.sum(lengths * feeling) / of.sum(lengths)),
            *(np.log1p([len(text) for text in texts]), np.log1p(of.counts), high - low, np.minimum(high, -low)),
            np.minimum(cues, 4),
            np.minimum(cues, 9) / of.counts[:, None],
            evidence.tone,
            _opinion_features(evidence, of, tail),
        ]
    )


def _opinion_features(evidence: Evidence, of: Groups, tail: Doubles) -> Doubles:
    """The encoder's view of the whole, and of its clauses."""
    whole, parts = evidence.opinion, softmax(evidence.clause_opinion, axis=1)
    feeling = parts[:, 2] - parts[:, 0]
    low, high = of.min(feeling), of.max(feeling)
    return np.column_stack(
        [
            whole - whole.mean(axis=1, keepdims=True),
            softmax(whole, axis=1),
            evidence.mixed,
            *(of.mean(feeling), low, high, of.first(feeling), of.last(feeling), of.sum(feeling * tail) / of.sum(tail)),
            *(np.minimum(high, -low), of.max(parts[:, 0]), of.max(parts[:, 2]), of.mean(parts[:, 1])),
        ]
    )


def clause_features(passages: Sequence[Passage], evidence: Evidence) -> Doubles:
    """What the clause head sees: the clause, the comment around it, and cue words.

    Parameters
    ----------
    passages : sequence of Passage, length n_comments
        At least one.
    evidence : Evidence
        Of the same comments.

    Returns
    -------
    ndarray of shape (n_clauses, n_features)
        Of the clauses of all comments, in order; unscaled; a row depends on its comment alone.
    """
    clauses = [clause for passage in passages for clause in passage.clauses]
    odds = evidence.clause_polarity
    around = np.column_stack([evidence.polarity, np.tanh(evidence.polarity / 2), evidence.tone])
    return np.column_stack(
        [
            *(odds, np.tanh(odds / 2), abs(np.tanh(odds / 2)), evidence.clause_tone),
            np.repeat(around, [len(passage.clauses) for passage in passages], axis=0),
            np.log1p([len(clause) for clause in clauses]),
            np.minimum(cue_counts(clauses), 2),
            *(evidence.clause_opinion, softmax(evidence.clause_opinion, axis=1)),
        ]
    )


class SentimentModel:
    """Two n-gram models, the encoder's opinion, and three heads that weigh them: comment, clause, mixed.

    Parameters
    ----------
    polarity, tone : Classifier
        As for `gather_evidence`.
    comment, clause, mixed : DenseHead
        Over `comment_features` (3 classes), `clause_features` (3 classes), `comment_features` (2 classes).
    """

    def __init__(self, polarity: Classifier, tone: Classifier, comment: DenseHead, clause: DenseHead, mixed: DenseHead) -> None:
        self.polarity = polarity
        self.tone = tone
        self.heads = {"comment": comment, "clause": clause, "mixed": mixed}

    def predict(
        self, passages: Sequence[Passage], opinions: Sequence[Opinion], shifts: Doubles | None = None
    ) -> list[tuple[Sentiment, list[Verdict]]]:
        """Sentiment of comments and of their clauses.

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length; an empty comment gets the prior.
        opinions : sequence of (mapping of str to ndarray), length n_comments
            What the encoder's heads say of them.
        shifts : ndarray of shape (n_comments, 3), optional
            Added to the logits of a comment and of its clauses (see `voc.context`).

        Returns
        -------
        list of (Sentiment, list of Verdict), length n_comments
            One verdict per clause; one for the whole where there is no clause.
        """
        if not passages:
            return []
        evidence = gather_evidence(passages, opinions, self.polarity, self.tone)
        whole = comment_features(passages, evidence)
        counts = [len(passage.clauses) for passage in passages]
        moved = np.zeros((len(passages), len(LABELS))) if shifts is None else shifts
        comments = self.heads["comment"].predict_proba(whole, moved)
        mixed = self.heads["mixed"].predict_proba(whole)[:, 1] >= MIXED_FROM
        clauses = self.heads["clause"].predict_proba(clause_features(passages, evidence), np.repeat(moved, counts, axis=0))
        alone = np.repeat(np.array(counts) == 1, counts)  # a clause that is the whole comment: both heads judge it
        clauses[alone] = (clauses[alone] + np.repeat(comments, counts, axis=0)[alone]) / 2
        verdicts = iter([make_verdict(row) for row in clauses.tolist()])
        return [
            (make_sentiment(row, both), list(islice(verdicts, count)))
            for row, both, count in zip(comments.tolist(), mixed.tolist(), counts, strict=True)
        ]

    def save(self, folder: Path) -> None:
        """Write the heads into a folder; the n-gram models are saved on their own.

        Parameters
        ----------
        folder : pathlib.Path
            Made if missing; holds ``heads.npz`` then.
        """
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {name: values for prefix, head in self.heads.items() for name, values in head.arrays(prefix).items()}
        np.savez_compressed(folder / "heads.npz", **arrays)

    @classmethod
    def load(cls, folder: Path, polarity: Classifier, tone: Classifier) -> SentimentModel:
        """Read what `save` wrote.

        Parameters
        ----------
        folder : pathlib.Path
            The one given to `save`.
        polarity, tone : Classifier
            Those that the heads were fitted with.

        Returns
        -------
        SentimentModel
            Fitted.
        """
        with np.load(folder / "heads.npz", allow_pickle=False) as arrays:
            heads = {prefix: DenseHead.from_arrays(arrays, prefix) for prefix in ("comment", "clause", "mixed")}
        return cls(polarity, tone, **heads)


def make_verdict(row: Sequence[float]) -> Verdict:
    """The likeliest label.

    Parameters
    ----------
    row : sequence of float, length 3
        Probabilities, as LABELS.

    Returns
    -------
    Verdict
        Rounded.
    """
    best = max(range(len(row)), key=row.__getitem__)
    return Verdict(label=LABELS[best], score=round(float(row[best]), DIGITS))


def make_sentiment(row: Sequence[float], mixed: bool) -> Sentiment:
    """The likeliest label, with all probabilities.

    Parameters
    ----------
    row : sequence of float, length 3
        Probabilities, as LABELS.
    mixed : bool
        Whether there is praise and complaint.

    Returns
    -------
    Sentiment
        Rounded.
    """
    best = max(range(len(row)), key=row.__getitem__)
    shares = {label: round(float(value), DIGITS) for label, value in zip(LABELS, row, strict=True)}
    return Sentiment(label=LABELS[best], score=shares[LABELS[best]], probabilities=shares, mixed=mixed)
