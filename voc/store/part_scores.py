"""What respondents of a part of a run scored: each of them once, whether they wrote something or not."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from voc.metrics import share, wilson
from voc.records import Nps, Score
from voc.store.part_columns import Bools, Columns, Doubles
from voc.store.part_records import Rated
from voc.store.records import RunFilter
from voc.tally import score_of

_RATED: tuple[Literal["csat", "ces", "rating"], ...] = ("csat", "ces", "rating")


def scored(columns: Columns, wanted: RunFilter, mask: Bools) -> dict[str, Any]:
    """All scores of a part.

    Parameters
    ----------
    columns : Columns
        Of the run.
    wanted : RunFilter
        Which part.
    mask : ndarray of bool, shape (n,)
        Its comments, by place.

    Returns
    -------
    dict of str to (Nps or Rated or None)
        By score; the NPS of the whole run is that of its analysis.
    """
    whole = not wanted.model_dump(exclude_none=True)
    return {
        "nps": columns.now.analysis.metrics.nps if whole else _nps(columns, wanted, mask),
        **{score: _rated(columns, score, wanted, mask) if _has(columns, score) else None for score in _RATED},
    }


def _has(columns: Columns, score: Score) -> bool:
    """Whether a table has such a column: to look for scores where there are none takes as long as to read them."""
    files = columns.now.analysis.input.files
    return not files or any(score in file.columns for file in files)


def _answers(columns: Columns, score: Score, wanted: RunFilter, mask: Bools) -> Doubles:
    """One of each respondent with a comment in the part, then those of respondents who wrote nothing."""
    scores = columns.scores()
    written, wordless = scores.given[score], scores.wordless.scores[score]
    inside = ~np.isnan(written) & mask[scores.places]
    first = np.unique(scores.respondents[inside], return_index=True)[1]
    return np.concatenate([written[inside][first], wordless[~np.isnan(wordless) & scores.wordless.chosen(wanted)]])


def _nps(columns: Columns, wanted: RunFilter, mask: Bools) -> Nps | None:
    if columns.now.analysis.metrics.nps is None:
        return None
    return score_of([int(answer) for answer in _answers(columns, "nps", wanted, mask)])


def _rated(columns: Columns, score: Literal["csat", "ces", "rating"], wanted: RunFilter, mask: Bools) -> Rated | None:
    values, scores = _answers(columns, score, wanted, mask), columns.scores()
    if not len(values):
        return None
    from voc.statistics.intervals import mean_figure  # scipy is slow to load, and few tables have such scores
    from voc.statistics.satisfaction import good_answers, much_effort_is_high, scale_of

    scale = scale_of(np.concatenate([scores.given[score], scores.wordless.scores[score]]))  # in a part perhaps nobody gave the best
    good = good_answers(score, scale, effort_is_high=much_effort_is_high(columns.now.analysis.input.files))
    n, count = len(values), int(((values >= good[0]) & (values <= good[1])).sum())
    return Rated(
        n=n,
        share=share(count, n),
        interval=wilson(count, n),
        mean=round(float(values.mean()), 4),
        mean_interval=mean_figure(values, scale=scale, least=2).interval,
        scale=scale,
        good=good,
    )
