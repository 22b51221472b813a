"""Whether the same touchpoint is as good in every channel."""

from __future__ import annotations

from itertools import combinations
from math import sqrt

import numpy as np

from voc.metrics import Z95
from voc.statistics.columns import Columns
from voc.statistics.factor import Factor, Ints
from voc.statistics.intervals import LEAST, Doubles, difference_figure, false_discovery, mid_p, share_figure, suppressed
from voc.statistics.records import ChannelGap, Consistency, Figure

FDR = 0.05
RESAMPLES = 500
_METHOD = "parametric bootstrap of the mean square difference"
_NONE = "至少要有两个渠道，且同一触点在两处各有足够的提及 / two channels with enough mentions of one touchpoint are needed"


def consistency(columns: Columns, *, least: int = LEAST, fdr: float = FDR, seed: int = 42) -> Consistency:
    """Compare the negative share of each touchpoint between channels.

    Index: 100 − 100 √D, where D is the mean square difference in negative share between two channels over all touchpoints, weighted
    by the mentions of the rarer of the two, less what chance alone adds (p(1 − p) ÷ (n − 1) of either): 100 is all alike, 85 a typical
    gap of 15 points. Gaps: Newcombe's interval, Fisher's exact test with mid-p, Benjamini–Hochberg over all of them.

    Parameters
    ----------
    columns : Columns
        Of the batch.
    least : int
        Mentions of a touchpoint that a channel needs to be compared.
    fdr : float
        Share of false gaps among those flagged that is put up with, 0–1.
    seed : int
        Of the resamples.

    Returns
    -------
    Consistency
        Without an index, and saying why, where nothing can be compared.
    """
    channel = columns.factors.get("channel")
    cells = _cells(columns, channel, least) if channel else []
    if not cells:
        return Consistency(index=suppressed(0, _METHOD), gaps=(), tests=0, why_not=_NONE)
    counts = np.array([(cell[2], cell[3], cell[5], cell[6]) for cell in cells])
    q = false_discovery(mid_p(counts[:, 0], counts[:, 1], counts[:, 0] + counts[:, 2], counts[:, 1] + counts[:, 3]))
    gaps = [
        ChannelGap(
            touchpoint=columns.taxonomy.touchpoints[place].id,
            label=columns.taxonomy.touchpoints[place].zh,
            channels=(one, other),
            shares=(share_figure(bad, n, least=least), share_figure(bad_other, n_other, least=least)),
            difference=difference_figure(bad, n, bad_other, n_other, least=least),
            q=float(f"{q[at]:.3g}"),
            differs=bool(q[at] <= fdr),
        )
        for at, (place, one, bad, n, other, bad_other, n_other) in enumerate(cells)
    ]
    gaps.sort(key=lambda gap: (-abs(gap.difference.value or 0.0), gap.touchpoint, gap.channels))
    # A channel is in several pairs, its mentions are counted once.
    mentions = {(cell[0], name): n for cell in cells for name, n in ((cell[1], cell[3]), (cell[4], cell[6]))}
    index = index_figure(counts, seed=seed).model_copy(update={"n": sum(mentions.values())})
    return Consistency(index=index, gaps=tuple(gaps), tests=len(cells))


def index_figure(counts: Ints, *, seed: int = 42) -> Figure:
    """Consistency index of pairs of channels (see `consistency`).

    The interval is that of the mean square difference, its standard error from counts drawn anew at the shares seen; pairs that share
    a channel are drawn apart, which matters little beside the touchpoints.

    Parameters
    ----------
    counts : ndarray of int, shape (n_pairs, 4)
        Negative mentions and mentions, in the one channel and in the other.
    seed : int
        Of the draws.

    Returns
    -------
    Figure
        0–100.

    Examples
    --------
    >>> index_figure(np.array([[500, 1000, 200, 1000]])).value
    70.07
    """
    rng = np.random.default_rng(seed)
    size = counts[:, [1, 3]]
    value = float(_square(counts[None, :, [0, 2]], size)[0])
    # Half a success and half a failure more: shares of 0 and 1 vary too.
    seen = (counts[:, [0, 2]] + 0.5) / (size + 1)
    error = float(np.std(_square(rng.binomial(size, seen, size=(RESAMPLES, *size.shape)), size), ddof=1))
    low, middle, high = (100 - 100 * sqrt(min(max(end, 0.0), 1.0)) for end in (value + Z95 * error, value, value - Z95 * error))
    return Figure(value=round(middle, 2), interval=(round(low, 2), round(high, 2)), n=int(size.sum()), method=_METHOD)


def _cells(columns: Columns, channel: Factor, least: int) -> list[tuple[int, str, int, int, str, int, int]]:
    """Touchpoint, and of two channels the name, negative mentions and mentions."""
    cells = []
    for place in range(len(columns.taxonomy.touchpoints)):
        spoken = columns.mentioned[:, place] & (channel.codes >= 0)
        n = np.bincount(channel.codes[spoken], minlength=len(channel.values)).tolist()
        bad = np.bincount(channel.codes[spoken & columns.negative[:, place]], minlength=len(channel.values)).tolist()
        known = [at for at, size in enumerate(n) if size >= least]
        cells += [
            (place, channel.values[one], bad[one], n[one], channel.values[other], bad[other], n[other])
            for one, other in combinations(known, 2)
        ]
    return cells


def _square(bad: Ints, size: Ints) -> Doubles:
    share = bad / size
    chance = (share * (1 - share) / (size - 1)).sum(axis=-1)
    weight = size.min(axis=-1)
    return np.asarray((((share[..., 0] - share[..., 1]) ** 2 - chance) * weight).sum(axis=-1) / weight.sum(), dtype=float)
