"""What goes with the score: all themes in one model, so that none is blamed for what it only comes together with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Literal

import numpy as np
from scipy import stats
from scipy.linalg import solve_triangular
from threadpoolctl import threadpool_limits

from voc.metrics import DIGITS
from voc.report.format import number, signed, signed_interval
from voc.statistics.columns import Bools, Columns
from voc.statistics.intervals import Doubles, z_interval
from voc.statistics.records import Driver, DriverModel, Figure

LEAST_RESPONDENTS = 50
LEAST_MENTIONS = 10  # of a theme, and respondents who do not name it
PER_THEME = 10  # respondents that each theme of the model needs (Peduzzi et al., 1996)
RESAMPLES = 400
RIDGE = 1.0  # of the standardised themes: as much as one respondent who knows nothing; keeps twins from tearing the model apart
_UNITS = 500  # at most; more respondents are drawn in random groups, which leaves the variance of the sums as it is
_ALL_ORDERS = 6  # themes whose every order is tried
_ORDERS = 500
_TELLING = 0.0125  # standard deviations of the score: one NPS point or so; a smaller disagreement is none
_NAMES = {"nps": "NPS ", "csat": "满意度", "rating": "评分"}
DECIMALS = {"nps": 1, "csat": 2, "rating": 2}  # of points that mean anything: the NPS has 200, a scale of stars four
DriverScore = Literal["nps", "csat", "rating"]
Level = Literal["touchpoint", "pain_point"]
SCORES: tuple[DriverScore, ...] = ("nps", "csat", "rating")


@dataclass(frozen=True)
class Themes:
    """What may go with the score.

    Parameters
    ----------
    marks : ndarray of bool, shape (n_respondents, n_themes)
        Who names what.
    names : sequence of (str, str, str), length n_themes
        Id, label, and negative or positive.
    shown : sequence of bool, length n_themes
        Which to report; the others are only held equal.
    english : mapping of str to str
        Id → what it is in English; the label where left out.
    """

    marks: Bools
    names: Sequence[tuple[str, str, str]]
    shown: Sequence[bool]
    english: Mapping[str, str] = field(default_factory=dict)


def drivers(columns: Columns, *, seed: int = 42) -> tuple[DriverModel, ...]:
    """A joint model of each score, on touchpoints and on pain points.

    Touchpoints: negative and positive mentions of each. Pain points: each, with the other complaints and the praise of every
    touchpoint held equal.

    Parameters
    ----------
    columns : Columns
        Of the batch.
    seed : int
        Of the resamples.

    Returns
    -------
    tuple of DriverModel
        NPS first; one without drivers says why.
    """
    with threadpool_limits(1):  # small matrices only wait for their threads
        return tuple(_models(columns, seed))


def _models(columns: Columns, seed: int) -> Iterator[DriverModel]:
    of_level: dict[Level, Themes] = {"touchpoint": _touchpoints(columns), "pain_point": _pain_points(columns)}
    for score in SCORES:
        if score not in columns.scores:
            continue
        values = columns.scores[score][columns.first]
        if score == "nps":
            values = np.where(np.isnan(values), np.nan, 100.0 * ((values >= 9).astype(float) - (values <= 6)))
        known = ~np.isnan(values)
        weights = None if columns.weights is None else columns.weights[columns.first][known]
        for level, themes in of_level.items():
            chosen = replace(themes, marks=themes.marks[known])
            yield model(values[known], chosen, score, level, weights=weights, seed=seed)


def model(
    values: Doubles, themes: Themes, score: DriverScore, level: Level, *, weights: Doubles | None = None, seed: int = 42
) -> DriverModel:
    """Fit one joint model.

    Ridge regression (Hoerl & Kennard, 1970) of the score on all themes at once, themes standardised, penalty `RIDGE`. Standard errors
    by bootstrap over respondents (Efron & Tibshirani, 1993, chapter 9), widened by √(n ÷ (n − themes − 1)) for what the fit took up,
    with Student's quantile. A value is that of the ridge times 1 − 1 ÷ t², at least 0, t being the effect in standard errors
    (non-negative garrote: Breiman, Technometrics 37, 1995): of a theme that only comes together with another, chance alone would blame
    one NPS point or more, while a sure effect keeps its size. The interval is that of the ridge itself, so the value lies in it, though
    nearer to 0 than its middle. Shapley: the LMG share of R² (Lindeman, Merenda & Gold, 1980), over all orders of up to `_ALL_ORDERS`
    themes, else over random orders and their reverses (Castro et al., 2009). Association, not cause.

    Parameters
    ----------
    values : ndarray of shape (n_respondents,)
        Score; the NPS as 100, 0, −100. No NaN.
    themes : Themes
        What they name.
    score : {"nps", "csat", "rating"}
        What it is.
    level : {"touchpoint", "pain_point"}
        What the themes are.
    weights : ndarray of shape (n_respondents,), optional
        Survey weights.
    seed : int
        Of resamples and orders.

    Returns
    -------
    DriverModel
        Without drivers, and saying why, where there are too few respondents or themes.
    """
    n, method = len(values), f"ridge {RIDGE:g}, garrote, bootstrap {RESAMPLES} over respondents, Student's t"
    counts = themes.marks.sum(axis=0)
    frequent = [int(at) for at in np.argsort(-counts, kind="stable") if LEAST_MENTIONS <= counts[at] <= n - LEAST_MENTIONS]
    kept = sorted(frequent[: n // PER_THEME])
    left_out = tuple(themes.names[at][1] for at in range(len(themes.names)) if at not in set(kept) and themes.shown[at] and counts[at])
    if n < LEAST_RESPONDENTS or not kept or not np.ptp(values):
        why = f"有分数的 {n} 人，至少要 {LEAST_RESPONDENTS} 人，每个主题至少 {LEAST_MENTIONS} 人说到 / too few respondents"
        return DriverModel(
            score=score, level=level, n=n, r2=None, method=method, shapley_method="", drivers=(), left_out=left_out, why_not=why
        )
    rng = np.random.default_rng(seed)
    data = np.column_stack([np.ones(n), themes.marks[:, kept].astype(float), values])
    sums = _unit_sums(data, np.ones(n) if weights is None else weights * n / weights.sum(), rng)
    whole = sums.sum(axis=0)
    # Counting draws is several times as fast as `Generator.multinomial`.
    drawn_units = rng.integers(len(sums), size=(RESAMPLES, len(sums))) + np.arange(RESAMPLES)[:, None] * len(sums)
    draws = np.bincount(drawn_units.ravel(), minlength=RESAMPLES * len(sums)).reshape(RESAMPLES, -1).astype(float)
    drawn = (draws @ sums.reshape(len(sums), -1)).reshape(RESAMPLES, *whole.shape)
    (effect, impact, leave), errors = _estimates(whole[None])[:, 0], _estimates(drawn)
    free = max(n - len(kept) - 1, 1)
    quantile = float(stats.t.ppf(0.975, min(free, len(sums) - 1)))
    error = np.sqrt(n / free) * np.std(errors, axis=1, ddof=1)
    shrink = np.maximum(1 - error[0] ** 2 / np.maximum(effect**2, 1e-12), 0)
    shapley, r2, orders = lmg(whole, rng)
    gap = np.abs(impact - leave)
    sure = gap > np.maximum(quantile * np.std(errors[1] - errors[2], axis=0, ddof=1), _TELLING * values.std())
    found = []
    for place, at in enumerate(kept):
        name, label, polarity = themes.names[at]
        if not themes.shown[at]:
            continue
        figures = [
            z_interval(value[place], spread[place], n, method, quantile=quantile, shrink=float(factor[place]))
            for value, spread, factor in zip((effect, impact, leave), error, (shrink, shrink, np.ones(len(kept))), strict=True)
        ]
        spoken = (label, themes.english.get(name, label))
        zh, en = sentences(spoken, polarity, score, int(counts[at]), figures[0], figures[1])
        found.append(
            Driver(
                id=name,
                label=label,
                polarity=polarity,
                mentions=int(counts[at]),
                effect=figures[0],
                impact=figures[1],
                shapley=round(float(shapley[place]), DIGITS),
                leave_out=figures[2],
                disagrees=bool(sure[place]),
                sentence_zh=zh,
                sentence_en=en,
            )
        )
    found.sort(key=lambda one: (one.impact.value or 0.0, one.id))
    return DriverModel(
        score=score,
        level=level,
        n=n,
        r2=round(r2, DIGITS),
        method=method,
        shapley_method=f"LMG, {orders}",
        drivers=tuple(found),
        left_out=left_out,
    )


def lmg(moments: Doubles, rng: np.random.Generator) -> tuple[Doubles, float, str]:
    """Shapley share of R² of each theme (Lindeman, Merenda & Gold, 1980).

    What a theme adds after those before it is the square of its entry of L⁻¹r, where LLᵀ are the themes' correlations in that order
    and r those with the score: one Cholesky factor serves all themes of an order.

    Parameters
    ----------
    moments : ndarray of shape (n_themes + 2, n_themes + 2)
        Sums of products of 1, themes and score.
    rng : numpy.random.Generator
        Draws the orders.

    Returns
    -------
    ndarray of shape (n_themes,)
        Shares, sum 1.
    float
        R².
    str
        Which orders were tried.
    """
    _, _, correlation, with_score, _ = _standard(moments[None])
    matrix, against = correlation[0], with_score[0]
    p = len(against)
    # Themes that are the same but for a few respondents would leave no pivot.
    matrix = matrix + 1e-6 * np.eye(p)
    if p <= _ALL_ORDERS:
        orders = np.array(list(permutations(range(p))))
        told = f"all {len(orders)} orders"
    else:
        half = rng.permuted(np.tile(np.arange(p), (_ORDERS // 2, 1)), axis=1)
        orders, told = np.vstack([half, half[:, ::-1]]), f"{_ORDERS} random orders"
    added = np.zeros(p)
    for order in orders:
        factor = np.linalg.cholesky(matrix[np.ix_(order, order)])
        steps = solve_triangular(factor, against[order], lower=True, check_finite=False)
        added[order] += steps**2
    added /= len(orders)
    whole = float(added.sum())
    return (added / whole if whole else np.full(p, 1 / p)), min(whole, 1.0), told


def _unit_sums(data: Doubles, weights: Doubles, rng: np.random.Generator) -> Doubles:
    """Sums of products, of each respondent or random group of respondents: shape (n_units, n_columns, n_columns)."""
    groups = np.array_split(rng.permutation(len(data)), min(len(data), _UNITS))
    return np.stack([(data[rows] * weights[rows, None]).T @ data[rows] for rows in groups])


def _standard(moments: Doubles) -> tuple[Doubles, Doubles, Doubles, Doubles, Doubles]:
    """Means and deviations of the themes, their correlations, those with the score, and the score's deviation; of each resample."""
    n = moments[:, 0, 0]
    middle = moments[:, 0, 1:] / n[:, None]
    covariance = moments[:, 1:, 1:] / n[:, None, None] - middle[:, :, None] * middle[:, None, :]
    deviation = np.sqrt(np.maximum(np.einsum("rii->ri", covariance), 1e-12))
    correlation = covariance / (deviation[:, :, None] * deviation[:, None, :])
    return middle[:, :-1], deviation[:, :-1], correlation[:, :-1, :-1], correlation[:, :-1, -1], deviation[:, -1]


