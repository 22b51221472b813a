"""Edits from the list of pain points: merge, rename, lock, dismiss, restore. Each goes into the draft of the codebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import abort, g, render_template, request
from werkzeug.wrappers import Response

from voc.codebook import Codebook, dismiss, lock, merge, rename, restore, unlock
from voc.codebook.find import need_known
from voc.errors import CodebookError, ConflictError, UnknownPainPoint, VocError
from voc.store import Store
from web.access import visible_run
from web.pages.access import Page
from web.pages.codebook import status_of
from web.pages.draft import back, draft_of
from web.pages.frame import open_frame
from web.pages.preferences import local_path

FEWEST = 2  # to merge
ACTIONS: dict[str, tuple[str, Callable[[Codebook, str], Codebook]]] = {
    "lock": ("locked", lock),
    "unlock": ("unlocked", unlock),
    "dismiss": ("dismissed", dismiss),
    "restore": ("restored", restore),
}


def merge_page(store: Store, run_id: str, chosen: Sequence[str], after: str, problem: VocError | None = None) -> tuple[str, int]:
    """Ask which name several pain points shall have together.

    Parameters
    ----------
    store : Store
        Holds runs and codebooks.
    run_id : str
        The run.
    chosen : sequence of str
        Ids of pain points; those that are not shown are left out.
    after : str
        Where to go on.
    problem : VocError, optional
        Why they were not merged.

    Returns
    -------
    str
        HTML.
    int
        Status.
    """
    frame = open_frame(store, run_id)
    known = store.current(run_id).analysis.pain_points
    points = [point for point in known if point.id in chosen]
    page = render_template(
        "painpoint_edit.html",
        draft=draft_of(store, run_id),
        points=points,
        others=[(point.id, point.label) for point in known if point.id not in chosen],
        merging=True,
        into=request.form.get("into"),
        after=local_path(after) if after else frame.url("painpoints.show"),
        problem=problem,
    )
    return page, status_of(problem) if problem else 200


def make_edits(store: Store) -> Page:
    """Make the edits.

    Parameters
    ----------
    store : Store
        Holds runs and codebooks.

    Returns
    -------
    Page
        For who may write.
    """
    page = Page("edits", needs="write")

    @page.post("/runs/<run_id>/pain-points/merge")
    def merge_several(run_id: str) -> Response | tuple[str, int]:
        visible_run(store, run_id)
        chosen, into = list(dict.fromkeys(request.form.getlist("point"))), request.form.get("into", "")
        others = [point for point in chosen if point != into]

        def merged(book: Codebook) -> Codebook:
            if into not in chosen or len(chosen) < FEWEST:
                raise CodebookError(
                    "too_few_chosen",
                    "至少选两个痛点，并选定保留哪个名称 / choose two or more, and which name is kept",
                    "回到列表勾选 / tick them in the list",
                )
            for point in others:
                book = merge(book, point, into)
            return book

        try:
            store.edit_codebook(run_id, merged, g.identity.name)
        except (CodebookError, UnknownPainPoint, ConflictError) as problem:
            return merge_page(store, run_id, chosen, request.form.get("next", ""), problem)
        return back(request.form.get("next"), "merged", into=into, n=len(chosen))

    @page.post("/runs/<run_id>/pain-points/<pain_point_id>/edit")
    def edit(run_id: str, pain_point_id: str) -> Response | tuple[str, int]:
        visible_run(store, run_id)
        action = request.form.get("action", "rename")
        label = request.form.get("label", "")
        try:
            if action == "rename":
                done = "renamed"
                store.edit_codebook(run_id, lambda book: _renamed(book, pain_point_id, label, request.form.get("was")), g.identity.name)
            elif action in ACTIONS:
                done, change = ACTIONS[action]
                store.edit_codebook(run_id, lambda book: change(book, pain_point_id), g.identity.name)
            else:
                abort(400)
        except (CodebookError, ConflictError) as problem:
            return _failed(run_id, pain_point_id, problem)
        return back(request.form.get("next"), done, of=pain_point_id)

    def _failed(run_id: str, point_id: str, problem: VocError) -> tuple[str, int]:
        frame, draft = open_frame(store, run_id), draft_of(store, run_id)
        page = render_template(
            "painpoint_edit.html",
            draft=draft,
            merging=False,
            point=draft.book.by_id.get(point_id) if draft.book else None,
            renaming=request.form.get("action", "rename") == "rename",
            typed=request.form.get("label", ""),
            after=local_path(request.form["next"]) if request.form.get("next") else frame.url("painpoints.show"),
            problem=problem,
        )
        return page, status_of(problem)

    return page


def _renamed(book: Codebook, point_id: str, label: str, was: str | None) -> Codebook:
    """Rename, unless somebody else did so since the reader's page was made."""
    now = need_known(book, point_id).label
    if was is not None and was != now:
        raise ConflictError(
            "renamed_meanwhile",
            f"别人刚把它改名为「{now}」，没有保存你的修改 / somebody else has just renamed it to {now!r}; yours was not saved",
            "还要改就再保存一次 / save again if you still want to",
        )
    return rename(book, point_id, label)
