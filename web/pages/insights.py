"""The statistics of a run: satisfaction, drivers, trends and alerts, segments, corrected shares, the plan.

They are those of `voc.statistics`, as the run was analysed; here they are only chosen from and laid out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flask import Response, abort, render_template, request

from voc.statistics import StatisticsReport
from voc.statistics.records import DriverModel, Figure, Plan, PlanPoint, Satisfaction, Trend
from voc.statistics.segments import FDR
from voc.statistics.trends import series
from voc.statistics.workbook import write_plan
from voc.store import Store
from voc.store.listing import plan_csv
from web.access import sees
from web.charts import TrendPoint
from web.downloads import attached, written_file
from web.messages import t
from web.names import stage_name, touchpoint_name
from web.pages.access import Page
from web.pages.frame import Frame, open_frame
from web.run_records import Format

TABS = ("satisfaction", "drivers", "trends", "segments", "corrected", "plan")
SHOWN = 30  # rows of a long table, until all are asked for
CHARTS = 6  # trends drawn large
# What metrics are measured in: a balance of shares, a share, an answer, an index.
KINDS = {
    "nps": "balance", "csat_top2": "share", "csat_mean": "answer", "ces_easy": "share", "ces_mean": "answer", "rating_top2": "share",
    "rating_mean": "answer", "csi": "index",
}  # fmt: skip
_FILES: dict[str, Format] = {"csv": "csv", "xlsx": "xlsx"}
Words = dict[str, Any]


class _PlanRow(NamedTuple):
    """A pain point with its place in the journey."""

    stage: str
    touchpoint: str
    point: PlanPoint


def _asked(name: str, known: Iterable[str]) -> str:
    """What the address asks for, or the first there is."""
    choice = list(known)
    value = request.args.get(name, "")
    return value if value in choice else next(iter(choice), "")


def _span(figures: Iterable[Figure], *more: float) -> tuple[float, float]:
    """A scale that holds all intervals."""
    ends = [end for figure in figures if figure.interval for end in figure.interval] + list(more)
    return (min(ends, default=0.0), max(ends, default=1.0))


def _satisfaction(report: StatisticsReport, _frame: Frame) -> Words:
    """One metric by one field at a time: a table of both at once would be too wide to read."""
    whole = [one for one in report.satisfaction if one.field is None]
    metric = _asked("metric", [one.metric for one in whole])
    field = _asked("by", dict.fromkeys(one.field for one in report.satisfaction if one.field))
    rows = [one for one in report.satisfaction if one.metric == metric and one.field == field]
    shown = [one for one in rows if not one.figure.suppressed]
    return {
        "whole": whole,
        "metric": metric,
        "by": field,
        "fields": list(dict.fromkeys(one.field for one in report.satisfaction if one.field)),
        "rows": shown,
        "few": [one for one in rows if one.figure.suppressed],
        "overall": next((one.figure for one in whole if one.metric == metric), None),
        "scale": _span((one.figure for one in shown), *_middle(whole, metric)),
        "kinds": KINDS,
        # A high answer to a question of effort may be a bad one; the share that found it easy is what says.
        "good": None if metric == "ces_mean" else "up",
    }


def _middle(whole: list[Satisfaction], metric: str) -> list[float]:
    return [one.figure.value for one in whole if one.metric == metric and one.figure.value is not None]


def _drivers(report: StatisticsReport, _frame: Frame) -> Words:
    """One model at a time."""
    models = {f"{one.score}.{one.level}": one for one in report.drivers}
    chosen = _asked("model", models)
    model: DriverModel | None = models.get(chosen)
    rows = list(model.drivers) if model else []
    bad = [one for one in rows if one.impact.interval and one.impact.interval[1] < 0]
    good = [one for one in reversed(rows) if one.impact.interval and one.impact.interval[0] > 0]
    return {
        "models": models,
        "chosen": chosen,
        "model": model,
        "rows": rows,
        "bad": bad[:3],
        "good": good[:2],
        "disagree": [one for one in rows if one.disagrees],
        "scale": _span([figure for one in rows for figure in (one.impact, one.leave_out)], 0.0),
        "journey": sorted((one for one in report.journey if one.leverage is not None), key=lambda one: -(one.leverage or 0.0)),
    }


def _trends(report: StatisticsReport, _frame: Frame) -> Words:
    """Those that changed first, the rest as the run ranks them."""
    found = report.trends
    rows = sorted(found.rows, key=lambda row: (row.direction is None, row.q if row.direction and row.q is not None else 0.0))
    alarms = [row for row in rows if row.direction]
    volume = found.volume
    return {
        "found": found,
        "alerts": report.alerts,
        "changes": {row.id: row.change for row in (found.negative, *found.rows) if row and row.change},
        "rows": rows[: None if request.args.get("all") else SHOWN],
        "total": len(rows),
        "drawn": [(row, _points(row, report)) for row in alarms[:CHARTS]],
        "negative": (found.negative, _points(found.negative, report)) if found.negative else None,
        "forecast_scale": _span((figure for _, figure in volume.forecast), 0.0),
        "weekday_scale": _span((one.mean for one in volume.weekdays), 0.0),
        "usual": sum(one.mean.value or 0.0 for one in volume.weekdays) / 7 if volume.weekdays else None,
    }


def _points(row: Trend, report: StatisticsReport) -> list[TrendPoint]:
    return [
        TrendPoint(start[5:], figure.value or 0.0, figure.interval or (0.0, 0.0), figure.n) for start, figure in series(row, report.trends)
    ]


def _segments(report: StatisticsReport, _frame: Frame) -> Words:
    """Findings, contrasts, consistency and tiers; of long lists the surest."""
    sure = [one for one in report.contrasts if one.q <= FDR]
    gaps = report.consistency.gaps
    return {
        "found": report.segments,
        "findings": report.segments.findings[: None if request.args.get("all") else SHOWN],
        "scores": dict.fromkeys(one.score for one in report.contrasts),
        "contrasts": {kind: [one for one in sure if one.kind == kind][:SHOWN] for kind in ("touchpoint", "pain_point")},
        "unsure": len(report.contrasts) - len(sure),
        "contrast_scale": _span((one.difference for one in sure), 0.0),
        "consistency": report.consistency,
        "gaps": [one for one in gaps if one.differs] or gaps[:5],
        "differ": sum(one.differs for one in gaps),
        "tiers": report.tiers,
        "labels": {row.point.id: row.point.label for row in _plan_points(report.plan)},
    }


def _corrected(_report: StatisticsReport, frame: Frame) -> Words:
    """Counted anew after each review; the queue that makes such an audit is the random one of the review page."""
    return {
        "audit": frame.store.audited_shares(frame.run_id),
        "queue": frame.url("review.show", queue="random"),
    }


def _plan(_report: StatisticsReport, frame: Frame) -> Words:
    """The most urgent first, whatever their place in the journey."""
    made = frame.store.plan(frame.run_id, sees)
    rows = sorted(_plan_points(made), key=lambda row: (-row.point.priority, -row.point.comments, row.point.id)) if made else []
    return {
        "formula": made.formula if made else "",
        "rows": rows[: None if request.args.get("all") else SHOWN],
        "total": len(rows),
        "largest": max((row.point.priority for row in rows), default=0.0) or 1.0,
        "owned": sum(row.point.owner is not None for row in rows),
    }


def _plan_points(made: Plan) -> list[_PlanRow]:
    """Every pain point, in the order of the tree."""
    return [
        _PlanRow(stage.stage, touchpoint.touchpoint, point)
        for stage in made.stages
        for touchpoint in stage.touchpoints
        for point in touchpoint.pain_points
    ]


OF_TAB: dict[str, Callable[[StatisticsReport, Frame], Words]] = {
    "satisfaction": _satisfaction, "drivers": _drivers, "trends": _trends, "segments": _segments, "corrected": _corrected, "plan": _plan,
}  # fmt: skip


def make_insights(store: Store) -> Page:
    """Make the pages.

    Parameters
    ----------
    store : Store
        Holds the runs.

    Returns
    -------
    Page
        For who may read.
    """
    page = Page("insights", needs="read")

    @page.get("/runs/<run_id>/insights")
    def show(run_id: str) -> str:
        frame = open_frame(store, run_id)
        tab = _asked("tab", TABS)
        report = store.statistics(run_id)
        words: Words = {"tab": tab, "tabs": TABS}
        if report is None:
            return render_template("insights/none.html", **words)
        now = store.current(run_id)
        taxonomy, _ = store.words_of(now.run.settings)
        words |= {
            "report": report,
            "now": now,
            "of_touchpoint": lambda name: touchpoint_name(taxonomy, name),
            "of_stage": lambda name: stage_name(taxonomy, name),
            "point_url": _point_url(frame, {point.id for point in now.analysis.pain_points}),
        }
        return render_template(f"insights/{tab}.html", **words, **OF_TAB[tab](report, frame))

    @page.get("/runs/<run_id>/insights/plan")
    def plan_file(run_id: str) -> Response:
        frame = open_frame(store, run_id)
        made = store.plan(run_id, sees)
        ending = _FILES.get(request.args.get("format", "xlsx"))
        if made is None or ending is None:
            abort(404)
        pieces = plan_csv(made) if ending == "csv" else written_file(lambda path: write_plan(made, path))
        return attached(pieces, f"{t('insights.tab.plan')}-{frame.upload.name}", run_id, ending)

    return page


def _point_url(frame: Frame, shown: set[str]) -> Callable[[str], str | None]:
    """Address of a pain point; none where the run does not show it any more."""
    return lambda name: frame.url("point.show", pain_point_id=name) if name in shown else None
