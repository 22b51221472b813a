"""How a pipeline does on `corpora/gold/robustness.tsv`, by kind of difficulty: negation, sarcasm, dialect, typos, emoji."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from voc.corpora import robustness_cases
from voc.pipeline import Pipeline
from voc.records import Annotation, Comment


class Case(NamedTuple):
    """A text and what its annotation must say; None or empty where nothing is asked."""

    kind: str
    pair: str | None
    sentiment: str | None
    mixed: bool | None
    found: frozenset[str]
    absent: frozenset[str]
    text: str


def read_cases() -> tuple[Case, ...]:
    """Cases of `corpora/gold/robustness.tsv`, in file order.

    Returns
    -------
    tuple of Case
        `found` holds ``"delivery:negative"``, `absent` holds ``"delivery"``.

    Examples
    --------
    >>> any(case.kind == "negation" for case in read_cases())
    True
    """
    return tuple(_read_case(*fields) for fields in robustness_cases())


def judge(pipeline: Pipeline) -> tuple[tuple[Case, bool], ...]:
    """Score every case and tell which pass: those of which everything that is asked holds.

    Parameters
    ----------
    pipeline : Pipeline
        With the shipped taxonomy.

    Returns
    -------
    tuple of (Case, bool)
        In file order.
    """
    cases = read_cases()
    annotations = pipeline.pipe(Comment(id=str(number), text=case.text) for number, case in enumerate(cases, 1))
    return tuple((case, _holds(case, annotation)) for case, annotation in zip(cases, annotations, strict=True))


def measure_robustness(pipeline: Pipeline) -> dict[str, tuple[int, int]]:
    """Count the cases that pass, by kind of difficulty.

    Parameters
    ----------
    pipeline : Pipeline
        With the shipped taxonomy.

    Returns
    -------
    dict of str to (int, int)
        Kind → number of cases that pass, number of cases; in file order.
    """
    judged = judge(pipeline)
    passed = Counter(case.kind for case, passes in judged if passes)
    return {kind: (passed[kind], total) for kind, total in Counter(case.kind for case, _ in judged).items()}


def _read_case(kind: str, pair: str, sentiment: str, mixed: str, touchpoints: str, text: str) -> Case:
    entries = touchpoints.split(",") if touchpoints != "-" else []
    absent = frozenset(entry[1:] for entry in entries if entry.startswith("!"))
    found = frozenset(entry for entry in entries if not entry.startswith("!"))
    tells_mixed = {"0": False, "1": True, "-": None}[mixed]
    return Case(kind, None if pair == "-" else pair, None if sentiment == "-" else sentiment, tells_mixed, found, absent, text)


def _holds(case: Case, annotation: Annotation) -> bool:
    mentions = annotation.touchpoints
    return (
        case.sentiment in (None, annotation.sentiment.label)
        and case.mixed in (None, annotation.sentiment.mixed)
        and case.found <= {f"{mention.id}:{mention.polarity}" for mention in mentions}
        and case.absent.isdisjoint(mention.id for mention in mentions)
    )
