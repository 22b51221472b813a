"""What the statistics of a batch are: every figure with its number, interval and method."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from voc.records import Record

SegmentField = Literal["channel", "source_type", "store", "product", "region", "question", "tier"]
Direction = Literal["rising", "falling", "new"]
Verdict = Literal["improved", "worse", "no_change_seen", "not_enough_data"]
TierName = Literal["loyal", "growing", "dormant"]
Pair = tuple[float, float]


class Figure(Record):
    """A number with what it rests on."""

    value: float | None = Field(description="null where `suppressed`")
    interval: Pair | None = Field(None, description="95 %")
    n: int = Field(description="answers, mentions or comments that it rests on")
    n_effective: float | None = Field(None, description="with survey weights: equal weights that would be as sure (Korn & Graubard, 1998)")
    method: str = Field(description="of the interval")
    suppressed: bool = Field(False, description="too few to show")


class Satisfaction(Record):
    """One satisfaction metric, of all respondents or of those of one segment."""

    metric: Literal["nps", "csat_top2", "csat_mean", "ces_easy", "ces_mean", "rating_top2", "rating_mean", "csi"]
    field: SegmentField | None = Field(None, description="null: of all")
    segment: str | None = None
    figure: Figure = Field(description="NPS −100…100; shares 0–1; means on `scale`; CSI 0–100")
    missing: float = Field(description="share of the respondents there, with a comment or some score, who gave no answer, 0–1")
    scale: Pair = Field(description="lowest and highest answer")
    weights: dict[str, float] = Field(default_factory=dict, description="of the CSI: weight of each item, sum 1")


class JourneyPoint(Record):
    """How one touchpoint is spoken of along the journey."""

    stage: str
    stage_zh: str
    touchpoint: str
    label: str
    mentions: int = Field(description="comments that speak of it")
    volume: float = Field(description="`mentions` of all comments, 0–1")
    negative: Figure = Field(description="share of the mentions that are negative, 0–1")
    net: Figure = Field(description="share positive − share negative of the mentions, −1…1: the emotion curve")
    leverage: float | None = Field(None, description="volume × |effect of a negative mention on the score|; null without a driver model")
    high_value: bool = Field(False, description="`leverage` above the mean of the touchpoints, and the effect's interval lies below 0")


class Driver(Record):
    """How one theme goes with the score, the other themes held equal."""

    id: str
    label: str
    polarity: Literal["negative", "positive"]
    mentions: int = Field(description="respondents who name it")
    effect: Figure = Field(
        description="difference in score between respondents who name it and those who do not, others equal; "
        "shrunk towards 0 where it is not sure, the interval is not"
    )
    impact: Figure = Field(description="effect × share of respondents who name it: points of the overall score that go with it")
    shapley: float = Field(description="share of the explained variance (LMG), 0–1; all of a model sum to 1")
    leave_out: Figure = Field(
        description="score of all − score of those who do not name it: the familiar figure, which blames what co-occurs"
    )
    disagrees: bool = Field(description="`impact` and `leave_out` surely differ: the theme comes together with others")
    sentence_zh: str
    sentence_en: str


class DriverModel(Record):
    """A joint model of one score on all themes at once."""

    score: Literal["nps", "csat", "rating"]
    level: Literal["touchpoint", "pain_point"]
    n: int = Field(description="respondents with a score")
    r2: float | None = Field(description="share of the variance explained, 0–1; null where the model was not made")
    method: str
    shapley_method: str
    drivers: tuple[Driver, ...] = Field(description="the most harmful first")
    left_out: tuple[str, ...] = Field((), description="labels of themes too rare, or too many for so few respondents")
    why_not: str = Field("", description="why there is no model, if there is none")


class ChangePoint(Record):
    """Where the share of a flagged theme most likely changed; located, not tested."""

    start: str = Field(description="first day of the first period after the change")
    earliest: str
    latest: str = Field(description="periods between are within 1.92 of the greatest log-likelihood, about a 95 % interval")
    before: float
    after: float


class Trend(Record):
    """How often one pain point is named, period by period."""

    id: str
    label: str
    counts: tuple[int, ...] = Field(description="comments in each period of `Trends.starts`")
    before: Figure = Field(description="share of the comments before the recent periods")
    recent: Figure = Field(description="share of the comments in the recent periods")
    difference: Figure = Field(description="recent − before")
    p_recent: float | None = Field(description="of the difference; null where too few")
    p_slope: float | None = Field(description="of a steady rise or fall over all periods; null where too few")
    q: float | None = Field(description="the smaller of the two after Benjamini–Hochberg over all tests")
    direction: Direction | None = Field(description="null: nothing that the tests would vouch for")
    change: ChangePoint | None = None


class Weekday(Record):
    """Volume of one day of the week."""

    weekday: int = Field(ge=1, le=7, description="1 Monday … 7 Sunday")
    mean: Figure = Field(description="comments a day")
    index: float = Field(description="mean of this weekday ÷ mean of all days")


class Volume(Record):
    """When comments come, and how many are to be expected."""

    weekdays: tuple[Weekday, ...] = ()
    weekday_p: float | None = Field(None, description="of no difference between the days of the week (Kruskal & Wallis, 1952)")
    forecast: tuple[tuple[str, Figure], ...] = Field((), description="day, comments expected, with a prediction interval")
    why_not: str = ""


class Trends(Record):
    """Shares over time, and which of their changes are no accident."""

    period: Literal["day", "week"] | None = Field(description="null: too few dates")
    starts: tuple[str, ...] = Field((), description="first day of each period, weeks from Monday")
    totals: tuple[int, ...] = Field((), description="dated comments in each period: the denominators")
    until: str | None = Field(None, description="last day with a comment")
    recent: int = Field(0, description="how many of the last periods count as recent")
    undated: int = Field(0, description="comments without a date, which are in none of this")
    dispersion: float = Field(1.0, description="variance of the counts ÷ that of chance alone, at least 1; the tests allow for it")
    tests: int = Field(0, description="made together")
    fdr: float = Field(0.05, description="share of false alarms among the alerts that is put up with")
    expected_false: float = Field(0.0, description="false alarms expected among the alerts at most")
    naive_false: float = Field(0.0, description="false alarms that as many single 5 % tests would give if nothing changed")
    rows: tuple[Trend, ...] = ()
    negative: Trend | None = Field(None, description="the same for negative comments as a whole")
    volume: Volume = Volume()
    why_not: str = ""

    @property
    def unfinished(self) -> bool:  # numpydoc ignore=RT01
        """Whether the comments end before the Sunday of the last week, which then counts fewer days than the others."""
        if self.period != "week" or not self.starts or self.until is None:
            return False
        return date.fromisoformat(self.starts[-1]) + timedelta(days=6) > date.fromisoformat(self.until)


class Alert(Record):
    """Something that changed, for scripts and people."""

    id: str = Field(description="of the pain point; `negative`: comments as a whole")
    label: str
    kind: Direction
    test: Literal["recent", "slope"] = Field(description="recent periods against those before, or a steady change over all")
    before: float
    recent: float
    difference: Figure
    q: float = Field(description="false-discovery rate at which it would just be an alert")
    since: str | None = Field(None, description="first day of the period with which it most likely began")
    message: str = Field(description="Chinese / English")


class Alerts(Record):
    """What `voc watch` prints."""

    schema_: Literal["voc.alerts/1"] = Field("voc.alerts/1", alias="schema")
    period: Literal["day", "week"] | None
    until: str | None = Field(description="last day of the comments")
    comments: int
    tests: int
    fdr: float
    expected_false: float
    alerts: tuple[Alert, ...]
    why_not: str = Field("", description="why nothing could be tested, if so")


class SegmentFinding(Record):
    """A pain point that is named more, or less, in one segment than elsewhere."""

    id: str
    label: str
    field: SegmentField
    segment: str
    comments: int = Field(description="of the segment that name it")
    share: Figure = Field(description="of the segment's comments, 0–1")
    elsewhere: float = Field(description="share of the other comments whose `field` is known, 0–1")
    log_odds: float = Field(description="of the two, with a prior (Monroe et al., 2008)")
    interval: Pair = Field(description="95 %, of `log_odds`")
    p: float = Field(description="Fisher's exact test, mid-p")
    q: float = Field(description="after Benjamini–Hochberg over all pain points × segments")


class Segments(Record):
    """Where which pain point stands out."""

    tests: int
    fdr: float
    expected_false: float
    findings: tuple[SegmentFinding, ...] = Field(description="those with `q` ≤ `fdr`, the surest first")
    left_out: int = Field(description="segments with too few comments")


class Contrast(Record):
    """What satisfied and dissatisfied respondents name, compared."""

    score: Literal["nps", "csat", "rating"]
    kind: Literal["touchpoint", "pain_point"] = Field(description="touchpoint: its negative mentions")
    id: str
    label: str
    high: Figure = Field(description="share of the satisfied who name it")
    low: Figure = Field(description="share of the dissatisfied who name it")
    difference: Figure = Field(description="low − high")
    q: float


class ChannelGap(Record):
    """One touchpoint in two channels."""

    touchpoint: str
    label: str
    channels: tuple[str, str]
    shares: tuple[Figure, Figure] = Field(description="negative share of the mentions in each")
    difference: Figure = Field(description="first − second")
    q: float
    differs: bool


class Consistency(Record):
    """Whether customers meet the same quality in every channel."""

    index: Figure = Field(
        description="100 − typical difference in negative share between two channels, in points; 100: all alike; n: mentions"
    )
    gaps: tuple[ChannelGap, ...] = Field(description="the widest first")
    tests: int
    why_not: str = ""


class TierRow(Record):
    """One tier of customers by recency, frequency and money."""

    tier: TierName
    label: str
    customers: int
    comments: int
    spend: float = Field(description="mean amount per customer")
    churn: Figure = Field(description="share of the tier's comments that state the intent to leave")
    pain_points: tuple[tuple[str, Figure], ...] = Field(description="id and share of the tier's comments, the most frequent first")


class Tiers(Record):
    """Customer value tiers from orders, and what each complains of."""

    rule: str
    as_of: str
    joined: float = Field(description="share of the comments whose customer has an order, 0–1")
    rows: tuple[TierRow, ...]


class BeforeAfter(Record):
    """Whether the share of a pain point changed with an action."""

    id: str
    label: str
    action_date: str
    window_days: int
    before: Figure
    after: Figure
    change: Figure = Field(description="after − before; with a control group, less the change there")
    control_before: Figure | None = None
    control_after: Figure | None = None
    detectable: float | None = Field(description="change that would be seen with probability 0.8 with so many comments; null: none would")
    verdict: Verdict
    sentence_zh: str
    sentence_en: str


class Corrected(Record):
    """A share, as the models say it and as a random audit corrects it."""

    label: str
    raw: Figure
    audited: int
    sensitivity: Figure = Field(description="share of those that truly have it which the models find")
    specificity: Figure
    rogan_gladen: Figure | None = Field(
        description="null where the audit holds too few of either kind, or the models are no better than chance in it"
    )
    prediction_powered: Figure = Field(description="the one to quote")


class AuditedShares(Record):
    """How far a random sample of reviews confirms the sentiment that the models found."""

    audited: int = Field(description="comments of the random sample that people judged")
    skipped: int = Field(description="comments of the sample that were passed over")
    reviewed: int = Field(description="comments whose sentiment was judged, for whatever reason")
    least: int = Field(description="judged comments that corrected shares need")
    corrected: tuple[Corrected, ...] = Field((), description="negative, neutral, positive")


class SubIssue(Record):
    """A narrower part of a pain point: those of its comments that use one of its words."""

    term: str
    comments: int
    quote: str = Field(description="of one of them; empty in a store, which keeps no customer's words there")


class PlanPoint(Record):
    """A pain point in the plan."""

    id: str
    label: str
    comments: int
    impact: float = Field(description="0–1")
    severity: float = Field(description="0–1")
    trend: float = Field(description="1.5 rising or new, 1 steady, 0.67 falling")
    direction: Direction | None = Field(None, description="null: steady, or not known")
    trend_from: Literal["batch", "last"] | None = Field(
        None, description="where `direction` was seen: within the batch, or against the last version of the codebook"
    )
    priority: float = Field(description="0–150: 100 × impact × severity × trend")
    owner: str | None = None
    due: str | None = None
    sub_issues: tuple[SubIssue, ...]


class PlanTouchpoint(Record):
    """Pain points of one touchpoint."""

    touchpoint: str
    label: str
    priority: float = Field(description="the greatest of its pain points")
    pain_points: tuple[PlanPoint, ...]


class PlanStage(Record):
    """Touchpoints of one stage of the journey."""

    stage: str
    label: str
    touchpoints: tuple[PlanTouchpoint, ...]


class Plan(Record):
    """The problem tree, the most urgent first."""

    formula: str
    stages: tuple[PlanStage, ...]


class StatisticsReport(Record):
    """What `voc stats` writes."""

    schema_: Literal["voc.statistics/1"] = Field("voc.statistics/1", alias="schema")
    run_id: str = Field(description="of the analysis that it goes with")
    codebook_version: int | None = None
    comments: int
    respondents: int = Field(description="rows of the tables with a comment or a score: the answers of one row are one respondent's")
    weighted: str | None = Field(None, description="column of the survey weights; satisfaction and drivers honour it")
    satisfaction: tuple[Satisfaction, ...]
    journey: tuple[JourneyPoint, ...]
    drivers: tuple[DriverModel, ...]
    trends: Trends
    alerts: tuple[Alert, ...]
    segments: Segments
    contrasts: tuple[Contrast, ...]
    consistency: Consistency
    tiers: Tiers | None = None
    before_after: tuple[BeforeAfter, ...] = ()
    corrected: tuple[Corrected, ...] = ()
    plan: Plan
    seconds: dict[str, float] = Field(default_factory=dict)
