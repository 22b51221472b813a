"""Puts uploads and runs into the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from voc.errors import RecordNotFound, StoreError
from voc.records import Analysis, Annotation, Comment, PainPoint
from voc.redact import redact_comment
from voc.store.records import StoredUpload
from voc.store.search import Indexed, add_to_index, fold
from voc.store.statistics import written
from voc.store.tables import AnnotationRow, CommentRow, IntentRow, MembershipRow, MentionRow, PainPointRow, ProblemRow, RunRow, UploadRow
from voc.store.wordless import kept

if TYPE_CHECKING:
    from voc.statistics import StatisticsReport

_CHUNK = 500  # below what SQLite takes as values of one statement
Pair = tuple[Comment, Annotation]


def now() -> str:
    """The time as the store writes it.

    Returns
    -------
    str
        ISO 8601, UTC, to the second.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def shuffled(key: int) -> int:
    """Place of a comment in a random order that is always the same: multiplicative hashing (Knuth, TAOCP 3, 6.4).

    Parameters
    ----------
    key : int
        Number of the comment in the store.

    Returns
    -------
    int
        0 … 2**32 − 1.
    """
    return key * 2654435761 % 2**32


def add_upload(connection: Connection, name: str, user_id: int | None = None, *, private: bool = False) -> StoredUpload:
    """Note that tables came.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    name : str
        What people call it; a file name, say.
    user_id : int, optional
        Who sent them.
    private : bool
        Whether only that user and administrators may see it.

    Returns
    -------
    StoredUpload
        With its number.
    """
    values = {"name": name, "created_at": now(), "user_id": user_id, "private": private}
    number = connection.execute(insert(UploadRow).values(values).returning(UploadRow.id)).scalar_one()
    return StoredUpload(id=number, **values)


def save_run(
    connection: Connection,
    upload_id: int,
    comments: Iterable[Comment],
    annotations: Iterable[Annotation],
    analysis: Analysis,
    settings: Mapping[str, Any],
    statistics: StatisticsReport | None = None,
) -> None:
    """Add a run, and its comments where the upload does not have them yet; nothing that is there changes.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    upload_id : int
        The upload that was analysed.
    comments : iterable of Comment
        As read; they are redacted here.
    annotations : iterable of Annotation
        One per comment, in the same order.
    analysis : Analysis
        What came of them.
    settings : mapping of str to JSON values
        What the run was asked for.
    statistics : StatisticsReport, optional
        Of the same run.

    Raises
    ------
    RecordNotFound
        If there is no such upload.
    StoreError
        If the run is in the store already, or annotations and pain points are of other comments.
    """
    if connection.execute(select(UploadRow.id).where(UploadRow.id == upload_id)).first() is None:
        raise RecordNotFound("unknown_upload", f"没有这次上传 / no such upload: {upload_id}")
    if connection.execute(select(RunRow.id).where(RunRow.id == analysis.run.id)).first():
        raise StoreError("run_exists", f"这次分析已在库中 / the run is in the store already: {analysis.run.id!r}")
    first = connection.execute(select(CommentRow.id).where(CommentRow.upload_id == upload_id).limit(1)).first() is None
    connection.execute(insert(RunRow).values(_run(upload_id, analysis, settings, statistics)))
    if first and (problems := _problems(upload_id, analysis)):
        connection.execute(insert(ProblemRow), problems)
    keys: dict[str, int] = {}
    for chunk in _chunks(comments, annotations):
        keys |= (here := _add_comments(connection, upload_id, chunk))
        _add_annotations(connection, analysis.run.id, [annotation for _, annotation in chunk], here)
    for place, point in enumerate(analysis.pain_points):
        _add_pain_point(connection, analysis.run.id, place, point, keys)


def _chunks(comments: Iterable[Comment], annotations: Iterable[Annotation]) -> Iterator[Sequence[Pair]]:
    try:
        both = zip(comments, annotations, strict=True)
        while chunk := list(islice(both, _CHUNK)):
            if any(comment.id != annotation.id for comment, annotation in chunk):
                raise _mismatch()
            yield chunk
    except ValueError as error:
        raise _mismatch() from error


def _mismatch() -> StoreError:
    return StoreError(
        "other_comments", "评论与分析结果对不上 / the results are of other comments", "每条评论一个结果 / one for each, in order"
    )


