"""Negative clauses → groups by touchpoint → BERTopic → named pain points."""

from __future__ import annotations

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from voc.classify import Floats
from voc.clustering import ProblemClusterer, ProblemSpace, nearest, smallest_group
from voc.metrics import share, wilson
from voc.naming import Namer
from voc.normalise import normalise
from voc.records import Annotation, PainPoint, Quote
from voc.taxonomy import OVERALL

SURE_ENOUGH = 0.42  # probability of being negative from which a clause is a complaint
QUOTES = 3
SHORT_QUOTE = 4  # characters; a shorter clause is quoted only where nothing longer is
# Mean likeness from which a complaint without a touchpoint joins a group that has one, and a complaint of a nameless group a named one.
NEAR_ANOTHER = 0.15
NEAR_NAMED = 0.06
TERMS = 6
FEWEST_WORDS = 2
FEWEST_PAIRS = 3  # complaints that say the same of the same thing
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
        In order; none for an uninformative comment. Clauses that are hardly more negative than not are left out.
    """
    if not annotation.informative:
        return []
    grave = any(intent.id in GRAVE_INTENTS for intent in annotation.intents)
    found = []
    for clause in annotation.clauses:
        if clause.sentiment.label == "negative" and clause.sentiment.score >= SURE_ENOUGH:
            text = annotation.text[clause.start : clause.end]
            quote = Quote(comment_id=annotation.id, start=clause.start, end=clause.end, text=text)
            touchpoint = clause.touchpoints[0] if clause.touchpoints else OVERALL
            found.append(Complaint(quote, normalise(text).normalised, touchpoint, clause.sentiment.score, grave))
    return found


def find_pain_points(
    complaints: Sequence[Complaint], comments: int, space: ProblemSpace, namer: Namer, seed: int = 42, *, progress: bool = False
) -> tuple[list[PainPoint], int]:
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
        Those with the most comments first; labels are unique.
    int
        Number of complaints that are in none of them. A clause that speaks of no touchpoint, says nothing is wrong and is near
        no pain point is background, however gloomy its comment, and does not count.
    """
    # Sorted, so that the order of files and rows does not matter.
    ordered = sorted(complaints, key=lambda complaint: (complaint.normalised, complaint.quote.comment_id, complaint.quote.start))
    if not ordered:
        return [], 0
    vectors = space.transform([complaint.normalised for complaint in ordered])
    by_touchpoint: dict[str, list[int]] = defaultdict(list)
    for index, complaint in enumerate(ordered):
        by_touchpoint[complaint.touchpoint].append(index)
    rest = by_touchpoint.pop(OVERALL, [])

    groups: list[_Group] = []
    for touchpoint in tqdm(sorted(by_touchpoint), "聚类 / clustering", unit="触点", disable=not progress):
        groups += _topics(touchpoint, by_touchpoint[touchpoint], ordered, vectors, namer, seed)
    # What names no touchpoint may still name a problem that others placed.
    joined = nearest(vectors[rest], _middles(groups, vectors), NEAR_ANOTHER)
    for index, group in zip(rest, joined, strict=True):
        if group >= 0:
            groups[group].members.append(index)
    alone = [index for index, group in zip(rest, joined, strict=True) if group < 0]
    problems = [index for index in alone if namer.names_problem(ordered[index].normalised)]
    groups += _topics(OVERALL, problems, ordered, vectors, namer, seed)

    named, nameless = _name(groups, ordered, space, namer)
    _name_by_pairs(named, nameless, ordered, namer)
    _take_in(list(named.values()), nameless, vectors)
    points = [_pain_point(label, group, ordered, vectors, comments) for label, group in named.items()]
    outside = len(ordered) - (len(alone) - len(problems)) - sum(point.size for point in points)
    return sorted(points, key=lambda point: (-point.comments, -point.size, point.label)), outside


@dataclass(frozen=True)
class _Group:
    """Complaints (by index) of one touchpoint that name the same problem, with the words that tell them from the others."""

    touchpoint: str
    terms: list[str]
    members: list[int]


def _topics(
    touchpoint: str, members: Sequence[int], complaints: Sequence[Complaint], vectors: Floats, namer: Namer, seed: int
) -> list[_Group]:
    """BERTopic over one touchpoint's complaints: our clusterer finds the groups, c-TF-IDF over our words their terms."""
    texts = [complaints[index].normalised for index in members]
    if len({word for text in texts for word in namer.content_words(text)}) < FEWEST_WORDS:
        return []  # c-TF-IDF needs words to compare, and so little is said by one or two short complaints
    with warnings.catch_warnings():  # importing bertopic silences every UserWarning and FutureWarning of the process
        warnings.simplefilter("ignore")
        from bertopic import BERTopic
        from bertopic.dimensionality import BaseDimensionalityReduction
        from sklearn.feature_extraction.text import CountVectorizer

        model = BERTopic(
            language="multilingual",  # "english" deletes every Chinese character, even with embeddings given
            embedding_model=None,
            umap_model=BaseDimensionalityReduction(),
            hdbscan_model=ProblemClusterer(seed=seed),
            vectorizer_model=CountVectorizer(analyzer=namer.content_words),
            top_n_words=TERMS,
        )
        topics, _ = model.fit_transform(texts, embeddings=vectors[members])
    found: dict[int, list[int]] = defaultdict(list)
    for topic, index in zip(topics, members, strict=True):
        found[topic].append(index)
    return [
        _Group(touchpoint, [word for word, weight in model.get_topic(topic) if word and weight > 0], found[topic])
        for topic in sorted(found)
        if topic >= 0
    ]


