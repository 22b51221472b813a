"""All that crosses a module border: frozen, validated, and JSON both ways."""

from __future__ import annotations

from math import exp
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

Label = Literal["negative", "neutral", "positive"]
Language = Literal["zh-Hans", "zh-Hant", "en", "mixed", "other", "none"]
Role = Literal[
    "text", "id", "created_at", "channel", "source_type", "question", "store", "product",
    "region", "customer_id", "nps", "csat", "ces", "rating",
]  # fmt: skip
PainType = Literal["perceived_gap", "operational_complexity", "service_disengagement", "defect", "other"]
Score = Literal["nps", "csat", "ces", "rating"]
LABELS: tuple[Label, ...] = ("negative", "neutral", "positive")
SCORES: tuple[Score, ...] = ("nps", "csat", "ces", "rating")
INTENTS = ("recommend", "repurchase", "churn", "refund_return", "complaint", "suggestion", "question")


class Record(BaseModel):
    """Base of all records: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Comment(Record):
    """One piece of customer text with what the table says about it."""

    id: str
    text: str = Field(description="as read from the table; redacted by the pipeline before it is stored or shown")
    question: str | None = Field(None, description="the survey question that the text answers")
    created_at: str | None = Field(None, description="ISO 8601 date or date-time")
    channel: str | None = None
    source_type: str | None = None
    store: str | None = None
    product: str | None = None
    region: str | None = None
    customer_id: str | None = None
    nps: int | None = Field(None, ge=0, le=10)
    csat: float | None = None
    ces: float | None = None
    rating: float | None = None
    extra: dict[str, str] = Field(default_factory=dict, description="the other columns, by header")
    file: str = ""
    row: int = Field(0, description="row in the file as a person counts it, header and title rows included; first row 1")
    duplicate_of: str | None = Field(None, description="id of the first comment with the same or nearly the same text")


class Answer(Record):
    """What a row says of a respondent who gave a score and wrote nothing; fields as those of a comment."""

    created_at: str | None = None
    channel: str | None = None
    source_type: str | None = None
    store: str | None = None
    product: str | None = None
    region: str | None = None
    customer_id: str | None = None
    nps: int | None = Field(None, ge=0, le=10)
    csat: float | None = None
    ces: float | None = None
    rating: float | None = None
    extra: dict[str, str] = Field(default_factory=dict)


class Problem(Record):
    """A row (or a cell) that could not be used, and what to do about it."""

    file: str
    row: int = Field(description="row in the file as a person counts it; first row 1; 0 is the file as a whole")
    column: str | None = None
    reason: str
    hint: str = ""
    answer: SkipJsonSchema[Answer | None] = Field(
        None, exclude=True, description="of a row without any text, on the first of its problems: its scores count all the same"
    )


class Notice(Problem):
    """Something beside a comment that could not be used; the comment itself is kept."""


class SourceTable(Record):
    """How one table (a file, or a sheet of a workbook) was read."""

    name: str = Field(description="file name without its folder")
    sheet: str | None = Field(None, description="of workbooks that have several")
    encoding: str | None = Field(None, description="of text files: utf-8, utf-8-sig, utf-16, gb18030, big5")
    delimiter: str | None = Field(None, description="of text tables")
    header_row: int = Field(1, description="row of the header as a person counts it; 0: there is none")
    headers: tuple[str, ...] = Field((), description="every column name, unique, in the table's order")
    columns: dict[Role, str] = Field(default_factory=dict, description="role -> column header; text: the first text column")
    text_columns: tuple[str, ...] = Field((), description="every free-text column; each cell becomes a comment")
    ignored: tuple[str, ...] = Field((), description="columns kept as `extra`")

    @property
    def label(self) -> str:  # numpydoc ignore=RT01
        """What `file` of a comment or a problem says: the file, and the sheet where there are several."""
        return f"{self.name}[{self.sheet}]" if self.sheet is not None else self.name


class Span(Record):
    """Half-open range of characters of the comment's `text`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Verdict(Record):
    """Sentiment of a clause."""

    label: Label
    score: float = Field(ge=0, le=1, description="probability of `label`")


class Sentiment(Verdict):
    """Sentiment of a comment."""

    probabilities: dict[Label, float] = Field(description="sum to 1")
    mixed: bool = Field(description="clearly both praise and complaint")


class Mention(Record):
    """A touchpoint that the comment evaluates, with its evidence."""

    id: str = Field(description="key in the taxonomy")
    polarity: Label
    score: float = Field(ge=0, le=1)
    spans: tuple[Span, ...]


