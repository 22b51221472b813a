"""Answers to requests that may come again, because the caller could not know whether they had arrived."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from voc.errors import StoreError
from voc.store.clock import clock
from voc.store.records import SavedAnswer
from voc.store.worktables import AnswerRow

KEPT_S = 24 * 60 * 60.0
_ANSWER = [AnswerRow.__table__.c[name] for name in SavedAnswer.model_fields]


def find(connection: Connection, caller: str, key: str) -> SavedAnswer | None:
    """What was answered to a caller under a key.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    caller, key : str
        Who asked, and under which ``Idempotency-Key``.

    Returns
    -------
    SavedAnswer or None
        None where nothing was in the last 24 hours.
    """
    wanted = (AnswerRow.caller == caller, AnswerRow.key == key, AnswerRow.at > clock(connection) - KEPT_S)
    row = connection.execute(select(*_ANSWER).where(*wanted)).mappings().first()
    return SavedAnswer.model_validate(dict(row)) if row else None


def save(connection: Connection, caller: str, key: str, answer: SavedAnswer, upload_id: int | None = None) -> None:
    """Keep an answer for 24 hours; older ones go.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction; best that of what the answer tells of.
    caller, key : str
        Who asked, and under which ``Idempotency-Key``.
    answer : SavedAnswer
        What was answered.
    upload_id : int, optional
        The upload that it speaks of; the answer goes when that is erased.

    Raises
    ------
    StoreError
        ``answered`` if there is one already: the same request came twice at once, and the other one was first.
    """
    connection.execute(delete(AnswerRow).where(AnswerRow.at <= clock(connection) - KEPT_S))
    values = {"caller": caller, "key": key, **answer.model_dump(), "upload_id": upload_id, "at": clock(connection)}
    try:
        connection.execute(insert(AnswerRow).values(values))
    except IntegrityError as error:
        message = "同一个键的请求正在处理 / a request with the same key is under way"
        raise StoreError("answered", message, "稍后再试 / try again later") from error
