"""Human decisions: added one after another, the newest holds, and it holds against the models.

Nothing is altered or deleted: who takes a decision back adds a row that withdraws it, and both count no more.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from voc.errors import RecordNotFound, StoreError
from voc.records import LABELS, Annotation, Label
from voc.store.people import ReviewRow
from voc.store.records import SENTIMENT, Review
from voc.store.tables import AnnotationRow, MentionRow
from voc.store.write import now


def add_review(
    connection: Connection, run_id: str, key: int, target: str, label: Label | None, reviewer: str | None, at: str | None = None
) -> Review:
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
    at : str, optional
        When: what is decided together has the same moment; now where left out.

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
    values = {"target": target, "label": label, "reviewer": reviewer, "at": at or now()}
    number = connection.execute(insert(ReviewRow).values(run_id=run_id, comment_id=key, **values).returning(ReviewRow.id)).scalar_one()
    return Review(id=number, **values)


def withdraw_review(connection: Connection, run_id: str, key: int, target: str | None, reviewer: str | None) -> Review:
    """Take back the last decision that somebody made on a comment and that still counts.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    run_id : str
        The run.
    key : int
        Number of the comment in the store.
    target : str, optional
        Only a decision on this; whatever it was on where left out.
    reviewer : str or None
        Whose decision.

    Returns
    -------
    Review
        What was taken back.

    Raises
    ------
    RecordNotFound
        If there is none.
    """
    wanted = [ReviewRow.run_id == run_id, ReviewRow.comment_id == key, by(reviewer), standing()]
    wanted += [ReviewRow.target == target] if target else []
    row = connection.execute(select(ReviewRow.__table__).where(*wanted).order_by(ReviewRow.id.desc()).limit(1)).mappings().first()
    if row is None:
        raise RecordNotFound("unknown_review", f"没有可撤回的判断 / no decision of yours to take back: {key}", run=run_id)
    review = Review.model_validate({name: row[name] for name in Review.model_fields})
    _withdraw(connection, run_id, key, review, reviewer)
    return review


def withdraw_together(connection: Connection, run_id: str, reviewer: str | None, key: int | None = None) -> int:
    """Take back all that somebody decided together last: what one press of a button stored.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    run_id : str
        The run.
    reviewer : str or None
        Whose decisions.
    key : int, optional
        Only decisions on this comment; on whichever was last where left out.

    Returns
    -------
    int
        Number of the comment.

    Raises
    ------
    RecordNotFound
        If there is none.
    """
    mine = [ReviewRow.run_id == run_id, by(reviewer), standing(), *([ReviewRow.comment_id == key] if key is not None else [])]
    last = connection.execute(select(ReviewRow.comment_id, ReviewRow.at).where(*mine).order_by(ReviewRow.id.desc()).limit(1)).first()
    if last is None:
        raise RecordNotFound("unknown_review", "没有可撤回的判断 / no decision of yours to take back", run=run_id)
    together = select(ReviewRow.__table__).where(*mine, ReviewRow.comment_id == last.comment_id, ReviewRow.at == last.at)
    for row in connection.execute(together.order_by(ReviewRow.id)).mappings().all():
        review = Review.model_validate({name: row[name] for name in Review.model_fields})
        _withdraw(connection, run_id, last.comment_id, review, reviewer)
    return int(last.comment_id)


def _withdraw(connection: Connection, run_id: str, key: int, review: Review, reviewer: str | None) -> None:
    values = {"target": review.target, "label": None, "reviewer": reviewer, "at": now(), "withdraws": review.id}
    connection.execute(insert(ReviewRow).values(run_id=run_id, comment_id=key, **values))


def by(reviewer: str | None) -> ColumnElement[bool]:
    """Condition on `ReviewRow`: somebody's.

    Parameters
    ----------
    reviewer : str or None
        None: of nobody who said who they are.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE.
    """
    return ReviewRow.reviewer == reviewer if reviewer is not None else ReviewRow.reviewer.is_(None)


def standing() -> ColumnElement[bool]:
    """Condition on `ReviewRow`: it is a decision, and nobody took it back.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE.
    """
    other = aliased(ReviewRow)
    return and_(ReviewRow.withdraws.is_(None), ~exists().where(other.withdraws == ReviewRow.id))


def newest(run_id: str, *same: ColumnElement[bool]) -> Select[tuple[int]]:
    """Numbers of the reviews that hold: the newest that nobody took back, of each comment and target.

    Parameters
    ----------
    run_id : str
        The run.
    *same : sqlalchemy.ColumnElement
        More conditions on `ReviewRow`.

    Returns
    -------
    sqlalchemy.Select
        To be used with IN.
    """
    found = select(func.max(ReviewRow.id)).where(ReviewRow.run_id == run_id, standing(), *same)
    return found.group_by(ReviewRow.comment_id, ReviewRow.target)


def reviews_of(connection: Connection, run_id: str, keys: Iterable[int]) -> dict[int, tuple[Review, ...]]:
    """All decisions on some comments that nobody took back.

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
    wanted = select(ReviewRow.__table__).where(ReviewRow.run_id == run_id, ReviewRow.comment_id.in_(list(keys)), standing())
    for row in connection.execute(wanted.order_by(ReviewRow.id)).mappings():
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
    said: dict[str, Label | None] = dict(modelled(annotation))
    sentiment = annotation.sentiment.label
    for review in reviews:
        if review.target == SENTIMENT:
            sentiment = review.label or sentiment
        else:
            said[review.target] = review.label
    return sentiment, {touchpoint: label for touchpoint, label in said.items() if label}


