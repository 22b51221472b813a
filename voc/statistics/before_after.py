"""Did it work: the share of a pain point before and after an action (the check of plan, do, check, act)."""

from __future__ import annotations

from math import sqrt

import numpy as np

from voc.errors import SettingsError
from voc.metrics import DIGITS
from voc.report.format import signed, signed_interval
from voc.statistics.columns import Bools, Columns
from voc.statistics.intervals import LEAST, difference_figure, mover, share_figure, suppressed
from voc.statistics.records import BeforeAfter, Figure, Verdict

WINDOW_DAYS = 28
WORTHWHILE = 0.5  # of the share before: a fix that works should halve it; a test that could not see that has not enough data
_Z = 1.959963984540054 + 0.8416212335729143  # two-sided 5 %, power 0.8
_METHOD = "difference in differences of shares, MOVER (Zou & Donner 2008)"


def before_after(
    columns: Columns,
    point_id: str,
    action_date: str,
    *,
    window_days: int = WINDOW_DAYS,
    store: str | None = None,
    control: bool = False,
    least: int = LEAST,
) -> BeforeAfter:
    """Compare the share of a pain point in as many days before an action as after it.

    The day of the action itself counts for neither. Newcombe's interval (1998); with a control group the change there is taken off
    (difference in differences), its interval by MOVER (Zou & Donner, 2008).

    Parameters
    ----------
    columns : Columns
        Of the batch.
    point_id : str
        Of the pain point.
    action_date : str
        ISO 8601 date.
    window_days : int
        Days on either side at most; as many as there are after the action, if fewer.
    store : str, optional
        Where the action was taken; all stores where left out.
    control : bool
        Take off the change in the other stores, which needs `store`.
    least : int
        Comments that each side needs.

    Returns
    -------
    BeforeAfter
        With a verdict that may be that there is not enough data.

    Raises
    ------
    SettingsError
        If there is no such pain point or store, the date is none, or a control group is asked for without a store.
    """
    at = _place(columns, point_id)
    try:
        day = np.datetime64(action_date[:10], "D")
    except ValueError as error:
        raise SettingsError("bad_date", f"不是日期 / no date: {action_date!r}", "2026-05-01") from error
    here = _store(columns, store, control)
    known = columns.day[~np.isnat(columns.day)]
    after_days = int((known.max() - day).astype(int)) if len(known) else 0
    window = max(min(window_days, after_days), 0)
    since = (columns.day - day).astype(float)  # NaT becomes NaN, which is in no window
    sides = [(since >= -window) & (since < 0), (since > 0) & (since <= window)]
    marks = columns.pains[:, at]
    counts = [_counts(marks, side & here) for side in sides]
    others = [_counts(marks, side & ~here & (columns.factors["store"].codes >= 0)) for side in sides] if control else None
    return verdict_of(
        (*counts[0], *counts[1]),
        (*others[0], *others[1]) if others else None,
        point_id=point_id,
        label=columns.points[at].label,
        action_date=str(day),
        window_days=window,
        least=least,
    )


def verdict_of(
    counts: tuple[int, int, int, int],
    control: tuple[int, int, int, int] | None = None,
    *,
    point_id: str = "",
    label: str = "",
    action_date: str = "",
    window_days: int = 0,
    least: int = LEAST,
) -> BeforeAfter:
    """The same of counts.

    Parameters
    ----------
    counts : tuple of int
        Comments that name it and comments, before; the same after.
    control : tuple of int, optional
        The same where nothing was done.
    point_id, label, action_date : str
        What and when.
    window_days : int
        Days on either side.
    least : int
        Comments that each side needs.

    Returns
    -------
    BeforeAfter
        Improved or worse where the interval of the change lies to one side of 0; no change seen where it does not, though a change of
        `WORTHWHILE` × the share before would have been seen; else not enough data.

    Examples
    --------
    >>> verdict_of((60, 500, 25, 500)).verdict, verdict_of((6, 50, 5, 50)).verdict
    ('improved', 'not_enough_data')
    """
    k_before, n_before, k_after, n_after = counts
    sides = [counts, *([control] if control else [])]
    enough = all(min(side[1], side[3]) >= max(least, 1) for side in sides)
    change = difference_figure(k_after, n_after, k_before, n_before, least=least)
    if control and enough:
        there = difference_figure(control[2], control[3], control[0], control[1], least=least)
        one, other = k_after / n_after - k_before / n_before, control[2] / control[3] - control[0] / control[1]
        interval = mover(one, _interval(change), other, _interval(there))
        change = Figure(value=round(one - other, DIGITS), interval=interval, n=sum(side[1] + side[3] for side in sides), method=_METHOD)
    elif control:
        change = suppressed(change.n, _METHOD)
    smallest = _detectable(sides) if enough else None
    base = k_before / n_before if n_before else 0.0
    verdict: Verdict = "not_enough_data"
    if enough and change.interval:
        low, high = change.interval
        if high < 0:
            verdict = "improved"
        elif low > 0:
            verdict = "worse"
        elif smallest is not None and smallest <= WORTHWHILE * base:
            verdict = "no_change_seen"
    zh, en = _sentences(verdict, change, smallest, control is not None)
    return BeforeAfter(
        id=point_id,
        label=label,
        action_date=action_date,
        window_days=window_days,
        before=share_figure(k_before, n_before, least=least),
        after=share_figure(k_after, n_after, least=least),
        change=change,
        control_before=share_figure(control[0], control[1], least=least) if control else None,
        control_after=share_figure(control[2], control[3], least=least) if control else None,
        detectable=None if smallest is None else round(smallest, DIGITS),
        verdict=verdict,
        sentence_zh=zh,
        sentence_en=en,
    )


