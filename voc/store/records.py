"""What the store takes and gives."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from voc.records import Analysis, Annotation, Comment, Label, Record

SENTIMENT = "sentiment"  # as the target of a review


class StoredUpload(Record):
    """Tables that came together."""

    id: int
    name: str
    created_at: str = Field(description="ISO 8601, UTC")
    user_id: int | None = Field(None, description="who sent them; none where nobody was asked")
    private: bool = Field(False, description="only for that user and administrators")


class RunSummary(Record):
    """What made a run."""

    id: str
    upload_id: int
    started_at: str
    state: str
    voc_version: str
    seed: int
    codebook_version: int | None
    settings: dict[str, Any]
    models: dict[str, str]


class StoredRun(RunSummary):
    """A run with its result."""

    analysis: Analysis = Field(description="pain points without their members; those are asked for as comments")


class Review(Record):
    """A human decision on a comment in a run."""

    id: int
    target: str = Field(description="`sentiment`, or a touchpoint")
    label: Label | None = Field(description="none: the comment does not speak of the touchpoint")
    reviewer: str | None
    at: str


class StoredComment(Record):
    """A comment of a run, with what holds of it: the newest reviews, else what the models said."""

    key: int = Field(description="of the comment in the store")
    comment: Comment
    annotation: Annotation = Field(description="as the models said")
    sentiment: Label
    touchpoints: dict[str, Label] = Field(description="touchpoint -> polarity")
    reviews: tuple[Review, ...] = Field(description="the oldest first")


class CommentFilter(Record):
    """Which comments of a run; all that are given must hold. Sentiment and touchpoint are what holds after reviews."""

    touchpoint: str | None = None
    sentiment: Label | None = None
    pain_point: str | None = None
    q: str | None = Field(None, description="words in the text, in either script")
    from_: str | None = Field(None, alias="from", description="ISO 8601 date or its beginning, e.g. 2024-05")
    to: str | None = Field(None, description="the same; the whole of that day or month is in")
    channel: str | None = None
    store: str | None = None
    product: str | None = None
    region: str | None = None


class CommentPage(Record):
    """Some comments of a run, in the order in which they were stored."""

    comments: tuple[StoredComment, ...]
    next: str | None = Field(description="cursor of the page behind it; none: this is the last")


class Health(Record):
    """What `voc db check` found."""

    store: str
    revision: str
    rows: dict[str, int] = Field(description="table -> number of rows")
