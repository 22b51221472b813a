"""Sorts comments by source and kind, so that a weakness is seen where it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from voc.records import Language

SliceGroup = Literal["source", "length", "script", "mixed", "negation"]
Piece = tuple[SliceGroup, str, NDArray[np.intp]]  # group, name, indices of the comments
SMALLEST = 20  # comments, below which a figure says little
_GROUPS: tuple[SliceGroup, ...] = get_args(SliceGroup)
_LENGTHS = ((15, "≤15"), (60, "16–60"))
_LONGER = ">60"
_SCRIPTS = ("zh-Hans", "zh-Hant", "mixed")
_OTHERS = "others"
_YES_NO = {True: "yes", False: "no"}
_ORDER = [*(name for _, name in _LENGTHS), _LONGER, *_SCRIPTS, _OTHERS, *_YES_NO.values()]
_NEGATION = re.compile("[不没别未无]")


class Traits(NamedTuple):
    """What sorts a comment into its slices.

    Parameters
    ----------
    source : str
        Data set that it is from.
    text, normalised : str
        As written, and as analysed.
    language : str
        As of `voc.language.detect_language`.
    mixed : bool or None
        Whether the annotator found praise and complaint; None where not asked.
    """

    source: str
    text: str
    normalised: str
    language: Language
    mixed: bool | None


def slice_comments(comments: Sequence[Traits]) -> list[Piece]:
    """Rows of each source and kind of comment.

    Parameters
    ----------
    comments : sequence of Traits, length n_comments
        Annotated comments.

    Returns
    -------
    list of (str, str, ndarray of shape (n_rows,))
        Group, name, indices; the largest source first, the others in a fixed order. A group has each comment once, but those whose
        annotators were not asked.
    """
    rows: defaultdict[tuple[SliceGroup, str], list[int]] = defaultdict(list)
    for index, traits in enumerate(comments):
        for group, name in _kinds(traits).items():
            rows[group, name].append(index)

    ordered = sorted(rows, key=lambda key: (_GROUPS.index(key[0]), -len(rows[key]) if key[0] == "source" else _ORDER.index(key[1]), key[1]))
    return [(group, name, np.array(rows[group, name])) for group, name in ordered]


def _kinds(traits: Traits) -> dict[SliceGroup, str]:
    kinds: dict[SliceGroup, str] = {
        "source": traits.source,
        "length": next((name for most, name in _LENGTHS if len(traits.text) <= most), _LONGER),
        "script": traits.language if traits.language in _SCRIPTS else _OTHERS,
        "negation": _YES_NO[bool(_NEGATION.search(traits.normalised))],  # normalised: 沒 is 没 there
    }
    return kinds if traits.mixed is None else {**kinds, "mixed": _YES_NO[traits.mixed]}
