"""Sentiment of clauses and of the comment that they make up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from voc.classify import Classifier
from voc.classify.head import DenseHead, Doubles
from voc.corpora import lexicon_table
from voc.records import LABELS, Sentiment, Verdict
from voc.tokenise import turn_words

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

    @property
    def clauses(self) -> list[str]:  # numpydoc ignore=RT01
        """Texts of the clauses; the whole comment where there is none."""
        return [self.normalised[start:end] for start, end in self.spans] or [self.normalised]


@dataclass(frozen=True)
class Evidence:
    """What the two n-gram models and the encoder say of one comment, before the heads weigh it.

    Parameters
    ----------
    polarity, clause_polarity : float, ndarray of shape (n_clauses,)
        Log-odds of praise against complaint.
    tone, clause_tone : ndarray of shape (3,), (n_clauses, 3)
        Logits of negative, neutral, positive.
    opinion : mapping of str to ndarray
        The encoder's: ``sentiment`` (3,), ``mixed`` (1,), ``polarity`` (n_clauses, 3).
    """

    polarity: float
    clause_polarity: Doubles
    tone: Doubles
    clause_tone: Doubles
    opinion: Opinion


def gather_evidence(passages: Sequence[Passage], opinions: Sequence[Opinion], polarity: Classifier, tone: Classifier) -> list[Evidence]:
    """Ask both n-gram models about comments and their clauses.

    Parameters
    ----------
    passages : sequence of Passage, length n_comments
        Any length.
    opinions : sequence of (mapping of str to ndarray), length n_comments
        What the encoder's heads say of them.
    polarity : Classifier
        Labels (negative, positive), fitted on many comments of all kinds.
    tone : Classifier
        Labels (negative, neutral, positive), fitted on few, well annotated comments.

    Returns
    -------
    list of Evidence, length n_comments
        In order.
    """
    clauses = [without_turn(clause) for passage in passages for clause in passage.clauses]
    texts = [passage.normalised for passage in passages] + clauses
    if not texts:
        return []
    odds = np.diff(polarity.decision_function([texts]).astype(np.float64), axis=1)[:, 0]
    tones = tone.decision_function([texts]).astype(np.float64)
    at, found = len(passages), []
    for index, passage in enumerate(passages):
        end = at + len(passage.clauses)
        found.append(Evidence(float(odds[index]), odds[at:end], tones[index], tones[at:end], opinions[index]))
        at = end
    return found


def without_turn(clause: str) -> str:
    """Clause without the turn that it starts with: 但是 mostly brings a complaint, but "但是味道不错" is none.

    Parameters
    ----------
    clause : str
        Normalised.

    Returns
    -------
    str
        The rest; the clause itself where there is no turn, or nothing else.

    Examples
    --------
    >>> without_turn("但是味道不错")
    '味道不错'
    """
    if not clause.startswith(_turns()):
        return clause
    turn = max((turn for turn in turn_words() if clause.startswith(turn)), key=len)
    return clause.removeprefix(turn) or clause


@cache
def _turns() -> tuple[str, ...]:
    return tuple(turn_words())


def comment_features(passage: Passage, evidence: Evidence) -> Doubles:
    """What the comment head sees: the whole, its clauses, what comes after the last turn, and cue words.

    Parameters
    ----------
    passage : Passage
        The comment.
    evidence : Evidence
        Of the same comment.

    Returns
    -------
    ndarray of shape (n_features,)
        Unscaled.
    """
    feeling = np.tanh(evidence.clause_polarity / 2)  # −1 … 1: P(praise) − P(complaint)
    clauses = passage.clauses
    lengths = np.array([len(clause) + 1 for clause in clauses], dtype=float)
    turns = [index for index, clause in enumerate(clauses) if without_turn(clause) != clause]
    whole = np.tanh(evidence.polarity / 2)
    cues = cue_counts(passage.normalised)
    return np.concatenate(
        [
            [evidence.polarity, whole, abs(whole), evidence.clause_polarity.mean(), feeling.mean(), feeling.min(), feeling.max()],
            [feeling[0], feeling[-1], feeling[turns[-1] if turns else -1 :].mean(), feeling.std()],
            [np.maximum(feeling, 0).mean(), np.maximum(-feeling, 0).mean(), lengths @ feeling / lengths.sum()],
            [np.log1p(len(passage.normalised)), np.log1p(len(clauses)), feeling.max() - feeling.min(), min(feeling.max(), -feeling.min())],
            np.minimum(cues, 4),
            np.minimum(cues, 9) / len(clauses),
            evidence.tone,
            _opinion_features(evidence.opinion, turns[-1] if turns else -1),
        ]
    )


def _opinion_features(opinion: Opinion, turn: int) -> Doubles:
    """The encoder's view of the whole, and of its clauses."""
    whole, parts = opinion["sentiment"].astype(float), softmax(opinion["polarity"].astype(float), axis=1)
    feeling = parts[:, 2] - parts[:, 0]
    return np.concatenate(
        [
            whole - whole.mean(),
            softmax(whole),
            opinion["mixed"],
            [feeling.mean(), feeling.min(), feeling.max(), feeling[0], feeling[-1], feeling[turn:].mean()],
            [min(feeling.max(), -feeling.min()), parts[:, 0].max(), parts[:, 2].max(), parts[:, 1].mean()],
        ]
    )


