"""/runs/{run_id}/codebook: what the draft changes, and the versions before it; undo, discard, commit, roll back."""

from __future__ import annotations

from collections.abc import Callable

from flask import g, render_template, request
from werkzeug.wrappers import Response

from voc.codebook import Codebook, commit, rollback, undo
from voc.codebook.records import AnyEdit, Version
from voc.errors import CodebookError, ConflictError, VocError
from voc.store import Store
from web.access import visible_run
from web.errors import STATUSES
from web.pages.access import Page
from web.pages.draft import back, document_of, draft_of, need_seen
from web.pages.frame import open_frame

_LONGEST = 200  # characters of a message


def codebook_page(store: Store, run_id: str, problem: VocError | None = None) -> tuple[str, int]:
    """Write the page.

    Parameters
    ----------
    store : Store
        Holds runs and codebooks.
    run_id : str
        The run.
    problem : VocError, optional
        Why what was asked for was not done; what was typed is kept.

    Returns
    -------
    str
        HTML.
    int
        Status.
    """
    frame = open_frame(store, run_id)
    draft = draft_of(store, run_id)
    book = draft.book
    page = render_template(
        "codebook.html",
        draft=draft,
        document=document_of(store, store.codebook_of(run_id)) if book else None,
        versions=[(version, _who(version)) for version in reversed(book.versions)] if book else [],
        problem=problem,
        typed_message=request.form.get("message", ""),
        page_address=frame.url("painpoints.codebook") if request.method == "POST" else None,
    )
    return page, status_of(problem) if problem else 200


def status_of(problem: VocError) -> int:
    """Status of a page that shows a problem.

    Parameters
    ----------
    problem : VocError
        What went wrong.

    Returns
    -------
    int
        As the API says it.
    """
    return next((status for kind, status in STATUSES.items() if isinstance(problem, kind)), 422)


def make_draft(store: Store) -> Page:
    """Make the actions on a draft.

    Parameters
    ----------
    store : Store
        Holds runs and codebooks.

    Returns
    -------
    Page
        For who may write.
    """
    page = Page("draft", needs="write")

    def act(run_id: str, change: Callable[[Codebook], Codebook]) -> VocError | None:
        """Change the draft that the reader has seen, or say why not."""
        visible_run(store, run_id)
        seen = request.form.get("seen", "")

        def seen_and_changed(book: Codebook) -> Codebook:
            need_seen(book, seen)
            return change(book)

        try:
            store.edit_codebook(run_id, seen_and_changed, g.identity.name)
        except (CodebookError, ConflictError) as problem:
            return problem
        return None

    def undone(run_id: str, *, everything: bool) -> tuple[VocError | None, tuple[AnyEdit, ...]]:
        taken: list[AnyEdit] = []

        def change(book: Codebook) -> Codebook:
            after, taken[:] = undo(book, everything=everything)
            return after

        return act(run_id, change), tuple(taken)

    @page.post("/runs/<run_id>/codebook/undo")
    def undo_last(run_id: str) -> Response | tuple[str, int]:
        problem, taken = undone(run_id, everything=False)
        if problem:
            return codebook_page(store, run_id, problem)
        of, into = (getattr(taken[0], name, None) for name in ("point", "into"))
        return back(request.form.get("next"), "undone", kind=taken[0].kind, of=of, into=into)

    @page.post("/runs/<run_id>/codebook/discard")
    def discard_all(run_id: str) -> Response | tuple[str, int]:
        problem, taken = undone(run_id, everything=True)
        return codebook_page(store, run_id, problem) if problem else back(request.form.get("next"), "discarded", n=len(taken))

    @page.post("/runs/<run_id>/codebook/commit")
    def commit_all(run_id: str) -> Response | tuple[str, int]:
        message = " ".join(request.form.get("message", "").split())[:_LONGEST]
        if problem := act(run_id, lambda book: commit(book, message)):
            return codebook_page(store, run_id, problem)
        return back(request.form.get("next"), "committed", n=store.codebook_of(run_id, with_run=False).book.version)

    @page.post("/runs/<run_id>/codebook/rollback")
    def roll_back(run_id: str) -> Response | tuple[str, int]:
        number = request.form.get("version", "")
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
        if problem := act(run_id, lambda book: rollback(book, wanted)):
            return codebook_page(store, run_id, problem)
        return back(request.form.get("next"), "rolled_back", n=wanted)

    return page


def _who(version: Version) -> list[str]:
    """Whose edits a version holds."""
    return list(dict.fromkeys(edit.by for edit in version.edits if edit.by))