def _estimates(moments: Doubles) -> Doubles:
    """Effect, impact and leave-theme-out figure: shape (3, n_resamples, n_themes)."""
    middle, deviation, correlation, with_score, of_score = _standard(moments)
    n = moments[:, 0, 0]
    penalty = (RIDGE / n)[:, None, None] * np.eye(middle.shape[1])
    beta = np.linalg.solve(correlation + penalty, with_score[..., None])[..., 0] * of_score[:, None] / deviation
    mean_all = moments[:, 0, -1] / n
    outside = np.maximum(n[:, None] - moments[:, 0, 1:-1], 1e-9)
    mean_outside = (moments[:, 0, -1][:, None] - moments[:, 1:-1, -1]) / outside
    return np.stack([beta, beta * middle, mean_all[:, None] - mean_outside])


def _touchpoints(columns: Columns) -> Themes:
    bad, good = columns.by_respondent(columns.negative), columns.by_respondent(columns.positive)
    labels = [(one.id, one.zh) for one in columns.taxonomy.touchpoints]
    names = [(name, label, polarity) for polarity in ("negative", "positive") for name, label in labels]
    english = {one.id: one.en for one in columns.taxonomy.touchpoints if one.en}
    return Themes(np.hstack([bad, good]), names, [True] * len(names), english)


