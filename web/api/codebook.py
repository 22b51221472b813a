"""/runs/{run_id}/codebook: draft, difference, versions; commit, undo, rollback."""

from __future__ import annotations

from flask import Blueprint, Response, g

from voc.codebook import Codebook, commit, diff, rollback, undo
from voc.errors import CodebookError
from voc.store import Store
from voc.store.points import history
from web.access import visible_run
from web.api.exchange import answer, read_body
from web.api.operations import Operation, operation
from web.run_records import CodebookAction, CodebookDocument, CodedPoint, PointDifference, VersionInfo

_PATH = "/runs/<run_id>/codebook"


def make_codebook(api: Blueprint, store: Store) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    store : Store
        Holds runs and codebooks.
    """

    @operation(
        api,
        _PATH,
        Operation(
            "GET",
            "痛点手册：草稿、差别、版本 / The codebook: draft, difference, versions",
            "read",
            CodebookDocument,
            problems=(404, 409, 503),
            etag=True,
        ),
    )
    def codebook(run_id: str) -> Response:
        visible_run(store, run_id)
        kept = store.codebook_of(run_id)
        return answer(document(kept.name, kept.book), etag=True)

    @operation(
        api,
        _PATH,
        Operation(
            "POST",
            "提交草稿、撤销修改、回到某一版 / Commit the draft, undo, roll back",
            "write",
            CodebookDocument,
            CodebookAction,
            problems=(400, 404, 409, 415, 422, 503),
        ),
    )
    def act(run_id: str) -> Response:
        visible_run(store, run_id)
        asked = read_body(CodebookAction)
        name = store.codebook_of(run_id, with_run=False).name
        return answer(document(name, store.edit_codebook(run_id, lambda book: done(book, asked), g.identity.name)))


def done(book: Codebook, asked: CodebookAction) -> Codebook:
    """Carry out an action.

    Parameters
    ----------
    book : Codebook
        Not changed.
    asked : CodebookAction
        The action.

    Returns
    -------
    Codebook
        Afterwards.

    Raises
    ------
    CodebookError
        If it is not possible.
    """
    if asked.action == "commit":
        return commit(book, asked.message)
    if asked.action == "undo":
        return undo(book, everything=asked.everything)[0]
    if asked.version is None:
        raise CodebookError("no_such_version", "回到哪一版？/ back to which version?", f"version: 1–{book.version}")
    return rollback(book, asked.version)


def document(name: str, book: Codebook) -> CodebookDocument:
    """A codebook as it is shown.

    Parameters
    ----------
    name : str
        What people call it.
    book : Codebook
        To be shown.

    Returns
    -------
    CodebookDocument
        With the difference between draft and last version.
    """
    difference = diff(book)
    return CodebookDocument(
        name=name,
        version=book.version,
        pain_points=tuple(
            CodedPoint(
                **point.model_dump(include={"id", "label", "touchpoint", "status", "into", "locked"}),
                comments=difference.counts.get(point.id, 0),
            )
            for point in book.pain_points
        ),
        draft=tuple(edit for edit in history(book) if edit.version is None),
        differences=tuple(
            PointDifference(
                id=next(point.id for point in (before, after) if point),
                before=before.label if before else None,
                after=after.label if after else None,
                status=after.status if after else None,
                comments_before=count,
                comments_after=count_now,
            )
            for before, after, count, count_now in difference.points
        ),
        moved=len(difference.moved),
        versions=tuple(
            VersionInfo(**version.model_dump(include={"number", "committed_at", "message", "rolled_back_to"}), edits=len(version.edits))
            for version in book.versions
        ),
    )
