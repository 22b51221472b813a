"""Brings the tables to this version of voc, by Alembic, without an ini file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from voc.errors import StoreError, StoreUnavailable
from voc.store.connection import Database

_UPGRADE = "voc db upgrade"


def upgrade(database: Database, revision: str = "head") -> None:
    """Make the tables, or bring them to a newer revision; what is in them stays.

    Parameters
    ----------
    database : Database
        Empty, or a store.
    revision : str
        Where to; the newest where left out.

    Raises
    ------
    StoreError
        If it is not a store, or one of a newer voc.
    """
    if database.file:
        _make_folder(database.file)
    with database.write() as connection:
        found = _revision(connection)
        if found is None and database.is_sqlite and set(inspect(connection).get_table_names()) - {"alembic_version"}:
            raise StoreError(
                "not_a_store", "库里是别的数据 / the database holds something else", "换一个文件 / name another file", store=database.name
            )
        _refuse_newer(found, database)
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the tables back to an older revision.

    Parameters
    ----------
    database : Database
        A store.
    revision : str
        Where to; ``base`` leaves nothing.

    Raises
    ------
    StoreError
        If it is not a store, or one of a newer voc.
    """
    with database.write() as connection:
        _refuse_newer(_revision(connection), database)
        command.downgrade(_config(connection), revision)


def check_current(database: Database) -> str:
    """Refuse a database whose tables are not those of this version.

    Parameters
    ----------
    database : Database
        To be used.

    Returns
    -------
    str
        The revision.

    Raises
    ------
    StoreError
        If there is none, it is not a store, or of an older or newer voc.
    """
    if database.file and not database.file.exists():
        raise StoreUnavailable("no_store", "还没有数据库 / there is no store yet", _UPGRADE, store=database.name)
    with database.read() as connection:
        found = _revision(connection)
    _refuse_newer(found, database)
    if found is None:
        raise StoreUnavailable("no_store", "库里还没有表 / the database has no tables of voc yet", _UPGRADE, store=database.name)
    if found != _scripts().get_current_head():
        raise StoreUnavailable("old_schema", f"库表是旧版的 / the tables are of an older voc: {found}", _UPGRADE, store=database.name)
    return found


def _refuse_newer(found: str | None, database: Database) -> None:
    if found is not None and found not in {script.revision for script in _scripts().walk_revisions()}:
        raise StoreUnavailable(
            "newer_schema", f"库表来自更新的 voc / the tables are of a newer voc: {found}", "升级 voc / upgrade voc", store=database.name
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError("unreachable", f"建不了文件夹 / cannot make the folder: {error.strerror}", str(file.parent)) from error
