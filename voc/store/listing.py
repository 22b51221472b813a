"""What lists of pain points show beside their figures: comments by week, narrower issues, and quotes within their comments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from voc.normalise import normalise
from voc.records import PainPoint, Quote
from voc.store.cache import Cache
from voc.store.current import Current
from voc.store.export import csv_row
from voc.store.members import as_found
from voc.store.placed import Place
from voc.store.records import StoredRun
from voc.store.recount import POINTS, details_of
from voc.store.search import fold
from voc.store.statistics import statistics
from voc.store.tables import AnnotationRow, CommentRow
from voc.taxonomy import Taxonomy
from voc.wordings import PAIN_TYPES

if TYPE_CHECKING:
    from voc.statistics.records import Plan, SubIssue

_CHUNK = 500
_COLUMNS = (
    "痛点 Pain point", "触点 Touchpoint", "类型 Type", "评论 Comments", "占比 Share", "区间下限 Low", "区间上限 High", "严重度 Severity",
    "稳定性 Stability", "最早 First seen", "最晚 Last seen", "特征词 Terms", "原话 Quote", "锁定 Locked", "编号 Id",
)  # fmt: skip
Counts = tuple[int, ...]


def narrower(connection: Connection, now: Current, memory: Cache) -> dict[str, tuple[SubIssue, ...]]:
    """The narrower issues of each pain point (see `voc.statistics.plan.sub_issues`); without quotes where the statistics know them.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    now : Current
        The run as it holds now.
    memory : Cache
        Remembers them.

    Returns
    -------
    dict of str to tuple of SubIssue
        By pain point.
    """
    run = now.run

    def as_it_found() -> dict[str, tuple[SubIssue, ...]]:
        points = run.analysis.pain_points
        report = memory.get("statistics", now.state.run_key, lambda: statistics(connection, run.id))
        if report and not _is_erased(connection, run):
            known = {
                point.id: point.sub_issues
                for stage in report.plan.stages
                for touchpoint in stage.touchpoints
                for point in touchpoint.pain_points
            }
            if all(point.id in known for point in points):
                return known
        return _narrower(connection, run, points, as_found(connection, run.id))

    found = memory.get("narrower", now.state.run_key, as_it_found)

    return {
        point.id: _anew(connection, now, point, memory) if point.id in now.standing.moved else found[point.id]
        for point in now.analysis.pain_points
    }


def _anew(connection: Connection, now: Current, point: PainPoint, memory: Cache) -> tuple[SubIssue, ...]:
    """Those of a pain point whose members the run did not find; of an edit that moves clauses of others they stay as they are."""
    from voc.statistics.plan import sub_issues  # brings what few need

    def counted() -> tuple[SubIssue, ...]:
        places = sorted(now.standing.places(connection, point.id))
        members = details_of(now.run, now.state.run_key, memory).complaints(connection, places, words)
        return sub_issues(point.model_copy(update={"members": tuple(one.quote for one in members)}))

    left = now.standing.left
    words = left.words(point.id) if left else {}
    return memory.get("narrower of one", (now.state.run_key, point.id, point.terms, left and left.digest(point.id)), counted, POINTS)


def _is_erased(connection: Connection, run: StoredRun) -> bool:
    """Whether any of its comments is gone, of which its statistics do not know."""
    left = connection.execute(select(func.count()).select_from(AnnotationRow).where(AnnotationRow.run_id == run.id)).scalar_one()
    return left != run.analysis.input.comments


def _narrower(
    connection: Connection, run: StoredRun, points: Sequence[PainPoint], homes: Mapping[str, list[Place]]
) -> dict[str, tuple[SubIssue, ...]]:
    from voc.statistics.plan import sub_issues  # brings what few need

    texts = _texts(connection, run.upload_id, {place[0] for point in points for place in homes.get(point.id, ())})
    return {point.id: sub_issues(point.model_copy(update={"members": _quotes(homes.get(point.id, ()), texts)})) for point in points}


def holding(now: Current, query: str, memory: Cache) -> frozenset[str]:
    """Pain points whose name, words or quotes hold a query.

    Parameters
    ----------
    now : Current
        The run as it holds now.
    query : str
        As typed, in either script.
    memory : Cache
        Remembers the texts as they are compared.

    Returns
    -------
    frozenset of str
        Their ids.
    """

    def folded() -> dict[str, str]:
        return {
            point.id: fold(normalise("\n".join((point.label, point.gloss, *point.terms, *(one.text for one in point.quotes)))).normalised)
            for point in now.analysis.pain_points
        }

    wanted = fold(normalise(query).normalised.strip())
    return frozenset(point for point, said in memory.get("folded points", now.state, folded).items() if wanted in said)


def points_csv(points: Sequence[PainPoint], taxonomy: Taxonomy, locked: Collection[str]) -> Iterator[str]:
    """Pain points as a CSV that Excel opens: with a BOM, and no cell a formula.

    Parameters
    ----------
    points : sequence of PainPoint
        In the order of the rows.
    taxonomy : Taxonomy
        Gives the names of touchpoints.
    locked : collection of str
        Ids of those that are locked.

    Yields
    ------
    str
        A row, the header first.
    """
    yield "\ufeff" + csv_row(_COLUMNS)
    for point in points:
        known = taxonomy.by_id.get(point.touchpoint)
        yield csv_row((
            point.label,
            known.zh if known else point.touchpoint,
            PAIN_TYPES[point.pain_type],
            point.comments,
            point.share,
            *point.interval,
            point.severity,
            point.stability,
            point.first_seen,
            point.last_seen,
            "；".join(point.terms),
            point.quotes[0].text if point.quotes else None,
            "是" if point.id in locked else None,
            point.id,
        ))  # fmt: skip


def _quotes(places: Iterable[Place], texts: Mapping[str, str]) -> tuple[Quote, ...]:
    known = [place for place in sorted(places) if place[0] in texts]
    return tuple(Quote.model_construct(comment_id=one, start=start, end=end, text=texts[one][start:end]) for one, start, end in known)


def _texts(connection: Connection, upload_id: int, ids: Iterable[str]) -> dict[str, str]:
    """What comments say. Not from the annotations, which take many times as long to read."""
    wanted = sorted(ids)
    rows = select(CommentRow.comment_id, CommentRow.text).where(CommentRow.upload_id == upload_id)
    found: dict[str, str] = {}
    for chunk in (wanted[at : at + _CHUNK] for at in range(0, len(wanted), _CHUNK)):
        found |= dict(connection.execute(rows.where(CommentRow.comment_id.in_(chunk))).tuples().all())
    return found


def plan_csv(plan: Plan) -> Iterator[str]:
    """A plan as a CSV that Excel opens: with a BOM, and no cell a formula.

    Parameters
    ----------
    plan : Plan
        Of a run.

    Yields
    ------
    str
        A row, the header first.
    """
    from voc.statistics.workbook import plan_rows

    rows = list(plan_rows(plan))
    yield "\ufeff" + csv_row(list(rows[0]) if rows else [])
    yield from (csv_row(list(row.values())) for row in rows)