def _middles(groups: Sequence[_Group], vectors: Floats) -> Floats:
    """Mean vector of each group, shape (n_groups, n_dimensions)."""
    means: Floats = np.array([vectors[group.members].mean(axis=0) for group in groups], dtype=np.float32).reshape(
        len(groups), vectors.shape[1]
    )
    return means


def _name(
    groups: Sequence[_Group], complaints: Sequence[Complaint], space: ProblemSpace, namer: Namer
) -> tuple[dict[str, _Group], list[_Group]]:
    """Name the groups, the largest first; those of one known problem become one, and some have nothing to be named by."""
    named: dict[str, _Group] = {}
    nameless: list[_Group] = []
    for group in sorted(groups, key=lambda group: (-len(group.members), group.touchpoint, group.members[0])):
        texts = [complaints[index].normalised for index in group.members]
        known = namer.known_problem(space.known(texts), space.problems.labels_)
        name, touchpoint = known or (next((name for name in namer.mined_names(texts) if name not in named), None), group.touchpoint)
        if name is None or not (namer.judges(name) or namer.holds(name, texts)):
            nameless.append(group)
        elif name in named:
            named[name].members.extend(group.members)
        else:
            named[name] = replace(group, touchpoint=touchpoint)
    return named, nameless


def _name_by_pairs(named: dict[str, _Group], nameless: list[_Group], complaints: Sequence[Complaint], namer: Namer) -> None:
    """Draw from groups too mixed for one name those members that say the same of the same thing, the most frequent first."""
    for group in nameless:
        pairs: dict[str, list[int]] = defaultdict(list)
        for index in group.members:
            for pair in set(namer.complaint_pairs(complaints[index].normalised)):
                pairs[pair].append(index)
        taken: set[int] = set()
        fewest = max(FEWEST_PAIRS, smallest_group(len(group.members)))
        for pair in sorted(pairs, key=lambda pair: (-len(pairs[pair]), pair)):
            members = [index for index in pairs[pair] if index not in taken]
            if len(members) < fewest:
                continue
            taken.update(members)
            if pair in named:
                named[pair].members.extend(members)
            else:
                named[pair] = replace(group, members=members, terms=namer.content_words(pair))
        group.members[:] = [index for index in group.members if index not in taken]


def _take_in(named: Sequence[_Group], nameless: Sequence[_Group], vectors: Floats) -> None:
    """Let members of nameless groups join the named group that they are near, of the same touchpoint, the nearest first.

    A newcomer must be a third as like the members as they are each other, and a group takes in no more than it has: its name
    must stay true of it.
    """
    middles = _middles(named, vectors)
    likeness = np.maximum((middles**2).sum(axis=1) / 3, NEAR_NAMED)
    wishes: list[tuple[float, int, int]] = []
    for group in nameless:
        same = [index for index, home in enumerate(named) if home.touchpoint == group.touchpoint]
        homes = nearest(vectors[group.members], middles[same], likeness[same])
        wishes += [
            (-float(vectors[index] @ middles[same[home]]), index, same[home])
            for index, home in zip(group.members, homes, strict=True)
            if home >= 0
        ]
    room = [len(group.members) for group in named]
    for _, index, home in sorted(wishes):
        if room[home]:
            named[home].members.append(index)
            room[home] -= 1


def _pain_point(label: str, group: _Group, complaints: Sequence[Complaint], vectors: Floats, comments: int) -> PainPoint:
    inside = [complaints[index] for index in group.members]
    members = sorted((complaint.quote for complaint in inside), key=lambda quote: (quote.comment_id, quote.start))
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
        severity=_severity(inside),
        quotes=_typical(inside, vectors[group.members]),
        members=tuple(members),
    )


def _severity(members: Sequence[Complaint]) -> float:
    """0–1: 0.7 × mean probability of being negative + 0.3 × share that states the intent to leave, return or complain."""
    negative = sum(complaint.score for complaint in members) / len(members)
    grave = sum(complaint.grave for complaint in members) / len(members)
    return round((1 - GRAVE_WEIGHT) * negative + GRAVE_WEIGHT * grave, 4)


def _typical(members: Sequence[Complaint], vectors: Floats) -> tuple[Quote, ...]:
    """Surely negative quotes near the middle of the group, each from another comment and in other words, long enough to tell."""
    closeness = np.round(vectors @ vectors.mean(axis=0) * [complaint.score for complaint in members], 5)
    ranked = sorted(range(len(members)), key=lambda index: (len(members[index].normalised) < SHORT_QUOTE, -closeness[index], index))
    chosen: list[Complaint] = []
    for complaint in (members[index] for index in ranked):
        if all(complaint.normalised != one.normalised and complaint.quote.comment_id != one.quote.comment_id for one in chosen):
            chosen.append(complaint)
        if len(chosen) == QUOTES:
            break
    return tuple(complaint.quote for complaint in chosen)
