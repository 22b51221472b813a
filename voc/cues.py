"""What single words say of a clause's feeling: the turn that it starts with, and words that colour a statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from voc.classify.head import Doubles
from voc.corpora import lexicon_table
from voc.tokenise import turn_words


def without_turn(clause: str) -> str:
    """Clause without the turn that it starts with: 但是 mostly brings a complaint, but "但是味道不错" is none.

    Parameters
    ----------
    clause : str
        Normalised.

    Returns
    -------
    str
        The rest; the clause itself where there is no turn, or nothing else.

    Examples
    --------
    >>> without_turn("但是味道不错")
    '味道不错'
    """
    if not clause.startswith(_turns()):
        return clause
    turn = max((turn for turn in turn_words() if clause.startswith(turn)), key=len)
    return clause.removeprefix(turn) or clause


@cache
def _turns() -> tuple[str, ...]:
    return tuple(turn_words())


def cue_counts(texts: Sequence[str]) -> Doubles:
    """How often each kind of cue word of `corpora/lexicon/cues.tsv` occurs.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Normalised.

    Returns
    -------
    ndarray of shape (n_texts, n_kinds)
        Counts, kinds in file order.

    Examples
    --------
    >>> cue_counts(["味道一般,但是不贵", "好吃"]).sum(axis=1)
    array([4., 1.])
    """
    # All texts as one, with a line each: one search a kind.
    joined = "\n".join(texts)
    ends = np.cumsum([len(text) + 1 for text in texts])
    columns = []
    for pattern in _cue_patterns():
        places = [match.start() for match in pattern.finditer(joined)]
        columns.append(np.bincount(np.searchsorted(ends, places, side="right"), minlength=len(texts)))
    return np.array(columns, dtype=np.float64).T


@cache
def _cue_patterns() -> tuple[re.Pattern[str], ...]:
    kinds: dict[str, list[str]] = {}
    for kind, word in lexicon_table("cues"):
        kinds.setdefault(kind, []).append(re.escape(word))
    return tuple(re.compile("|".join(words)) for words in kinds.values())
