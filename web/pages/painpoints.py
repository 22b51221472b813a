"""/runs/{run_id}/pain-points: what customers complain of, as cards, a table or a tree; and the codebook that it is kept in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import Response, abort, render_template, request

from voc.records import Label, Quote
from voc.store import Store
from voc.store.listing import points_csv
from voc.store.part_records import Source
from web.downloads import attached
from web.messages import t
from web.names import touchpoint_name
from web.pages.access import Page
from web.pages.codebook import codebook_page
from web.pages.draft import draft_of
from web.pages.frame import Frame, open_frame
from web.pages.painpoint_edits import merge_page
from web.pages.points_shown import (
    HIDDEN,
    PAIN_TYPES,
    STATUSES,
    Asked,
    Shown,
    asked_for,
    counted,
    hidden_points,
    shown_points,
)
from web.pages.problem_tree import problem_tree

_CARDS, _ROWS = 24, 50  # on a page
_QUOTES = 2
_AROUND = 40  # characters of a comment on either side of what is quoted


class Quoted(NamedTuple):
    """A quote with the words around it.

    Parameters
    ----------
    text : str
        Cut off at either end where the comment is long.
    spans : tuple of (int, int, Label)
        What is quoted.
    href : str or None
        Where the whole comment stands.
    """

    text: str
    spans: tuple[tuple[int, int, Label], ...]
    href: str | None


def make_painpoints(store: Store) -> Page:
    """Make the pages.

    Parameters
    ----------
    store : Store
        Holds runs and codebooks.

    Returns
    -------
    Page
        For who may read.
    """
    page = Page("painpoints", needs="read")

    @page.get("/runs/<run_id>/pain-points")
    def show(run_id: str) -> str:
        frame, asked = open_frame(store, run_id), asked_for()
        analysis, draft = counted(store, frame), draft_of(store, run_id)
        taxonomy, _ = store.words_of(store.current(run_id).run.settings)
        hidden = asked.status in HIDDEN
        rows = [] if hidden else shown_points(store, frame, analysis, draft, asked)
        here = list(rows) if asked.view == "tree" else _page_of(rows, asked)
        narrower = {} if hidden or asked.view != "tree" or frame.filters else store.narrower(run_id)
        points = [row.point for row in rows]
        return render_template(
            "painpoints.html",
            asked=asked,
            analysis=analysis,
            draft=draft,
            rows=here,
            total=len(rows),
            per_page=_per_page(asked),
            hidden=hidden_points(store, draft, asked) if hidden else None,
            quotes=_quotes(store, frame, here) if asked.view == "cards" else {},
            largest=max((point.share for point in points), default=1.0) * 1.25 or 1.0,
            tree=problem_tree(points, analysis, taxonomy, narrower, frame) if asked.view == "tree" and not hidden else None,
            touchpoints=[
                (one.id, touchpoint_name(taxonomy, one.id)) for one in taxonomy.touchpoints if one.id in _used(analysis.pain_points)
            ],
            touchpoint_name=lambda touchpoint: touchpoint_name(taxonomy, touchpoint),
            pain_types=PAIN_TYPES,
            statuses=STATUSES,
            keep=asked.kept,
            weekly=store.weekly(run_id, frame.chosen),
        )

    @page.get("/runs/<run_id>/pain-points.csv")
    def table(run_id: str) -> Response:
        frame, asked = open_frame(store, run_id), asked_for()
        if asked.status in HIDDEN:
            abort(404)
        rows = shown_points(store, frame, counted(store, frame), draft_of(store, run_id), asked)
        locked = {row.point.id for row in rows if row.locked}
        lines = points_csv([row.point for row in rows], store.words_of(store.current(run_id).run.settings)[0], locked)
        return attached(lines, f"{t('painpoints.title')}-{frame.upload.name}", run_id, "csv")

    @page.get("/runs/<run_id>/pain-points/merge")
    def merge(run_id: str) -> tuple[str, int]:
        return merge_page(store, run_id, request.args.getlist("point"), request.args.get("next", ""))

    @page.get("/runs/<run_id>/codebook")
    def codebook(run_id: str) -> tuple[str, int]:
        return codebook_page(store, run_id)

    return page


def excerpt(quote: Quote, found: Source | None, href: str | None) -> Quoted:
    """A quote with the words around it.

    Parameters
    ----------
    quote : Quote
        Of a pain point.
    found : Source or None
        Its comment; None where that is gone.
    href : str or None
        Where the whole comment stands.

    Returns
    -------
    Quoted
        The quote alone where its comment is gone.

    Examples
    --------
    >>> long = Source(key=1, text="前" * 60 + "送餐太慢了" + "后" * 60)
    >>> shown = excerpt(Quote(comment_id="1", start=60, end=65, text="送餐太慢了"), long, None)
    >>> len(shown.text), shown.text[slice(*shown.spans[0][:2])]
    (87, '送餐太慢了')
    """
    if found is None:
        return Quoted(quote.text, ((0, len(quote.text), "negative"),), None)
    start, end = max(quote.start - _AROUND, 0), min(quote.end + _AROUND, len(found.text))
    before, after = "…" if start else "", "…" if end < len(found.text) else ""
    shift = len(before) - start
    return Quoted(f"{before}{found.text[start:end]}{after}", ((quote.start + shift, quote.end + shift, "negative"),), href)


def _quotes(store: Store, frame: Frame, rows: Sequence[Shown]) -> Mapping[str, list[Quoted]]:
    found = store.sources(frame.run_id, [quote for row in rows for quote in row.point.quotes[:_QUOTES]])

    def one(quote: Quote) -> Quoted:
        comment = found.get(quote.comment_id)
        return excerpt(quote, comment, frame.url("comments.one", key=comment.key) if comment else None)

    return {row.point.id: [one(quote) for quote in row.point.quotes[:_QUOTES]] for row in rows}


def _used(points: Sequence[object]) -> set[str]:
    return {str(getattr(point, "touchpoint", "")) for point in points}


def _per_page(asked: Asked) -> int:
    return _CARDS if asked.view == "cards" else _ROWS


def _page_of(rows: Sequence[Shown], asked: Asked) -> list[Shown]:
    size = _per_page(asked)
    return list(rows[(asked.page - 1) * size : asked.page * size])
