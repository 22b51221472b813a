"""What holds of some comments of a run: the figures of the whole run, counted on those that a filter chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection, select

from voc.codebook.view import rank
from voc.metrics import share, wilson
from voc.records import LABELS, JourneyCell, PainPoint, Quote, ShareOf
from voc.store.cache import Cache
from voc.store.chosen import of_days, of_fields
from voc.store.current import Current
from voc.store.decisions import decisions
from voc.store.part_columns import Bools, Columns, Ints
from voc.store.part_records import Part, Source, Weekly
from voc.store.part_scores import scored
from voc.store.placed import Place
from voc.store.records import RunFilter
from voc.store.recount import details_of
from voc.store.tables import AnnotationRow, CommentRow

_PARTS = 64  # that are remembered


def part(connection: Connection, now: Current, wanted: RunFilter, memory: Cache) -> Part:
    """Figures of some comments of a run.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    now : Current
        The run as it holds now.
    wanted : RunFilter
        Which comments; all of them where it asks for nothing.
    memory : Cache
        Remembers them until something changes.

    Returns
    -------
    Part
        Those of the whole run are the same as of `now`. What was erased is in no other part.
    """

    def make() -> Part:
        columns = Columns(connection, now, memory)
        return _some(columns, wanted) if wanted.model_dump(exclude_none=True) else _everything(columns)

    return memory.get("part", (now.state, wanted), make, _PARTS)


def weekly(connection: Connection, now: Current, wanted: RunFilter, memory: Cache) -> Weekly:
    """Comments of a part and of its pain points, week by week.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    now : Current
        The run as it holds now.
    wanted : RunFilter
        Which comments; all of them where it asks for nothing.
    memory : Cache
        Remembers them until something changes.

    Returns
    -------
    Weekly
        Without weeks where no comment has a date.
    """
    return memory.get("weekly", (now.state, wanted), lambda: _weekly(Columns(connection, now, memory), wanted), _PARTS)


def sources(connection: Connection, now: Current, quotes: Sequence[Quote]) -> dict[str, Source]:
    """The comments that are quoted.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    now : Current
        The run as it holds now.
    quotes : sequence of Quote
        From it.

    Returns
    -------
    dict of str to Source
        By id of the comment; those that were erased are left out.
    """
    columns = [CommentRow.__table__.c[name] for name in ("text", "created_at", "channel", "store")]
    of_run = select(1).where(AnnotationRow.run_id == now.run.id, AnnotationRow.comment_id == CommentRow.id).exists()
    rows = select(CommentRow.comment_id, CommentRow.id.label("key"), *columns)
    ids = {quote.comment_id for quote in quotes}
    found = connection.execute(rows.where(CommentRow.upload_id == now.run.upload_id, CommentRow.comment_id.in_(ids), of_run)).mappings()
    return {row["comment_id"]: Source(**{name: row[name] for name in Source.model_fields}) for row in found}


def _everything(columns: Columns) -> Part:
    found = columns.now.analysis
    return Part(
        run_id=found.run.id,
        whole=True,
        comments=found.input.comments,
        of=found.input.comments,
        sentiment=found.metrics.sentiment,
        **scored(columns, RunFilter(), columns.chosen(RunFilter())),
        journey=found.journey,
        pain_points=found.pain_points,
        duplicates=found.input.duplicates,
        uninformative=found.input.uninformative,
        unassigned=found.unassigned,
    )


def _some(columns: Columns, wanted: RunFilter) -> Part:
    found, mask = columns.now.analysis, columns.chosen(wanted)
    n = int(mask.sum())
    decided = decisions(columns.connection, found.run.id, *of_fields(wanted), *of_days(CommentRow, wanted))
    said = {label: int(mask[places].sum()) for label, places in columns.sentiment().items()}
    counts = {label: said.get(label, 0) + decided.sentiment[label] for label in LABELS}
    spoken = columns.mentions()
    mentions = {name: int(mask[one.all].sum()) + decided.mentions[name] for name, one in spoken.items()}
    negative = {name: int(mask[one.negative].sum()) + decided.negative[name] for name, one in spoken.items()}
    return Part(
        run_id=found.run.id,
        whole=False,
        comments=n,
        of=found.input.comments,
        sentiment={label: ShareOf(n=count, share=share(count, n), interval=wilson(count, n)) for label, count in counts.items()},
        **scored(columns, wanted, mask),
        journey=tuple(
            _cell(
                cell,
                mentions.get(cell.touchpoint, decided.mentions[cell.touchpoint]),
                negative.get(cell.touchpoint, decided.negative[cell.touchpoint]),
            )
            for cell in found.journey
        ),
        pain_points=_points(columns, mask, n),
        duplicates=int(mask[columns.duplicates()].sum()) if found.input.duplicates else 0,
        uninformative=int(mask[columns.uninformative()].sum()) if found.input.uninformative else 0,
        unassigned=None,
    )


def _cell(cell: JourneyCell, mentions: int, negative: int) -> JourneyCell:
    counts = {"mentions": mentions, "negative": negative, "share": share(negative, mentions), "interval": wilson(negative, mentions)}
    return cell.model_copy(update=counts)


def _points(columns: Columns, mask: Bools, n: int) -> tuple[PainPoint, ...]:
    points = columns.now.analysis.pain_points
    held = {point: places[mask[places]] for point, places in columns.members().items()}
    at = columns.memory.get(
        "places of quotes",
        columns.now.state,
        lambda: columns.places_of(quote.comment_id for point in points for quote in point.quotes),
    )
    quotes = {point.id: [one for one in point.quotes if one.comment_id in at and mask[at[one.comment_id]]] for point in points}
    silent = {point.id: int(columns.keys[held[point.id][0]]) for point in points if not quotes[point.id] and len(held.get(point.id, ()))}
    found = _quotes(columns, silent)
    counted = []
    for point in points:
        inside = held.get(point.id, ())
        if not len(inside):
            continue
        comments = len(np.unique(inside))
        own = quotes[point.id] or [found[point.id]] * (point.id in found)
        update = {"size": len(inside), "comments": comments, "share": share(comments, n), "interval": wilson(comments, n)}
        counted.append(point.model_copy(update=update | {"quotes": tuple(own), "description": ""}))
    return tuple(sorted(counted, key=rank))


def _quotes(columns: Columns, silent: Mapping[str, int]) -> dict[str, Quote]:
    """One for each pain point whose own are all of other comments: pain point → number of the comment to quote."""
    if not silent:
        return {}
    rows = select(CommentRow.id, CommentRow.comment_id).where(CommentRow.id.in_(set(silent.values())))
    ids = dict(columns.connection.execute(rows).tuples().all())
    shown = columns.now.standing.members(columns.connection, ids)
    first: dict[str, Place] = {}
    for point, key in silent.items():
        mine = sorted((one.start, one.end) for one in shown.get(ids[key], ()) if one.point == point)
        first[point] = (ids[key], *mine[0])
    details = details_of(columns.now.run, columns.now.state.run_key, columns.memory)
    told = {one.quote: one.quote for one in details.complaints(columns.connection, list(first.values()), {})}
    by_place = {(quote.comment_id, quote.start, quote.end): quote for quote in told}
    return {point: by_place[place] for point, place in first.items() if place in by_place}


def _weekly(columns: Columns, wanted: RunFilter) -> Weekly:
    mask, (known, week_of, until) = columns.chosen(wanted), columns.weeks()
    dated = mask & (week_of >= 0)
    if not dated.any():
        return Weekly(weeks=(), comments=(), points={})
    first, last = int(week_of[dated].min()), int(week_of[dated].max())
    start, end = date.fromisoformat(known[first]), date.fromisoformat(known[last])
    weeks = tuple((start + timedelta(weeks=one)).isoformat() for one in range((end - start).days // 7 + 1))
    slots = np.array([(date.fromisoformat(week) - start).days // 7 for week in known])

    def counts(places: Ints) -> tuple[int, ...]:
        return tuple(np.bincount(slots[week_of[places]], minlength=len(weeks)).tolist())

    points = {point: np.unique(places[dated[places]]) for point, places in columns.members().items()}
    return Weekly(
        weeks=weeks,
        comments=counts(np.flatnonzero(dated)),
        points={point: counts(places) for point, places in points.items() if len(places)},
        until=until,
    )
