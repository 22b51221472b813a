"""Where which pain point stands out, and what tells the dissatisfied from the satisfied."""

from __future__ import annotations

from typing import Literal

import numpy as np

from voc.attributes import log_odds
from voc.metrics import Z95
from voc.statistics.answers import answers_of
from voc.statistics.columns import Bools, Columns
from voc.statistics.factor import Factor, Ints
from voc.statistics.intervals import LEAST, difference_figure, false_discovery, mid_p, share_figure
from voc.statistics.records import Contrast, SegmentFinding, Segments
from voc.statistics.satisfaction import scale_of

FDR = 0.05
FIELDS = ("channel", "source_type", "store", "product", "region", "tier")
LEAST_NAMED = 5  # comments of a pain point with that field: fewer can prove nothing
# Satisfied from, dissatisfied up to; of ten for the NPS, else as shares of the scale.
_ENDS = {"nps": (9.0, 6.0), "csat": (0.75, 0.25), "rating": (0.75, 0.25)}


def segments(columns: Columns, *, tier: Factor | None = None, fdr: float = FDR, least: int = LEAST) -> Segments:
    """Pain points that one segment names more, or less, than the rest.

    Fisher's exact test with mid-p for each pain point × segment, Benjamini–Hochberg over all of them; the size of the difference as
    log-odds with a prior (see `voc.attributes.log_odds`), which small numbers must overcome.

    Parameters
    ----------
    columns : Columns
        Of the batch.
    tier : Factor, optional
        Customer tier of each comment.
    fdr : float
        Share of false findings that is put up with, 0–1.
    least : int
        Comments that a segment needs.

    Returns
    -------
    Segments
        Findings only, the surest first.
    """
    factors = {name: columns.factors[name] for name in FIELDS if name in columns.factors} | ({"tier": tier} if tier else {})
    cells: list[tuple[str, str, int, int, int, int, int]] = []
    left_out = 0
    for field, factor in factors.items():
        known = factor.codes >= 0
        table = _cross(factor, columns.pains)
        sizes = np.bincount(factor.codes[known], minlength=len(factor.values))
        named, everything = table.sum(axis=0), int(sizes.sum())
        usable = [at for at, size in enumerate(sizes) if least <= size < everything]
        left_out += sum(size < least for size in sizes)
        cells += [
            (field, factor.values[at], point, int(table[at, point]), int(sizes[at]), int(named[point]), everything)
            for at in usable
            for point in np.flatnonzero((named >= LEAST_NAMED) & (named < everything)).tolist()
        ]
    if not cells:
        return Segments(tests=0, fdr=fdr, expected_false=0.0, findings=(), left_out=left_out)
    counts = np.array([cell[3:] for cell in cells])
    p = mid_p(counts[:, 0], counts[:, 1], counts[:, 2], counts[:, 3])
    q = false_discovery(p)
    found = []
    for at in np.flatnonzero(q <= fdr):
        field, value, point, count, n, named_all, everything = cells[at]
        ratio, deviation = log_odds(count, n, named_all - count, everything - n)
        found.append(
            SegmentFinding(
                id=columns.points[point].id,
                label=columns.points[point].label,
                field=field,
                segment=value,
                comments=count,
                share=share_figure(count, n, least=least),
                elsewhere=round((named_all - count) / (everything - n), 4),
                log_odds=round(ratio, 4),
                interval=(round(ratio - Z95 * deviation, 4), round(ratio + Z95 * deviation, 4)),
                p=float(f"{p[at]:.3g}"),
                q=float(f"{q[at]:.3g}"),
            )
        )
    found.sort(key=lambda one: (one.q, one.p, one.id, one.field, one.segment))
    return Segments(tests=len(cells), fdr=fdr, expected_false=round(fdr * len(found), 2), findings=tuple(found), left_out=left_out)


def contrasts(columns: Columns, *, least: int = LEAST) -> tuple[Contrast, ...]:
    """What dissatisfied respondents name and satisfied ones do not.

    NPS: promoters (9–10) and detractors (0–6); CSAT and rating: the upper and the lower quarter of the scale (of 1–5: 4–5 and 1–2).

    Parameters
    ----------
    columns : Columns
        Of the batch.
    least : int
        Respondents that either group needs.

    Returns
    -------
    tuple of Contrast
        Of each score, the greatest difference first; Newcombe's intervals, Benjamini–Hochberg over all themes of a score.
    """
    themes: list[tuple[Literal["touchpoint", "pain_point"], str, str]] = [
        ("touchpoint", one.id, one.zh) for one in columns.taxonomy.touchpoints
    ]
    themes += [("pain_point", point.id, point.label) for point in columns.points]
    marks = columns.by_respondent(np.hstack([columns.negative, columns.pains]))
    rows: list[Contrast] = []
    all_scores = answers_of(columns).scores
    for score, (high_from, low_to) in _ENDS.items():
        if score not in columns.scores:
            continue
        values = columns.scores[score][columns.first]
        if score != "nps":
            low_end, high_end = scale_of(all_scores[score])
            values = (values - low_end) / (high_end - low_end)
        high, low = marks[values >= high_from], marks[values <= low_to]
        named = high.sum(axis=0) + low.sum(axis=0)
        q = np.full(len(themes), np.nan)
        if min(len(high), len(low)) >= least:
            p = mid_p(low.sum(axis=0), len(low), named, len(low) + len(high))
            q = false_discovery(np.where(named >= LEAST_NAMED, p, np.nan))
        for at in np.flatnonzero(~np.isnan(q)):
            kind, name, label = themes[at]
            in_low, in_high = int(low[:, at].sum()), int(high[:, at].sum())
            rows.append(
                Contrast(
                    score=score,
                    kind=kind,
                    id=name,
                    label=label,
                    high=share_figure(in_high, len(high), least=least),
                    low=share_figure(in_low, len(low), least=least),
                    difference=difference_figure(in_low, len(low), in_high, len(high), least=least),
                    q=float(f"{q[at]:.3g}"),
                )
            )
    return tuple(sorted(rows, key=lambda row: (list(_ENDS).index(row.score), row.kind, -abs(row.difference.value or 0.0), row.id)))


def _cross(factor: Factor, marks: Bools) -> Ints:
    """Comments of each value with each mark: shape (n_values, n_marks)."""
    rows, columns = np.nonzero(marks)
    inside = factor.codes[rows] >= 0
    flat = factor.codes[rows[inside]] * marks.shape[1] + columns[inside]
    return np.bincount(flat, minlength=len(factor.values) * marks.shape[1]).reshape(len(factor.values), marks.shape[1])
