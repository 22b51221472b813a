"""What goes over the wire about uploads and jobs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from voc.jobsettings import Detail, JobSettings
from voc.look import LookedTable
from voc.records import Record, Role
from voc.store import JobFault, StoredJob, StoredProblem, StoredUpload
from voc.store.records import JobKind, JobProgress, JobState
from web.records import JobTaxonomy

Columns = dict[Role, str | list[str]]
Name = Annotated[str, AfterValidator(lambda name: _without_nul(name)), Field(min_length=1, max_length=200)]


def _without_nul(name: str) -> str:
    if "\0" in name:
        raise ValueError("NUL is not allowed")
    return name


class How(Record):
    """How comments are to be analysed; all that is left out is as for `voc analyse`."""

    quality: Literal["fast", "best"] | None = Field(None, description="that of the service where left out")
    taxonomy: JobTaxonomy | None = Field(None, description="touchpoints: shipped ones, or `store:NAME@VERSION`; retail where left out")
    detail: Detail | None = Field(None, description="how finely pain points are told apart; normal where left out")
    max_unassigned: float | None = Field(None, ge=0, le=1, description="share of complaints that may stay outside")
    codebook: Name | None = Field(None, description="that gives pain points ids and names for good")


class HowToRead(How):
    """How tables are to be read, and their comments analysed."""

    columns: Columns = Field(default_factory=dict, description="role -> header of its column, `text` -> several; found out where left out")
    sheet: tuple[Name, ...] = Field((), description="sheets of a workbook; all that hold comments where left out")
    encoding: Name | None = Field(None, description="of text files; found out where left out")
    header_row: int | None = Field(None, ge=0, le=1_000_000, description="of sheets and delimited text; 0: none; found out where left out")

    @model_validator(mode="after")
    def _one_column_a_role(self) -> HowToRead:
        if wrong := [role for role, header in self.columns.items() if role != "text" and not isinstance(header, str)]:
            raise ValueError(f"one column only: {', '.join(wrong)}")
        return self


class UploadOptions(HowToRead):
    """What a form says beside its files."""

    private: bool = Field(False, description="only for whoever sends it and administrators")
    start: bool = Field(True, description="false: it waits for POST /uploads/{upload_id}/start, so that the columns can be looked at")


class UploadForm(UploadOptions):
    """A form with tables of comments."""

    file: list[bytes] = Field(min_length=1, description=".xlsx .xls .csv .tsv .jsonl .parquet, text gzipped or not")


class JobView(Record):
    """Work on an upload, and how far it is."""

    id: int
    kind: JobKind
    state: JobState = Field(description="held: waits to be started; queued; running; done; failed; cancelled")
    upload_id: int
    run_id: str = Field(description="of the run that it makes; there when it is done")
    settings: dict[str, object] = Field(description="what it was asked for")
    created_at: str
    started_at: str | None
    finished_at: str | None
    attempts: int = Field(description="above 1: workers ended on the way, and others went on")
    cancel_requested: bool
    progress: JobProgress
    error: JobFault | None


class JobList(Record):
    """The newest first."""

    jobs: tuple[JobView, ...]


class UploadView(Record):
    """Tables that came together."""

    id: int
    name: str
    created_at: str
    private: bool
    state: JobState = Field(description="of its analysis")
    runs: tuple[str, ...] = Field(description="analyses of it, the newest first")


class UploadList(Record):
    """The newest first."""

    uploads: tuple[UploadView, ...]


class UploadDetail(UploadView):
    """An upload with how its tables are read, how far the newest job is, and what could not be used."""

    tables: tuple[LookedTable, ...] = Field(description="rows: the first ones, redacted, in the answer to POST")
    job: JobView | None
    problems: tuple[StoredProblem, ...] = Field(description="rows and cells that could not be used: the first 1,000, once it is analysed")


class ListQuery(Record):
    """Which part of a list."""

    limit: int = Field(100, ge=1, le=1000)
    before: int | None = Field(None, ge=0, le=2**63 - 1, description="only those with a smaller id, to go on with")


class JobQuery(ListQuery):
    """Which jobs."""

    upload_id: int | None = Field(None, ge=0, le=2**63 - 1)


def view_job(job: StoredJob) -> JobView:
    """A job as callers see it.

    Parameters
    ----------
    job : StoredJob
        As it is stored.

    Returns
    -------
    JobView
        Without file names of ours.
    """
    asked = JobSettings.model_validate(job.settings).of_run()
    return JobView(settings=asked, **job.model_dump(exclude={"settings", "user_id", "worker", "folder"}))


def view_upload(upload: StoredUpload, jobs: tuple[StoredJob, ...], runs: tuple[str, ...]) -> UploadView:
    """An upload as callers see it.

    Parameters
    ----------
    upload : StoredUpload
        As it is stored.
    jobs : tuple of StoredJob
        On it, the newest first.
    runs : tuple of str
        Of it, the newest first.

    Returns
    -------
    UploadView
        Its state is that of its analysis; what came in by Python has no job, and is done.
    """
    state = next((job.state for job in jobs if job.kind == "analyse"), "done")
    return UploadView(state=state, runs=runs, **upload.model_dump(exclude={"user_id"}))
