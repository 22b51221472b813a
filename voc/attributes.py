"""What is said of a pain point beside its name and number: kind, dates, where it is frequent, what comes with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Protocol

from voc.metrics import DIGITS, Z95, share, wilson
from voc.naming import Meaning, Namer
from voc.records import Comment, Companion, PainPoint, Quality, Segment, Unassigned
from voc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from voc.space import Placed

FIELDS = ("channel", "store", "product", "region")
MOST = 3  # segments, and companions, of a pain point
FEWEST = 3  # comments of a segment, or with a companion
PRIOR = 10.0  # comments that the prior counts as


class Origin(Protocol):
    """When and where a comment was made; a `Comment` is one."""

    @property
    def created_at(self) -> str | None:  # numpydoc ignore=RT01
        """ISO 8601."""

    @property
    def channel(self) -> str | None:  # numpydoc ignore=RT01
        """By which way it came."""

    @property
    def store(self) -> str | None:  # numpydoc ignore=RT01
        """Where it was."""

    @property
    def product(self) -> str | None:  # numpydoc ignore=RT01
        """What it is about."""

    @property
    def region(self) -> str | None:  # numpydoc ignore=RT01
        """Where that is."""


def describe(points: Sequence[PainPoint], placed: Placed, comments: Sequence[Comment], namer: Namer, taxonomy: Taxonomy) -> list[PainPoint]:
    """Complete pain points by what can be counted.

    Parameters
    ----------
    points : sequence of PainPoint
        As they are to be shown.
    placed : Placed
        All complaints of the run.
    comments : sequence of Comment
        All of the run.
    namer : Namer
        Knows the known problems.
    taxonomy : Taxonomy
        Touchpoints of the pain points.

    Returns
    -------
    list of PainPoint
        In the same order.
    """
    from voc.support import Support  # brings scikit-learn, which whoever only counts anew does not need

    places = {(complaint.quote.comment_id, complaint.quote.start): index for index, complaint in enumerate(placed.complaints)}
    concerned = [{quote.comment_id for quote in point.members} for point in points]
    sizes = {point.id: len(ids) for point, ids in zip(points, concerned, strict=True)}
    companions = companions_of(points, sizes, pairs_of(points, concerned), len(comments))
    by_id = {comment.id: comment for comment in comments}
    values = {field: Counter(value for comment in comments if (value := getattr(comment, field))) for field in FIELDS}
    support, described = Support(placed, namer), []
    for point, ids in zip(points, concerned, strict=True):
        members = [places[quote.comment_id, quote.start] for quote in point.members]
        inside = [by_id[name] for name in sorted(ids)]
        told = point.model_copy(update={"label_support": support.label_support(point.label, members), "companions": companions[point.id]})
        complaints = [placed.complaints[index] for index in members]
        grave = len({complaint.quote.comment_id for complaint in complaints if complaint.grave})
        described.append(describe_one(told, inside, values, grave, namer.meanings, taxonomy))
    return described


def describe_one(
    point: PainPoint,
    inside: Sequence[Origin],
    values: Mapping[str, Counter[str]],
    grave: int,
    meanings: Mapping[str, Meaning],
    taxonomy: Taxonomy,
) -> PainPoint:
    """Complete one pain point by what can be counted of its comments.

    Parameters
    ----------
    point : PainPoint
        With its companions.
    inside : sequence of Origin
        Its comments.
    values : mapping of str to Counter
        Field → how many comments of the run have each value.
    grave : int
        How many of its comments say that the customer leaves, returns something or complains.
    meanings : mapping of str to Meaning
        Label → what is known of that known problem.
    taxonomy : Taxonomy
        Its touchpoint.

    Returns
    -------
    PainPoint
        With type, dates, segments and a line in words.
    """
    dates = sorted(comment.created_at[:10] for comment in inside if comment.created_at)
    told = named(point, meanings, taxonomy).model_copy(
        update={
            "first_seen": dates[0] if dates else None,
            "last_seen": dates[-1] if dates else None,
            "segments": _segments(inside, values),
        }
    )
    return told.model_copy(update={"description": line(told, grave)})


def named(point: PainPoint, meanings: Mapping[str, Meaning], taxonomy: Taxonomy) -> PainPoint:
    """Complete a pain point by what its label says.

    Parameters
    ----------
    point : PainPoint
        With its label.
    meanings : mapping of str to Meaning
        Label → what is known of that known problem.
    taxonomy : Taxonomy
        Its touchpoint.

    Returns
    -------
    PainPoint
        With gloss and type.
    """
    meaning, touchpoint = meanings.get(point.label), taxonomy.by_id.get(point.touchpoint)
    return point.model_copy(
        update={
            "gloss": meaning.gloss if meaning else touchpoint.en if touchpoint else "",
            "pain_type": meaning.pain_type if meaning else touchpoint.pain_type if touchpoint else "other",
        }
    )


def quality_of(points: Sequence[PainPoint], unassigned: Unassigned, most: float | None) -> Quality:
    """How far the pain points of a run can be trusted.

    Parameters
    ----------
    points : sequence of PainPoint
        As they are shown.
    unassigned : Unassigned
        Complaints in none of them.
    most : float or None
        Share that was to stay outside at most.

    Returns
    -------
    Quality
        Means are by size, over the pain points of which the figure is known.
    """
    return Quality(
        coverage=round(1 - unassigned.share, DIGITS) if points else 0.0,
        max_unassigned=most,
        reached=None if most is None else unassigned.share <= most,
        stability=_mean([(point.stability, point.size) for point in points]),
        label_support=_mean([(point.label_support, point.size) for point in points]),
    )


def _mean(values: Sequence[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in values if value is not None]
    return round(sum(value * weight for value, weight in known) / sum(weight for _, weight in known), DIGITS) if known else None


def log_odds(count: int, n: int, others: int, n_others: int) -> tuple[float, float]:
    """How much more frequent something is in a part than in the rest, with a prior that small numbers must overcome.

    The log-odds ratio with an informative Dirichlet prior of Monroe, Colaresi & Quinn (Fightin' Words, 2008, eq. 16 and 20):
    the prior is the share over both, counted as `PRIOR` comments.

    Parameters
    ----------
    count, n : int
        Comments that have it, and comments, in the part.
    others, n_others : int
        The same of the rest.

    Returns
    -------
    float
        Above 0: more frequent in the part.
    float
        Its standard deviation.

    Examples
    --------
    >>> value, deviation = log_odds(30, 40, 100, 1000)
    >>> round(value, 2), round(deviation, 2)
    (2.71, 0.2)
    """
    prior = PRIOR * (count + others) / (n + n_others)
    inside, outside = count + prior, others + prior
    ratio = log(inside / (n + PRIOR - inside)) - log(outside / (n_others + PRIOR - outside))
    return ratio, sqrt(1 / inside + 1 / outside)


def _segments(inside: Sequence[Origin], values: Mapping[str, Counter[str]]) -> tuple[Segment, ...]:
    """Values that stay over-represented when all values of the table are tried (Bonferroni)."""
    tried = sum(len(counts) for counts in values.values() if len(counts) > 1)
    least = NormalDist().inv_cdf(1 - 0.025 / max(tried, 1))
    found = []
    for field, counts in values.items():
        here = Counter(value for comment in inside if (value := getattr(comment, field)))
        n, everywhere = here.total(), counts.total()
        for value, count in here.items():
            if count < FEWEST or n == everywhere or counts[value] == everywhere:
                continue
            others, n_others = counts[value] - count, everywhere - n
            ratio, deviation = log_odds(count, n, others, n_others)
            if ratio > least * deviation:
                low, high = round(ratio - Z95 * deviation, DIGITS), round(ratio + Z95 * deviation, DIGITS)
                found.append(
                    Segment(
                        field=field,
                        value=value,
                        comments=count,
                        share=share(count, n),
                        elsewhere=share(others, n_others),
                        rate=share(count, counts[value]),
                        rate_elsewhere=share(n - count, everywhere - counts[value]),
                        log_odds=round(ratio, DIGITS),
                        interval=(low, high),
                    )
                )
    return tuple(sorted(found, key=lambda one: (-one.interval[0], one.field, one.value))[:MOST])


def pairs_of(points: Sequence[PainPoint], concerned: Sequence[set[str]]) -> Counter[tuple[str, str]]:
    """How many comments each two pain points share.

    Parameters
    ----------
    points : sequence of PainPoint
        Some.
    concerned : sequence of set of str
        Ids of the comments of each.

    Returns
    -------
    Counter of (str, str)
        By two ids.
    """
    homes: dict[str, list[str]] = defaultdict(list)
    for point, ids in zip(points, concerned, strict=True):
        for comment_id in ids:
            homes[comment_id].append(point.id)
    return Counter(pair for several in homes.values() for pair in combinations(several, 2))


def companions_of(
    points: Sequence[PainPoint], sizes: Mapping[str, int], together: Mapping[tuple[str, str], int], comments: int
) -> dict[str, tuple[Companion, ...]]:
    """Pain points whose share among the comments of another is surely above their share of all comments.

    Parameters
    ----------
    points : sequence of PainPoint
        As they are to be shown.
    sizes : mapping of str to int
        Number of comments of each.
    together : mapping of (str, str) to int
        Number of comments that two of them share; others are left out.
    comments : int
        Number of comments of the run.

    Returns
    -------
    dict of str to tuple of Companion
        Id of the pain point → at most 3, the most frequent first.
    """
    labels = {point.id: point.label for point in points}
    found: dict[str, list[Companion]] = {point.id: [] for point in points}
    for pair, count in together.items():
        if count < FEWEST or not labels.keys() >= set(pair):
            continue
        for one, other in (pair, pair[::-1]):
            n, expected = sizes[one], share(sizes[other], comments)
            if wilson(count, n)[0] > expected:
                companion = Companion(id=other, label=labels[other], comments=count, share=share(count, n), expected=expected)
                found[one].append(companion)
    return {key: tuple(sorted(several, key=lambda one: (-one.comments, one.id))[:MOST]) for key, several in found.items()}


def line(point: PainPoint, grave: int) -> str:
    """A pain point in one line, from its counts.

    Parameters
    ----------
    point : PainPoint
        Complete but for its description.
    grave : int
        How many of its comments say that the customer leaves, returns something or complains.

    Returns
    -------
    str
        In Chinese.
    """
    parts = [f"{point.comments} 条评论（{point.share:.1%}）说到"]
    if grave:
        parts.append(f"其中 {grave} 条要退货、投诉或不再来")
    if point.segments:
        most = point.segments[0]
        rates = (
            f"（每百条里 {100 * most.rate:.1f} 条说到，别处 {100 * most.rate_elsewhere:.1f} 条）"
            if most.rate is not None and most.rate_elsewhere is not None
            else ""
        )
        parts.append(f"多见于{most.value}{rates}")
    if point.companions:
        parts.append(f"常与{point.companions[0].label}同时出现")
    if point.first_seen and point.last_seen:
        parts.append(f"{point.first_seen} 至 {point.last_seen}" if point.first_seen != point.last_seen else point.first_seen)
    return "；".join(parts)
