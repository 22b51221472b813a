"""A pain point with all that is known of it, and what edits would do."""

from __future__ import annotations

from pydantic import Field

from voc.records import PainPoint, Quote, Record


class WeekCount(Record):
    """A week of a pain point."""

    week: str = Field(description="its Monday, ISO 8601")
    comments: int = Field(description="of the pain point")
    of: int = Field(description="comments of the run that week")
    share: float
    interval: tuple[float, float]


class PointEdit(Record):
    """A decision about a pain point."""

    at: str
    by: str | None
    kind: str = Field(description="merge, split, rename, move, exclude, lock, unlock, dismiss, restore, pin, unpin")
    version: int | None = Field(description="that it was committed with; none: it is in the draft")
    point: str | None = Field(description="pain point that it names first")
    into: str | None = Field(None, description="of merge and split: the other one")
    label: str | None = Field(None, description="of split and rename")
    words: tuple[str, ...] = Field((), description="of a split")
    text: str | None = Field(None, description="of move, exclude and pin: the clause")
    members: int = Field(description="clauses that it concerned")


class PinnedClause(Record):
    """A clause that a person chose to be quoted."""

    comment_id: str
    text: str


class PointDetail(Record):
    """A pain point with all that is known of it, but its members."""

    point: PainPoint
    run_id: str
    rank: int | None = Field(description="in the run, from 1; none where it is not shown")
    status: str = Field(description="active, dismissed or merged")
    into: str | None = Field(description="of a merged one: where its members went")
    locked: bool
    editable: bool = Field(description="whether edits are possible: the run is the last one of a codebook")
    edited: bool = Field(description="whether its members are not those that the run found")
    pinned: tuple[PinnedClause, ...] = Field((), description="clauses that are quoted first because somebody chose them")
    trend: tuple[WeekCount, ...] = Field(description="weeks in which the run has comments with a date")
    history: tuple[PointEdit, ...] = Field(description="the oldest first")


class SplitPreview(Record):
    """What a split would do."""

    words: tuple[str, ...] = Field(description="as they are looked for")
    size: int = Field(description="clauses that hold one of them")
    comments: int = Field(description="that those clauses are from")
    stays: int = Field(description="clauses that hold none")
    stays_comments: int = Field(description="that those are from; one that has both is in either number")
    quotes: tuple[Quote, ...] = Field(description="some of those that would go")
    rest: tuple[Quote, ...] = Field(description="some of those that would stay")
