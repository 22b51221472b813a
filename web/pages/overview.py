"""GET /runs/{run_id}: what a run found, at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import render_template

from voc.metrics import wilson
from voc.records import Analysis, Change, Label, PainPoint
from voc.report.highlight import excerpt
from voc.store import Store
from voc.store.part_records import Part, Source, Weekly
from voc.taxonomy import Taxonomy
from web.charts import JourneyPoint
from web.names import stage_name, touchpoint_name
from web.pages.access import Page
from web.pages.frame import Frame, open_frame

TOP = 10  # pain points
SHOWN_CHANGES = 3  # of each kind at once; the others are a click away
SHOWN_PROBLEMS = 20
CHANGE_ORDER = ("growing", "new", "fading", "gone", "edited")  # what is steady is only counted


class TopPoint(NamedTuple):
    """A pain point in the list."""

    point: PainPoint
    touchpoint: str
    href: str
    weeks: tuple[int, ...]
    quote: str
    evidence: tuple[tuple[int, int, Label], ...]
    source: str
    comment: str | None  # address of the comment that is quoted


class Changed(NamedTuple):
    """A pain point against the last version of its codebook."""

    change: Change
    href: str | None


class Doubt(NamedTuple):
    """One thing that the reader should know of the data."""

    key: str
    n: int
    share: float | None
    interval: tuple[float, float] | None
    of_whole: bool  # of the run, whatever is filtered


def make_overview(store: Store) -> Page:
    """Make the page.

    Parameters
    ----------
    store : Store
        Holds the runs.

    Returns
    -------
    Page
        For who may read.
    """
    page = Page("overview", needs="read")

    @page.get("/runs/<run_id>")
    def show(run_id: str) -> str:
        frame = open_frame(store, run_id)
        now, part = store.current(run_id), store.part(run_id, frame.chosen)
        top = part.pain_points[:TOP]
        sources = store.sources(run_id, [point.quotes[0] for point in top if point.quotes])
        weekly = store.weekly(run_id, frame.chosen)
        taxonomy, _ = store.words_of(now.run.settings)
        changes, more_changes = changes_of(frame, now.analysis)
        return render_template(
            "overview.html",
            part=part,
            run=now.run,
            journey_points=journey_points(frame, part, taxonomy),
            top=[top_point(frame, point, taxonomy, weekly, sources) for point in top],
            largest=max((point.interval[1] for point in top), default=1.0),
            weeks=len(weekly.weeks),
            weekly=weekly,
            changes=changes,
            more_changes=more_changes,
            steady=sum(change.kind == "steady" for change in now.analysis.changes),
            compared=bool(now.analysis.changes),
            doubts=doubts_of(part, now.analysis),
            reviewed=now.reviewed,
            problems=now.analysis.input.problems[:SHOWN_PROBLEMS],
        )

    return page


def journey_points(frame: Frame, part: Part, taxonomy: Taxonomy) -> list[JourneyPoint]:
    """The journey, each touchpoint leading to its complaints.

    Parameters
    ----------
    frame : Frame
        Of the page.
    part : Part
        What it counts.
    taxonomy : Taxonomy
        Names.

    Returns
    -------
    list of JourneyPoint
        In the order of the journey.
    """
    return [
        JourneyPoint(
            stage_name(taxonomy, cell.stage),
            touchpoint_name(taxonomy, cell.touchpoint),
            frame.url("comments.show", touchpoint=cell.touchpoint, sentiment="negative"),
            cell.mentions,
            cell.share,
            cell.interval,
        )
        for cell in part.journey
    ]


def top_point(frame: Frame, point: PainPoint, taxonomy: Taxonomy, weekly: Weekly, sources: Mapping[str, Source]) -> TopPoint:
    """A pain point with one of its quotes in place.

    Parameters
    ----------
    frame : Frame
        Of the page.
    point : PainPoint
        One of the part.
    taxonomy : Taxonomy
        Names.
    weekly : Weekly
        Of the part.
    sources : mapping of str to Source
        Comments that are quoted.

    Returns
    -------
    TopPoint
        Without a quote where the comment was erased.
    """
    quote = point.quotes[0] if point.quotes else None
    source = sources.get(quote.comment_id) if quote else None
    text, start, end = excerpt(source.text, quote.start, quote.end) if quote and source else ("", 0, 0)
    return TopPoint(
        point=point,
        touchpoint=touchpoint_name(taxonomy, point.touchpoint),
        href=frame.url("point.show", pain_point_id=point.id),
        weeks=weekly.points.get(point.id, ()),
        quote=text,
        evidence=((start, end, "negative"),) if text else (),
        source=" · ".join(filter(None, (source.store or source.channel, (source.created_at or "")[:10]))) if source else "",
        comment=frame.url("comments.one", key=source.key) if source else None,
    )


def changes_of(frame: Frame, analysis: Analysis) -> tuple[list[Changed], list[Changed]]:
    """What is not as it was, what got worse first.

    Parameters
    ----------
    frame : Frame
        Of the page.
    analysis : Analysis
        Of the whole run.

    Returns
    -------
    shown, others : list of Changed
        The largest changes of each kind, and all others; by kind, the largest first.
    """
    shown, others = list[Changed](), list[Changed]()
    for kind in CHANGE_ORDER:
        of_kind = [change for change in analysis.changes if change.kind == kind]
        of_kind.sort(key=lambda change: -abs(change.after - (change.before or 0)))
        told = [Changed(change, frame.url("point.show", pain_point_id=change.id) if change.after else None) for change in of_kind]
        shown += told[:SHOWN_CHANGES]
        others += told[SHOWN_CHANGES:]
    return shown, others


def doubts_of(part: Part, analysis: Analysis) -> list[Doubt]:
    """How good the data are.

    Parameters
    ----------
    part : Part
        What the page counts.
    analysis : Analysis
        Of the whole run.

    Returns
    -------
    list of Doubt
        What is not known of a part is told of the whole run.
    """
    read, outside = analysis.input, analysis.unassigned.size
    return [
        _doubt("problems", len(read.problems), read.rows, of_whole=True),
        Doubt("notices", len(read.notices), None, None, of_whole=True),
        _doubt("duplicates", part.duplicates, part.comments, of_whole=False),
        _doubt("uninformative", part.uninformative, part.comments, of_whole=False),
        _doubt("unassigned", outside, outside + sum(point.size for point in analysis.pain_points), of_whole=True),
    ]


def _doubt(key: str, n: int, of: int, *, of_whole: bool) -> Doubt:
    return Doubt(key, n, n / of if of else 0.0, wilson(n, of), of_whole)
