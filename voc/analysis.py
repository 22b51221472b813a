"""From tables to pain points: what `voc analyse` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from tqdm import tqdm

import voc
from voc.attributes import describe, quality_of
from voc.classify import classifier_class
from voc.codebook.session import CodebookSession
from voc.complaints import Complaint, complaints_of
from voc.errors import TableError
from voc.grouping import Grouping
from voc.ingest import TableOptions, inspect_tables, read_all
from voc.metrics import nps, share, wilson
from voc.modelstore import model_folder, read_meta
from voc.naming import Namer
from voc.painpoints import find_pain_points
from voc.pipeline import Pipeline
from voc.records import (
    LABELS,
    Analysis,
    Annotation,
    Comment,
    InputInfo,
    JourneyCell,
    Metrics,
    Notice,
    Nps,
    Problem,
    RunInfo,
    ShareOf,
    SourceTable,
    Unassigned,
)
from voc.space import ProblemSpace, place
from voc.stability import measure_stability
from voc.taxonomy import Taxonomy
from voc.tokenise import word_tags


class Reading:
    """Comments of some tables, and what could not be read of them.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Tables, in any of the formats of `voc.ingest`.
    options : TableOptions
        What the user says about them.

    Raises
    ------
    TableError
        If one of them cannot be read as a table of comments.
    """

    def __init__(self, paths: Sequence[Path], options: TableOptions | None = None) -> None:
        self.sources = [(path, table) for path in paths for table in inspect_tables(path, options)]
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self.scores: dict[tuple[str, int], int] = {}  # of a respondent: the answers of a row share one

    @property
    def tables(self) -> tuple[SourceTable, ...]:  # numpydoc ignore=RT01
        """How each table is read."""
        return tuple(table for _, table in self.sources)

    def __iter__(self) -> Iterator[Comment]:
        """Comments as they come; problems and notices gather on the side."""
        self.problems, self.notices, self.scores = [], [], {}
        for item in read_all(self.sources):
            if item.nps is not None:
                self.scores[item.file, item.row] = item.nps
            if isinstance(item, Comment):
                yield item
            else:
                (self.notices if isinstance(item, Notice) else self.problems).append(item)


class Tally:
    """What is counted while comments are scored one by one.

    Parameters
    ----------
    taxonomy : Taxonomy
        Whose touchpoints make the journey.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.comments = self.duplicates = self.uninformative = 0
        self.sentiments: Counter[str] = Counter()
        self.mentions: Counter[str] = Counter()
        self.negative: Counter[str] = Counter()
        self.complaints: list[Complaint] = []

    def add(self, comment: Comment, annotation: Annotation) -> None:
        """Count one comment.

        Parameters
        ----------
        comment : Comment
            As read.
        annotation : Annotation
            What the pipeline found in it.
        """
        self.comments += 1
        self.duplicates += comment.duplicate_of is not None
        self.uninformative += not annotation.informative
        self.sentiments[annotation.sentiment.label] += 1
        self.mentions.update({mention.id for mention in annotation.touchpoints})
        self.negative.update({mention.id for mention in annotation.touchpoints if mention.polarity == "negative"})
        self.complaints += complaints_of(annotation)

    def metrics(self, scores: Sequence[int]) -> Metrics:
        """Figures of the whole batch.

        Parameters
        ----------
        scores : sequence of int
            0–10, of all respondents who gave one, whether they wrote something or not.

        Returns
        -------
        Metrics
            Shares are of the comments counted so far; no NPS where nobody gave a score.
        """
        sentiment = {label: _share_of(self.sentiments[label], self.comments) for label in LABELS}
        if not scores:
            return Metrics(sentiment=sentiment)
        value, interval = nps(scores)
        return Metrics(sentiment=sentiment, nps=Nps(n=len(scores), value=value, interval=interval))

    def journey(self) -> tuple[JourneyCell, ...]:
        """Each touchpoint along the customer journey.

        Returns
        -------
        tuple of JourneyCell
            In the taxonomy's order, touchpoints that nobody mentions included.
        """
        return tuple(
            JourneyCell(
                stage=touchpoint.stage,
                touchpoint=touchpoint.id,
                mentions=self.mentions[touchpoint.id],
                negative=self.negative[touchpoint.id],
                share=share(self.negative[touchpoint.id], self.mentions[touchpoint.id]),
                interval=wilson(self.negative[touchpoint.id], self.mentions[touchpoint.id]),
            )
            for touchpoint in self.taxonomy.touchpoints
        )


