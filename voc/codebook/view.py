"""A run under the codebook as the pain points of its analysis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from voc.codebook.assign import Applied
from voc.codebook.matching import Cluster
from voc.codebook.records import CodedPainPoint, LastRun, Ref, RunMember, clause_digest
from voc.codebook.rules import Replay
from voc.complaints import QUOTES, SHORT_QUOTE, Complaint, severity
from voc.metrics import share, wilson
from voc.records import PainPoint, Quote

_TERMS = 6


def shown_points(applied: Applied, points: Sequence[PainPoint], complaints: Sequence[Complaint], comments: int) -> list[PainPoint]:
    """Active pain points with their members in this run, under the codebook's ids and labels.

    Parameters
    ----------
    applied : Applied
        What came of the run.
    points : sequence of PainPoint
        Its fresh clusters.
    complaints : sequence of Complaint
        All of the run.
    comments : int
        Number of its comments.

    Returns
    -------
    list of PainPoint
        Those with the most comments first. What a person pinned is quoted first.
    """
    inside: dict[str, list[Complaint]] = defaultdict(list)
    for complaint in complaints:
        home = applied.replay.homes[_ref(complaint)]
        if home is not None:
            inside[home].append(complaint)
    fresh = [quote for point in points for quote in point.quotes]
    shown = [
        counted(point, inside[point.id], _terms(applied.clusters.get(point.id, [])), fresh, comments)
        for point in applied.book.pain_points
        if point.status == "active" and inside[point.id]
    ]
    return sorted(shown, key=rank)


def rank(point: PainPoint) -> tuple[int, int, str]:
    """Key by which pain points are sorted.

    Parameters
    ----------
    point : PainPoint
        One of them.

    Returns
    -------
    tuple of (int, int, str)
        The most comments first, then the most members, then by label.
    """
    return -point.comments, -point.size, point.label


def unassigned(
    applied: Applied, points: Sequence[PainPoint], outside: Sequence[Complaint], complaints: Sequence[Complaint]
) -> list[Complaint]:
    """Complaints in no pain point, less those that a person excluded.

    Parameters
    ----------
    applied : Applied
        What came of the run.
    points : sequence of PainPoint
        Its fresh clusters.
    outside : sequence of Complaint
        Those that were in none of these, background left out (see `find_pain_points`).
    complaints : sequence of Complaint
        All of the run.

    Returns
    -------
    list of Complaint
        In the order of the run.
    """
    problems = {_place(quote) for point in points for quote in point.members} | {_place(one.quote) for one in outside}
    homeless = {ref for ref, home in applied.replay.homes.items() if home is None} - applied.replay.excluded
    return [one for one in complaints if _ref(one) in homeless and _place(one.quote) in problems]


def unassigned_members(run: LastRun, outcome: Replay) -> list[RunMember]:
    """Members of a run that are in no pain point, and count as unassigned.

    Parameters
    ----------
    run : LastRun
        The run.
    outcome : Replay
        Of the rules on it.

    Returns
    -------
    list of RunMember
        Without those that a person excluded.
    """
    outside = {ref for ref, home in outcome.homes.items() if home is None} - outcome.excluded
    return [one for ref, one in zip(run.refs, run.members, strict=True) if ref in outside and not one.background] if outside else []


def counted(point: CodedPainPoint, inside: Sequence[Complaint], terms: tuple[str, ...], fresh: Sequence[Quote], comments: int) -> PainPoint:
    """A pain point of the codebook with what is counted of its members.

    Parameters
    ----------
    point : CodedPainPoint
        Gives id, label, touchpoint and pinned quotes.
    inside : sequence of Complaint
        Its members, at least one.
    terms : tuple of str
        Words that tell it from others.
    fresh : sequence of Quote
        Those that are typical, the most typical first; of any pain point.
    comments : int
        Of the run, the base of the share.

    Returns
    -------
    PainPoint
        Size, comments, share, severity, quotes and members; the rest is to be described.
    """
    members = sorted((complaint.quote for complaint in inside), key=lambda quote: (quote.comment_id, quote.start))
    concerned = len({quote.comment_id for quote in members})
    return PainPoint(
        id=point.id,
        label=point.label,
        touchpoint=point.touchpoint,
        terms=terms,
        size=len(members),
        comments=concerned,
        share=share(concerned, comments),
        interval=wilson(concerned, comments),
        severity=severity(inside),
        quotes=_quotes(point, inside, fresh),
        members=tuple(members),
    )


def _terms(clusters: Sequence[Cluster]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for cluster in clusters for term in cluster.terms))[:_TERMS]


def _quotes(point: CodedPainPoint, inside: Sequence[Complaint], fresh: Sequence[Quote]) -> tuple[Quote, ...]:
    """Pinned quotes; then those of the fresh clusters and the surest, each from another comment and in other words."""
    pinned = {one.member for one in point.pinned}
    typical = {quote: rank for rank, quote in enumerate(fresh)}

    def rank(complaint: Complaint) -> tuple[int, bool, float, str, int]:
        quote = complaint.quote
        short = len(complaint.normalised) < SHORT_QUOTE
        return typical.get(quote, len(typical)), short, -complaint.score, quote.comment_id, quote.start

    ranked = sorted(inside, key=rank)
    chosen = list({_ref(complaint): complaint for complaint in reversed(ranked) if _ref(complaint) in pinned}.values())[::-1]
    for complaint in ranked:
        other = all(complaint.normalised != one.normalised and complaint.quote.comment_id != one.quote.comment_id for one in chosen)
        if other and len(chosen) < QUOTES:
            chosen.append(complaint)
    return tuple(complaint.quote for complaint in chosen)


def _place(quote: Quote) -> tuple[str, int]:
    return quote.comment_id, quote.start


def _ref(complaint: Complaint) -> Ref:
    return Ref(complaint.quote.comment_id, clause_digest(complaint.normalised))
