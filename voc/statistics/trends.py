"""What rises, falls or is new, with one false-alarm rate over all pain points."""

from __future__ import annotations

import numpy as np
from scipy import stats

from voc.statistics.columns import Columns
from voc.statistics.factor import Ints
from voc.statistics.intervals import Doubles, difference_figure, false_discovery, mid_p, share_figure
from voc.statistics.periods import LEAST_PERIODS, PeriodName, Periods, cut
from voc.statistics.records import Alert, Alerts, ChangePoint, Direction, Figure, Trend, Trends
from voc.statistics.volume import volume

FDR = 0.05
LEAST_COUNT = 5  # comments of a pain point for the test of the recent periods
LEAST_SLOPE = 10  # for that of a steady change, which leans on the normal law
_WITHIN = 1.92  # log-likelihood units: half the 95 % point of χ² with one degree of freedom
NEGATIVE = "negative"
_ZH: dict[Direction, str] = {"rising": "上升", "falling": "下降", "new": "新出现"}


def trends(columns: Columns, *, period: PeriodName | None = None, recent: int | None = None, fdr: float = FDR) -> Trends:
    """Shares by day or week, and the changes that are no accident.

    Two tests of each pain point, and of negative comments as a whole: the recent periods against those before (Fisher's exact test,
    mid-p), and a steady change over all (Cochran, 1954; Armitage, 1955). Both allow for counts that vary more than chance alone
    would have it (dispersion pooled over pain points, McCullagh & Nelder, 1989, section 4.5). Benjamini–Hochberg over all tests
    together: if nothing changed at all, a share `fdr` of the reports holds an alert; else at most that share of the alerts is false.

    Parameters
    ----------
    columns : Columns
        Of the batch.
    period : {"day", "week"}, optional
        Weeks where the dates span eight, else days.
    recent : int, optional
        Periods that count as recent.
    fdr : float
        False-discovery rate, 0–1.

    Returns
    -------
    Trends
        Rows in the order of the pain points; without rows, and saying why, where there are too few dates.
    """
    undated = int(np.isnat(columns.day).sum())
    periods = cut(columns.day, period, recent)
    if periods is None:
        why = f"有日期的评论不满 {LEAST_PERIODS} 天（周） / the dates span fewer than {LEAST_PERIODS} days or weeks"
        return Trends(period=None, undated=undated, fdr=fdr, why_not=why, volume=volume(columns.day))
    marks = np.column_stack([columns.sentiment == -1, columns.pains])
    named = [(NEGATIVE, "负面评论"), *((point.id, point.label) for point in columns.points)]
    rows, tests, dispersion = judged(periods.counts(marks), periods.totals, named, periods, fdr)
    alarms = sum(row.direction is not None for row in rows)
    return Trends(
        period=periods.name,
        starts=tuple(map(str, periods.starts)),
        totals=tuple(map(int, periods.totals)),
        until=str(columns.day[~np.isnat(columns.day)].max()),
        recent=periods.recent,
        undated=undated,
        dispersion=round(dispersion, 3),
        tests=tests,
        fdr=fdr,
        expected_false=round(fdr * alarms, 2),
        naive_false=round(0.05 * tests, 2),
        rows=tuple(rows[1:]),
        negative=rows[0],
        volume=volume(columns.day),
    )


def judged(counts: Ints, totals: Ints, named: list[tuple[str, str]], periods: Periods, fdr: float = FDR) -> tuple[list[Trend], int, float]:
    """Judge counts that share their denominators.

    Parameters
    ----------
    counts : ndarray of shape (n_rows, n_periods)
        Comments that name each.
    totals : ndarray of shape (n_periods,)
        Comments.
    named : list of (str, str), length n_rows
        Ids and labels.
    periods : Periods
        When.
    fdr : float
        False-discovery rate.

    Returns
    -------
    list of Trend, length n_rows
        In order.
    int
        Tests made.
    float
        Dispersion, at least 1.
    """
    p_recent, p_slope, dispersion = p_values(counts, totals, periods.recent)
    rising = _sign(counts, totals, periods.recent)
    q = false_discovery(np.concatenate([p_recent, p_slope])).reshape(2, -1)
    rows = []
    cut_at = len(totals) - periods.recent
    n_before, n_recent = int(totals[:cut_at].sum()), int(totals[cut_at:].sum())
    for at, (name, label) in enumerate(named):
        best = None if np.isnan(q[:, at]).all() else float(np.nanmin(q[:, at]))
        before, recent = int(counts[at, :cut_at].sum()), int(counts[at, cut_at:].sum())
        direction: Direction | None = None
        if best is not None and best <= fdr:
            upwards = rising[int(np.nanargmin(q[:, at])), at] > 0
            direction = ("rising" if before else "new") if upwards else "falling"
        rows.append(
            Trend(
                id=name,
                label=label,
                counts=tuple(map(int, counts[at])),
                before=share_figure(before, n_before),
                recent=share_figure(recent, n_recent),
                difference=difference_figure(recent, n_recent, before, n_before),
                p_recent=_told(p_recent[at]),
                p_slope=_told(p_slope[at]),
                q=_told(best),
                direction=direction,
                change=change_point(counts[at], totals, periods) if direction else None,
            )
        )
    return rows, int((~np.isnan(p_recent)).sum() + (~np.isnan(p_slope)).sum()), dispersion


