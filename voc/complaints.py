"""Complaints: the negative clauses of scored comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voc.normalise import normalise
from voc.records import Annotation, Clause, Quote
from voc.taxonomy import OVERALL

SURE_ENOUGH = 0.42  # probability of being negative from which a clause is a complaint
# Intents that make a pain point weigh more, and how much (see `severity`).
GRAVE_INTENTS = frozenset({"churn", "refund_return", "complaint"})
GRAVE_WEIGHT = 0.3
QUOTES = 3
SHORT_QUOTE = 4  # characters; a shorter clause is quoted only where nothing longer is


@dataclass(frozen=True)
class Complaint:
    """A negative clause.

    Parameters
    ----------
    quote : Quote
        Where it is, and what it says.
    normalised : str
        What is analysed.
    touchpoint : str
        What it speaks of most; `overall` where nothing specific.
    score : float
        Probability that it is negative, 0–1.
    grave : bool
        Its comment states the intent to leave, return or complain.
    """

    quote: Quote
    normalised: str
    touchpoint: str
    score: float
    grave: bool


def complaints_of(annotation: Annotation) -> list[Complaint]:
    """Negative clauses of a comment.

    Parameters
    ----------
    annotation : Annotation
        A scored comment.

    Returns
    -------
    list of Complaint
        In order; none for an uninformative comment. Clauses that are hardly more negative than not are left out.
    """
    if not annotation.informative:
        return []
    sure = (one for one in annotation.clauses if one.sentiment.label == "negative" and one.sentiment.score >= SURE_ENOUGH)
    return [complaint_at(annotation, clause) for clause in sure]


def complaint_at(annotation: Annotation, clause: Clause, normalised: str | None = None) -> Complaint:
    """A clause as a complaint.

    Parameters
    ----------
    annotation : Annotation
        Of its comment.
    clause : Clause
        One of the comment's.
    normalised : str, optional
        The clause as it is analysed, where that is known already.

    Returns
    -------
    Complaint
        Whatever the clause's sentiment.
    """
    text = annotation.text[clause.start : clause.end]
    grave = any(intent.id in GRAVE_INTENTS for intent in annotation.intents)
    quote = Quote(comment_id=annotation.id, start=clause.start, end=clause.end, text=text)
    touchpoint = clause.touchpoints[0] if clause.touchpoints else OVERALL
    return Complaint(quote, normalise(text).normalised if normalised is None else normalised, touchpoint, clause.sentiment.score, grave)


def severity(members: Sequence[Complaint]) -> float:
    """How bad it is for those who complain, whatever their number.

    Parameters
    ----------
    members : sequence of Complaint
        At least one.

    Returns
    -------
    float
        0–1: 0.7 × mean probability of being negative + 0.3 × share that states the intent to leave, return or complain.
    """
    negative = sum(complaint.score for complaint in members) / len(members)
    grave = sum(complaint.grave for complaint in members) / len(members)
    return round((1 - GRAVE_WEIGHT) * negative + GRAVE_WEIGHT * grave, 4)
