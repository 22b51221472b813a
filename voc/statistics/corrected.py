"""Shares corrected for the models' own errors, as a random audit by people shows them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path

import numpy as np

from voc.errors import TableError
from voc.metrics import DIGITS, Z95, promoter_balance, wilson
from voc.statistics.columns import Bools
from voc.statistics.factor import Ints
from voc.statistics.intervals import mover, share_figure
from voc.statistics.records import Corrected, Figure

_AUDIT_HINT = "表头 comment_id,id,holds；holds 为 1 或 0 / header comment_id,id,holds; holds is 1 or 0"
LEAST_AUDITED = 30
LEAST_OF_A_KIND = 10  # audited comments that have it, and that have not, for Rogan & Gladen: on fewer its interval is too narrow
_RG, _PPI = (
    "Rogan & Gladen 1978, interval of Lang & Reiczigel 2014",
    "prediction-powered inference, Angelopoulos et al. 2023; MOVER interval",
)


def audit_sample(ids: Sequence[str], n: int, *, seed: int) -> tuple[str, ...]:
    """Comments for people to judge, every one as likely as any other: what the correction rests on.

    Parameters
    ----------
    ids : sequence of str
        Of all comments.
    n : int
        How many to judge.
    seed : int
        Of the draw; a new one for each audit.

    Returns
    -------
    tuple of str, length min(n, len(ids))
        In the order of the batch.
    """
    chosen = np.random.default_rng(seed).choice(len(ids), size=min(n, len(ids)), replace=False)
    return tuple(ids[at] for at in np.sort(chosen))


def corrected_share(
    predicted: Bools, audited: Sequence[int], truth: Sequence[bool], *, label: str = "", least: int = LEAST_AUDITED
) -> Corrected:
    """Correct a share by an audit.

    Prediction-powered inference (Angelopoulos, Bates, Fannjiang, Jordan & Zrnic, Science 382, 2023): the models' share of the comments
    not audited, plus the audit's share of missed ones less its share of false ones. Its interval joins that of the share (Wilson) with
    that of the correction (Agresti & Min, 2005) by MOVER (Zou & Donner, 2008), which holds where errors are few. Rogan & Gladen
    (American Journal of Epidemiology 107, 1978): (share + specificity − 1) ÷ (sensitivity + specificity − 1) of the
    comments not audited, so that its terms are independent; interval of Lang &
    Reiczigel (Preventive Veterinary Medicine 113, 2014).

    Parameters
    ----------
    predicted : ndarray of bool, shape (n,)
        What the models say of each comment.
    audited : sequence of int
        Places of the comments that people judged: a random sample, or the figures mean nothing.
    truth : sequence of bool, of the same length
        What they judged.
    label : str
        Of what the share is.
    least : int
        Audited comments below which corrected figures are suppressed.

    Returns
    -------
    Corrected
        Raw beside corrected.

    Raises
    ------
    ValueError
        If a comment was judged twice, or the judgements are not as many as the comments.

    Examples
    --------
    >>> said = np.arange(1000) < 100
    >>> found = corrected_share(said, range(0, 1000, 5), [place < 50 for place in range(0, 1000, 5)])
    >>> found.raw.value, found.prediction_powered.value
    (0.1, 0.05)
    """
    places = np.asarray(audited, dtype=np.int64)
    if len(places) != len(truth) or len(np.unique(places)) != len(places):
        raise ValueError("each audited comment needs one judgement")
    n, judged = len(predicted), len(places)
    said, true = predicted[places], np.asarray(truth, dtype=bool)
    hit, missed = int((said & true).sum()), int((~said & true).sum())
    false, clear = int((said & ~true).sum()), int((~said & ~true).sum())
    raw = share_figure(int(predicted.sum()), n, least=1)
    if judged < least:
        few = Figure(value=None, n=judged, method=_PPI, suppressed=True)
        return Corrected(
            label=label, raw=raw, audited=judged, sensitivity=_share(hit, hit + missed), specificity=_share(clear, clear + false),
            rogan_gladen=None, prediction_powered=few,
        )  # fmt: skip
    return Corrected(
        label=label,
        raw=raw,
        audited=judged,
        sensitivity=_share(hit, hit + missed),
        specificity=_share(clear, clear + false),
        rogan_gladen=_rogan_gladen(int(predicted.sum() - said.sum()), n - judged, hit, hit + missed, clear, clear + false),
        prediction_powered=_prediction_powered(predicted, places, missed, false),
    )


def corrected_shares(
    predicted: Mapping[str, Bools], ids: Sequence[str], reviews: Mapping[str, Mapping[str, bool]]
) -> tuple[Corrected, ...]:
    """Correct several shares by one audit.

    Parameters
    ----------
    predicted : mapping of str to ndarray of bool, shape (n,)
        Label → what the models say of each comment.
    ids : sequence of str, length n
        Of the comments.
    reviews : mapping of str to mapping of str to bool
        Comment id → label → what people say; comments that are not in the batch are passed over.

    Returns
    -------
    tuple of Corrected
        One for each label that somebody judged.
    """
    place = {name: at for at, name in enumerate(ids)}
    found = []
    for label, marks in predicted.items():
        judged = [(place[name], verdicts[label]) for name, verdicts in reviews.items() if name in place and label in verdicts]
        if judged:
            found.append(corrected_share(marks, [at for at, _ in judged], [true for _, true in judged], label=label))
    return tuple(found)


def read_audit(path: Path, known: Mapping[str, str]) -> dict[str, dict[str, bool]]:
    """Read what people judged: a CSV of comment id, pain point and verdict.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8, with a header ``comment_id,id,holds``: `id` is a pain point's id or label, or ``negative``; `holds` is 1 or 0.
    known : mapping of str to str
        Ids and labels → ids.

    Returns
    -------
    dict of str to dict of str to bool
        As `corrected_shares` takes it.

    Raises
    ------
    TableError
        If the file cannot be read, or a row names no known pain point or another verdict.
    """
    reviews: dict[str, dict[str, bool]] = {}
    for number, (comment_id, of, holds) in enumerate(audit_rows(path), 2):
        if of not in known:
            raise TableError("audit_row", "复核表这一行不对 / a row of the audit is wrong", _AUDIT_HINT, file=path.name, row=number)
        reviews.setdefault(comment_id, {})[known[of]] = holds
    return reviews


def audit_rows(path: Path) -> list[tuple[str, str, bool]]:
    """The same as it stands, whatever pain points there are.

    Parameters
    ----------
    path : pathlib.Path
        See `read_audit`.

    Returns
    -------
    list of (str, str, bool)
        Comment id; id or label of the pain point; verdict.

    Raises
    ------
    TableError
        If the file cannot be read, or a row lacks the comment or has another verdict.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError("audit_unreadable", f"读不了复核表 / cannot read the audit: {error}", _AUDIT_HINT, file=path.name) from error
    found = []
    for number, row in enumerate(rows, 2):
        comment_id, of, holds = ((row.get(name) or "").strip() for name in ("comment_id", "id", "holds"))
        if not comment_id or holds not in ("0", "1"):
            raise TableError("audit_row", "复核表这一行不对 / a row of the audit is wrong", _AUDIT_HINT, file=path.name, row=number)
        found.append((comment_id, of, holds == "1"))
    return found