def p_values(counts: Ints, totals: Ints, recent: int) -> tuple[Doubles, Doubles, float]:
    """The p-values of both tests, and the dispersion that they allow for.

    Parameters
    ----------
    counts : ndarray of shape (n_rows, n_periods)
        Comments that name each.
    totals : ndarray of shape (n_periods,)
        Comments.
    recent : int
        Last periods that count as recent, ≥ 1.

    Returns
    -------
    ndarray of shape (n_rows,)
        p of recent against before; NaN where too few.
    ndarray of shape (n_rows,)
        p of a steady change; NaN where too few.
    float
        Dispersion, at least 1.
    """
    n, everything = counts.sum(axis=1), int(totals.sum())
    cut_at = len(totals) - recent
    n_recent = int(totals[cut_at:].sum())
    dispersion = _dispersion(counts, totals, cut_at)
    p_recent = mid_p(counts[:, cut_at:].sum(axis=1), n_recent, n, everything)
    z = _slope_z(counts, totals)
    p_slope = 2 * stats.norm.sf(np.abs(z))
    if dispersion > 1:
        p_recent, p_slope = (
            2 * stats.norm.sf(stats.norm.isf(np.clip(p, 1e-300, 1) / 2) / np.sqrt(dispersion)) for p in (p_recent, p_slope)
        )
    possible = min(n_recent, everything - n_recent) > 0
    p_recent = np.where((n >= LEAST_COUNT) & possible & (n < everything), p_recent, np.nan)
    return p_recent, np.where((n >= LEAST_SLOPE) & (n < everything), p_slope, np.nan), dispersion


def change_point(counts: Ints, totals: Ints, periods: Periods) -> ChangePoint:
    """Where one change of the share explains the counts best.

    The split with the greatest binomial likelihood (Hinkley & Hinkley, Inference about the change-point in a sequence of binomial
    variables, 1970), and those nearly as good.

    Parameters
    ----------
    counts, totals : ndarray of shape (n_periods,)
        Comments that name it, and comments.
    periods : Periods
        When.

    Returns
    -------
    ChangePoint
        Located, not tested: ask only of what a test has flagged.
    """
    before, n_before = np.cumsum(counts)[:-1], np.cumsum(totals)[:-1]
    after, n_after = counts.sum() - before, totals.sum() - n_before
    fit = _log_likelihood(before, n_before) + _log_likelihood(after, n_after)
    best = int(np.argmax(fit))
    near = np.flatnonzero(fit >= fit[best] - _WITHIN)
    return ChangePoint(
        start=str(periods.starts[best + 1]),
        earliest=str(periods.starts[near[0] + 1]),
        latest=str(periods.starts[near[-1] + 1]),
        before=round(float(before[best] / max(n_before[best], 1)), 4),
        after=round(float(after[best] / max(n_after[best], 1)), 4),
    )


def alerts_of(found: Trends) -> tuple[Alert, ...]:
    """What to tell people: rows that the tests vouch for, the surest first.

    Parameters
    ----------
    found : Trends
        Of a batch.

    Returns
    -------
    tuple of Alert
        One for each row with a direction.
    """
    rows = [row for row in (found.negative, *found.rows) if row and row.direction and row.q is not None]
    return tuple(_alert(row, found) for row in sorted(rows, key=lambda row: (row.q, row.id)))


def series(row: Trend, found: Trends) -> tuple[tuple[str, Figure], ...]:
    """The share of one row, period by period, as charts show it.

    Parameters
    ----------
    row : Trend
        Of the trends.
    found : Trends
        Of a batch.

    Returns
    -------
    tuple of (str, Figure)
        First day of each period, and the share in it, however few comments there are.
    """
    each = zip(found.starts, row.counts, found.totals, strict=True)
    return tuple((start, share_figure(count, n, least=1)) for start, count, n in each)


