"""Codebooks as runs show them: as people have them now in the last run, and in earlier ones as they were when the next run came."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from voc.codebook.records import Codebook, LastRun
from voc.store.cache import Cache
from voc.store.people import CodebookRow, RunCodebookRow
from voc.store.tables import RunRow

Table = type[CodebookRow] | type[RunCodebookRow]
_COLUMNS = ("run_id", "name", "revision", "run_revision", "edited", "moving", "record", "run")


class Kept(NamedTuple):
    """A codebook with the revision by which it is saved."""

    name: str
    revision: int
    book: Codebook


class Head(NamedTuple):
    """What is known of the codebook of a run before it is read."""

    name: str
    revision: int
    edited: bool  # since the run
    moving: str  # of the run
    last: bool  # whether the codebook has had no other run since


def loaded(connection: Connection, table: Table, which: ColumnElement[bool], cache: Cache, *, with_run: bool) -> Kept | None:
    """A codebook, read once.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    table : CodebookRow or RunCodebookRow
        Where it is.
    which : sqlalchemy.ColumnElement
        Condition that one row at most meets.
    cache : Cache
        Remembers it.
    with_run : bool
        Whether its run is needed, which is large.

    Returns
    -------
    Kept or None
        None where there is none.
    """
    head = connection.execute(select(table.name, table.run_id, table.revision, table.run_revision).where(which)).first()
    if head is None:
        return None
    key = (head.name,) if table is CodebookRow else (head.name, head.run_id)

    def last_run() -> LastRun | None:
        text = connection.execute(select(table.run).where(which)).scalar_one()
        return None if text is None else LastRun.model_validate_json(text)

    def bare() -> Codebook:
        return Codebook.model_validate_json(connection.execute(select(table.record).where(which)).scalar_one())

    def whole() -> Codebook:
        run = cache.get("last run", (*key, head.run_revision), last_run, most=2)
        return cache.get("bare codebook", (*key, head.revision), bare).model_copy(update={"run": run})

    if with_run:
        return Kept(head.name, head.revision, cache.get("codebook", (*key, head.revision), whole))
    return Kept(head.name, head.revision, cache.get("bare codebook", (*key, head.revision), bare))


def head_of(connection: Connection, run_id: str) -> Head | None:
    """What is known of the codebook of a run.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.

    Returns
    -------
    Head or None
        None where the run was made without one.
    """
    for table in (CodebookRow, RunCodebookRow):
        wanted = select(table.name, table.revision, table.edited, table.moving).where(table.run_id == run_id)
        if found := connection.execute(wanted).first():
            return Head(found.name, found.revision, bool(found.edited), found.moving, last=table is CodebookRow)
    return None


def shown(connection: Connection, run_id: str, cache: Cache, *, with_run: bool = True) -> Kept | None:
    """The codebook that says what the pain points of a run are.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    cache : Cache
        Remembers codebooks.
    with_run : bool
        Whether the run in it is needed, which is large.

    Returns
    -------
    Kept or None
        With this run as its last; None where the run was made without one.
    """
    head = head_of(connection, run_id)
    if head is None:
        return None
    if head.last:
        return loaded(connection, CodebookRow, CodebookRow.name == head.name, cache, with_run=with_run)
    return loaded(connection, RunCodebookRow, RunCodebookRow.run_id == run_id, cache, with_run=with_run)


def keep(connection: Connection, name: str) -> None:
    """Keep a codebook for its last run, before another run takes that one's place.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In the transaction that then writes the codebook with the new run.
    name : str
        Of the codebook. Nothing is kept where it has no run, or one that is not in the store.
    """
    last = select(RunRow.id).join(CodebookRow, CodebookRow.run_id == RunRow.id).where(CodebookRow.name == name)
    connection.execute(delete(RunCodebookRow).where(RunCodebookRow.run_id.in_(last)))  # of a codebook that went back to an earlier run
    rows = select(*(getattr(CodebookRow, column) for column in _COLUMNS)).where(CodebookRow.name == name, CodebookRow.run_id.in_(last))
    connection.execute(insert(RunCodebookRow).from_select(_COLUMNS, rows))
