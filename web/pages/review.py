"""GET and POST /runs/{run_id}/review: one comment at a time, for people to say what holds of it."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response, g, redirect, render_template, request
from pydantic import Field
from werkzeug.wrappers import Response as Answer

from voc.records import Record
from voc.store import Store
from voc.store.records import CommentFilter, CommentPage, StoredComment
from voc.store.reviews import modelled
from web.api.exchange import check_fields
from web.pages.access import Page, may
from web.pages.frame import Frame, open_frame
from web.pages.judging import decide, groups_of
from web.pages.remarks import about, pieces_of, said_by_models

QUEUES = ("uncertain", "random", "pain_point", "search", "second")
END = "end"  # in the place of a cursor: behind the last comment
COUNTED = 1000  # comments that are left are counted so far


class Sitting(Record):
    """Where a reviewer is: kept in the address, so that a skipped comment does not come back before the next sitting."""

    queue: Literal["uncertain", "random", "pain_point", "search", "second"] = "uncertain"
    pain_point: str | None = Field(None, max_length=200)
    q: str | None = Field(None, max_length=200)
    after: str | None = Field(None, max_length=500, description="cursor of the last comment that was skipped")
    at: int | None = Field(None, ge=0, lt=2**63, description="a comment out of turn: its decision was taken back")
    done: int = Field(0, ge=0, le=10**6, description="comments decided in this sitting")

    def url(self, frame: Frame, **changes: Any) -> str:
        """Address of the queue.

        Parameters
        ----------
        frame : Frame
            Of the run.
        **changes : Any
            What is otherwise there.

        Returns
        -------
        str
            Path and query.
        """
        state = {name: value for name, value in (self.model_dump() | changes).items() if value not in (None, 0)}
        return frame.url("review.show", **state)


def read_sitting() -> Sitting:
    """Where the reviewer of the present request is.

    Returns
    -------
    Sitting
        Of the address.
    """
    return check_fields(Sitting, {name: [value] for name in Sitting.model_fields if (value := request.args.get(name, "").strip())})


def wanted_by(sitting: Sitting, frame: Frame) -> CommentFilter | None:
    """Comments that a queue is of.

    Parameters
    ----------
    sitting : Sitting
        With the queue.
    frame : Frame
        With the filters of the page.

    Returns
    -------
    CommentFilter or None
        None where it is not yet said what to search for.
    """
    if sitting.queue == "search" and not sitting.q:
        return None
    if sitting.queue == "pain_point" and not sitting.pain_point:
        return None
    order = "random" if sitting.queue in ("random", "second") else "uncertain"
    waits = {"second_look": g.identity.name} if sitting.queue == "second" else {"reviewed": False}
    narrow = {"search": {"q": sitting.q}, "pain_point": {"pain_point": sitting.pain_point}}.get(sitting.queue, {})
    return CommentFilter.model_validate({**frame.filters, **waits, **narrow, "order": order})


def _next(store: Store, frame: Frame, sitting: Sitting, wanted: CommentFilter | None) -> tuple[StoredComment | None, str]:
    """The comment whose turn it is, and the cursor behind it."""
    if sitting.at is not None:
        return store.comment(frame.run_id, sitting.at), sitting.after or ""
    empty = CommentPage(comments=(), next=None)
    page = empty if wanted is None or sitting.after == END else store.comments(frame.run_id, wanted, cursor=sitting.after, limit=1)
    return (page.comments[0] if page.comments else None), page.next or END


def make_review(store: Store) -> list[Page]:
    """Make the pages.

    Parameters
    ----------
    store : Store
        Holds runs and reviews.

    Returns
    -------
    list of Page
        For who may read, and for who may write.
    """
    page, deciding = Page("review", needs="read"), Page("deciding", needs="write")

    @page.get("/runs/<run_id>/review")
    def show(run_id: str) -> str:
        frame, sitting = open_frame(store, run_id), read_sitting()
        now = store.current(run_id)
        points = [(point.id, point.label) for point in now.analysis.pain_points]
        if sitting.queue == "pain_point" and not sitting.pain_point and points:
            sitting = sitting.model_copy(update={"pain_point": points[0][0]})
        wanted = wanted_by(sitting, frame)
        comment, behind = _next(store, frame, sitting, wanted)
        chosen = modelled(comment.annotation) if comment else {}
        return render_template(
            "review.html",
            sitting=sitting,
            queues=[one for one in QUEUES if one != "second" or g.identity.user_id is not None],
            points=points,
            comment=comment,
            pieces=pieces_of(comment.annotation.text, said_by_models(comment), sitting.q or "") if comment else (),
            about=about(comment) if comment else (),
            groups=groups_of(now.run, store.words_of(now.run.settings)[0], comment, chosen) if comment else (),
            skip=sitting.url(frame, after=behind, at=None),
            left=store.count_comments(run_id, wanted, COUNTED) if wanted else 0,
            counted=COUNTED,
            sampled=len(store.random_audit(run_id)) if sitting.queue == "random" else 0,
            summary=store.review_summary(run_id),
            pace=store.review_pace(run_id, g.identity.name),
            total=now.analysis.input.comments,
            writes=may("write"),
        )

    @page.get("/runs/<run_id>/review/corrections.jsonl")
    def corrections(run_id: str) -> Response:
        open_frame(store, run_id)
        headers = {"Content-Disposition": f'attachment; filename="corrections-{run_id[:40]}.jsonl"'}
        return Response(store.corrections(run_id), mimetype="application/x-ndjson", headers=headers)

    @deciding.post("/runs/<run_id>/review")
    def accept(run_id: str) -> Answer:
        frame, sitting = open_frame(store, run_id), read_sitting()
        decide(store, store.current(run_id).run, request.form.get("key", -1, type=int))
        return redirect(sitting.url(frame, at=None, done=sitting.done + 1), 303)

    @deciding.post("/runs/<run_id>/review/undo")
    def undo(run_id: str) -> Answer:
        frame, sitting = open_frame(store, run_id), read_sitting()
        key = store.withdraw_together(run_id, g.identity.name)
        return redirect(sitting.url(frame, at=key, done=max(sitting.done - 1, 0)), 303)

    return [page, deciding]
