"""Shares corrected for the models' own errors, as a random audit by people shows them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import special

from voc.errors import TableError
from voc.metrics import DIGITS, wilson
from voc.statistics.columns import Bools
from voc.statistics.intervals import share_figure, suppressed
from voc.statistics.records import Corrected, Figure, Pair

_AUDIT_HINT = "表头 comment_id,id,holds；holds 为 1 或 0 / header comment_id,id,holds; holds is 1 or 0"
LEAST_AUDITED = 30
LEAST_OF_A_KIND = 10  # audited comments that have it, and that have not, for Rogan & Gladen: on fewer its interval says next to nothing
_RG, _PPI = "Rogan & Gladen 1978; MOVER of Jeffreys intervals", "PPI++, Angelopoulos et al. 2023; MOVER of Jeffreys intervals"
_GRID = np.linspace(0, 1, 10**DIGITS + 1)


class Audit(NamedTuple):
    """Comments that people judged: what the models found of those that have it, what they missed, false alarms, and the rest."""

    hit: int
    missed: int
    false: int
    clear: int


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

    Prediction-powered inference with power tuning (PPI++: Angelopoulos, Duchi & Zrnic, arXiv:2311.01453, 2023). Of a label that holds
    or not, its best estimate is what the audit finds where the models say yes and where they say no, each at its share of all
    comments (Tenenbein, JASA 65, 1970); with a large audit it is never less sure than
    the audit alone. Rogan & Gladen (American Journal of Epidemiology
    107, 1978): (share + specificity − 1) ÷ (sensitivity + specificity − 1) of the comments not audited, so that its terms are
    independent. The intervals join those of the terms by MOVER (Zou, Huang & Zhang, Computational Statistics & Data Analysis 53, 2009;
    for Rogan & Gladen in Fieller's way), those of the audit being Jeffreys's (Brown, Cai & DasGupta, Statistical Science 16, 2001):
    they hold 93–97 % wherever the audit is to find one error of either kind; where it finds none they hold more.

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
    said, true = predicted[places], np.asarray(truth, dtype=bool)
    audit = Audit(int((said & true).sum()), int((~said & true).sum()), int((said & ~true).sum()), int((~said & ~true).sum()))
    return corrected_count(int(predicted.sum()), len(predicted), audit, label=label, least=least)


def corrected_count(said: int, n: int, audit: Audit, *, label: str = "", least: int = LEAST_AUDITED) -> Corrected:
    """The same of counts.

    Parameters
    ----------
    said : int
        Comments of which the models say that they have it.
    n : int
        Comments.
    audit : Audit
        What people found in a random sample of them.
    label : str
        Of what the share is.
    least : int
        Audited comments below which corrected figures are suppressed.

    Returns
    -------
    Corrected
        Raw beside corrected.

    Examples
    --------
    >>> corrected_count(100, 1000, Audit(hit=10, missed=0, false=10, clear=180)).prediction_powered.interval
    (0.0276, 0.0762)
    """
    enough = sum(audit) >= least
    return Corrected(
        label=label,
        raw=_share(said, n),
        audited=sum(audit),
        sensitivity=_share(audit.hit, audit.hit + audit.missed),
        specificity=_share(audit.clear, audit.clear + audit.false),
        rogan_gladen=_rogan_gladen(said - audit.hit - audit.false, n - sum(audit), audit) if enough else None,
        prediction_powered=_prediction_powered(said, n, audit) if enough else suppressed(sum(audit), _PPI),
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


def _jeffreys(count: int, n: int) -> Pair:
    """Interval of a share; (0, 1) of none."""
    low, high = special.betaincinv(count + 0.5, n - count + 0.5, (0.025, 0.975)).tolist()
    return low if count else 0.0, high if count < n else 1.0


def _prediction_powered(said: int, n: int, audit: Audit) -> Figure:
    yes, no = audit.hit + audit.false, audit.missed + audit.clear
    overall, share = (audit.hit + audit.missed) / sum(audit), said / n
    # Where none of a kind was audited nothing can be tuned: there the audit as a whole counts.
    of_yes, of_no = audit.hit / yes if yes else overall, audit.missed / no if no else overall
    value, slope = share * of_yes + (1 - share) * of_no, of_yes - of_no
    terms = [
        (share, of_yes, _jeffreys(audit.hit, yes)),
        (1 - share, of_no, _jeffreys(audit.missed, no)),
        (abs(slope), share if slope > 0 else 1 - share, wilson(said if slope > 0 else n - said, n)),
    ]
    below = sqrt(sum((weight * (part - low)) ** 2 for weight, part, (low, _) in terms))
    above = sqrt(sum((weight * (high - part)) ** 2 for weight, part, (_, high) in terms))
    ends = max(value - below, 0.0), min(value + above, 1.0)
    return Figure(value=round(value, DIGITS), interval=(round(ends[0], DIGITS), round(ends[1], DIGITS)), n=n, method=_PPI)


def _rogan_gladen(said: int, n: int, audit: Audit) -> Figure | None:
    with_it, without = audit.hit + audit.missed, audit.clear + audit.false
    if not n or min(with_it, without) < LEAST_OF_A_KIND:
        return None
    share, found, alarmed = said / n, audit.hit / with_it, audit.false / without
    if found <= alarmed:
        return None
    value = min(max((share - alarmed) / (found - alarmed), 0.0), 1.0)
    of_share, of_found, of_alarmed = wilson(said, n), _jeffreys(audit.hit, with_it), _jeffreys(audit.false, without)
    # A share is inside where what models say of it may be what they would: share − p × found − (1 − p) × alarmed may be 0.
    gap = share - _GRID * found - (1 - _GRID) * alarmed
    below = np.hypot(np.hypot(share - of_share[0], _GRID * (of_found[1] - found)), (1 - _GRID) * (of_alarmed[1] - alarmed))
    above = np.hypot(np.hypot(of_share[1] - share, _GRID * (found - of_found[0])), (1 - _GRID) * (alarmed - of_alarmed[0]))
    inside = _GRID[((gap <= below) & (gap >= -above)) | (np.abs(_GRID - value) <= 0.5 * 10**-DIGITS)]
    return Figure(value=round(value, DIGITS), interval=(round(inside[0], DIGITS), round(inside[-1], DIGITS)), n=n, method=_RG)
