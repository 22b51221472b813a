"""/runs/{run_id}/pain-points/{pain_point_id}: one pain point, and what people do with it.

A pain point is addressed below a run, since its id is the codebook's: the same id has other figures in each run, and
only the codebook's last run can be edited (409 otherwise).
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, g, url_for

from voc.codebook import Codebook, Ref, dismiss, exclude, lock, merge, move, pin, rename, restore, split, the_member, unlock
from voc.codebook.find import need_known
from voc.store import Store
from voc.store.point_records import PointDetail, SplitPreview
from web.access import visible_run
from web.api.exchange import answer, read_body, read_query
from web.api.operations import Operation, operation
from web.run_records import ClauseAt, MergeRequest, MoveRequest, PointChange, SplitQuery, SplitRequest

_PATH = "/runs/<run_id>/pain-points/<pain_point_id>"
_REFUSALS = (400, 404, 409, 415, 422, 503)


def make_pain_points(api: Blueprint, store: Store) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    store : Store
        Holds runs and codebooks.
    """

    def edit(run_id: str, change: Callable[[Codebook], Codebook]) -> Codebook:
        return store.edit_codebook(run_id, change, g.identity.name)

    @operation(
        api,
        _PATH,
        Operation(
            "GET", "一个痛点：原话、趋势、历史 / A pain point: quotes, trend, history", "read", PointDetail, problems=(404, 503), etag=True
        ),
    )
    def pain_point(run_id: str, pain_point_id: str) -> Response:
        visible_run(store, run_id)
        return answer(store.pain_point(run_id, pain_point_id), etag=True)

    @operation(
        api,
        _PATH,
        Operation(
            "PATCH", "改名、锁定、忽略、钉住原话 / Rename, lock, dismiss, pin quotes", "write", PointDetail, PointChange, problems=_REFUSALS
        ),
    )
    def change_pain_point(run_id: str, pain_point_id: str) -> Response:
        visible_run(store, run_id)
        asked = read_body(PointChange)
        edit(run_id, lambda book: changed(book, pain_point_id, asked))
        return answer(store.pain_point(run_id, pain_point_id))

    @operation(
        api,
        f"{_PATH}/merge",
        Operation("POST", "并入另一个痛点 / Merge into another pain point", "write", PointDetail, MergeRequest, problems=_REFUSALS),
    )
    def merge_pain_point(run_id: str, pain_point_id: str) -> Response:
        visible_run(store, run_id)
        asked = read_body(MergeRequest)
        edit(run_id, lambda book: merge(book, pain_point_id, asked.into))
        return answer(store.pain_point(run_id, asked.into))

    @operation(
        api,
        f"{_PATH}/split",
        Operation(
            "POST",
            "按词语拆出一个痛点 / Split one off by words",
            "write",
            PointDetail,
            SplitRequest,
            status=201,
            location=True,
            problems=_REFUSALS,
        ),
    )
    def split_pain_point(run_id: str, pain_point_id: str) -> Response:
        visible_run(store, run_id)
        asked = read_body(SplitRequest)
        book = edit(run_id, lambda book: split(book, pain_point_id, asked.words, asked.label)[0])
        new = next(edit.into for edit in reversed(book.draft) if edit.kind == "split" and edit.point == pain_point_id)
        location = url_for("api.pain_point", run_id=run_id, pain_point_id=new)
        return answer(store.pain_point(run_id, new), 201, location=location)

    @operation(
        api,
        f"{_PATH}/split-preview",
        Operation(
            "GET", "拆分会怎样 / What a split would do", "read", SplitPreview, query=SplitQuery, problems=(404, 409, 422, 503), etag=True
        ),
    )
    def preview_split(run_id: str, pain_point_id: str) -> Response:
        visible_run(store, run_id)
        return answer(store.split_preview(run_id, pain_point_id, read_query(SplitQuery).words), etag=True)

    @operation(
        api,
        f"{_PATH}/move",
        Operation(
            "POST", "把一句移到别的痛点，或移出 / Move a clause elsewhere, or out", "write", PointDetail, MoveRequest, problems=_REFUSALS
        ),
    )
    def move_clause(run_id: str, pain_point_id: str) -> Response:
        visible_run(store, run_id)
        asked = read_body(MoveRequest)

        def moved(book: Codebook) -> Codebook:
            member = member_at(book, pain_point_id, asked)
            return exclude(book, [member]) if asked.to is None else move(book, [member], asked.to)

        edit(run_id, moved)
        return answer(store.pain_point(run_id, pain_point_id))


def changed(book: Codebook, point_id: str, asked: PointChange) -> Codebook:
    """Make the edits that bring a pain point to what is asked for.

    Parameters
    ----------
    book : Codebook
        Not changed.
    point_id : str
        The pain point.
    asked : PointChange
        What is so already needs no edit.

    Returns
    -------
    Codebook
        With the edits in its draft.

    Raises
    ------
    CodebookError
        If one of them is not allowed; none is made then.
    """
    point = need_known(book, point_id)
    if asked.status == "active" and point.status != "active":
        book = restore(book, point_id)
    if asked.label is not None and " ".join(asked.label.split()) != point.label:
        book = rename(book, point_id, asked.label)
    if asked.locked is not None and asked.locked != point.locked:
        book = (lock if asked.locked else unlock)(book, point_id)
    pinned = {one.member for one in point.pinned}
    for clause in asked.pin:
        if (member := member_at(book, point_id, clause)) not in pinned:
            book = pin(book, point_id, member)
            pinned.add(member)
    for clause in asked.unpin:
        if (member := member_at(book, point_id, clause)) in pinned:
            book = pin(book, point_id, member, pinned=False)
            pinned.remove(member)
    if asked.status == "dismissed" and point.status != "dismissed":
        book = dismiss(book, point_id)
    return book


def member_at(book: Codebook, point_id: str, clause: ClauseAt) -> Ref:
    """The member that a clause is.

    Parameters
    ----------
    book : Codebook
        With its last run.
    point_id : str
        The pain point that it is in.
    clause : ClauseAt
        Where it stands.

    Returns
    -------
    Ref
        As edits name it.

    Raises
    ------
    CodebookError
        If there is none, or several.
    """
    need_known(book, point_id)
    return the_member(book, clause.comment_id, (clause.start, clause.end), point_id)
