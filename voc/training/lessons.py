"""Annotated data of every kind → lessons for the encoder: one comment with whatever its source knows of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voc.corpora import lexicon_table
from voc.records import INTENTS, LABELS
from voc.sentiment import Passage
from voc.training.data import POLARITIES, GoldComment, Labelled, clauses_of

if TYPE_CHECKING:
    from spacy.language import Language

UNKNOWN = -1
# A clause that no mention points to is rather neutral, but annotators name only the shortest sufficient evidence.
UNMENTIONED_WEIGHT = 0.15
_SAYS = {"negative": 0, "neg": 0, "neutral": 1, "neu": 1, "positive": 2, "pos": 2}


@dataclass(frozen=True)
class Lesson:
    """A comment and what is known of it; `UNKNOWN` and weights of 0 stand for what its source does not say.

    Parameters
    ----------
    passage : Passage
        The comment.
    sentiment : int
        Index into LABELS.
    binary : bool
        Whether the source has no neutral class, so that it says nothing of neutral.
    flags : dict of str to int
        ``mixed`` and ``informative``, 0 or 1.
    classes : dict of str to int
        Class of the whole comment in another scheme, e.g. ``service``.
    intents : tuple of str, optional
        Intents said.
    polarity : ndarray of shape (n_clauses, 2), optional
        Index into LABELS and weight of each clause.
    touchpoints : ndarray of shape (n_clauses, n_touchpoints), optional
        1 where said.
    touchpoint_weight : float
        How much `touchpoints` counts.
    problems : tuple of int, length n_clauses, optional
        Known problem of each clause.
    weight : float
        How much the sentiment counts.
    """

    passage: Passage
    sentiment: int = UNKNOWN
    binary: bool = False
    flags: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    intents: tuple[str, ...] | None = None
    polarity: NDArray[np.float64] | None = None
    touchpoints: NDArray[np.float64] | None = None
    touchpoint_weight: float = 1.0
    problems: tuple[int, ...] | None = None
    weight: float = 1.0


def head_labels(touchpoints: Sequence[str], services: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Labels of all heads.

    Parameters
    ----------
    touchpoints, services : sequence of str
        Of the taxonomy, and of the service questions.

    Returns
    -------
    dict of str to (tuple of str)
        Head → labels.
    """
    return {
        "sentiment": LABELS,
        "mixed": ("mixed",),
        "informative": ("informative",),
        "intent": INTENTS,
        "service": tuple(services),
        "polarity": LABELS,
        "touchpoint": tuple(touchpoints),
        "problem": problem_codes(),
    }


def problem_codes() -> tuple[str, ...]:
    """Known problems, in the order of `corpora/lexicon/pains.tsv`.

    Returns
    -------
    tuple of str
        Codes.
    """
    return tuple(row[0] for row in lexicon_table("pains"))


def labelled_lessons(labelled: Labelled, most: int, seed: int) -> list[Lesson]:
    """Comments with a label each; no source gives more than `most`, praise and complaint alike where it has them.

    Parameters
    ----------
    labelled : Labelled
        Of several sources.
    most : int
        Rows of one source, ≥ 1.
    seed : int
        Of the draw.

    Returns
    -------
    list of Lesson
        Grouped by source.
    """
    random = np.random.default_rng(seed)
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, (source, label) in enumerate(zip(labelled.sources, labelled.labels, strict=True)):
        groups[source, int(label)].append(index)
    lessons = []
    for source in dict.fromkeys(labelled.sources):
        sizes = {label: len(groups[source, label]) for label in range(len(LABELS)) if groups[source, label]}
        for label, size in _shares(sizes, most).items():
            for index in random.permutation(groups[source, label])[:size]:
                scheme = labelled.schemes[index]
                weight = 0.5 if scheme == "stars" else 1.0
                lessons.append(Lesson(Passage(labelled.texts[index], ()), label, scheme == "binary", weight=weight))
    return lessons


