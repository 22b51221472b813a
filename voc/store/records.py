"""What the store takes and gives."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from voc.records import Analysis, Annotation, Comment, Label, Problem, Record, Span

SENTIMENT = "sentiment"  # as the target of a review
Order = Literal["stored", "uncertain", "random"]


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


class RunPage(Record):
    """Some runs, the newest first."""

    runs: tuple[RunSummary, ...]
    next: str | None = Field(description="cursor of the page behind it; none: this is the last")


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


class MemberOf(Span):
    """A clause that belongs to a pain point."""

    pain_point: str


class StoredComment(Record):
    """A comment of a run, with what holds of it: the newest reviews, else what the models said."""

    key: int = Field(description="of the comment in the store")
    comment: Comment
    annotation: Annotation = Field(description="as the models said")
    sentiment: Label
    touchpoints: dict[str, Label] = Field(description="touchpoint -> polarity")
    reviews: tuple[Review, ...] = Field(description="those that nobody took back, the oldest first")
    pain_points: tuple[MemberOf, ...] = Field((), description="clauses that belong to pain points, as edits and reviews leave them")


class RunFilter(Record):
    """Which comments of a run all figures of a page are counted on; what is left out leaves nothing out."""

    from_: str | None = Field(None, alias="from", description="ISO 8601 date or its beginning, e.g. 2024-05")
    to: str | None = Field(None, description="the same; the whole of that day or month is in")
    channel: str | None = None
    store: str | None = None
    product: str | None = None
    region: str | None = None
    question: str | None = Field(None, description="the survey question that the text answers")


class CommentFilter(RunFilter):
    """Which comments of a run; all that are given must hold. Sentiment and touchpoint are what holds after reviews."""

    touchpoint: str | None = None
    sentiment: Label | None = None
    pain_point: str | None = Field(None, description="as edits and reviews leave it")
    q: str | None = Field(None, description="words in the text, in either script")
    intent: str | None = None
    mixed: bool | None = Field(None, description="clearly both praise and complaint, as the models said")
    reviewed: bool | None = Field(None, description="whether a decision on it holds")
    second_look: str | None = Field(None, description="name of a person: others decided on it, this person did not")
    order: Order = Field("stored", description="`uncertain`: the least sure first; `random`: the same random order each time")


class CommentPage(Record):
    """Some comments of a run, in the order that was asked for."""

    comments: tuple[StoredComment, ...]
    next: str | None = Field(description="cursor of the page behind it; none: this is the last")


class StoredProblem(Problem):
    """A row or cell of an upload that could not be used."""

    kind: Literal["problem", "notice"] = Field(description="problem: the row is left out; notice: only a cell is")


JobState = Literal["held", "queued", "running", "done", "failed", "cancelled"]
JobKind = Literal["analyse", "rerun"]


class JobFault(Record):
    """Why a job failed; never a customer's text."""

    code: str
    message: str
    hint: str = ""


class JobProgress(Record):
    """How far a job is."""

    stage: str | None = Field(None, description="load, read, score, pain_points, codebook, describe, save")
    rows_done: int = 0
    rows_total: int = Field(0, description="0 until it is known")
    rows_per_second: float | None = Field(None, description="in this stage, where rows are counted")
    seconds_left: float | None = Field(None, description="of this stage, at that rate")


class StoredJob(Record):
    """Work on an upload, and how far it is."""

    id: int
    kind: JobKind
    state: JobState = Field(description="held: waits to be started; queued; running; done; failed; cancelled")
    upload_id: int
    run_id: str = Field(description="of the run that it makes")
    user_id: int | None = None
    settings: dict[str, Any]
    created_at: str
    started_at: str | None = Field(None, description="of the first attempt")
    finished_at: str | None = None
    attempts: int = 0
    cancel_requested: bool = False
    progress: JobProgress = JobProgress()
    error: JobFault | None = None


class ClaimedJob(StoredJob):
    """A job that a worker holds."""

    worker: str
    folder: str = Field(description="its own, in the work folder")


class SavedAnswer(Record):
    """What was answered to a request that may come again."""

    fingerprint: str = Field(description="digest of the request")
    status: int
    location: str | None = None
    body: str


class Health(Record):
    """What `voc db check` found."""

    store: str
    revision: str
    rows: dict[str, int] = Field(description="table -> number of rows")


class Agreement(Record):
    """How far two judges agree."""

    n: int = Field(description="what both judged")
    share: float = Field(description="of it on which they agree, 0–1")
    interval: tuple[float, float] = Field(description="95 % Wilson interval of `share`")
    kappa: float | None = Field(description="Cohen's kappa: agreement beyond chance, 1 for full; none where labels do not vary")


class ReviewSummary(Record):
    """How much of a run was reviewed, and how far those who did agree."""

    comments: int = Field(description="with at least one decision that holds")
    decisions: int = Field(description="that hold: the newest of each comment and target")
    reviewers: dict[str, int] = Field(description="person -> comments and targets that they judged")
    people_sentiment: Agreement = Field(description="between people who judged the same comment, in pairs")
    people_touchpoints: Agreement
    model_sentiment: Agreement = Field(description="of the models with what people decided")
    model_touchpoints: Agreement


class ReviewPace(Record):
    """How somebody gets on with reviewing a run."""

    comments: int = Field(description="that they decided on")
    seconds: float | None = Field(None, description="median from one comment to the next, pauses left out; none: too few")