def modelled(annotation: Annotation) -> dict[str, Label]:
    """Touchpoints as the models said them: one that is both praised and complained of counts as a complaint, as it does in the journey.

    Parameters
    ----------
    annotation : Annotation
        With a mention for each touchpoint and polarity.

    Returns
    -------
    dict of str to Label
        Polarity of each.
    """
    found: dict[str, Label] = {}
    for mention in annotation.touchpoints:
        found[mention.id] = min(found.get(mention.id, mention.polarity), mention.polarity, key=LABELS.index)
    return found


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
    of_it = and_(ReviewRow.run_id == run_id, ReviewRow.target == SENTIMENT)
    decided = select(ReviewRow.comment_id).where(of_it, standing())
    said = select(ReviewRow.comment_id).where(ReviewRow.id.in_(newest(run_id, of_it)), ReviewRow.label == label)
    key = AnnotationRow.comment_id
    return or_(and_(AnnotationRow.label == label, key.not_in(decided)), key.in_(said))


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
    confirmed = select(ReviewRow.comment_id).where(ReviewRow.id.in_(newest(run_id, of_it)), ReviewRow.label.is_not(None))
    return or_(and_(key.in_(said), key.not_in(select(ReviewRow.comment_id).where(of_it, standing()))), key.in_(confirmed))


def is_reviewed(key: InstrumentedAttribute[int], run_id: str) -> ColumnElement[bool]:
    """Condition on a comment's number: a decision on it holds.

    Parameters
    ----------
    key : sqlalchemy.orm.InstrumentedAttribute
        The column that holds the number.
    run_id : str
        The run.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE.
    """
    return key.in_(select(ReviewRow.comment_id).where(ReviewRow.run_id == run_id, standing()))


def awaits_second_look(key: InstrumentedAttribute[int], run_id: str, reviewer: str) -> ColumnElement[bool]:
    """Condition on a comment's number: others decided on it, and somebody has not.

    Parameters
    ----------
    key : sqlalchemy.orm.InstrumentedAttribute
        The column that holds the number.
    run_id : str
        The run.
    reviewer : str
        Who has not.

    Returns
    -------
    sqlalchemy.ColumnElement
        To put in a WHERE.
    """
    own = select(ReviewRow.comment_id).where(ReviewRow.run_id == run_id, by(reviewer), standing())
    return and_(is_reviewed(key, run_id), key.not_in(own))
