"""Pages that stay what they are while rows are added: a cursor names the last row of a page, in the order of the list."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, bindparam, cast, func, literal, or_, select
from sqlalchemy import and_ as both
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from voc.errors import RecordNotFound, StoreError
from voc.store.records import Order
from voc.store.tables import AnnotationRow

MOST_PER_PAGE = 1000
# How an order sorts, beside the number of the comment, and how its value is written so that it is read back the same.
_SORTED = {"uncertain": AnnotationRow.score, "random": AnnotationRow.shuffled}


class After(NamedTuple):
    """Where a page begins."""

    value: float | int | None  # by which the list is sorted; none: by number alone
    key: int


def check_limit(limit: int) -> None:
    """Refuse a size of a page that is none.

    Parameters
    ----------
    limit : int
        Rows.

    Raises
    ------
    StoreError
        If it is not 1–1000.
    """
    if not 1 <= limit <= MOST_PER_PAGE:
        raise StoreError("bad_limit", f"每页条数不对 / not a number of rows per page: {limit}", f"1–{MOST_PER_PAGE}")


def write_cursor(order: str, *parts: str | float | int) -> str:
    """Name of a row.

    Parameters
    ----------
    order : str
        Of the list.
    *parts : str, float or int
        By which the row is found again.

    Returns
    -------
    str
        Safe in a URL.
    """
    text = ":".join([order, *(part.hex() if isinstance(part, float) else str(part) for part in parts)])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: str, parts: int) -> list[str]:
    """What `write_cursor` was given.

    Parameters
    ----------
    cursor : str
        As it came.
    order : str
        Of the list that it must be of.
    parts : int
        How many there must be; the last may hold colons.

    Returns
    -------
    list of str
        As written.

    Raises
    ------
    RecordNotFound
        If it is not one of ours.
    """
    try:
        mark, *found = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(":", parts)
        if mark == order and len(found) == parts:
            return found
    except ValueError:
        pass
    raise bad_cursor(cursor)


def bad_cursor(cursor: str) -> RecordNotFound:
    """What to say of a cursor that is not one of ours.

    Parameters
    ----------
    cursor : str
        As it came.

    Returns
    -------
    RecordNotFound
        To be raised.
    """
    return RecordNotFound("bad_cursor", f"翻页标记不对 / not a cursor: {cursor!r}", "用上一页的 next / use `next` of the page before")


def after(cursor: str | None, order: Order) -> After | None:
    """Where a page of comments begins.

    Parameters
    ----------
    cursor : str or None
        `next` of the page before; None: the first page.
    order : Order
        Of the list.

    Returns
    -------
    After or None
        None: at the first comment.

    Raises
    ------
    RecordNotFound
        If it is not a cursor of this order.
    """
    if cursor is None:
        return None
    try:
        if order == "stored":
            return After(None, _key(read_cursor(cursor, "comment", 1)[0]))
        value, key = read_cursor(cursor, order, 2)
        return After(float.fromhex(value) if order == "uncertain" else _key(value), _key(key))
    except (ValueError, OverflowError) as error:
        if isinstance(error, StoreError):
            raise
        raise bad_cursor(cursor) from error


def sorted_by(order: Order) -> ColumnElement[float] | ColumnElement[int] | None:
    """Column of `AnnotationRow` that an order goes by.

    Parameters
    ----------
    order : Order
        Of the list.

    Returns
    -------
    sqlalchemy.ColumnElement or None
        None: by number alone.
    """
    return _SORTED[order].expression if order in _SORTED else None


def behind(column: ColumnElement[float] | ColumnElement[int], key: ColumnElement[int], start: After) -> ColumnElement[bool]:
    """Condition: a row comes after another in an order.

    Parameters
    ----------
    column : sqlalchemy.ColumnElement
        From `sorted_by`.
    key : sqlalchemy.ColumnElement
        Number of the comment.
    start : After
        The other row.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE; its first half lets the index find the place.
    """
    return both(column >= start.value, or_(column > start.value, key > start.key))


def one_of(column: ColumnElement[str], values: list[str], *, sqlite: bool) -> ColumnElement[bool]:
    """Condition: a column is one of very many texts, which are sent as one parameter.

    Parameters
    ----------
    column : sqlalchemy.ColumnElement
        Of text.
    values : list of str
        Any number.
    sqlite : bool
        Whether it is for SQLite rather than PostgreSQL.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE.
    """
    if sqlite:
        import json

        listed = func.json_each(literal(json.dumps(values, ensure_ascii=False), String)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(cast(bindparam("several", values, unique=True), ARRAY(TEXT)))


def _key(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number
