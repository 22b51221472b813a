"""Whether the evidence that is shown is the annotator's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voc.evaluate.gold import Gold
from voc.evaluate.measures import Measure, rate
from voc.records import Annotation


def span_measures(gold: Sequence[Gold], annotations: Sequence[Annotation]) -> dict[str, Measure]:
    """Share of the mentions found with the right polarity whose spans share two characters with the annotator's evidence.

    Parameters
    ----------
    gold : sequence of Gold, length n_comments
        Annotated comments.
    annotations : sequence of Annotation, length n_comments
        What was said of them.

    Returns
    -------
    dict of str to Measure
        By the figure's name.
    """
    known = np.array([item.mentions is not None for item in gold])
    hits = np.array([_span_hits(item, annotation) for item, annotation in zip(gold, annotations, strict=True)], dtype=float)
    return {"span_hit_rate": Measure(hits, rate, known)}


def _span_hits(gold: Gold, annotation: Annotation) -> tuple[int, int]:
    """Mentions whose spans share two characters with the evidence, of those that could."""
    hits = total = 0
    for mention in annotation.touchpoints:
        evidence = [one.evidence for one in gold.mentions or () if (one.touchpoint, one.label) == (mention.id, mention.polarity)]
        if evidence and mention.spans:
            total += 1
            said = set[str]().union(*(_bigrams(annotation.text[span.start : span.end]) for span in mention.spans))
            hits += any(said & _bigrams(words) for words in evidence)
    return hits, total


def _bigrams(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text))
    return {letters[at : at + 2] for at in range(len(letters) - 1)} or {letters}
