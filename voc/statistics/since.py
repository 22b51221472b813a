"""What changed since an earlier analysis: NPS, negative comments and pain points, then and now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from voc.metrics import DIGITS
from voc.records import Analysis, Nps
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
        Share of the comments then, 0–1; None: it had not taken shape then, which is not to say that nobody named it.
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
        Those of now: what surely changed first, then the largest.
    gone : tuple of (str, int)
        Those that took shape then alone, and the comments that named them. Not compared: fewer may name them, or as many in words that
        no longer gather to a pain point.
    """

    before: Analysis
    same_codebook: bool
    same_models: bool
    nps: Figure | None
    negative: Figure
    points: tuple[Moved, ...]
    gone: tuple[tuple[str, int], ...]

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
    then = {point.id: point.comments for point in before.pain_points}
    counts = [_Counted(one.id, one.label, one.comments, then.get(one.id), one.id in changed) for one in now.pain_points]
    n, m = now.input.comments, before.input.comments
    q = false_discovery([_p(one, n, m) for one in counts])
    points = [_moved(one, n, m, None if np.isnan(value) else float(f"{value:.3g}")) for one, value in zip(counts, q, strict=True)]
    bad = [one.metrics.sentiment["negative"].n if "negative" in one.metrics.sentiment else 0 for one in (now, before)]
    return Since(
        before=before,
        same_codebook=same_codebook,
        same_models=now.run.models == before.run.models,
        nps=nps_difference(now.metrics.nps, before.metrics.nps),
        negative=difference_figure(bad[0], n, bad[1], m),
        points=tuple(sorted(points, key=_surest)),
        gone=tuple(_gone(now, before, changed)) if same_codebook else (),
    )


def nps_difference(now: Nps | None, before: Nps | None) -> Figure | None:
    """Difference of two NPS of other respondents, by MOVER (Zou & Donner, 2008) out of their intervals.

    Parameters
    ----------
    now, before : Nps or None
        First − second.

    Returns
    -------
    Figure or None
        In points; None where one of the two has no scores.
    """
    if now is None or before is None:
        return None
    n = now.n + before.n
    if min(now.n, before.n) < LEAST:
        return suppressed(n, NPS_METHOD)
    interval = mover(now.value, now.interval, before.value, before.interval)
    return Figure(value=round(now.value - before.value, DIGITS), interval=interval, n=n, method=NPS_METHOD)


class _Counted(NamedTuple):
    """Comments of a pain point, now and then; None: it had not taken shape then."""

    id: str
    label: str
    now: int
    then: int | None
    edited: bool


def _gone(now: Analysis, before: Analysis, edited: Collection[str]) -> Iterator[tuple[str, int]]:
    """Pain points of the codebook, not merged or dismissed since, that took shape then and did not now."""
    then = {point.id: point.comments for point in before.pain_points}
    for change in sorted(now.changes, key=lambda one: (-then.get(one.id, 0), one.id)):
        if then.get(change.id) and not change.after and change.id not in edited:
            yield change.label, then[change.id]


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
