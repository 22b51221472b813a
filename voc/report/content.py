"""What the sections of a report show, worked out of the records; the template only lays it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from voc.metrics import share as share_of
from voc.metrics import wilson
from voc.problems import Group, grouped
from voc.records import Analysis, PainPoint, Problem, Quote
from voc.report.charts import JourneyPoint, TrendPoint
from voc.report.format import interval, number, share, signed
from voc.report.highlight import Marked, cut_at_evidence
from voc.report.voice import Voice
from voc.statistics.records import Figure, Plan, PlanPoint, Satisfaction, SubIssue, Trend, Trends

QUOTES = 2
_AROUND = 40  # characters of a comment beside its evidence
_SHARES = ("csat_top2", "ces_easy", "rating_top2")


class Card(NamedTuple):
    """A pain point as a card.

    Parameters
    ----------
    rank : int
        From 1.
    point : PainPoint
        With its figures.
    quotes : list of list of Marked
        Customers' words, cut at the evidence.
    trend : Trend or None
        Over time.
    parts : tuple of SubIssue
        Narrower parts of it.
    """

    rank: int
    point: PainPoint
    quotes: list[list[Marked]]
    trend: Trend | None
    parts: tuple[SubIssue, ...]


class PlanRow(NamedTuple):
    """A pain point of the plan with where it stands in the problem tree.

    Parameters
    ----------
    stage, touchpoint : str
        Their keys.
    point : PlanPoint
        With priority, owner and due.
    """

    stage: str
    touchpoint: str
    point: PlanPoint


class MetricRow(NamedTuple):
    """A satisfaction metric in words.

    Parameters
    ----------
    one : Satisfaction
        The figure.
    value, interval : str
        As they are read.
    """

    one: Satisfaction
    value: str
    interval: str


def quoted(quote: Quote, texts: Mapping[str, str]) -> list[Marked]:
    """Words of a customer with the evidence marked, and some of what stands around it where the comment is known.

    Parameters
    ----------
    quote : Quote
        The evidence.
    texts : mapping of str to str
        Id of a comment → its text.

    Returns
    -------
    list of Marked
        All of it evidence where the comment is not known.

    Examples
    --------
    >>> quote = Quote(comment_id="7", start=0, end=5, text="送餐太慢了")
    >>> [piece.text for piece in quoted(quote, {"7": "送餐太慢了，味道不错"})], [piece.text for piece in quoted(quote, {})]
    (['送餐太慢了', '，味道不错'], ['送餐太慢了'])
    """
    text = texts.get(quote.comment_id, "")
    if text[quote.start : quote.end] != quote.text:
        return [Marked(quote.text, "negative")]
    first, last = max(quote.start - _AROUND, 0), min(quote.end + _AROUND, len(text))
    pieces = cut_at_evidence(text[first:last], [(quote.start - first, quote.end - first, "negative")])
    return [*([Marked("…", None)] if first else []), *pieces, *([Marked("…", None)] if last < len(text) else [])]


def cards(analysis: Analysis, trends: Trends | None, plan: Plan, texts: Mapping[str, str], most: int) -> list[Card]:
    """The largest pain points.

    Parameters
    ----------
    analysis : Analysis
        With the pain points.
    trends : Trends or None
        Of the same.
    plan : Plan
        With their parts.
    texts : mapping of str to str
        Id of a comment → its text.
    most : int
        Of them.

    Returns
    -------
    list of Card
        In the order of the analysis.
    """
    rows = {row.id: row for row in trends.rows} if trends else {}
    parts = {row.point.id: row.point.sub_issues for row in plan_rows(plan)}
    return [
        Card(rank, point, [quoted(quote, texts) for quote in point.quotes[:QUOTES]], rows.get(point.id), parts.get(point.id, ()))
        for rank, point in enumerate(analysis.pain_points[:most], 1)
    ]


def plan_rows(plan: Plan) -> list[PlanRow]:
    """The problem tree as a list.

    Parameters
    ----------
    plan : Plan
        Of the batch.

    Returns
    -------
    list of PlanRow
        The most urgent first.
    """
    rows = [
        PlanRow(stage.stage, touchpoint.touchpoint, point)
        for stage in plan.stages
        for touchpoint in stage.touchpoints
        for point in touchpoint.pain_points
    ]
    return sorted(rows, key=lambda row: (-row.point.priority, -row.point.comments, row.point.id))


def journey_points(analysis: Analysis, voice: Voice) -> list[JourneyPoint]:
    """Touchpoints for the map; each leads to its row of the table.

    Parameters
    ----------
    analysis : Analysis
        With the journey.
    voice : Voice
        Of the report.

    Returns
    -------
    list of JourneyPoint
        In the order of the journey.
    """
    return [
        JourneyPoint(voice.stage(cell.stage), voice.touchpoint(cell.touchpoint), f"#t-{at}", cell.mentions, cell.share, cell.interval)
        for at, cell in enumerate(analysis.journey)
    ]


def trend_points(row: Trend, trends: Trends) -> list[TrendPoint]:
    """Share of a pain point in each period.

    Parameters
    ----------
    row : Trend
        Its counts.
    trends : Trends
        With the denominators.

    Returns
    -------
    list of TrendPoint
        Labelled by month and day.
    """
    return [
        TrendPoint(start[5:], share_of(count, total), wilson(count, total), total)
        for start, count, total in zip(trends.starts, row.counts, trends.totals, strict=True)
    ]


def metric_rows(found: Sequence[Satisfaction], voice: Voice) -> list[MetricRow]:
    """Satisfaction metrics in words; those of too few answers are left out.

    Parameters
    ----------
    found : sequence of Satisfaction
        Of all, or of segments.
    voice : Voice
        Of the report.

    Returns
    -------
    list of MetricRow
        In their order.
    """
    return [MetricRow(one, *_in_words(one, voice)) for one in found if one.figure.value is not None]


def _in_words(one: Satisfaction, voice: Voice) -> tuple[str, str]:
    value, bounds = one.figure.value or 0.0, one.figure.interval
    if one.metric == "nps":
        return signed(value), voice.range(bounds) if bounds else ""
    if one.metric in _SHARES:
        return share(value), interval(bounds) if bounds else ""
    return number(value, 2), f"{number(bounds[0], 2)}–{number(bounds[1], 2)}" if bounds else ""


def most_moved(trends: Trends, most: int) -> list[Trend]:
    """Pain points whose share changed most surely, alerts or not.

    Parameters
    ----------
    trends : Trends
        Of the batch.
    most : int
        Of them.

    Returns
    -------
    list of Trend
        The surest first; those that could not be tested are left out.
    """
    tested = [row for row in trends.rows if row.q is not None and row.difference.value is not None]
    return sorted(tested, key=lambda row: (row.q or 0.0, -abs(row.difference.value or 0.0), row.id))[:most]


def unread(problems: Sequence[Problem]) -> list[Group]:
    """What could not be read, by reason.

    Parameters
    ----------
    problems : sequence of Problem
        Of the tables.

    Returns
    -------
    list of Group
        The most frequent first.
    """
    return sorted(grouped(problems), key=lambda group: -len(group.rows))


def period_of(analysis: Analysis) -> tuple[str, str] | None:
    """First and last day on which a pain point was named.

    Parameters
    ----------
    analysis : Analysis
        Of the batch.

    Returns
    -------
    (str, str) or None
        ISO 8601; None where the table has no dates.
    """
    firsts = [point.first_seen for point in analysis.pain_points if point.first_seen]
    lasts = [point.last_seen for point in analysis.pain_points if point.last_seen]
    return (min(firsts)[:10], max(lasts)[:10]) if firsts and lasts else None


def scale_of(figures: Sequence[Figure], line: float = 0.0) -> tuple[float, float]:
    """A scale that holds the intervals of several figures and the line that they are compared with.

    Parameters
    ----------
    figures : sequence of Figure
        To be drawn below each other; those without an interval are not.
    line : float
        Nothing, or the figure of all.

    Returns
    -------
    tuple of float, float
        With a little room on either side.
    """
    bounds = [bound for figure in figures if figure.interval for bound in figure.interval]
    low, high = min([line, *bounds]), max([line, *bounds])
    room = (high - low) * 0.05
    return low - room, high + room
