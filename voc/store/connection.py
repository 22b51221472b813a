"""One database by its URL: SQLite (a file) or PostgreSQL, with faults as errors that the user can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection

from sqlalchemy import Connection, Engine, Executable, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from voc.errors import MissingExtra, StoreError, StoreUnavailable

DEFAULT_URL = "sqlite:///voc.db"
_WAIT_SECONDS = 30  # for another process that writes
_PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON")
# Part of the driver's message → code, what is wrong, what to do.
_FAULTS = (
    ("file is not a database", "not_a_database", "不是数据库文件 / not a database", "换一个文件 / name another file"),
    ("malformed", "damaged", "数据库已损坏 / the database is damaged", "用备份恢复 / restore a backup: voc db restore FILE"),
    ("locked", "busy", "数据库正被占用 / the database is in use", "稍后再试 / try again later"),
    ("readonly", "read_only", "数据库只读 / the database is read-only", "检查权限 / check permissions"),
    ("unable to open", "unreachable", "打不开数据库 / cannot open the database", "检查路径与权限 / check path and permissions"),
    ("connection", "unreachable", "连不上数据库 / cannot reach the database", "检查地址、账号和服务 / check address, user, server"),
)  # fmt: skip


class Database:
    """Opens transactions on a database.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Raises
    ------
    StoreError
        If it is neither.
    """

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self.url = _parse(url)

    @property
    def is_sqlite(self) -> bool:  # numpydoc ignore=RT01
        """Whether it is a file of ours rather than a server."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:  # numpydoc ignore=RT01
        """The SQLite file."""
        return Path(self.url.database or "") if self.is_sqlite else None

    @property
    def name(self) -> str:  # numpydoc ignore=RT01
        """The URL as it may be shown: without the password."""
        return self.url.render_as_string(hide_password=True)

    @cached_property
    def engine(self) -> Engine:  # numpydoc ignore=RT01
        """SQLAlchemy's engine; errors of its own never quote what customers wrote."""
        if not self.is_sqlite:
            try:
                return create_engine(self.url, hide_parameters=True, pool_pre_ping=True)
            except ImportError as error:
                hint = "pip install 'voc-toolkit[postgres]'"
                raise MissingExtra("missing_psycopg", "PostgreSQL 需要 psycopg / PostgreSQL needs psycopg", hint) from error
        engine = create_engine(self.url, hide_parameters=True, connect_args={"timeout": _WAIT_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state throughout.

        Yields
        ------
        sqlalchemy.Connection
            To read from.

        Raises
        ------
        StoreError
            If the database cannot be used.
        """
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.faults(), self.engine.connect().execution_options(**level) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds as a whole or not at all.

        Yields
        ------
        sqlalchemy.Connection
            To write to.

        Raises
        ------
        StoreError
            If the database cannot be used.
        """
        with self.faults(), self.engine.connect().execution_options(voc_write=True) as connection, connection.begin():
            yield connection

    def try_write(self, statement: Executable) -> None:
        """Run a statement that is not worth waiting for: where another process writes, it is left out.

        Parameters
        ----------
        statement : sqlalchemy.Executable
            A note of something that will be noted again.

        Raises
        ------
        StoreError
            If the database cannot be used.
        """
        try:
            with self.outside() as connection:
                if self.is_sqlite:
                    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
                try:
                    connection.execute(statement)
                finally:
                    if self.is_sqlite:  # the connection goes back to those who wait
                        connection.exec_driver_sql(f"PRAGMA busy_timeout = {1000 * _WAIT_SECONDS}")
        except StoreError as error:
            if error.code != "busy":
                raise

    @contextmanager
    def outside(self) -> Iterator[Connection]:
        """A connection without a transaction, for what a database only does outside of one.

        Yields
        ------
        sqlalchemy.Connection
            Each statement holds at once.

        Raises
        ------
        StoreError
            If the database cannot be used.
        """
        with self.faults(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn what drivers say into a `StoreError`; what is no fault of the database passes.

        Yields
        ------
        None
            Nothing.

        Raises
        ------
        StoreError
            If the database cannot be used.
        """
        try:
            yield
        except DBAPIError as error:
            said = str(error.orig)
            for part, code, message, hint in _FAULTS:
                if part in said:
                    raise StoreUnavailable(code, message, hint, store=self.name) from error
            raise


def _parse(url: str) -> URL:
    hint = "sqlite:///voc.db, postgresql://user:password@host/name"
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError("bad_url", "数据库地址写错了 / not a database URL", hint) from error
    if backend not in ("sqlite", "postgresql"):
        raise StoreError("bad_url", f"不支持这种数据库 / no such kind of store: {backend!r}", hint)
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("bad_url", "数据库地址里没有文件名 / the database URL names no file", hint)
    return parsed.set(drivername="sqlite" if backend == "sqlite" else "postgresql+psycopg")


def _prepare_sqlite(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions (see `_begin_sqlite`), for changes of the schema too
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        # A writer that begins as a reader fails where another writes meanwhile, however long it would wait.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("voc_write") else "BEGIN")
