"""Negative clauses → groups by touchpoint → BERTopic → named pain points."""

from __future__ import annotations

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tqdm import tqdm

from voc.clustering import ProblemClusterer, ProblemSpace
from voc.metrics import share, wilson
from voc.naming import Namer
from voc.normalise import normalise
from voc.records import Annotation, PainPoint, Quote
from voc.taxonomy import OVERALL

QUOTES = 3
QUOTE_SAMPLE = 500  # different clauses looked at for quotes
TERMS = 6
# Intents that make a pain point weigh more, and how much (see `_severity`).
GRAVE_INTENTS = frozenset({"churn", "refund_return", "complaint"})
GRAVE_WEIGHT = 0.3


@dataclass(frozen=True)
class Complaint:
    """A negative clause.

    Parameters
    ----------
    quote : Quote
        Where it is, and what it says.
    normalised : str
        What is analysed.
    touchpoint : str
        What it speaks of most; `overall` where nothing specific.
    score : float
        Probability that it is negative, 0–1.
    grave : bool
        Its comment states the intent to leave, return or complain.
    """

    quote: Quote
    normalised: str
    touchpoint: str
    score: float
    grave: bool


def complaints_of(annotation: Annotation) -> list[Complaint]:
    """Negative clauses of a comment.

    Parameters
    ----------
    annotation : Annotation
        A scored comment.

    Returns
    -------
    list of Complaint
        In order; none for an uninformative comment.
    """
    if not annotation.informative:
        return []
    grave = any(intent.id in GRAVE_INTENTS for intent in annotation.intents)
    found = []
    for clause in annotation.clauses:
        if clause.sentiment.label == "negative":
            text = annotation.text[clause.start : clause.end]
            quote = Quote(comment_id=annotation.id, start=clause.start, end=clause.end, text=text)
            touchpoint = clause.touchpoints[0] if clause.touchpoints else OVERALL
            found.append(Complaint(quote, normalise(text).normalised, touchpoint, clause.sentiment.score, grave))
    return found


def find_pain_points(
    complaints: Sequence[Complaint], comments: int, space: ProblemSpace, namer: Namer, seed: int = 42, *, progress: bool = False
) -> list[PainPoint]:
    """Group complaints that name the same problem, and name the groups.

    Parameters
    ----------
    complaints : sequence of Complaint
        Of all comments.
    comments : int
        Number of comments that they are from, the base of every share.
    space : ProblemSpace
        Where clauses that say the same lie together.
    namer : Namer
        Gives the groups their names.
    seed : int
        Of everything random.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    list of PainPoint
        The largest first; labels are unique. Complaints that belong nowhere are in none.
    """
    # Sorted, so that the order of files and rows does not matter.
    ordered = sorted(complaints, key=lambda complaint: (complaint.normalised, complaint.quote.comment_id, complaint.quote.start))
    by_touchpoint: dict[str, list[Complaint]] = defaultdict(list)
    for complaint in ordered:
        by_touchpoint[complaint.touchpoint].append(complaint)
    groups = [
        group
        for touchpoint in tqdm(sorted(by_touchpoint), "聚类 / clustering", unit="触点", disable=not progress)
        for group in _topics(touchpoint, by_touchpoint[touchpoint], space, namer, seed)
    ]
    named = _name(groups, space, namer)
    points = [_pain_point(label, group, comments, space) for label, group in named.items()]
    return sorted(points, key=lambda point: (-point.size, point.label))


@dataclass(frozen=True)
class _Group:
    """Complaints of one touchpoint that name the same problem, with the words that tell them from the others."""

    touchpoint: str
    terms: list[str]
    members: list[Complaint]


