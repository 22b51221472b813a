"""GET /runs and below: what runs found, as it holds after reviews and edits."""

from __future__ import annotations

from flask import Blueprint, Response

from voc.errors import RecordNotFound
from voc.records import PainPoint
from voc.statistics import StatisticsReport, watch
from voc.statistics.records import Alerts
from voc.store import Store
from voc.store.records import CommentPage, RunPage, RunSummary
from web.access import sees, visible_run
from web.api.exchange import answer, read_query
from web.api.operations import Operation, operation
from web.run_records import CommentQuery, Paging, PointList, PointQuery, RunDocument, Sort


def make_runs(api: Blueprint, store: Store) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    store : Store
        Holds the runs.
    """

    @operation(
        api,
        "/runs",
        Operation("GET", "分析列表，新的在前 / Runs, the newest first", "read", RunPage, query=Paging, problems=(404, 422, 503), etag=True),
    )
    def runs() -> Response:
        asked = read_query(Paging)
        return answer(store.run_page(sees, cursor=asked.cursor, limit=asked.limit), etag=True)

    @operation(
        api,
        "/runs/<run_id>",
        Operation(
            "GET", "一次分析：指标、旅程、痛点 / A run: metrics, journey, pain points", "read", RunDocument, problems=(404, 503), etag=True
        ),
    )
    def run(run_id: str) -> Response:
        visible_run(store, run_id)
        now = store.current(run_id)
        summary = RunSummary(**now.run.model_dump(include=set(RunSummary.model_fields)))
        return answer(RunDocument(run=summary, analysis=now.analysis, reviewed=now.reviewed, codebook=now.state.codebook), etag=True)

    @operation(
        api,
        "/runs/<run_id>/comments",
        Operation(
            "GET",
            "评论，可筛选、搜索、翻页 / Comments: filters, search, pages",
            "read",
            CommentPage,
            query=CommentQuery,
            problems=(404, 422, 503),
            etag=True,
        ),
    )
    def comments(run_id: str) -> Response:
        visible_run(store, run_id)
        asked = read_query(CommentQuery)
        return answer(store.comments(run_id, asked, cursor=asked.cursor, limit=asked.limit), etag=True)

    @operation(
        api,
        "/runs/<run_id>/pain-points",
        Operation(
            "GET", "痛点，不含成员 / Pain points, without members", "read", PointList, query=PointQuery, problems=(404, 422, 503), etag=True
        ),
    )
    def pain_points(run_id: str) -> Response:
        visible_run(store, run_id)
        asked = read_query(PointQuery)
        found = [one for one in store.current(run_id).analysis.pain_points if asked.touchpoint in (None, one.touchpoint)]
        return answer(PointList(pain_points=tuple(_sorted(found, asked.sort))), etag=True)

    @operation(
        api,
        "/runs/<run_id>/statistics",
        Operation(
            "GET",
            "统计：满意度、驱动、趋势、分群、方案，均为分析当时的 / Statistics of a run as it was analysed",
            "read",
            StatisticsReport,
            problems=(404, 503),
            etag=True,
        ),
    )
    def statistics(run_id: str) -> Response:
        visible_run(store, run_id)
        return answer(statistics_of(store, run_id), etag=True)

    @operation(
        api,
        "/runs/<run_id>/alerts",
        Operation("GET", "预警：什么变了 / What changed", "read", Alerts, problems=(404, 503), etag=True),
    )
    def alerts(run_id: str) -> Response:
        visible_run(store, run_id)
        return answer(watch(statistics_of(store, run_id).trends), etag=True)


def statistics_of(store: Store, run_id: str) -> StatisticsReport:
    """Statistics of a run.

    Parameters
    ----------
    store : Store
        Holds the run.
    run_id : str
        The run; the caller may see it.

    Returns
    -------
    StatisticsReport
        As it was analysed.

    Raises
    ------
    RecordNotFound
        If it has none.
    """
    found = store.statistics(run_id)
    if found is None:
        raise RecordNotFound(
            "no_statistics",
            f"这次分析没有统计 / this run has no statistics: {run_id!r}",
            "重新分析一次就有 / analyse it once more",
        )
    return found


def _sorted(points: list[PainPoint], sort: Sort) -> list[PainPoint]:
    if sort == "comments":
        return points  # as they come
    if sort == "label":
        return sorted(points, key=lambda point: point.label)
    known = [point for point in points if getattr(point, sort) is not None]
    return [
        *sorted(known, key=lambda point: getattr(point, sort), reverse=True),
        *(point for point in points if getattr(point, sort) is None),
    ]
