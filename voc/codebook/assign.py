"""A run meets the codebook: known pain points keep id and label, rules are replayed, what is new gets an id."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from typing import TYPE_CHECKING

from voc.codebook.changes import changes
from voc.codebook.matching import Cluster, Likeness, match
from voc.codebook.records import Codebook, CodedPainPoint, LastRun, Ref, RunMember
from voc.codebook.rules import Replay, fold, held_members, replay, rules_of
from voc.codebook.versions import ids_ever_given
from voc.records import Change, PainPoint

if TYPE_CHECKING:
    from voc.complaints import Complaint

MOST_PROTOTYPES = 40
_FEWEST = 2  # members of a candidate that is the rest of a cluster


@dataclass(frozen=True)
class Applied:
    """What came of a run.

    Parameters
    ----------
    book : Codebook
        With the run, and with what it found anew.
    replay : Replay
        Where each member is after the rules; what could not be replayed.
    clusters : mapping of str to list of Cluster
        Fresh clusters that each pain point was recognised in.
    found : tuple of str
        Ids given in this run: candidates until they are committed.
    changes : tuple of Change
        New, growing, fading and gone pain points against the last version.
    """

    book: Codebook
    replay: Replay
    clusters: Mapping[str, list[Cluster]]
    found: tuple[str, ...]
    changes: tuple[Change, ...]


def apply(
    book: Codebook,
    points: Sequence[PainPoint],
    complaints: Sequence[Complaint],
    comments: int,
    likeness: Likeness | None = None,
    *,
    run_id: str = "",
    at: str = "",
) -> Applied:
    """Assign the complaints of a run to the pain points of a codebook.

    1. *Locked* pain points take their members: those that they held when they were locked, and every complaint that says word for
       word one of their prototypes, whatever group it is in. They take no part in what follows: matching takes nothing from
       them and gives them nothing else. (What people say afterwards holds all the same: a merge, split or move moves members of a
       locked pain point too.) The rest of a cluster that looks like a locked pain point goes on as a cluster.
    2. Clusters are matched to known pain points (see `match`), dismissed and merged ones included.
    3. A pain point that no cluster was matched to keeps the members that say word for word one of its prototypes and no
       other's, so that it does not vanish inside a larger cluster.
    4. What matched nothing becomes a candidate with a new id.
    5. A complaint that the last run had too stays where it was unless it was recognised as another known pain point: more data
       neither throws out what was settled nor draws it into a candidate; to split a pain point is for people to decide.
    6. The rules are replayed in order.

    Parameters
    ----------
    book : Codebook
        Not changed.
    points : sequence of PainPoint
        Fresh clusters of the run, in any order; their ids do not matter.
    complaints : sequence of Complaint
        All of the run, in any order, also those in no cluster.
    comments : int
        Number of comments of the run, the base of every share.
    likeness : callable, optional
        Recognises pain points in other words; only names and the same words count without it.
    run_id, at : str
        What the run is called, and when it was (ISO 8601).

    Returns
    -------
    Applied
        The same whatever the order of files and rows.
    """
    members = sorted(map(_member, complaints), key=lambda one: (one.comment_id, one.start, one.end, one.text))
    refs = [member.ref for member in members]
    clauses = {ref: member.words for ref, member in zip(refs, members, strict=True)}
    rules = rules_of(book)
    bases = _locked_members(book, clauses)
    clusters = _without(_clusters(points, members), bases)
    matched = match(clusters, [point for point in book.pain_points if not point.locked], likeness)
    bases |= _by_prototypes(book, clusters, set(matched.values()))
    settled = _settled(book, clauses)
    recognised: dict[str, list[Cluster]] = defaultdict(list)
    known = list(book.pain_points)
    for index, cluster in enumerate(clusters):
        taken = bases if index in matched else {**settled, **bases}
        left = {ref: clause for ref, clause in cluster.clauses.items() if ref not in taken}
        if index not in matched and (len(left) >= _FEWEST or len(left) == len(cluster.clauses)):
            candidate = _candidate(book, known, replace(cluster, clauses=left))
            known.append(candidate)
            matched[index] = candidate.id
        if index in matched:
            bases |= dict.fromkeys(left, matched[index])
            recognised[matched[index]].append(cluster)
    bases = {**settled, **bases}
    found = tuple(point.id for point in known[len(book.pain_points) :])
    outcome = replay(clauses, {ref: bases.get(ref) for ref in clauses}, rules)
    run = LastRun(
        id=run_id,
        at=at,
        comments=comments,
        members=tuple(replace(member, base=bases.get(ref)) for ref, member in zip(refs, members, strict=True)),
    )
    after = book.model_copy(update={"pain_points": fold(known, rules), "run": run})
    return Applied(after, outcome, recognised, found, changes(book, after, outcome))


def _member(complaint: Complaint) -> RunMember:
    quote = complaint.quote
    normalised = None if complaint.normalised == quote.text else complaint.normalised
    return RunMember(comment_id=quote.comment_id, start=quote.start, end=quote.end, text=quote.text, normalised=normalised)


def _clusters(points: Sequence[PainPoint], members: Sequence[RunMember]) -> list[Cluster]:
    """Fresh clusters in their order; a member that is in several (the same words twice in one comment) is in the first."""
    places = {(member.comment_id, member.start): member for member in members}
    clusters = []
    for point in points:
        inside = [places[quote.comment_id, quote.start] for quote in point.members]
        typical = tuple(places[quote.comment_id, quote.start].words for quote in point.quotes)
        clusters.append(Cluster(point.label, point.touchpoint, {one.ref: one.words for one in inside}, typical, point.terms))
    ordered = sorted(clusters, key=lambda cluster: cluster.order)
    first: dict[Ref, int] = {}
    for index, cluster in enumerate(ordered):
        for ref in cluster.clauses:
            first.setdefault(ref, index)
    return [
        replace(cluster, clauses={ref: clause for ref, clause in cluster.clauses.items() if first[ref] == index})
        for index, cluster in enumerate(ordered)
    ]


def _without(clusters: Sequence[Cluster], taken: Mapping[Ref, str | None]) -> list[Cluster]:
    rests = [replace(one, clauses={ref: clause for ref, clause in one.clauses.items() if ref not in taken}) for one in clusters]
    return sorted((rest for rest in rests if rest.clauses), key=lambda rest: rest.order)


def _locked_members(book: Codebook, clauses: Mapping[Ref, str]) -> dict[Ref, str | None]:
    held = held_members(rules_of(book))
    locked = [point for point in book.pain_points if point.locked]
    claims = {clause: point.id for point in reversed(locked) for clause in point.prototype}
    bases: dict[Ref, str | None] = {ref: claims[clause] for ref, clause in clauses.items() if clause in claims}
    for point in reversed(locked):
        bases |= {ref: point.id for ref in held.get(point.id, ()) if ref in clauses}
    return bases


def _by_prototypes(book: Codebook, clusters: Sequence[Cluster], matched: set[str]) -> dict[Ref, str | None]:
    holders = Counter(clause for point in book.pain_points for clause in set(point.prototype))
    homes = {
        clause: point.id
        for point in book.pain_points
        if not point.locked and point.id not in matched
        for clause in point.prototype
        if holders[clause] == 1
    }
    return {ref: homes[clause] for cluster in clusters for ref, clause in cluster.clauses.items() if clause in homes}


def _settled(book: Codebook, clauses: Mapping[Ref, str]) -> dict[Ref, str | None]:
    """Where the last run had those complaints; locked pain points have said already what is theirs."""
    free = {point.id for point in book.pain_points if not point.locked}
    return {ref: base for ref, base in (book.run.bases if book.run else {}).items() if base in free and ref in clauses}


def _candidate(book: Codebook, known: Sequence[CodedPainPoint], cluster: Cluster) -> CodedPainPoint:
    label = free_label(cluster.label, known)
    prototype = prototype_of(list(cluster.clauses.values()), cluster.typical)
    taken = ids_ever_given(book) | {point.id for point in known}
    point_id = new_id((cluster.touchpoint, cluster.label), taken)
    return CodedPainPoint(id=point_id, label=label, touchpoint=cluster.touchpoint, found_as=label, prototype=prototype)


def free_label(label: str, known: Sequence[CodedPainPoint]) -> str:
    """A name that no pain point has: "配送慢", then "配送慢（2）".

    Parameters
    ----------
    label : str
        As wished.
    known : sequence of CodedPainPoint
        Those that there are.

    Returns
    -------
    str
        Free.
    """
    labels = {name for point in known for name in (point.label, point.found_as)}
    wished, number = label, 1
    while label in labels:
        number += 1
        label = f"{wished}（{number}）"
    return label


def prototype_of(clauses: Sequence[str], typical: Sequence[str] = ()) -> tuple[str, ...]:
    """Clauses that stand for a pain point: those quoted, then the most frequent.

    Parameters
    ----------
    clauses : sequence of str
        All members, normalised.
    typical : sequence of str
        Those to begin with.

    Returns
    -------
    tuple of str
        Different, at most 40.
    """
    counts = Counter(clauses)
    ranked = sorted(counts, key=lambda clause: (-counts[clause], clause))
    return tuple(dict.fromkeys([*(clause for clause in typical if clause in counts), *ranked]))[:MOST_PROTOTYPES]


def new_id(meaning: Sequence[str], taken: set[str]) -> str:
    """An id that was never given.

    Parameters
    ----------
    meaning : sequence of str
        What it stands for; the same meaning and the same ids taken give the same id.
    taken : set of str
        All ids ever given.

    Returns
    -------
    str
        ``pp-`` and 8 hexadecimal digits. The first of a touchpoint and name is what an analysis without a codebook calls it.
    """
    wished, number = "|".join(meaning), 1
    while True:
        salted = wished if number == 1 else f"{wished}|{number}"
        given = f"pp-{blake2s(salted.encode(), digest_size=4).hexdigest()}"
        if given not in taken:
            return given
        number += 1
