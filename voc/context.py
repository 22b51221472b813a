"""What stands beside a comment and bears on its feeling: the survey question, and the score that the customer gave."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voc.records import Comment

# Logits by which a question for faults, or the lowest score, moves negative against positive; neutral stays.
# Set by hand: no public set has texts annotated apart from the score beside them.
_QUESTION, _SCORE = 0.8, 1.0
_ASKS_FAULT = re.compile(
    r"不满|不足|不便|缺点|问题|困扰|烦恼|吐槽|抱怨|差评|改进|改善|提升|提高|dissatisf|complain|improve|problem|dislike", re.IGNORECASE
)
_ASKS_MERIT = re.compile(
    r"(?<![不未])满意|喜欢|优点|亮点|好的(?:地方|方面)|优势|推荐的?(?:原因|理由)|\bsatisf|\blike\b|strength|best", re.IGNORECASE
)


def context_shifts(comments: Sequence[Comment]) -> NDArray[np.float64]:
    """How the question and the score move a comment's sentiment.

    A question that asks for both (满意与不满意的地方) says nothing. A score counts by how far it lies from the middle of its
    scale: 0–10 for NPS, 1–5 for ratings and CSAT, or 0–10 where the number is above 5.

    Parameters
    ----------
    comments : sequence of Comment, length n_comments
        With whatever the table says of them.

    Returns
    -------
    ndarray of shape (n_comments, 3)
        To be added to the logits of negative, neutral, positive; 0 where nothing is known.

    Examples
    --------
    >>> context_shifts([Comment(id="1", text="排队", question="您最不满意的地方是？"), Comment(id="2", text="排队")]).tolist()
    [[0.8, 0.0, -0.8], [0.0, 0.0, 0.0]]
    """
    pull = np.array([_QUESTION * _asked(comment.question or "") + _SCORE * _scored(comment) for comment in comments], dtype=float)
    return np.stack([-pull, np.zeros_like(pull), pull], axis=1) + 0.0


def without_context(comment: Comment) -> Comment:
    """Copy of a comment of which only its own words bear on its feeling, as with ``Pipeline(context=False)``.

    Parameters
    ----------
    comment : Comment
        With whatever the table says of it.

    Returns
    -------
    Comment
        Without question and scores.
    """
    return comment.model_copy(update=dict.fromkeys(("question", "nps", "csat", "rating")))


def _asked(question: str) -> int:
    """1 if the question asks for merits, −1 for faults, 0 for both or neither."""
    return bool(_ASKS_MERIT.search(question)) - bool(_ASKS_FAULT.search(question))


def _scored(comment: Comment) -> float:
    """The score from −1 to 1, 0 where there is none."""
    if comment.nps is not None:
        return _place(comment.nps, 0, 10)
    value = comment.rating if comment.rating is not None else comment.csat
    if value is None:
        return 0.0
    return _place(value, 1, 5) if value <= 5 else _place(value, 0, 10)


def _place(value: float, low: float, high: float) -> float:
    return float(np.clip(2 * (value - low) / (high - low) - 1, -1, 1))
