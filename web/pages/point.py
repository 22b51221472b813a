"""GET /runs/<run_id>/pain-points/<pain_point_id>: one pain point with its evidence; below it, what a split of it would do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import render_template, request

from voc.errors import VocError
from voc.records import Label, Quote
from voc.store import CommentFilter, Store
from voc.store.case_records import Case, CaseFilter
from voc.store.current import Current
from voc.store.point_records import PointDetail, PointEdit, SplitPreview
from voc.store.records import StoredComment
from voc.taxonomy import Taxonomy
from web.access import sees
from web.api.exchange import check_fields
from web.charts import TrendPoint
from web.messages import one_language, t
from web.names import touchpoint_name
from web.pages.access import Page
from web.pages.case_forms import zone_name
from web.pages.draft import draft_of
from web.pages.frame import Frame, open_frame
from web.pages.refused import Refused
from web.run_records import SplitQuery

COMMENTS = 20  # a page
_BETWEEN_WORDS = re.compile(r"[\s,，、;；]+")


def make_point(store: Store) -> Page:
    """Make the pages.

    Parameters
    ----------
    store : Store
        Holds runs, codebooks and cases.

    Returns
    -------
    Page
        For who may read.
    """
    page = Page("point", needs="read")

    @page.get("/runs/<run_id>/pain-points/<pain_point_id>")
    def show(run_id: str, pain_point_id: str) -> str:
        return point_page(store, open_frame(store, run_id), pain_point_id)

    @page.get("/runs/<run_id>/pain-points/<pain_point_id>/split")
    def split(run_id: str, pain_point_id: str) -> str:
        asked = request.args.get("words")
        nothing = Refused("words", t("point.split_no_words")) if asked is not None and not split_words(asked) else None
        return split_page(store, open_frame(store, run_id), pain_point_id, asked or "", nothing)

    return page


def point_page(store: Store, frame: Frame, point_id: str, refused: Refused | None = None) -> str:
    """Write the page of a pain point.

    Parameters
    ----------
    store : Store
        Holds it.
    frame : Frame
        Of its run.
    point_id : str
        The pain point.
    refused : Refused, optional
        What could not be done with it.

    Returns
    -------
    str
        HTML.
    """
    now = store.current(frame.run_id)
    detail = store.pain_point(frame.run_id, point_id)
    taxonomy, _ = store.words_of(now.run.settings)
    wanted = CommentFilter(**frame.chosen.model_dump(by_alias=True), pain_point=point_id)
    labels = labels_of(store, now, detail)
    somebody = t("point.somebody")
    return render_template(
        "point.html",
        detail=detail,
        point=detail.point,
        labels=labels,
        touchpoint=touchpoint_name(taxonomy, detail.point.touchpoint),
        comments_of_run=now.analysis.input.comments,
        shares=next((change.shares for change in now.analysis.changes if change.id == point_id), None) if not frame.filters else None,
        weeks=week_points(detail),
        quotes=quotes_of(detail, store.quoted_comments(frame.run_id, detail.point)),
        page=store.comments(frame.run_id, wanted, cursor=request.args.get("cursor"), limit=COMMENTS),
        evidence=evidence,
        destinations=destinations(now, taxonomy, point_id),
        history=[(edit.by or somebody, edit.at, told(edit, point_id, labels)) for edit in reversed(detail.history)],
        cases=cases_of(store, now, point_id),
        people=[user.name for user in store.users.all()],
        draft=draft_of(store, frame.run_id),
        zone=zone_name(datetime.now().astimezone()),
        undo={name: request.args.get(name, "") for name in ("edits", "draft")},
        refused=refused or Refused(),
    )


def split_page(store: Store, frame: Frame, point_id: str, words: str, refused: Refused | None = None) -> str:
    """Write the page on which a split is prepared.

    Parameters
    ----------
    store : Store
        Holds the pain point.
    frame : Frame
        Of its run.
    point_id : str
        The pain point.
    words : str
        As typed; nothing is previewed where there are none.
    refused : Refused, optional
        Why it was not split.

    Returns
    -------
    str
        HTML.
    """
    detail = store.pain_point(frame.run_id, point_id)
    refused = refused or Refused()
    preview: SplitPreview | None = None
    if listed := split_words(words):
        try:
            preview = store.split_preview(frame.run_id, point_id, check_fields(SplitQuery, {"words": listed}).words)
        except VocError as error:
            refused = Refused("words", one_language(error.message), refused.typed)
    return render_template(
        "split.html",
        detail=detail,
        point=detail.point,
        words=words,
        listed=listed,
        preview=preview,
        marked=lambda quote: marked(quote, preview.words if preview else ()),
        refused=refused,
    )


def split_words(text: str) -> list[str]:
    """Words as people write them one after another.

    Parameters
    ----------
    text : str
        With blanks, commas or semicolons between.

    Returns
    -------
    list of str
        Each once.

    Examples
    --------
    >>> split_words("小票、发票，小票 收据")
    ['小票', '发票', '收据']
    """
    return list(dict.fromkeys(filter(None, _BETWEEN_WORDS.split(text))))


def marked(quote: Quote, words: Iterable[str]) -> list[tuple[int, int, Label]]:
    """Where a quote holds the words that it is split by.

    Parameters
    ----------
    quote : Quote
        The clause.
    words : iterable of str
        Those words.

    Returns
    -------
    list of tuple of int, int, Label
        For highlighting.
    """
    text = quote.text.casefold()
    places = [(at, at + len(word)) for word in words if (at := text.find(word.casefold())) >= 0]
    return [(start, end, "negative") for start, end in places]


def evidence(item: StoredComment, point_id: str) -> list[tuple[int, int, Label]]:
    """Clauses of a comment that belong to a pain point.

    Parameters
    ----------
    item : StoredComment
        The comment.
    point_id : str
        The pain point.

    Returns
    -------
    list of tuple of int, int, Label
        For highlighting; all of them complaints.
    """
    return [(one.start, one.end, "negative") for one in item.pain_points if one.pain_point == point_id]


def week_points(detail: PointDetail) -> list[TrendPoint]:
    """The trend for its chart.

    Parameters
    ----------
    detail : PointDetail
        With its weeks.

    Returns
    -------
    list of TrendPoint
        Named by month and day, and by the year where there are several.
    """
    years = {week.week[:4] for week in detail.trend}
    start = 5 if len(years) < 2 else 2
    return [TrendPoint(week.week[start:], week.share, week.interval, week.of) for week in detail.trend]


def quotes_of(detail: PointDetail, comments: Iterable[StoredComment]) -> list[dict[str, Any]]:
    """Quotes in the comments that they are from.

    Parameters
    ----------
    detail : PointDetail
        With the quotes.
    comments : iterable of StoredComment
        Those comments.

    Returns
    -------
    list of dict
        Comment, place of the clause, what forms call it, and whether somebody pinned it; in the order of the quotes.
    """
    by_id = {item.comment.id: item for item in comments}
    pinned = {(one.comment_id, one.text) for one in detail.pinned}
    return [
        {
            "item": by_id[quote.comment_id],
            "spans": [(quote.start, quote.end, "negative")],
            "name": f"{quote.start}-{quote.end}-{quote.comment_id}",
            "pinned": (quote.comment_id, quote.text) in pinned,
        }
        for quote in detail.point.quotes
        if quote.comment_id in by_id
    ]


def destinations(now: Current, taxonomy: Taxonomy, point_id: str) -> list[tuple[str, str]]:
    """Where a clause can be moved.

    Parameters
    ----------
    now : Current
        The run.
    taxonomy : Taxonomy
        Names the touchpoints.
    point_id : str
        Where it is.

    Returns
    -------
    list of tuple of str, str
        Pairs for `select_field`: other pain points by touchpoint and name.
    """
    named = ((touchpoint_name(taxonomy, point.touchpoint), point.label, point.id) for point in now.analysis.pain_points)
    return [(id_, f"{touchpoint} · {label}") for touchpoint, label, id_ in sorted(named) if id_ != point_id]


def labels_of(store: Store, now: Current, detail: PointDetail) -> dict[str, str]:
    """Names of the pain points that a page speaks of.

    Parameters
    ----------
    store : Store
        Holds the codebook, which knows also those that are not shown any more.
    now : Current
        The run.
    detail : PointDetail
        The pain point, with its history.

    Returns
    -------
    dict of str to str
        By id.
    """
    labels = {point.id: point.label for point in now.analysis.pain_points}
    named = {detail.into, *(id_ for edit in detail.history for id_ in (edit.point, edit.into))}
    gone = [id_ for id_ in named if id_ and id_ not in labels]
    if gone and (book := store.codebook_shown(detail.run_id)):
        labels |= {id_: book.by_id[id_].label for id_ in gone if id_ in book.by_id}
    return labels


def told(edit: PointEdit, point_id: str, labels: Mapping[str, str]) -> str:
    """What somebody did, in words.

    Parameters
    ----------
    edit : PointEdit
        What.
    point_id : str
        Pain point on whose page it is told.
    labels : mapping of str to str
        Names of pain points by their ids.

    Returns
    -------
    str
        One sentence.
    """
    other = edit.into if edit.point == point_id else edit.point
    words = {
        "label": edit.label or "",
        "other": labels.get(other or "", other or ""),
        "words": "、".join(edit.words),
        "text": edit.text or "",
        "n": edit.members,
    }
    kind = f"{edit.kind}_here" if edit.kind in ("merge", "split") and edit.point != point_id else edit.kind
    draft = "" if edit.version else t("point.in_draft")
    return t(f"point.edit.{kind}", **words) + draft


def cases_of(store: Store, now: Current, point_id: str) -> list[Case]:
    """Cases of a pain point.

    Parameters
    ----------
    store : Store
        Holds them.
    now : Current
        A run that shows it.
    point_id : str
        The pain point.

    Returns
    -------
    list of Case
        Those that the reader may see, of this run or of its codebook.
    """
    found = store.cases(CaseFilter(pain_point=point_id), sees)
    return [case for case in found if case.is_of(now.run.id, now.state.codebook)]
