"""Which known pain point each fresh cluster of a run is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from voc.codebook.records import CodedPainPoint, Ref

if TYPE_CHECKING:
    from voc.classify import Floats

ENOUGH_OVERLAP = 0.2  # mean of the share of members that are prototypes and the share of prototypes that are members
MOSTLY_KNOWN = 0.5  # share of a cluster's members that say word for word what a pain point is known by
# Likeness from which a cluster is a known pain point that it shares no words with. Between two halves of the samples, groups of the
# same known problem came out at 0.51 and more (median 0.92), groups of different ones of a touchpoint at 0.21 and less.
ALIKE = 0.5


class Likeness(Protocol):
    """How alike groups of clauses are."""

    def __call__(self, groups: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> Sequence[Sequence[float]] | Floats:
        """Compare each group with each of the others.

        Parameters
        ----------
        groups, others : sequence of sequences of str
            Normalised clauses, at least one in each.

        Returns
        -------
        array-like of shape (n_groups, n_others)
            0–1; 1 for the same.
        """
        ...


@dataclass(frozen=True)
class Cluster:
    """A group of complaints that a run found.

    Parameters
    ----------
    label, touchpoint : str
        As the run named it.
    clauses : mapping of Ref to str
        Its members, normalised.
    typical : tuple of str
        Normalised clauses that are quoted for it.
    terms : tuple of str
        Words that tell it from the others.
    """

    label: str
    touchpoint: str
    clauses: Mapping[Ref, str]
    typical: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, str, list[Ref]]:  # numpydoc ignore=RT01
        """Sorts clusters the same way whatever the order of rows: the largest first."""
        return -len(self.clauses), self.label, sorted(self.clauses)


def match(clusters: Sequence[Cluster], points: Sequence[CodedPainPoint], likeness: Likeness | None = None) -> dict[int, str]:
    """Find the pain point that each cluster is.

    1. By overlap of its clauses with the prototypes: the greatest first. A pain point that has a cluster takes another one only if
       at least half of that says word for word what the pain point is known by.
    2. By name: found under the same name at the same touchpoint.
    3. By likeness, at the same touchpoint: the greatest first, one cluster for each pain point that has none.

    Parameters
    ----------
    clusters : sequence of Cluster
        In the order of `Cluster.order`, which decides between equals.
    points : sequence of CodedPainPoint
        Those that take part: merged and dismissed ones too, locked ones not.
    likeness : callable, optional
        Step 3 is left out without it.

    Returns
    -------
    dict of int to str
        Index of the cluster → id; what matches nothing is missing.
    """
    found: dict[int, str] = {}
    taken: set[str] = set()
    for score, known, cluster, point in _overlaps(clusters, points):
        if cluster not in found and ((points[point].id not in taken and score >= ENOUGH_OVERLAP) or known >= MOSTLY_KNOWN):
            found[cluster] = points[point].id
            taken.add(points[point].id)
    for index, cluster_ in enumerate(clusters):
        for one in points:
            same = (one.found_as, one.touchpoint) == (cluster_.label, cluster_.touchpoint)
            if same and index not in found and one.id not in taken:
                found[index] = one.id
                taken.add(one.id)
    for index, point_id in _alike(clusters, points, likeness, found) if likeness else ():
        if index not in found and point_id not in taken:
            found[index] = point_id
            taken.add(point_id)
    return found


def _overlaps(clusters: Sequence[Cluster], points: Sequence[CodedPainPoint]) -> list[tuple[float, float, int, int]]:
    """Pairs that share a clause, the best first: score, share of the cluster's members that are prototypes, cluster, pain point."""
    holders: dict[str, list[int]] = {}
    for place, point in enumerate(points):
        for clause in set(point.prototype):
            holders.setdefault(clause, []).append(place)
    pairs = []
    for index, cluster in enumerate(clusters):
        members: Counter[int] = Counter()
        prototypes: Counter[int] = Counter()
        for clause, count in Counter(cluster.clauses.values()).items():
            for place in holders.get(clause, ()):
                members[place] += count
                prototypes[place] += 1
        for place, count in members.items():
            known = count / len(cluster.clauses)
            score = (known + prototypes[place] / len(set(points[place].prototype))) / 2
            pairs.append((score, known, index, place))
    return sorted(pairs, key=lambda pair: (-pair[0], -pair[1], pair[2], pair[3]))


def _alike(
    clusters: Sequence[Cluster], points: Sequence[CodedPainPoint], likeness: Likeness, found: Mapping[int, str]
) -> list[tuple[int, str]]:
    open_points = [point for point in points if point.prototype and point.id not in set(found.values())]
    left = [index for index in range(len(clusters)) if index not in found]
    if not left or not open_points:
        return []
    scores = likeness([sorted(clusters[index].clauses.values()) for index in left], [point.prototype for point in open_points])
    pairs = [
        (-round(float(scores[row][column]), 4), index, column)
        for row, index in enumerate(left)
        for column, point in enumerate(open_points)
        if point.touchpoint == clusters[index].touchpoint and scores[row][column] >= ALIKE
    ]
    return [(index, open_points[column].id) for _, index, column in sorted(pairs)]
