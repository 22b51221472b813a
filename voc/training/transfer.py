"""How sentiment fares on a source that it never saw: each source is held out in turn (leave-one-source-out), for any engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score

from voc.classify.head import Doubles
from voc.errors import SettingsError
from voc.metrics import DIGITS
from voc.records import LABELS

Predict = Callable[[Sequence[str]], Doubles]
Fit = Callable[[NDArray[np.intp]], Predict]
_BINARY = [LABELS.index("negative"), LABELS.index("positive")]


class Transfer(NamedTuple):
    """Figures of one source that was held out.

    Parameters
    ----------
    source, scheme : str
        Which comments; a source of several schemes has one of these for each.
    n : int
        Comments.
    accuracy, macro_f1 : float
        0–1; over negative and positive only where the scheme is ``binary``, over three classes elsewhere.
    """

    source: str
    scheme: str
    n: int
    accuracy: float
    macro_f1: float


def leave_one_source_out(
    texts: Sequence[str],
    labels: NDArray[np.intp],
    sources: Sequence[str],
    schemes: Sequence[str],
    fit: Fit,
    *,
    groups: Sequence[tuple[str, ...]] | None = None,
) -> tuple[Transfer, ...]:
    """Hold out each source in turn, learn from the others, and measure on it: `predict_held_out`, then `measure_sources`.

    Parameters
    ----------
    texts : sequence of str, length n_comments
        Normalised.
    labels : ndarray of shape (n_comments,)
        Indices into LABELS.
    sources, schemes : sequence of str, length n_comments
        Where each is from, and what its labels can say.
    fit : callable
        Indices to learn from → a function of n texts that answers with probabilities of shape (n, 3), columns as LABELS.
    groups : sequence of tuple of str, optional
        Sources that are held out together, as they are of one trade; each source by itself where left out. A source in no group is
        always learned from.

    Returns
    -------
    tuple of Transfer
        One per source, in the order of `groups`.

    Raises
    ------
    SettingsError
        If a group names a source that is not there or is in another group, or leaves nothing to learn from.
    """
    return measure_sources(predict_held_out(texts, sources, fit, groups=groups), labels, sources, schemes, groups=groups)


def predict_held_out(texts: Sequence[str], sources: Sequence[str], fit: Fit, *, groups: Sequence[tuple[str, ...]] | None = None) -> Doubles:
    """Probabilities of each comment by a model that never saw its group; the mean of two engines' is a third engine.

    Parameters
    ----------
    texts, sources, fit, groups
        As of `leave_one_source_out`.

    Returns
    -------
    ndarray of shape (n_comments, 3)
        NaN where a source is never held out.

    Raises
    ------
    SettingsError
        As of `leave_one_source_out`.
    """
    names = np.array(sources)
    probabilities = np.full((len(texts), len(LABELS)), np.nan)
    for group in _groups(sources, groups):
        held = np.isin(names, group)
        if held.all():
            raise SettingsError("nothing_to_learn", f"没有剩下可学的来源 / no source left to learn from beside {group}", "groups=")
        outside = np.flatnonzero(held)
        probabilities[outside] = fit(np.flatnonzero(~held))([texts[index] for index in outside.tolist()])
    return probabilities


def measure_sources(
    probabilities: Doubles,
    labels: NDArray[np.intp],
    sources: Sequence[str],
    schemes: Sequence[str],
    *,
    groups: Sequence[tuple[str, ...]] | None = None,
) -> tuple[Transfer, ...]:
    """Figures of each source.

    Parameters
    ----------
    probabilities : ndarray of shape (n_comments, 3)
        As of `predict_held_out`.
    labels, sources, schemes, groups
        As of `leave_one_source_out`.

    Returns
    -------
    tuple of Transfer
        In the order of `groups`.

    Raises
    ------
    SettingsError
        As of `leave_one_source_out`.
    """
    names, kinds = np.array(sources), np.array(schemes)
    results = []
    for source in (source for group in _groups(sources, groups) for source in group):
        for scheme in np.unique(kinds[names == source]).tolist():
            rows = (names == source) & (kinds == scheme)
            classes = _BINARY if scheme == "binary" else list(range(len(LABELS)))
            said = np.array(classes)[probabilities[rows][:, classes].argmax(axis=1)]
            accuracy = float(accuracy_score(labels[rows], said))
            macro_f1 = float(f1_score(labels[rows], said, labels=classes, average="macro", zero_division=0.0))
            results.append(Transfer(source, scheme, int(rows.sum()), round(accuracy, DIGITS), round(macro_f1, DIGITS)))
    return tuple(results)


def transfer_markdown(engines: Mapping[str, Sequence[Transfer]]) -> str:
    """Engines side by side, with their mean over sources.

    Parameters
    ----------
    engines : mapping of str to sequence of Transfer
        Name of each engine → what `leave_one_source_out` said of it, with the same sources and groups.

    Returns
    -------
    str
        A GitHub table: accuracy / macro-F1.

    Examples
    --------
    >>> print(transfer_markdown({"linear": [Transfer("waimai", "binary", 10, 0.9, 0.8)]}))
    | 未见过的来源 / unseen source | scheme | n | linear |
    | --- | --- | ---: | ---: |
    | waimai | binary | 10 | 0.900 / 0.800 |
    | 平均 / mean | | 10 | 0.900 / 0.800 |
    <BLANKLINE>
    """
    lines = [
        f"| 未见过的来源 / unseen source | scheme | n | {' | '.join(engines)} |",
        f"| --- | --- | ---: | {' | '.join(['---:'] * len(engines))} |",
    ]
    for results in zip(*engines.values(), strict=True):
        first = results[0]
        shown = (f"{result.accuracy:.3f} / {result.macro_f1:.3f}" for result in results)
        lines.append(f"| {first.source} | {first.scheme} | {first.n} | {' | '.join(shown)} |")
    means = (np.mean([(result.accuracy, result.macro_f1) for result in results], axis=0) for results in engines.values())
    total = sum(result.n for result in next(iter(engines.values())))
    lines.append(f"| 平均 / mean | | {total} | {' | '.join(f'{accuracy:.3f} / {macro:.3f}' for accuracy, macro in means)} |")
    return "\n".join(lines) + "\n"


def _groups(sources: Sequence[str], groups: Sequence[tuple[str, ...]] | None) -> Sequence[tuple[str, ...]]:
    known = list(dict.fromkeys(sources))
    if groups is None:
        return [(source,) for source in known]
    named = [source for group in groups for source in group]
    wrong = sorted({source for source in named if source not in known or named.count(source) > 1})
    if wrong:
        message = f"来源不存在或重复 / sources not there, or named twice: {wrong}"
        raise SettingsError("unknown_source", message, f"现有 / there are: {known}")
    return groups
