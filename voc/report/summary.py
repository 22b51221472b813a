"""The five things to know: each a sentence with its number, interval and n, and no more sure than the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from voc.records import Analysis, JourneyCell
from voc.report.format import interval, number, share, signed
from voc.report.voice import Voice
from voc.statistics.drivers import DECIMALS
from voc.statistics.records import StatisticsReport

MOST = 5


class Thing(NamedTuple):
    """One of them.

    Parameters
    ----------
    title : str
        What it is about.
    text : str
        What is known of it.
    """

    title: str
    text: str


def things_to_know(analysis: Analysis, statistics: StatisticsReport | None, voice: Voice) -> list[Thing]:
    """What a meeting should know of a batch, the most important first.

    Parameters
    ----------
    analysis : Analysis
        Of the batch.
    statistics : StatisticsReport or None
        Of the same.
    voice : Voice
        Of the report.

    Returns
    -------
    list of Thing
        At most five.
    """
    found: list[Iterable[Thing]] = [
        _satisfaction(analysis, voice),
        _largest(analysis, voice),
        _changes(analysis, statistics, voice),
        _driver(statistics, voice),
        _segment(statistics, voice),
        _worst_touchpoint(analysis, voice),
        _sentiment(analysis, voice),
        _outside(analysis, voice),
    ]
    return list(islice((thing for things in found for thing in things), MOST))


def average_negative(journey: tuple[JourneyCell, ...]) -> float:
    """Share of negative mentions of all touchpoints together.

    Parameters
    ----------
    journey : tuple of JourneyCell
        Of the analysis.

    Returns
    -------
    float
        0–1.
    """
    mentions = sum(cell.mentions for cell in journey)
    return sum(cell.negative for cell in journey) / mentions if mentions else 0.0


def _satisfaction(analysis: Analysis, voice: Voice) -> Iterator[Thing]:
    nps = analysis.metrics.nps
    if nps is None:
        return
    low, high = nps.interval
    reading = "above" if low > 0 else "below" if high < 0 else "around"
    yield Thing(
        voice("thing.satisfaction"),
        voice("thing.nps", value=signed(nps.value), interval=voice.range(nps.interval), n=number(nps.n)) + voice(f"thing.nps_{reading}"),
    )


def _sentiment(analysis: Analysis, voice: Voice) -> Iterator[Thing]:
    said = analysis.metrics.sentiment.get("negative")
    if said and analysis.input.comments:
        values = {"share": share(said.share), "interval": interval(said.interval), "n": number(analysis.input.comments)}
        yield Thing(voice("thing.sentiment"), voice("thing.negative", **values))


def _largest(analysis: Analysis, voice: Voice) -> Iterator[Thing]:
    if not analysis.pain_points:
        return
    first, *others = analysis.pain_points
    text = voice(
        "thing.largest",
        label=voice.point(first.id, first.label),
        comments=number(first.comments),
        share=share(first.share),
        interval=interval(first.interval),
        n=number(analysis.input.comments),
    )
    if others and others[0].interval[1] >= first.interval[0]:
        text += voice("thing.close", label=voice.point(others[0].id, others[0].label), share=share(others[0].share))
    yield Thing(voice("thing.pain"), text)


def _changes(analysis: Analysis, statistics: StatisticsReport | None, voice: Voice) -> Iterator[Thing]:
    if statistics is None:
        moved = [one for one in analysis.changes if one.kind in ("new", "growing", "fading", "gone")]
        if analysis.changes:
            counts = voice("format.and").join(f"{voice(f'change.{kind}')} {n}" for kind, n in _count(one.kind for one in moved).items())
            yield Thing(voice("thing.change"), voice("thing.compared", counts=counts) if moved else voice("thing.steady"))
        return
    trends, dated = statistics.trends, sum(statistics.trends.totals)
    if trends.why_not:
        yield Thing(voice("thing.change"), voice("thing.untested", why=voice.half(trends.why_not)))
    elif statistics.alerts:
        first = statistics.alerts[0]
        more = voice("thing.more_alerts", n=len(statistics.alerts) - 1) if len(statistics.alerts) > 1 else ""
        promise = voice("thing.promise", tests=number(trends.tests), false=f"{trends.expected_false:g}", n=number(dated))
        yield Thing(voice("thing.change"), f"{voice.half(first.message)}{voice('format.stop')}{more}{promise}")
    else:
        yield Thing(voice("thing.change"), voice("thing.no_alert", tests=number(trends.tests), n=number(dated)))


def _count(kinds: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def _driver(statistics: StatisticsReport | None, voice: Voice) -> Iterator[Thing]:
    models = [one for one in statistics.drivers if one.drivers] if statistics else []
    model = next((one for one in models if one.level == "pain_point"), models[0] if models else None)
    worst = next((one for one in model.drivers if one.effect.interval and one.effect.interval[1] < 0), None) if model else None
    if model and worst and worst.effect.value is not None and worst.effect.interval:
        digits, impact = DECIMALS[model.score], worst.impact.value or 0.0
        values = {
            "label": voice.point(worst.id, worst.label),
            "mentions": number(worst.mentions),
            "score": voice(f"score.{model.score}"),
            "effect": number(abs(worst.effect.value), digits),
            "interval": voice.range(worst.effect.interval, digits),
            "impact": voice("thing.impact", impact=signed(impact, digits)) if round(impact, digits) else voice("thing.no_impact"),
            "n": number(model.n),
        }
        yield Thing(voice("thing.driver"), voice("thing.theme", **values))


def _segment(statistics: StatisticsReport | None, voice: Voice) -> Iterator[Thing]:
    found = (
        next((one for one in statistics.segments.findings if one.log_odds > 0 and one.share.value is not None), None)
        if statistics
        else None
    )
    if statistics and found and found.share.value is not None and found.share.interval:
        values = {
            "label": voice.point(found.id, found.label),
            "field": voice(f"field.{found.field}"),
            "segment": found.segment,
            "share": share(found.share.value),
            "interval": interval(found.share.interval),
            "n": number(found.share.n),
            "elsewhere": share(found.elsewhere),
        }
        yield Thing(voice("thing.segment"), voice("thing.stands_out", **values))


def _worst_touchpoint(analysis: Analysis, voice: Voice) -> Iterator[Thing]:
    average = average_negative(analysis.journey)
    worse = [cell for cell in analysis.journey if cell.mentions and cell.interval[0] > average]
    if worse:
        cell = max(worse, key=lambda one: one.interval[0])  # the surest, not the rarest
        values = {"share": share(cell.share), "interval": interval(cell.interval), "n": number(cell.mentions), "average": share(average)}
        yield Thing(voice("thing.touchpoint"), voice("thing.worst", name=voice.touchpoint(cell.touchpoint), **values))


def _outside(analysis: Analysis, voice: Voice) -> Iterator[Thing]:
    if analysis.unassigned.size:
        values = {"size": number(analysis.unassigned.size), "share": share(analysis.unassigned.share)}
        yield Thing(voice("thing.quality"), voice("thing.outside", **values))
