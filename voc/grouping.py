"""Complaints that name the same problem are brought together, touchpoint by touchpoint, by BERTopic."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from voc.classify import Floats
from voc.clustering import DETAILS, Detail, ProblemClusterer, nearest, smallest_group
from voc.naming import Namer
from voc.space import Placed
from voc.taxonomy import OVERALL

NEAR_ANOTHER = 0.15  # mean likeness from which a complaint without a touchpoint joins a group that has one
TERMS = 6
FINER = 2  # times the nearness at which groups without a name are cut once more
FEWEST_WORDS = 2
FEWEST_PAIRS = 3  # complaints that say the same of the same thing


@dataclass(frozen=True)
class Group:
    """Complaints of one touchpoint that name the same problem.

    Parameters
    ----------
    touchpoint : str
        Theirs.
    terms : list of str
        Words that tell them from the others.
    members : list of int
        Their indices.
    """

    touchpoint: str
    terms: list[str]
    members: list[int]


@dataclass(frozen=True)
class Grouping:
    """How complaints are grouped.

    Parameters
    ----------
    detail : {"coarse", "normal", "fine"}
        How finely they are told apart.
    max_unassigned : float, optional
        Share of the complaints that may stay outside, 0–1; more than that join the pain point of their touchpoint that they are
        most like, as long as they are like one at all.
    seed : int
        Of everything random.
    """

    detail: str = "normal"
    max_unassigned: float | None = None
    seed: int = 42


def gather(
    indices: Iterable[int], placed: Placed, namer: Namer, topics: Callable[[str, Sequence[int]], list[Group]]
) -> tuple[list[Group], set[int]]:
    """Group complaints touchpoint by touchpoint; what names none joins a group that it is near, or is grouped by itself.

    Parameters
    ----------
    indices : iterable of int
        Of the complaints to group.
    placed : Placed
        The complaints that they are of.
    namer : Namer
        Says which complaints say that something is wrong.
    topics : callable
        Touchpoint and indices → groups.

    Returns
    -------
    list of Group
        Without names yet.
    set of int
        Background: complaints of no touchpoint and near no group that do not say what is wrong.
    """
    by_touchpoint: dict[str, list[int]] = defaultdict(list)
    for index in indices:
        by_touchpoint[placed.complaints[index].touchpoint].append(index)
    rest = by_touchpoint.pop(OVERALL, [])
    groups = [group for touchpoint in sorted(by_touchpoint) for group in topics(touchpoint, by_touchpoint[touchpoint])]
    joined = nearest(placed.vectors[rest], middles_of(groups, placed.vectors), NEAR_ANOTHER)
    for index, group in zip(rest, joined, strict=True):
        if group >= 0:
            groups[group].members.append(index)
    alone = [index for index, group in zip(rest, joined, strict=True) if group < 0]
    problems = [index for index in alone if namer.names_problem(placed.complaints[index].normalised)]
    return groups + topics(OVERALL, problems), set(alone) - set(problems)


def topics_of(touchpoint: str, members: Sequence[int], placed: Placed, namer: Namer, grouping: Grouping) -> list[Group]:
    """BERTopic over one touchpoint's complaints: our clusterer finds the groups, c-TF-IDF over our words their terms.

    Parameters
    ----------
    touchpoint : str
        Theirs.
    members : sequence of int
        Indices of the complaints.
    placed : Placed
        All complaints of the run.
    namer : Namer
        Tells the words that say something.
    grouping : Grouping
        How finely.

    Returns
    -------
    list of Group
        Complaints that belong nowhere are in none.
    """
    texts = [placed.complaints[index].normalised for index in members]
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
            hdbscan_model=ProblemClusterer(DETAILS[grouping.detail], grouping.seed),
            vectorizer_model=CountVectorizer(analyzer=namer.content_words),
            top_n_words=TERMS,
        )
        topics, _ = model.fit_transform(texts, embeddings=placed.vectors[members])
    found: dict[int, list[int]] = defaultdict(list)
    for topic, index in zip(topics, members, strict=True):
        found[topic].append(index)
    return [
        Group(touchpoint, [word for word, weight in model.get_topic(topic) if word and weight > 0], found[topic])
        for topic in sorted(found)
        if topic >= 0
    ]


def middles_of(groups: Sequence[Group], vectors: Floats) -> Floats:
    """Mean vector of each group.

    Parameters
    ----------
    groups : sequence of Group
        Each with members.
    vectors : ndarray of shape (n_complaints, n_dimensions)
        Of all complaints.

    Returns
    -------
    ndarray of shape (n_groups, n_dimensions), float32
        In their order.
    """
    means: Floats = np.array([vectors[group.members].mean(axis=0) for group in groups], dtype=np.float32).reshape(
        len(groups), vectors.shape[1]
    )
    return means


def split(group: Group, placed: Placed, namer: Namer, grouping: Grouping) -> list[Group]:
    """Cut a group that nothing can be called by more finely.

    Parameters
    ----------
    group : Group
        Of one touchpoint.
    placed : Placed
        The complaints that it is of.
    namer : Namer
        Tells the words that say something.
    grouping : Grouping
        As the group was found.

    Returns
    -------
    list of Group
        Together all of its members.
    """
    usual = DETAILS[grouping.detail]
    fewest = max(FEWEST_PAIRS, smallest_group(placed.sizes[group.touchpoint], usual))
    detail = Detail(FINER * usual.nearness, fewest / len(group.members))
    labels = ProblemClusterer(detail, grouping.seed).fit(placed.vectors[group.members]).labels_
    parts: dict[int, list[int]] = defaultdict(list)
    for label, index in zip(labels.tolist(), group.members, strict=True):
        parts[label].append(index)
    return [replace(group, members=parts[label], terms=_frequent(parts[label], placed, namer)) for label in sorted(parts)]


def _frequent(members: Sequence[int], placed: Placed, namer: Namer) -> list[str]:
    words = Counter(word for index in members for word in set(namer.content_words(placed.complaints[index].normalised)))
    return sorted(words, key=lambda word: (-words[word], word))[:TERMS]
