"""Lists uploads, and what could not be used of one."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from voc.errors import JobError
from voc.store.records import StoredProblem, StoredUpload
from voc.store.tables import CommentRow, ProblemRow, UploadRow

_UPLOAD = [UploadRow.__table__.c[name] for name in StoredUpload.model_fields]
_PROBLEM = [ProblemRow.__table__.c[name] for name in StoredProblem.model_fields if name != "nps"]


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