def _topics(touchpoint: str, members: Sequence[Complaint], space: ProblemSpace, namer: Namer, seed: int) -> list[_Group]:
    """BERTopic over one touchpoint's complaints: our clusterer finds the groups, c-TF-IDF over our words their terms."""
    with warnings.catch_warnings():  # importing bertopic silences every UserWarning and FutureWarning of the process
        warnings.simplefilter("ignore")
        from bertopic import BERTopic
        from bertopic.dimensionality import BaseDimensionalityReduction
        from sklearn.feature_extraction.text import CountVectorizer

        texts = [complaint.normalised for complaint in members]
        model = BERTopic(
            language="multilingual",  # "english" deletes every Chinese character, even with embeddings given
            embedding_model=None,
            umap_model=BaseDimensionalityReduction(),
            hdbscan_model=ProblemClusterer(seed=seed),
            vectorizer_model=CountVectorizer(analyzer=namer.content_words),
            top_n_words=TERMS,
        )
        topics, _ = model.fit_transform(texts, embeddings=space.transform(texts))
    found: dict[int, list[Complaint]] = defaultdict(list)
    for topic, complaint in zip(topics, members, strict=True):
        found[topic].append(complaint)
    return [
        _Group(touchpoint, [word for word, weight in model.get_topic(topic) if word and weight > 0], found[topic])
        for topic in sorted(found)
        if topic >= 0
    ]


def _name(groups: Sequence[_Group], space: ProblemSpace, namer: Namer) -> dict[str, _Group]:
    """Name the groups, the largest first; groups that are the same known problem become one."""
    named: dict[str, _Group] = {}
    for group in sorted(groups, key=lambda group: (-len(group.members), group.touchpoint, group.members[0].normalised)):
        texts = [complaint.normalised for complaint in group.members]
        known = namer.known_name(space.problems.predict_proba([texts]), space.problems.labels_)
        if known in named:
            first = named[known]
            named[known] = _Group(first.touchpoint, first.terms, [*first.members, *group.members])
        else:
            name = known or next(name for name in namer.mined_names(texts, group.touchpoint) if name not in named)
            named[name] = group
    return named


def _pain_point(label: str, group: _Group, comments: int, space: ProblemSpace) -> PainPoint:
    members = sorted((complaint.quote for complaint in group.members), key=lambda quote: (quote.comment_id, quote.start))
    concerned = {quote.comment_id for quote in members}
    return PainPoint(
        id=f"pp-{hashlib.blake2s(f'{group.touchpoint}|{label}'.encode(), digest_size=4).hexdigest()}",
        label=label,
        touchpoint=group.touchpoint,
        terms=tuple(group.terms),
        size=len(members),
        comments=len(concerned),
        share=share(len(concerned), comments),
        interval=wilson(len(concerned), comments),
        severity=_severity(group.members),
        quotes=_typical(group.members, space),
        members=tuple(members),
    )


def _severity(members: Sequence[Complaint]) -> float:
    """0–1: 0.7 × mean probability of being negative + 0.3 × share that states the intent to leave, return or complain."""
    negative = sum(complaint.score for complaint in members) / len(members)
    grave = sum(complaint.grave for complaint in members) / len(members)
    return round((1 - GRAVE_WEIGHT) * negative + GRAVE_WEIGHT * grave, 4)


def _typical(members: Sequence[Complaint], space: ProblemSpace) -> tuple[Quote, ...]:
    """Quotes nearest to the middle of the group, each from another comment and in other words, long enough to say something."""
    different = {complaint.normalised: complaint for complaint in reversed(members)}
    sample = [different[text] for text in sorted(different)][:QUOTE_SAMPLE]
    vectors = space.transform([complaint.normalised for complaint in sample])
    closeness = vectors @ vectors.mean(axis=0)
    chosen: dict[str, Quote] = {}
    for index in sorted(range(len(sample)), key=lambda index: (len(sample[index].normalised) < 4, -round(float(closeness[index]), 5))):
        quote = sample[index].quote
        if len(chosen) < QUOTES and quote.comment_id not in chosen:
            chosen[quote.comment_id] = quote
    return tuple(chosen.values())