def gold_lessons(comments: Sequence[GoldComment], ids: Sequence[str], codes: Sequence[str]) -> list[Lesson]:
    """Fully annotated comments.

    Parameters
    ----------
    comments : sequence of GoldComment
        Customers' comments and our own clauses.
    ids, codes : sequence of str
        Touchpoints and known problems, in the order of the targets.

    Returns
    -------
    list of Lesson
        In order.
    """
    return [_gold(comment, list(ids), list(codes)) for comment in comments]


def aspect_lessons(
    aspects: Iterable[tuple[str, str, list[dict[str, Any]]]], ids: Sequence[str], categories: dict[str, str], nlp: Language
) -> list[Lesson]:
    """Aspect annotations: how a clause feels and, where the category is one of our touchpoints, which one it speaks of.

    Parameters
    ----------
    aspects : iterable of (source, normalised text, mentions)
        Lines with the same text are brought together.
    ids : sequence of str
        Touchpoints.
    categories : dict of str to str
        Category of another scheme → touchpoint.
    nlp : spacy.language.Language
        Cuts clauses.

    Returns
    -------
    list of Lesson
        One per text.
    """
    from voc.tokenise import clauses

    gathered: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _, text, mentions in aspects:
        gathered[text] += mentions
    lessons = []
    for text, mentions in gathered.items():
        if text:
            passage = Passage(text, tuple(clauses(nlp(text))))
            lessons.append(_aspect(passage, mentions, list(ids), categories))
    return lessons


def _gold(comment: GoldComment, ids: list[str], codes: list[str]) -> Lesson:
    count = len(comment.passage.clauses)
    polarity = np.tile([float(LABELS.index("neutral")), UNMENTIONED_WEIGHT], (count, 1))
    touchpoints, problems = np.zeros((count, len(ids))), [UNKNOWN] * count
    for wanted in (0, 1, -1):  # a complaint overrides praise, praise overrides neutral
        for mention, places in comment.found:
            if mention["polarity"] == wanted:
                polarity[list(places)] = POLARITIES[wanted], 1.0
    for mention, places in comment.found:
        touchpoints[list(places), ids.index(mention["touchpoint"])] = 1
        if mention.get("code") in codes:
            for place in places:
                problems[place] = codes.index(mention["code"])
    row = comment.row
    known = {"mixed": int(row["mixed"])}
    informative = row.get("informative", True)
    if not comment.is_example and informative is not None:  # null: nobody was asked
        known["informative"] = int(informative)
    return Lesson(
        comment.passage,
        LABELS.index(row["sentiment"]),
        flags=known,
        intents=None if comment.is_example or row.get("intents", ()) is None else tuple(row.get("intents", ())),
        polarity=polarity,
        touchpoints=touchpoints,
        problems=tuple(problems),
        weight=0.3 if comment.is_example else 1.0,
    )


def _aspect(passage: Passage, mentions: Sequence[dict[str, Any]], ids: list[str], categories: dict[str, str]) -> Lesson:
    count = len(passage.clauses)
    polarity, touchpoints = np.zeros((count, 2)), np.zeros((count, len(ids)))
    names = [mention["touchpoint"] or categories.get(mention["raw"] or "") for mention in mentions]
    feelings = [_SAYS.get(mention["polarity"], UNKNOWN) for mention in mentions]
    placed = all(mention["evidence"] or mention["aspect"] for mention in mentions)
    for mention, name, feeling in zip(mentions, names, feelings, strict=True):
        evidence = mention["evidence"] or mention["aspect"]
        places = list(clauses_of(passage, evidence)) if evidence else list(range(count))
        if feeling != UNKNOWN and (evidence or len(set(feelings)) == 1):
            polarity[places] = feeling, 1.0 if evidence else 0.5
        if name:
            touchpoints[places, ids.index(name)] = 1
    complete = bool(mentions) and all(names) and (placed or count == 1)
    return Lesson(passage, polarity=polarity, touchpoints=touchpoints if complete else None, touchpoint_weight=0.3)


def _shares(sizes: dict[int, int], most: int) -> dict[int, int]:
    """Sizes of the classes after the cut: the smaller ones keep all they have."""
    left, kept = most, {}
    for place, (label, size) in enumerate(sorted(sizes.items(), key=lambda item: item[1])):
        kept[label] = min(size, left // (len(sizes) - place))
        left -= kept[label]
    return kept
