"""Human decisions: added one after another, the newest holds, and it holds against the models."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from voc.errors import RecordNotFound, StoreError
from voc.records import LABELS, Annotation, Label
from voc.store.people import ReviewRow
from voc.store.records import SENTIMENT, Review
from voc.store.tables import AnnotationRow, MentionRow
from voc.store.write import now


def add_review(connection: Connection, run_id: str, key: int, target: str, label: Label | None, reviewer: str | None) -> Review:
    """Note a decision.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    run_id : str
        The run.
    key : int
        Number of the comment in the store.
    target : str
        ``sentiment``, or a touchpoint.
    label : Label, optional
        What holds; none where the comment does not speak of the touchpoint.
    reviewer : str, optional
        Who decided.

    Returns
    -------
    Review
        As stored.

    Raises
    ------
    RecordNotFound
        If the run has no such comment.
    StoreError
        If the label is none of the three.
    """
    if (label is None and target == SENTIMENT) or label not in (None, *LABELS) or not target:
        raise StoreError("bad_review", f"标签不对 / not a label: {label!r}", ", ".join(LABELS), target=target)
    known = select(AnnotationRow.comment_id).where(AnnotationRow.run_id == run_id, AnnotationRow.comment_id == key)
    if connection.execute(known).first() is None:
        raise RecordNotFound("unknown_comment", f"这次分析里没有这条评论 / the run has no such comment: {key}", run=run_id)
    values = {"target": target, "label": label, "reviewer": reviewer, "at": now()}
    number = connection.execute(insert(ReviewRow).values(run_id=run_id, comment_id=key, **values).returning(ReviewRow.id)).scalar_one()
    return Review(id=number, **values)


def reviews_of(connection: Connection, run_id: str, keys: Iterable[int]) -> dict[int, tuple[Review, ...]]:
    """All decisions on some comments.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    keys : iterable of int
        Numbers of the comments.

    Returns
    -------
    dict of int to tuple of Review
        The oldest first; comments without any are left out.
    """
    found: dict[int, tuple[Review, ...]] = {}
    wanted = select(ReviewRow.__table__).where(ReviewRow.run_id == run_id, ReviewRow.comment_id.in_(list(keys))).order_by(ReviewRow.id)
    for row in connection.execute(wanted).mappings():
        review = Review.model_validate({name: row[name] for name in Review.model_fields})
        found[row["comment_id"]] = (*found.get(row["comment_id"], ()), review)
    return found


def effective(annotation: Annotation, reviews: Iterable[Review]) -> tuple[Label, dict[str, Label]]:
    """What holds of a comment.

    Parameters
    ----------
    annotation : Annotation
        What the models said.
    reviews : iterable of Review
        The oldest first.

    Returns
    -------
    sentiment : Label
        Of the comment.
    touchpoints : dict of str to Label
        Polarity of each that it speaks of.
    """
    said: dict[str, Label | None] = {mention.id: mention.polarity for mention in annotation.touchpoints}
    sentiment = annotation.sentiment.label
    for review in reviews:
        if review.target == SENTIMENT:
            sentiment = review.label or sentiment
        else:
            said[review.target] = review.label
    return sentiment, {touchpoint: label for touchpoint, label in said.items() if label}


def has_sentiment(run_id: str, label: Label) -> ColumnElement[bool]:
    """Condition on `AnnotationRow`: `effective` gives this sentiment.

    Parameters
    ----------
    run_id : str
        The run.
    label : Label
        The sentiment.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE.
    """
    decided = select(ReviewRow.label).where(
        ReviewRow.run_id == run_id, ReviewRow.comment_id == AnnotationRow.comment_id, ReviewRow.target == SENTIMENT
    )
    newest = decided.order_by(ReviewRow.id.desc()).limit(1).correlate(AnnotationRow).scalar_subquery()
    return func.coalesce(newest, AnnotationRow.label) == label


def has_touchpoint(key: InstrumentedAttribute[int], run_id: str, touchpoint: str) -> ColumnElement[bool]:
    """Condition on a comment's number: `effective` gives this touchpoint.

    Parameters
    ----------
    key : sqlalchemy.orm.InstrumentedAttribute
        The column that holds the number.
    run_id : str
        The run.
    touchpoint : str
        The touchpoint.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE.
    """
    of_it = and_(ReviewRow.run_id == run_id, ReviewRow.target == touchpoint)
    said = select(MentionRow.comment_id).where(MentionRow.run_id == run_id, MentionRow.touchpoint == touchpoint)
    newest = select(func.max(ReviewRow.id)).where(of_it).group_by(ReviewRow.comment_id)
    confirmed = select(ReviewRow.comment_id).where(ReviewRow.id.in_(newest), ReviewRow.label.is_not(None))
    return or_(and_(key.in_(said), key.not_in(select(ReviewRow.comment_id).where(of_it))), key.in_(confirmed))
