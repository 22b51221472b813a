"""Gives runs, comments and pain points back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from voc.errors import RecordNotFound
from voc.records import Analysis, Annotation, Comment, PainPoint
from voc.store.filtered import numbers
from voc.store.members import members_of
from voc.store.paging import MOST_PER_PAGE, after, check_limit, read_cursor, write_cursor
from voc.store.placed import Member
from voc.store.records import (
    CommentFilter,
    CommentPage,
    MemberOf,
    RunPage,
    RunSummary,
    StoredComment,
    StoredRun,
    StoredUpload,
)
from voc.store.reviews import effective, reviews_of
from voc.store.tables import AnnotationRow, CommentRow, PainPointRow, RunRow, UploadRow

__all__ = ["MOST_PER_PAGE", "comments", "count", "pain_points", "run", "run_page", "runs", "upload", "upload_of"]

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


def run_page(
    connection: Connection, sees: Callable[[StoredUpload], bool] | None = None, *, cursor: str | None = None, limit: int = 50
) -> RunPage:
    """A page of runs that may be seen.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    sees : callable, optional
        Whether an upload may be seen.
    cursor : str, optional
        `next` of the page before.
    limit : int
        Runs on the page, 1–1000.

    Returns
    -------
    RunPage
        The newest first; runs that are added meanwhile shift nothing.

    Raises
    ------
    StoreError
        If the cursor is not one of ours, or the limit out of range.
    """
    check_limit(limit)
    of_upload = [column.label(f"of_{column.name}") for column in _UPLOAD]
    rows = select(*_SUMMARY, *of_upload).join(UploadRow, UploadRow.id == RunRow.upload_id)
    if cursor:
        run_id, at = read_cursor(cursor, "run", 2)
        rows = rows.where((RunRow.started_at < at) | ((RunRow.started_at == at) & (RunRow.id > run_id)))
    found = []
    for row in connection.execute(rows.order_by(RunRow.started_at.desc(), RunRow.id)).mappings():
        own = StoredUpload(**{name: row[f"of_{name}"] for name in StoredUpload.model_fields})
        if sees is None or sees(own):
            found.append(RunSummary.model_validate(_summary(row)))
        if len(found) > limit:
            break
    page, last = tuple(found[:limit]), found[limit - 1] if len(found) > limit else None
    return RunPage(runs=page, next=write_cursor("run", last.id, last.started_at) if last else None)


def comments(
    connection: Connection,
    run_id: str,
    wanted: CommentFilter | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
    inside: Sequence[str] | None = None,
    members: Callable[[Mapping[int, str]], Mapping[str, Sequence[Member]]] | None = None,
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
    inside : sequence of str, optional
        Ids of the comments of the pain point that is asked for; as the run found them where left out.
    members : callable, optional
        Number → id of some comments → their members by id; as the run found them where left out.

    Returns
    -------
    CommentPage
        In the order that is asked for, so that what is added meanwhile shifts nothing.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    StoreError
        If the cursor is not one of this order, or the limit out of range.
    """
    check_limit(limit)
    wanted = wanted or CommentFilter()
    upload_id = _upload_of(connection, run_id)
    asked = numbers(connection, run_id, upload_id, wanted, start=after(cursor, wanted.order), inside=inside)
    found = connection.execute(asked.limit(limit + 1)).all()
    columns = [item for item in CommentRow.__table__.c if item.name != "id"]
    statement = (
        select(CommentRow.id.label("key"), *columns, AnnotationRow.record)
        .join(AnnotationRow, AnnotationRow.comment_id == CommentRow.id)
        .where(AnnotationRow.run_id == run_id, CommentRow.id.in_([row[0] for row in found[:limit]]))
    )
    rows = {row["key"]: row for row in connection.execute(statement).mappings()}
    shown = {key: row["comment_id"] for key, row in rows.items()}
    belong = members(shown) if members else members_of(connection, run_id, list(shown))
    page = _stored(connection, run_id, [rows[row[0]] for row in found[:limit]], belong)
    if len(found) <= limit:
        return CommentPage(comments=page, next=None)
    key, *value = found[limit - 1]
    return CommentPage(comments=page, next=write_cursor("comment" if wanted.order == "stored" else wanted.order, *value, key))


def count(connection: Connection, run_id: str, wanted: CommentFilter, *, most: int, inside: Sequence[str] | None = None) -> int:
    """How many comments of a run there are, as far as it is worth to count.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    wanted : CommentFilter
        Which.
    most : int
        Counted up to one more than this.
    inside : sequence of str, optional
        As for `comments`.

    Returns
    -------
    int
        `most` + 1 where there are more than `most`.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    """
    wanted = wanted.model_copy(update={"order": "stored"})  # to sort them by anything else would take longer
    asked = numbers(connection, run_id, _upload_of(connection, run_id), wanted, inside=inside)
    found: int = connection.execute(select(func.count()).select_from(asked.limit(most + 1).subquery())).scalar_one()
    return found


def _upload_of(connection: Connection, run_id: str) -> int:
    found = connection.execute(select(RunRow.upload_id).where(RunRow.id == run_id)).scalar()
    if found is None:
        raise RecordNotFound("unknown_run", f"没有这次分析 / no such run: {run_id!r}")
    return found


def _summary(row: Mapping[Any, Any]) -> dict[str, Any]:
    plain = {name: row[name] for name in RunSummary.model_fields}
    return {**plain, "settings": json.loads(row["settings"]), "models": json.loads(row["models"])}


def _stored(
    connection: Connection, run_id: str, rows: Sequence[Mapping[Any, Any]], members: Mapping[str, Sequence[Member]]
) -> tuple[StoredComment, ...]:
    reviews = reviews_of(connection, run_id, [row["key"] for row in rows])
    found = []
    for row in rows:
        annotation = Annotation.model_validate_json(row["record"])
        plain = {name: value for name, value in row.items() if name not in _OUR_NAMES}
        comment = Comment(id=row["comment_id"], extra=json.loads(row["extra"]), **plain)
        own = reviews.get(row["key"], ())
        sentiment, touchpoints = effective(annotation, own)
        found.append(
            StoredComment(
                key=row["key"],
                comment=comment,
                annotation=annotation,
                sentiment=sentiment,
                touchpoints=touchpoints,
                reviews=own,
                pain_points=tuple(
                    MemberOf(start=start, end=end, pain_point=point) for start, end, point in members.get(row["comment_id"], ())
                ),
            )
        )
    return tuple(found)
