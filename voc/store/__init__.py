"""Keeps uploads, comments, runs and human decisions: in an SQLite file, or in PostgreSQL by another URL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from voc.records import Analysis, Annotation, Comment, PainPoint
from voc.store import answers, backup, erase, jobs, leases, read, schema, uploads, write
from voc.store.audit import Audit
from voc.store.cache import Cache
from voc.store.codebooks import StoreCodebookSession
from voc.store.concerned import Concerned, of_customer, of_upload
from voc.store.connection import DEFAULT_URL, Database
from voc.store.current import Current
from voc.store.findings import Findings
from voc.store.records import (
    ClaimedJob,
    CommentFilter,
    CommentPage,
    Health,
    JobFault,
    JobKind,
    JobState,
    Review,
    RunFilter,
    RunSummary,
    SavedAnswer,
    StoredComment,
    StoredJob,
    StoredProblem,
    StoredRun,
    StoredUpload,
)
from voc.store.sessions import Sessions
from voc.store.taxonomies import Taxonomies
from voc.store.tokens import Tokens
from voc.store.uploads import UploadCounts
from voc.store.users import Users

if TYPE_CHECKING:
    from voc.statistics import StatisticsReport

__all__ = [
    "DEFAULT_URL",
    "ClaimedJob",
    "CommentFilter",
    "CommentPage",
    "Current",
    "Health",
    "JobFault",
    "Review",
    "RunFilter",
    "RunSummary",
    "SavedAnswer",
    "Store",
    "StoreCodebookSession",
    "StoredComment",
    "StoredJob",
    "StoredProblem",
    "StoredRun",
    "StoredUpload",
]

T = TypeVar("T")
Also = Callable[[Connection, T], None]  # what is to be written in the same transaction


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
        self.users = Users(self)
        self.tokens = Tokens(self)
        self.sessions = Sessions(self)
        self.audit = Audit(self)
        self.taxonomies = Taxonomies(self)

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

    def uploads(self) -> tuple[StoredUpload, ...]:  # numpydoc ignore=RT01
        """All uploads, the newest first."""
        with self.reading() as connection:
            return uploads.uploads(connection)

    def problems(self, upload_id: int, limit: int = 1000) -> tuple[StoredProblem, ...]:  # numpydoc ignore=PR01,RT01
        """Rows and cells of an upload that could not be used."""
        with self.reading() as connection:
            return uploads.problems(connection, upload_id, limit)

    def set_private(self, upload_id: int, private: bool) -> None:  # numpydoc ignore=PR01
        """Say whether an upload is only for its owner and administrators."""
        with self.writing() as connection:
            uploads.set_private(connection, upload_id, private)

    def upload_counts(self, upload_ids: Collection[int]) -> dict[int, UploadCounts]:  # numpydoc ignore=PR01,RT01
        """How many comments and problems each of some uploads has."""
        with self.reading() as connection:
            return uploads.counts(connection, upload_ids)

    def add_job(
        self, kind: JobKind, upload_id: int, settings: Mapping[str, Any], also: Also[StoredJob] | None = None, **more: Any
    ) -> StoredJob:  # numpydoc ignore=PR01,RT01
        """Note work to be done (see `voc.store.jobs.add_job`); `also` belongs to the same transaction."""
        with self.writing() as connection:
            job = jobs.add_job(connection, kind, upload_id, settings, **more)
            if also:
                also(connection, job)
            return job

    def add_upload_job(
        self,
        name: str,
        settings: Mapping[str, Any],
        also: Also[tuple[StoredUpload, StoredJob]] | None = None,
        *,
        user_id: int | None = None,
        private: bool = False,
        **more: Any,
    ) -> tuple[StoredUpload, StoredJob]:  # numpydoc ignore=PR01,RT01
        """Note that tables came and are to be analysed, both or neither; `also` belongs to the same transaction."""
        with self.writing() as connection:
            upload = write.add_upload(connection, name, user_id, private=private)
            job = jobs.add_job(connection, "analyse", upload.id, settings, user_id=user_id, **more)
            if also:
                also(connection, (upload, job))
            return upload, job

    def job(self, job_id: int) -> StoredJob:  # numpydoc ignore=PR01,RT01
        """One job."""
        with self.reading() as connection:
            return jobs.job(connection, job_id)

    def jobs(
        self, upload_id: int | None = None, *, limit: int = 1000, before: int | None = None
    ) -> tuple[StoredJob, ...]:  # numpydoc ignore=PR01,RT01
        """Jobs, of one upload or all, the newest first."""
        with self.reading() as connection:
            return jobs.jobs(connection, upload_id, limit=limit, before=before)

    def job_folders(self, upload_id: int | None = None) -> dict[str, JobState]:  # numpydoc ignore=PR01,RT01
        """Folders of jobs in the work folder, of one upload or all, with the jobs' states."""
        with self.reading() as connection:
            return jobs.folders(connection, upload_id)

    def start_job(self, job_id: int, settings: Mapping[str, Any]) -> StoredJob:  # numpydoc ignore=PR01,RT01
        """Queue a job that was held (see `voc.store.jobs.start`)."""
        with self.writing() as connection:
            return jobs.start(connection, job_id, settings)

    def settle_job(self, job_id: int, settings: Mapping[str, Any]) -> StoredJob:  # numpydoc ignore=PR01,RT01
        """Change what a held job is asked for."""
        with self.writing() as connection:
            return jobs.settle(connection, job_id, settings)

    def cancel_job(self, job_id: int) -> StoredJob:  # numpydoc ignore=PR01,RT01
        """Cancel a job (see `voc.store.jobs.cancel`)."""
        with self.writing() as connection:
            return jobs.cancel(connection, job_id)

    def hold_job(self, job_id: int) -> StoredJob:  # numpydoc ignore=PR01,RT01
        """Hold a failed or cancelled job, so that it can be asked for something else."""
        with self.writing() as connection:
            return jobs.hold(connection, job_id)

    def retry_job(self, job_id: int) -> StoredJob:  # numpydoc ignore=PR01,RT01
        """Queue a failed or cancelled job again (see `voc.store.jobs.retry`)."""
        with self.writing() as connection:
            return jobs.retry(connection, job_id)

    def claim_job(self, worker: str, lease_s: float, job_id: int | None = None) -> ClaimedJob | None:  # numpydoc ignore=PR01,RT01
        """Take a job that waits, or whose worker is silent (see `voc.store.leases.claim`)."""
        with self.writing() as connection:
            return leases.claim(connection, worker, lease_s, job_id)

    def beat_job(self, job_id: int, worker: str, lease_s: float, **progress: Any) -> leases.Beat:  # numpydoc ignore=PR01,RT01
        """Give a sign of life, and say how far a job is (see `voc.store.leases.beat`)."""
        with self.writing() as connection:
            return leases.beat(connection, job_id, worker, lease_s, **progress)

    def finish_job(
        self,
        job: ClaimedJob,
        comments: Iterable[Comment],
        annotations: Iterable[Annotation],
        analysis: Analysis,
        settings: Mapping[str, Any],
        also: Also[None] | None = None,
        *,
        statistics: StatisticsReport | None = None,
    ) -> None:  # numpydoc ignore=PR01
        """Add the run of a job and mark it as done, both or neither; `also` belongs to the same transaction."""
        with self.writing() as connection:
            leases.finish(connection, job.id, job.worker)
            if job.kind == "rerun":
                uploads.refuse_erased(connection, job.upload_id, analysis.input.comments)
            write.save_run(connection, job.upload_id, comments, annotations, analysis, settings, statistics)
            if also:
                also(connection, None)

    def fail_job(self, job: ClaimedJob, fault: JobFault) -> None:  # numpydoc ignore=PR01
        """Note why a job cannot be done (see `voc.store.leases.fail`)."""
        with self.writing() as connection:
            leases.fail(connection, job.id, job.worker, fault)

    def release_job(self, job: ClaimedJob, *, cancelled: bool = False) -> None:  # numpydoc ignore=PR01
        """Lay a job down: back in the queue, or cancelled (see `voc.store.leases.release`)."""
        with self.writing() as connection:
            leases.release(connection, job.id, job.worker, cancelled=cancelled)

    def answer(self, caller: str, key: str) -> SavedAnswer | None:  # numpydoc ignore=PR01,RT01
        """What was answered to a request lately (see `voc.store.answers`)."""
        with self.reading() as connection:
            return answers.find(connection, caller, key)

    def save_answer(self, caller: str, key: str, answer: SavedAnswer, upload_id: int | None = None) -> None:  # numpydoc ignore=PR01
        """Keep what was answered to a request, in case that it comes again (see `voc.store.answers`)."""
        with self.writing() as connection:
            answers.save(connection, caller, key, answer, upload_id)

    def save_run(
        self,
        upload_id: int,
        comments: Iterable[Comment],
        annotations: Iterable[Annotation],
        analysis: Analysis,
        settings: Mapping[str, Any] | None = None,
        *,
        codebook: StoreCodebookSession | None = None,
        statistics: StatisticsReport | None = None,
    ) -> None:  # numpydoc ignore=PR01
        """Add a run, and its codebook, as a whole or not at all; earlier ones stay as they are (see `voc.store.write.save_run`)."""
        with self.writing() as connection:
            write.save_run(connection, upload_id, comments, annotations, analysis, settings or {}, statistics)
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

    def concerned(self, *, customer_id: str | None = None, upload_id: int = 0) -> Concerned:  # numpydoc ignore=PR01,RT01
        """What erasing a customer, else an upload, would concern (see `voc.store.concerned`)."""
        with self.reading() as connection:
            return of_customer(connection, customer_id) if customer_id is not None else of_upload(connection, upload_id)

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
