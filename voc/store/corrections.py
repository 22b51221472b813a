"""What people decide on a whole comment, and how it is given to `voc train` and `voc evaluate`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from voc.records import LABELS, Label
from voc.store.records import SENTIMENT, StoredComment


def judgement(comment: StoredComment, sentiment: Label, touchpoints: Mapping[str, Label | None]) -> dict[str, Label | None]:
    """Decisions that are to be stored when somebody says that a whole comment is so.

    The sentiment always; each touchpoint that is said to be there; and each that the models or earlier reviews found and that is said
    not to be. So what is only confirmed is stored as well: it counts as reviewed, it tells how often the models are right, and it
    stays when the models change. A touchpoint that neither models nor people see needs no decision.

    Parameters
    ----------
    comment : StoredComment
        That was looked at.
    sentiment : Label
        Of the comment.
    touchpoints : mapping of str to Label or None
        Polarity of each; None, and those left out: the comment does not speak of it.

    Returns
    -------
    dict of str to Label or None
        Target → label, for `Store.add_reviews`.
    """
    found = {mention.id for mention in comment.annotation.touchpoints} | set(comment.touchpoints)
    known = [*touchpoints, *sorted(found - set(touchpoints))]
    return {SENTIMENT: sentiment} | {one: touchpoints.get(one) for one in known if one in found or touchpoints.get(one)}


def gold_lines(comments: Iterable[StoredComment]) -> Iterator[str]:
    """Comments that people judged as a whole, as annotated comments.

    What nobody was asked, whether the comment is informative and what the customer means to do, is null; mixed is a comment in which
    people see praise and complaint. The words of a touchpoint are those that the models found; where people added it nobody marked
    any, and the whole text stands for them. Comments of which only a part was decided are left out: their other half would be the
    models' own.

    Parameters
    ----------
    comments : iterable of StoredComment
        With their reviews.

    Yields
    ------
    str
        A line of JSON (see `voc.evaluate.read_gold`), with its end.
    """
    for comment in comments:
        if is_whole(comment):
            yield json.dumps(_gold(comment), ensure_ascii=False) + "\n"


def is_whole(comment: StoredComment) -> bool:
    """Whether people decided on the sentiment and on every touchpoint that the models found.

    Parameters
    ----------
    comment : StoredComment
        With its reviews.

    Returns
    -------
    bool
        False where some of it is only the models'.
    """
    decided = {review.target for review in comment.reviews}
    return {SENTIMENT, *(mention.id for mention in comment.annotation.touchpoints)} <= decided


def _gold(comment: StoredComment) -> dict[str, object]:
    text = comment.annotation.text
    polarities = set(comment.touchpoints.values())
    return {
        "id": comment.comment.id,
        "source": "review",
        "text": text,
        "sentiment": comment.sentiment,
        "mixed": {"negative", "positive"} <= polarities,
        "informative": None,
        "mentions": [
            {"touchpoint": touchpoint, "polarity": LABELS.index(label) - 1, "evidence": evidence}
            for touchpoint, label in comment.touchpoints.items()
            for evidence in _evidence(comment, touchpoint, label)
        ],
        "intents": None,
    }


def _evidence(comment: StoredComment, touchpoint: str, label: Label) -> list[str]:
    """Words that the models found for a touchpoint: those of the same polarity, else all of them; the whole text where there are none."""
    text, mentions = comment.annotation.text, [one for one in comment.annotation.touchpoints if one.id == touchpoint]
    same = [mention for mention in mentions if mention.polarity == label]
    return [text[span.start : span.end] for mention in same or mentions for span in mention.spans] or [text]
