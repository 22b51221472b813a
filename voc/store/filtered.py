"""Which comments of a run a filter finds: one query, made to walk an index up to the page's end rather than to sort all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select, true
from sqlalchemy.orm import aliased

from voc.store.chosen import of_days, of_fields
from voc.store.paging import After, behind, one_of, sorted_by
from voc.store.records import CommentFilter
from voc.store.reviews import awaits_second_look, has_sentiment, has_touchpoint, is_reviewed
from voc.store.search import holds
from voc.store.tables import AnnotationRow, CommentRow, IntentRow, MembershipRow

GATHERED = 20_000  # comments


def numbers(
    connection: Connection,
    run_id: str,
    upload_id: int,
    wanted: CommentFilter,
    *,
    start: After | None = None,
    inside: Sequence[str] | None = None,
) -> Select[Any]:
    """Numbers of the comments that a filter finds, in order.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To look how many there are.
    run_id : str
        The run.
    upload_id : int
        That it analysed.
    wanted : CommentFilter
        The filter, with the order.
    start : After, optional
        Only those behind it.
    inside : sequence of str, optional
        Ids of the comments of the pain point that is asked for; as the run found them where left out.

    Returns
    -------
    sqlalchemy.Select
        Of numbers, and of what they are ordered by where that is something else.
    """
    sqlite = connection.dialect.name == "sqlite"
    fields = of_fields(wanted)
    of_run = [AnnotationRow.run_id == run_id, *([has_sentiment(run_id, wanted.sentiment)] if wanted.sentiment else [])]
    of_run += [] if wanted.mixed is None else [AnnotationRow.mixed.is_(wanted.mixed)]
    column = sorted_by(wanted.order)
    held, number = holds(wanted.q, sqlite=sqlite) if wanted.q else (true(), None)
    if column is not None:
        key = AnnotationRow.comment_id
        statement: Select[Any] = select(key, column).where(*of_run)
        if fields or wanted.q:
            statement = statement.where(key.in_(select(CommentRow.id).where(CommentRow.upload_id == upload_id, *fields, held)))
        statement = statement.where(behind(column, key.expression, start)) if start else statement
        statement = statement.order_by(column, key)
    elif fields or wanted.q:
        key = CommentRow.id
        number = key.expression if number is None else number
        same = exists().where(AnnotationRow.comment_id == key, *of_run)
        statement = select(key).where(CommentRow.upload_id == upload_id, *fields, same, held)
        statement = statement.where(number > (start.key if start else 0)).order_by(number)
    else:
        key = AnnotationRow.comment_id
        statement = select(key).where(*of_run, key > (start.key if start else 0)).order_by(key)
    if wanted.touchpoint:
        statement = statement.where(has_touchpoint(key, run_id, wanted.touchpoint))
    if wanted.reviewed is not None:
        statement = statement.where(is_reviewed(key, run_id) if wanted.reviewed else ~is_reviewed(key, run_id))
    if wanted.second_look:
        statement = statement.where(awaits_second_look(key, run_id, wanted.second_look))
    if wanted.intent:
        of_it = (IntentRow.run_id == run_id, IntentRow.intent == wanted.intent)
        statement = statement.where(key.in_(select(IntentRow.comment_id).where(*of_it)))
    if wanted.pain_point and inside is None:
        among = (MembershipRow.run_id == run_id, MembershipRow.pain_point_id == wanted.pain_point)
        statement = statement.where(key.in_(select(MembershipRow.comment_id).where(*among)))
    elif wanted.pain_point:
        named = aliased(CommentRow)
        ids: ColumnElement[bool] = one_of(named.comment_id.expression, list(inside or ()), sqlite=sqlite)
        statement = statement.where(key.in_(select(named.id).where(named.upload_id == upload_id, ids)))
    if wanted.from_ or wanted.to:
        dated = aliased(CommentRow)
        within = select(dated.id).where(dated.upload_id == upload_id, *of_days(dated, wanted))
        if _are_few(connection, upload_id, wanted):
            statement = statement.where(key.in_(within))
        else:  # to gather all of them takes longer than to ask of each comment on the way to the page's end
            first = select(func.min(within.subquery().c.id)).scalar_subquery()
            statement = statement.where(key >= first, within.where(dated.id == key).exists())
    return statement


def _are_few(connection: Connection, upload_id: int, wanted: CommentFilter) -> bool:
    """Whether the days of a filter hold so few comments that it pays to gather them first."""
    some = select(CommentRow.id).where(CommentRow.upload_id == upload_id, *of_days(CommentRow, wanted)).limit(GATHERED + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() <= GATHERED
