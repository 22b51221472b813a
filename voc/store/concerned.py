"""What an erasure would concern, so that whoever asks for it can look before it is done."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy import Connection, func, select

from voc.records import Record
from voc.store import wordless
from voc.store.erase import stored_customer, unknown_customer
from voc.store.read import upload
from voc.store.tables import CommentRow, ProblemRow, RunRow


class Concerned(Record):
    """What an erasure would concern."""

    comments: int = Field(description="that go")
    scores: int = Field(description="of respondents who wrote nothing, that go")
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
        With at least one comment or score.

    Raises
    ------
    StoreError
        If such an id was masked when it was stored, and tells nobody apart.
    RecordNotFound
        If neither a comment nor a score is of that customer.
    """
    stored = stored_customer(customer_id)
    uploads = set(connection.execute(select(CommentRow.upload_id.distinct()).where(CommentRow.customer_id == stored)).scalars())
    comments = connection.execute(select(func.count()).where(CommentRow.customer_id == stored)).scalar_one()
    scores = wordless.of_customer(connection, stored)
    if not comments and not scores:
        raise unknown_customer()
    uploads |= {upload_id for upload_id, _, _ in scores}
    runs = connection.execute(select(func.count()).where(RunRow.upload_id.in_(uploads))).scalar_one()
    return Concerned(comments=comments, scores=len(scores), uploads=len(uploads), runs=runs)


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
    whose = (RunRow.upload_id == upload_id, CommentRow.upload_id == upload_id)
    runs, comments = (connection.execute(select(func.count()).where(one)).scalar_one() for one in whose)
    scores = select(func.count(ProblemRow.answer)).where(ProblemRow.upload_id == upload_id)
    return Concerned(comments=comments, scores=connection.execute(scores).scalar_one(), uploads=1, runs=runs)