def _run(upload_id: int, analysis: Analysis, settings: Mapping[str, Any], statistics: StatisticsReport | None) -> dict[str, Any]:
    bare = analysis.model_copy(update={"pain_points": tuple(_without_members(point) for point in analysis.pain_points)})
    return {
        **analysis.run.model_dump(include={"id", "started_at", "voc_version", "seed", "codebook_version"}),
        "upload_id": upload_id,
        "state": "done",
        "settings": json.dumps(settings, ensure_ascii=False),
        "models": json.dumps(analysis.run.models, ensure_ascii=False),
        "analysis": bare.model_dump_json(),
        "statistics": written(statistics) if statistics else None,
    }


def _without_members(point: PainPoint) -> PainPoint:
    return point.model_copy(update={"members": ()})


def _problems(upload_id: int, analysis: Analysis) -> list[dict[str, Any]]:
    kinds = (("problem", analysis.input.problems), ("notice", analysis.input.notices))
    return [
        {"upload_id": upload_id, "kind": kind, **problem.model_dump(), "answer": kept(problem.answer) if problem.answer else None}
        for kind, problems in kinds
        for problem in problems
    ]


def _add_comments(connection: Connection, upload_id: int, chunk: Sequence[Pair]) -> dict[str, int]:
    known = _keys(connection, upload_id, chunk)
    rows = [_comment(upload_id, comment, annotation) for comment, annotation in chunk if comment.id not in known]
    if rows:
        connection.execute(insert(CommentRow), rows)
        given = _keys(connection, upload_id, chunk)
        add_to_index(connection, [Indexed(given[row["comment_id"]], row["search_text"]) for row in rows])
        return given
    return known


def _keys(connection: Connection, upload_id: int, chunk: Sequence[Pair]) -> dict[str, int]:
    found = select(CommentRow.comment_id, CommentRow.id).where(CommentRow.upload_id == upload_id)
    wanted = found.where(CommentRow.comment_id.in_([comment.id for comment, _ in chunk]))
    return {row.comment_id: row.id for row in connection.execute(wanted)}


def _comment(upload_id: int, comment: Comment, annotation: Annotation) -> dict[str, Any]:
    safe = redact_comment(comment.model_copy(update={"text": ""}))  # the annotation has its text redacted
    return {
        **safe.model_dump(exclude={"id", "extra"}),
        "upload_id": upload_id,
        "comment_id": comment.id,
        "text": annotation.text,
        "search_text": fold(annotation.normalised),
        "extra": json.dumps(safe.extra, ensure_ascii=False),
    }


def _add_annotations(connection: Connection, run_id: str, annotations: Sequence[Annotation], keys: Mapping[str, int]) -> None:
    connection.execute(insert(AnnotationRow), [_annotation(run_id, keys[annotation.id], annotation) for annotation in annotations])
    mentions = {
        (mention.id, keys[annotation.id], span.start, span.end): mention.polarity
        for annotation in annotations
        for mention in annotation.touchpoints
        for span in mention.spans
    }
    intents = sorted({(intent.id, keys[annotation.id]) for annotation in annotations for intent in annotation.intents})
    if intents:
        connection.execute(insert(IntentRow), [{"run_id": run_id, "intent": intent, "comment_id": key} for intent, key in intents])
    if mentions:
        names = ("touchpoint", "comment_id", "start", "end")
        rows = [{"run_id": run_id, "polarity": said, **dict(zip(names, place, strict=True))} for place, said in mentions.items()]
        connection.execute(insert(MentionRow), rows)


def _annotation(run_id: str, key: int, annotation: Annotation) -> dict[str, Any]:
    sentiment = annotation.sentiment
    return {
        "run_id": run_id,
        "comment_id": key,
        "label": sentiment.label,
        "score": sentiment.score,
        "intensity": sentiment.probabilities["positive"] - sentiment.probabilities["negative"],
        "mixed": sentiment.mixed,
        "informative": annotation.informative,
        "shuffled": shuffled(key),
        "record": annotation.model_dump_json(),
    }


def _add_pain_point(connection: Connection, run_id: str, place: int, point: PainPoint, keys: Mapping[str, int]) -> None:
    if any(member.comment_id not in keys for member in point.members):
        raise _mismatch()
    counted = point.model_dump(include={"id", "label", "touchpoint", "size", "comments"})
    record = _without_members(point).model_dump_json()
    connection.execute(insert(PainPointRow).values(run_id=run_id, place=place, record=record, **counted))
    places = {(keys[member.comment_id], member.start, member.end) for member in point.members}
    rows = [
        {"run_id": run_id, "pain_point_id": point.id, "comment_id": key, "start": start, "end": end} for key, start, end in sorted(places)
    ]
    if rows:
        connection.execute(insert(MembershipRow), rows)
