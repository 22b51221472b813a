"""Complaints: the negative clauses of scored comments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from voc.metrics import share
from voc.normalise import normalise
from voc.records import Annotation, Clause, Example, Quote, Unassigned
from voc.taxonomy import OVERALL

SURE_ENOUGH = 0.42  # probability of being negative from which a clause is a complaint
# Intents that make a pain point weigh more, and how much (see `severity`).
GRAVE_INTENTS = frozenset({"churn", "refund_return", "complaint"})
GRAVE_WEIGHT = 0.3
QUOTES = 3
SHORT_QUOTE = 4  # characters; a shorter clause is quoted only where nothing longer is
EXAMPLES = 5  # of complaints in no pain point


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


def unassigned_of(outside: Sequence[Complaint], inside: int) -> Unassigned:
    """What complaints in no pain point speak of.

    Parameters
    ----------
    outside : sequence of Complaint
        All of them.
    inside : int
        Number of those that are in pain points.

    Returns
    -------
    Unassigned
        With examples, each from another comment and in other words.
    """
    counts = Counter(one.touchpoint for one in outside)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    return Unassigned(
        size=len(outside),
        share=share(len(outside), len(outside) + inside),
        touchpoints={name: counts[name] for name in ranked},
        examples=_examples(outside, ranked),
    )


def _examples(outside: Sequence[Complaint], ranked: Sequence[str]) -> tuple[Example, ...]:
    """The surest of each touchpoint in turn."""
    of: dict[str, list[Complaint]] = defaultdict(list)
    for one in sorted(outside, key=lambda one: (len(one.normalised) < SHORT_QUOTE, -one.score, one.quote.comment_id, one.quote.start)):
        of[one.touchpoint].append(one)
    longest = max(map(len, of.values()), default=0)
    in_turn = (of[name][turn] for turn in range(longest) for name in ranked if turn < len(of[name]))
    chosen: list[Complaint] = []
    for one in in_turn:
        if all(one.normalised != other.normalised and one.quote.comment_id != other.quote.comment_id for other in chosen):
            chosen.append(one)
        if len(chosen) == EXAMPLES:
            break
    return tuple(Example(**one.quote.model_dump(), touchpoint=one.touchpoint) for one in chosen)
