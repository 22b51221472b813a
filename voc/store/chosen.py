"""Which comments a filter chooses, as conditions of SQL."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from voc.store.records import RunFilter
from voc.store.tables import CommentRow

FIELDS = ("channel", "store", "product", "region", "question")


def of_fields(wanted: RunFilter) -> list[ColumnElement[bool]]:
    """Conditions on `CommentRow`: its fields are as a filter says.

    Parameters
    ----------
    wanted : RunFilter
        The filter.

    Returns
    -------
    list of sqlalchemy.ColumnElement
        All must hold.
    """
    return [getattr(CommentRow, name) == value for name in FIELDS if (value := getattr(wanted, name)) is not None]


def of_days(row: type[CommentRow], wanted: RunFilter) -> list[ColumnElement[bool]]:
    """Conditions: the date of a comment is as a filter says.

    Parameters
    ----------
    row : type of CommentRow
        It, or an alias.
    wanted : RunFilter
        The filter.

    Returns
    -------
    list of sqlalchemy.ColumnElement
        All must hold.
    """
    days = [row.created_at >= wanted.from_] if wanted.from_ else []
    # Behind whatever goes on from there, 2024-05-31T23:59 from 2024-05: a range of an index, which no function of the column would be.
    return days + ([row.created_at < f"{wanted.to}~"] if wanted.to else [])
