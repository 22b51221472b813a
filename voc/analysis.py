"""From tables to pain points: what `voc analyse` does, and the part of it that a job of the service does too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Protocol
from uuid import uuid4

from tqdm import tqdm

import voc
from voc.attributes import describe, quality_of
from voc.classify import classifier_class
from voc.codebook.records import Codebook
from voc.complaints import Complaint, unassigned_of
from voc.errors import TableError
from voc.grouping import Grouping
from voc.ingest import TableOptions
from voc.modelstore import model_folder, read_meta
from voc.naming import Namer
from voc.painpoints import find_pain_points
from voc.pipeline import Pipeline
from voc.reading import Reading
from voc.records import Analysis, Annotation, Change, Comment, InputInfo, Nps, PainPoint, RunInfo
from voc.space import ProblemSpace, place
from voc.stability import measure_stability
from voc.tally import Tally, nps_of
from voc.tokenise import word_tags


class Keeper(Protocol):
    """Keeps ids and names of pain points from run to run; `voc.codebook.session.CodebookSession` does, with a file."""

    book: Codebook

    def assign(
        self,
        points: Sequence[PainPoint],
        outside: Sequence[Complaint],
        complaints: Sequence[Complaint],
        comments: int,
        *,
        space: ProblemSpace,
        names_problem: Callable[[str], bool],
        run_id: str,
        at: str,
    ) -> tuple[list[PainPoint], list[Complaint]]:  # numpydoc ignore=PR01,RT01
        """Give pain points their ids and labels for good."""

    @property
    def changes(self) -> tuple[Change, ...]:  # numpydoc ignore=RT01
        """Against the last version."""


@dataclass(frozen=True)
class Material:
    """What was read.

    Parameters
    ----------
    comments : sequence of Comment
        All of them.
    input : InputInfo
        Where they are from; `uninformative` is counted later.
    nps : Nps or None
        Of all respondents.
    """

    comments: Sequence[Comment]
    input: InputInfo
    nps: Nps | None


def analyse(
    paths: Sequence[Path],
    options: TableOptions | None = None,
    *,
    pipeline: Pipeline | None = None,
    grouping: Grouping | None = None,
    progress: bool = False,
    codebook: Keeper | None = None,
    on_scored: Callable[[Comment, Annotation], None] | None = None,
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
    codebook : Keeper, optional
        Gives pain points the ids and names that they have for good, and replays what people decided; its `save` is yours to call.
    on_scored : callable, optional
        Told of each comment and what was found in it, in order: for statistics that need both, without keeping all annotations.

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
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with timed(seconds, "load"):
        reading = Reading(paths, options)
        pipeline = pipeline or Pipeline()
    with timed(seconds, "ingest"):
        material = read(reading, progress=progress)
    tally = Tally(pipeline.taxonomy)
    with timed(seconds, "score"):
        comments = material.comments
        scored = tqdm(pipeline.pipe(comments), "分析 / scoring", len(comments), unit="条", disable=not progress)
        for comment, annotation in zip(comments, scored, strict=True):
            tally.add(annotation)
            if on_scored:
                on_scored(comment, annotation)
    return conclude(
        material,
        tally,
        pipeline,
        grouping or Grouping(),
        run_id=uuid4().hex[:12],
        started_at=started,
        seconds=seconds,
        codebook=codebook,
        progress=progress,
    )


def read(reading: Reading, *, progress: bool = False) -> Material:
    """Read all comments.

    Parameters
    ----------
    reading : Reading
        Tables, looked at.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    Material
        At least one comment.

    Raises
    ------
    TableError
        If there is none, or a file proves to be damaged.
    """
    comments = list(tqdm(reading, desc="读取 / reading", unit="条", disable=not progress))
    if not comments:
        raise TableError(
            "no_comments",
            "没有可分析的评论 / no comment to analyse",
            "每一行的文本都是空的？/ is the text of every row empty?",
            file=reading.tables[0].name,
        )
    source = InputInfo(
        files=reading.tables,
        rows=len(comments) + len(reading.problems),
        comments=len(comments),
        duplicates=sum(comment.duplicate_of is not None for comment in comments),
        uninformative=0,
        problems=tuple(reading.problems),
        notices=tuple(reading.notices),
    )
    return Material(comments, source, nps_of(comments, reading.problems))


def conclude(
    material: Material,
    tally: Tally,
    pipeline: Pipeline,
    grouping: Grouping,
    *,
    run_id: str,
    started_at: str,
    seconds: dict[str, float],
    codebook: Keeper | None = None,
    progress: bool = False,
    entered: Callable[[str], None] = lambda _stage: None,
) -> Analysis:
    """Find the pain points of scored comments, and put all together.

    Parameters
    ----------
    material : Material
        What was read.
    tally : Tally
        What was counted while all of it was scored.
    pipeline : Pipeline
        That scored it.
    grouping : Grouping
        How finely pain points are told apart.
    run_id, started_at : str
        Of the run.
    seconds : dict of str to float
        That the stages so far took; those of here are added.
    codebook : Keeper, optional
        Gives pain points the ids and names that they have for good.
    progress : bool
        Show progress bars on standard error.
    entered : callable
        Told the name of each stage before it begins; may raise to end it there.

    Returns
    -------
    Analysis
        The ``voc.analysis/1`` record.
    """
    entered("pain_points")
    with timed(seconds, "pain_points"):
        meta = read_meta("pain", "linear")
        namer = Namer(pipeline.words, word_tags(pipeline.nlp), pipeline.taxonomy)
        model = classifier_class(meta.classifier).load(model_folder("pain", "linear"))
        space = ProblemSpace(model, namer.content_words, seed=grouping.seed)
        complaints = [complaint for complaint in tally.complaints if namer.says_something(complaint.normalised)]
        placed = place(complaints, space)
        points, outside = find_pain_points(placed, tally.comments, namer, grouping, progress=progress)
    if codebook:
        entered("codebook")
        with timed(seconds, "codebook"):
            points, outside = codebook.assign(
                points,
                outside,
                complaints,
                tally.comments,
                space=space,
                names_problem=namer.names_problem,
                run_id=run_id,
                at=started_at,
            )
    entered("describe")
    with timed(seconds, "describe"):
        stability = measure_stability(points, placed, namer, grouping, progress=progress)
        points = [point.model_copy(update={"stability": value}) for point, value in zip(points, stability, strict=True)]
        points = describe(points, placed, material.comments, namer, pipeline.taxonomy)
    inside = sum(point.size for point in points)
    unassigned = unassigned_of(outside, inside)
    return Analysis(
        run=RunInfo(
            id=run_id,
            started_at=started_at,
            voc_version=voc.__version__,
            models={**pipeline.models, "pain": meta.reference},
            codebook_version=codebook.book.version if codebook else None,
            seed=grouping.seed,
            seconds=seconds,
        ),
        input=material.input.model_copy(update={"uninformative": tally.uninformative}),
        metrics=tally.metrics(material.nps),
        journey=tally.journey(),
        pain_points=tuple(points),
        unassigned=unassigned,
        quality=quality_of(points, unassigned, grouping.max_unassigned),
        changes=codebook.changes if codebook else (),
    )


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Note how long a stage takes.

    Parameters
    ----------
    seconds : dict of str to float
        Gets it, to the hundredth.
    stage : str
        Its name.

    Yields
    ------
    None
        To the stage.
    """
    start = perf_counter()
    yield
    seconds[stage] = round(perf_counter() - start, 2)