class Intent(Record):
    """What the customer means to do, with its evidence."""

    id: str
    score: float = Field(ge=0, le=1)
    spans: tuple[Span, ...]


class Clause(Span):
    """Part of a comment that says one thing."""

    sentiment: Verdict
    touchpoints: tuple[str, ...]


class Annotation(Record):
    """Everything `voc` says of one comment: one line of `voc score`."""

    schema_: Literal["voc.score/1"] = Field("voc.score/1", alias="schema")
    id: str
    text: str = Field(description="what people read: redacted, in the customer's own script; every offset points into it")
    normalised: str = Field(description="what was analysed: NFKC, Simplified")
    language: Language
    informative: bool = Field(description="false where there is nothing to act on or learn from")
    sentiment: Sentiment
    touchpoints: tuple[Mention, ...]
    intents: tuple[Intent, ...]
    clauses: tuple[Clause, ...]
    redactions: dict[str, int] = Field(description="kind of personal data -> number of places masked")
    models: dict[str, str] = Field(description="task -> name@version")


class WordValue(Span):
    """What one word brought: each verdict with it minus without it, among the other words of its clause and alone, on average."""

    text: str
    sentiment: float = Field(ge=-2, le=2, description="change of P(positive) − P(negative) of the comment; below 0: it drags it down")
    clause: float = Field(ge=-2, le=2, description="change of the clause's score, which counts + if positive, − if negative, 0 if neutral")
    touchpoints: dict[str, float] = Field(description="touchpoint of the clause -> change of its probability, −1 to 1")


class ExplainedClause(Clause):
    """A clause with the words that decided."""

    words: tuple[WordValue, ...] = Field(description="in the order of the text, without punctuation")


class Explanation(Record):
    """What `voc explain` says of one comment."""

    schema_: Literal["voc.explanation/1"] = Field("voc.explanation/1", alias="schema")
    text: str = Field(description="redacted, in the customer's own script; every offset points into it")
    sentiment: Sentiment
    clauses: tuple[ExplainedClause, ...]
    left_out: int = Field(description="number of clauses with less feeling, which are not explained")
    models: dict[str, str] = Field(description="task -> name@version")


class Quote(Span):
    """Words of a customer, with where they stand."""

    comment_id: str
    text: str


class Segment(Record):
    """A channel, store, product or region where a pain point is over-represented."""

    field: Literal["channel", "store", "product", "region"]
    value: str
    comments: int = Field(description="comments of the pain point from there")
    share: float = Field(description="of the pain point's comments whose `field` is known, 0–1")
    elsewhere: float = Field(description="the same share among the other comments, 0–1")
    rate: float | None = Field(None, description="share of the comments from there that name the pain point, 0–1")
    rate_elsewhere: float | None = Field(None, description="the same of the other comments whose `field` is known, 0–1")
    log_odds: float = Field(description="of `share` against `elsewhere`, with a prior (Monroe et al., 2008); above 0: more than elsewhere")
    interval: tuple[float, float] = Field(description="95 % interval of `log_odds`")

    @property
    def odds_ratio(self) -> tuple[float, float, float]:  # numpydoc ignore=RT01
        """Odds against elsewhere and the bounds of their 95 % interval; 1: as elsewhere."""
        return exp(self.log_odds), exp(self.interval[0]), exp(self.interval[1])


class Companion(Record):
    """Another pain point that the same comments name more often than all comments do."""

    id: str
    label: str
    comments: int = Field(description="comments that name both")
    share: float = Field(description="of this pain point's comments, 0–1")
    expected: float = Field(description="of all comments, 0–1")


class PainPoint(Record):
    """A recurring problem, with its evidence."""

    id: str
    label: str = Field(description="what it is about and what is wrong, unique in the run")
    gloss: str = Field("", description="in English: what it is, or its touchpoint where the problem is not one of the known ones")
    description: str = Field("", description="one line built from the counts")
    label_support: float | None = Field(
        None, description="share of members whose text holds a word of the label, or is recognised as that known problem, 0–1"
    )
    touchpoint: str
    pain_type: PainType = "other"
    terms: tuple[str, ...] = Field(description="words that tell it from the other pain points of its touchpoint")
    size: int = Field(description="number of members (clauses)")
    comments: int = Field(description="number of comments with at least one member")
    share: float = Field(description="`comments` of all comments of the run, 0–1")
    interval: tuple[float, float] = Field(description="95 % Wilson interval of `share`")
    severity: float = Field(
        ge=0, le=1, description="0.7 × mean probability of negative + 0.3 × share with intent churn, refund_return or complaint"
    )
    stability: float | None = Field(
        None,
        description="share of its pairs of members that meet again when parts of the complaints are grouped anew, 0–1; "
        "low: another sample might have cut it differently",
    )
    trend: None = None
    first_seen: str | None = Field(None, description="earliest date of its comments, where the table has dates")
    last_seen: str | None = None
    segments: tuple[Segment, ...] = Field((), description="where it is over-represented, the surest first")
    companions: tuple[Companion, ...] = Field((), description="pain points named with it, the most frequent first")
    quotes: tuple[Quote, ...]
    members: tuple[Quote, ...]


