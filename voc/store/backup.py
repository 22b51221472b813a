"""Copies a store to a file and back, and looks whether it is sound."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, func, select, text

from voc.errors import StoreError, StoreUnavailable
from voc.output import atomic
from voc.store.connection import Database
from voc.store.records import Health
from voc.store.schema import check_current
from voc.store.tables import Base, RunRow

_UNINDEXED = text(
    "SELECT (SELECT count(*) FROM comment) - (SELECT count(*) FROM comment_search)",
)


def check(database: Database) -> Health:
    """Look whether a store is sound.

    Parameters
    ----------
    database : Database
        A store.

    Returns
    -------
    Health
        What is in it.

    Raises
    ------
    StoreError
        If it cannot be used, or something in it is broken.
    """
    revision = check_current(database)
    with database.read() as connection:
        faults = _sqlite_faults(connection) if database.is_sqlite else []
        if missing := connection.execute(_UNINDEXED).scalar_one():
            faults.append(f"{missing} comments are not in the search index")
        tables = Base.metadata.sorted_tables
        rows = {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
    if faults:
        message = f"数据库已损坏 / the database is damaged: {'; '.join(faults[:3])}"
        raise StoreUnavailable("damaged", message, "用备份恢复 / restore a backup: voc db restore FILE", store=database.name)
    return Health(store=database.name, revision=revision, rows=rows)


def backup(database: Database, path: Path) -> None:
    """Copy a store to a file while others use it: an SQLite database, or what ``pg_dump`` writes.

    Parameters
    ----------
    database : Database
        A store.
    path : pathlib.Path
        The file; one that is there is replaced once the copy is whole.

    Raises
    ------
    StoreError
        If the store cannot be used.
    OutputError
        If the file cannot be written.
    """
    check_current(database)
    with atomic(path) as draft:
        if database.is_sqlite:
            with database.outside() as connection:
                connection.execute(text("VACUUM INTO :path"), {"path": str(draft)})
        else:
            _postgres(database, "pg_dump", "--format=custom", "--no-owner", f"--file={draft}")


def restore(database: Database, path: Path, *, replace: bool = False) -> None:
    """Put a backup in the place of what a store holds.

    Parameters
    ----------
    database : Database
        Where to; it need not exist.
    path : pathlib.Path
        From `backup`, of the same kind of database.
    replace : bool
        Whether runs that the store holds may be lost.

    Raises
    ------
    StoreError
        If the backup is not there, broken or of a newer voc, or the store holds runs and `replace` is false.
    """
    if not path.is_file():
        raise StoreError("no_backup", f"找不到备份 / no such backup: {str(path)!r}", "检查路径 / check the path")
    if not replace and _holds_runs(database):
        raise StoreError(
            "would_replace",
            "库里已有分析，恢复会全部覆盖 / the store holds runs, which a restore replaces",
            "--replace",
            store=database.name,
        )
    if not database.is_sqlite:
        _postgres(database, "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", str(path))
        return
    source = Database(f"sqlite:///{path}")
    check(source)
    with source.outside() as old, database.outside() as new:
        _driver(old).backup(_driver(new))
    source.engine.dispose()


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def _sqlite_faults(connection: Connection) -> list[str]:
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").mappings().all()
    faults = [] if said == ["ok"] else [str(line) for line in said]
    return faults + [f"{row['table']}: row without its {row['parent']}" for row in orphans]


def _holds_runs(database: Database) -> bool:
    if database.file and not database.file.exists():
        return False
    try:
        check_current(database)
    except StoreError as error:
        if error.code == "no_store":
            return False
        raise
    with database.read() as connection:
        return connection.execute(select(RunRow.id).limit(1)).first() is not None


def _postgres(database: Database, program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise StoreError(
            "missing_program", f"找不到 {program} / {program} not found", "安装 PostgreSQL 客户端 / install PostgreSQL's client"
        )
    url = database.url.set(drivername="postgresql")
    password = {"PGPASSWORD": str(url.password)} if url.password else {}  # never as an argument, which everyone on the machine can see
    target = url.set(password=None).render_as_string()
    ended = subprocess.run(  # noqa: S603
        [found, f"--dbname={target}", *arguments], env={**os.environ, **password}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or [str(ended.returncode)]
        raise StoreError("program_failed", f"{program} 出错 / {program} failed: {said[0]}", store=database.name)
