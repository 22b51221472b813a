"""POST /runs/<run_id>/pain-points/<pain_point_id>: what people change of a pain point; each edit goes into the codebook's draft."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from voc.codebook import Codebook, exclude, move, split, undo
from voc.codebook.records import AnyEdit
from voc.errors import CodebookError, ConflictError, StoreError
from voc.store import Store
from web.api.exchange import check_fields
from web.api.pain_points import changed, member_at
from web.errors import ApiError
from web.pages.access import Page
from web.pages.case_forms import case_change
from web.pages.draft import mark_of, need_seen
from web.pages.frame import Frame, open_frame
from web.pages.point import point_page, split_page, split_words
from web.pages.refused import refused, status_of
from web.run_records import ClauseAt, PointChange, SplitQuery

Change = Callable[[Codebook], Codebook]
# What a button asks for → what the pain point is to be, and what is said then.
STATES = {
    "lock": ({"locked": "true"}, "locked"),
    "unlock": ({"locked": "false"}, "unlocked"),
    "dismiss": ({"status": "dismissed"}, "dismissed"),
    "restore": ({"status": "active"}, "restored"),
}


class Done(NamedTuple):
    """What was done.

    Parameters
    ----------
    what : str
        One of `web.pages.draft.DONE`.
    book : Codebook
        As it is then.
    edits : int
        How many that made in its draft.
    """

    what: str
    book: Codebook
    edits: int


def make_point_edits(store: Store) -> Page:
    """Make the addresses that forms are sent to.

    Parameters
    ----------
    store : Store
        Holds runs, codebooks and cases.

    Returns
    -------
    Page
        For who may write.
    """
    page = Page("point_edit", needs="write")

    def edit(run_id: str, what: str, change: Change) -> Done:
        before: list[int] = []

        def noted(book: Codebook) -> Codebook:
            before.append(len(book.draft))
            return change(book)

        book = store.edit_codebook(run_id, noted, g.identity.name)
        return Done(what, book, len(book.draft) - before[-1])

    def asked(run_id: str, point_id: str) -> Done:
        form = request.form
        if (wanted := STATES.get(form.get("do", ""))) is not None:
            return edit(run_id, wanted[1], partial(_changed, point_id, check_fields(PointChange, {k: [v] for k, v in wanted[0].items()})))
        if form.get("do") == "rename":
            label = check_fields(PointChange, {"label": [form.get("label", "").strip()]})
            return edit(run_id, "renamed", partial(_changed, point_id, label))
        for kind in ("pin", "unpin"):
            if clause := form.get(kind):
                return edit(run_id, f"{kind}ned", partial(_changed, point_id, PointChange(**{kind: [clause_at(clause)]})))
        clauses, to = [clause_at(one) for one in form.getlist("clause")], form.get("to", "")
        return edit(run_id, "moved" if to else "excluded", partial(moved, point_id, clauses, to))

    def open_case(frame: Frame, point_id: str) -> Response:
        made = store.open_case(frame.run_id, point_id, case_change(request.form), g.identity.name)
        return redirect(url_for("cases.case", case_id=made.case.id), 303)

    @page.post("/runs/<run_id>/pain-points/<pain_point_id>")
    def change(run_id: str, pain_point_id: str) -> Response | tuple[str, int]:
        frame = open_frame(store, run_id)
        try:
            if request.form.get("do") == "open_case":
                return open_case(frame, pain_point_id)
            if request.form.get("do") == "undo":
                return undone(store, frame, pain_point_id)
            return went(frame, pain_point_id, asked(run_id, pain_point_id))
        except (CodebookError, ConflictError, StoreError, ApiError) as error:
            return point_page(store, frame, pain_point_id, refused(error)), status_of(error)

    @page.post("/runs/<run_id>/pain-points/<pain_point_id>/split")
    def split_off(run_id: str, pain_point_id: str) -> Response | tuple[str, int]:
        frame, form = open_frame(store, run_id), request.form
        try:
            words = check_fields(SplitQuery, {"words": split_words(form.get("words", ""))}).words
            label = check_fields(PointChange, {"label": [form.get("label", "").strip()]}).label or ""
            done = edit(run_id, "split", lambda book: split(book, pain_point_id, words, label)[0])
        except (CodebookError, ConflictError, ApiError) as error:
            return split_page(store, frame, pain_point_id, form.get("words", ""), refused(error)), status_of(error)
        new = next(one.into for one in reversed(done.book.draft) if one.kind == "split" and one.point == pain_point_id)
        return went(frame, new, done)

    return page


def _changed(point_id: str, asked: PointChange, book: Codebook) -> Codebook:
    return changed(book, point_id, asked)


def moved(point_id: str, clauses: list[ClauseAt], to: str, book: Codebook) -> Codebook:
    """Put clauses elsewhere.

    Parameters
    ----------
    point_id : str
        Where they are.
    clauses : list of ClauseAt
        At least one.
    to : str
        Id of another pain point; empty: into none.
    book : Codebook
        Not changed.

    Returns
    -------
    Codebook
        With an edit for each.

    Raises
    ------
    CodebookError
        If none is named, or one is not there.
    """
    if not clauses:
        raise CodebookError("no_clause", "还没有选句子 / no clause is chosen")
    members = list(dict.fromkeys(member_at(book, point_id, clause) for clause in clauses))
    return move(book, members, to) if to else exclude(book, members)


def clause_at(name: str) -> ClauseAt:
    """A clause by what forms call it.

    Parameters
    ----------
    name : str
        Start, end and the comment's id, joined by dashes.

    Returns
    -------
    ClauseAt
        Where it stands.

    Raises
    ------
    ApiError
        422 where it is none.

    Examples
    --------
    >>> clause_at("0-5-57#1")
    ClauseAt(comment_id='57#1', start=0, end=5)
    """
    start, _, rest = name.partition("-")
    end, _, comment_id = rest.partition("-")
    return check_fields(ClauseAt, {"comment_id": [comment_id], "start": [start], "end": [end]})


def undone(store: Store, frame: Frame, point_id: str) -> Response:
    """Take back what was just done.

    Parameters
    ----------
    store : Store
        Holds the codebook.
    frame : Frame
        Of the run.
    point_id : str
        Pain point on whose page it is asked for.

    Returns
    -------
    werkzeug.wrappers.Response
        To that page, or to the pain point that it was split from.

    Raises
    ------
    ConflictError
        If the draft is not what it was when that was done.
    """
    form = request.form
    edits = int(form.get("edits", "")) if form.get("edits", "").isdecimal() else 0

    def back(book: Codebook) -> Codebook:
        need_seen(book, form.get("draft", ""))
        taken.clear()
        for _ in range(max(edits, 1)):
            book, last = undo(book)
            taken.extend(last)
        return book

    taken: list[AnyEdit] = []
    store.edit_codebook(frame.run_id, back, g.identity.name)
    origins = [edit.point for edit in taken if edit.kind == "split" and edit.into == point_id]
    of, into = (getattr(taken[0], name, None) for name in ("point", "into"))
    told = {"done": "undone", "done_kind": taken[0].kind, "done_of": of, "done_into": into}
    return redirect(frame.url("point.show", pain_point_id=[point_id, *origins][-1], **told), 303)


def went(frame: Frame, point_id: str, done: Done) -> Response:
    """Go to a pain point and say what was done.

    Parameters
    ----------
    frame : Frame
        Of the run.
    point_id : str
        The pain point.
    done : Done
        Nothing is said where it made no edit.

    Returns
    -------
    werkzeug.wrappers.Response
        To its page.
    """
    last = done.book.draft[-1] if done.edits else None
    of, into = (getattr(last, name, None) for name in ("point", "into"))
    told = {"done": done.what, "done_of": of, "done_into": into, "edits": done.edits, "draft": mark_of(done.book)} if last else {}
    return redirect(frame.url("point.show", pain_point_id=point_id, **told), 303)