def clause_features(passage: Passage, evidence: Evidence) -> Doubles:
    """What the clause head sees: the clause, the comment around it, and cue words.

    Parameters
    ----------
    passage : Passage
        The comment.
    evidence : Evidence
        Of the same comment.

    Returns
    -------
    ndarray of shape (n_clauses, n_features)
        Unscaled.
    """
    clauses = passage.clauses
    odds = evidence.clause_polarity[:, None]
    around = np.tile([evidence.polarity, np.tanh(evidence.polarity / 2), *evidence.tone], (len(clauses), 1))
    lengths = np.log1p([[len(clause)] for clause in clauses])
    cues = np.array([np.minimum(cue_counts(clause), 2) for clause in clauses])
    said = softmax(evidence.opinion["polarity"].astype(float), axis=1)
    return np.hstack(
        [odds, np.tanh(odds / 2), abs(np.tanh(odds / 2)), evidence.clause_tone, around, lengths, cues, evidence.opinion["polarity"], said]
    )


def cue_counts(text: str) -> Doubles:
    """How often each kind of cue word of `corpora/lexicon/cues.tsv` occurs.

    Parameters
    ----------
    text : str
        Normalised.

    Returns
    -------
    ndarray of shape (n_kinds,)
        Counts, kinds in file order.

    Examples
    --------
    >>> cue_counts("味道一般,但是不贵").sum()
    np.float64(4.0)
    """
    return np.array([len(pattern.findall(text)) for pattern in _cue_patterns()], dtype=float)


@cache
def _cue_patterns() -> tuple[re.Pattern[str], ...]:
    kinds: dict[str, list[str]] = {}
    for kind, word in lexicon_table("cues"):
        kinds.setdefault(kind, []).append(re.escape(word))
    return tuple(re.compile("|".join(words)) for words in kinds.values())


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
        whole = np.array([comment_features(*pair) for pair in zip(passages, evidence, strict=True)])
        parts = [clause_features(*pair) for pair in zip(passages, evidence, strict=True)]
        moved = np.zeros((len(passages), len(LABELS))) if shifts is None else shifts
        comments = self.heads["comment"].predict_proba(whole, moved)
        mixed = self.heads["mixed"].predict_proba(whole)[:, 1]
        clauses = self.heads["clause"].predict_proba(np.vstack(parts), np.repeat(moved, [len(part) for part in parts], axis=0))
        bounds = np.cumsum([0, *map(len, parts)])
        return [
            (
                make_sentiment(comments[index], bool(mixed[index] >= MIXED_FROM)),
                [make_verdict(row) for row in clauses[bounds[index] : bounds[index + 1]]],
            )
            for index in range(len(passages))
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


def make_verdict(row: Doubles) -> Verdict:
    """The likeliest label.

    Parameters
    ----------
    row : ndarray of shape (3,)
        Probabilities, as LABELS.

    Returns
    -------
    Verdict
        Rounded.
    """
    best = int(row.argmax())
    return Verdict(label=LABELS[best], score=round(float(row[best]), DIGITS))


def make_sentiment(row: Doubles, mixed: bool) -> Sentiment:
    """The likeliest label, with all probabilities.

    Parameters
    ----------
    row : ndarray of shape (3,)
        Probabilities, as LABELS.
    mixed : bool
        Whether there is praise and complaint.

    Returns
    -------
    Sentiment
        Rounded.
    """
    best = int(row.argmax())
    shares = {label: round(float(value), DIGITS) for label, value in zip(LABELS, row, strict=True)}
    return Sentiment(label=LABELS[best], score=shares[LABELS[best]], probabilities=shares, mixed=mixed)
