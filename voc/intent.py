"""What the customer means to do (recommend, repurchase, churn, refund_return, complaint, suggestion, question), and whether
the comment says anything at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from voc.classify.blend import Blend
from voc.corpora import lexicon_table
from voc.language import is_informative
from voc.records import INTENTS
from voc.sentiment import DIGITS, Opinion, Passage

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Purpose:
    """What a comment is for.

    Parameters
    ----------
    informative : bool
        Whether there is anything to act on or learn from.
    intents : dict of str to (float, list of (int, int))
        Intent → probability and half-open character ranges; no range where no known phrase states it.
    """

    informative: bool
    intents: dict[str, tuple[float, list[tuple[int, int]]]]


class IntentModel:
    """The encoder's opinion and stated phrases, weighed together.

    Parameters
    ----------
    blend : Blend
        Over both, labels as `INTENTS` and then "uninformative".
    thresholds : sequence of float, length n_intents + 1
        Probability from which each label is said, 0–1.
    """

    def __init__(self, blend: Blend, thresholds: Sequence[float]) -> None:
        self.blend = blend
        self.thresholds = tuple(thresholds)

    def predict(self, passages: Sequence[Passage], opinions: Sequence[Opinion]) -> list[Purpose]:
        """Intents of comments, with the places that state them.

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length.
        opinions : sequence of (mapping of str to ndarray), length n_comments
            What the encoder's heads say of them: ``intent`` (n_intents,), ``informative`` (1,).

        Returns
        -------
        list of Purpose, length n_comments
            In order.
        """
        if not passages:
            return []
        purposes = []
        found = [find_intents(passage.normalised) for passage in passages]
        probabilities = self.blend.predict_proba(purpose_scores(passages, found, opinions))
        for passage, places, row in zip(passages, found, probabilities, strict=True):
            said = {
                name: (round(float(value), DIGITS), places.get(name, []))
                for name, value, threshold in zip(INTENTS, row, self.thresholds, strict=False)
                if value >= threshold
            }
            nothing = not said and (row[-1] >= self.thresholds[-1] or not is_informative(passage.normalised))
            purposes.append(Purpose(not nothing, said))
        return purposes


def purpose_scores(
    passages: Sequence[Passage], found: Sequence[dict[str, list[tuple[int, int]]]], opinions: Sequence[Opinion]
) -> list[Floats]:
    """What the blend weighs.

    Parameters
    ----------
    passages : sequence of Passage, length n_comments
        Comments.
    found : sequence of dict, length n_comments
        What `find_intents` finds in each.
    opinions : sequence of (mapping of str to ndarray), length n_comments
        As for `IntentModel.predict`.

    Returns
    -------
    list of two (ndarray of shape (n_comments, n_intents + 1))
        The encoder's scores; 1 where a known phrase says so.
    """
    encoder = np.array([[*opinion["intent"], -opinion["informative"][0]] for opinion in opinions], dtype=np.float32)
    rows = [
        [*(name in places for name in INTENTS), not is_informative(passage.normalised)]
        for passage, places in zip(passages, found, strict=True)
    ]
    return [encoder, np.array(rows, dtype=np.float32)]


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
