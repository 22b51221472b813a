"""Cases 闭环: who mends a pain point, by when, and whether it helped."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voc.records import Record

NO_NUL = r"^[^\x00]*$"  # PostgreSQL takes none
CaseStatus = Literal["received", "classified", "analysed", "responded", "followed_up", "closed"]  # 接收→分类→分析→响应→跟进→闭环


class Measured(Record):
    """The share of a pain point in a run."""

    run_id: str
    at: str = Field(description="when the run was")
    n: int = Field(description="comments of the pain point")
    of: int = Field(description="comments of the run")
    share: float
    interval: tuple[float, float]


class CaseEntry(Record):
    """What was said of a case, or changed of it."""

    id: int
    at: str
    author: str | None
    kind: str = Field(description="`note`, or the field that was changed")
    before: str | None = None
    text: str | None


class Case(Record):
    """A pain point that somebody mends."""

    id: int
    pain_point_id: str
    label: str = Field(description="of the pain point, when the case was opened")
    run_id: str | None = Field(description="in which it was opened; none: that was erased")
    codebook: str | None = None
    owner: str | None
    due: str | None = Field(description="ISO 8601 date-time")
    status: CaseStatus
    root_cause: str = ""
    action: str = ""
    opened_at: str
    closed_at: str | None = None
    overdue: bool = Field(description="not closed, and past its due time")
    before: Measured | None = Field(None, description="when it was opened")
    after: Measured | None = Field(None, description="in the newest run with the codebook, when it was closed")

    def is_of(self, run_id: str, codebook: str | None) -> bool:
        """Whether a run shows the same pain point by the same id.

        Parameters
        ----------
        run_id : str
            The run.
        codebook : str or None
            That it was made with.

        Returns
        -------
        bool
            Ids mean the same in runs of one codebook, else only in the run in which the case was opened.
        """
        return self.run_id == run_id or (codebook is not None and self.codebook == codebook)


class CaseDetail(Record):
    """A case with its history."""

    case: Case
    entries: tuple[CaseEntry, ...] = Field(description="notes and changes, the oldest first")


class CaseFilter(Record):
    """Which cases; all that are given must hold."""

    status: CaseStatus | None = None
    owner: str | None = None
    pain_point: str | None = None
    overdue: bool | None = None


class CaseChange(Record):
    """What is to be changed of a case; what is left out stays."""

    owner: str | None = Field(None, max_length=200, pattern=NO_NUL, description="empty: nobody")
    due: str | None = Field(None, max_length=40, pattern=NO_NUL, description="ISO 8601, UTC where it names no time zone; empty: none")
    status: CaseStatus | None = None
    root_cause: str | None = Field(None, max_length=4000, pattern=NO_NUL, description="needed to close")
    action: str | None = Field(None, max_length=4000, pattern=NO_NUL, description="needed to close")
