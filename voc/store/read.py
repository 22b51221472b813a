"""Gives runs, comments and pain points back."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select
from sqlalchemy.orm import aliased

from voc.errors import RecordNotFound, StoreError
from voc.records import Analysis, Annotation, Comment, PainPoint
from voc.store.records import CommentFilter, CommentPage, RunSummary, StoredComment, StoredRun, StoredUpload
from voc.store.reviews import effective, has_sentiment, has_touchpoint, reviews_of
from voc.store.search import holds
from voc.store.tables import AnnotationRow, CommentRow, MembershipRow, PainPointRow, RunRow, UploadRow

MOST_PER_PAGE = 1000
_CURSOR = "comment:"
_FIELDS = ("channel", "store", "product", "region")
_UPLOAD = [UploadRow.__table__.c[name] for name in StoredUpload.model_fields]
_SUMMARY = [RunRow.__table__.c[name] for name in RunSummary.model_fields]
_OUR_NAMES = {"key", "upload_id", "comment_id", "search_text", "extra", "record"}  # of columns that are no fields of a `Comment`


def upload(connection: Connection, upload_id: int) -> StoredUpload:
    """One upload.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_id : int
        The upload.

    Returns
    -------
    StoredUpload
        Whose it is, and who may see it.

    Raises
    ------
    RecordNotFound
        If there is no such upload.
    """
    row = connection.execute(select(*_UPLOAD).where(UploadRow.id == upload_id)).mappings().first()
    if row is None:
        raise RecordNotFound("unknown_upload", f"没有这次上传 / no such upload: {upload_id}")
    return StoredUpload.model_validate(dict(row))


def upload_of(connection: Connection, run_id: str) -> StoredUpload:
    """The upload that a run analysed.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.

    Returns
    -------
    StoredUpload
        Whose it is, and who may see it.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    """
    return upload(connection, _upload_of(connection, run_id))


def runs(connection: Connection) -> tuple[RunSummary, ...]:
    """All runs, without their results.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.

    Returns
    -------
    tuple of RunSummary
        The newest first.
    """
    rows = connection.execute(select(*_SUMMARY).order_by(RunRow.started_at.desc(), RunRow.id)).mappings()
    return tuple(RunSummary.model_validate(_summary(row)) for row in rows)


def run(connection: Connection, run_id: str) -> StoredRun:
    """One run with its result.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.

    Returns
    -------
    StoredRun
        As it was saved, but for what was erased since.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    """
    row = connection.execute(select(*_SUMMARY, RunRow.analysis).where(RunRow.id == run_id)).mappings().first()
    if row is None:
        raise RecordNotFound("unknown_run", f"没有这次分析 / no such run: {run_id!r}")
    return StoredRun.model_validate({**_summary(row), "analysis": Analysis.model_validate_json(row["analysis"])})


def pain_points(connection: Connection, run_id: str) -> tuple[PainPoint, ...]:
    """Pain points of a run; their members are asked for as comments.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.

    Returns
    -------
    tuple of PainPoint
        As the analysis ranked them, without members.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    """
    _upload_of(connection, run_id)
    found = select(PainPointRow.record).where(PainPointRow.run_id == run_id).order_by(PainPointRow.place)
    return tuple(PainPoint.model_validate_json(record) for record in connection.execute(found).scalars())


def comments(
    connection: Connection, run_id: str, wanted: CommentFilter | None = None, *, cursor: str | None = None, limit: int = 50
) -> CommentPage:
    """A page of a run's comments.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    wanted : CommentFilter, optional
        Which; all where left out.
    cursor : str, optional
        `next` of the page before; the first page where left out.
    limit : int
        Comments on the page, 1–1000.

    Returns
    -------
    CommentPage
        In the order in which they were stored, so that what is added meanwhile shifts nothing.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    StoreError
        If the cursor is not one of ours, or the limit out of range.
    """
    if not 1 <= limit <= MOST_PER_PAGE:
        raise StoreError("bad_limit", f"每页条数不对 / not a number of comments per page: {limit}", f"1–{MOST_PER_PAGE}")
    upload_id = _upload_of(connection, run_id)
    after = _read_cursor(cursor) if cursor else 0
    keys = _keys(run_id, upload_id, after, wanted or CommentFilter(), sqlite=connection.dialect.name == "sqlite").limit(limit + 1)
    columns = [item for item in CommentRow.__table__.c if item.name != "id"]
    statement = (
        select(CommentRow.id.label("key"), *columns, AnnotationRow.record)
        .join(AnnotationRow, AnnotationRow.comment_id == CommentRow.id)
        .where(AnnotationRow.run_id == run_id, CommentRow.id.in_(connection.execute(keys).scalars().all()))
        .order_by(CommentRow.id)
    )
    rows = connection.execute(statement).mappings().all()
    page = _stored(connection, run_id, rows[:limit])
    return CommentPage(comments=page, next=_write_cursor(page[-1].key) if len(rows) > limit else None)


def _upload_of(connection: Connection, run_id: str) -> int:
    found = connection.execute(select(RunRow.upload_id).where(RunRow.id == run_id)).scalar()
    if found is None:
        raise RecordNotFound("unknown_run", f"没有这次分析 / no such run: {run_id!r}")
    return found


def _summary(row: Mapping[Any, Any]) -> dict[str, Any]:
    plain = {name: row[name] for name in RunSummary.model_fields}
    return {**plain, "settings": json.loads(row["settings"]), "models": json.loads(row["models"])}


def _keys(run_id: str, upload_id: int, after: int, wanted: CommentFilter, *, sqlite: bool) -> Select[tuple[int]]:
    """Numbers of the comments behind a number, in order; made to walk an index up to the page's end rather than to sort all."""
    fields = {name: value for name in _FIELDS if (value := getattr(wanted, name)) is not None}
    of_run = [AnnotationRow.run_id == run_id, *([has_sentiment(run_id, wanted.sentiment)] if wanted.sentiment else [])]
    if fields or wanted.q:
        key = CommentRow.id
        same = [getattr(CommentRow, name) == value for name, value in fields.items()]
        statement = select(key).where(CommentRow.upload_id == upload_id, *same, exists().where(AnnotationRow.comment_id == key, *of_run))
    else:
        key = AnnotationRow.comment_id
        statement = select(key).where(*of_run)
    number: ColumnElement[int] = key.expression
    if wanted.q:
        held, number = holds(wanted.q, sqlite=sqlite)
        statement = statement.where(held)
    statement = statement.where(number > after).order_by(number)
    if wanted.touchpoint:
        statement = statement.where(has_touchpoint(key, run_id, wanted.touchpoint))
    if wanted.pain_point:
        of_it = (MembershipRow.run_id == run_id, MembershipRow.pain_point_id == wanted.pain_point)
        statement = statement.where(key.in_(select(MembershipRow.comment_id).where(*of_it)))
    if wanted.from_ or wanted.to:
        dated = aliased(CommentRow)
        days = [dated.created_at >= wanted.from_] if wanted.from_ else []
        days += [func.substr(dated.created_at, 1, len(wanted.to)) <= wanted.to] if wanted.to else []
        statement = statement.where(key.in_(select(dated.id).where(dated.upload_id == upload_id, *days)))
    return statement


def _stored(connection: Connection, run_id: str, rows: Sequence[Mapping[Any, Any]]) -> tuple[StoredComment, ...]:
    reviews = reviews_of(connection, run_id, [row["key"] for row in rows])
    found = []
    for row in rows:
        annotation = Annotation.model_validate_json(row["record"])
        plain = {name: value for name, value in row.items() if name not in _OUR_NAMES}
        comment = Comment(id=row["comment_id"], extra=json.loads(row["extra"]), **plain)
        own = reviews.get(row["key"], ())
        sentiment, touchpoints = effective(annotation, own)
        found.append(
            StoredComment(key=row["key"], comment=comment, annotation=annotation, sentiment=sentiment, touchpoints=touchpoints, reviews=own)
        )
    return tuple(found)


def _write_cursor(key: int) -> str:
    return urlsafe_b64encode(f"{_CURSOR}{key}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> int:
    try:
        mark, key = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(":")
        if f"{mark}:" == _CURSOR:
            return int(key)
    except ValueError:
        pass
    raise StoreError("bad_cursor", f"翻页标记不对 / not a cursor: {cursor!r}", "用上一页的 next / use `next` of the page before")