def _interval(figure: Figure) -> tuple[float, float]:
    return figure.interval or (-1.0, 1.0)


def _detectable(sides: list[tuple[int, int, int, int]]) -> float | None:
    count, n_before, _, n_after = sides[0]
    more = 0.0
    for k_before, size_before, k_after, size_after in sides[1:]:
        pooled = (k_before + k_after + 0.5) / (size_before + size_after + 1)
        more += pooled * (1 - pooled) * (1 / size_before + 1 / size_after)
    # Half a comment more: of a share of 0 no fall can be seen, but a rise.
    smallest = detectable_change((count + 0.5) / (n_before + 1), n_before, n_after, variance_elsewhere=more)
    return smallest if smallest < 1 else None


def _place(columns: Columns, point_id: str) -> int:
    for at, point in enumerate(columns.points):
        if point_id in (point.id, point.label):
            return at
    raise SettingsError("unknown_pain_point", f"没有这个痛点 / no such pain point: {point_id!r}", "用编号或名称 / by id or label")


def _store(columns: Columns, store: str | None, control: bool) -> Bools:
    if store is None:
        if control:
            raise SettingsError("no_store", "对照组要说明在哪家门店采取了措施 / a control group needs the store of the action", "store=…")
        return np.ones(len(columns), dtype=bool)
    factor = columns.factors.get("store")
    if factor is None or store not in factor.values:
        raise SettingsError("unknown_store", f"没有这家门店 / no such store: {store!r}", "、".join(factor.values[:10]) if factor else "")
    return np.asarray(factor.codes == factor.values.index(store))


def _counts(marks: Bools, chosen: Bools) -> tuple[int, int]:
    return int((marks & chosen).sum()), int(chosen.sum())


def _sentences(verdict: Verdict, change: Figure, smallest: float | None, control: bool) -> tuple[str, str]:
    against_zh, against_en = ("，已扣除对照门店的变化", ", less the change in the control stores") if control else ("", "")
    seen_zh = f"；按现有条数，{100 * smallest:.1f} 个百分点以上的变化才看得出" if smallest is not None else ""
    seen_en = f"; with this n a change of {100 * smallest:.1f} points would be seen" if smallest is not None else ""
    if change.value is None or change.interval is None:
        return "数据不够：前后评论太少，不能下结论。", "Not enough data: too few comments before or after."
    value, bounds = signed(100 * change.value), (100 * change.interval[0], 100 * change.interval[1])
    zh = {"improved": "改善", "worse": "变差", "no_change_seen": "没看到变化", "not_enough_data": "数据不够，不能下结论"}[verdict]
    en = {"improved": "Improved", "worse": "Worse", "no_change_seen": "No change seen", "not_enough_data": "Not enough data to tell"}[
        verdict
    ]
    return (
        f"{zh}：变化 {value} 个百分点（95% 区间 {signed_interval(bounds)}）{against_zh}{seen_zh}。",
        f"{en}: {value} points (95% interval {signed_interval(bounds, language='en')}){against_en}{seen_en}.",
    )


def detectable_change(share: float, n_before: int, n_after: int, *, variance_elsewhere: float = 0.0) -> float:
    """Smallest fall of a share that would be seen with probability 0.8, to plan an action by.

    2.80 standard errors of the difference (two-sided 5 %, power 0.8: Fleiss, Statistical Methods for Rates and Proportions, 1981,
    chapter 3), the share after it being the smaller one; where no fall is large enough, the rise from the present share.

    Parameters
    ----------
    share : float
        Now, 0–1.
    n_before, n_after : int
        Comments on either side, ≥ 1.
    variance_elsewhere : float
        Of the change in the control group.

    Returns
    -------
    float
        0–1.

    Examples
    --------
    >>> round(detectable_change(0.1, 400, 400), 3)
    0.052
    """
    change = 0.0
    for _ in range(30):
        after = max(share - change, 0.0)
        change = _Z * sqrt(share * (1 - share) / n_before + after * (1 - after) / n_after + variance_elsewhere)
    if change > share:
        change = _Z * sqrt(share * (1 - share) * (1 / n_before + 1 / n_after) + variance_elsewhere)
    return min(change, 1.0)