def analyse(
    paths: Sequence[Path],
    options: TableOptions | None = None,
    *,
    pipeline: Pipeline | None = None,
    grouping: Grouping | None = None,
    progress: bool = False,
    codebook: CodebookSession | None = None,
) -> Analysis:
    """Read tables of comments, score them, and find the pain points.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Tables; their order does not matter for the pain points.
    options : TableOptions, optional
        What the user says about them.
    pipeline : Pipeline, optional
        Taxonomy, user dictionaries and models; the default one where left out.
    grouping : Grouping, optional
        How finely pain points are told apart, how many complaints may stay outside, and the seed: the same input and seed give
        the same result, save `run`.
    progress : bool
        Show progress bars on standard error.
    codebook : CodebookSession, optional
        Gives pain points the ids and names that they have for good, and replays what people decided; its `save` is yours to call.

    Returns
    -------
    Analysis
        The ``voc.analysis/1`` record.

    Raises
    ------
    TableError
        If a file cannot be read as a table of comments, or no comment is left.
    """
    seconds: dict[str, float] = {}
    grouping = grouping or Grouping()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    run_id = uuid4().hex[:12]
    with _timed(seconds, "load"):
        reading = Reading(paths, options)
        pipeline = pipeline or Pipeline()
    with _timed(seconds, "ingest"):
        comments = list(tqdm(reading, desc="读取 / reading", unit="条", disable=not progress))
    if not comments:
        raise TableError(
            "no_comments",
            "没有可分析的评论 / no comment to analyse",
            "每一行的文本都是空的？/ is the text of every row empty?",
            file=str(paths[0].name),
        )
    tally = Tally(pipeline.taxonomy)
    with _timed(seconds, "score"):
        for comment, annotation in zip(
            comments, tqdm(pipeline.pipe(comments), "分析 / scoring", len(comments), unit="条", disable=not progress), strict=True
        ):
            tally.add(comment, annotation)
    with _timed(seconds, "pain_points"):
        meta = read_meta("pain", "linear")
        namer = Namer(pipeline.words, word_tags(pipeline.nlp), pipeline.taxonomy)
        model = classifier_class(meta.classifier).load(model_folder("pain", "linear"))
        space = ProblemSpace(model, namer.content_words, seed=grouping.seed)
        complaints = [complaint for complaint in tally.complaints if namer.says_something(complaint.normalised)]
        placed = place(complaints, space)
        points, outside = find_pain_points(placed, tally.comments, namer, grouping, progress=progress)
    if codebook:
        with _timed(seconds, "codebook"):
            points, outside = codebook.assign(
                points,
                outside,
                complaints,
                tally.comments,
                space=space,
                names_problem=namer.names_problem,
                run_id=run_id,
                at=started,
            )
    with _timed(seconds, "describe"):
        stability = measure_stability(points, placed, namer, grouping, progress=progress)
        points = [point.model_copy(update={"stability": value}) for point, value in zip(points, stability, strict=True)]
        points = describe(points, placed, comments, namer, pipeline.taxonomy)
    inside = sum(point.size for point in points)
    unassigned = Unassigned(size=outside, share=share(outside, outside + inside))
    return Analysis(
        run=RunInfo(
            id=run_id,
            started_at=started,
            voc_version=voc.__version__,
            models={**pipeline.models, "pain": meta.reference},
            codebook_version=codebook.book.version if codebook else None,
            seed=grouping.seed,
            seconds=seconds,
        ),
        input=InputInfo(
            files=reading.tables,
            rows=len(comments) + len(reading.problems),
            comments=len(comments),
            duplicates=tally.duplicates,
            uninformative=tally.uninformative,
            problems=tuple(reading.problems),
            notices=tuple(reading.notices),
        ),
        metrics=tally.metrics(list(reading.scores.values())),
        journey=tally.journey(),
        pain_points=tuple(points),
        unassigned=unassigned,
        quality=quality_of(points, unassigned, grouping.max_unassigned),
        changes=codebook.changes if codebook else (),
    )


def _share_of(count: int, n: int) -> ShareOf:
    return ShareOf(n=count, share=share(count, n), interval=wilson(count, n))


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = perf_counter()
    yield
    seconds[stage] = round(perf_counter() - start, 2)
