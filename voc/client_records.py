"""What a service says of uploads, jobs and runs, as the client gives it; fields that a newer service adds are passed over."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from voc.records import Problem, SourceTable


class Told(BaseModel):
    """Base: immutable, open to what comes later."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Progress(Told):
    """How far a job is."""

    stage: str | None = None
    rows_done: int = 0
    rows_total: int = 0
    rows_per_second: float | None = None
    seconds_left: float | None = None


class Fault(Told):
    """Why a job failed."""

    code: str
    message: str
    hint: str = ""


class Job(Told):
    """Work on an upload."""

    id: int
    kind: str
    state: str
    upload_id: int
    run_id: str
    settings: dict[str, Any]
    progress: Progress = Progress()
    error: Fault | None = None


class Upload(Told):
    """Tables that were sent, how they are read, and what could not be used."""

    id: int
    name: str
    state: str
    private: bool = False
    runs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    job: Job | None = None
    problems: tuple[Rejected, ...] = ()


class Table(SourceTable):
    """How a table is read, with its first rows, redacted."""

    model_config = ConfigDict(extra="ignore")

    rows: tuple[dict[str, str], ...] = ()


class Rejected(Problem):
    """A row or cell that could not be used."""

    model_config = ConfigDict(extra="ignore")

    kind: str


class Run(Told):
    """An analysis in the store of the service."""

    id: str
    upload_id: int
    started_at: str
    settings: dict[str, Any] = {}


Upload.model_rebuild()
