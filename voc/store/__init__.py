"""Keeps uploads, comments, runs and human decisions: in an SQLite file, or in PostgreSQL by another URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from voc.records import Analysis, Annotation, Comment, PainPoint
from voc.store import backup, erase, read, schema, write
from voc.store.cache import Cache
from voc.store.codebooks import StoreCodebookSession
from voc.store.connection import DEFAULT_URL, Database
from voc.store.current import Current
from voc.store.findings import Findings
from voc.store.records import CommentFilter, CommentPage, Health, Review, RunSummary, StoredComment, StoredRun, StoredUpload

__all__ = [
    "DEFAULT_URL",
    "CommentFilter",
    "CommentPage",
    "Current",
    "Health",
    "Review",
    "RunSummary",
    "Store",
    "StoreCodebookSession",
    "StoredComment",
    "StoredRun",
    "StoredUpload",
]


class Store(Findings):
    """A store by its URL. Every method is one transaction; what is unknown raises `RecordNotFound`, what cannot be used `StoreError`.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Raises
    ------
    StoreError
        If it is neither.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     store = Store(f"sqlite:///{folder}/voc.db")
    ...     store.upgrade()
    ...     upload = store.add_upload("三月问卷.xlsx")
    ...     store.close()
    >>> upload.id, upload.name
    (1, '三月问卷.xlsx')
    """

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self.database = Database(url)

    @cached_property
    def revision(self) -> str:  # numpydoc ignore=RT01
        """Revision of the tables, once they are known to be those of this version."""
        return schema.check_current(self.database)

    def upgrade(self, revision: str = "head") -> None:  # numpydoc ignore=PR01
        """Make the tables, or bring them to this version of voc; what is in them stays."""
        self._forget()
        schema.upgrade(self.database, revision)

    def downgrade(self, revision: str) -> None:  # numpydoc ignore=PR01
        """Take the tables back to an older revision; ``base`` leaves nothing."""
        self._forget()
        schema.downgrade(self.database, revision)

    def close(self) -> None:
        """Close all connections; the next call opens them again."""
        self.database.engine.dispose()

    def add_upload(self, name: str, user_id: int | None = None, *, private: bool = False) -> StoredUpload:  # numpydoc ignore=PR01,RT01
        """Note that tables came (see `voc.store.write.add_upload`)."""
        with self.writing() as connection:
            return write.add_upload(connection, name, user_id, private=private)

    def upload(self, upload_id: int) -> StoredUpload:  # numpydoc ignore=PR01,RT01
        """One upload."""
        with self.reading() as connection:
            return read.upload(connection, upload_id)

    def upload_of(self, run_id: str) -> StoredUpload:  # numpydoc ignore=PR01,RT01
        """The upload that a run analysed."""
        with self.reading() as connection:
            return read.upload_of(connection, run_id)

    def save_run(
        self,
        upload_id: int,
        comments: Iterable[Comment],
        annotations: Iterable[Annotation],
        analysis: Analysis,
        settings: Mapping[str, Any] | None = None,
        *,
        codebook: StoreCodebookSession | None = None,
    ) -> None:  # numpydoc ignore=PR01
        """Add a run, and its codebook, as a whole or not at all; earlier ones stay as they are (see `voc.store.write.save_run`)."""
        with self.writing() as connection:
            write.save_run(connection, upload_id, comments, annotations, analysis, settings or {})
            if codebook:
                codebook.write(connection)

    def runs(self) -> tuple[RunSummary, ...]:  # numpydoc ignore=RT01
        """All runs without their results, the newest first."""
        with self.reading() as connection:
            return read.runs(connection)

    def run(self, run_id: str) -> StoredRun:  # numpydoc ignore=PR01,RT01
        """One run with its result."""
        with self.reading() as connection:
            return read.run(connection, run_id)

    def pain_points(self, run_id: str) -> tuple[PainPoint, ...]:  # numpydoc ignore=PR01,RT01
        """Pain points of a run as it ranked them, without members."""
        with self.reading() as connection:
            return read.pain_points(connection, run_id)

    def erase_customer(self, customer_id: str, actor: str | None = None) -> int:  # numpydoc ignore=PR01,RT01
        """Erase all comments of a customer for good; returns how many (see `voc.store.erase`)."""
        with self.writing() as connection:
            erased = erase.erase_customer(connection, customer_id, actor)
        self.cache = Cache()
        self.scour()
        return erased

    def erase_upload(self, upload_id: int, actor: str | None = None) -> int:  # numpydoc ignore=PR01,RT01
        """Erase an upload with its comments and runs for good; returns how many comments (see `voc.store.erase`)."""
        with self.writing() as connection:
            erased = erase.erase_upload(connection, upload_id, actor)
        self.cache = Cache()
        self.scour()
        return erased

    def scour(self) -> None:
        """Overwrite what erased rows leave in the files; erasing does it, unless another program held them (``not_scoured``)."""
        erase.scour(self.database)

    def check(self) -> Health:  # numpydoc ignore=RT01
        """Look whether the store is sound."""
        return backup.check(self.database)

    def backup(self, path: Path) -> None:  # numpydoc ignore=PR01
        """Copy the store to a file while others use it."""
        backup.backup(self.database, path)

    def restore(self, path: Path, *, replace: bool = False) -> None:  # numpydoc ignore=PR01
        """Put a backup in the place of what the store holds; `replace` where it holds runs."""
        self._forget()
        backup.restore(self.database, path, replace=replace)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state throughout.

        Yields
        ------
        sqlalchemy.Connection
            To read from.
        """
        self.revision  # noqa: B018  (refuses tables of another version, once)
        with self.database.read() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds as a whole or not at all.

        Yields
        ------
        sqlalchemy.Connection
            To write to.
        """
        self.revision  # noqa: B018
        with self.database.write() as connection:
            yield connection

    def _forget(self) -> None:
        self.__dict__.pop("revision", None)
        self.cache = Cache()
