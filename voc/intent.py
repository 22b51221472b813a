"""What the customer means to do: recommend, repurchase, churn, refund_return, complaint, suggestion, question."""

from __future__ import annotations

import re
from functools import cache

from voc.corpora import lexicon_table

INTENTS = ("recommend", "repurchase", "churn", "refund_return", "complaint", "suggestion", "question")


def find_intents(normalised: str) -> dict[str, list[tuple[int, int]]]:
    """Places in a comment that state an intent.

    Parameters
    ----------
    normalised : str
        A normalised comment.

    Returns
    -------
    dict of str to list of (int, int)
        Intent → half-open character ranges of `normalised`; only the intents found, in the order of `INTENTS`.

    Examples
    --------
    >>> find_intents("太难吃了,再也不会来了")
    {'churn': [(5, 9)]}
    """
    found = {name: [match.span() for match in pattern.finditer(normalised)] for name, pattern in _patterns().items()}
    return {name: spans for name, spans in found.items() if spans}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    parts = {name: [pattern for kind, pattern in lexicon_table("intents") if kind == name] for name in INTENTS}
    return {name: re.compile("|".join(patterns)) for name, patterns in parts.items()}
