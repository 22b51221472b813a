"""Figures of those comments of a run that a filter chooses, and where quotes are from."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import Field

from voc.records import JourneyCell, Label, Nps, PainPoint, Record, ShareOf, Unassigned


class Rated(Record):
    """One score: satisfaction, effort or a rating."""

    n: int = Field(description="respondents with a score")
    share: float = Field(description="of them whose score is in `good`: top-2-box; of effort, those who found it easy")
    interval: tuple[float, float] = Field(description="95 % Wilson interval of `share`")
    mean: float
    mean_interval: tuple[float, float] | None = Field(description="95 % Student interval of `mean`; none for a single score")
    scale: tuple[float, float] = Field(description="lowest and highest score of the whole run")
    good: tuple[float, float] = Field(description="lowest and highest score that count as satisfied, or as easy")


class Part(Record):
    """What holds of some comments of a run, after reviews and edits."""

    run_id: str
    whole: bool = Field(description="all comments were asked for: the figures are those of the run")
    comments: int
    of: int = Field(description="comments of the run")
    sentiment: dict[Label, ShareOf]
    nps: Nps | None = Field(
        description="each respondent once, whether they wrote something or not; in the part by what their row says, in none by question "
        "if they wrote nothing; the same holds for the other scores"
    )
    csat: Rated | None
    ces: Rated | None
    rating: Rated | None
    journey: tuple[JourneyCell, ...] = Field(description="in the taxonomy's order, touchpoints that nobody mentions included")
    pain_points: tuple[PainPoint, ...] = Field(
        description="those with a comment in the part, the most frequent first; size, comments, share, interval and quotes are of the "
        "part, severity, stability, dates, segments and companions of the run; there is no line in words"
    )
    duplicates: int = Field(description="comments that copy an earlier one")
    uninformative: int = Field(description="comments with nothing to act on")
    unassigned: Unassigned | None = Field(description="none where it is not known: of a part")

    @property
    def average(self) -> float:  # numpydoc ignore=RT01
        """Share of negative mentions, of all touchpoints together; 0–1."""
        mentions = sum(cell.mentions for cell in self.journey)
        return sum(cell.negative for cell in self.journey) / mentions if mentions else 0.0


class Weekly(Record):
    """Comments of a part, week by week."""

    weeks: tuple[str, ...] = Field(
        description="Mondays, ISO 8601, from the first to the last without a gap; those without a date are in none"
    )
    comments: tuple[int, ...] = Field(description="of the part, each week")
    points: dict[str, tuple[int, ...]] = Field(description="pain point -> its comments each week; those without any are left out")
    until: str | None = Field(None, description="last day with a comment of the whole batch, ISO 8601")

    @property
    def unfinished(self) -> bool:  # numpydoc ignore=RT01
        """Whether the comments end before the Sunday of the last week, which then counts fewer days than the others."""
        return bool(self.weeks and self.until and date.fromisoformat(self.weeks[-1]) + timedelta(days=6) > date.fromisoformat(self.until))

    def later(self, point_id: str) -> float | None:
        """How much of a pain point is new: above 0.5 it weighs more in the later half of the weeks than in the earlier.

        Parameters
        ----------
        point_id : str
            The pain point.

        Returns
        -------
        float or None
            Its share of comments in the later half, divided by the sum of its shares in both; None where it has no dated comment.
        """
        own, middle = self.points.get(point_id, ()), len(self.weeks) // 2
        early, late = ((sum(own[half]), sum(self.comments[half])) for half in (slice(middle), slice(middle, None)))
        shares = [part / n if n else 0.0 for part, n in (early, late)]
        return shares[1] / sum(shares) if sum(shares) else None


class Source(Record):
    """A comment that is quoted."""

    key: int = Field(description="of the comment in the store")
    text: str = Field(description="whole; offsets of quotes point into it")
    created_at: str | None = None
    channel: str | None = None
    store: str | None = None