def watch(found: Trends) -> Alerts:
    """The same for scripts.

    Parameters
    ----------
    found : Trends
        Of a batch.

    Returns
    -------
    Alerts
        The ``voc.alerts/1`` record.
    """
    last = np.datetime64(found.starts[-1]) + (6 if found.period == "week" else 0) if found.starts else None
    return Alerts(
        period=found.period,
        until=str(last) if last is not None else None,
        comments=sum(found.totals),
        tests=found.tests,
        fdr=found.fdr,
        expected_false=found.expected_false,
        alerts=alerts_of(found),
        why_not=found.why_not,
    )


def _alert(row: Trend, found: Trends) -> Alert:
    recent_is_surer = row.p_slope is None or (row.p_recent is not None and row.p_recent <= row.p_slope)
    n_recent, n_before = row.recent.n, row.before.n
    count = sum(row.counts[-found.recent :])
    before, recent = (sum(row.counts) - count) / max(n_before, 1), count / max(n_recent, 1)
    message = _message(row, found, before, recent) if recent_is_surer else _slope_message(row)
    return Alert(
        id=row.id,
        label=row.label,
        kind=row.direction or "new",
        test="recent" if recent_is_surer else "slope",
        before=round(before, 4),
        recent=round(recent, 4),
        difference=row.difference,
        q=row.q or 0.0,
        since=row.change.start if row.change else None,
        message=message,
    )


def _message(row: Trend, found: Trends, before: float, recent: float) -> str:
    unit = {"week": ("周", "weeks"), "day": ("天", "days")}[found.period or "day"]
    return (
        f"「{row.label}」{_ZH[row.direction or 'new']}：最近 {found.recent} {unit[0]} {recent:.1%}，之前 {before:.1%} / "
        f"{row.direction}: {recent:.1%} in the last {found.recent} {unit[1]}, {before:.1%} before"
    )


def _slope_message(row: Trend) -> str:
    change = row.change
    told = f"{change.start} 以来 {change.after:.1%}，之前 {change.before:.1%}" if change else ""
    said = f"{change.after:.1%} since {change.start}, {change.before:.1%} before" if change else ""
    return f"「{row.label}」持续{_ZH[row.direction or 'new']}：{told} / {row.direction} over the whole time: {said}"


def _dispersion(counts: Ints, totals: Ints, cut_at: int) -> float:
    """Pearson's χ² ÷ degrees of freedom, before and in the recent periods apart, so that a change is not taken for noise."""
    chi, free = 0.0, 0
    for part in (slice(None, cut_at), slice(cut_at, None)):
        n = totals[part]
        share = counts[:, part].sum(axis=1) / max(n.sum(), 1)
        expected = share[:, None] * n
        usable = (expected.min(axis=1, initial=np.inf, where=n > 0) >= 1) & (share < 1)
        periods = int((n > 0).sum())
        if periods > 1 and usable.any():
            variance = (expected * (1 - share)[:, None])[usable][:, n > 0]
            chi += float(((counts[usable][:, part][:, n > 0] - expected[usable][:, n > 0]) ** 2 / variance).sum())
            free += int(usable.sum()) * (periods - 1)
    return max(chi / free, 1.0) if free else 1.0


def _slope_z(counts: Ints, totals: Ints) -> Doubles:
    time = np.arange(len(totals)) - np.average(np.arange(len(totals)), weights=np.maximum(totals, 1e-9))
    share = counts.sum(axis=1) / totals.sum()
    variance = share * (1 - share) * (totals * time**2).sum()
    score = ((counts - share[:, None] * totals) * time).sum(axis=1)
    return np.asarray(np.divide(score, np.sqrt(variance), out=np.zeros(len(counts)), where=variance > 0), dtype=float)


def _sign(counts: Ints, totals: Ints, recent: int) -> Doubles:
    share = counts[:, -recent:].sum(axis=1) * totals[:-recent].sum() - counts[:, :-recent].sum(axis=1) * totals[-recent:].sum()
    return np.stack([np.sign(share), np.sign(_slope_z(counts, totals))])


def _log_likelihood(count: Ints, n: Ints) -> Doubles:
    share = np.divide(count, n, out=np.zeros(len(n)), where=n > 0)
    return np.asarray(stats.binom.logpmf(count, n, share) - stats.binom.logpmf(count, n, 0.5) + n * np.log(0.5), dtype=float)


def _told(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(f"{value:.3g}")
