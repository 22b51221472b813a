"""All statistics of one analysis together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from voc.records import Analysis, Annotation, Comment
from voc.statistics.before_after import WINDOW_DAYS, before_after
from voc.statistics.columns import Columns, gather
from voc.statistics.consistency import consistency
from voc.statistics.corrected import corrected_shares
from voc.statistics.drivers import drivers
from voc.statistics.intervals import LEAST
from voc.statistics.journey import journey
from voc.statistics.periods import PeriodName
from voc.statistics.plan import Owner, plan
from voc.statistics.records import StatisticsReport
from voc.statistics.satisfaction import much_effort_is_high, satisfaction
from voc.statistics.segments import contrasts, segments
from voc.statistics.tiers import Order, tiers
from voc.statistics.trends import FDR, alerts_of, trends
from voc.taxonomy import Taxonomy, load_taxonomy

Result = TypeVar("Result")


@dataclass(frozen=True)
class Action:
    """Something that was done about a pain point.

    Parameters
    ----------
    point : str
        Id or label of the pain point.
    date : str
        ISO 8601 date.
    store : str, optional
        Where; everywhere where left out.
    control : bool
        Take off the change in the other stores.
    window_days : int
        Days on either side.
    """

    point: str
    date: str
    store: str | None = None
    control: bool = False
    window_days: int = WINDOW_DAYS


@dataclass(frozen=True)
class Wishes:
    """What the user says about the statistics; the rest is found out.

    Parameters
    ----------
    weight : str, optional
        Column of survey weights.
    csi : mapping of str to float
        Weights of the index: scores or columns of scores.
    period : {"day", "week"}, optional
        Of the trends.
    recent : int, optional
        Periods that count as recent.
    fdr : float
        Share of false alerts that is put up with, 0–1.
    least : int
        Answers below which a figure is suppressed.
    orders : sequence of Order
        For the customer tiers.
    actions : sequence of Action
        To compare before and after.
    reviews : mapping of str to mapping of str to bool
        Of a random audit: comment id → pain point id, or ``negative`` → what people say.
    owners : mapping of str to Owner
        Pain point id → who solves it.
    seed : int
        Of everything random.
    """

    weight: str | None = None
    csi: Mapping[str, float] = field(default_factory=dict)
    period: PeriodName | None = None
    recent: int | None = None
    fdr: float = FDR
    least: int = LEAST
    orders: Sequence[Order] = ()
    actions: Sequence[Action] = ()
    reviews: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    owners: Mapping[str, Owner] = field(default_factory=dict)
    seed: int = 42

    @property
    def numbers(self) -> tuple[str, ...]:  # numpydoc ignore=RT01
        """Columns of scores beside the usual ones."""
        return tuple(name for name in self.csi if name not in ("nps", "csat", "ces", "rating"))


def report(
    comments: Iterable[Comment],
    annotations: Iterable[Annotation],
    analysis: Analysis,
    *,
    taxonomy: Taxonomy | None = None,
    wishes: Wishes | None = None,
) -> StatisticsReport:
    """Every statistic of a batch.

    Parameters
    ----------
    comments, annotations : iterable of Comment, iterable of Annotation
        In the same order.
    analysis : Analysis
        Of them.
    taxonomy : Taxonomy, optional
        That they were scored with; the shipped one where left out.
    wishes : Wishes, optional
        What the user says.

    Returns
    -------
    StatisticsReport
        The ``voc.statistics/1`` record.
    """
    wishes = wishes or Wishes()
    columns = gather(
        comments,
        annotations,
        analysis.pain_points,
        taxonomy or load_taxonomy(),
        problems=analysis.input.problems,
        weight=wishes.weight,
        numbers=wishes.numbers,
    )
    return report_of(columns, analysis, wishes)


def report_of(columns: Columns, analysis: Analysis, wishes: Wishes | None = None) -> StatisticsReport:
    """The same of columns.

    Parameters
    ----------
    columns : Columns
        Of the comments of the analysis.
    analysis : Analysis
        Of them.
    wishes : Wishes, optional
        What the user says.

    Returns
    -------
    StatisticsReport
        The ``voc.statistics/1`` record.
    """
    wishes = wishes or Wishes()
    seconds: dict[str, float] = {}

    def timed(name: str, make: Callable[[], Result]) -> Result:
        start = perf_counter()
        made = make()
        seconds[name] = round(perf_counter() - start, 2)
        return made

    effort = much_effort_is_high(analysis.input.files)
    least = wishes.least
    satisfied = timed("satisfaction", lambda: satisfaction(columns, csi=wishes.csi or None, effort_is_high=effort, least=least))
    models = timed("drivers", lambda: drivers(columns, seed=wishes.seed))
    of_touchpoints = next((one for one in models if one.level == "touchpoint" and one.drivers), None)
    of_points = next((one for one in models if one.level == "pain_point" and one.drivers), None)
    found = timed("trends", lambda: trends(columns, period=wishes.period, recent=wishes.recent, fdr=wishes.fdr))
    by_tier = timed("tiers", lambda: tiers(columns, wishes.orders, least=least)) if wishes.orders else None
    predicted = {"negative": columns.sentiment == -1} | {point.id: columns.pains[:, at] for at, point in enumerate(columns.points)}
    directions = {row.id: row.direction for row in found.rows}
    return StatisticsReport(
        run_id=analysis.run.id,
        codebook_version=analysis.run.codebook_version,
        comments=len(columns),
        respondents=len(columns.first) + len(columns.wordless),
        weighted=wishes.weight,
        satisfaction=satisfied,
        journey=timed("journey", lambda: journey(columns, of_touchpoints, least=least)),
        drivers=models,
        trends=found,
        alerts=alerts_of(found),
        segments=timed("segments", lambda: segments(columns, tier=by_tier[1] if by_tier else None, fdr=wishes.fdr, least=least)),
        contrasts=timed("contrasts", lambda: contrasts(columns, least=least)),
        consistency=timed("consistency", lambda: consistency(columns, least=least, fdr=wishes.fdr, seed=wishes.seed)),
        tiers=by_tier[0] if by_tier else None,
        before_after=tuple(
            before_after(columns, one.point, one.date, window_days=one.window_days, store=one.store, control=one.control, least=least)
            for one in wishes.actions
        ),
        corrected=corrected_shares(predicted, columns.ids, wishes.reviews),
        plan=timed(
            "plan",
            lambda: plan(
                columns.points,
                columns.taxonomy,
                drivers=of_points.drivers if of_points else (),
                directions=directions,
                changes=analysis.changes,
                owners=wishes.owners,
            ),
        ),
        seconds=seconds,
    )
