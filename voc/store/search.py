"""Search in Chinese: exactly what a scan of the normalised texts for the normalised query finds, without the scan.

The index holds every pair of neighbouring characters of a text, so every two-character word and every two-character part of a longer one,
across the borders of words as well: 退款 is found in 退|款项 however jieba cuts it. A text that holds the query holds all its pairs;
the text itself then decides. Every character begins a term, so that a query of one is looked up as the beginning of terms. SQLite keeps
the terms in FTS5, PostgreSQL in a `tsvector`, both word for word as they are: no language's rules come between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from voc.normalise import normalise
from voc.store.tables import AnnotationRow, CommentRow, RunRow

_FTS = table("comment_search", column("rowid", Integer), column("terms", Text), column("comment_search", Text))
_TSVECTOR = table("comment_search", column("comment_id", Integer), column("terms"))
_FORGET = text("INSERT INTO comment_search (comment_search, rowid, terms) VALUES ('delete', :id, :terms)")
_MOST_TEXTS = 9  # of a row that are found by its id
_MOST_TERMS = 32  # of a query; more narrow no further, and an expression of FTS5 has its bounds


class Indexed(NamedTuple):
    """A comment as the index knows it."""

    id: int
    search_text: str


def fold(normalised: str) -> str:
    """The form in which texts and queries are compared.

    Parameters
    ----------
    normalised : str
        From `voc.normalise`.

    Returns
    -------
    str
        In lower case.

    Examples
    --------
    >>> fold("iPhone 屏幕")
    'iphone 屏幕'
    """
    return normalised.casefold()


def terms(folded: str) -> list[str]:
    """What the index holds of a text: each character with the one behind it, unless white space or the end parts them.

    Parameters
    ----------
    folded : str
        From `fold`.

    Returns
    -------
    list of str
        Each once, in order.

    Examples
    --------
    >>> terms("客服不回 app")
    ['客服', '服不', '不回', '回', 'ap', 'pp', 'p']
    """
    return list(dict.fromkeys(run[at : at + 2] for run in folded.split() for at in range(len(run))))


def places_of(text: str, query: str) -> list[tuple[int, int]]:
    """Where a text that people read holds a query, in either script: what search found it by.

    Parameters
    ----------
    text : str
        Of a comment, not normalised.
    query : str
        As typed.

    Returns
    -------
    list of (int, int)
        Half-open ranges of `text`, from left to right, none within another.

    Examples
    --------
    >>> places_of("客服不回復，打客服電話也不接", "客服"), places_of("味道不錯", "不错")
    ([(0, 2), (7, 9)], [(2, 4)])
    """
    wanted, aligned = fold(normalise(query).normalised), normalise(text)
    folded = fold(aligned.normalised)
    if not wanted or aligned.text != text or len(folded) != len(aligned.normalised):  # a letter that is two in lower case: no offsets
        return []
    found, at = [], folded.find(wanted)
    while at >= 0:
        found.append(aligned.to_text(at, at + len(wanted)))
        at = folded.find(wanted, at + len(wanted))
    return found


def holds(query: str, *, sqlite: bool) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    """Condition on `CommentRow`: its text holds the query.

    Parameters
    ----------
    query : str
        As typed, in either script.
    sqlite : bool
        Whether it is for SQLite rather than PostgreSQL.

    Returns
    -------
    condition : sqlalchemy.ColumnElement
        To put in a WHERE.
    number : sqlalchemy.ColumnElement
        The comment's number, where it is cheapest to go by.
    """
    wanted = fold(normalise(query).normalised)
    sure = (func.instr if sqlite else func.strpos)(CommentRow.search_text, wanted) > 0
    runs = wanted.split()
    # Terms of the text that begin with what is said here: whole pairs, and the only character of a run.
    needed = list(dict.fromkeys(part for run in runs for part in ([run] if len(run) == 1 else terms(run)[:-1])))[:_MOST_TERMS]
    number: ColumnElement[int] = CommentRow.__table__.c.id
    if not needed:
        return sure, number
    if sqlite:
        quoted = " ".join('"' + part.replace('"', '""') + ('"*' if len(part) == 1 else '"') for part in needed)
        # The sum keeps SQLite from asking the index anew for each comment; the index gives its numbers in order.
        return and_(_FTS.c.comment_search.match(quoted), CommentRow.id == _FTS.c.rowid + 0, sure), _FTS.c.rowid
    quoted = " & ".join("'" + part.replace("\\", "\\\\").replace("'", "''") + ("':*" if len(part) == 1 else "'") for part in needed)
    found = select(_TSVECTOR.c.comment_id).where(_TSVECTOR.c.terms.op("@@")(cast(quoted, TSQUERY)))
    return and_(CommentRow.id.in_(found), sure), number


def with_id(connection: Connection, run_id: str, wanted: str) -> dict[str, int]:
    """Comments of a run whose id is what was typed; those of a row with several texts are found by the id of the row.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run; need not be known.
    wanted : str
        As typed.

    Returns
    -------
    dict of str to int
        Id → number of the comment, in the order of the table.
    """
    ids = [wanted, *(f"{wanted}#{number}" for number in range(1, _MOST_TEXTS + 1))]
    upload = select(RunRow.upload_id).where(RunRow.id == run_id).scalar_subquery()
    found = select(CommentRow.comment_id, CommentRow.id).where(CommentRow.upload_id == upload, CommentRow.comment_id.in_(ids))
    said = select(1).where(AnnotationRow.run_id == run_id, AnnotationRow.comment_id == CommentRow.id)
    return dict(connection.execute(found.where(said.exists()).order_by(CommentRow.id)).tuples().all())


def add_to_index(connection: Connection, comments: Sequence[Indexed]) -> None:
    """Make new comments findable.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    comments : sequence of Indexed
        Not yet in the index.
    """
    if not comments:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(insert(_FTS), [{"rowid": number, "terms": " ".join(terms(said))} for number, said in comments])
    else:
        vector = func.array_to_tsvector(bindparam("terms", type_=ARRAY(Text)))
        statement = insert(_TSVECTOR).values(comment_id=bindparam("number"), terms=vector)
        connection.execute(statement, [{"number": number, "terms": terms(said)} for number, said in comments])


def drop_from_index(connection: Connection, comments: Sequence[Indexed]) -> None:
    """Take comments out of the index before they are deleted, for good; on PostgreSQL their rows go with them.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    comments : sequence of Indexed
        In the index, as they were put there.
    """
    if comments and connection.dialect.name == "sqlite":
        connection.execute(_FORGET, [{"id": number, "terms": " ".join(terms(said))} for number, said in comments])
        # FTS5 only marks what is deleted; the merge drops it.
        connection.exec_driver_sql("INSERT INTO comment_search (comment_search) VALUES ('optimize')")
