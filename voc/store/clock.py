"""The database's clock: the only one that workers on several machines share."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Float, literal_column


def clock(connection: Connection) -> ColumnElement[float]:
    """Seconds since 1970, to be used in a statement.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Of either kind of database.

    Returns
    -------
    sqlalchemy.ColumnElement
        The present moment, not the transaction's beginning.
    """
    if connection.dialect.name == "sqlite":
        return literal_column("(julianday('now') - 2440587.5) * 86400.0", Float)
    return literal_column("extract(epoch FROM clock_timestamp())::double precision", Float)