class Example(Quote):
    """A complaint that is in no pain point."""

    touchpoint: str = Field(description="that it speaks of most")


class Unassigned(Record):
    """Negative clauses that speak of a touchpoint or name a problem, and are in no pain point."""

    size: int
    share: float = Field(description="of all such clauses, 0–1")
    touchpoints: dict[str, int] = Field(
        default_factory=dict, description="touchpoint -> complaints that speak of it most, the most frequent first; before any edits"
    )
    examples: tuple[Example, ...] = Field((), description="at most five, of the most frequent touchpoints in turn, the surest of each")


class ShareOf(Record):
    """A share with its number and 95 % Wilson interval."""

    n: int
    share: float
    interval: tuple[float, float]


class Nps(Record):
    """Net Promoter Score with its 95 % interval, in points."""

    n: int
    value: float
    interval: tuple[float, float]


class Metrics(Record):
    """Figures of the whole batch."""

    sentiment: dict[Label, ShareOf]
    nps: Nps | None = None


class JourneyCell(Record):
    """How one touchpoint is spoken of."""

    stage: str
    touchpoint: str
    mentions: int
    negative: int
    share: float = Field(description="`negative` of `mentions`")
    interval: tuple[float, float]


class RunInfo(Record):
    """What made the analysis; the only part that differs between runs on the same input."""

    id: str
    started_at: str
    voc_version: str
    models: dict[str, str]
    codebook_version: int | None = Field(None, description="of the codebook that gave ids and names; its draft held too")
    seed: int
    seconds: dict[str, float]


class InputInfo(Record):
    """What was read."""

    files: tuple[SourceTable, ...]
    rows: int = Field(description="cells of text columns read (data rows × text columns): comments + problems")
    comments: int
    duplicates: int = Field(description="comments that copy an earlier one; kept and counted")
    uninformative: int = Field(description="comments with nothing to act on; kept and counted")
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...] = Field(description="cells other than text that could not be read; their comments are kept")


class Quality(Record):
    """How far the pain points of a run can be trusted."""

    coverage: float = Field(description="share of the complaints that are in a pain point, 0–1")
    max_unassigned: float | None = Field(None, description="share that was to stay outside at most")
    reached: bool | None = Field(None, description="whether it did; otherwise those outside are like no pain point")
    stability: float | None = Field(None, description="mean over the pain points, each by its size, 0–1")
    label_support: float | None = Field(None, description="mean over the pain points, each by its size, 0–1")


ChangeKind = Literal["new", "growing", "fading", "gone", "steady", "edited"]


class Change(Record):
    """A pain point of the codebook against the last version that was committed."""

    id: str
    label: str
    kind: ChangeKind = Field(
        description="`new`: the last version does not know it; `growing`, `fading`: the 95 % intervals of the two shares of comments "
        "lie apart; `gone`: no comment any more; `edited`: edits changed what belongs to it, counts do not compare; else `steady`"
    )
    before: int | None = Field(description="comments at the last version; null where it does not know it")
    after: int = Field(description="comments in this run")
    before_of: int | None = Field(None, description="comments of the run of the last version, the base of `before`; null where not known")
    after_of: int | None = Field(None, description="comments of this run, the base of `after`; null where not known")

    @property
    def shares(self) -> tuple[float, float] | None:  # numpydoc ignore=RT01
        """Of the comments, at the last version and in this run, 0–1; None where they do not compare or a base is not known."""
        if self.before is None or not self.before_of or not self.after_of or self.kind == "edited":
            return None
        return self.before / self.before_of, self.after / self.after_of


class Analysis(Record):
    """What `voc analyse` writes."""

    schema_: Literal["voc.analysis/1"] = Field("voc.analysis/1", alias="schema")
    run: RunInfo
    input: InputInfo
    metrics: Metrics
    journey: tuple[JourneyCell, ...]
    pain_points: tuple[PainPoint, ...]
    unassigned: Unassigned
    quality: Quality
    changes: tuple[Change, ...] = Field((), description="against the last version of the codebook; empty without one, and in its first run")
