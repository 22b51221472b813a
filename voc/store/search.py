"""Search in Chinese: exactly what a scan of the normalised texts for the normalised query finds, without the scan.

The index holds every pair of neighbouring characters of a text, so every two-character word and every two-character part of a longer one,
across the borders of words as well: 退款 is found in 退|款项 however jieba cuts it. A text that holds the query holds all its pairs;
the text itself then decides. A query of one character is a scan. SQLite keeps the pairs in FTS5, PostgreSQL in a `tsvector`, both word
for word as they are, so that no language's rules come between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, Text, and_, bindparam, cast, column, func, insert, table, text
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from voc.normalise import normalise
from voc.store.tables import CommentRow

_FTS = table("comment_search", column("rowid", Integer), column("terms", Text), column("comment_search", Text))
_TSVECTOR = table("comment_search", column("comment_id", Integer), column("terms"))
_FORGET = text("INSERT INTO comment_search (comment_search, rowid, terms) VALUES ('delete', :id, :terms)")
_MOST_PAIRS = 32  # of a query; more narrow no further, and an expression of FTS5 has its bounds


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


def pairs(folded: str) -> list[str]:
    """Neighbouring characters, but for those that white space parts.

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
    >>> pairs("客服不回 app")
    ['客服', '服不', '不回', 'ap', 'pp']
    """
    return list(dict.fromkeys(run[at : at + 2] for run in folded.split() for at in range(len(run) - 1)))


def holds(query: str, *, sqlite: bool) -> ColumnElement[bool]:
    """Condition on `CommentRow`: its text holds the query.

    Parameters
    ----------
    query : str
        As typed, in either script.
    sqlite : bool
        Whether it is for SQLite rather than PostgreSQL.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE.
    """
    wanted = fold(normalise(query).normalised)
    sure = (func.instr if sqlite else func.strpos)(CommentRow.search_text, wanted) > 0
    terms = pairs(wanted)[:_MOST_PAIRS]
    if not terms:
        return sure
    if sqlite:
        quoted = " ".join('"' + term.replace('"', '""') + '"' for term in terms)
        found = _FTS.select().with_only_columns(_FTS.c.rowid).where(_FTS.c.comment_search.match(quoted))
    else:
        quoted = " & ".join("'" + term.replace("\\", "\\\\").replace("'", "''") + "'" for term in terms)
        found = _TSVECTOR.select().with_only_columns(_TSVECTOR.c.comment_id).where(_TSVECTOR.c.terms.op("@@")(cast(quoted, TSQUERY)))
    return and_(CommentRow.id.in_(found), sure)


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
        connection.execute(insert(_FTS), [{"rowid": number, "terms": " ".join(pairs(said))} for number, said in comments])
    else:
        vector = func.array_to_tsvector(bindparam("pairs", type_=ARRAY(Text)))
        statement = insert(_TSVECTOR).values(comment_id=bindparam("number"), terms=vector)
        connection.execute(statement, [{"number": number, "pairs": pairs(said)} for number, said in comments])


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
        connection.execute(_FORGET, [{"id": number, "terms": " ".join(pairs(said))} for number, said in comments])
        # FTS5 only marks what is deleted; the merge drops it.
        connection.exec_driver_sql("INSERT INTO comment_search (comment_search) VALUES ('optimize')")