def _pain_points(columns: Columns) -> Themes:
    place = {one.id: at for at, one in enumerate(columns.taxonomy.touchpoints)}
    others = columns.negative.copy()
    for at, point in enumerate(columns.points):
        if point.touchpoint in place:
            others[:, place[point.touchpoint]] &= ~columns.pains[:, at]
    rest = _touchpoints(columns)
    marks = np.hstack([columns.by_respondent(columns.pains), columns.by_respondent(others), columns.by_respondent(columns.positive)])
    names = [(point.id, point.label, "negative") for point in columns.points] + list(rest.names)
    english = {point.id: f"{point.label} ({point.gloss})" for point in columns.points if point.gloss}
    return Themes(marks, names, [True] * len(columns.points) + [False] * len(rest.names), english)


def sentences(labels: tuple[str, str], polarity: str, score: DriverScore, mentions: int, effect: Figure, impact: Figure) -> tuple[str, str]:
    """A driver in plain words.

    Parameters
    ----------
    labels : tuple of (str, str)
        Of the theme, in Chinese and in English.
    polarity : {"negative", "positive"}
        Complaint or praise.
    score : {"nps", "csat", "rating"}
        That it goes with.
    mentions : int
        Respondents who name it.
    effect, impact : Figure
        See `Driver`.

    Returns
    -------
    tuple of (str, str)
        Chinese; English. Where the interval of the effect holds 0 they say that no difference can be seen.
    """
    digits, bounds, value = DECIMALS[score], effect.interval or (0.0, 0.0), effect.value or 0.0
    spoken = f"{'抱怨' if polarity == 'negative' else '称赞'}「{labels[0]}」的 {mentions} 人"
    praised = f"{mentions} who {'complain of' if polarity == 'negative' else 'praise'} {labels[1]}"
    range_zh, range_en = signed_interval(bounds, digits), signed_interval(bounds, digits, language="en")
    if bounds[0] <= 0 <= bounds[1]:
        zh = f"{spoken}，{_NAMES[score]}与其他人看不出差别（其他主题相同时，95% 区间 {range_zh} 分）。"
        return zh, f"{score.upper()} of the {praised} cannot be told from that of others (95% interval {range_en}, other themes equal)."
    height, way = number(abs(value), digits), "低" if value < 0 else "高"
    all_zh, all_en = _of_all(impact.value or 0.0, digits)
    zh = f"{spoken}，{_NAMES[score]}比其他人{way} {height} 分（其他主题相同时，95% 区间 {range_zh} 分）；{all_zh}。相关，不等于原因。"
    en = (
        f"The {praised} score {height} points {'lower' if value < 0 else 'higher'} on {score.upper()} than others "
        f"(95% interval {range_en}, other themes equal); {all_en}. This is association, not cause."
    )
    return zh, en


def _of_all(impact: float, digits: int) -> tuple[str, str]:
    """What it makes of the score of all; a number that would be rounded to nothing is said in words."""
    if not float(number(abs(impact), digits)):
        least = number(0.5 * 10**-digits, digits + 1)
        return f"放到全体几乎没有影响（不到 {least} 分）", f"over all next to nothing (below {least} points)"
    return f"放到全体是 {signed(impact, digits)} 分", f"{signed(impact, digits)} points over all"
