"""What an erasure would concern, so that whoever asks for it can look before it is done."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from sqlalchemy import Connection, func, select

from voc.errors import RecordNotFound
from voc.records import Record
from voc.store.erase import stored_customer
from voc.store.read import upload
from voc.store.tables import AnnotationRow, CommentRow, RunRow


class Concerned(Record):
    """What an erasure would concern."""

    comments: int = Field(description="that go")
    uploads: int = Field(description="that they are of")
    runs: int = Field(description="that have them; those of an erased upload go with it")


def of_customer(connection: Connection, customer_id: str) -> Concerned:
    """What erasing a customer would concern.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    customer_id : str
        As the tables call the customer.

    Returns
    -------
    Concerned
        With at least one comment.

    Raises
    ------
    StoreError
        If such an id was masked when it was stored, and tells nobody apart.
    RecordNotFound
        If no comment is of that customer.
    """
    theirs = CommentRow.customer_id == stored_customer(customer_id)
    runs = select(func.count(AnnotationRow.run_id.distinct())).join(CommentRow, CommentRow.id == AnnotationRow.comment_id)
    found = _counted(connection, theirs, runs.where(theirs))
    if not found.comments:
        raise RecordNotFound("unknown_customer", "没有这个客户的评论 / no comment is of that customer")
    return found


def of_upload(connection: Connection, upload_id: int) -> Concerned:
    """What erasing an upload would concern.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_id : int
        The upload.

    Returns
    -------
    Concerned
        Without comments where it is not analysed yet.

    Raises
    ------
    RecordNotFound
        If there is no such upload.
    """
    upload(connection, upload_id)
    runs = select(func.count()).where(RunRow.upload_id == upload_id)
    return _counted(connection, CommentRow.upload_id == upload_id, runs).model_copy(update={"uploads": 1})


def _counted(connection: Connection, which: Any, runs: Any) -> Concerned:
    counts = select(func.count(), func.count(CommentRow.upload_id.distinct())).select_from(CommentRow).where(which)
    comments, uploads = connection.execute(counts).one()
    return Concerned(comments=comments, uploads=uploads, runs=connection.execute(runs).scalar_one())
