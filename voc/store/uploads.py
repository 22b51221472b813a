"""Lists uploads, and what could not be used of one."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, func, select, update

from voc.errors import JobError
from voc.store.records import StoredProblem, StoredUpload
from voc.store.tables import CommentRow, ProblemRow, UploadRow

_UPLOAD = [UploadRow.__table__.c[name] for name in StoredUpload.model_fields]
_PROBLEM = [ProblemRow.__table__.c[name] for name in StoredProblem.model_fields if name != "answer"]


def uploads(connection: Connection) -> tuple[StoredUpload, ...]:
    """All uploads.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.

    Returns
    -------
    tuple of StoredUpload
        The newest first.
    """
    rows = connection.execute(select(*_UPLOAD).order_by(UploadRow.id.desc())).mappings()
    return tuple(StoredUpload.model_validate(dict(row)) for row in rows)


def problems(connection: Connection, upload_id: int, limit: int) -> tuple[StoredProblem, ...]:
    """Rows and cells of an upload that could not be used.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_id : int
        The upload.
    limit : int
        How many at most.

    Returns
    -------
    tuple of StoredProblem
        In the order in which they were found; none before it is analysed.
    """
    rows = connection.execute(select(*_PROBLEM).where(ProblemRow.upload_id == upload_id).order_by(ProblemRow.id).limit(limit)).mappings()
    return tuple(StoredProblem.model_validate(dict(row)) for row in rows)


def set_private(connection: Connection, upload_id: int, private: bool) -> None:
    """Say who may see an upload.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    upload_id : int
        The upload.
    private : bool
        Whether it is only for its owner and administrators.
    """
    connection.execute(update(UploadRow).where(UploadRow.id == upload_id).values(private=private))


class UploadCounts(NamedTuple):
    """How much an upload holds."""

    comments: int = 0
    problems: int = 0


def counts(connection: Connection, upload_ids: Collection[int]) -> dict[int, UploadCounts]:
    """How much each of some uploads holds.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_ids : collection of int
        The uploads.

    Returns
    -------
    dict of int to UploadCounts
        For all of them.
    """
    found: list[dict[int, int]] = []
    for column in (CommentRow.upload_id, ProblemRow.upload_id):
        counted = select(column, func.count()).where(column.in_(upload_ids)).group_by(column)
        found.append(dict(connection.execute(counted).tuples().all()))
    comments, problems = found
    return {number: UploadCounts(comments.get(number, 0), problems.get(number, 0)) for number in upload_ids}


def refuse_erased(connection: Connection, upload_id: int, comments: int) -> None:
    """Refuse to save a run of comments some of which were erased while it was made.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In the transaction that saves it.
    upload_id : int
        The upload.
    comments : int
        How many the run has.

    Raises
    ------
    JobError
        If there are fewer now.
    """
    if connection.execute(select(func.count()).where(CommentRow.upload_id == upload_id)).scalar_one() != comments:
        raise JobError("comments_erased", "其间有评论被删除 / comments were erased meanwhile", "再来一次 / once more")
