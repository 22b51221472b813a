"""How reviewing a run gets on: how fast somebody is, and which of what was reviewed is a random sample."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from statistics import median

from sqlalchemy import Connection, func, select

from voc.store.people import ReviewRow
from voc.store.records import ReviewPace
from voc.store.reviews import by, is_reviewed, standing
from voc.store.tables import AnnotationRow, CommentRow, RunRow

PAUSE_S = 300  # from one comment to the next: whoever took longer did something else meanwhile
LAST = 200  # comments that say how fast somebody is now


def review_pace(connection: Connection, run_id: str, reviewer: str | None) -> ReviewPace:
    """How many comments somebody decided on, and how long one takes.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    reviewer : str or None
        Who.

    Returns
    -------
    ReviewPace
        Time over their last comments only.
    """
    mine = (ReviewRow.run_id == run_id, by(reviewer), standing())
    comments = connection.execute(select(func.count(ReviewRow.comment_id.distinct())).where(*mine)).scalar_one()
    last = func.max(ReviewRow.at)
    decided = select(last).where(*mine).group_by(ReviewRow.comment_id).order_by(last.desc()).limit(LAST)
    moments = [datetime.fromisoformat(at) for at in reversed(connection.execute(decided).scalars().all())]
    gaps = [gap for one, other in pairwise(moments) if (gap := (other - one).total_seconds()) <= PAUSE_S]
    return ReviewPace(comments=comments, seconds=median(gaps) if gaps else None)


def reviewed_comments(connection: Connection, upload_id: int) -> int:
    """Count the comments of an upload that people decided on, in whichever of its runs: another run begins without these decisions.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_id : int
        The upload; need not be known.

    Returns
    -------
    int
        Without decisions that were taken back.
    """
    runs = select(RunRow.id).where(RunRow.upload_id == upload_id)
    counted = select(func.count(ReviewRow.comment_id.distinct())).where(ReviewRow.run_id.in_(runs), standing())
    return connection.execute(counted).scalar_one()


def random_audit(connection: Connection, run_id: str) -> tuple[str, ...]:
    """Reviewed comments that are a random sample of the run.

    All comments up to the first in the random order that nobody decided on: where one was skipped, the sample ends, since what people
    skip is not random. Comments that were reviewed for another reason are in it only where their turn came.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.

    Returns
    -------
    tuple of str
        Ids of the comments, in the random order.
    """
    key, place = AnnotationRow.comment_id, AnnotationRow.shuffled
    of_run = AnnotationRow.run_id == run_id
    first_open = connection.execute(select(place).where(of_run, ~is_reviewed(key, run_id)).order_by(place, key).limit(1)).scalar()
    before = [place < first_open] if first_open is not None else []
    named = select(CommentRow.comment_id).join(AnnotationRow, key == CommentRow.id).where(of_run, *before)
    return tuple(connection.execute(named.order_by(place, key)).scalars())