def _share(count: int, n: int) -> Figure:
    return share_figure(count, n, least=1)


def _prediction_powered(predicted: Bools, places: Ints, missed: int, false: int) -> Figure:
    judged, rest = len(places), len(predicted) - len(places)
    if not rest:  # everything was judged
        return _share(int(predicted.sum()) + missed - false, judged)
    said = int(predicted.sum()) - int(predicted[places].sum())
    share, more = said / rest, (missed - false) / judged
    # share + more is share − (−more).
    low, high = promoter_balance(missed, false, judged)
    ends = mover(share, wilson(said, rest), -more, (-high, -low))
    value = min(max(share + more, 0.0), 1.0)
    return Figure(value=round(value, DIGITS), interval=(max(ends[0], 0.0), min(ends[1], 1.0)), n=len(predicted), method=_PPI)


def _rogan_gladen(said: int, n: int, hit: int, with_it: int, clear: int, without: int) -> Figure | None:
    if not n or min(with_it, without) < LEAST_OF_A_KIND:
        return None
    power = hit / with_it + clear / without - 1
    if power <= 0:
        return None
    z2 = Z95**2
    size, share = n + z2, (said + z2 / 2) / (n + z2)
    sensitivity, specificity = (hit + 1) / (with_it + 2), (clear + 1) / (without + 2)
    scale = sensitivity + specificity - 1
    if scale <= 0:
        return None
    value = min(max((share + specificity - 1) / scale, 0.0), 1.0)
    of_sensitivity, of_specificity = sensitivity * (1 - sensitivity) / with_it, specificity * (1 - specificity) / without
    shift = 2 * z2 * (value * of_sensitivity - (1 - value) * of_specificity)
    error = sqrt(share * (1 - share) / size + value**2 * of_sensitivity + (1 - value) ** 2 * of_specificity) / scale
    low, high = (min(max(value + shift + sign * Z95 * error, 0.0), 1.0) for sign in (-1, 1))
    plain = min(max((said / n + clear / without - 1) / power, 0.0), 1.0)
    return Figure(value=round(plain, DIGITS), interval=(round(low, DIGITS), round(high, DIGITS)), n=n, method=_RG)
