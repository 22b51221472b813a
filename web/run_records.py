"""What goes over the wire about runs, pain points, reviews and cases, beside the records of `voc`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from voc.records import Analysis, Label, PainPoint, Record
from voc.store.case_records import NO_NUL, Case, CaseChange, CaseFilter
from voc.store.point_records import PointEdit
from voc.store.records import CommentFilter, Review, RunSummary

Sort = Literal["comments", "size", "severity", "stability", "label", "last_seen"]
Format = Literal["json", "xlsx", "csv", "jsonl", "html"]


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value  # 9.0 is a whole number in JSON


Whole = Annotated[int, BeforeValidator(_whole)]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]


class Paging(Record):
    """Which page of a list."""

    cursor: str | None = Field(None, max_length=500, description="`next` of the page before; the first page where left out")
    limit: int = Field(50, ge=1, le=1000)


class CommentQuery(CommentFilter):
    """Which comments of a run, and which page of them."""

    cursor: str | None = Field(None, max_length=500, description="`next` of the page before; the first page where left out")
    limit: int = Field(50, ge=1, le=1000)


class PointQuery(Record):
    """Which pain points, and in which order."""

    sort: Sort = Field("comments", description="the most first; `label` from A to Z")
    touchpoint: str | None = None


class ExportQuery(Record):
    """What kind of file."""

    format: Format = "json"
    language: Literal["zh", "en"] = Field("zh", description="of the report")


class RunDocument(Record):
    """A run as it holds now."""

    run: RunSummary
    analysis: Analysis = Field(description="after reviews and edits; pain points without their members, which are asked for as comments")
    reviewed: int = Field(description="comments with a decision that holds")
    codebook: str | None = Field(description="whose last run it is, so that its pain points can be edited; none: they cannot")


class PointList(Record):
    """Pain points of a run as they hold now, without members."""

    pain_points: tuple[PainPoint, ...]


class ClauseAt(Record):
    """A clause of a comment."""

    comment_id: str = Field(min_length=1, max_length=500, pattern=NO_NUL, description="as the table calls the comment")
    start: Whole = Field(ge=0, le=2**31)
    end: Whole = Field(ge=0, le=2**31)


class PointChange(Record):
    """What is to be changed of a pain point; what is left out stays."""

    label: Words | None = None
    locked: bool | None = Field(None, description="a locked one keeps its members in later runs, and is given no others")
    status: Literal["active", "dismissed"] | None = Field(None, description="`active` also takes a merge back")
    pin: list[ClauseAt] = Field([], max_length=20, description="members that are quoted first")
    unpin: list[ClauseAt] = Field([], max_length=20)


class MergeRequest(Record):
    """Where the members are to go, now and in later runs."""

    into: Words = Field(description="id of another pain point")


class SplitRequest(Record):
    """What is to become a pain point of its own."""

    words: list[Words] = Field(min_length=1, max_length=20, description="clauses that hold one of these go, in either script")
    label: Words


class SplitQuery(Record):
    """What a split would be by."""

    words: tuple[Words, ...] = Field(min_length=1, max_length=20)


class MoveRequest(ClauseAt):
    """A member that belongs elsewhere."""

    to: Words | None = Field(description="id of another pain point; null: none, it is no complaint that counts")


class CodedPoint(Record):
    """A pain point of the codebook."""

    id: str
    label: str
    touchpoint: str
    status: str = Field(description="active, dismissed or merged")
    into: str | None
    locked: bool
    comments: int = Field(description="in the last run, before reviews")


class PointDifference(Record):
    """What the draft changes of a pain point."""

    id: str
    before: str | None = Field(description="label; none: it was not there")
    after: str | None = Field(description="label; none: it is not there any more")
    status: str | None
    comments_before: int
    comments_after: int


class VersionInfo(Record):
    """A committed state of the codebook."""

    number: int
    committed_at: str
    message: str
    rolled_back_to: int | None
    edits: int


class CodebookDocument(Record):
    """The codebook of a run: what is committed, and the draft, which holds already."""

    name: str
    version: int
    pain_points: tuple[CodedPoint, ...]
    draft: tuple[PointEdit, ...]
    differences: tuple[PointDifference, ...] = Field(description="of the draft against the last version")
    moved: int = Field(description="clauses that the draft moves")
    versions: tuple[VersionInfo, ...] = Field(description="the oldest first")


class CodebookAction(Record):
    """What is to be done with the codebook."""

    action: Literal["commit", "undo", "rollback"]
    message: Annotated[str, Field(max_length=500, pattern=NO_NUL)] = Field("", description="of a commit")
    everything: bool = Field(False, description="of undo: the whole draft rather than its last edit")
    version: Whole | None = Field(None, ge=1, le=2**31, description="of rollback: the version to return to")


class Decision(Record):
    """What a person decides on a comment."""

    target: Words = Field(description="`sentiment`, or a touchpoint")
    label: Label | None = Field(description="null: the comment does not speak of the touchpoint")


class ReviewRequest(Record):
    """Decisions on one comment."""

    decisions: list[Decision] = Field(min_length=1, max_length=50)


class ReviewsDone(Record):
    """Decisions as they were noted."""

    reviews: tuple[Review, ...]


class WithdrawQuery(Record):
    """Which decision is taken back."""

    target: str | None = Field(
        None, max_length=200, description="`sentiment`, or a touchpoint; the last one, whatever it was on, where left out"
    )


class CaseQuery(CaseFilter):
    """Which cases."""


class CaseList(Record):
    """Cases that are open, those due first, and then those that are closed; at most 1,000."""

    cases: tuple[Case, ...]


class CaseRequest(CaseChange):
    """A case to be opened."""

    run_id: Words
    pain_point_id: Words


class NoteRequest(Record):
    """Something to be said of a case."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=NO_NUL)]
