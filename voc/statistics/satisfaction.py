"""NPS, CSAT, CES and CSI, of all respondents and of every segment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from voc.records import SCORES, Score, SourceTable
from voc.statistics.answers import Answers, answers_of
from voc.statistics.columns import FIELDS, Bools, Columns
from voc.statistics.factor import Ints
from voc.statistics.intervals import (
    LEAST,
    STUDENT_OF_SCALE,
    Doubles,
    balance_figure,
    effective_number,
    mean_figure,
    share_figure,
    suppressed,
)
from voc.statistics.records import Figure, Pair, Satisfaction

SCALES = (5.0, 7.0, 10.0, 100.0)  # highest answers that surveys offer
MOST_SEGMENTS = 200  # of a field, the most frequent
# Best answers that count as satisfied: two of five and of ten (top-2-box), the upper three of seven (CES 2.0: "somewhat agree" and up).
_TOP = {5.0: 4.0, 7.0: 6.0, 10.0: 9.0, 100.0: 80.0}
_EASY = {5.0: 4.0, 7.0: 5.0, 10.0: 8.0, 100.0: 70.0}


def scale_of(values: Doubles) -> Pair:
    """Scale that answers are on: 1–5, 1–7, 0–10 or 0–100, the narrowest that holds them all.

    Parameters
    ----------
    values : ndarray
        Answers; NaN is none.

    Returns
    -------
    (float, float)
        Lowest and highest answer; from 0 where a 0 was given.

    Examples
    --------
    >>> scale_of(np.array([1.0, 5.0, np.nan])), scale_of(np.array([0.0, 9.0]))
    ((1.0, 5.0), (0.0, 10.0))
    """
    known = values[~np.isnan(values)]
    top = float(known.max(initial=0.0))
    high = next((scale for scale in SCALES if top <= scale), top)
    return (0.0 if known.min(initial=1.0) < 1 or high == 100.0 else 1.0), high


def top_box(high: float) -> float:
    """Lowest answer that counts as satisfied.

    Parameters
    ----------
    high : float
        Highest answer of the scale.

    Returns
    -------
    float
        The second best of 5, 7 or 10; 80 of 100; the best of any other scale.

    Examples
    --------
    >>> top_box(5.0), top_box(10.0)
    (4.0, 9.0)
    """
    return _TOP.get(high, high)


def good_answers(score: Score, scale: Pair, *, effort_is_high: bool = False) -> Pair:
    """Answers that count as satisfied; to the question of effort, as easy.

    Parameters
    ----------
    score : {"csat", "ces", "rating"}
        What was asked.
    scale : (float, float)
        Lowest and highest answer.
    effort_is_high : bool
        A high CES answer means much effort (费力度), not little.

    Returns
    -------
    (float, float)
        Lowest and highest of them.

    Examples
    --------
    >>> good_answers("rating", (1, 5)), good_answers("ces", (1, 7)), good_answers("ces", (1, 7), effort_is_high=True)
    ((4.0, 5), (5.0, 7), (1, 3.0))
    """
    low, high = scale
    if score != "ces":
        return top_box(high), high
    edge = _EASY.get(high, high)
    return (low, low + high - edge) if effort_is_high else (edge, high)


def much_effort_is_high(tables: Iterable[SourceTable]) -> bool:
    """Whether a high CES answer means much effort.

    Parameters
    ----------
    tables : iterable of SourceTable
        With the headers of their columns.

    Returns
    -------
    bool
        True where the column is called so.
    """
    headers = [(table.columns.get("ces") or "").lower() for table in tables]
    return any("费力" in header or "effort" in header for header in headers)


def satisfaction(
    columns: Columns,
    *,
    csi: Mapping[str, float] | None = None,
    effort_is_high: bool = False,
    least: int = LEAST,
) -> tuple[Satisfaction, ...]:
    """All metrics that the table has answers for.

    NPS (Reichheld, 2003): 9–10 less 0–6. CSAT: share of the two best answers, and the mean. CES (Dixon et al., 2010; 2.0: 2013):
    share that found it easy, and the mean. CSI: as of `index_figure`. A respondent counts once however many comments are theirs; in a
    segment by question, once for each question answered. Those who wrote nothing count like all others, but in no question.

    Parameters
    ----------
    columns : Columns
        Of the batch.
    csi : mapping of str to float, optional
        Weight of each score in the index; equal weights of all that there are where left out.
    effort_is_high : bool
        A high CES answer means much effort (费力度), not little.
    least : int
        Answers below which a figure is suppressed.

    Returns
    -------
    tuple of Satisfaction
        Those of all first; then by field and segment, the most frequent segments first, at most `MOST_SEGMENTS` of a field.
    """
    answers = answers_of(columns)
    scales = {name: (0.0, 10.0) if name == "nps" else scale_of(values) for name, values in answers.scores.items()}
    weights = _shares(csi or dict.fromkeys((name for name in ("nps", "csat", "rating") if name in answers.scores), 1.0))
    rows: list[Satisfaction] = []
    for field, segment, chosen in _parts(answers):
        for metric, name, figure in _metrics(answers, chosen, scales, effort_is_high, least):
            scale = scales[name]
            missing = 1 - figure.n / len(chosen) if len(chosen) else 0.0
            rows.append(Satisfaction(metric=metric, field=field, segment=segment, figure=figure, missing=round(missing, 4), scale=scale))
        if len(weights) > 1:
            items = {name: answers.scores[name][chosen] for name in weights if name in answers.scores}
            figure = index_figure(items, weights, scales, None if answers.weights is None else answers.weights[chosen], least=least)
            rows.append(
                Satisfaction(
                    metric="csi",
                    field=field,
                    segment=segment,
                    figure=figure,
                    missing=round(1 - figure.n / len(chosen), 4) if len(chosen) else 0.0,
                    scale=(0, 100),
                    weights={name: round(weight, 4) for name, weight in weights.items()},
                )
            )
    return tuple(rows)


def index_figure(
    items: Mapping[str, Doubles],
    weights: Mapping[str, float],
    scales: Mapping[str, Pair],
    survey: Doubles | None = None,
    *,
    least: int = LEAST,
) -> Figure:
    """Customer satisfaction index: weighted mean of the items, each stretched to 0–100 (as the ACSI's: Fornell et al., 1996).

    Parameters
    ----------
    items : mapping of str to ndarray of shape (n,)
        Answers to each item; NaN where none.
    weights : mapping of str to float
        Of the items, sum 1.
    scales : mapping of str to (float, float)
        Lowest and highest answer of each.
    survey : ndarray of shape (n,), optional
        Survey weights.
    least : int
        Complete answers below which nothing is shown.

    Returns
    -------
    Figure
        0–100, of those who answered all items; interval of their own indices (`mean_figure`).

    Examples
    --------
    >>> answers = {"csat": np.array([5.0, 3.0] * 20), "nps": np.array([10.0, 5.0] * 20)}
    >>> index_figure(answers, {"csat": 0.5, "nps": 0.5}, {"csat": (1, 5), "nps": (0, 10)}).value
    75.0
    """
    if set(items) != set(weights):
        return suppressed(0, STUDENT_OF_SCALE)
    stretched = [100 * weights[name] * (items[name] - low) / (high - low) for name, (low, high) in scales.items() if name in weights]
    index = np.sum(stretched, axis=0)
    known = ~np.isnan(index)
    return mean_figure(index[known], None if survey is None else survey[known], scale=(0, 100), least=least)


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()} if whole else {}


def _parts(answers: Answers) -> Iterator[tuple[str | None, str | None, Ints]]:
    """All respondents, then those of each segment: the row that stands for each."""
    yield None, None, answers.first
    for field in FIELDS:
        factor = answers.factors.get(field)
        if factor is None or len(factor.values) < 2:
            continue
        # Of each respondent and value one row.
        pairs = answers.respondent * (len(factor.values) + 1) + factor.codes + 1
        rows = np.unique(pairs, return_index=True)[1]
        order = rows[np.argsort(factor.codes[rows], kind="stable")]
        ends = np.searchsorted(factor.codes[order], np.arange(len(factor.values) + 1))
        for place, value in enumerate(factor.values[:MOST_SEGMENTS]):
            yield field, value, order[ends[place] : ends[place + 1]]


def _metrics(
    answers: Answers, chosen: Ints, scales: Mapping[str, Pair], effort_is_high: bool, least: int
) -> Iterator[tuple[str, str, Figure]]:
    for name in SCORES:
        if name not in answers.scores:
            continue
        values = answers.scores[name][chosen]
        known = ~np.isnan(values)
        given = values[known]
        weights = None if answers.weights is None else answers.weights[chosen][known]
        if name == "nps":
            yield "nps", name, _nps(given, weights, least)
            continue
        low, high = good_answers(name, scales[name], effort_is_high=effort_is_high)
        yield "ces_easy" if name == "ces" else f"{name}_top2", name, _share((given >= low) & (given <= high), weights, least)
        yield f"{name}_mean", name, mean_figure(given, weights, scale=scales[name], least=least)


def _nps(answers: Doubles, weights: Doubles | None, least: int) -> Figure:
    weight = np.ones(len(answers)) if weights is None else weights * len(answers) / weights.sum() if len(answers) else weights
    up, down = float(weight[answers >= 9].sum()), float(weight[answers <= 6].sum())
    sides = (answers >= 9).astype(float) - (answers <= 6)
    effective = None if weights is None else effective_number(sides, weights)
    return balance_figure(up, down, len(answers), scale=100, effective=effective, least=least)


def _share(good: Bools, weights: Doubles | None, least: int) -> Figure:
    marks = good.astype(float)
    if weights is None or not len(marks):
        return share_figure(int(marks.sum()), len(marks), least=least)
    count = float(np.average(marks, weights=weights)) * len(marks)
    return share_figure(count, len(marks), effective=effective_number(marks, weights), least=least)
