"""Sorts comments by source and kind, so that a weakness is seen where it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voc.evaluate.gold import Gold
from voc.records import Annotation

SliceGroup = Literal["source", "length", "script", "mixed", "negation"]
SMALLEST = 20  # comments, below which a figure says little
_GROUPS: tuple[SliceGroup, ...] = get_args(SliceGroup)
_LENGTHS = ((15, "≤15"), (60, "16–60"))
_LONGER = ">60"
_SCRIPTS = ("zh-Hans", "zh-Hant")
_OTHERS = "others"
_YES_NO = {True: "yes", False: "no"}
_ORDER = [*(name for _, name in _LENGTHS), _LONGER, *_SCRIPTS, _OTHERS, *_YES_NO.values()]
_NEGATION = re.compile("[不没别未无]")


def slice_comments(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> list[tuple[SliceGroup, str, NDArray[np.intp]]]:
    """Rows of each source and kind of comment.

    Parameters
    ----------
    gold : sequence of Gold, length n_comments
        Annotated comments.
    annotations : sequence of Annotation, length n_comments
        What was said of them.

    Returns
    -------
    list of (str, str, ndarray of shape (n_rows,))
        Group, name, indices; the largest source first, the others in a fixed order. A group has each comment once, but those whose
        annotators were not asked.
    """
    rows: defaultdict[tuple[SliceGroup, str], list[int]] = defaultdict(list)
    for index, (item, annotation) in enumerate(zip(gold, annotations, strict=True)):
        for group, name in _kinds(item, annotation).items():
            rows[group, name].append(index)

    ordered = sorted(rows, key=lambda key: (_GROUPS.index(key[0]), -len(rows[key]) if key[0] == "source" else _ORDER.index(key[1]), key[1]))
    return [(group, name, np.array(rows[group, name])) for group, name in ordered]


def _kinds(gold: Gold, annotation: Annotation) -> dict[SliceGroup, str]:
    kinds: dict[SliceGroup, str] = {
        "source": gold.source,
        "length": next((name for most, name in _LENGTHS if len(gold.text) <= most), _LONGER),
        "script": annotation.language if annotation.language in _SCRIPTS else _OTHERS,
        "negation": _YES_NO[bool(_NEGATION.search(annotation.normalised))],  # normalised: 沒 is 没 there
    }
    return kinds if gold.mixed is None else {**kinds, "mixed": _YES_NO[gold.mixed]}
