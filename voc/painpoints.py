"""Groups of complaints → named pain points."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from voc.classify import Floats
from voc.clustering import nearest, smallest_group
from voc.complaints import QUOTES, SHORT_QUOTE, Complaint, severity
from voc.grouping import FEWEST_PAIRS, Group, Grouping, gather, middles_of, split, topics_of
from voc.metrics import share, wilson
from voc.naming import Namer
from voc.records import PainPoint, Quote
from voc.space import Placed
from voc.support import Support
from voc.taxonomy import OVERALL

# Mean likeness from which a complaint of a nameless group joins a named one.
NEAR_NAMED = 0.06
NEAR_AT_ALL = 0.015  # likeness under which a complaint joins nothing, whatever share of them may stay outside
# In so small a batch two seldom use the same words: what one says may name a group of so few, and members need not bear the name out.
SMALL_BATCH, FEW = 150, 5
FEWEST_MEMBERS = 2  # of a problem that recurs
OWN_SHARE = 0.3  # share of a group's members that must say what its name says, for others to stay that only talk like them


def find_pain_points(
    placed: Placed, comments: int, namer: Namer, grouping: Grouping | None = None, *, progress: bool = False
) -> tuple[list[PainPoint], list[Complaint]]:
    """Group complaints that name the same problem, and name the groups.

    Parameters
    ----------
    placed : Placed
        All complaints of the run.
    comments : int
        Number of comments that they are from, the base of every share.
    namer : Namer
        Gives the groups their names.
    grouping : Grouping, optional
        How finely, and how many may stay outside.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    list of PainPoint
        Those with the most comments first; labels are unique.
    list of Complaint
        Those that are in none of them. A clause that speaks of no touchpoint, says nothing is wrong and is near
        no pain point is background, however gloomy its comment, and does not count.
    """
    grouping = grouping or Grouping()
    if not placed.complaints:
        return [], []
    with tqdm(desc="聚类 / clustering", unit="触点", disable=not progress) as bar:

        def topics(touchpoint: str, members: Sequence[int]) -> list[Group]:
            bar.update()
            return topics_of(touchpoint, members, placed, namer, grouping)

        groups, background = gather(range(len(placed.complaints)), placed, namer, topics)
    named, nameless = _name_or_split(groups, placed, namer, grouping)
    _name_by_pairs(named, nameless, placed.complaints, namer)
    support = Support(placed, namer) if len(placed.complaints) > SMALL_BATCH else None
    if support:
        _bear_out(named, placed, support)
    _take_in(list(named.values()), nameless, placed.vectors)
    if support:
        _bear_out(named, placed, support)
    inside = {index for group in named.values() for index in group.members}
    outside = [index for index in range(len(placed.complaints)) if index not in inside and index not in background]
    if grouping.max_unassigned is not None:
        most = int(grouping.max_unassigned * (len(inside) + len(outside)))
        outside = _fill(list(named.values()), outside, most, placed)
    points = [_pain_point(label, group, placed, comments) for label, group in named.items()]
    return sorted(points, key=lambda point: (-point.comments, -point.size, point.label)), [placed.complaints[index] for index in outside]


def _name_or_split(groups: Sequence[Group], placed: Placed, namer: Namer, grouping: Grouping) -> tuple[dict[str, Group], list[Group]]:
    """Name the groups; one that has no name that people would call it by is cut finer, and its parts are named."""
    named: dict[str, Group] = {}
    nameless = _name(groups, named, placed, namer)
    return named, _name([part for group in nameless for part in split(group, placed, namer, grouping)], named, placed, namer)


def _name(groups: Sequence[Group], named: dict[str, Group], placed: Placed, namer: Namer) -> list[Group]:
    """Name what can be named, the largest first; groups of one known problem become one. The rest is returned."""
    nameless: list[Group] = []
    for group in sorted(groups, key=lambda group: (-len(group.members), group.touchpoint, group.members[0])):
        texts = [placed.complaints[index].normalised for index in group.members]
        known = namer.known_problem(placed.known[group.members], placed.codes)
        name, touchpoint = known or (_mined_name(texts, named, placed, namer), group.touchpoint)
        if name is None or not (namer.judges(name) or namer.holds(name, texts)):
            nameless.append(group)
            continue
        home = named.get(name) or _narrower(name, touchpoint, named, namer)
        if home:
            home.members.extend(group.members)
        else:
            named[name] = replace(group, touchpoint=touchpoint)
    return nameless


def _mined_name(texts: Sequence[str], named: dict[str, Group], placed: Placed, namer: Namer) -> str | None:
    lone = len(placed.complaints) <= SMALL_BATCH and len(texts) <= FEW
    return next((name for name in namer.mined_names(texts, 1 if lone else 2) if name not in named), None)


def _narrower(name: str, touchpoint: str, named: dict[str, Group], namer: Namer) -> Group | None:
    """The group of the same touchpoint whose name says no more than this one does: 态度差 for 人员态度差."""
    words = namer.telling_words(name)
    wider = (
        group for label, group in named.items() if group.touchpoint == touchpoint and frozenset() < namer.telling_words(label) <= words
    )
    return next(wider, None)


def _name_by_pairs(named: dict[str, Group], nameless: list[Group], complaints: Sequence[Complaint], namer: Namer) -> None:
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


def _take_in(named: Sequence[Group], nameless: Sequence[Group], vectors: Floats) -> None:
    """Let members of nameless groups join the named group that they are near, of the same touchpoint, the nearest first.

    A newcomer must be a third as like the members as they are each other, and a group takes in no more than it has: its name
    must stay true of it.
    """
    middles = middles_of(named, vectors)
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


def _bear_out(named: dict[str, Group], placed: Placed, support: Support) -> None:
    """Let members leave whose words do not bear out the name; they join the likest pain point of their touchpoint whose name they do."""
    typical: dict[str, frozenset[str]] = {}
    leaving: list[int] = []
    for label, group in named.items():
        sure = support.said_by(label, group.members)
        typical[label] = support.typical_words(sure) if len(sure) >= OWN_SHARE * len(group.members) else frozenset()
        staying = sure | support.shares_words(typical[label], group.members)
        leaving += [index for index in group.members if index not in staying]
        group.members[:] = [index for index in group.members if index in staying]
    for label in [label for label, group in named.items() if len(group.members) < FEWEST_MEMBERS]:
        leaving += named.pop(label).members
    homes: dict[int, list[int]] = defaultdict(list)
    of_touchpoint: dict[str, set[int]] = defaultdict(set)
    for index in leaving:
        of_touchpoint[placed.complaints[index].touchpoint].add(index)
    for home, (label, group) in enumerate(named.items()):
        near = of_touchpoint[group.touchpoint] | of_touchpoint[OVERALL]
        for index in support.said_by(label, near) | support.shares_words(typical[label], near):
            homes[index].append(home)
    groups = list(named.values())
    middles = middles_of(groups, placed.vectors)
    for index in sorted(homes):
        likeness = placed.vectors[index] @ middles[homes[index]].T
        if likeness.max() >= NEAR_AT_ALL:
            groups[homes[index][int(likeness.argmax())]].members.append(index)


def _fill(named: Sequence[Group], outside: Sequence[int], most: int, placed: Placed) -> list[int]:
    """Let complaints join the pain point of their touchpoint that they are most like, the likest first, until few enough are left."""
    middles = middles_of(named, placed.vectors)
    wishes = []
    for index in outside:
        touchpoint = placed.complaints[index].touchpoint
        homes = [home for home, group in enumerate(named) if touchpoint in (group.touchpoint, OVERALL)]
        if homes:
            likeness = placed.vectors[index] @ middles[homes].T
            wishes.append((-float(likeness.max()), index, homes[int(likeness.argmax())]))
    joining = [(index, home) for likeness, index, home in sorted(wishes) if -likeness >= NEAR_AT_ALL]
    for index, home in joining[: max(len(outside) - most, 0)]:
        named[home].members.append(index)
    joined = {index for index, _ in joining[: max(len(outside) - most, 0)]}
    return [index for index in outside if index not in joined]


def _pain_point(label: str, group: Group, placed: Placed, comments: int) -> PainPoint:
    inside = [placed.complaints[index] for index in group.members]
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
        severity=severity(inside),
        quotes=_typical(inside, placed.vectors[group.members]),
        members=tuple(members),
    )


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
