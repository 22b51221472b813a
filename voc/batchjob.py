"""The analysis of an upload in steps that another worker can go on from, and of a stored run once more.

Whatever the number of interruptions, the result is that of `voc.analysis.analyse` on the same tables, save `run`: scored chunks are
checkpoints, everything behind them is done in one go, and a run is saved in the transaction that marks its job as done.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

import voc
from voc.analysis import Keeper, Material, conclude, read, timed
from voc.errors import TableError
from voc.grouping import Grouping
from voc.hold import Hold
from voc.jobsettings import JobSettings, open_reading
from voc.pipeline import Pipeline
from voc.records import Annotation, Comment
from voc.statistics import Wishes, report
from voc.store import ClaimedJob, Store, StoreCodebookSession
from voc.tally import Tally, nps_of
from voc.workfolder import Checkpoints, remove

CHUNK = 500  # comments between two checkpoints


class KeptCodebook(Keeper, Protocol):
    """A codebook of the store."""

    def write(self, connection: Connection) -> None:  # numpydoc ignore=PR01
        """Save it with the run, in the same transaction; `CodebookError` if somebody else changed it meanwhile."""


def codebook_of(store: Store, name: str | None) -> KeptCodebook | None:
    """The codebook that a job keeps to; the one place where they are opened.

    Parameters
    ----------
    store : Store
        Holds them.
    name : str or None
        Its name.

    Returns
    -------
    KeptCodebook or None
        None: ids and names hold for the run alone.
    """
    return StoreCodebookSession(store, name) if name else None


def carry_out(store: Store, job: ClaimedJob, pipeline: Pipeline, root: Path, hold: Hold) -> None:
    """Do a job, from where an earlier worker left it.

    A re-run works from the stored comments and scores, which are redacted: `input` (but for what was erased since) is that of the
    earlier run, and so are the `redactions` of each comment. What differs from an analysis of the raw tables: segments of a pain point
    show shops, products and the like as they are stored, with placeholders where they held personal data.

    Parameters
    ----------
    store : Store
        Gets the run.
    job : ClaimedJob
        That the worker holds.
    pipeline : Pipeline
        Of the quality and taxonomy that the job's settings name.
    root : pathlib.Path
        The work folder.
    hold : Hold
        Told how far it is.

    Raises
    ------
    JobStopped
        If the job should not go on; what is done of it stays.
    VocError
        If it cannot be done.
    """
    settings = JobSettings.model_validate(job.settings)
    folder = root / job.folder
    hold.enter("read")
    if settings.from_run:
        folder.mkdir(mode=0o700, exist_ok=True)
    seconds: dict[str, float] = {}  # of this attempt
    with timed(seconds, "ingest"):
        if settings.from_run:
            material, redactions = _stored(store, settings.from_run)
        else:
            material, redactions = read(open_reading(folder, settings)), {}
    chunks = [material.comments[at : at + CHUNK] for at in range(0, len(material.comments), CHUNK)]
    checkpoints = Checkpoints(folder, _made_by(pipeline, settings))
    with timed(seconds, "score"):
        _score(chunks, pipeline, checkpoints, hold)

    def annotations() -> Iterator[Annotation]:
        return _with_redactions(checkpoints.annotations(len(chunks)), redactions)

    tally = Tally(pipeline.taxonomy)
    for annotation in annotations():
        tally.add(annotation)
    keeper = codebook_of(store, settings.codebook)
    analysis = conclude(
        material,
        tally,
        pipeline,
        Grouping(settings.detail, settings.max_unassigned, settings.seed),
        run_id=job.run_id,
        started_at=job.started_at or job.created_at,
        seconds=seconds,
        codebook=keeper,
        entered=hold.enter,
    )
    statistics = report(material.comments, annotations(), analysis, taxonomy=pipeline.taxonomy, wishes=Wishes(seed=settings.seed))
    hold.enter("save")
    store.finish_job(
        job,
        material.comments,
        annotations(),
        analysis,
        settings.of_run(),
        (lambda connection, _: keeper.write(connection)) if keeper else None,
        statistics=statistics,
    )
    remove(folder)


def _score(chunks: Sequence[Sequence[Comment]], pipeline: Pipeline, checkpoints: Checkpoints, hold: Hold) -> None:
    ids = [[comment.id for comment in chunk] for chunk in chunks]
    missing = [number for number in range(len(chunks)) if checkpoints.load(number, ids[number]) is None]
    total = sum(map(len, chunks))
    done = total - sum(len(chunks[number]) for number in missing)
    hold.enter("score", done, total)
    for number in missing:
        checkpoints.save(number, list(pipeline.pipe(chunks[number])))
        done += len(chunks[number])
        hold.progress(done)


def _made_by(pipeline: Pipeline, settings: JobSettings) -> str:
    """Digest of all that annotations depend on beside the comments."""
    asked = settings.model_dump(mode="json", exclude={"tables", "detail", "max_unassigned", "codebook"})
    made = [voc.__version__, CHUNK, pipeline.models, pipeline.taxonomy.model_dump(mode="json"), pipeline.context, asked]
    return sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


def _stored(store: Store, run_id: str) -> tuple[Material, dict[str, dict[str, int]]]:
    """Comments of an earlier run, redacted as they are stored, and what was masked in each."""
    earlier = store.run(run_id).analysis
    comments: list[Comment] = []
    redactions: dict[str, dict[str, int]] = {}
    cursor: str | None = None
    while True:
        page = store.comments(run_id, cursor=cursor, limit=1000)
        comments += [item.comment for item in page.comments]
        redactions |= {item.annotation.id: item.annotation.redactions for item in page.comments if item.annotation.redactions}
        cursor = page.next
        if cursor is None:
            break
    if not comments:
        raise TableError("no_comments", "没有可分析的评论 / no comment to analyse", "都已删除 / all of them were erased")
    answers = store.wordless(store.upload_of(run_id).id)
    problems = tuple(one.model_copy(update={"answer": answers.pop((one.file, one.row), None)}) for one in earlier.input.problems)
    source = earlier.input.model_copy(
        update={
            "problems": problems,
            "comments": len(comments),
            "rows": len(comments) + len(problems),
            "duplicates": sum(comment.duplicate_of is not None for comment in comments),
        }
    )
    return Material(comments, source, nps_of(comments, problems)), redactions


def _with_redactions(annotations: Iterable[Annotation], redactions: dict[str, dict[str, int]]) -> Iterator[Annotation]:
    for annotation in annotations:
        earlier = redactions.get(annotation.id)
        counted = dict(Counter(earlier) + Counter(annotation.redactions)) if earlier else annotation.redactions
        yield annotation.model_copy(update={"redactions": counted}) if earlier else annotation
