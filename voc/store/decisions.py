"""What reviews change of a run's counts, and how far people agree, with each other and with the models."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.engine import Row

from voc.metrics import DIGITS, share, wilson
from voc.store.people import ReviewRow
from voc.store.records import SENTIMENT, Agreement, ReviewSummary
from voc.store.reviews import newest, standing
from voc.store.tables import AnnotationRow, CommentRow, MentionRow

_NOT_SAID = "none"  # of a touchpoint, in the place of a label


class Decisions(NamedTuple):
    """What the reviews of a run change."""

    comments: int  # that were reviewed
    sentiment: Counter[str]  # label → more, or fewer, than the models said
    mentions: Counter[str]  # touchpoint → the same
    negative: Counter[str]  # touchpoint → the same, of negative mentions
    cleared: dict[str, frozenset[str]]  # touchpoint → ids of the comments that do not complain of it, as people say


def decisions(connection: Connection, run_id: str, *which: ColumnElement[bool]) -> Decisions:
    """Compare what holds with what the models said.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    *which : sqlalchemy.ColumnElement
        Conditions on `CommentRow`: only reviews of such comments.

    Returns
    -------
    Decisions
        All counts 0 where nobody reviewed anything.
    """
    sentiment: Counter[str] = Counter()
    mentions: Counter[str] = Counter()
    negative: Counter[str] = Counter()
    cleared: dict[str, set[str]] = defaultdict(set)
    seen = set()
    for row in _decided(connection, run_id, *which):
        seen.add(row.comment_id)
        if row.target == SENTIMENT:
            sentiment[row.label] += 1
            sentiment[row.model] -= 1
            continue
        mentions[row.target] += (row.label is not None) - (row.polarity is not None)
        negative[row.target] += (row.label == "negative") - (row.polarity == "negative")
        if row.label != "negative":
            cleared[row.target].add(row.comment_id)
    return Decisions(len(seen), sentiment, mentions, negative, {touchpoint: frozenset(ids) for touchpoint, ids in cleared.items()})


def review_summary(connection: Connection, run_id: str) -> ReviewSummary:
    """How many decisions there are on a run, and how far they agree.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.

    Returns
    -------
    ReviewSummary
        Of the decisions that nobody took back.
    """
    decided = _decided(connection, run_id)
    last = select(func.max(ReviewRow.id)).where(ReviewRow.run_id == run_id, standing(), ReviewRow.reviewer.is_not(None))
    last = last.group_by(ReviewRow.comment_id, ReviewRow.target, ReviewRow.reviewer)
    own = connection.execute(
        select(ReviewRow.comment_id, ReviewRow.target, ReviewRow.reviewer, ReviewRow.label).where(ReviewRow.id.in_(last))
    ).all()
    judged: dict[bool, dict[tuple[int, str], dict[str, str]]] = {True: defaultdict(dict), False: defaultdict(dict)}
    for row in own:
        judged[row.target == SENTIMENT][row.comment_id, row.target][row.reviewer] = row.label or _NOT_SAID
    models = {
        of_sentiment: [
            (row.model if of_sentiment else row.polarity or _NOT_SAID, row.label or _NOT_SAID)
            for row in decided
            if (row.target == SENTIMENT) == of_sentiment
        ]
        for of_sentiment in (True, False)
    }
    return ReviewSummary(
        comments=len({row.comment_id for row in decided}),
        decisions=len(decided),
        reviewers=dict(sorted(Counter(row.reviewer for row in own).items())),
        people_sentiment=agreement(_pairs(judged[True].values())),
        people_touchpoints=agreement(_pairs(judged[False].values())),
        model_sentiment=agreement(models[True]),
        model_touchpoints=agreement(models[False]),
    )


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """How far two judges agree.

    Parameters
    ----------
    pairs : sequence of (str, str)
        What one and the other said of the same.

    Returns
    -------
    Agreement
        Share that is the same with its Wilson interval, and Cohen's kappa (1960): the agreement beyond what the frequencies of the
        labels alone would bring; none where both always said one and the same.

    Examples
    --------
    >>> agreement([("negative", "negative"), ("negative", "neutral"), ("positive", "positive"), ("neutral", "neutral")]).kappa
    0.6364
    """
    n, same = len(pairs), sum(one == other for one, other in pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(count * second[label] for label, count in first.items()) / n**2 if n else 1.0
    kappa = None if chance == 1 else round((same / n - chance) / (1 - chance), DIGITS)
    return Agreement(n=n, share=share(same, n), interval=wilson(same, n), kappa=kappa)


def _pairs(judged: Iterable[dict[str, str]]) -> list[tuple[str, str]]:
    """Each two people who judged the same, by name, so that of two people one is always the first."""
    return [(said[one], said[other]) for said in judged for one, other in combinations(sorted(said), 2)]


def _decided(
    connection: Connection, run_id: str, *which: ColumnElement[bool]
) -> Sequence[Row[tuple[str, str, str | None, str, str | None]]]:
    """Decisions that hold, each with what the model said."""
    polarity = (
        select(func.min(MentionRow.polarity))
        .where(MentionRow.run_id == run_id, MentionRow.touchpoint == ReviewRow.target, MentionRow.comment_id == ReviewRow.comment_id)
        .scalar_subquery()
    )
    columns = (CommentRow.comment_id, ReviewRow.target, ReviewRow.label, AnnotationRow.label.label("model"), polarity.label("polarity"))
    return connection.execute(
        select(*columns)
        .join(AnnotationRow, (AnnotationRow.run_id == ReviewRow.run_id) & (AnnotationRow.comment_id == ReviewRow.comment_id))
        .join(CommentRow, CommentRow.id == ReviewRow.comment_id)
        .where(ReviewRow.id.in_(newest(run_id)), *which)
    ).all()
