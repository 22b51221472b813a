"""What changed since an earlier analysis: NPS, negative comments and pain points, then and now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from voc.metrics import DIGITS
from voc.records import Analysis, Change, Nps
from voc.statistics.intervals import LEAST, difference_figure, false_discovery, mid_p, mover, share_figure, suppressed
from voc.statistics.records import Figure

FDR = 0.05
LEAST_NAMED = 5  # comments of a pain point, then and now together: fewer can prove nothing
NPS_METHOD = "MOVER (Zou & Donner 2008) of Agresti & Min 2005"
State = Literal["rising", "falling", "flat", "new", "edited", "few"]


@dataclass(frozen=True)
class Moved:
    """A pain point then and now.

    Parameters
    ----------
    id, label : str
        As it is called now.
    before : Figure or None
        Share of the comments then, 0–1; None: the earlier analysis did not know it.
    now : Figure
        Share of the comments now.
    difference : Figure or None
        Now − then; None where there is nothing to take it from, or edits changed what belongs to the pain point.
    q : float or None
        After Benjamini–Hochberg over all pain points that were tested.
    state : str
        What can be said of it.
    comments : int
        That name it now.
    """

    id: str
    label: str
    before: Figure | None
    now: Figure
    difference: Figure | None
    q: float | None
    state: State
    comments: int


@dataclass(frozen=True)
class Since:
    """An analysis against an earlier one.

    Parameters
    ----------
    before : Analysis
        The earlier one.
    same_codebook : bool
        Whether ids of pain points mean the same in both; else they are compared by touchpoint and name.
    same_models : bool
        Whether the same models read both: else a difference may be theirs.
    nps : Figure or None
        Now − then, in points; None where one of the two has no scores.
    negative : Figure
        Share of negative comments, now − then.
    points : tuple of Moved
        What surely changed first, then the largest now.
    """

    before: Analysis
    same_codebook: bool
    same_models: bool
    nps: Figure | None
    negative: Figure
    points: tuple[Moved, ...]

    @property
    def tests(self) -> int:  # numpydoc ignore=RT01
        """Pain points that were tested."""
        return sum(one.q is not None for one in self.points)


def since(now: Analysis, before: Analysis, *, same_codebook: bool | None = None, edited: Collection[str] = ()) -> Since:
    """Compare an analysis with an earlier one.

    Differences of shares with Newcombe's interval (1998); Fisher's exact test with mid-p for each pain point, Benjamini–Hochberg over
    all of them, so that eighty pain points do not cry wolf four times. The difference of the NPS by MOVER out of the two intervals.

    Parameters
    ----------
    now, before : Analysis
        The two; of other comments.
    same_codebook : bool, optional
        Whether both kept to one codebook; where left out, whether both kept to any.
    edited : collection of str
        Pain points whose members people changed since; those that `now.changes` calls edited are known.

    Returns
    -------
    Since
        Each figure with n and interval; too few comments are suppressed and say so.
    """
    if same_codebook is None:
        same_codebook = None not in (now.run.codebook_version, before.run.codebook_version)
    changed = {one.id for one in now.changes if one.kind == "edited"} | set(edited) if same_codebook else set()
    counts = list(_counted(now, before, changed, {one.id: one for one in now.changes} if same_codebook else {}))
    n, m = now.input.comments, before.input.comments
    q = false_discovery([_p(one, n, m) for one in counts])
    points = [_moved(one, n, m, None if np.isnan(value) else float(f"{value:.3g}")) for one, value in zip(counts, q, strict=True)]
    bad = [one.metrics.sentiment["negative"].n if "negative" in one.metrics.sentiment else 0 for one in (now, before)]
    return Since(
        before=before,
        same_codebook=same_codebook,
        same_models=now.run.models == before.run.models,
        nps=_nps(now.metrics.nps, before.metrics.nps),
        negative=difference_figure(bad[0], n, bad[1], m),
        points=tuple(sorted(points, key=_surest)),
    )


def _nps(now: Nps | None, before: Nps | None) -> Figure | None:
    if now is None or before is None:
        return None
    n = now.n + before.n
    if min(now.n, before.n) < LEAST:
        return suppressed(n, NPS_METHOD)
    interval = mover(now.value, now.interval, before.value, before.interval)
    return Figure(value=round(now.value - before.value, DIGITS), interval=interval, n=n, method=NPS_METHOD)


class _Counted(NamedTuple):
    """Comments of a pain point, now and then; None: not known then, or not to be compared."""

    id: str
    label: str
    now: int
    then: int | None
    edited: bool


def _counted(now: Analysis, before: Analysis, edited: Collection[str], changes: Mapping[str, Change]) -> Iterator[_Counted]:
    """Pain points of now, and those of the codebook that were named then and are no more."""
    then = {point.id: point.comments for point in before.pain_points}
    for point in now.pain_points:
        change = changes.get(point.id)
        known = change is not None and change.before is not None  # by the last version, though nobody named it then
        yield _Counted(point.id, point.label, point.comments, then.get(point.id, 0 if known else None), point.id in edited)
    shown = {point.id for point in now.pain_points}
    for change in changes.values():
        if change.id in then and change.id not in shown and not change.after:
            yield _Counted(change.id, change.label, 0, then[change.id], change.id in edited)


def _p(one: _Counted, n: int, m: int) -> float:
    total = one.now + (one.then or 0)
    if one.then is None or one.edited or min(n, m) < LEAST or not LEAST_NAMED <= total < n + m:
        return float("nan")
    return float(mid_p(one.now, n, total, n + m))


def _moved(one: _Counted, n: int, m: int, q: float | None) -> Moved:
    compared = one.then is not None and not one.edited
    difference = difference_figure(one.now, n, one.then or 0, m) if compared else None
    state: State = "edited" if one.edited else "new" if one.then is None else "few" if q is None else "flat"
    if q is not None and q <= FDR and difference:
        state = "rising" if (difference.value or 0.0) > 0 else "falling"
    before = None if one.then is None else share_figure(one.then, m)
    return Moved(one.id, one.label, before, share_figure(one.now, n), difference, q, state, one.now)


def _surest(one: Moved) -> tuple[bool, float, int, str]:
    sure = one.state in ("rising", "falling")
    return not sure, one.q if sure and one.q is not None else 0.0, -one.comments, one.id
