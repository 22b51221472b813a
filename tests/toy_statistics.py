"""Columns made of arrays, for the tests of the statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from voc.records import PainPoint, Quote
from voc.statistics.columns import Columns
from voc.statistics.factor import Factor
from voc.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
PLACE = {touchpoint.id: place for place, touchpoint in enumerate(TAXONOMY.touchpoints)}


def point(name: str, touchpoint: str = "delivery", comments: int = 0, **more) -> PainPoint:
    quotes = more.pop("members", ())
    return PainPoint(
        id=f"pp-{name}", label=name, touchpoint=touchpoint, terms=more.pop("terms", (name,)), size=comments, comments=comments,
        share=more.pop("share", 0.0), interval=(0.0, 1.0), severity=more.pop("severity", 0.5), quotes=quotes[:1], members=quotes, **more,
    )  # fmt: skip


def quote(comment_id: str, text: str) -> Quote:
    return Quote(comment_id=comment_id, start=0, end=len(text), text=text)


def columns(
    n: int,
    *,
    pains: Mapping[str, np.ndarray] | None = None,
    negative: Mapping[str, np.ndarray] | None = None,
    positive: Mapping[str, np.ndarray] | None = None,
    scores: Mapping[str, np.ndarray] | None = None,
    factors: Mapping[str, Sequence[str | None]] | None = None,
    day: np.ndarray | None = None,
    **more,
) -> Columns:
    """A batch of n comments of as many respondents, with what is given and nothing else."""
    marks = np.zeros((2, n, len(PLACE)), dtype=bool)
    for at, several in enumerate((negative, positive)):
        for name, values in (several or {}).items():
            marks[at, :, PLACE[name]] = values
    named = pains or {}
    return Columns(
        ids=tuple(map(str, range(n))),
        respondent=more.pop("respondent", np.arange(n)),
        day=np.full(n, np.datetime64("NaT", "D")) if day is None else day,
        factors={name: Factor.of(values) for name, values in (factors or {}).items()},
        scores={name: np.asarray(values, dtype=float) for name, values in (scores or {}).items()},
        sentiment=more.pop("sentiment", np.zeros(n, dtype=np.int8)),
        churn=more.pop("churn", np.zeros(n, dtype=bool)),
        negative=marks[0],
        positive=marks[1],
        mentioned=marks.any(axis=0),
        pains=np.column_stack([*named.values()]) if named else np.zeros((n, 0), dtype=bool),
        taxonomy=TAXONOMY,
        points=tuple(point(name, comments=int(values.sum())) for name, values in named.items()),
        **more,
    )
